# SPDX-License-Identifier: MIT
"""Hashes change with what travels, and with nothing else."""

from pathlib import Path

import pytest

from ioferryc.cli import load
from ioferryc.diag import Diagnostics

BASE = """interface test {
	driver "one";
	node "test";
	const MAX = 8;
	flags bits { LOW = 1, HIGH = 2 };
	enum sort { ONE, TWO };
	struct item { u32 id; unsigned long value; };
	ioctl A = _IO('a', 1) (in struct { u32 n; in struct item *items[n, max MAX]; } *arg);
	ioctl B = _IO('a', 2) (out struct item *arg);
	poll;
}
"""


def hashes(tmp_path: Path, text: str) -> tuple[int, int, int]:
    """Of the interface, of A and of B."""
    path = tmp_path / "test.idl"
    path.write_text(text)
    diagnostics = Diagnostics()
    found = load([path], diagnostics)
    assert not diagnostics, diagnostics.render()
    commands = {command.command.name[0]: command.hash for command in found[0].commands}
    return found[0].hash, commands["A"], commands["B"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('driver "one"', 'driver "two"'),
        ("u32 id", "u32 identifier"),
        ("struct item", "struct thing"),
        ("u32 n; in struct item *items[n,", "u32 count; in struct item *list[count,"),
        ("const MAX = 8", "const MAX = 4 + 4"),
        ("ioctl B =", "// a comment\n\tioctl B_RENAMED ="),
        ("(out struct item", "(inout struct item"),  # the same on the wire
        ("u32 id", "u32 id as hex"),
        ("u32 id", "u32 id as flags bits"),
        ("u32 id", "enum sort id"),
        ("HIGH = 2", "HIGH = 4"),
    ],
)
def test_names_and_comments_do_not_count(tmp_path: Path, old: str, new: str) -> None:
    assert hashes(tmp_path, BASE.replace(old, new)) == hashes(tmp_path, BASE)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("const MAX = 8", "const MAX = 9", "A"),
        ("u32 n; in struct", "u64 n; in struct", "A"),
        ("in struct item *items", "inout struct item *items", "A"),
        ("max MAX]", "max MAX, errno E2BIG]", "A"),
        ("_IO('a', 2)", "_IO('a', 3)", "B"),
        ("(out struct item", "(out exact struct item", "B"),
        ("out struct item *arg)", "out struct item *arg nullable)", "B"),
        ("u32 id;", "u16 id;", "AB"),
        ("poll;", "", ""),
    ],
)
def test_what_travels_counts(tmp_path: Path, old: str, new: str, changed: str) -> None:
    before, after = hashes(tmp_path, BASE), hashes(tmp_path, BASE.replace(old, new))
    assert before[0] != after[0]
    assert "".join(name for name, index in (("A", 1), ("B", 2)) if before[index] != after[index]) == changed
