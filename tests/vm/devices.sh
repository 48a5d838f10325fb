# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The host's devices that several parts use; whoever comes first makes them.
make_devices() {
	[ ! -c /dev/i2c-7 ] || return 0
	modprobe -a i2c-dev cuse
	# An expiry is a line of the kernel's log and not the end of the host, whose cause would have to be guessed.
	modprobe softdog soft_noboot=1
	modprobe i2c-stub chip_addr=0x50
	ln -s ttyS1 /dev/serial0 # another name: the guest has a ttyS1 of its own
	background i2cbus vm-i2cbus 7
	wait_for 20 test -c /dev/i2c-7 && wait_for 10 test -c /dev/watchdog0
}
