#!/bin/sh
# npm run test:docker [-- vitest arguments]
#
# The rendered containers in a real Docker engine: one that is started for the tests, in namespaces of its own, and ended
# with them. Docker and the base image come from Debian 13, are unpacked into .cache/tools/docker (200 MB to download,
# once) and not installed; no registry is asked, and a second run touches no network.
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo env "PATH=$PATH" "$@"; fi
}

failed=0
[ "$(id -u)" -eq 0 ] || echo "test: running with sudo, because a Docker engine is started"
HOLDFAST_DOCKER_DIR=$(as_root sh test/docker/get-docker.sh)
as_root env "HOLDFAST_DOCKER_DIR=$HOLDFAST_DOCKER_DIR" node_modules/.bin/vitest run --project docker "$@" </dev/null || failed=1
# What root wrote into this checkout belongs to its owner again.
[ "$(id -u)" -eq 0 ] || sudo chown -R "$(id -u):$(id -g)" node_modules .cache
exit "$failed"
