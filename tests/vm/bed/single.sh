#!/bin/bash
# SPDX-License-Identifier: MIT
# The bed itself: a VM has what the tests in it count on.
. "$VM_LIB"
check "modules load" modprobe -a cuse vcan can-raw i2c-dev softdog vsock_loopback
check "CUSE is there" test -c /dev/cuse
check "the root may be written" touch /etc/written
check "the share is writable" touch "$VM_SHARE/written"
