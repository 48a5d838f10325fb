#!/bin/bash
# SPDX-License-Identifier: MIT
# vm-equal: the same binary natively here and through ioferry there. Wants the devices of the parts i2c and watchdog.
. "$VM_LIB"
[ "$1" = start ] || exit 0
bash "$VM_SOURCE/tests/vm/equal/session.sh" "$VM_SHARE/equal.first"
bash "$VM_SOURCE/tests/vm/equal/session.sh" "$VM_SHARE/equal.native"
# The emulated bus does not know 32-bit callers; a driver's answer to one differs in the width of I2C_FUNCS alone.
sed 's/^\(I2C_FUNCS.*: 0 \[........\).*\]/\1]/' "$VM_SHARE/equal.native/i2c-7-64" >"$VM_SHARE/equal.native/i2c-7-32"
