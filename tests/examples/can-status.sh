#!/bin/bash
# SPDX-License-Identifier: MIT
# The example of the typed stubs against the daemon: its line, and its errors.
# usage: can-status.sh HOSTD CAN-STATUS
set -u
hostd=$1 can_status=$2
folder=$(mktemp -d)
daemon=
trap '[ -n "$daemon" ] && kill "$daemon" 2>/dev/null && wait "$daemon"; rm -rf "$folder"' EXIT

fail() {
	echo "FAILED: $*"
	cat "$folder/log"
	exit 1
}

cat >"$folder/hostd.yaml" <<YAML
listen: ["unix:$folder/socket"]
devices:
  can0: {interface: can4linux, backend: simcan, bus: test, bitrate: 250, allow: [{uid: $(id -u)}]}
YAML
timeout 50 "$hostd" --config "$folder/hostd.yaml" >"$folder/log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
	[ -S "$folder/socket" ] && break
	sleep 0.05
done

line=$("$can_status" "unix:$folder/socket" can0) || fail "can-status: $line"
[[ $line == "can0: 250 kbit/s, errors tx 0 rx 0,"* ]] || fail "unexpected: $line"

line=$("$can_status" "unix:$folder/socket" can9 2>&1) && fail "can9 was opened"
[[ $line == *"can9: No such device"* ]] || fail "unexpected: $line"

line=$("$can_status" "unix:$folder/nobody" can0 2>&1) && fail "a session without a host"
[[ $line == *"$folder/nobody"* ]] || fail "does not name the address: $line"
echo "passed"
