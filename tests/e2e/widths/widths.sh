#!/bin/bash
# SPDX-License-Identifier: MIT
# 32-bit and 64-bit applications side by side on one daemon, all with the same LD_PRELOAD.
#     widths.sh HOSTD SHIM EXAMPLES
set -euo pipefail
hostd=$1 shim=$2 examples=$3

folder=$(mktemp -d)
daemon='' holder=''
cleanup() {
	[ -z "$holder" ] || kill "$holder" 2>/dev/null || :
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } || :
	rm -rf "$folder"
}
trap cleanup EXIT
export IOFERRY_ADDRESS="unix:$folder/host.sock"

env -u JOURNAL_STREAM "$hostd" --config "$(dirname "$0")/hostd.yaml" --listen "$IOFERRY_ADDRESS" --log warning &
daemon=$!
for _ in {1..100}; do
	[ ! -S "$folder/host.sock" ] || break
	sleep 0.05
done

fail() {
	echo "$*" >&2
	exit 1
}

under() {
	LD_PRELOAD=$shim timeout 60 "$@"
}

# What an application says of the device and of its frames, on the nodes of its width.
report() { # PROGRAM NODE
	local width=64
	[[ $1 != *-32 ]] || width=32
	under "$examples/$1" --frames 200 "/dev/$2${width}0" "/dev/$2${width}1" >"$folder/out" 2>&1 ||
		fail "$1: $(cat "$folder/out")"
	sed "/^\$/,\$d; s/$2$width/$2/; s/ in [0-9]* ms:/:/" "$folder/out"
}
for name in can4linux:can pcan:pcan; do
	report "${name%:*}-demo" "${name#*:}" >"$folder/64"
	report "${name%:*}-demo-32" "${name#*:}" >"$folder/32"
	cat "$folder/32"
	grep -q ' 0 differ$' "$folder/32" || fail "nothing was compared"
	diff "$folder/64" "$folder/32" || fail "the 32-bit application got something else"
done

# One of each width receives what one of each width sends; the logs have time stamps, whose width differs. The last
# close of a node drops what is still queued: another program has the sender's open until all has arrived.
until_listening() { # FILE
	for _ in {1..200}; do
		! grep -q listening "$1" || return 0
		sleep 0.05
	done
	return 1
}
without_stamps() {
	sed 's/^([^)]*) can[0-9] //' "$@"
}
for width in '' -32; do
	began=$(date +%s)
	rm -f "$folder"/*.said
	touch "$folder/0.said" "$folder/64.said" "$folder/32.said"
	LD_PRELOAD=$shim timeout 60 "$examples/can4linux-dump" /dev/can0 >"$folder/0" 2>"$folder/0.said" &
	holder=$!
	under "$examples/can4linux-dump" -n 50 -t 20 /dev/can1 >"$folder/64" 2>>"$folder/64.said" &
	first=$!
	under "$examples/can4linux-dump-32" -n 50 -t 20 /dev/can2 >"$folder/32" 2>>"$folder/32.said" &
	second=$!
	for who in 0 64 32; do
		until_listening "$folder/$who.said" || fail "$who does not listen: $(cat "$folder/$who.said")"
	done
	under "$examples/can4linux-send$width" /dev/can0 -n 50 --log | without_stamps >"$folder/sent"
	wait $first || fail "$(cat "$folder/64.said")"
	wait $second || fail "$(cat "$folder/32.said")"
	kill $holder
	wait $holder || :
	holder=''
	for receiver in 64 32; do
		without_stamps "$folder/$receiver" | diff "$folder/sent" - || fail "the $receiver-bit receiver got something else"
		tr -d '()' <"$folder/$receiver" | awk -v last="$began" -v end="$(date +%s)" '
			$1 < last || $1 > end + 1 { exit 1 }
			{ last = $1 }' || fail "time stamps: $(cat "$folder/$receiver")"
	done
	echo "sent by can4linux-send$width: $(wc -l <"$folder/sent") frames; the last: $(tail -n 1 "$folder/32")"
done
