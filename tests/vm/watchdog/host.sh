#!/bin/bash
# SPDX-License-Identifier: MIT
# wdctl: natively here before the guest is up, through ioferry there.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/devices.sh"
session=$VM_SOURCE/tests/vm/watchdog/session.sh
case $1 in
start)
	make_devices || exit
	bash "$session" '' >"$VM_SHARE/watchdog.native"
	;;
finish)
	at_least <<-EOF
		9 watchdog0 WDIOC_GETSUPPORT
		9 watchdog0 WDIOC_GETSTATUS
		9 watchdog0 WDIOC_GETBOOTSTATUS
		9 watchdog0 WDIOC_GETTIMEOUT
		9 watchdog0 WDIOC_GETPRETIMEOUT
		9 watchdog0 WDIOC_GETTIMELEFT
		3 watchdog0 WDIOC_SETTIMEOUT
	EOF
	;;
esac
