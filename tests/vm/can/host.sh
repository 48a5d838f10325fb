#!/bin/bash
# SPDX-License-Identifier: MIT
# Today's CAN on the host, vcan with Debian's can-utils, is the other end of can4linux applications in the guest.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/can/frames.sh"

# While the guest listens: every kind of frame, from three programs.
serve() {
	local suffix
	for suffix in '' -32; do
		await "dump$suffix-listens" 1200 || exit
		cansend vcan0 123#DEADBEEF
		cansend vcan0 1F334455#1122334455667788
		cansend vcan0 7FF#R
		cansend vcan0 000#
		cangen vcan0 -n "$CAN_RANDOM" -g 1 -I r -L r -D r
		cangen vcan0 -n "$CAN_RANDOM" -g 1 -e -I r -L r -D r
		cangen vcan0 -n "$CAN_REMOTE" -g 1 -R -I r -L r
		signal "served$suffix"
	done
}

case $1 in
start)
	modprobe -a vcan can-raw
	ip link add dev vcan0 type vcan || exit
	ip link set vcan0 up txqueuelen 1000
	# All that is on the bus, from either side, in the bus's order.
	background candump candump -L -r 4194304 vcan0
	background can-serve serve
	;;
finish)
	log=$VM_SHARE/host-candump.log
	for suffix in '' -32; do
		await "served$suffix" 10
		split_log "$log" "$suffix"
		same "candump on the host saw what can4linux-send$suffix sent, frame for frame" \
			<(frames "$VM_SHARE/can.sent$suffix") "$VM_SHARE/can.host.sent$suffix"
		check "they were $CAN_SENT" test "$(wc -l <"$VM_SHARE/can.host.sent$suffix")" -eq "$CAN_SENT"
		same "can4linux-dump$suffix read what cansend and cangen sent, frame for frame" \
			"$VM_SHARE/can.host.dumped$suffix" <(frames "$VM_SHARE/can.dumped$suffix")
		check "they were $CAN_DUMPED" test "$(wc -l <"$VM_SHARE/can.host.dumped$suffix")" -eq "$CAN_DUMPED"
	done
	at_least <<-EOF
		$((2 * CAN_SENT)) can0 write
		10 can0 read
	EOF
	;;
esac
