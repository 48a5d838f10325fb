# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# ioferry-fuse against the host and device of tests/cuse. Runs where /dev and /run are its own: in namespaces (own.sh), and
# in the VM of tests/cuse.
. "$VM_LIB"
socket=/run/fuse.sock
mount=/run/fuse
log=$VM_SHARE/$VM_ROLE-fuse-front.log
hostlog=$VM_SHARE/$VM_ROLE-fuse-host.log
export TD_FILES=1

start_front() { # OPTION...
	: >"$log"
	fuse-test-front --address unix:$socket --log debug "$@" $mount >>"$log" 2>&1 </dev/null &
	front=$!
}

start_host() { # [MODE]
	cuse-test-host unix:$socket "$@" >>"$hostlog" 2>&1 </dev/null &
	host=$!
}

stop() { # PID
	kill "$1"
	wait "$1"
	stopped=$?
}

# shellcheck disable=SC2317 # wait_for calls it
has_mode() { # OCTAL
	[ "$(stat -c %a "$mount/td0")" = "$1" ]
}

# Lines of a strace log that match, of 100 calls: the difference between 110 calls and 10
count() { # PATTERN
	echo $(($(grep -cE "$1" /run/trace.110) - $(grep -cE "$1" /run/trace.10)))
}

trace() { # TIMES
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -o "/run/trace.$1" \
		fuse-test-front --address unix:$socket $mount >"$log" 2>&1 </dev/null &
	tracer=$!
	wait_for 20 test -f $mount/td0
	cuse-test-app flat "" "$1"
	kill "$(pgrep -P $tracer)"
	wait $tracer
}

# shellcheck disable=SC2317 # wait_for calls it
all_closed() {
	tail -n 1 "$hostlog" | grep -q "close, 0 open"
}

# Runs a part of the application in the background until it says READY.
begin() { # PART
	cuse-test-app "$1" >/run/"$1".out &
	app=$!
	wait_for 10 grep -q READY /run/"$1".out
	vm_pause 0.3
}

finish() { # PART
	wait $app || VM_FAILED=1
	grep -E "ok |^#" /run/"$1".out
}

mkdir -p $mount
for name in td0 td1 tests; do
	ln -sfn $mount/$name /dev/$name
done
: >"$hostlog"

note "before the host is up"
start_front
check "the folder is mounted" wait_for 10 mountpoint -q $mount
check "... without files" test -z "$(ls -A $mount)"
start_host
check "files are there when the host is" wait_for 10 test -f $mount/td0 -a -f $mount/tests/tb0
check "a folder lists what it holds" test "$(cd $mount && find . | sort | tr '\n' ' ')" = ". ./td0 ./tests ./tests/tb0 "
check "what is not there is not found" test ! -e $mount/tests/td0 -a ! -e $mount/td0/td0

note "all that an application does"
cuse-test-app all " on files" || VM_FAILED=1
if command -v cuse-test-app32 >/dev/null; then
	cuse-test-app32 direct " on files (32-bit)" || VM_FAILED=1
else
	skip "32-bit callers on files" "this build has no 32-bit compiler"
fi
check "an undeclared command is logged with its number" grep -q "$mount/td0: ioctl 0x00005411.*declare it in the IDL" "$log"
check "each open was closed on the host" wait_for 5 all_closed

note "attributes"
chmod 640 $mount/td0
check "chmod works" has_mode 640
check "a file has a size that no write goes beyond" test "$(stat -c %s $mount/td0)" = $((1 << 30))
check "... whatever is done to it" bash -c ": >$mount/tests/tb0 && test \$(stat -c %s $mount/tests/tb0) = $((1 << 30))"
check "nothing can be made" bash -c "! mkdir $mount/folder && ! touch $mount/file && ! rm -f $mount/td0" 2>/dev/null
chmod 666 $mount/td0

note "a device under another name, in the place of a node"
: >/dev/bound
mount --bind $mount/td0 /dev/bound
check "a bind mount of a file" env TD_NODE=/dev/bound cuse-test-app flat
umount /dev/bound

note "the host's devices change"
begin withdrawn
kill -HUP $host
finish withdrawn
check "a file comes" test -f $mount/td1
check "... of a device that works" env TD_NODE=$mount/td1 cuse-test-app flat
check "a file goes, and the folder that held nothing else" test ! -e $mount/tests
check "a file that stays has its new mode" has_mode 600
kill -HUP $host
check "all is as it was" wait_for 10 test -f $mount/tests/tb0 -a ! -e $mount/td1
check "... the mode, too" wait_for 5 has_mode 666

