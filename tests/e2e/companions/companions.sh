#!/bin/bash
# SPDX-License-Identifier: MIT
# What PEAK's libraries find in /proc and /sys, as they take it apart (libpcan.c, pcaninfo.c).
#     companions.sh HOSTD SHIM
set -euo pipefail
hostd=$1 shim=$2

folder=$(mktemp -d)
daemon=''
cleanup() {
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

under() {
	LD_PRELOAD=$shim timeout 20 "$@"
}

same() { # WHAT WANTED FOUND
	[ "$2" = "$3" ] || {
		printf '%s: wanted:\n%s\nfound:\n%s\n' "$1" "$2" "$3" >&2
		exit 1
	}
}

# Of a line without '*' the first word is the minor, then type, channel, port and interrupt.
same '/proc/pcan' $'0 pci -NA- 0 000\n32 usb -NA- 0 000\n33 usb -NA- 0 000' \
	"$(under cat /proc/pcan | awk 'NF && !/^\*/ { print $1, $2, $3, $4, $5 }')"
same 'the major in /proc/pcan' 000 "$(under cat /proc/pcan | sed -n 's/.*major \([0-9]*\) .*/\1/p')"
same version 8.9.3 "$(under cat /sys/class/pcan/version)"
same minor 33 "$(under cat /sys/class/pcan/pcan33/minor)"
same dev_name /dev/pcan33 "$(under cat /sys/class/pcan/pcan33/dev_name)"
same hwtype $'10\n11' "$(under cat /sys/class/pcan/pcan0/hwtype /sys/class/pcan/pcan32/hwtype)"

# Without the shim, and of devices that are not to be served.
if [ ! -e /proc/pcan ] && cat /proc/pcan 2>/dev/null; then exit 1; fi
same 'fewer devices' $'*--------------------- 1 interfaces @ major 000 found -----------------------' \
	"$(IOFERRY_DEVICES='pcan0' under cat /proc/pcan | grep interfaces.@)"
