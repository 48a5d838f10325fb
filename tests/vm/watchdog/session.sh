#!/bin/bash
# SPDX-License-Identifier: MIT
# session.sh [32]: Debian's wdctl, or its 32-bit build, on softdog. It prefers sysfs, which is hidden: the ioctls are what is compared.
[ "${2:-}" = hidden ] || exec unshare -m bash "$0" "${1:-}" hidden
[ ! -d /sys/class/watchdog ] || mount -t tmpfs -o mode=755 hidden /sys/class/watchdog || exit
. "$VM_LIB"
width=$1
show() {
	echo "\$ $*"
	${width:+i386} "$@" 2>&1
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
