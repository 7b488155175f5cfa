#!/usr/bin/env bash
# Makes a chroot with Debian's Asterisk in the user's cache directory, outside
# the checkout, and prints its path. The default is Asterisk 16 of bullseye;
# `setup.sh 22 sid` tries the one of another suite.
#
# It needs root. What is there already is left as it is; a run that was stopped
# leaves nothing that looks like a chroot. It says nothing unless it fails.
set -euo pipefail

version=${1:-16}
suite=${2:-bullseye}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ringproof
dir=$cache/asterisk-$version

if [ -x "$dir/usr/sbin/asterisk" ]; then
  echo "$dir"
  exit
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup: a chroot needs root, and a Debian" >&2
  exit 1
fi

mkdir -p "$cache"
exec 9>"$cache/asterisk-$version.lock"
flock -w 600 9 || { echo "setup: another one is at work on $dir" >&2; exit 1; }
if [ -x "$dir/usr/sbin/asterisk" ]; then
  echo "$dir" # which the other one has made
  exit
fi

work=$(mktemp -d "$cache/asterisk-$version.XXXXXX")
log=$(mktemp)
finish() {
  status=$?
  if [ $status != 0 ]; then
    echo "setup: no Asterisk $version, in this step:" >&2
    tail -n 15 "$log" >&2
  fi
  rm -rf --one-file-system "$work" "$log"
  exit $status
}
trap finish EXIT

step() {
  timeout --kill-after=10 "$@" >"$log" 2>&1
}

export DEBIAN_FRONTEND=noninteractive
if ! command -v debootstrap >/dev/null; then
  step 120 apt-get update -qq
  step 120 apt-get install -y -qq --no-install-recommends debootstrap
fi

# The mirror is the one that this machine has its own packages from.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sort -u | head -n 1)
if [ -z "$mirror" ]; then
  echo "setup: this machine's package sources name no Debian mirror" >"$log"
  exit 1
fi

root=$work/root
step 300 debootstrap --variant=minbase "$suite" "$root" "$mirror"
# No daemon is started by its package.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
step 300 chroot "$root" apt-get install -y --no-install-recommends asterisk
step 60 chroot "$root" apt-get clean
step 60 chroot "$root" sh -c "asterisk -V | grep 'Asterisk $version\\.'"
mv -T "$root" "$dir"
echo "$dir"
