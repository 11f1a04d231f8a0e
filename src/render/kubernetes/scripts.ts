import { quoteForShell } from '../../model/quote-for-shell.ts';
import { identityVariables, type KubernetesSite, places, usesCloudIdentity } from './kubernetes-site.ts';
import { roleStatements } from './server-settings.ts';

/** Scripts of the pods, by the name of their file. Each is short enough to be read before it is trusted. */
export function scripts(site: KubernetesSite): Readonly<Record<string, string>> {
  return {
    'configure.sh': configure(site),
    ...(usesCloudIdentity(site) ? { pgbackrest: withIdentity() } : {}),
    'initialize-database.sh': initializeDatabase(site),
    'start-postgres.sh': startPostgres(site),
    'stop-postgres.sh': stopPostgres(site),
    'restore.sh': restore(site),
    ...(site.settings.form === 'sidecar'
      ? { 'start-holdfast.sh': startHoldfast(site) }
      : { 'start-pgbackrest-server.sh': startEngineServer(site) }),
  };
}

const say = 'say() { echo "holdfast: $*" >&2; }';

type Variable = 'data' | 'lock' | 'programs' | 'stanza' | 'socket' | 'port';

/** What a script is about; the lock is the file by which a server and a restore keep out of each other's way. */
function variables(site: KubernetesSite, ...wanted: readonly Variable[]): string {
  const { node, dataMount, programs, stanza, socketDirectory } = site;
  const values: Readonly<Record<Variable, string>> = {
    data: node.path,
    lock: `${dataMount}/.holdfast-server-lock`,
    programs,
    stanza: stanza.name,
    socket: socketDirectory,
    port: String(node.port),
  };
  return wanted.map((name) => `${name}=${quoteForShell(values[name])}`).join('\n');
}

function configure(site: KubernetesSite): string {
  const keepIdentity = `export -p | grep -E '^export (${identityVariables.join('|')})=' >${identityFile} || true
`;
  return `#!/bin/sh
# Puts configuration where pgBackRest and libpq look for it. ConfigMaps and Secrets belong to root and can be read by a
# group; here each file gets the owner and the mode that the programs, and holdfast check, ask for.
set -eu
umask 027
mkdir -p ${places.engine}/conf.d ${places.work}/log ${places.work}/spool
umask 077
install -m 0640 ${places.source}/pgbackrest.conf ${places.engine}/pgbackrest.conf
install -m 0600 ${places.source}/holdfast-secrets.conf ${places.engine}/conf.d/holdfast-secrets.conf
if [ -f ${places.source}/pgpass ]; then install -m 0600 ${places.source}/pgpass ${places.home}/.pgpass; fi
${usesCloudIdentity(site) ? keepIdentity : ''}`;
}

/** Written by the first container, which the cloud gives the same variables as the others. */
const identityFile = `${places.work}/identity`;

function withIdentity(): string {
  return `#!/bin/sh
# pgBackRest with the identity that the cloud gave this pod. Holdfast starts programs with an environment of its own, and
# servers that it restores hand that on.
. ${identityFile}
exec pgbackrest "$@"
`;
}

function initializeDatabase(site: KubernetesSite): string {
  const { node } = site;
  return `#!/bin/sh
# Makes an empty cluster on an empty volume, and only there. Where a repository has backups of this stanza, or does not
# answer, nothing is made: an empty server in place of a lost one would look as if all were well.
set -eu
${say}
${variables(site, 'data', 'programs', 'stanza')}
if [ -s "$data/PG_VERSION" ]; then exit 0; fi
if [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; then
  say "$data is neither empty nor a cluster: look what it is"
  exit 1
fi
answer=$(pgbackrest --stanza="$stanza" --log-level-console=off info --output=json)
case $answer in
  *'"label":'*)
    say "the volume is empty, and a repository has backups of $stanza: restore them (kubectl apply -k overlays/restore)"
    exit 1
    ;;
  *'"code":99,'*)
    say "the volume is empty, and a repository does not answer: whether it has backups of $stanza is not known"
    printf '%s\\n' "$answer" >&2
    exit 1
    ;;
esac
say "making a new cluster in $data"
# Under another name until it is complete.
rm -rf "$data.new"
"$programs/initdb" --pgdata="$data.new" --username=${quoteForShell(node.osUser)} --encoding=UTF8 --locale=C.UTF-8 \\
  --data-checksums --auth-local=peer --auth-host=scram-sha-256 >&2
[ ! -d "$data" ] || rmdir "$data"
mv "$data.new" "$data"
`;
}

