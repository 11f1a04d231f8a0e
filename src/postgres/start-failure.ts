/** Why a server did not start, where its log tells. Texts: PostgreSQL sources, the same from version 12 to 18 unless noted. */
export type StartFailureCause =
  | 'parameter-too-low'
  | 'target-not-reached'
  | 'wal-missing'
  | 'port-in-use'
  | 'lock-file'
  | 'permissions'
  | 'configuration'
  | 'library-missing'
  | 'disk-full'
  | 'memory'
  | 'socket-path-too-long'
  | 'version'
  | 'unknown';

export interface StartFailure {
  readonly cause: StartFailureCause;
  /** The log line that tells, without its prefix. */
  readonly line: string | undefined;
  /** Parameters that are below the primary's, with what is needed. */
  readonly parameters: Readonly<Record<string, number>>;
}

const patterns: readonly (readonly [StartFailureCause, RegExp])[] = [
  // "insufficient parameter settings" from 14; before that one line a parameter, "master server" up to 12.
  [
    'parameter-too-low',
    /insufficient parameter settings|is a lower setting than on the (?:primary|master) server/,
  ],
  ['target-not-reached', /recovery ended before configured recovery target was reached/],
  [
    'wal-missing',
    /could not locate (?:a valid|required) checkpoint record|recovery target timeline \d+ does not exist|requested timeline \d+ (?:is not a child|does not contain)|WAL ends before (?:end of online backup|consistent recovery point)/,
  ],
  ['library-missing', /could not access file "[^"]*": No such file or directory/],
  ['lock-file', /lock file "postmaster\.pid" already exists|pre-existing shared memory block/],
  ['socket-path-too-long', /Unix-domain socket path "[^"]*" is too long/],
  [
    'port-in-use',
    /Address already in use|lock file "[^"]*\.s\.PGSQL\.\d+\.lock" already exists|could not create any (?:TCP\/IP|Unix-domain) sockets/,
  ],
  ['disk-full', /No space left on device/],
  ['memory', /could not (?:map anonymous|create) shared memory|out of memory|Cannot allocate memory/],
  ['version', /database files are incompatible with server|database cluster was initialized (?:with|by)/],
  ['permissions', /has (?:invalid permissions|wrong ownership)|Permission denied|must be owned by/],
  [
    'configuration',
    /configuration file "[^"]*" contains errors|syntax error in file|unrecognized configuration parameter|invalid value for parameter|could not load .*pg_hba\.conf|must not be (?:set|specified)/,
  ],
];

/** Finds in a server's log lines (oldest first) why it did not start. */
export function classifyStartFailure(lines: readonly string[]): StartFailure {
  for (const [cause, pattern] of patterns) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return { cause, line: withoutPrefix(line), parameters: readParameters(lines) };
  }
  const fatal =
    lines.find((line) => /\b(?:FATAL|PANIC):/.test(line)) ?? lines.findLast((line) => line.trim() !== '');
  return { cause: 'unknown', line: fatal === undefined ? undefined : withoutPrefix(fatal), parameters: {} };
}

function withoutPrefix(line: string): string {
  return line.replace(/^.*?\b((?:FATAL|PANIC|ERROR|LOG|DETAIL|HINT|WARNING):\s.*)$/, '$1').trim();
}

function readParameters(lines: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of lines) {
    const match = /(\w+) = \d+ is a lower setting than on the (?:primary|master) server[^\d]*(\d+)/.exec(
      line,
    );
    if (match) found[match[1] as string] = Number(match[2]);
  }
  return found;
}

/** What to do about a cause: full sentences. */
export function startFailureHint(cause: StartFailureCause): string {
  return hints[cause];
}

const hints: Readonly<Record<StartFailureCause, string>> = {
  'parameter-too-low': 'Raise the named parameters to at least the values of the primary and start again.',
  'target-not-reached':
    'The archive holds no commit after the target. Choose an earlier target, or latest to recover all there is.',
  'wal-missing':
    'WAL that recovery needs is not to be had. Does restore_command work as the operating system user?',
  'port-in-use': 'Another server uses the port or socket. Stop it, or choose another port.',
  'lock-file':
    'Processes of an earlier server still use the data directory. Stop them first; do not delete postmaster.pid.',
  permissions: 'The data directory must belong to the operating system user and be 0700 or 0750.',
  configuration: 'Correct the named setting.',
  'library-missing':
    'Install the extension that shared_preload_libraries names, or take it out of that setting.',
  'disk-full': 'Make room on the file system and start again.',
  memory: 'Lower shared_buffers, or free memory.',
  'socket-path-too-long': 'Choose a socket directory with a shorter path (107 bytes with the socket name).',
  version: 'Install the PostgreSQL version that the files were written by.',
  unknown: 'Read the last lines of the server log.',
};
