#!/bin/bash
# SPDX-License-Identifier: MIT
# The host: real drivers, one daemon and a mirror for each interface, all with call files in folders that are exported
# by QEMU's own virtio-9p and by virtiofsd.
. "$VM_LIB"
. "$VM_SOURCE/tests/vm/devices.sh"
. "$VM_SOURCE/tests/vm/folders/links.sh"
here=$VM_SOURCE/tests/vm

# A mirror ends with its standard input.
mirror() { # INTERFACE PORT ADDRESS...
	local interface=$1 port=$2
	shift 2
	tail -f /dev/null | "mirror-$interface" "vsock:4294967295:$port" "$@"
}

start_mirror() { # INTERFACE PORT
	local link addresses=()
	for link in $LINKS; do
		mkdir "$FOLDERS/$link/$1"
		addresses+=("9p:$FOLDERS/$link/$1")
	done
	background "mirror-$1" mirror "$1" "$2" "${addresses[@]}"
	wait_for 20 grep -q ready "$VM_SHARE/host-mirror-$1.log"
}

start_daemon() {
	background hostd ioferry-hostd --config "$here/folders/hostd.yaml"
	HOSTD=$!
	wait_for 20 grep -q 'listening at unix' "$VM_SHARE/host-hostd.log"
}

make_devices || exit
modprobe -a fuse vhost_vsock
bash "$here/i2c/session.sh" >/dev/null # the first one finds registers as others left them
bash "$here/i2c/session.sh" >"$VM_SHARE/i2c.native"
bash "$here/watchdog/session.sh" '' >"$VM_SHARE/watchdog.native"
for link in $LINKS; do
	mkdir -p "$FOLDERS/$link/bus"
done
each_interface start_mirror || exit
start_daemon || {
	vm_report 1 "the daemon listens"
	exit 1
}
for cache in none auto; do
	background "virtiofsd-$cache" /usr/lib/qemu/virtiofsd --socket-path="/run/virtiofs-$cache.sock" \
		-o "source=$FOLDERS/virtiofs-$cache" -o "cache=$cache"
	wait_for 20 test -S "/run/virtiofs-$cache.sock" || exit
done
guest_boot || exit

await daemon-may-die 900 || exit
kill -9 "$HOSTD"
wait "$HOSTD"
signal daemon-is-dead
await daemon-may-live 60 || exit
start_daemon
vm_report $? "the daemon starts again, in the place of the dead one"
signal daemon-lives
guest_wait 300
