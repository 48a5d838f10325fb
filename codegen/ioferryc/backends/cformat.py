# SPDX-License-Identifier: MIT
"""Lines of C as the project's .clang-format wants them: tabs of 8, 120 columns, arguments aligned."""

from __future__ import annotations

from typing import Sequence

COLUMNS = 120
TAB = 8


def width(line: str) -> int:
    """Columns of a line whose tabs stand in front."""
    return len(line.expandtabs(TAB))


def lead(columns: int) -> str:
    """White space in front of a line."""
    return "\t" * (columns // TAB) + " " * (columns % TAB)


def fill(head: str, items: Sequence[str], tail: str) -> str:
    """head + items separated by commas + tail, continued under the first item where a line is full."""
    start = width(head)
    lines, line = [], head
    for number, item in enumerate(items):
        last = number == len(items) - 1
        text = item + (tail if last else ",")
        separator = " " if number > 0 and line.strip() else ""
        if number > 0 and width(line + separator + text) > COLUMNS:
            lines.append(line)
            line = lead(start) + text
        else:
            line += separator + text
    if not items:
        line += tail
    return "\n".join([*lines, line])


def comment(text: str, indent: str = "") -> str:
    """A comment that restates source text, with its lines as they stand."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    shared = min((len(l.expandtabs(4)) - len(l.expandtabs(4).lstrip()) for l in lines[1:] if l.strip()), default=0)
    lines = [lines[0]] + [l.expandtabs(4)[shared:] for l in lines[1:]]
    if len(lines) == 1:
        return f"{indent}/* {lines[0]} */"
    return "\n".join([f"{indent}/*", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"])
