#!/bin/bash
# SPDX-License-Identifier: MIT
# The host's side of conformance tests over real vhost-vsock: a mirror for each interface. Ports are in guest.sh, too.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/devices.sh"
. "$VM_SOURCE/tests/vm/conformance/interfaces.sh"

# A mirror ends with its standard input.
mirror() { # INTERFACE PORT
	tail -f /dev/null | "mirror-$1" "vsock:4294967295:$(($2 + 1))" "vsock:any:$2"
}

start() { # INTERFACE PORT
	background "mirror-$1" mirror "$1" "$2"
	wait_for 20 grep -q ready "$VM_SHARE/host-mirror-$1.log"
}

[ "$1" = start ] || exit 0
make_devices && modprobe vhost_vsock || exit
each_interface start
