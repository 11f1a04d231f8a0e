#!/bin/sh
# Everything `npm run demo` and `npm test` need on a Debian 12 or 13 with Node 20 or newer. Says what it is about to
# install and why, then installs what is missing and nothing else. When nothing is missing it touches no network.
#
# With the argument `patroni` also what scripts/test-patroni.sh needs.
#
# Runs as root, or as a user with sudo (which is used for apt alone).
set -eu
cd "$(dirname "$0")/.."
also=${1:-}

say() { printf 'setup: %s\n' "$*"; }

fail() {
  printf 'setup: %s\n' "$1" >&2
  printf 'HINT: %s\n' "$2" >&2
  exit 69
}

# `npm run` puts node_modules/.bin first. What comes to lie there is what we are about to install: it must not be
# what we install with.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | grep -v '/node-gyp-bin$' | paste -sd: -)
export PATH

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

check_system_node() {
  command -v npm >/dev/null || fail "npm was not found" "Install Node.js 20 or newer together with npm, then try again."
  version=$(node --version 2>/dev/null) || fail "node was not found" "Install Node.js 20 or newer, then try again."
  major=${version#v}
  major=${major%%.*}
  [ "$major" -ge 20 ] || fail "the system's Node is $version" \
    "Install Node.js 20 or newer. The Node 24 that Holdfast runs on comes with its packages, but npm must be able to run first."
}

has_postgres() {
  for program in /usr/lib/postgresql/*/bin/initdb; do [ ! -x "$program" ] || return 0; done
  return 1
}

has_faketime() {
  for library in /usr/lib/*/faketime/libfaketimeMT.so.1; do [ ! -e "$library" ] || return 0; done
  return 1
}

missing_packages() {
  has_postgres || printf 'postgresql '
  [ -x /usr/bin/pgbackrest ] || printf 'pgbackrest '
  # For stepping down to another user in the tests. Part of every Debian but the smallest containers.
  command -v setpriv >/dev/null || printf 'util-linux '
  # A change that Holdfast prints is applied as a person would, and a terminal is made by script.
  command -v patch >/dev/null || printf 'patch '
  command -v script >/dev/null || printf 'bsdutils '
  # Clocks that go wrong, for one process at a time.
  has_faketime || printf 'libfaketime '
  # Judges units and calendars; nothing of it has to run.
  [ -x /usr/bin/systemd-analyze ] || printf 'systemd '
  [ "$also" = patroni ] || return 0
  [ -x /usr/bin/patroni ] || printf 'patroni '
  [ -x /usr/bin/etcd ] || printf 'etcd-server '
  command -v curl >/dev/null || printf 'curl '
  # How Patroni speaks to etcd: one of several that its package can do with.
  /usr/bin/python3 -c 'import etcd' 2>/dev/null || printf 'python3-etcd '
}

# Their packages enable a service for the next start of the machine; the tests start processes of their own.
disable_services() {
  command -v systemctl >/dev/null || return 0
  for installed in $1; do
    case $installed in
      patroni) as_root systemctl disable --quiet patroni.service ;;
      etcd-server) as_root systemctl disable --quiet etcd.service ;;
    esac
  done
}

# npm writes what it installed to node_modules/.package-lock.json when it is done, so a broken run does not match.
# Packages for other platforms are in our lock file and never installed.
packages_match() {
  [ -f node_modules/.package-lock.json ] && node -e '
    const read = (file) => JSON.parse(require("fs").readFileSync(file, "utf8")).packages;
    const installed = read("node_modules/.package-lock.json");
    for (const [path, wanted] of Object.entries(read("package-lock.json"))) {
      if (path === "" || (wanted.optional && !installed[path]) || (wanted.devOptional && !installed[path])) continue;
      if (installed[path]?.version !== wanted.version) process.exit(1);
    }'
}

has_node() {
  wanted=$(node -p 'require("./package.json").dependencies.node')
  [ "$(node_modules/.bin/node --version 2>/dev/null)" = "v$wanted" ]
}

