#!/bin/bash
# SPDX-License-Identifier: MIT
# i2c-tools: natively here before the guest is up, through ioferry there.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/devices.sh"
session=$VM_SOURCE/tests/vm/i2c/session.sh
case $1 in
start)
	make_devices || exit
	bash "$session" >/dev/null # the first one finds registers as others left them
	bash "$session" >"$VM_SHARE/i2c.native"
	;;
finish)
	# What went through is counted by the daemon: these are not the guest's own devices.
	at_least <<-EOF
		500 i2c-0 I2C_SMBUS
		10 i2c-7 I2C_RDWR
		100 i2c-7 I2C_SMBUS
		20 i2c-7 I2C_FUNCS
	EOF
	;;
esac
