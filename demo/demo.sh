#!/bin/bash
# SPDX-License-Identifier: MIT
# Shows ioferry at work: an ordinary can4linux application and one of PEAK's API drive simulated controllers of a host
# daemon, through the preload shim. What the application says and what the daemon sees stand side by side.
#
#     demo.sh [--build DIR] [--frames N]
#     demo.sh --vm [--build DIR]     from a guest VM, through a device node and vsock
#     demo.sh --check-options ...    nothing, but whether the options are right: before they are built for
set -uo pipefail

demo=$(cd "$(dirname "$0")" && pwd)
build=$demo/../build/release
frames=500
vm=0
check=0
while [ $# -gt 0 ]; do
	case $1 in
	--build | --frames)
		[ $# -gt 1 ] || {
			echo "demo.sh: $1 needs a value" >&2
			exit 2
		}
		if [ "$1" = --build ]; then build=$2; else frames=$2; fi
		shift
		;;
	--vm) vm=1 ;;
	--check-options) check=1 ;;
	*)
		[[ $1 = -h || $1 = --help ]] || echo "demo.sh: unknown option $1" >&2
		echo "usage: demo.sh [--build DIR] [--frames N] [--vm]" >&2
		exit 2
		;;
	esac
	shift
done
[ $check = 0 ] || exit 0
build=$(cd "$build" && pwd) || exit 1

if [ $vm = 1 ]; then
	exec "$demo/../tests/vm/bed.py" --build "$build" --name demo --timeout 300 \
		--path "$build/host" --path "$build/guest/cuse" --path "$build/examples" \
		nested "$demo/vm-host.sh" "$demo/vm-guest.sh"
fi

work=$(mktemp -d) || exit 1
daemon='' reader='' application='' splitter=''

# Ends only what this script has started, by its pid.
# shellcheck disable=SC2317 # a trap calls it
cleanup() {
	local pid
	for pid in $application $splitter $daemon $reader; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start_daemon() {
	mkfifo "$work/trace" || return
	/usr/bin/env python3 "$demo/trace.py" host <"$work/trace" &
	reader=$!
	env -u JOURNAL_STREAM "$build/host/ioferry-hostd" --config "$demo/demo.yaml" --listen "unix:$work/host.sock" \
		--trace --log info 2>"$work/trace" &
	daemon=$!
	for _ in {1..100}; do
		[ ! -S "$work/host.sock" ] || return 0
		kill -0 "$daemon" 2>/dev/null || return
		sleep 0.05
	done
	echo "demo.sh: the daemon does not listen" >&2
	return 1
}

# The daemon's end closes the trace, and the reader counts what it did not show.
stop_daemon() {
	kill "$daemon" && wait "$daemon"
	daemon=''
	wait "$reader"
	reader=''
}

# An application prints a report, an empty line, and a table that is kept for the end.
split_output() {
	local line table=0
	while IFS= read -r line; do
		[ -n "$line" ] || table=1
		if [ $table = 1 ]; then
			printf '%s\n' "$line" >>"$work/table"
		else
			printf '%s\n' "app  | $line"
		fi
	done
}

run() { # PROGRAM ARGUMENT...
	local status
	printf '%s\n' "app  | \$ $(basename "$1") ${*:2}"
	mkfifo "$work/output" || return
	split_output <"$work/output" &
	splitter=$!
	# In the background, so that a signal to this script need not wait for the application's end.
	LD_PRELOAD=$build/guest/preload/libioferry-preload.so IOFERRY_ADDRESS=unix:$work/host.sock \
		timeout 60 "$@" >"$work/output" 2>&1 &
	application=$!
	wait "$application"
	status=$?
	wait "$splitter"
	application='' splitter=''
	rm "$work/output"
	[ "$status" -eq 0 ] || echo "demo.sh: $(basename "$1") ended with $status" >&2
	return "$status"
}

start_daemon || exit 1
status=0
run "$build/examples/can4linux-demo" --frames "$frames" /dev/can0 /dev/can1 || status=1
run "$build/examples/pcan-demo" --frames 50 /dev/pcan0 /dev/pcan1 || status=1
stop_daemon
[ ! -f "$work/table" ] || cat "$work/table"
exit $status