note "the host goes and comes back"
begin gone
stop $host
wait_for 20 grep -q BACK /run/gone.out
check "files stay while the host is away" test -f $mount/td0
start_host
finish gone
begin waiting
stop $host
finish waiting

# What does not depend on the kernel is not done again in the VM, where it takes its time.
if [ "$VM_ROLE" = own ]; then
	note "a host whose closes take their time"
	start_host slow
	wait_for 10 cuse-test-app flat
	cuse-test-app reopen " on files" 30 || VM_FAILED=1
	check "no open overtakes a close" test "$(grep -c overtakes "$hostlog")" = 0
	stop $host

	note "a host that answers nonsense"
	: >"$hostlog"
	start_host noise
	wait_for 10 grep -q hello "$hostlog"
	cuse-test-app noise " on files" || VM_FAILED=1
	check "the front end survives" kill -0 $front
	stop $host
fi
start_host
check "the front end works with the next host" wait_for 10 cuse-test-app flat

note "the end"
begin waiting
stop $front
finish waiting
check "SIGTERM ends it with success" test $stopped -eq 0
check "... and the mount" bash -c "! mountpoint -q $mount"
start_front
wait_for 10 cuse-test-app flat
exec 8<>$mount/td0
check "what is open keeps the mount" bash -c "! umount $mount 2>/dev/null"
exec 8>&-
check "unmounting" wait_for 5 umount $mount
wait $front
check "... ends it with success" test $? -eq 0

note "memory as the kernel copies it"
start_front --memory copied
wait_for 10 test -f $mount/td0
cuse-test-app copied " as the kernel copies it" || VM_FAILED=1
if command -v cuse-test-app32 >/dev/null; then
	cuse-test-app32 copied " as the kernel copies it (32-bit)" || VM_FAILED=1
fi
check "the log says what cannot be carried" grep -q "TD_DEEP: its number does not say.*EOPNOTSUPP; docs/fuse.md" "$log"
stop $front

if [ "$VM_ROLE" = own ]; then
	note "counting what a call costs"
	trace 10
	trace 110
	# Of 40 bytes of header, 32 of ioctl and 64 of structure. Looking whether the file is there takes some others.
	check "one read of /dev/fuse for a flat ioctl" test "$(count 'read\([0-9]+</dev/fuse>.* = 136$')" = 100
	check "... and no other" test "$(count 'read\([0-9]+</dev/fuse>.* = [1-9]')" -lt 150
	check "one write of /dev/fuse" test "$(count 'writev?\([0-9]+</dev/fuse>.* = 32$')" = 100
	check "the caller's memory is read once" test "$(count 'process_vm_readv')" = 100
	check "... and written once" test "$(count 'process_vm_writev')" = 100
fi

note "configuration"
cat >/run/fuse.yaml <<-END
	address: unix:$socket
	log: debug
	memory: copied
	nodes: listed
	devices:
	  - device: td0
	    node: other/place/td9
	    mode: 0640
	    owner: root
END
fuse-test-front --config /run/fuse.yaml $mount >"$log" 2>&1 </dev/null &
front=$!
check "a file under another name, in folders" wait_for 10 test -f $mount/other/place/td9
check "... with another mode" test "$(stat -c "%a %U" $mount/other/place/td9)" = "640 root"
check "... and no other file" test "$(find $mount -type f | wc -l)" = 1
check "... that works" env TD_NODE=$mount/other/place/td9 cuse-test-app copied
stop $front

if setpriv --reuid 1000 --regid 1000 --clear-groups true 2>/dev/null; then
	note "a user's own"
	chmod 666 $socket /dev/fuse
	mkdir -p /run/own
	chown 1000 /run/own
	setpriv --reuid 1000 --regid 1000 --clear-groups "$(command -v fuse-test-front)" --address unix:$socket \
		--log debug /run/own >"$log" 2>&1 </dev/null &
	front=$!
	own=(env TD_NODE=/run/own/td0 setpriv --reuid 1000 --regid 1000 --clear-groups)
	check "a user mounts, too" wait_for 10 "${own[@]}" test -f /run/own/td0
	check "... and uses it" "${own[@]}" "$(command -v cuse-test-app)" flat
	check "others do not come in" bash -c "! cat /run/own/td0 2>/dev/null"
	check "a user unmounts" "${own[@]}" fusermount3 -u /run/own
	wait $front
	check "... which ends it with success" test $? -eq 0
else
	skip "a user's own mount" "these namespaces have one user"
fi
stop $host
rm -f /dev/td0 /dev/td1 /dev/tests /dev/bound
exit "$VM_FAILED"
