import type { PlacedText } from '../../lint-document.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import {
  composeFiles,
  composeMounts,
  composeServices,
  mentionsEngine,
  type Container,
} from './containers.ts';

export const composeLocksApart: LintRule = {
  name: 'compose-lock-paths-apart',
  severity: 'warning',
  title: 'two containers share a repository but not the lock path',
  consequence:
    'The backup lock is a file in lock-path (/tmp/pgbackrest), so each container has its own. Two backups of one stanza into ' +
    'one repository then run at once: the second "resumes" the set that the first is writing, both end with 0, under one ' +
    'label, and files in it can be damaged. `stop`, `expire` and the lock status of `info` do not see each other either.',
  correct: `volumes:            # in both services
  - repo:/var/lib/pgbackrest
  - locks:/tmp/pgbackrest`,
  reproduction: `pgBackRest 2.60, one repository, a full backup with each of two lock-paths at the same time:

\`\`\`
first:   P00   INFO: new backup label = 20261121-011443F          exit code 0
second:  P00   WARN: resumable backup 20261121-011443F of same type exists -- invalid files will be removed …
         P00   INFO: new backup label = 20261121-011443F          exit code 0
\`\`\`

With one lock-path the second ends with

\`\`\`
ERROR: [050]: unable to acquire lock on file '/…/main-backup-1.lock': Resource temporarily unavailable
\`\`\`

Up to 2.52 an advisory lock in PostgreSQL stops the second (2.45: \`[050]: unable to acquire pgBackRest advisory lock\`).`,
  source: 'pgBackRest, Configuration Reference, lock-path; src/common/lock.c',
  *judge(project) {
    for (const file of composeFiles(project)) {
      const services = composeServices(file).filter(mentionsEngine);
      const reported = new Set<Container>();
      for (const [index, first] of services.entries())
        for (const second of services.slice(index + 1)) {
          const shared = sharedRepository(first, second);
          if (shared === undefined || reported.has(second) || sharesLocks(project, first, second)) continue;
          reported.add(second);
          yield {
            place: shared,
            problem: `${first.name?.value ?? ''} and ${second.name?.value ?? ''} share a repository but not the lock path`,
            remedy:
              'mount one volume at the lock path of both, /tmp/pgbackrest unless lock-path says otherwise.',
          };
        }
    }
  },
};

function sharedRepository(first: Container, second: Container): PlacedText | undefined {
  const sources = composeMounts(first.value)
    .filter((mount) => isRepository(mount.target.value))
    .map((mount) => mount.source);
  return composeMounts(second.value).find(
    (mount) => mount.source !== '' && isRepository(mount.target.value) && sources.includes(mount.source),
  )?.target;
}

function isRepository(target: string): boolean {
  if (/\/\.[^/]+|\.\w+$|^\/home\//.test(target)) return false;
  return /pgbackrest/.test(target) && !/^\/(etc|var\/log|var\/spool|tmp|run|var\/run)\b/.test(target);
}

function sharesLocks(project: LintProject, first: Container, second: Container): boolean {
  const named = project.engineFiles
    .flatMap((file) => file.settings)
    .filter((setting) => setting.name.value === 'lock-path')
    .map((setting) => setting.value.value);
  const paths = named.length > 0 ? named : ['/tmp/pgbackrest'];
  const sources = lockSources(first, paths);
  return lockSources(second, paths).some((source) => sources.includes(source));
}

function lockSources({ value }: Container, paths: readonly string[]): readonly string[] {
  return composeMounts(value)
    .filter((mount) =>
      paths.some((path) => path === mount.target.value || path.startsWith(`${mount.target.value}/`)),
    )
    .map((mount) => mount.source)
    .filter((source) => source !== '');
}
