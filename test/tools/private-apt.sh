# shellcheck shell=sh
# To be sourced: packages of any suite of Debian, downloaded and unpacked but never installed. The caller sets
# `folder` (absolute), where apt keeps what it knows, and defines `say` and `fail`.

# $1 suite, then a program of apt and its arguments: a private apt whose only source is that suite.
apt_of() {
  suite=$1
  shift
  state="$folder/apt-$suite"
  program=$1
  shift
  "$program" -q \
    -o Dir::State="$state/state" -o Dir::Cache="$state/cache" -o Dir::State::status=/dev/null \
    -o Dir::Etc::sourcelist="$state/sources.sources" -o Dir::Etc::sourceparts=/dev/null \
    -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

# The machine's mirror of Debian, from its own sources, in either format. The security mirror has other suites.
prepare_apt() {
  state="$folder/apt-$1"
  [ ! -f "$state/ready" ] || return 0
  mkdir -p "$state/state/lists/partial" "$state/cache/archives/partial"
  uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    awk '/^URIs:/ { print $2 } /^deb / { sub(/\[[^]]*\] */, ""); print $2 }' | grep -v security | head -n 1)
  [ -n "$uri" ] || fail "found no Debian mirror in the apt sources of this machine"
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$uri" "$1" >"$state/sources.sources"
  say "reading the package list of Debian $1"
  apt_of "$1" apt-get update >&2
  touch "$state/ready"
}

# $1 name of the folder. What postgres runs is of no use in one that postgres can not enter; then it is below
# /var/cache.
choose_folder() {
  if [ "$(id -u)" -ne 0 ] || setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$checkout"; then
    echo "$checkout/.cache/$1"
  else
    echo "/var/cache/holdfast-$1"
  fi
}
