#!/bin/sh
# npm run test:patroni [-- vitest arguments]
#
# The tests against a real Patroni: etcd, Patroni and its PostgreSQL are started on loopback in a folder under /tmp and
# ended again. Patroni and etcd come from the distribution, and are installed (without starting them) where missing.
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup.sh patroni
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

if [ "$(id -u)" -eq 0 ] || [ "$(id -un)" = postgres ]; then
  exec vitest run --project patroni "$@" </dev/null
fi
echo "test: running with sudo, because servers are started as the user postgres"
failed=0
sudo env "PATH=$PATH" node_modules/.bin/vitest run --project patroni "$@" </dev/null || failed=1
# What root wrote into this checkout belongs to its owner again.
sudo chown -R "$(id -u):$(id -g)" node_modules .cache
exit "$failed"
