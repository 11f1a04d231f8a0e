#!/bin/sh
# Makes sure that python3 finds jinja2 and yaml, with which Ansible reads an inventory, and prints the PYTHONPATH that it
# needs (empty where they are installed). Nothing is installed: the packages are unpacked into a folder of their own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "jinja: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$here/private-apt.sh"

command -v python3 >/dev/null || fail 'there is no python3: apt-get install python3'
if python3 -c 'import jinja2, yaml' 2>/dev/null; then
  echo
  exit 0
fi
folder=${HOLDFAST_TOOLS_DIR:-$(choose_folder tools)}/jinja
modules=$folder/usr/lib/python3/dist-packages
if ! PYTHONPATH=$modules python3 -c 'import jinja2, yaml' 2>/dev/null; then
  say 'getting python3-jinja2, python3-markupsafe and python3-yaml'
  rm -rf "$folder"
  mkdir -p "$folder"
  chmod 755 "$folder"
  # Modules of the machine's own suite fit its python3.
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  prepare_apt "$suite"
  (cd "$folder" && apt_of "$suite" apt-get download python3-jinja2 python3-markupsafe python3-yaml libyaml-0-2 >&2 && for package in ./*.deb; do dpkg -x "$package" .; done)
  PYTHONPATH=$modules python3 -c 'import jinja2, yaml' || fail 'they cannot be used here'
fi
echo "$modules"
