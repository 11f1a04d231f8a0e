#!/bin/sh
# npm run test:matrix [-- ENGINE POSTGRES [vitest arguments]]
#
# Runs the integration tests with other versions of pgBackRest and PostgreSQL than the distribution's, whose pair is what
# `npm test` runs. Then, once: the property tests with another seed, pg_upgrade, what needs minutes, Patroni, Ansible,
# Docker, and 200 kills of the daemon.
# With two arguments (`2.60 18`) that one pair alone. Each pair takes as long as `npm test`.
#
# pgBackRest knows PostgreSQL up to: 2.45 → 15, 2.55 → 17 (18 as an experiment), 2.60 → 18.
set -euf
cd "$(dirname "$0")/.."

if [ $# -eq 1 ]; then
  echo "usage: npm run test:matrix [-- ENGINE POSTGRES [vitest arguments]], for example -- 2.60 18" >&2
  exit 64
fi

sh scripts/setup.sh
sh test/tools/get-tools.sh >/dev/null
HOLDFAST_MATRIX_DIR=$(sh test/matrix/get-versions.sh)
export HOLDFAST_MATRIX_DIR
# Properties try what they have not tried before.
export HOLDFAST_TEST_SEED="${HOLDFAST_TEST_SEED:-random}"
PATH="$PWD/node_modules/.bin:$PATH"

table=$(mktemp)
trap 'rm -f "$table"' EXIT
failed=0

# $1 and $2 for the table, then a command; it goes on after one that failed.
run() {
  engine=$1 postgres=$2
  shift 2
  printf '\n== %s %s\n' "$engine" "$postgres"
  begin=$(date +%s)
  result=passed
  "$@" </dev/null || result=FAILED failed=1
  printf '%-12s %-14s %-8s %4d s\n' "$engine" "$postgres" "$result" "$(($(date +%s) - begin))" >>"$table"
}

# $1 pgBackRest, $2 PostgreSQL, then arguments of vitest
run_pair() {
  # Two hosts start a backup at the same moment: a hundred times with an engine that takes no lock in the database.
  rounds=4
  if [ "$1:$2" = 2.60:18 ]; then rounds=100; fi
  # No suite has the programs of 16, and the tools of 17 are not for its WAL, its checksums and its dumps.
  without=''
  if [ "$2" = 16 ]; then
    for file in drill-checks drill-harmless drill-heartbeat heartbeat rescue-dropped runbook-commands; do without="$without --exclude **/$file.test.ts"; done
  fi
  engine=$1 postgres=$2
  shift 2
  # shellcheck disable=SC2086 # a list of words
  run "$engine" "$postgres" env HOLDFAST_TEST_ENGINE="$engine" HOLDFAST_TEST_POSTGRES="$postgres" HOLDFAST_TEST_ROUNDS=$rounds \
    HOLDFAST_EXPIRE_CASES="${HOLDFAST_EXPIRE_CASES:-150}" vitest run --project integration $without "$@"
}

if [ $# -ge 2 ]; then
  run_pair "$@"
else
  newest=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -name '[0-9]*' | sed 's|.*/||' | sort -n | tail -1)
  own="$(pgbackrest version | sed 's/^pgBackRest \([0-9]*\.[0-9]*\).*/\1/'):$newest"
  for pair in 2.45:15 2.55:16 2.55:17 2.60:16 2.60:17 2.60:18; do
    [ "$pair" = "$own" ] || run_pair "${pair%%:*}" "${pair#*:}"
  done
  run properties '(no server)' vitest run --project unit
  run 2.60 '15 to 17' env HOLDFAST_TEST_ENGINE=2.60 HOLDFAST_TEST_POSTGRES=15 vitest run --project upgrade
  run slow '(distribution)' vitest run --project slow
  run Patroni '(distribution)' sh scripts/test-patroni.sh
  run Ansible '(distribution)' sh scripts/test-ansible.sh
  run Docker '(Debian 13)' sh scripts/test-docker.sh
  run '200 kills' '(distribution)' sh scripts/test-kills.sh 200
fi

printf '\n%-12s %-14s %-8s %6s\n' pgBackRest PostgreSQL result time
cat "$table"
exit "$failed"
