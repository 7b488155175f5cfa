#!/usr/bin/env bash
# Starts Kamailio in the foreground with Debian's kamailio.cfg and the routes of
# this folder, when rtpengine is there. Its tables are copies, in the user's cache
# directory: what is registered is gone with the next start.
# RINGPROOF_RTPENGINE=no leaves out NAT, for which rtpengine is asked, and the
# relay: media go past Kamailio.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${XDG_CACHE_HOME:-$HOME/.cache}/ringproof/kamailio-stock
rm -rf "${dir:?}"
mkdir -p "$dir"
cp -r "$here/dbtext" "$here/interconnect.cfg" "$here/kamailio-local.cfg" "$dir"
sh "$here/configure" >"$dir/stock.cfg"

switches="AUTH IPAUTH USRLOCDB ALIASDB NAT RTPENGINE RELAY"
if [ "${RINGPROOF_RTPENGINE:-}" = no ]; then
  switches="AUTH IPAUTH USRLOCDB ALIASDB"
fi

# One that does not answer when Kamailio starts is not asked again for a minute.
for _ in $(seq 50); do
  ss -Hlun 'sport = :22222' | grep -q . && break
  sleep 0.1
done

cd "$dir"
args=()
for name in $switches; do
  args+=(-A "WITH_$name")
done
exec kamailio -f stock.cfg -DD -E -m 64 -M 8 -Y "$dir" -A "DBURL=\"text://$dir/dbtext\"" "${args[@]}"
