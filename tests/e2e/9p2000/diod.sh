#!/bin/bash
# SPDX-License-Identifier: MIT
# diod.sh HOSTD IDL: the daemon's 9P2000.L server, asked by the clients of another one (Debian: diod).
# shellcheck disable=SC2317 # functions that check runs, and the trap
set -euo pipefail
hostd=$1 idl=$2
PATH=$PATH:/usr/sbin

for program in diodls diodcat diodload; do
	command -v "$program" >/dev/null || {
		echo "$program is missing (Debian: diod)"
		exit 77
	}
done

work=$(mktemp -d)
pid=
cleanup() {
	[ -z "$pid" ] || kill "$pid" || :
	rm -r "$work"
}
trap cleanup EXIT

# diodload asks for a file `null`: a device of that name will do. What is not allowed to 9P is not seen.
cat >"$work/hostd.yaml" <<YAML
devices:
  can0: {interface: can4linux, backend: simcan, allow: any}
  "null": {interface: can4linux, backend: simcan, allow: [{transport: 9p2000}]}
  hidden: {interface: can4linux, backend: simcan, allow: [{transport: unix}]}
YAML

# Another program may have a port: some are tried.
start() {
	for _ in {1..20}; do
		tcp=127.0.0.1:$((20000 + RANDOM % 10000))
		timeout 50 "$hostd" --config "$work/hostd.yaml" --listen "9p2000:unix:$work/socket" \
			--listen "9p2000:tcp:$tcp" 2>"$work/log" &
		pid=$!
		for _ in {1..100}; do
			! grep -q "listening at 9p2000:tcp" "$work/log" || return 0
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.05
		done
	done
	cat "$work/log"
	return 1
}

check() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$work/output" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/    /' "$work/output"
		failed=1
	fi
}

lists() { # SERVER FOLDER NAME...
	local server=$1 folder=$2
	shift 2
	diff <(diodls -s "$server" -a any -l "$folder" | awk '{ print $NF }' | grep -v '^\.*$' | sort) \
		<(printf '%s\n' "$@" | sort)
}

has_idl() {
	diodcat -s "$1" -a any can0/interface.idl | cmp - "$idl"
}

has_status() {
	diodcat -s "$1" -a any can0/status | grep -q '^interface  can4linux$'
}

refuses() { # SERVER
	local name
	for name in nothing can0/nothing hidden can0/../../etc; do
		! diodcat -s "$1" -a any "$name" || return
	done
}

loads() { # SERVER
	diodload -s "$1" -g -n 8 -r 1 2>&1 | tee /dev/stderr | grep -q '[1-9][0-9]* ops/s'
}

failed=0
start
for server in "$work/socket" "$tcp"; do
	where=unix
	[ "$server" = "$work/socket" ] || where=tcp
	check "$where: diodls lists the devices" lists "$server" . can0 null sessions
	check "$where: diodls lists a device's texts" lists "$server" can0 interface.idl status
	check "$where: diodcat reads interface.idl" has_idl "$server"
	check "$where: diodcat reads status" has_status "$server"
	check "$where: what is not there or not theirs is refused" refuses "$server"
	check "$where: diodload" loads "$server"
done
check "the daemon lives" kill -0 "$pid"
kill "$pid"
check "the daemon ends" wait "$pid"
pid=
exit "$failed"
