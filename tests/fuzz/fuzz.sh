#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs one fuzzer, tells how it gets on, and what to do about what it finds.
#
#     fuzz.sh [--runs N | --seconds N] [--max-len N] PROGRAM SEEDS WORK
#
# WORK is a folder for inputs that reach something new, logs, and inputs that crash. --runs: always the same inputs, as
# far as threads allow. --seconds: goes on from the inputs of the last time.
set -uo pipefail

usage() {
	echo "usage: fuzz.sh [--runs N | --seconds N] [--max-len N] PROGRAM SEEDS WORK" >&2
	exit 2
}

runs=10000 seconds=0 max_len=6000
while [ $# -gt 3 ]; do
	case $1 in
	--runs) runs=$2 ;;
	--seconds) seconds=$2 ;;
	--max-len) max_len=$2 ;;
	*) usage ;;
	esac
	shift 2
done
[ $# -eq 3 ] || usage
program=$1 seeds=$2 work=$3
name=$(basename "$program")
name=${name#fuzz-}
corpus=$work/corpus-$name log=$work/$name.log

fuzz() { # OPTION...
	"$program" "$@" -max_len="$max_len" -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$work/$name-" \
		"$corpus" "$seeds" >"$log" 2>&1
}

progress() { # WHAT
	echo "$name: $1, $(sed -n 's/^#\([0-9]*\)\tDONE *cov: \([0-9]*\).*corp: \([0-9]*\).*/\1 runs, \2 edges, \3 inputs/p' "$log")"
}

# What ended it, then what to do.
report() { # STATUS
	local input
	grep -v '^#\|^INFO\|^stat::' "$log" | head -n 60
	input=$(sed -n 's/^artifact_prefix=.*Test unit written to //p' "$log" | tail -n 1)
	cat <<END

$name: ended with $1; log: $log
  again:   $program ${input:-$seeds}
  smaller: $program -minimize_crash=1 -runs=10000 ${input:-INPUT}
  to keep: install -D ${input:-INPUT} $(cd "$(dirname "$0")" && pwd)/crashes/$name/WHAT-IT-IS
END
	exit 1
}

mkdir -p "$work"
if [ "$seconds" -eq 0 ]; then
	rm -rf "$corpus"
	mkdir -p "$corpus"
	fuzz -runs="$runs" -seed=1 || report $?
	progress "done"
	exit 0
fi
mkdir -p "$corpus"
while [ "$SECONDS" -lt "$seconds" ]; do
	part=$((seconds - SECONDS < 20 ? seconds - SECONDS : 20))
	fuzz -max_total_time="$part" || report $?
	progress "$SECONDS of $seconds s"
done
