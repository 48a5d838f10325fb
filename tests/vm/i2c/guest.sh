#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
session=$VM_SOURCE/tests/vm/i2c/session.sh
check "the guest has no I2C driver of its own" test ! -e /sys/class/i2c-dev
check "the nodes are there" wait_for 10 test -c /dev/i2c-7
bash "$session" >/dev/null
bash "$session" >"$VM_SHARE/i2c.guest"
same "i2c-tools print in the guest what they print on the host" "$VM_SHARE/i2c.native" "$VM_SHARE/i2c.guest"
if [ -n "$VM_I386" ]; then
	bash "$session" 32 >"$VM_SHARE/i2c.guest32"
	same "32-bit i2c-tools do, too" "$VM_SHARE/i2c.native" "$VM_SHARE/i2c.guest32"
else
	skip "32-bit i2c-tools do, too" "Debian's i386 packages are not to be had"
fi

# On files, which are bound over the nodes where nobody else sees it: i2c-tools build the path.
mkdir /run/files
background fuse ioferry-fuse --address "vsock:2:$VM_PORT" --log info /run/files
fuse=$!
check "the files are there" wait_for 10 test -f /run/files/i2c-7
unshare --mount bash -c "
	mount --bind /run/files/i2c-0 /dev/i2c-0 && mount --bind /run/files/i2c-7 /dev/i2c-7 &&
	test -f /dev/i2c-7 && exec bash $session" >"$VM_SHARE/i2c.files"
same "i2c-tools print on files of a FUSE mount what they print on the host" "$VM_SHARE/i2c.native" "$VM_SHARE/i2c.files"
kill $fuse
wait $fuse
check "ioferry-fuse ends with success" test $? -eq 0
