#!/bin/sh
# npm run test:matrix [-- ENGINE POSTGRES [vitest arguments]]
#
# Runs the integration tests with other versions of pgBackRest and PostgreSQL than the distribution's: a spread in which
# each version appears, not every combination. Last come the tests against Patroni and 200 kills of the daemon. With two arguments (`2.60 18`) that
# one pair alone.
# pgBackRest knows PostgreSQL up to: 2.45 → 15, 2.55 → 17 (18 as an experiment), 2.60 → 18.
set -euf
cd "$(dirname "$0")/.."

spread='2.45:15 2.55:16 2.55:17 2.60:15 2.60:16 2.60:17 2.60:18'
pairs=$spread
if [ $# -ge 2 ]; then
  pairs="$1:$2"
  shift 2
elif [ $# -eq 1 ]; then
  echo "usage: npm run test:matrix [-- ENGINE POSTGRES [vitest arguments]], for example -- 2.60 18" >&2
  exit 64
fi

sh scripts/setup.sh
sh test/tools/get-tools.sh >/dev/null
HOLDFAST_MATRIX_DIR=$(sh test/matrix/get-versions.sh)
export HOLDFAST_MATRIX_DIR
PATH="$PWD/node_modules/.bin:$PATH"

table=$(mktemp)
trap 'rm -f "$table"' EXIT
failed=0
for pair in $pairs; do
  engine=${pair%%:*} postgres=${pair#*:}
  printf '\n== pgBackRest %s with PostgreSQL %s\n' "$engine" "$postgres"
  begin=$(date +%s)
  # Two hosts start a backup at the same moment: a hundred times with an engine that takes no lock in the database.
  rounds=4
  if [ "$pair" = 2.60:18 ]; then rounds=100; fi
  # No suite has the programs of 16, and the tools of 17 are not for its WAL, its checksums and its dumps.
  without=''
  if [ "$postgres" = 16 ]; then
    for file in drill-checks drill-heartbeat drill-harmless rescue-dropped; do without="$without --exclude **/$file.test.ts"; done
  fi
  # shellcheck disable=SC2086 # a list of words
  if HOLDFAST_TEST_ENGINE=$engine HOLDFAST_TEST_POSTGRES=$postgres HOLDFAST_TEST_ROUNDS=$rounds HOLDFAST_EXPIRE_CASES=${HOLDFAST_EXPIRE_CASES:-150} vitest run --project integration $without "$@" </dev/null; then
    result=passed
  else
    result=FAILED
    failed=1
  fi
  printf '%-12s %-12s %-8s %4d s\n' "$engine" "$postgres" "$result" "$(($(date +%s) - begin))" >>"$table"
done

# Once, with the distribution's versions, and not when a single pair was asked for.
if [ "$pairs" = "$spread" ]; then
  printf '\n== pg_upgrade from 15 to 17\n'
  begin=$(date +%s)
  result=passed
  HOLDFAST_TEST_ENGINE=2.60 HOLDFAST_TEST_POSTGRES=15 vitest run --project upgrade </dev/null || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' 2.60 "15 to 17" "$result" "$(($(date +%s) - begin))" >>"$table"

  printf '\n== Findings that need minutes\n'
  begin=$(date +%s)
  result=passed
  vitest run --project slow </dev/null || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' minutes "(distribution)" "$result" "$(($(date +%s) - begin))" >>"$table"

  printf '\n== Patroni\n'
  begin=$(date +%s)
  result=passed
  sh scripts/test-patroni.sh || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' Patroni "(distribution)" "$result" "$(($(date +%s) - begin))" >>"$table"

  printf '\n== Ansible\n'
  begin=$(date +%s)
  result=passed
  sh scripts/test-ansible.sh || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' Ansible "(distribution)" "$result" "$(($(date +%s) - begin))" >>"$table"

  printf '\n== Docker\n'
  begin=$(date +%s)
  result=passed
  sh scripts/test-docker.sh || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' Docker "(Debian 13)" "$result" "$(($(date +%s) - begin))" >>"$table"

  printf '\n== 200 kills of the daemon\n'
  begin=$(date +%s)
  result=passed
  sh scripts/test-kills.sh 200 || result=FAILED failed=1
  printf '%-12s %-12s %-8s %4d s\n' "200 kills" "(distribution)" "$result" "$(($(date +%s) - begin))" >>"$table"
fi

printf '\n%-12s %-12s %-8s %6s\n' pgBackRest PostgreSQL result time
cat "$table"
exit "$failed"
