# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Applications of can4linux and pcan on files that the daemon's simulated controllers are behind. Their calls have numbers
# that lie, pointers, and counts in messages.
. "$VM_LIB"
socket=/run/hostd.sock
mount=/run/fuse

mkdir $mount
cat >/run/hostd.yaml <<-END
	listen: ["unix:$socket"]
	devices:
	  can0: {interface: can4linux, backend: simcan, bus: one, bitrate: 500}
	  can1: {interface: can4linux, backend: simcan, bus: one, bitrate: 500}
	  pcan0: {interface: pcan, backend: simcan, bus: two, bitrate: 500}
	  pcan1: {interface: pcan, backend: simcan, bus: two, bitrate: 500}
END
ioferry-hostd --config /run/hostd.yaml >"$VM_SHARE/hostd.log" 2>&1 </dev/null &
daemon=$!
ioferry-fuse --address unix:$socket --log info $mount >"$VM_SHARE/front.log" 2>&1 </dev/null &
front=$!
wait_for 10 test -f $mount/can0 -a -f $mount/pcan1
for name in can0 can1 pcan0 pcan1; do
	ln -s $mount/$name /dev/$name
done

for width in '' -32; do
	command -v can4linux-dump$width >/dev/null || {
		skip "32-bit applications" "this build has no 32-bit compiler"
		continue
	}
	timeout 60 "pcan-demo$width" --frames 200 /dev/pcan0 /dev/pcan1 >/run/said 2>&1
	check "pcan-demo$width" test $? -eq 0
	check "... gets every frame as it was sent" grep -q ' 0 differ$' /run/said
	# `ioferryc list` says so, too.
	timeout 60 "can4linux-demo$width" --frames 200 /dev/can0 /dev/can1 >/run/said 2>&1
	check "can4linux-demo$width gets every frame as it was sent" grep -q ' 0 differ$' /run/said
	check "... until it needs number 1, which is FIBMAP" \
		grep -q '^CAN_IOCTL_CONFIG target .: Operation not permitted$' /run/said
	timeout 60 "can4linux-dump$width" -n 50 -t 20 /dev/can1 >/run/received 2>/run/said &
	receiver=$!
	wait_for 20 grep -q listening /run/said
	exec 8<>/dev/can0 # the last close of a node drops what is still queued
	timeout 60 "can4linux-send$width" /dev/can0 -n 50 --log >/run/sent
	wait $receiver
	check "can4linux-dump$width reads what can4linux-send$width writes" test $? -eq 0
	exec 8>&-
	check "... every frame" diff <(sed 's/^([^)]*) can[0-9] //' /run/sent) <(sed 's/^([^)]*) can[0-9] //' /run/received)
	check "... of fifty" test "$(wc -l </run/received)" = 50
done
kill $front
wait $front
check "the front end ends with success" test $? -eq 0
kill $daemon
wait $daemon
exit "$VM_FAILED"
