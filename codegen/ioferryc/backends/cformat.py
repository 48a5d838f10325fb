# SPDX-License-Identifier: MIT
"""Lines of C as the project's .clang-format wants them: tabs of 8, 120 columns, arguments aligned."""

from __future__ import annotations

import re
from typing import Sequence

from ..diag import Span

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


def function(result: str, name: str, parameters: Sequence[str]) -> str:
    """A function's head; the result stands on a line of its own where a parameter would not fit."""
    text = fill(f"{result} {name}(", parameters, ")")
    if all(width(line) <= COLUMNS for line in text.splitlines()):
        return text
    return f"{result}\n" + fill(f"{name}(", parameters, ")")


def assign(head: str, call: str, items: Sequence[str], tail: str) -> str:
    """head = call(items) on one line, with the call on the next, or with its arguments continued."""
    line = f"{head} = {call}({', '.join(items)}{tail}"
    if width(line) <= COLUMNS:
        return line
    depth = len(head) - len(head.lstrip("\t"))
    below = "\t" * (depth + 1) + f"{call}({', '.join(items)}{tail}"
    if width(below) <= COLUMNS:
        return f"{head} =\n{below}"
    beside = fill(f"{head} = {call}(", items, tail)
    under = f"{head} =\n" + fill("\t" * (depth + 1) + f"{call}(", items, tail)
    return under if beside.count("\n") > 1 and under.count("\n") <= beside.count("\n") else beside


def joined(head: str, tests: Sequence[str], tail: str) -> str:
    """Tests joined by ||, continued under the first."""
    start, lines, line = width(head), [], head
    for number, test in enumerate(tests):
        text = test + (tail if number == len(tests) - 1 else " ||")
        if number > 0 and width(line + " " + text) > COLUMNS:
            lines.append(line)
            line = lead(start) + text
        else:
            line += (" " if number > 0 else "") + text
    return "\n".join([*lines, line])


def _wrapped(line: str, room: int) -> list[str]:
    """A long line in several, the later ones indented by four more."""
    if len(line) <= room:
        return [line]
    indent = len(line) - len(line.lstrip())
    found, rest = [], line
    while len(rest) > room:
        cut = rest.rfind(" ", indent + 8, room)
        if cut < 0:
            break
        found.append(rest[:cut].rstrip())
        rest = " " * (indent + 4) + rest[cut:].lstrip()
    return [*found, rest]


def declaration(span: Span) -> list[str]:
    """Source text for a comment: without its own comments, at the depth of its first line."""
    text = span.source.text
    first = text.rfind("\n", 0, span.start) + 1
    base = len(re.match(r"[ \t]*", text[first:]).group().expandtabs(4))  # type: ignore[union-attr]
    plain = re.sub(r"//[^\n]*|/\*(?:.|\n)*?\*/", "", span.text)
    lines = []
    for number, line in enumerate(plain.splitlines()):
        line = line.expandtabs(4).rstrip()
        if number > 0:
            line = line[min(base, len(line) - len(line.lstrip())) :]
        indent = len(line) - len(line.lstrip())
        line = " " * indent + re.sub(r" {2,}", " ", line.lstrip())
        if line.strip():
            lines += _wrapped(line, COLUMNS - 3)
    return lines


def comment(span: Span) -> str:
    """A comment that restates a declaration."""
    lines = declaration(span)
    if len(lines) == 1 and len(lines[0]) + 6 <= COLUMNS:
        return f"/* {lines[0]} */"
    return "\n".join(["/*", *(f" * {line}" for line in lines), " */"])
