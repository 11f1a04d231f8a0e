#!/bin/sh
# Gets the programs that the monitoring tests talk to and prints the folder they are in. Nothing is installed and no
# service is made: packages of Debian are unpacked into that folder.
#
#   promtool, prometheus                   of this machine's own suite
#   prometheus-alertmanager, amtool        of this machine's own suite
#   prometheus-pgbackrest-exporter         0.23, of sid
#   cron, crontab                          of this machine's own suite
#   consul                                 1.8.7, of Debian 11: later ones have none
#
# What is there already is left as it is: a second run touches no network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "tools: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$here/private-apt.sh"

folder=${HOLDFAST_TOOLS_DIR:-$(choose_folder tools)}
mkdir -p "$folder/bin"
folder=$(cd "$folder" && pwd)
chmod 755 "$folder"

# $1 suite, $2 package, $3… its programs.
get() {
  suite=$1 package=$2
  shift 2
  missing=no
  for program in "$@"; do [ -x "$folder/bin/$program" ] || missing=yes; done
  [ "$missing" = yes ] || return 0
  say "getting $* from the package $package of Debian $suite"
  prepare_apt "$suite"
  root="$folder/$package.new"
  rm -rf "$root"
  mkdir -p "$root"
  (cd "$root" && apt_of "$suite" apt-get download "$package" >&2 && dpkg -x "$package"_*.deb .)
  for program in "$@"; do
    "$root/usr/bin/$program" --version >/dev/null 2>&1 || fail "$program of Debian $suite does not run here"
    mv "$root/usr/bin/$program" "$folder/bin/$program"
  done
  for template in "$root"/usr/share/prometheus/alertmanager/*.tmpl; do
    [ ! -f "$template" ] || mv "$template" "$folder/${template##*/}.new"
  done
  rm -rf "$root"
}

# Its programs know no --version.
get_cron() {
  if [ -x "$folder/bin/cron" ] && [ -x "$folder/bin/crontab" ]; then return 0; fi
  say "getting cron and crontab from the package cron of Debian $own"
  prepare_apt "$own"
  root="$folder/cron.new"
  rm -rf "$root"
  mkdir -p "$root"
  (cd "$root" && apt_of "$own" apt-get download cron >&2 && dpkg -x cron_*.deb .)
  mv "$root/usr/bin/crontab" "$root/usr/sbin/cron" "$folder/bin/"
  rm -rf "$root"
}

# Debian's Alertmanager reads its templates from /usr/share, where nothing is installed: it is made to read them from
# where it is started, by another name of the same length.
keep_templates() {
  [ ! -f "$folder/default.tmpl" ] || return 0
  place=/usr/share/prometheus/alertmanager
  LC_ALL=C sed -i "s|$place|.$(printf '%*s' $((${#place} - 1)) '' | tr ' ' /)|g" "$folder/bin/prometheus-alertmanager"
  mv "$folder/email.tmpl.new" "$folder/email.tmpl"
  mv "$folder/default.tmpl.new" "$folder/default.tmpl"
}

# shellcheck disable=SC1091 # not ours
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$own" ] || fail "/etc/os-release does not say which suite of Debian this is"
get "$own" prometheus promtool prometheus
get "$own" prometheus-alertmanager prometheus-alertmanager amtool
keep_templates
get_cron
get sid prometheus-pgbackrest-exporter prometheus-pgbackrest-exporter
get bullseye consul consul
rm -rf "$folder"/apt-*
echo "$folder"
