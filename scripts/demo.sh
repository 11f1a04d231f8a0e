#!/bin/sh
# npm run demo [-- --keep] [-- --scale N]
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup.sh

# The demo runs a PostgreSQL server of its own as the user postgres, whom only root can become.
if [ "$(id -u)" -ne 0 ] && [ "$(id -un)" != postgres ]; then
  echo "demo: running with sudo, because servers are started as the user postgres"
  exec sudo node_modules/.bin/node --disable-warning=ExperimentalWarning scripts/demo.ts "$@"
fi
exec node_modules/.bin/node --disable-warning=ExperimentalWarning scripts/demo.ts "$@"
