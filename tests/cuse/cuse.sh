# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# ioferry-cuse against a host and a device of its own, all in one VM (testdev.h says what the device does).
. "$VM_LIB"
socket=/run/td.sock
log=$VM_SHARE/$VM_ROLE-front.log

start_front() { # OPTION...
	: >"$log"
	cuse-test-front --address unix:$socket --log debug "$@" >>"$log" 2>&1 </dev/null &
	front=$!
}

start_host() {
	cuse-test-host unix:$socket >>"$VM_SHARE/$VM_ROLE-host.log" 2>&1 </dev/null &
	host=$!
}

# shellcheck disable=SC2317 # wait_for calls it
has_mode() { # OCTAL
	[ "$(stat -c %a /dev/td0)" = "$1" ]
}

stop() { # PID
	kill "$1"
	wait "$1"
	stopped=$?
}

# Lines of a strace log that match, of 100 calls: the difference between 110 calls and 10
count() { # PATTERN
	echo $(($(grep -cE "$1" /tmp/trace.110) - $(grep -cE "$1" /tmp/trace.10)))
}

trace() { # TIMES
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -o "/tmp/trace.$1" \
		cuse-test-front --address unix:$socket >"/tmp/log.$1" 2>&1 </dev/null &
	tracer=$!
	wait_for 20 test -c /dev/td0
	cuse-test-app flat "" "$1"
	kill "$(pgrep -P $tracer)"
	wait $tracer
}

modprobe cuse

note "before the host is up"
start_front
vm_pause 0.5
check "the front end waits for its host" kill -0 $front
check "... without nodes" test ! -e /dev/td0
start_host
check "nodes are made when the host is up" wait_for 10 test -c /dev/td0 -a -c /dev/tests/tb0

note "memory by process_vm"
cuse-test-app all || VM_FAILED=1
if command -v cuse-test-app32 >/dev/null; then
	cuse-test-app32 all " (32-bit)" || VM_FAILED=1
else
	skip "32-bit callers" "this build has no 32-bit compiler"
fi
check "an undeclared command is logged once for each ABI" \
	test "$(grep -c "is not declared in interface testdev" "$log")" = "$(command -v cuse-test-app cuse-test-app32 | wc -l)"
check "... with its number and how to declare it" \
	grep -q "0x00005411.*declare it in the IDL: ioctl NAME = _IO('T', 17)" "$log"
check "an unsupported one with its reason" grep -q "TD_UNSUPPORTED.*it hands out a descriptor" "$log"
check "a reply that does not fit is logged" grep -q "reply to TD_LIE does not fit" "$log"
check "each open was closed on the host" wait_for 5 grep -q "close, 0 open" "$VM_SHARE/$VM_ROLE-host.log"

note "the host's devices change"
connections=$(grep -c "connected to" "$log")
cuse-test-app withdrawn >/tmp/withdrawn.out &
app=$!
wait_for 10 grep -q READY /tmp/withdrawn.out
kill -HUP $host
wait $app || VM_FAILED=1
grep -E "ok |^#" /tmp/withdrawn.out
check "a node comes" test -c /dev/td1
check "... of a device that works" env TD_NODE=/dev/td1 cuse-test-app flat
check "a node goes when it is closed" wait_for 10 test ! -e /dev/tests/tb0
check "a node that stays has its new mode" has_mode 600
kill -HUP $host
check "all is as it was" wait_for 10 test -c /dev/tests/tb0 -a ! -e /dev/td1
check "... the mode, too" wait_for 5 has_mode 666
check "without a new connection" test "$(grep -c "connected to" "$log")" = "$connections"

note "the host goes and comes back"
cuse-test-app gone >/tmp/gone.out &
app=$!
wait_for 10 grep -q READY /tmp/gone.out
vm_pause 0.3
kill $host
wait $host
wait_for 20 grep -q BACK /tmp/gone.out
check "nodes stay while the host is away" test -c /dev/td0
start_host
wait $app || VM_FAILED=1
grep -E "ok |^#" /tmp/gone.out
cuse-test-app waiting >/tmp/waiting.out &
app=$!
wait_for 10 grep -q READY /tmp/waiting.out
vm_pause 0.5
kill $host
wait $host
wait $app || VM_FAILED=1
grep -E "ok |^#" /tmp/waiting.out
start_host

