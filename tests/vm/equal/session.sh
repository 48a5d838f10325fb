#!/bin/sh
# SPDX-License-Identifier: MIT
# session.sh FOLDER WIDTH...: each call of vm-equal on each device there is, as a 64-bit or a 32-bit program, into files of
# FOLDER. Also runs in the busybox of a 32-bit kernel.
folder=$1
shift
mkdir -p "$folder"
run() { # WIDTH KIND NODE
	[ -c "/dev/$3" ] || return 0
	command -v "vm-equal${1#64}" >/dev/null || return 0 # a build whose compiler makes no 32-bit programs
	timeout 30 "vm-equal${1#64}" "$2" "/dev/$3" >"$folder/$3-$1" 2>&1
	echo "status $?" >>"$folder/$3-$1"
}
for width; do
	run "$width" i2c i2c-0
	run "$width" i2c i2c-7
	run "$width" watchdog watchdog0
	run "$width" tty serial0 # not ttyS1, which the guest has as well
done
