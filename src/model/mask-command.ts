/** Stands for what was taken out, as in the findings of lint. */
const hidden = '(hidden)';

/**
 * One word of a shell, quotes and escapes and all; quotes that nobody closes go to the end. The end of quotes around the whole
 * is taken for a beginning, since only too much is hidden then.
 */
const word = String.raw`(?:\\"(?:(?!\\").)*(?:\\"|$)|\\.|"(?:\\.|[^"\\])*(?:"|$)|'[^']*(?:'|$)|[^\s"'\\;|&()<>])+`;
const secretName = 'pass|pwd|secret|key|token|cred|auth|signature|sig$|sas$';

/** `NAME=value`, in capitals as variables are written, or with a name that tells. */
const assignment = new RegExp(String.raw`(?<![\w.-])([A-Za-z_][\w-]*)=(${word})`, 'gs');
/** `--name=value`, `--name value`, `-name value`. */
const option = new RegExp(String.raw`(?<![\w-])(--?)([A-Za-z][\w.-]+)(=|\s+)(${word})`, 'gs');
const header = /((?:Authorization|X-[\w-]*(?:token|key|auth|secret)[\w-]*)\s*:\s*)[^"'\\]+/gi;
/** `scheme://user:password@host`: to the last `@`, since a password may hold one. */
const urlPassword = /([a-z][\w+.-]*:\/\/[^\s/:@'"]*:)[^\s'"]*@/gi;
/** `curl -u name:password`. */
const userOption = new RegExp(
  String.raw`((?<![\w-])(?:-u|--(?:proxy-)?user)(?:\s+|=)["']?[^\s:"'/]+:)(${word})`,
  'gs',
);

/**
 * A command of somebody else, to be shown or kept: what could be a secret in it is taken out, and names stay. That is the
 * values of variables that stand before a command, unless they are a path or another variable; of options and parts of
 * connection strings whose names tell of secrets; of headers that authorize; and passwords in URLs. Rather too much than too
 * little: whoever needs the command looks at the server.
 *
 * @param command as a shell reads it: archive_command, restore_command
 */
export function maskCommand(command: string): string {
  return command
    .replaceAll(urlPassword, `$1${hidden}@`)
    .replaceAll(header, `$1${hidden}`)
    .replaceAll(userOption, `$1${hidden}`)
    .replaceAll(option, (all: string, dashes: string, name: string, between: string, value: string) =>
      isOfSecret(name) && !(between !== '=' && value.startsWith('-'))
        ? `${dashes}${name}${between}${hidden}`
        : all,
    )
    .replaceAll(assignment, (all: string, name: string, value: string) =>
      isOfSecret(name) || (/^[A-Z_][A-Z0-9_]*$/.test(name) && !/^["']?[/$%]/.test(value))
        ? `${name}=${hidden}`
        : all,
    );
}

/** The name of a file that holds a secret is none. */
function isOfSecret(name: string): boolean {
  return new RegExp(secretName, 'i').test(name) && !/(?:file|path|dir)$/i.test(name);
}
