/** What the engine said of its configuration for one command. */
export interface ProbeVerdict {
  /** The number of the error that it stopped with while reading its options; undefined when it took them. */
  readonly code: number | undefined;
  /** Its message, one line. May hold values of the file. */
  readonly message: string | undefined;
  /** Names of the options that it warned of while reading, as it wrote them; sorted, each once. */
  readonly warned: readonly string[];
}

/** What the engine says of options before it begins to work (pgBackRest `src/config/parse.c`, `load.c`, `src/common/ini.c`). */
const parseMessages: readonly (readonly [number, RegExp])[] = [
  [25, /^option '.*' is null but non-null was requested/],
  [27, /^pg and repo hosts cannot both be configured as remote/],
  [
    29,
    /^(ini section should end|invalid empty section|key\/value found outside|missing '=' in key|key is zero-length)/,
  ],
  [
    31,
    /^((deprecated )?option '.*' (cannot|requires|exceeds|key|is not (valid|allowed)|not valid|does not|is (negated|reset)|must begin)|invalid option|configuration file contains duplicate|key\/value '|option '.*' not valid)/,
  ],
  [
    32,
    /(is not valid for ('.*' option|option ')|is out of range for|is not allowed for|must be 'y' or 'n'|must have a value|must begin with \/|cannot contain \/\/|must be >= 1 character|paths are both|key '.*' is not valid for 'repo'|^pgBackRest not built with)/,
  ],
  [37, /command requires option: /],
];

/** With dry-run each message says so first. */
const logLine =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ )?(?:P\d\d)?\s*(ERROR|ASSERT|WARN): (?:\[DRY-RUN\] )?(.*)$/;

/**
 * Reads what a run printed.
 *
 * @param output stdout and stderr; which of them carries the log depends on the version
 */
export function readProbeOutput(exitCode: number | undefined, output: string): ProbeVerdict {
  const warned = new Set<string>();
  let code: number | undefined;
  let message: string | undefined;
  for (const line of output.split('\n')) {
    const [, level, text = ''] = logLine.exec(line) ?? [];
    const error = level === 'ERROR' || level === 'ASSERT' ? /^\[(\d+)\]: (.*)$/.exec(text) : null;
    const name = level === 'WARN' ? warnedOption(text) : undefined;
    if (name !== undefined) warned.add(name);
    if (error === null || message !== undefined) continue;
    const [number, words] = [Number(error[1]), error[2] as string];
    if (number !== exitCode || !isParseMessage(number, words)) continue;
    code = number;
    message = words;
  }
  return { code, message, warned: [...warned].toSorted() };
}

function isParseMessage(code: number, message: string): boolean {
  return parseMessages.some(([number, pattern]) => number === code && pattern.test(message));
}

/** The option that a warning of the reading is about; undefined for other warnings. */
function warnedOption(text: string): string | undefined {
  const quoted = [...text.matchAll(/'([^']*)'/g)].map((match) => match[1] as string);
  if (text.startsWith('WAL segments will not be expired')) return quoted.at(-1);
  if (/^key '.*' is overwritten with/.test(text)) return quoted.at(-1);
  if (/^(environment|configuration file) contains /.test(text)) return quoted[0];
  if (/^('compress'|option '.*') .*(should not both|is not set for|is deprecated)/.test(text))
    return quoted[0];
  return undefined;
}
