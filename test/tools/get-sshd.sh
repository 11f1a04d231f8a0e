#!/bin/sh
# Gets an sshd and prints its path. Nothing is installed, no user and no service is made: the package is unpacked into
# a folder of its own. A second run touches no network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "sshd: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$here/private-apt.sh"

if [ -x /usr/sbin/sshd ]; then
  echo /usr/sbin/sshd
  exit 0
fi
folder=${HOLDFAST_TOOLS_DIR:-$(choose_folder tools)}/sshd
sshd=$folder/usr/sbin/sshd
if [ ! -x "$sshd" ]; then
  say 'getting the package openssh-server'
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  chmod 755 "$folder.new"
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  prepare_apt "$suite"
  (cd "$folder.new" && apt_of "$suite" apt-get download openssh-server libwrap0 >&2 && for package in ./*.deb; do dpkg -x "$package" .; done)
  rm -rf "$folder"
  mv "$folder.new" "$folder"
fi
# Its one library that may be missing comes with it.
LD_LIBRARY_PATH=$folder/usr/lib/$(uname -m)-linux-gnu "$sshd" -V >/dev/null 2>&1 || [ $? -eq 1 ] || fail "$sshd does not run here"
echo "$sshd"
