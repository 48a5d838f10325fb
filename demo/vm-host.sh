#!/bin/bash
# SPDX-License-Identifier: MIT
# The host's side of `demo.sh --vm`: the daemon with its simulated bus, and a guest VM that reaches it through vsock.
. "$VM_LIB"

modprobe vhost_vsock
sed 's/{interface/{allow: [{cid: '"$VM_GUEST_CID"'}], interface/' "$VM_SOURCE/demo/demo.yaml" >demo.yaml
background hostd ioferry-hostd --config "$PWD/demo.yaml" --listen "vsock:any:$VM_PORT" --trace --log info
daemon=$!
note "the host runs $(uname -r); booting a guest inside it"
guest_boot || exit 1
guest_wait 120
status=$?
kill $daemon && wait $daemon
python3 "$VM_SOURCE/demo/trace.py" host <"$VM_SHARE/host-hostd.log"
check "the guest's applications got through" test $status -eq 0
