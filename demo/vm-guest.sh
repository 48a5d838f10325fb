#!/bin/bash
# SPDX-License-Identifier: MIT
# The guest's side of `demo.sh --vm`: device nodes by CUSE, and unmodified applications on them.
. "$VM_LIB"

modprobe -a cuse vmw_vsock_virtio_transport
background cuse ioferry-cuse --address "vsock:2:$VM_PORT"
check "the nodes are there" wait_for 20 test -c /dev/can1 -a -c /dev/pcan1
ls -l /dev/can? /dev/pcan?

# A report, an empty line, and a table that is kept for the end.
run() { # PROGRAM ARGUMENT...
	echo "\$ $*"
	"$@" | tee output | sed -u '/^$/,$d'
	[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
	sed -n '/^$/,$p' output >>"$VM_SHARE/table"
}

status=0
run can4linux-demo --frames 100 /dev/can0 /dev/can1
run pcan-demo --frames 20 /dev/pcan0 /dev/pcan1
exit $status
