#!/bin/sh
# Gets a Docker engine and what images are made of, and prints the folder they are in. Nothing is installed, no service
# is made and no registry is asked: packages of Debian are unpacked into that folder.
#
#   bin/docker dockerd containerd …    Docker 26.1 and Compose 2.26 of Debian 13, which run on Debian 12 too
#   debian.tar                         Debian 13, the smallest there is, with the packages of PostgreSQL and pgBackRest (not
#                                      installed) as a source of its apt: images are built from it without a network
#   node.tar                           the Node that this checkout runs on
#
# What is there already is left as it is: a second run touches no network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "docker: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$checkout/test/tools/private-apt.sh"

[ "$(id -u)" -eq 0 ] || fail "a Docker engine of its own needs root: run this with sudo"
folder=${HOLDFAST_DOCKER_DIR:-$checkout/.cache/tools/docker}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
# What images are built of, beside Debian itself; a change makes the base image again.
wanted='postgresql-17 pgbackrest ca-certificates libnss-wrapper curl openssl'

# Programs of one suite fit together; of runc and make the next one needs a newer C library than Debian 12 has.
ours='docker.io docker-cli containerd docker-compose docker-buildx tini iptables libip4tc2 libip6tc2 libxtables12
  libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3 debootstrap'
own_ones='runc make'

get_programs() {
  if [ "$(cat "$folder/programs.stamp" 2>/dev/null)" = "$ours $own_ones" ]; then return 0; fi
  say "getting Docker and Compose from Debian trixie (about 90 MB)"
  root="$folder/programs"
  rm -rf "$root" "$folder/debs"
  mkdir -p "$root" "$folder/debs"
  prepare_apt trixie
  # shellcheck disable=SC1091 # not ours
  own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  prepare_apt "$own"
  (
    cd "$folder/debs"
    # shellcheck disable=SC2086 # lists of words
    apt_of trixie apt-get download $ours >&2
    # shellcheck disable=SC2086
    apt_of "$own" apt-get download $own_ones >&2
  )
  for package in "$folder/debs"/*.deb; do dpkg -x "$package" "$root"; done
  rm -rf "$folder/debs"
  lay_out_programs
  for program in docker dockerd containerd runc iptables docker-init make; do
    "$folder/bin/$program" --version >/dev/null || fail "$program does not run here"
  done
  echo "$ours $own_ones" >"$folder/programs.stamp"
}

# One folder for PATH, and the plugins where the client looks for them (DOCKER_CONFIG).
lay_out_programs() {
  rm -rf "$folder/bin" "$folder/config"
  mkdir -p "$folder/bin" "$folder/config/cli-plugins"
  for program in usr/sbin/dockerd usr/sbin/docker-proxy usr/sbin/runc usr/bin/docker usr/bin/containerd usr/bin/containerd-shim-runc-v2 usr/bin/make; do
    ln -s "../programs/$program" "$folder/bin/${program##*/}"
  done
  ln -s ../programs/usr/bin/tini-static "$folder/bin/docker-init"
  # The kernel's older tables: a namespace of its own has them empty, whatever the machine uses.
  for program in iptables ip6tables; do
    cat >"$folder/bin/$program" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$root/usr/lib/$multiarch XTABLES_LIBDIR=$root/usr/lib/$multiarch/xtables exec $root/usr/sbin/$program-legacy "\$@"
WRAPPER
    chmod 755 "$folder/bin/$program"
  done
  for plugin in "$root"/usr/libexec/docker/cli-plugins/*; do ln -s "$plugin" "$folder/config/cli-plugins/"; done
}

get_debian() {
  if [ "$(cat "$folder/debian.stamp" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  say "making the base image: debootstrap of Debian trixie, and the packages of PostgreSQL and pgBackRest (a minute)"
  prepare_apt trixie
  uri=$(awk '/^URIs:/ { print $2 }' "$folder/apt-trixie/sources.sources")
  base="$folder/debian.new"
  rm -rf "$base"
  DEBOOTSTRAP_DIR="$folder/programs/usr/share/debootstrap" sh "$folder/programs/usr/sbin/debootstrap" --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg trixie "$base" "$uri" >"$folder/debootstrap.log" 2>&1 ||
    fail "debootstrap failed: $folder/debootstrap.log"
  # shellcheck disable=SC2086 # a list of words
  chroot "$base" apt-get install -q -y --no-install-recommends --download-only $wanted >>"$folder/debootstrap.log" 2>&1 ||
    fail "apt-get failed: $folder/debootstrap.log"
  mkdir "$base/srv/packages"
  mv "$base"/var/cache/apt/archives/*.deb "$base/srv/packages/"
  for package in "$base"/srv/packages/*.deb; do
    dpkg-deb -f "$package"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${package##*/}" "$(stat -c %s "$package")" "$(sha256sum "$package" | cut -d ' ' -f 1)"
  done >"$base/srv/packages/Packages"
  rm -rf "$base"/var/lib/apt/lists/* "$base"/etc/apt/sources.list "$base"/etc/apt/sources.list.d/*
  echo 'deb [trusted=yes] file:/srv/packages ./' >"$base/etc/apt/sources.list"
  tar -C "$base" --one-file-system -cf "$folder/debian.tar.new" .
  mv "$folder/debian.tar.new" "$folder/debian.tar"
  rm -rf "$base"
  echo "$wanted" >"$folder/debian.stamp"
}

get_node() {
  node=$(readlink -f "$checkout/node_modules/.bin/node") || fail "there is no Node in node_modules: run \`npm test\` once"
  version=$("$node" --version)
  if [ "$(cat "$folder/node.stamp" 2>/dev/null)" = "$version" ]; then return 0; fi
  rm -rf "$folder/node.new"
  mkdir -p "$folder/node.new/usr/local/bin"
  cp "$node" "$folder/node.new/usr/local/bin/node"
  tar -C "$folder/node.new" -cf "$folder/node.tar" .
  rm -rf "$folder/node.new"
  echo "$version" >"$folder/node.stamp"
}

get_programs
get_debian
get_node
rm -rf "$folder"/apt-*
echo "$folder"
