#!/bin/sh
# Runs a benchmark: npm run bench -- NAME [OPTIONS]
set -eu

root=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd)
names='overhead-backup overhead-restore overhead-drill engine-settings startup daemon-limits daemon-idle wal-ledger scrape'

usage() {
  echo "npm run bench -- NAME [OPTIONS]"
  echo
  echo "NAME is one of: $names report all"
  echo "NAME --help lists its options. docs/performance.md says what each measures."
}

run() {
  name=$1
  shift
  if [ ! -f "$root/bench/$name.ts" ]; then
    echo "bench: there is no benchmark $name" >&2
    usage >&2
    exit 64
  fi
  if [ "$name" = startup ]; then
    # Prints its result as JSON and takes the number of rounds.
    document=$("$root/node_modules/.bin/node" "$root/bench/startup.ts" "$@")
    printf '%s\n' "$document" | tee "$root/bench/results/startup.json"
    return
  fi
  # Known here only: the programs take the time as a parameter.
  HOLDFAST_BENCH_DATE=$(date -u +%Y-%m-%dT%H:%M:%SZ) \
    "$root/node_modules/.bin/node" --disable-warning=ExperimentalWarning "$root/bench/$name.ts" "$@"
}

name=${1:-}
case $name in
  '' | -h | --help | help)
    usage
    exit 0
    ;;
esac
shift

if [ "$name" != report ] && [ -f "$root/scripts/setup.sh" ]; then
  sh "$root/scripts/setup.sh"
  case $name in scrape | all) sh "$root/test/tools/get-tools.sh" >/dev/null ;; esac
fi
if [ "$name" = all ]; then
  for each in $names; do
    echo "== $each"
    run "$each"
  done
  run report
else
  run "$name" "$@"
fi
