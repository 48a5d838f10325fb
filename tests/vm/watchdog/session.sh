#!/bin/bash
# SPDX-License-Identifier: MIT
# Debian's wdctl on softdog. It prefers sysfs, which is hidden: the ioctls are what is compared.
[ "${1:-}" = hidden ] || exec unshare -m bash "$0" hidden
mount -t tmpfs -o mode=755 hidden /sys/class/watchdog
show() {
	echo "\$ $*"
	"$@" 2>&1
	echo "status $?"
}

show wdctl
show wdctl /dev/watchdog0
show wdctl -s 37 /dev/watchdog0
show wdctl -O /dev/watchdog0
show wdctl -I -T /dev/watchdog0
show wdctl -f KEEPALIVEPING /dev/watchdog0
show wdctl -s 99999999 /dev/watchdog0
show wdctl -p 5 /dev/watchdog0
show wdctl /dev/watchdog0
show wdctl -p 0 /dev/watchdog0
show wdctl -s 60 /dev/watchdog0
