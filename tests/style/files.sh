# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Which files of the tree are whose business. The working directory is the tree's root.

# Files of the tree, new ones included; goldens are a compiler's output and judged by their own tests.
tree_files() { # PATTERN...
	git ls-files -co --exclude-standard -- "$@" ':!:**/golden/**' | while read -r file; do
		[ -f "$file" ] && printf '%s\n' "$file"
	done
}

c_files() {
	tree_files '*.c' '*.h'
}

python_files() {
	tree_files '*.py'
}

# Folders of pytest: a module there goes by its bare name.
pytest_folders() {
	tree_files '*/conftest.py' '*/test_*.py' | xargs -r dirname | sort -u
}

# Scripts by name, and by first line where the name does not tell.
shell_files() {
	{
		tree_files '*.sh'
		tree_files | grep -v '\.[a-z0-9]*$' | xargs grep -lE '^#!(/usr)?/bin/(busybox )?(ba)?sh' --
	} | sort -u
}

text_files() {
	tree_files | xargs grep -lI . --
}
