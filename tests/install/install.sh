#!/bin/bash
# SPDX-License-Identifier: MIT
# install.sh CMAKE BUILD: what an installation brings fits together. Goes to a folder of its own, by DESTDIR.
set -euo pipefail

cmake=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DESTDIR=$folder

fail() {
	echo "install: $*"
	exit 1
}

"$cmake" --install "$build" >"$folder/log" || fail "$(tail -n 20 "$folder/log")"

units=$(find "$folder" -path '*/systemd/system/*.service')
[ "$(wc -l <<<"$units")" -eq 3 ] || fail "wanted three units, not: $units"
# shellcheck disable=SC2086 # paths of mktemp's and ours
paths=$(sed -n 's/^ExecStart=//p' $units | tr ' ' '\n' | grep '^/')
[ "$(wc -l <<<"$paths")" -eq 6 ] || fail "wanted three programs and three configurations, not: $paths"
for path in $paths; do
	[ -e "$folder$path" ] || fail "a unit names $path, which was not installed"
done

bin=$folder$(dirname "$(grep '/ioferry-hostd$' <<<"$paths")")
config=$("$bin/ioferry-hostd" --help | sed -n 's/.*FILE (default: \(.*\))$/\1/p')
[ -e "$folder${config:-/nothing}" ] || fail "the daemon's default is '$config', which was not installed"
"$bin/ioferry-hostd" --check-config --config "$folder$config" || fail "$config is wrong"
for program in ioferry ioferry-cuse ioferry-fuse; do
	"$bin/$program" --help >"$folder/log" || fail "$program does not run"
done

# Another installation keeps what was edited; another prefix would not fit the units.
echo "# edited" >"$folder$config"
"$cmake" --install "$build" >"$folder/log" || fail "$(tail -n 20 "$folder/log")"
[ "$(cat "$folder$config")" = "# edited" ] || fail "$config was overwritten"
! "$cmake" --install "$build" --prefix /elsewhere >"$folder/log" 2>&1 || fail "--prefix /elsewhere was accepted"
grep -q -e "-DCMAKE_INSTALL_PREFIX=/elsewhere" "$folder/log" || fail "$(cat "$folder/log")"
