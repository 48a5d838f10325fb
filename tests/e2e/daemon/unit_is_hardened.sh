#!/bin/sh
# SPDX-License-Identifier: MIT
# The unit's exposure stays under 2.0, systemd understands each line of it, and threads and descriptors are capped.
set -eu

command -v systemd-analyze > /dev/null || {
	echo "skipped: there is no systemd-analyze"
	exit 77
}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
unit="$folder/ioferry-hostd.service"
# The program need not be installed to judge the unit.
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$1" > "$unit"
systemd-analyze security --offline=true --threshold=20 "$unit" | tail -n 1
# The threshold lets exactly 2.0 pass.
systemd-analyze security --offline=true --threshold=19 "$unit" > /dev/null
complaints=$(systemd-analyze verify "$unit" 2>&1 | grep -F ioferry-hostd.service: || true)
if [ -n "$complaints" ]; then
	echo "$complaints"
	exit 1
fi
for setting in TasksMax LimitNOFILE; do
	grep -q "^$setting=[0-9]" "$1" || {
		echo "$1: no $setting="
		exit 1
	}
done
