import type { EngineInvocation, Invocation } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { callsOf, commandsBefore } from './engine-calls.ts';

export const restoreInRunningContainer: LintRule = {
  name: 'restore-in-running-container',
  severity: 'critical',
  title: 'a restore through exec into a running container',
  consequence:
    'exec needs a container that runs. In that of the database the server runs with it, and the restore ends with [038]. In any ' +
    'other one the restore writes into a directory of that container: the database keeps its old data, and where the volume is ' +
    'shared, but not the process list and postmaster.pid, files are replaced under a running server.',
  correct:
    'docker compose stop db\ndocker compose run --rm --no-deps --entrypoint pgbackrest db --stanza=main --delta restore\ndocker compose up -d db',
  reproduction: `pgBackRest 2.45, in the place where the server runs:

\`\`\`
$ pgbackrest --stanza=main restore
ERROR: [038]: unable to restore while PostgreSQL is running
       HINT: presence of 'postmaster.pid' in '/var/lib/postgresql/15/main' indicates PostgreSQL is running.
\`\`\`

Without the data directory of the server mounted at pg1-path, the engine finds no such file and restores.`,
  source: 'pgBackRest, src/command/restore/restore.c (restorePathValidate)',
  *judge(project) {
    const idle = idleContainers(project);
    for (const call of callsOf(project, 'restore')) {
      const wrapper = call.invocation.wrappers.find((one) => execPattern.test(one));
      if (wrapper === undefined || isCopy(call) || isIdle(wrapper, idle)) continue;
      // Whoever stopped the database first restores with the server down.
      if (commandsBefore(call.invocation).some((one) => stopsContainer(one) || stopsServer(one))) continue;
      yield {
        place: call.invocation.place,
        problem: `a restore through \`${wrapper.split(' ').slice(0, 3).join(' ')} …\`, in a container that runs`,
        remedy: 'stop the database, and run the restore in a container of its own that has the data volume.',
        engineError: 38,
      };
    }
  },
};

export const restoreBesideRunningContainer: LintRule = {
  name: 'restore-beside-running-container',
  severity: 'warning',
  title: 'a restore into the volumes of a container that nothing stops',
  consequence:
    'The restore has the data directory of a container that may still run. The engine only looks for ' +
    'postmaster.pid ([038] when it is there); after a crash or with another mount point it is not, and files are replaced under a ' +
    'running server.',
  correct:
    'docker compose stop db\ndocker run --rm --volumes-from db IMAGE pgbackrest --stanza=main --delta restore',
  reproduction: `pgBackRest 2.45, with the server running:

\`\`\`
$ pgbackrest --stanza=main --delta restore
ERROR: [038]: unable to restore while PostgreSQL is running
\`\`\``,
  source: 'docker run reference, --volumes-from; pgBackRest, src/command/restore/restore.c',
  *judge(project) {
    for (const call of callsOf(project, 'restore')) {
      const { invocation } = call;
      const shares = invocation.wrappers.some((wrapper) =>
        /^(?:docker|podman|nerdctl) .*--volumes-from\b/.test(wrapper),
      );
      const { commands } = invocation.script;
      // What is restarted afterwards ran all the time.
      const isRun = invocation.wrappers.some((wrapper) => runPattern.test(wrapper));
      const restarts = isRun && commands.slice(invocation.index + 1).some(restartsContainer);
      if ((!shares && !restarts) || isCopy(call) || commandsBefore(invocation).some(stopsContainer)) continue;
      yield {
        place: invocation.place,
        problem: 'a restore into the volumes of a container that is not stopped here',
        remedy: 'stop the container of the database first.',
        engineError: 38,
      };
    }
  },
};

const execPattern =
  /^(?:docker(?:[- ]compose)?\b.*? exec|podman(?:-compose)?\b.*? exec|nerdctl\b.*? exec|kubectl\b.*? exec|oc\b.*? exec)\b/;

const runPattern = /^(?:docker(?:[- ]compose)?|podman(?:-compose)?|nerdctl)\b.*? run\b/;

function restartsContainer({ program, words }: Invocation): boolean {
  return (
    ['docker', 'podman', 'docker-compose', 'podman-compose', 'nerdctl'].includes(program) &&
    words.some((word) => word.value === 'restart')
  );
}

/** Into a directory of its own, for a look: no server runs there. */
function isCopy(call: EngineInvocation): boolean {
  const path = call.options.find((option) => /^pg\d*-path$/.test(option.name.value))?.value;
  return path !== undefined && /\/tmp\/|test|drill|copy|clone|restore/.test(path.value);
}

function stopsContainer(command: Invocation): boolean {
  const words = command.words.map((word) => word.value);
  if (!['docker', 'podman', 'docker-compose', 'podman-compose', 'nerdctl'].includes(command.program))
    return false;
  return words.some((word) => ['stop', 'down', 'kill', 'rm'].includes(word)) && !words.includes('volume');
}

function stopsServer({ program, words }: Invocation): boolean {
  return ['pg_ctl', 'pg_ctlcluster'].includes(program) && words.some((word) => word.value === 'stop');
}

/** Names of containers that were started to do nothing: no server runs in them. */
function idleContainers(project: LintProject): ReadonlySet<string> {
  const names = project.commandLists.flatMap(({ commands }) =>
    commands
      .filter(({ program }) => ['sleep', 'tail', 'cat'].includes(program))
      .flatMap(({ wrappers }) => wrappers)
      .flatMap(
        (wrapper) => /^(?:docker|podman|nerdctl)\b.* run\b.* --name[ =](\S+)/.exec(wrapper)?.[1] ?? [],
      ),
  );
  return new Set(names);
}

function isIdle(wrapper: string, idle: ReadonlySet<string>): boolean {
  return wrapper.split(/\s+/).some((word) => idle.has(word));
}
