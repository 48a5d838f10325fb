#!/bin/bash
# SPDX-License-Identifier: MIT
# wdctl: natively here before the guest is up, through ioferry there.
. "$VM_LIB"
session=$VM_SOURCE/tests/vm/watchdog/session.sh
case $1 in
start)
	modprobe softdog
	wait_for 10 test -c /dev/watchdog0 || exit
	bash "$session" '' >"$VM_SHARE/watchdog.native"
	;;
finish)
	for command in GETSUPPORT GETSTATUS GETBOOTSTATUS GETTIMEOUT GETPRETIMEOUT GETTIMELEFT; do
		at_least 9 watchdog0 WDIOC_$command
	done
	at_least 3 watchdog0 WDIOC_SETTIMEOUT
	;;
esac