note "a node is aborted"
wait_for 10 cuse-test-app flat
cuse-test-app aborted >/tmp/aborted.out &
app=$!
wait_for 10 grep -q READY /tmp/aborted.out
vm_pause 0.3
echo 1 >/sys/class/cuse/td0/abort
wait $app || VM_FAILED=1
grep -E "ok |^#" /tmp/aborted.out
check "the node goes away" wait_for 5 test ! -e /dev/td0
check "... the others stay" test -c /dev/tests/tb0
check "... the host's open is closed" wait_for 5 grep -q "close, 0 open" <(tail -n 1 "$VM_SHARE/$VM_ROLE-host.log")
stop $host
start_host
check "... and it comes back with the next connection" wait_for 10 test -c /dev/td0

note "a host that answers nonsense"
stop $host
cuse-test-host unix:$socket noise >"$VM_SHARE/$VM_ROLE-noise.log" 2>&1 </dev/null &
host=$!
wait_for 10 grep -q hello "$VM_SHARE/$VM_ROLE-noise.log"
cuse-test-app noise || VM_FAILED=1
check "the front end survives" kill -0 $front
stop $host
start_host
check "... and works with the next host" wait_for 10 cuse-test-app flat

note "the end of the front end"
stop $front
check "SIGTERM ends it with success" test $stopped -eq 0
check "... and its nodes" test ! -e /dev/td0

note "memory by retry"
start_front --memory retry
wait_for 10 test -c /dev/td0
cuse-test-app retry " by retry" || VM_FAILED=1
if command -v cuse-test-app32 >/dev/null; then
	cuse-test-app32 retry " by retry (32-bit)" || VM_FAILED=1
fi
check "the limits of retry are logged" grep -q "256 pieces" "$log"
stop $front

note "without privileges"
chmod 666 /dev/cuse $socket
: >"$log"
setpriv --reuid 1000 --regid 1000 --clear-groups "$(command -v cuse-test-front)" --address unix:$socket \
	--log debug >>"$log" 2>&1 </dev/null &
front=$!
check "a front end without privileges makes nodes too" wait_for 10 test -c /dev/td0
cuse-test-app retry " by a front end that may not read its caller" || VM_FAILED=1
cuse-test-app unreachable " by a front end that may not read its caller" || VM_FAILED=1
check "... which it says once" test "$(grep -c "cannot read the memory of caller" "$log")" = 1
stop $front

note "with the capabilities of the unit"
: >"$log"
capabilities=-all$(sed -n 's/^CapabilityBoundingSet=//p' "$VM_SOURCE/packaging/systemd/ioferry-cuse.service.in" |
	tr 'A-Z ' 'a-z\n' | sed 's/^cap_/,+/' | tr -d '\n')
setpriv --bounding-set "$capabilities" --inh-caps "$capabilities" --no-new-privs "$(command -v cuse-test-front)" \
	--address unix:$socket --log debug >>"$log" 2>&1 </dev/null &
front=$!
check "nodes are made with $capabilities" wait_for 10 test -c /dev/td0
check "... and have their mode" test "$(stat -c %a /dev/td0)" = 666
setpriv --reuid 1000 --regid 1000 --clear-groups "$(command -v cuse-test-app)" direct " by another user" || VM_FAILED=1
check "... who is reached directly" test "$(grep -c "cannot" "$log")" = 0
stop $front

note "configuration"
start_front
wait_for 10 test -c /dev/td0
cuse-test-host unix:/run/second.sock 2>/dev/null &
second_host=$!
cat >/run/second.yaml <<-END
	address: unix:/run/second.sock
	log: debug
	nodes: listed
	devices:
	  - device: td0
	    node: other/td9
	    mode: 0640
	    owner: nobody
	    group: nogroup
