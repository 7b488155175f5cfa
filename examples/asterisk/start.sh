#!/usr/bin/env bash
# Starts the Asterisk that setup.sh made in the foreground, with the stock
# configuration of its package and the files of a directory over it: etc/
# beside this script, or the one that is named; a second argument names it, so
# that it stands beside others. RINGPROOF_ASTERISK=22 takes another version. It
# ends with the process: a kill takes nothing else down.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
etc=${1:-$here/etc}
name=${2:-alone}
root=${XDG_CACHE_HOME:-$HOME/.cache}/ringproof/asterisk-${RINGPROOF_ASTERISK:-16}
if [ ! -x "$root/usr/sbin/asterisk" ]; then
  echo "start: no Asterisk in $root; setup.sh makes it" >&2
  exit 1
fi

# Asterisk inherits the lock: there is one of that name at a time, and what the
# one before wrote is gone when it begins, its registrations among it.
exec 8>"$root.$name"
flock -w 30 8 || { echo "start: another $name is running in $root" >&2; exit 1; }
run=/tmp/ringproof-$name
rm -rf "${root:?}$run"
mkdir -p "$root$run"/{run,log/cdr-csv,spool,db}
cp -r "$root/etc/asterisk" "$root$run/etc"
cp "$etc"/*.conf "$root$run/etc/"
# Asterisk looks up its host's name, and root servers, for each call: it is to
# find the first at once, and not to ask anybody for the others.
printf '127.0.0.1 localhost\n127.0.0.91 %s\n' "$(uname -n)" >"$root/etc/hosts"
: >"$root/etc/resolv.conf"
cat >"$root$run/etc/asterisk.conf" <<CONF
[directories]
astetcdir => $run/etc
astdbdir => $run/db
astspooldir => $run/spool
astrundir => $run/run
astlogdir => $run/log
CONF
exec chroot "$root" /usr/sbin/asterisk -f -n -C "$run/etc/asterisk.conf"
