import type { Sandbox } from './sandbox.ts';

/** Which configuration a program is asked about. */
export interface HelpRequest {
  readonly binary: string;
  readonly conf: string;
  readonly include: string;
  readonly stanza: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const mark = '=== ';

/**
 * Values that the real engine takes from its files, command by command, as its own help shows them (`help backup` has
 * `[current=…, default=…]` behind each option). Values that are the default are left out, and so are secrets, which it
 * shows as `<redacted>`.
 *
 * @returns by `command option`, for repositories and nodes with all their numbers where the version shows them
 */
export async function readHelp(
  sandbox: Sandbox,
  request: HelpRequest,
  commands: readonly string[],
): Promise<Map<string, string>> {
  const pages = await help(
    sandbox,
    request,
    commands.map((command) => [command]),
  );
  const found = new Map<string, string>();
  const several: string[][] = [];
  for (const [[command = ''] = [], page] of pages) {
    for (const [option, value] of currentValues(page)) {
      if (option.startsWith('config')) continue;
      if (value === '<multi>') several.push([command, option]);
      else found.set(`${command} ${option}`, value);
    }
  }
  for (const [words, page] of await help(sandbox, request, several)) {
    found.set(
      words.join(' '),
      /\ncurrent:\s*(.*?)(?:\n\n|$)/s.exec(page.trimEnd())?.[1]?.replaceAll(/\s*\n\s*/g, '; ') ?? '',
    );
  }
  return found;
}

/** Several help pages by one shell, which is much faster than a program each. */
async function help(
  sandbox: Sandbox,
  { binary, conf, include, stanza, environment }: HelpRequest,
  asked: readonly (readonly string[])[],
): Promise<[readonly string[], string][]> {
  const common = `--config=${conf} --config-include-path=${include} --stanza=${stanza}`;
  const script = asked
    .map((words) => `echo '${mark}'; '${binary}' ${common} help ${words.join(' ')} 2>&1`)
    .join('\n');
  const { stdout } = await sandbox.mustRun('bash', ['-c', script === '' ? ':' : `${script}\ntrue`], {
    env: environment ?? {},
  });
  const pages = stdout.split(`${mark}\n`).slice(1);
  return asked.map((words, index) => [words, pages[index] ?? '']);
}

function* currentValues(page: string): Generator<[string, string]> {
  for (const [, option = '', text = ''] of page.matchAll(/^ {2}--(\S+) (.*(?:\n {3,}.*)*)/gm)) {
    const line = text.replaceAll(/\s*\n\s*/g, ' ');
    const match = /\[current=(.*?)(?:, default=(.*))?\]\s*$/.exec(line);
    if (match !== null && match[1] !== match[2]) yield [option, match[1] ?? ''];
  }
}
