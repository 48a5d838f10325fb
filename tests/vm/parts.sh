#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the parts named by the arguments in one host, with one daemon, and one guest, with one ioferry-cuse; README.md
# says what a part is.
. "$VM_LIB"
parts=$VM_SOURCE/tests/vm

if [ "$VM_ROLE" = guest ]; then
	modprobe -a cuse vmw_vsock_virtio_transport
	background cuse ioferry-cuse --address "vsock:2:$VM_PORT" --log info
	wait_for 30 test -c /dev/i2c-0 || {
		vm_report 1 "ioferry-cuse makes the nodes"
		exit 1
	}
	for part; do
		note "$part"
		await "$part-may-run" 300 || exit 1
		bash "$parts/$part/guest.sh"
		echo $? >"$VM_SHARE/$part.status"
		signal "$part-ended"
		await "$part-finished" 300 || exit 1
	done
	exit 0
fi

# What runs natively for comparison is done before the daemon is there.
for part; do
	bash "$parts/$part/host.sh" start || {
		vm_report 1 "$part: host.sh start"
		exit 1
	}
done
modprobe vhost_vsock
background hostd ioferry-hostd --config "$parts/hostd.yaml"
wait_for 20 grep -q 'listening at vsock' "$VM_SHARE/host-hostd.log" || {
	vm_report 1 "the daemon listens"
	exit 1
}
guest_boot || exit 1
for part; do
	# A guest that gave up does not come to this part.
	[ ! -e "$VM_SHARE/guest.exit" ] || exit 1
	signal "$part-may-run"
	await "$part-ended" 600 || {
		vm_report 1 "$part: guest.sh did not end"
		exit 1
	}
	status=$(cat "$VM_SHARE/$part.status")
	[ "$status" -eq 0 ] || vm_report 1 "$part: guest.sh left with status $status"
	bash "$parts/$part/host.sh" finish "$status" || vm_report 1 "$part: host.sh finish"
	signal "$part-finished"
done
guest_wait 120
