#!/bin/bash
# SPDX-License-Identifier: MIT
# The backend's test on a kernel that has vcan.
. "$VM_LIB"
modprobe -a vcan can-raw
check "the SocketCAN backend on a vcan" "$VM_BUILD/tests/unit/socketcan/vm-socketcan-test"
