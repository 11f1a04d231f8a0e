#!/bin/sh
# npm test [-- vitest arguments]
#
# Set-up, then types, lint, format and dead code, then every test. With arguments only the tests they select:
# `npm test -- restore`, `npm test -- --project unit`.
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup.sh
# What the monitoring tests talk to: unpacked from Debian into .cache, about 50 MB to download the first time.
sh test/tools/get-tools.sh >/dev/null
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

failed=''
check() {
  name=$1
  shift
  printf 'check: %s\n' "$name"
  "$@" || failed="$failed $name"
}

if [ $# -eq 0 ]; then
  check typecheck tsc --noEmit
  check lint oxlint -c .oxlintrc.json src test scripts bench
  check format oxfmt --check src test scripts bench
  check deadcode knip
fi

# The tests against Patroni need packages of their own: `npm run test:patroni`.
case " $* " in
  *' --project'*) ;;
  *) set -- --project unit --project integration "$@" ;;
esac

if [ "$(id -u)" -eq 0 ] || [ "$(id -un)" = postgres ]; then
  vitest run "$@" </dev/null || failed="$failed tests"
else
  echo "test: running with sudo, because servers are started as the user postgres"
  sudo env "PATH=$PATH" node_modules/.bin/vitest run "$@" </dev/null || failed="$failed tests"
  # What root wrote into this checkout belongs to its owner again.
  sudo chown -R "$(id -u):$(id -g)" node_modules .cache
fi

[ -z "$failed" ] || {
  printf 'failed:%s\n' "$failed" >&2
  exit 1
}
