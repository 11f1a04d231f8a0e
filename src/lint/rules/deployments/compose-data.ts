import type { LintProject, LintRule } from '../../lint-rule.ts';
import { composeFiles, composeMounts, composeServices } from './containers.ts';

export const composeBackupWithoutData: LintRule = {
  name: 'compose-backup-without-data',
  severity: 'critical',
  title: 'a container runs backups but has no access to the data directory',
  consequence:
    'pgbackrest copies files: it needs the data directory under the same path as the server and the server’s socket, or ' +
    '`pgbackrest server` (or SSH) on the other side. Over the network alone, as pg_dump works, it cannot make a backup.',
  correct: `  scheduler:
    volumes:
      - pgdata:/var/lib/postgresql/data:ro
      - pgsocket:/var/run/postgresql`,
  reproduction: `pgBackRest 2.45, the server running, its data directory not there under pg1-path:

\`\`\`
$ pgbackrest --stanza=main backup
WARN: unable to check pg1: [FileMissingError] unable to open missing file '/…/global/pg_control' for read
ERROR: [056]: unable to find primary cluster - cannot proceed
\`\`\``,
  source: 'pgBackRest, Configuration Reference, pg-path; User Guide, "Dedicated Repository Host"',
  *judge(project) {
    if (reachesOtherHosts(project)) return;
    for (const file of composeFiles(project)) {
      const services = composeServices(file);
      const sources = services.flatMap((service) =>
        composeMounts(service.value).filter(({ target }) => target.value.startsWith('/var/lib/postgresql')),
      );
      // Where no service shows a data directory, it lies in another file.
      if (sources.length === 0) continue;
      for (const service of services) {
        const runs = /(^|[\s/'"=])pgbackrest\s[\s\S]*\bbackup\b/.test(service.command);
        const mounts = composeMounts(service.value);
        if (!runs || service.command.includes('archive_command') || service.name === undefined) continue;
        if (mounts.some((mount) => sources.some(({ source }) => source === mount.source))) continue;
        yield {
          place: service.name,
          problem: `${service.name.value} runs backups, but the data directory is not mounted into it`,
          remedy: 'mount the volume of the data directory at the same path, and the one of the socket.',
          engineError: 56,
        };
      }
    }
  },
};

function reachesOtherHosts(project: LintProject): boolean {
  const settings = project.engineFiles.flatMap((file) => file.settings);
  return (
    settings.some(({ name }) => /^(pg|repo)\d*-host$/.test(name.value)) ||
    project.variables.some(({ name }) => /^PGBACKREST_(PG|REPO)\d*_HOST$/.test(name.value)) ||
    project.documents.some(
      ({ document }) => document.kind === 'compose' && /volumes_from|--pg1-host/.test(document.text),
    )
  );
}
