#!/bin/sh
# A Docker engine for tests, in the foreground, in namespaces of its own for processes, mounts and the network: the
# machine's own firewall, bridges and mounts are never touched, and with this process everything of it ends, containers
# too, however it ends. Containers reach each other by name, and nothing outside.
#
#   sh test/docker/run-docker-engine.sh DIRECTORY
#   DOCKER_HOST=unix://DIRECTORY/docker.sock DOCKER_CONFIG=.cache/tools/docker/config .cache/tools/docker/bin/docker ps
set -eu
[ $# -eq 1 ] || {
  echo "usage: run-docker-engine.sh DIRECTORY" >&2
  exit 64
}
here=$(cd "$(dirname "$0")" && pwd)
tools=${HOLDFAST_DOCKER_DIR:-$(cd "$here/../.." && pwd)/.cache/tools/docker}
mkdir -p "$1"
directory=$(cd "$1" && pwd)

# Process 1 of the namespace collects what containers leave; when it ends, the kernel ends all others.
exec setpriv --pdeathsig KILL env -i PATH="$tools/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$directory" TMPDIR="$directory" \
  unshare --net --mount --pid --fork --kill-child --mount-proc \
  "$tools/bin/docker-init" -- sh -c 'ip link set lo up; exec dockerd "$@"' dockerd \
  --host "unix://$directory/docker.sock" --data-root "$directory/data" --exec-root "$directory/exec" \
  --pidfile "$directory/docker.pid" --cgroup-parent "/${directory##*/}" --bip 10.99.0.1/24 \
  --default-address-pool base=10.100.0.0/16,size=24 --log-level warn
