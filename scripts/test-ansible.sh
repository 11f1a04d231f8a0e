#!/bin/sh
# npm run test:ansible [-- vitest arguments]
#
# The tests of `holdfast render ansible`: three machines (namespaces with an /etc, /usr, /var of their own over this host's),
# a Patroni cluster on them, and the real ansible-playbook over SSH. Ansible, ansible-lint and python3-apt come from the
# distribution and are installed where missing; sshd is only unpacked. They run as root: namespaces are root's to make.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "test: running with sudo, because machines are made of namespaces"
  exec sudo env "PATH=$PATH" sh "$0" "$@"
fi

sh scripts/setup.sh patroni
missing=''
[ -x /usr/bin/ansible-playbook ] || missing="$missing ansible-core"
[ -x /usr/bin/ansible-lint ] || missing="$missing ansible-lint"
[ -x /usr/bin/ssh ] || missing="$missing openssh-client"
[ -x /usr/sbin/ip ] || missing="$missing iproute2"
/usr/bin/python3 -c 'import apt' 2>/dev/null || missing="$missing python3-apt"
if [ -n "$missing" ]; then
  echo "test: installing$missing"
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null >/dev/null
fi
HOLDFAST_TEST_SSHD=$(sh test/ansible/get-sshd.sh)
export HOLDFAST_TEST_SSHD
PATH="$PWD/node_modules/.bin:$PATH"
exec vitest run --project ansible "$@" </dev/null
