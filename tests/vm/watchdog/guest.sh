#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
session=$VM_SOURCE/tests/vm/watchdog/session.sh
check "the node is there" wait_for 10 test -c /dev/watchdog0
bash "$session" '' >"$VM_SHARE/watchdog.guest"
same "wdctl prints in the guest what it prints on the host" "$VM_SHARE/watchdog.native" "$VM_SHARE/watchdog.guest"
if [ -n "$VM_I386" ]; then
	bash "$session" 32 >"$VM_SHARE/watchdog.guest32"
	same "a 32-bit wdctl does, too" "$VM_SHARE/watchdog.native" "$VM_SHARE/watchdog.guest32"
else
	skip "a 32-bit wdctl does, too" "Debian's i386 packages are not to be had"
fi
