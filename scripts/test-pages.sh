#!/bin/sh
# npm run test:pages [-- vitest arguments]
#
# Pages that Holdfast writes, in a real Chromium: that of the distribution, or the one that $CHROMIUM names. With
# KEEP_PAGES=DIRECTORY pictures of them are left there.
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  echo "pages: there is no ${CHROMIUM:-/usr/bin/chromium}; install it (about 115 MB to download): apt-get install --no-install-recommends chromium" >&2
  exit 1
fi
exec vitest run --project pages "$@" </dev/null
