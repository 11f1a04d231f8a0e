#!/bin/sh
# npm run test:kills [-- KILLS]
#
# Kills the daemon (and now and then its engine) with SIGKILL at random moments, 200 times unless told, and compares
# after every few what the journal says with what the repositories hold. `npm test` does the same with a few kills.
set -eu
cd "$(dirname "$0")/.."

kills=${1:-200}
case $kills in
  *[!0-9]* | '')
    echo "usage: npm run test:kills [-- KILLS]" >&2
    exit 64
    ;;
esac

sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
HOLDFAST_TEST_KILLS=$kills
export PATH HOLDFAST_TEST_KILLS
exec vitest run --project integration test/faults/daemon-kill </dev/null
