#!/bin/bash
# SPDX-License-Identifier: MIT
# The host's side of `demo.sh --vm`: the daemon with its simulated bus, and a guest VM that reaches it through vsock.
. "$VM_LIB"

modprobe vhost_vsock
# In a VM the guest's context identifier is what the link vouches for.
sed "s/{interface/{allow: [{cid: $VM_GUEST_CID}], interface/" "$VM_SOURCE/demo/demo.yaml" >demo.yaml
mkfifo trace
COLUMNS=100 python3 "$VM_SOURCE/demo/trace.py" host <trace &
reader=$!
ioferry-hostd --config demo.yaml --listen "vsock:any:$VM_PORT" --trace --log info 2>trace &
daemon=$!
guest_boot || exit 1
guest_wait 200
status=$?
kill $daemon
wait $daemon $reader
check "the guest's applications got through" test $status -eq 0
cat "$VM_SHARE/table"
