import { quoteForShell } from '../../model/quote-for-shell.ts';
import { type ComposeSite, places } from './compose-site.ts';

/** Programs of the image, by name. */
export function imageScripts(site: ComposeSite): Readonly<Record<string, string>> {
  return {
    'start-database': startDatabase(site),
    'start-holdfast': startHoldfast(site),
    'check-health': checkHealth(site),
    'copy-secrets': copySecrets,
  };
}

function startDatabase({ stanza, project }: ComposeSite): string {
  return `#!/bin/sh
# Starts PostgreSQL in the place of this shell, and makes a new cluster where there never was one.
#
# The lock beside the data directory is held for as long as any process of the server lives. Holdfast takes the same one
# before it replaces the directory: a server and a restore never work there at once, whatever container they are in.
set -eu
umask 077
stanza=${quoteForShell(stanza.name)}
data=$PGDATA
lock=$data.holdfast-server.lock
marker=$data.holdfast-restore.json
made=$data.holdfast-made

say() { echo "start-database: $*" >&2; }

# Whoever is to repair it needs the lock. Docker starts this again in a moment.
refuse() {
  exec 9<&-
  for line in "$@"; do say "$line"; done
  sleep 5
  exit 1
}

mkdir -p "\${data%/*}"
[ -e "$lock" ] || : >"$lock"
exec 9<"$lock"
if ! flock --nonblock 9; then
  say "a restore works in $data, or was left there half done: waiting for its end"
  [ ! -e "$marker" ] || sed -n 's/.*"\\(finish\\|undo\\)": "\\(.*\\)".*/start-database:   \\1: docker compose exec holdfast \\2/p' "$marker" >&2
  # In the background: a shell that waits for a child in the foreground hears of no stop.
  flock 9 &
  trap 'kill "$!"; exit 143' INT TERM
  wait "$!"
  trap - INT TERM
fi

if [ -e "$marker" ]; then
  refuse "a restore into $data was not finished, so nothing is started there. Finish or undo it:" \\
    "  docker compose exec holdfast $(sed -n 's/.*"finish": "\\(.*\\)".*/\\1/p' "$marker")" \\
    "  docker compose exec holdfast $(sed -n 's/.*"undo": "\\(.*\\)".*/\\1/p' "$marker")"
fi

# Only a first start makes a cluster. An empty one in the place of a lost one would look as if all were well.
if [ ! -s "$data/PG_VERSION" ]; then
  if [ -e "$made" ] || { [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; }; then
    refuse "$data had a cluster and has none now. Bring it back: make restore-latest"
  fi
  answer=$(pgbackrest --stanza="$stanza" --log-level-console=off info --output=json)
  case $answer in
    *'"label":'*)
      refuse "this volume is new, and a repository has backups of $stanza. Bring the cluster back: make restore-latest" \\
        "(for a new cluster in spite of them give it another stanza or another repository)"
      ;;
    *'"code":99,'*)
      refuse "this volume is new, and whether a repository has backups of $stanza is not known:" "$answer"
      ;;
  esac
  say "making a new cluster in $data"
  new=$data.new
  rm -rf "$new"
  initdb --pgdata="$new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \\
    --auth-local=peer --auth-host=scram-sha-256 \${PASSWORD_FILE:+--pwfile="$PASSWORD_FILE"} >&2
  # Before it is made for good: whoever restores this cluster gets the settings of the project, too.
  printf "include_if_exists '${places.holdfast}/postgresql.conf'\\n" >>"$new/postgresql.conf"
  printf 'host all all all scram-sha-256\\n' >>"$new/pg_hba.conf"
  if [ -n "\${DATABASE:-}" ]; then
    printf 'CREATE DATABASE "%s"\\n' "$(printf %s "$DATABASE" | sed 's/"/""/g')" |
      postgres --single -D "$new" -c archive_mode=off postgres >/dev/null
  fi
  [ ! -d "$data" ] || rmdir "$data"
  mv "$new" "$data"
fi
[ -e "$made" ] || : >"$made"

# A pid file says nothing here: numbers of processes begin anew in every container. The lock has said that nobody is there.
rm -f "$data/postmaster.pid"
grep -q '${places.holdfast}/postgresql.conf' "$data/postgresql.conf" ||
  printf "include_if_exists '${places.holdfast}/postgresql.conf'\\n" >>"$data/postgresql.conf"
say "starting PostgreSQL of ${project}"
exec postgres -D "$data"
`;
}

function startHoldfast({ stanza }: ComposeSite): string {
  return `#!/bin/sh
# The daemon; and once the server answers, setup: the stanza in every repository, a check that WAL arrives, the first
# backup where there is none. What is right already is left as it is.
set -eu
stanza=${quoteForShell(stanza.name)}
# Twice in the background, so that process 1 collects it.
( (
  until pg_isready --quiet; do sleep 2; done
  holdfast setup --stanza "$stanza" --yes ||
    echo "start-holdfast: setup ended with $?; again: docker compose exec holdfast holdfast setup --yes" >&2
) & )
exec holdfast serve
`;
}

function checkHealth({ stanza }: ComposeSite): string {
  return `#!/bin/sh
# Healthy is what is protected: nothing critical is known of backups, WAL and the server. Warnings are for people.
holdfast status --stanza ${quoteForShell(stanza.name)} --plugin
[ $? -lt 2 ]
`;
}

const copySecrets = `#!/bin/sh
# Gives the secrets of the project to postgres. On the host they belong to who deploys, with mode 0600, and a container
# sees them with those rights.
set -eu
umask 077
target=${places.secrets}
for file in /run/secrets/*; do
  [ -f "$file" ] || continue
  name=\${file##*/}
  install -o postgres -g postgres -m 0400 "$file" "$target/.$name.new"
  mv "$target/.$name.new" "$target/$name"
done
for file in "$target"/*; do
  [ ! -f "$file" ] || [ -f "/run/secrets/\${file##*/}" ] || rm -f "$file"
done
`;
