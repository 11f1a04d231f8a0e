#!/bin/sh
# Prints a kubectl with `kubectl kustomize` of version 5 or newer: the one of this machine, or else the one of Debian sid,
# which is unpacked into .cache/tools/kubectl and not installed. A second run touches no network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "kubectl: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

is_new() { "$1" version --client 2>/dev/null | grep -Eq 'Kustomize Version: v([5-9]|[1-9][0-9])'; }

# shellcheck source=test/tools/private-apt.sh
. "$checkout/test/tools/private-apt.sh"

own=$(command -v kubectl || true)
if [ -n "$own" ] && is_new "$own"; then
  echo "$own"
  exit 0
fi
folder=${HOLDFAST_KUBECTL_DIR:-$(choose_folder tools/kubectl)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if ! [ -x "$folder/kubectl" ]; then
  say "getting kubectl from the package kubectl of Debian sid"
  prepare_apt sid
  root="$folder/new"
  rm -rf "$root"
  mkdir -p "$root"
  (cd "$root" && apt_of sid apt-get download kubectl >&2 && dpkg -x kubectl_*.deb .)
  is_new "$root/usr/bin/kubectl" || fail "kubectl of Debian sid does not run here, or is too old"
  mv "$root/usr/bin/kubectl" "$folder/kubectl"
  rm -rf "$root" "$folder"/apt-*
fi
echo "$folder/kubectl"
