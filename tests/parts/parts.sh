#!/bin/bash
# SPDX-License-Identifier: MIT
# parts.sh CMAKE OPTION... [--refused TEXT]: configures a build of its own with these options and builds all of it, or
# expects that CMake refuses with TEXT. CMake wraps its messages, so only words are compared.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
refusal=''
if [ "${*: -2:1}" = --refused ]; then
	refusal=${*: -1}
	set -- "${@:1:$#-2}"
fi

status=0
"$@" -B "$folder/build" >"$folder/log" 2>&1 || status=$?
if [ -n "$refusal" ]; then
	[ $status -ne 0 ] && tr -s ' \n' ' ' <"$folder/log" | grep -qF -- "$refusal" && exit 0
	tail -n 20 "$folder/log"
	echo "wanted a refusal that says: $refusal"
	exit 1
fi
if [ $status -ne 0 ]; then
	tail -n 40 "$folder/log"
	exit $status
fi
grep -F 'Left out' "$folder/log"
"$1" --build "$folder/build" >"$folder/log" 2>&1 || {
	tail -n 40 "$folder/log"
	exit 1
}
cd "$folder/build"
ctest --output-on-failure -R '^(unit[.]transports|vectors)'
