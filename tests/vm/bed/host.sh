#!/bin/bash
# SPDX-License-Identifier: MIT
# The bed itself: host and guest meet on the share and over vsock.
. "$VM_LIB"
modprobe vhost_vsock
background listener python3 -c "
import socket
s = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
s.bind((socket.VMADDR_CID_ANY, $VM_PORT))
s.listen()
print('listening', flush=True)
c, peer = s.accept()
c.sendall(b'cid %d\n' % peer[0])
"
wait_for 30 grep -q listening "$VM_SHARE/host-listener.log"
guest_boot || exit 1
check "the guest signals" await guest-ready 60
signal host-ready
guest_wait
check "the guest's status comes back" test $? -eq 3
check "the share carries files" grep -qx "from the guest" "$VM_SHARE/greeting"
