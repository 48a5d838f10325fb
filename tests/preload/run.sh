#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test of the application under the shim, with a host of its own.
#     run.sh HOST SHIM APP TEST
set -eu
host=$1 shim=$2 app=$3 test=$4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export IOFERRY_ADDRESS="unix:$folder/host.sock" IOFERRY_LOG="${IOFERRY_LOG-notice}" TEST_HOST="$host"

if [ "$test" != gone ]; then
	mkfifo "$folder/input" "$folder/output"
	"$host" "$IOFERRY_ADDRESS" <"$folder/input" >"$folder/output" &
	exec 9>"$folder/input" # the host ends when this closes
	read -r line <"$folder/output"
	[ "$line" = ready ]
fi
LD_PRELOAD="${PRELOAD_FIRST-} $shim" timeout 60 "$app" "$test" 9>&-
