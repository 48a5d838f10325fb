#!/bin/bash
# SPDX-License-Identifier: MIT
# equal/session.sh FOLDER: each call of vm-equal on each device, as a 64-bit and as a 32-bit program, into files of FOLDER.
mkdir -p "$1"
for width in '' 32; do
	for run in "i2c /dev/i2c-0" "i2c /dev/i2c-7" "watchdog /dev/watchdog0" "tty /dev/ttyS1"; do
		read -r kind node <<<"$run"
		[ -c "$node" ] || echo "no $node"
		# Every run finds the registers that it prints as the first one did.
		[ "$kind" != i2c ] || i2cset -y "${node##*-}" 0x50 0xff 0 || exit
		timeout 30 "vm-equal$width" "$kind" "$node" >"$1/$kind-${node##*[a-z-]}-${width:-64}" 2>&1
		echo "status $?" >>"$1/$kind-${node##*[a-z-]}-${width:-64}"
	done
done
