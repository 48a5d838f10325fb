#!/bin/bash
# SPDX-License-Identifier: MIT
# vm-equal: the same binary natively here and through ioferry there.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/devices.sh"
[ "$1" = start ] || exit 0
session=$VM_SOURCE/tests/vm/equal/session.sh native=$VM_SHARE/equal.native
make_devices || exit
sh "$session" "$native" 64 32
# The emulated bus does not know 32-bit callers; a driver's answer to one differs in the width of I2C_FUNCS alone.
[ ! -e "$native/i2c-0-32" ] || sed 's/^\(I2C_FUNCS.*: 0 \[........\).*\]/\1]/' "$native/i2c-7-64" >"$native/i2c-7-32"
