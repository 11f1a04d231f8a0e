import type { LintProject, LintRule } from '../../lint-rule.ts';
import { readUnitFiles, type UnitFile } from '../../readers/shell/read-unit-file.ts';

export const unitPrivateLockPath: LintRule = {
  name: 'unit-private-lock-path',
  severity: 'warning',
  title: 'a service with a /tmp of its own, in which the locks are',
  consequence:
    'The lock-path is /tmp/pgbackrest unless it is set. With PrivateTmp= a service has another /tmp: it does not see the lock of a ' +
    'backup that somebody started by hand, nor `pgbackrest stop`, and `info` elsewhere does not see that it runs.',
  correct:
    '# pgbackrest.conf\nlock-path=/run/pgbackrest\n# the service\nRuntimeDirectory=pgbackrest\nRuntimeDirectoryPreserve=yes',
  reproduction: `pgBackRest 2.45; a mount of its own at /tmp is what PrivateTmp= makes:

\`\`\`
$ pgbackrest --stanza=main stop
$ pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001
ERROR: [062]: stop file exists for stanza main
$ unshare -m sh -c 'mount -t tmpfs t /tmp; pgbackrest --stanza=main archive-push pg_wal/000000010000000000000001'
ERROR: [055]: unable to open missing file '…/global/pg_control' for read
\`\`\`

The second one does not know that it was to stop.`,
  source: 'systemd.exec(5), PrivateTmp=; pgBackRest, Configuration Reference, lock-path',
  *judge(project) {
    if (movesLocks(project)) return;
    for (const { document } of project.documents) {
      if (document.kind !== 'systemd-unit') continue;
      for (const unit of readUnitFiles(document)) {
        const setting = unit.entries.find(
          ({ section, key, value }) =>
            section === 'Service' &&
            key.value === 'PrivateTmp' &&
            /^(?:yes|true|on|1|disconnected)$/i.test(value.value),
        );
        if (setting === undefined || !runsBackups(unit)) continue;
        yield {
          place: setting.key,
          problem: 'the locks of this service are in a /tmp that nobody else sees',
          remedy: 'set lock-path to a directory outside /tmp, for the service and everybody else.',
          // The configuration that moves the locks may stand elsewhere.
          severity: project.engineFiles.length === 0 ? 'advice' : 'warning',
        };
      }
    }
  },
};

function movesLocks(project: LintProject): boolean {
  return (
    project.engineFiles.some(({ settings }) => settings.some(({ name }) => name.value === 'lock-path')) ||
    project.variables.some(({ name }) => name.value === 'PGBACKREST_LOCK_PATH') ||
    project.engineInvocations.some(({ options }) => options.some(({ name }) => name.value === 'lock-path'))
  );
}

function runsBackups({ entries }: UnitFile): boolean {
  return entries.some(
    ({ key, value }) =>
      key.value === 'ExecStart' && /\bpgbackrest\b.*\b(?:backup|expire|stanza-create)\b/s.test(value.value),
  );
}
