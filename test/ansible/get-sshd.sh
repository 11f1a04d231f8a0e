#!/bin/sh
# Unpacks sshd and sudo from Debian's packages and prints the folder they are in. Nothing is installed, no service is
# made, and what is there already is left as it is.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
say() { echo "sshd: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$here/../tools/private-apt.sh"
folder=${HOLDFAST_SSHD_DIR:-$(choose_folder sshd)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ ! -x "$folder/usr/bin/sudo" ]; then
  # shellcheck disable=SC1091 # not ours
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$suite" ] || fail "/etc/os-release does not say which suite of Debian this is"
  prepare_apt "$suite"
  (
    cd "$folder"
    apt_of "$suite" apt-get download openssh-server openssh-sftp-server libwrap0 sudo >&2
    for package in ./*.deb; do dpkg -x "$package" .; done
    rm -f ./*.deb
  )
  [ -x "$folder/usr/sbin/sshd" ] || fail "the package has no sshd"
fi
rm -rf "$folder"/apt-*
echo "$folder"
