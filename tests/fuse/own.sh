#!/bin/bash
# SPDX-License-Identifier: MIT
# own.sh SCRIPT FOLDER...: runs a script as the VM test bed would, in user, mount and PID namespaces of its own, whose /dev
# and /run are empty but for the usual; the folders go to the front of PATH. Ends with 77 where that is not to be had.
set -eu

if [ "${OWN_NAMESPACES-}" != 1 ]; then
	[ -w /dev/fuse ] || {
		echo "skipped: /dev/fuse cannot be opened here"
		exit 77
	}
	unshare --user --map-root-user --mount true 2>/dev/null || {
		echo "skipped: user namespaces are not permitted here"
		exit 77
	}
	OWN_NAMESPACES=1 exec unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc "$0" "$@"
fi

script=$1
shift
for folder; do
	PATH=$folder:$PATH
done
dev=$(mktemp -d)
mount -t tmpfs -o mode=755 dev "$dev"
for node in null zero urandom fuse; do
	: >"$dev/$node"
	mount --bind "/dev/$node" "$dev/$node"
done
mount --rbind "$dev" /dev
umount -l "$dev"
rmdir "$dev"
ln -s /proc/self/fd /dev/fd
mount -t tmpfs -o mode=755 run /run
mkfifo /run/timer
mkdir /run/share
here=$(cd "$(dirname "$0")/../.." && pwd)
export VM_LIB=$here/tests/vm/lib.sh VM_SOURCE=$here VM_SHARE=/run/share VM_ROLE=own
status=0
timeout 200 bash "$script" || status=$?
if [ $status -ne 0 ]; then
	tail -n 40 /run/share/*.log
fi
exit $status
