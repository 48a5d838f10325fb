#!/bin/bash
# SPDX-License-Identifier: MIT
# Linux' v9fs mounts the daemon's 9P2000.L server, in one VM: over a Unix socket, TCP, and a descriptor (vsock).
. "$VM_LIB"
here=$VM_SOURCE/tests/vm/v9fs
mounts=/run/mounts
options=version=9p2000.L,msize=1048576,cache=none

attach() { # LINK
	mkdir -p "$mounts/$1"
	case $1 in
	unix) mount -t 9p -o "trans=unix,$options" /run/9p.sock "$mounts/unix" ;;
	tcp) mount -t 9p -o "trans=tcp,port=5640,$options" 127.0.0.1 "$mounts/tcp" ;;
	vsock) /usr/bin/python3 "$here/mount_vsock.py" 1 5640 "$mounts/vsock" "$options" ;;
	esac
}

lists() { # FOLDER NAME...
	local folder=$1
	shift
	# shellcheck disable=SC2012 # there are no odd names
	[ "$(ls "$folder" | tr '\n' ' ')" = "$* " ]
}

refuses() { # COMMAND...
	! "$@" 2>/dev/null
}

is_direct() { # SESSIONS
	cat "$1"
	grep -q '^direct' "$1"
}

reads() {
	local folder=$mounts/$link
	check "$link: the devices are listed" lists "$folder" can0 can1 sessions
	check "$link: a device's texts are listed" lists "$folder/can0" interface.idl status
	same "$link: interface.idl is what the daemon was built of" "$VM_SOURCE/idl/can/can4linux.idl" \
		"$folder/can0/interface.idl"
	check "$link: status" grep -q '^backend    simcan$' "$folder/can0/status"
	check "$link: statfs" stat -f "$folder"
	check "$link: nothing can be made" refuses mkdir "$folder/new"
	check "$link: nothing can be written" refuses dd if=/dev/zero of="$folder/can0/status" count=1
	check "$link: nothing can be removed" refuses rm "$folder/can0/status"
}

calls() {
	local cuse
	background "cuse-$link" ioferry-cuse --address "9p:$mounts/$link" --log info
	cuse=$!
	check "$link: the nodes are there" wait_for 30 test -c /dev/can1 || return
	check "$link: can4linux-demo" timeout 60 can4linux-demo --frames 100 /dev/can0 /dev/can1
	check "$link: the session is direct" is_direct "$mounts/$link/sessions"
	kill "$cuse"
	wait "$cuse"
	wait_for 10 test ! -e /dev/can1
}

modprobe -a cuse vsock_loopback
modprobe 9pnet_fd 2>/dev/null # part of 9pnet in older kernels
background hostd ioferry-hostd --config "$here/hostd.yaml"
check "the daemon listens" wait_for 20 grep -q 'listening at 9p2000:vsock' "$VM_SHARE/single-hostd.log" || exit
for link in unix tcp vsock; do
	check "$link: mounted" attach "$link" || continue
	reads
	calls
	check "$link: a killed reader is gone at once" /usr/bin/python3 "$here/kill_reader.py" "$mounts/$link"
	check "$link: unmounted" umount "$mounts/$link"
done
