import type { FailureKind } from '../model/failure.ts';

/** What one of the engine's error numbers means to us, and what to do about it. */
export interface EngineErrorRule {
  /** The engine's own name of the error. */
  readonly name: string;
  readonly kind: FailureKind;
  /** Full sentences; the engine's own hints are printed too. */
  readonly hint: string;
}

const permission =
  'Check the owner and mode of that file and of the directories above it: everything of pgBackRest belongs to the user it runs as.';
const configuration =
  'Correct the option in holdfast.yaml (pass-through options are checked against the engine) and render the configuration again.';
const setup = 'Run `holdfast setup`, which makes what is missing, then `holdfast check`.';

function rule(name: string, kind: FailureKind, hint: string): EngineErrorRule {
  return { name, kind, hint };
}

/**
 * The engine's exit codes. Numbers and names: pgBackRest `src/build/error/error.yaml` (the same in 2.45 to 2.60;
 * 106 came later). The exit code of the process is the number of the error that ended it.
 */
export const engineErrors: Readonly<Record<number, EngineErrorRule>> = {
  25: rule('assert', 'engine-failed', 'This is a bug in pgBackRest: report it there with the log.'),
  26: rule(
    'checksum',
    'repository-damaged',
    'Restore from another repository or set, and run `holdfast verify`.',
  ),
  27: rule('config', 'engine-configuration', configuration),
  28: rule('file-invalid', 'repository-damaged', 'Look at the named file: it is not what pgBackRest wrote.'),
  29: rule(
    'format',
    'engine-failed',
    'Look at the named file or value: the engine could not make sense of it.',
  ),
  30: rule('command-required', 'engine-failed', 'This is a bug in Holdfast: report it.'),
  31: rule('option-invalid', 'engine-configuration', configuration),
  32: rule('option-invalid-value', 'engine-configuration', configuration),
  37: rule('option-required', 'engine-configuration', configuration),
  38: rule(
    'pg-running',
    'server-running',
    'Stop the server first. Do not remove postmaster.pid of a running server.',
  ),
  39: rule('protocol', 'engine-failed', 'Install the same pgBackRest version on every host that takes part.'),
  40: rule('path-not-empty', 'engine-failed', 'Move the directory aside, or restore with --delta.'),
  41: rule('file-open', 'repository-unreachable', permission),
  42: rule('file-read', 'repository-unreachable', 'Check the storage: a file could be opened but not read.'),
  43: rule('param-required', 'engine-failed', 'This is a bug in Holdfast: report it.'),
  44: rule(
    'archive-mismatch',
    'stanza-mismatch',
    'The repository belongs to another cluster or version. After a major upgrade run `pgbackrest stanza-upgrade`.',
  ),
  45: rule(
    'archive-duplicate',
    'archive-failed',
    'The archive has a segment of this name with other content: two clusters archive into one stanza. Find the other one and turn its archiving off.',
  ),
  46: rule(
    'version-not-supported',
    'engine-unsupported',
    'Install a pgBackRest that supports this PostgreSQL version.',
  ),
  47: rule('path-create', 'repository-unreachable', permission),
  48: rule(
    'command-invalid',
    'engine-unsupported',
    'Install a newer pgBackRest: this one does not know the command.',
  ),
  49: rule(
    'host-connect',
    'repository-unreachable',
    'Check name, port, firewall, keys and certificates of the host, and that pgBackRest answers there.',
  ),
  50: rule(
    'lock-acquire',
    'engine-busy',
    'Wait for the other backup, expire or restore of this stanza to end. Holdfast never breaks a lock.',
  ),
  51: rule(
    'backup-mismatch',
    'stanza-mismatch',
    'The set belongs to another cluster. After a major upgrade run `pgbackrest stanza-upgrade`.',
  ),
  52: rule('file-sync', 'repository-unreachable', 'Check the storage: data could not be flushed to it.'),
  53: rule('path-open', 'repository-unreachable', permission),
  54: rule(
    'path-sync',
    'repository-unreachable',
    'Check the storage: a directory could not be flushed to it.',
  ),
  55: rule('file-missing', 'stanza-missing', setup),
  56: rule(
    'db-connect',
    'server-unreachable',
    'Check that the server runs and that pgBackRest may connect: port, socket directory, role, pg_hba.conf.',
  ),
  57: rule(
    'db-query',
    'server-settings',
    'Check the rights of the role that pgBackRest uses, and the server log.',
  ),
  58: rule(
    'db-mismatch',
    'stanza-mismatch',
    'Check path and port of the node: is the server that answers the one in that directory? Right after a promotion the control file still names the old timeline until a CHECKPOINT has been written.',
  ),
  60: rule('file-remove', 'repository-unreachable', permission),
  61: rule('path-remove', 'repository-unreachable', permission),
  62: rule(
    'stop',
    'engine-busy',
    'Somebody ran `pgbackrest stop`. Run `pgbackrest start` when its reason is gone.',
  ),
  63: rule('term', 'interrupted', 'The engine was told to stop. Run the command again.'),
  64: rule('file-write', 'repository-unreachable', permission),
  67: rule(
    'feature-not-supported',
    'engine-unsupported',
    'Install a newer pgBackRest or leave the feature out.',
  ),
  68: rule(
    'archive-command-invalid',
    'server-settings',
    'Set archive_command to call pgbackrest: run `holdfast setup`.',
  ),
  69: rule(
    'link-expected',
    'engine-failed',
    'A link of the cluster is a directory now. Restore into a new directory.',
  ),
  70: rule(
    'link-destination',
    'engine-failed',
    'Two links of the cluster lead to the same place or into the data directory.',
  ),
  72: rule(
    'host-invalid',
    'engine-configuration',
    'Run this command on the host it is for: backups where the repository is, archiving and restores where PostgreSQL is.',
  ),
  73: rule('path-missing', 'engine-failed', setup),
  74: rule('file-move', 'repository-unreachable', permission),
  75: rule('backup-set-invalid', 'nothing-found', 'List the sets that exist with `holdfast info`.'),
  76: rule(
    'tablespace-map',
    'engine-configuration',
    'Correct the tablespace mapping: names or OIDs as the set has them, directories that do not exist yet or are empty.',
  ),
  78: rule('link-map', 'engine-configuration', 'Correct the link mapping: link names as the set has them.'),
  79: rule('file-close', 'repository-unreachable', 'Check the storage: a file could not be completed.'),
  80: rule('db-missing', 'nothing-found', 'A database to be included or excluded is not in the set.'),
  81: rule('db-invalid', 'engine-configuration', 'A system database cannot be left out of a restore.'),
  82: rule(
    'archive-timeout',
    'archive-failed',
    'WAL did not arrive in time. Look at the free space of every repository and at the server log for messages of archive_command, then run `holdfast check`.',
  ),
  83: rule('file-mode', 'repository-unreachable', permission),
  87: rule('archive-disabled', 'server-settings', 'Turn archiving on: run `holdfast setup`.'),
  88: rule('file-owner', 'not-permitted', permission),
  89: rule('user-missing', 'not-permitted', 'Create the user or correct its name.'),
  93: rule('file-exists', 'engine-failed', 'Move the named file aside.'),
  94: rule('memory', 'engine-failed', 'Free memory or lower process-max.'),
  95: rule(
    'crypto',
    'passphrase-wrong',
    'Check the passphrase of the repository in holdfast.yaml: it must be the one the repository was created with.',
  ),
  96: rule('param-invalid', 'engine-failed', 'This is a bug in Holdfast: report it.'),
  97: rule(
    'path-close',
    'repository-unreachable',
    'Check the storage: a directory could not be read to its end.',
  ),
  98: rule('file-info', 'repository-unreachable', permission),
  99: rule('json-format', 'repository-damaged', 'Look at the named file: it is not what pgBackRest wrote.'),
  100: rule('kernel', 'engine-failed', 'Look at the system log: a system call failed that never should.'),
  101: rule(
    'service',
    'repository-unreachable',
    'The storage service answered with an error. Check endpoint, bucket, keys and the service itself, then run again.',
  ),
  102: rule('execute', 'engine-failed', 'Check that ssh and pgbackrest can be run on both hosts.'),
  103: rule(
    'repo-invalid',
    'repository-unreachable',
    'No repository could be used: each has its own message above.',
  ),
  104: rule('command', 'engine-failed', 'The messages above name what failed.'),
  105: rule('access', 'repository-unreachable', 'Check the keys and rights for the storage service.'),
  106: rule(
    'clock',
    'engine-failed',
    'Check the clock and the time zone of this host: the newest set is named later than now.',
  ),
};
