#!/bin/bash
# SPDX-License-Identifier: MIT
# A fuzzer whose decoder has a planted fault must find it, and the command that is told must show it again.
#
#     planted.sh PROGRAM SEEDS WORK
set -uo pipefail

output=$("$(dirname "$0")/fuzz.sh" --runs 100000 --max-len 1200 "$@") && {
	echo "the planted fault was not found"
	exit 1
}
echo "$output"
grep -q 'ERROR: AddressSanitizer: heap-buffer-overflow' <<<"$output" || {
	echo "something else was found"
	exit 1
}
again=$(sed -n 's/^ *again: *//p' <<<"$output")
# shellcheck disable=SC2086 # a command with its argument
grep -q 'heap-buffer-overflow' <<<"$($again 2>&1)" || {
	echo "not found again by: $again"
	exit 1
}