announce() {
  say "Holdfast needs a few things that are not here yet. It will now install:"
  if [ -n "$packages" ]; then
    say "  - from Debian, with apt-get: $packages"
    say "      because the demo and the tests run real PostgreSQL servers and the real backup engine."
    case " $packages " in
      *' postgresql '* | *' pgbackrest '*) say "      About 75 MB to download, 320 MB on disk." ;;
    esac
    case " $packages " in
      *' patroni '* | *' etcd-server '*) say "      Patroni and etcd: about 15 MB to download, 50 MB on disk. Their services are left off." ;;
    esac
    say "      No server is set up or started."
    [ "$(id -u)" -eq 0 ] || say "      This asks for your password: apt-get runs through sudo."
  fi
  if [ "$modules" = missing ]; then
    say "  - into $PWD/node_modules, with npm ci: the packages in package-lock.json"
    say "      because Holdfast is written in TypeScript and tested with these exact versions. Among them is a"
    say "      Node $(node -p 'require("./package.json").dependencies.node') that only Holdfast uses: the system's $(node --version) stays what it is."
  elif [ "$modules" = node ]; then
    say "  - into $PWD/node_modules: Node $(node -p 'require("./package.json").dependencies.node'), which npm left out because it runs no install scripts"
  fi
}

# --- Debian's packages, without a default cluster and without starting anything -----------------------------------

policy=/usr/sbin/policy-rc.d
create_cluster=/etc/postgresql-common/createcluster.d/zz-holdfast-setup.conf
mark='# Put here by the set-up of Holdfast while it installs packages.'

guard() {
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  # Only a first installation makes a cluster (postgresql-common, maintscripts-functions, configure_version).
  as_root mkdir -p "${create_cluster%/*}"
  printf '%s\ncreate_main_cluster = false\n' "$mark" | as_root tee "$create_cluster" >/dev/null
}

unguard() {
  # Also one that an interrupted set-up left behind, and never one of the administrator's own.
  if grep -qsxF "$mark" "$policy"; then as_root rm -f "$policy"; fi
  if [ -e "$create_cluster" ]; then as_root rm -f "$create_cluster"; fi
}

check_debian() {
  id='' version=''
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091 # not ours
    id=$(. /etc/os-release && echo "${ID:-}") version=$(. /etc/os-release && echo "${VERSION_ID:-}")
  fi
  case "$id $version" in
    'debian 12' | 'debian 13') ;;
    *) fail "this is not Debian 12 or 13 (it says: $id $version), so $packages can not be installed here" \
      "Install PostgreSQL and pgBackRest yourself; with both in place the set-up goes on from there." ;;
  esac
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "$packages must be installed by root, and there is no sudo" "Run the same command as root, or install sudo."
  fi
}

install_packages() {
  check_debian
  trap unguard EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  guard
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages </dev/null
  disable_services "$packages"
  unguard
  trap - EXIT INT TERM
  packages=$(missing_packages)
  [ -z "$packages" ] || fail "apt-get ended well, but still missing: $packages" "Look at its output above."
}

# --- node_modules --------------------------------------------------------------------------------------------------

install_modules() {
  [ -w . ] || fail "$PWD can not be written to by $(id -un)" "Use a checkout of your own."
  if [ "$modules" = missing ]; then npm ci --no-audit --no-fund --loglevel=error </dev/null; fi
  # npm 11.16 and newer run only the install scripts that package.json allows, and older ones may have been told to
  # run none. Node's does nothing but fetch the binary of this platform.
  if ! has_node; then
    (cd node_modules/node && node installArchSpecificPackage.js </dev/null)
    # npm makes no link to a program that was not there yet.
    ln -sfn ../node/bin/node node_modules/.bin/node
  fi
  has_node || fail "node_modules/.bin/node does not run" "Remove node_modules and try again; npm's own output is above."
}

check_system_node
unguard
packages=$(missing_packages)
packages=${packages% }
modules=there
packages_match || modules=missing
if [ "$modules" = there ] && ! has_node; then modules=node; fi

if [ -n "$packages" ] || [ "$modules" != there ]; then
  announce
  [ -z "$packages" ] || install_packages
  [ "$modules" = there ] || install_modules
  say "done"
fi

# bin/holdfast compiles a checkout when a source is newer than what it compiled last: once here, so that it is not
# in the way later.
bin/holdfast --help >/dev/null </dev/null || fail "bin/holdfast does not start" "Run 'npm run typecheck': src/ does not compile."
