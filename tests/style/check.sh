#!/bin/bash
# SPDX-License-Identifier: MIT
# check.sh BUILD PYTHON: every check of style over the files of the source tree; one line "ok NAME" or "not ok NAME".
# BUILD is a directory built with clang: its compile_commands.json is what clang-tidy reads.
set -uo pipefail
BUILD=$1 PYTHON=$2
cd "$(dirname "$0")/../.." || exit 1
. tests/style/files.sh

git rev-parse --git-dir >/dev/null || {
	echo "not ok style: git tells which files are ours, and this is no clone"
	exit 1
}
failed=0
check() { # NAME COMMAND...
	local name=$1 output began=$SECONDS
	shift
	if output=$("$@" 2>&1); then
		echo "ok $name"
	else
		printf '%s\n' "$output" | head -n 200 | sed 's/^/    /'
		echo "not ok $name"
		failed=1
	fi
	[ $((SECONDS - began)) -lt 5 ] || echo "    ($((SECONDS - began)) s)"
}

mapfile -t c < <(c_files)
mapfile -t py < <(python_files)
mapfile -t sh < <(shell_files)
mapfile -t text < <(text_files)
check clang-format clang-format --dry-run -Werror "${c[@]}"
check clang-tidy "$PYTHON" tests/style/tidy.py "$BUILD"
check black black -q --check --diff "${py[@]}"
mapfile -t pytest < <(pytest_folders)
mapfile -t strict < <(printf '%s\n' "${py[@]}" | grep -v -F -f <(printf '%s/\n' "${pytest[@]}"))
check "mypy --strict" mypy --cache-dir "$BUILD/mypy" "${strict[@]}"
# Tests take pytest's fixtures, whose types are seen where they are made.
for folder in "${pytest[@]}"; do
	check "mypy of $folder" bash -c "cd '$folder' && mypy --config-file= --ignore-missing-imports --cache-dir '$BUILD/mypy' *.py"
done
check pylint pylint -j 2 --score n "${py[@]}"
check shellcheck shellcheck -x "${sh[@]}"
check codespell codespell "${text[@]}"
check "a licence line in every source" "$PYTHON" tests/style/spdx.py "${c[@]}" "${py[@]}" "${sh[@]}"
exit $failed