function startPostgres(site: KubernetesSite): string {
  return `#!/bin/sh
# Starts the server in the place of this shell. It holds a lock of the volume as long as it runs, for which a restore
# looks; and waits for the end of a restore that has it.
set -eu
${say}
${variables(site, 'data', 'lock', 'programs')}
exec 9>>"$lock"
if ! flock -n 9; then
  say "a restore works on this volume: waiting for its end"
  flock 9
fi
# The pods of a file have one server: a pid that is no server of this directory was of one that was killed.
if [ -f "$data/postmaster.pid" ]; then
  pid=$(head -n 1 "$data/postmaster.pid")
  if [ "$(readlink "/proc/$pid/cwd" 2>/dev/null || true)" != "$(cd "$data" && pwd -P)" ]; then
    say "removing what a killed server left: postmaster.pid of process $pid"
    rm -f "$data/postmaster.pid"
  fi
fi
grep -q '${places.settings}/holdfast.conf' "$data/postgresql.conf" ||
  printf "include_if_exists '${places.settings}/holdfast.conf'\\n" >>"$data/postgresql.conf"
exec "$programs/postgres" -D "$data"
`;
}

function stopPostgres(site: KubernetesSite): string {
  return `#!/bin/sh
# What Kubernetes sends by itself lets the server wait for its clients until it is killed.
${variables(site, 'data', 'programs')}
exec "$programs/pg_ctl" stop --pgdata="$data" --mode=fast --wait --timeout=${stopSeconds}
`;
}

/** Seconds that a server may take to end; the pod has some more. */
export const stopSeconds = 600;

function restore(site: KubernetesSite): string {
  return `#!/bin/sh
# Restores into the volume while no server uses it, and ends the restored server again, for the pod to start it. With
# \`undo\` as its first word it undoes a restore.
set -eu
${say}
${variables(site, 'data', 'lock', 'programs', 'stanza')}
exec 9>>"$lock"
if ! flock -n 9; then
  say "a server uses this volume: scale its StatefulSet to 0 first; nothing was done"
  exit 86
fi
verb=restore
if [ "\${1:-}" = undo ]; then
  verb=undo
  shift
fi
code=0
holdfast "$verb" --stanza "$stanza" "$@" --direct --yes 9>&- || code=$?
if [ -f "$data/postmaster.pid" ]; then
  "$programs/pg_ctl" stop --pgdata="$data" --mode=fast --wait --timeout=${stopSeconds}
fi
exit "$code"
`;
}

/** The command that makes what the server lacks waits in the background: the daemon is there at once. */
function startHoldfast(site: KubernetesSite): string {
  const setup = site.settings.firstBackup ? 'holdfast setup --yes' : 'holdfast setup --yes --no-backup';
  return `#!/bin/sh
# The daemon; and once the server answers, setup: the stanza in every repository, a check that WAL arrives, the first
# backup where there is none. What is there already is left as it is.
set -eu
${say}
${variables(site, 'programs', 'socket', 'port')}
(
  until "$programs/pg_isready" --quiet --host="$socket" --port="$port"; do sleep 2; done
  ${setup} || say "setup ended with $?: run kubectl exec -c holdfast … -- ${setup}"
) &
exec holdfast serve
`;
}

function startEngineServer(site: KubernetesSite): string {
  return `#!/bin/sh
# pgBackRest's TLS server, for the CronJobs; and once PostgreSQL answers, the stanza and the role of the CronJobs.
set -eu
${say}
${variables(site, 'programs', 'stanza', 'socket', 'port')}
(
  until "$programs/pg_isready" --quiet --host="$socket" --port="$port"; do sleep 2; done
  if [ "$("$programs/psql" -XAtq -h "$socket" -p "$port" -d postgres -c 'SELECT pg_is_in_recovery()')" = f ]; then
    "$programs/psql" -Xq -v ON_ERROR_STOP=1 -h "$socket" -p "$port" -d postgres <<'SQL' ||
${roleStatements(site)}SQL
      say "the role of the CronJobs could not be made"
    if pgbackrest --stanza="$stanza" stanza-create; then say "the stanza is in every repository"
    else say "stanza-create ended with $?"; fi
  fi
) &
exec pgbackrest server
`;
}
