#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
sh "$VM_SOURCE/tests/vm/equal/session.sh" "$VM_SHARE/equal.guest" 64 32
# What is known to differ is asserted, too: it stays as it is stated.
expected() { # FILE
	sed -f "$VM_SOURCE/tests/vm/equal/differences.sed" "$1"
}
for run in "$VM_SHARE"/equal.native/*; do
	name=${run##*/}
	same "each call on ${name%-*}, from a ${name##*-}-bit program, has the native result" \
		<(expected "$run") "$VM_SHARE/equal.guest/$name"
done
for name in i2c-0 watchdog0 serial0; do
	text="each call on $name, from a 32-bit program, has the result of a 32-bit kernel"
	if [ -d "$VM_SHARE/equal.native686" ]; then
		same "$text" <(expected "$VM_SHARE/equal.native686/$name-32") "$VM_SHARE/equal.guest/$name-32"
	else
		skip "$text" "Debian's i386 kernel is not to be had, or the compiler makes no 32-bit programs"
	fi
done
