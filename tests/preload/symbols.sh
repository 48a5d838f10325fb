#!/bin/sh
# SPDX-License-Identifier: MIT
# The library shows what shim.map names and nothing else: a symbol too many would replace one of the application's.
#     symbols.sh SHIM MAP
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/global:/,/local:/p' "$2" | sed -n 's/^[[:space:]]*\([A-Za-z_0-9]*\);$/\1/p' | sort >"$folder/named"
nm -D --defined-only "$1" | awk '$2 ~ /[TWDBRi]/ { print $3 }' | sort >"$folder/shown"
extra=$(comm -13 "$folder/named" "$folder/shown")
[ -z "$extra" ] || { echo "not in $2: $extra" >&2; exit 1; }
# Those of 32-bit programs exist there only.
missing=$(comm -23 "$folder/named" "$folder/shown" | grep -vE '64$|64_chk$' || true)
[ -z "$missing" ] || { echo "not in $1: $missing" >&2; exit 1; }
[ -s "$folder/shown" ]
