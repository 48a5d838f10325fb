#!/bin/bash
# SPDX-License-Identifier: MIT
. "$VM_LIB"
echo "from the guest" >"$VM_SHARE/greeting"
signal guest-ready
check "the host signals" await host-ready 60
modprobe -a vmw_vsock_virtio_transport cuse
check "CUSE is there in the guest" test -c /dev/cuse
check "vsock reaches the host, which sees CID $VM_GUEST_CID" python3 -c "
import socket
s = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
s.connect((2, $VM_PORT))
assert s.recv(64) == b'cid $VM_GUEST_CID\n'
"
exit 3
