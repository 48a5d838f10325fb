#!/bin/bash
# SPDX-License-Identifier: MIT
# The guest: conformance tests and unmodified programs over each link.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/folders/links.sh"
here=$VM_SOURCE/tests/vm
shared=/run/shared

attach() { # LINK
	mkdir -p "$shared/$1"
	case $1 in
	virtio9p) mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none ioferry "$shared/$1" ;;
	virtiofs-*) mount -t virtiofs "$1" "$shared/$1" ;;
	esac
}

conforms() { # INTERFACE PORT
	check "$link: $1 conforms" timeout 200 "conformance-$1" --transport 9p --rounds 1 \
		--address "9p:$shared/$link/$1" --channel "vsock:2:$2"
}

programs() {
	local cuse
	background "cuse-$link" ioferry-cuse --address "9p:$shared/$link/bus" --log info
	cuse=$!
	check "$link: the nodes are there" wait_for 30 test -c /dev/i2c-7 || return
	wait_for 10 test -c /dev/watchdog0
	bash "$here/i2c/session.sh" >/dev/null
	bash "$here/i2c/session.sh" >"$VM_SHARE/i2c.$link"
	same "$link: i2c-tools print in the guest what they print on the host" "$VM_SHARE/i2c.native" "$VM_SHARE/i2c.$link"
	bash "$here/watchdog/session.sh" '' >"$VM_SHARE/watchdog.$link"
	same "$link: wdctl prints in the guest what it prints on the host" "$VM_SHARE/watchdog.native" \
		"$VM_SHARE/watchdog.$link"
	check "$link: can4linux-demo" timeout 60 can4linux-demo --frames 100 /dev/can0 /dev/can1
	kill "$cuse"
	wait "$cuse"
	wait_for 10 test ! -e /dev/i2c-7
}

modprobe -a cuse virtiofs vmw_vsock_virtio_transport
for link in $LINKS; do
	note "$link"
	check "$link: mounted" attach "$link" || continue
	programs
	each_interface conforms
done

# A read that waits for a frame. What it returns is dd's to say.
read_node() {
	timeout 60 dd of=/dev/null bs=48 count=1 <&9 2>"$VM_SHARE/gone.log"
	grep -q 'No such device' "$VM_SHARE/gone.log"
}

note "the daemon dies"
link=virtio9p
background cuse-last ioferry-cuse --address "9p:$shared/$link/bus" --log info
wait_for 30 test -c /dev/can0
exec 9<>/dev/can0
signal daemon-may-die
await daemon-is-dead
check "$link: an open node says that its device is gone" read_node
signal daemon-may-live
await daemon-lives
check "$link: the nodes come again" wait_for 30 test -c /dev/can0
check "$link: can4linux-demo" timeout 60 can4linux-demo --frames 50 /dev/can0 /dev/can1
