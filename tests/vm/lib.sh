# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Helpers of the scripts that run in a VM; README.md lists them. Reports are TAP-like lines that bed.py counts.

VM_FAILED=0

vm_report() { # STATUS NAME
	if [ "$1" -eq 0 ]; then
		echo "ok $2"
	else
		echo "not ok $2"
		VM_FAILED=1
	fi
	return "$1"
}

note() {
	echo "::note $*"
}

skip() { # NAME REASON
	echo "ok $1 # SKIP $2"
}

check() { # NAME COMMAND...
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	if [ $status -ne 0 ]; then
		printf '%s\n' "failed with status $status: $*" "$output" | sed 's/^/    /'
	fi
	vm_report $status "$name"
}

same() { # NAME FILE FILE
	local status
	diff -u --label "$2" --label "$3" "$2" "$3" >"$VM_SHARE/$VM_ROLE.diff"
	status=$?
	if [ $status -ne 0 ]; then
		head -n 40 "$VM_SHARE/$VM_ROLE.diff" | sed 's/^/    /'
	fi
	vm_report $status "$1"
}

# Runs Debian's 32-bit build of a program; bed.py unpacked it, nothing is installed.
i386() { # PROGRAM [ARGUMENT...]
	local lib=$VM_I386/lib/i386-linux-gnu program
	for program in "$VM_I386"/{bin,sbin,usr/bin,usr/sbin}/"$1"; do
		[ -x "$program" ] || continue
		shift
		"$lib/ld-linux.so.2" --library-path "$lib:$VM_I386/usr/lib/i386-linux-gnu" --argv0 "${program##*/}" "$program" "$@"
		return
	done
	return 127
}

background() { # NAME COMMAND...
	local log=$VM_SHARE/$VM_ROLE-$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null &
}

# bash's own timer: an external sleep is read over 9p and costs milliseconds under emulation
vm_pause() { # SECONDS
	read -rt "$1" <>/run/timer || :
}

wait_for() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		vm_pause 0.1
	done
}

signal() { # NAME
	: >"$VM_SHARE/signal-$1"
}

await() { # NAME [SECONDS]
	wait_for "${2:-60}" test -e "$VM_SHARE/signal-$1" || {
		echo "nobody signalled $1 within ${2:-60} s"
		return 1
	}
}

guest_boot() {
	[ "$VM_ROLE" = host ] || return 2
	modprobe kvm_amd 2>/dev/null || modprobe kvm_intel || return
	modprobe vhost_vsock || return
	note "booting the guest"
	bash "$VM_SHARE/guest-qemu.sh" </dev/null 2>&1 | sed -u -e 's/^::/::guest /;t' -e 's/^/guest| /' &
	VM_GUEST_PID=$!
	# 15 s on an idle machine; a busy one shares its processors with emulation. bed.py bounds all of it.
	wait_for 300 test -e "$VM_SHARE/guest.up" && return
	echo "the guest did not come up within 300 s"
	return 1
}

guest_wait() { # [SECONDS]
	wait_for "${1:-600}" test -e "$VM_SHARE/guest.exit" || {
		echo "the guest script did not end within ${1:-600} s"
		return 1
	}
	wait "$VM_GUEST_PID"
	return "$(cat "$VM_SHARE/guest.exit")"
}

# Lines "COUNT DEVICE COMMAND" on stdin: checks that the daemon ran each of them at least so often.
at_least() {
	ioferry status --json >"$VM_SHARE/status.json" || {
		vm_report 1 "ioferry status"
		return
	}
	/usr/bin/python3 "$VM_SOURCE/tests/vm/counts.py" "$VM_SHARE/status.json" || VM_FAILED=1
}

# A script that reports "not ok" cannot leave with success.
trap '[ $? -eq 0 ] && [ $VM_FAILED -ne 0 ] && exit 1' EXIT
