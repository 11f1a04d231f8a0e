#!/bin/sh
# The first process of a machine: an /etc, /usr, /var and /opt of its own over this host's, an empty /root, its name, its
# sshd.
# Runs in new namespaces of mounts, names, processes and (by `ip netns exec`) network. Its end is the end of all in it.
#
# $1 folder of the machine, $2 its name, $3 folder with sshd, $4 shared folder (the repository)
set -eu
folder=$1 name=$2 ssh=$3 shared=$4

for part in etc usr var opt; do
  mkdir -p "$folder/$part/upper" "$folder/$part/work"
  mount -t overlay overlay -o "lowerdir=/$part,upperdir=$folder/$part/upper,workdir=$folder/$part/work" "/$part"
done
mount --bind "$shared" /srv
mount -t proc proc /proc
mount -t tmpfs -o mode=700 tmpfs /root
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /run/lock /run/postgresql
chown postgres:postgres /run/postgresql
hostname "$name"
echo "$name" >/etc/hostname
cp "$folder/hosts" /etc/hosts

# Clusters of this host in the words of Debian, with the same data directory, are not theirs.
rm -rf /etc/postgresql

# No init of another kind than the scripts below is found: Ansible takes those then.
rm -f /usr/sbin/init
cp "$folder"/init.d/* /etc/init.d/
chmod 755 /etc/init.d/*

cp -a "$ssh/usr/sbin/sshd" /usr/sbin/sshd
cp -a "$ssh"/usr/lib/openssh/. /usr/lib/openssh/
find "$ssh" -name 'libwrap.so*' -exec cp -a {} /usr/lib/ \;
cp -a "$ssh/usr/bin/sudo" /usr/bin/
mkdir -p /usr/libexec
cp -a "$ssh/usr/libexec/sudo" /usr/libexec/
cp -a "$ssh"/etc/sudo* /etc/
cp -a "$ssh"/etc/pam.d/sudo* "$ssh/etc/pam.d/sshd" /etc/pam.d/
chown -R root:root /etc/sudo* /usr/bin/sudo /usr/libexec/sudo
chmod 4755 /usr/bin/sudo
ldconfig
grep -q '^sshd:' /etc/passwd || echo 'sshd:x:74:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
mkdir -p /etc/ssh /root/.ssh
cp "$folder/ssh_host_ed25519_key" "$folder/ssh_host_ed25519_key.pub" /etc/ssh/
chmod 600 /etc/ssh/ssh_host_ed25519_key
cp "$folder/authorized_keys" /root/.ssh/authorized_keys
chown -R root:root /root/.ssh /etc/ssh
chmod 700 /root/.ssh && chmod 600 /root/.ssh/authorized_keys
cat >/etc/ssh/sshd_config <<EOF
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM yes
StrictModes yes
Subsystem sftp internal-sftp
EOF
# The tmpfs comes last: until here the folder of the machine was in /tmp.
mount -t tmpfs -o mode=1777 tmpfs /tmp
/usr/sbin/sshd
echo ready
# Takes leave of what daemons leave behind.
while :; do
  sleep 3600 &
  wait $! || true
done
