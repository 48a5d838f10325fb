#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the parts named by the arguments in one host and one guest; README.md says what a part is.
. "$VM_LIB"
parts=$VM_SOURCE/tests/vm

if [ "$VM_ROLE" = guest ]; then
	for part; do
		note "$part"
		await "$part-may-run" 120 || exit 1
		bash "$parts/$part/guest.sh"
		echo $? >"$VM_SHARE/$part.status"
		signal "$part-ended"
		await "$part-finished" 120 || exit 1
	done
	exit 0
fi

# All of the host's preparations come before the boot: the guest's daemon-less time is not part of any test.
for part; do
	bash "$parts/$part/host.sh" start || {
		vm_report 1 "$part: host.sh start"
		exit 1
	}
done
guest_boot || exit 1
for part; do
	signal "$part-may-run"
	await "$part-ended" 200 || {
		vm_report 1 "$part: guest.sh did not end"
		exit 1
	}
	status=$(cat "$VM_SHARE/$part.status")
	[ "$status" -eq 0 ] || vm_report 1 "$part: guest.sh left with status $status"
	bash "$parts/$part/host.sh" finish "$status" || vm_report 1 "$part: host.sh finish"
	signal "$part-finished"
done
guest_wait 60
