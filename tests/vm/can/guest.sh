#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/can/frames.sh"
check "the node is there" wait_for 10 test -c /dev/can0
check "no SocketCAN in the guest" test ! -e /proc/net/can
for suffix in '' -32; do
	check "can4linux-send$suffix ends well" \
		bash -c "timeout 100 can4linux-send$suffix -n $CAN_SENT --log /dev/can0 >$VM_SHARE/can.sent$suffix"
done
for suffix in '' -32; do
	timeout 100 "can4linux-dump$suffix" -n "$CAN_DUMPED" -t 20 /dev/can0 >"$VM_SHARE/can.dumped$suffix" 2>"dump$suffix.log" &
	wait_for 20 grep -q listening "dump$suffix.log"
	signal "dump$suffix-listens"
	wait $!
	check "can4linux-dump$suffix reads until all are there" test $? -eq 0
	tail -n 3 "dump$suffix.log"
done