END
cuse-test-front --config /run/second.yaml >/run/second.log 2>&1 </dev/null &
second=$!
check "a node under another name" wait_for 10 test -c /dev/other/td9
wait_for 5 test ! -O /dev/other/td9
check "... with another mode and owner" test "$(stat -c "%a %U %G" /dev/other/td9)" = "640 nobody nogroup"
check "... and a free number, since its own is taken" grep -q "120:3 is taken" /run/second.log
check "... and no other node" grep -q "connected to unix:/run/second.sock: 1 nodes" /run/second.log
kill $second $second_host
wait $second $second_host
check "... which goes away alone" test -c /dev/td0 -a ! -e /dev/other/td9
: >/dev/td9
sed -i "s|other/td9|td9|" /run/second.yaml
cuse-test-host unix:/run/second.sock 2>/dev/null &
second_host=$!
cuse-test-front --config /run/second.yaml >/run/second.log 2>&1 </dev/null &
second=$!
check "a name that exists is left alone" wait_for 10 grep -q "/dev/td9 exists already" /run/second.log
check "... as it is" test -f /dev/td9
kill $second $second_host
wait $second $second_host
stop $front

note "namespaces"
start_front
wait_for 10 test -c /dev/td0
unshare --pid --fork --mount-proc cuse-test-app direct " in a container" || VM_FAILED=1
check "a caller in a PID namespace below is reached" test "$(grep -c "cannot read the memory of caller" "$log")" = 0
stop $front
: >"$log"
unshare --pid --fork --mount-proc --kill-child cuse-test-front \
	--address unix:$socket --log debug >>"$log" 2>&1 </dev/null &
front=$!
wait_for 10 test -c /dev/td0
cuse-test-app retry " from outside of a container" || VM_FAILED=1
cuse-test-app unreachable " from outside of a container" || VM_FAILED=1
check "a caller in a PID namespace above is not" grep -q "not in this pid namespace" "$log"
kill "$(pgrep -P $front)"
wait $front

note "a caller that does not get to sleep"
start_front
wait_for 10 test -c /dev/td0
# The front end preempts the caller that wakes it: the caller still runs when it is looked at. The other program then
# keeps it from its processor for 20 of 30 ms. Kept for good, it would run only where the scheduler stops all real-time
# threads for a moment, the front end among them, and would be asleep when that looks.
taskset --pid --cpu-list 0 $front >/dev/null
chrt --fifo --pid 20 $front
# shellcheck disable=SC2016 # it is a program of its own
taskset --cpu-list 0 chrt --fifo 10 bash -c '
	while :; do
		end=$((${EPOCHREALTIME/./} + 20000))
		while ((${EPOCHREALTIME/./} < end)); do :; done
		read -rt 0.01 <>/run/timer
	done' &
hog=$!
timeout 100 taskset --cpu-list 0 cuse-test-app looked " of a caller that still runs" || VM_FAILED=1
kill $hog
looks=$(grep -c "still runs, and is looked at again" "$log")
note "$looks calls were looked at again"
check "... which was the case" test "$looks" -ge 3
stop $front

note "counting what a call costs"
trace 10
trace 110
check "one read of /dev/cuse for a flat ioctl" test "$(count 'read\([0-9]+</dev/cuse>.* = [1-9]')" = 100
check "one write of /dev/cuse" test "$(count 'write[v]?\([0-9]+</dev/cuse>')" = 100
check "one message sent to the host" test "$(count '(send|write)[a-z]*\([0-9]+<socket')" = 100
check "one message received" test "$(count '(recv|read)[a-z]*\([0-9]+<socket.* = [1-9]')" = 100
check "the caller's memory is read once" test "$(count 'process_vm_readv')" = 100
check "... and written once" test "$(count 'process_vm_writev')" = 100
check "no other descriptor is touched" test "$(count '(open|openat|close|mmap|brk)\(')" = 0
check "our own code allocates nothing" cmp <(grep allocations /tmp/log.10) <(grep allocations /tmp/log.110)
cat /tmp/log.110 >>"$log"

note "files in place of nodes"
bash "$VM_SOURCE/tests/fuse/fuse.sh" || VM_FAILED=1

note "where nobody may trace" # the last part: there is no way back from 3
if sysctl -qw kernel.yama.ptrace_scope=3; then
	export ASAN_OPTIONS=detect_leaks=0 # it traces, too
	start_front
	wait_for 10 test -c /dev/td0
	cuse-test-app retry " where nobody may trace" || VM_FAILED=1
	cuse-test-app unreachable " where nobody may trace" || VM_FAILED=1
	stop $front
else
	skip "where nobody may trace" "this kernel has no Yama"
fi
stop $host
exit "$VM_FAILED"
