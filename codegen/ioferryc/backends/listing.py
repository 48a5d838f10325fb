# SPDX-License-Identifier: MIT
"""The list of commands for the terminal."""

from __future__ import annotations

import re
from typing import Iterable, Optional

from ..analysis import Analysed, AnalysedCommand
from ..layout import Laid
from ..model import Member

HEADINGS = ("COMMAND", "NUMBER", "ILP32", "ARGUMENT", "SIZE ILP32/LP64", "WAITS", "CARRIED BY")


def _argument(member: Optional[Member]) -> str:
    if member is None:
        return "none"
    text = re.sub(r"//[^\n]*|/\*(?:.|\n)*?\*/", "", member.span.text)
    text = re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "{...}", " ".join(text.split()))
    return text.strip()


def _size(analysed: Analysed, member: Optional[Member]) -> str:
    if member is None:
        return "-"
    kind = analysed.scope.type_of(member.type)
    more = "+" if isinstance(kind, Laid) and (kind.flexible or any(m.member.pointer for m in kind.members)) else ""
    count = 1
    for extent in member.extents:
        if extent.count is not None and analysed.scope.is_constant(extent.count):
            count *= analysed.scope.evaluate(extent.count)
        else:
            more = "+"
    lp64, *ilp32 = (size * count for size in kind.size)
    return f"{','.join(f'{size}{more}' for size in dict.fromkeys(ilp32))}/{lp64}{more}"


def _waits(command: AnalysedCommand) -> str:
    traits = command.command.traits
    if not traits.blocking:
        return "inline" if traits.inline else "-"
    timed = "timeout" if traits.timeout is not None else "blocking"
    return f"{timed}, restart" if traits.restart else timed


def _carried(command: AnalysedCommand) -> str:
    if not command.supported:
        return f"nobody: {command.why}"
    without = command.carriers_without
    return f"all but {', '.join(without)}: {command.why}" if without else "all"


def _row(analysed: Analysed, command: AnalysedCommand) -> tuple[str, ...]:
    member = command.command.argument
    ilp32 = sorted(set(command.numbers[1:]) - {command.numbers[0]})
    return (
        command.command.name,
        f"{command.numbers[0]:#010x}" + ("*" if command.mask != 0xFFFFFFFF else ""),
        ",".join(f"{number:#010x}" for number in ilp32) or "same",
        _argument(member),
        _size(analysed, member),
        _waits(command),
        _carried(command),
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    return ["  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths)), row[-1]]).rstrip() for row in rows]


def generate(found: Iterable[Analysed]) -> str:
    """The text, of all interfaces."""
    lines: list[str] = []
    total = carried = 0
    for analysed in found:
        lines.append(f"{analysed.interface.name} ({analysed.interface.driver})")
        lines += _table([HEADINGS, *(_row(analysed, command) for command in analysed.commands)])
        files = [io.keyword + (" (records)" if io.count_records else "") for io in analysed.ios]
        files += ["poll"] if analysed.interface.poll else []
        lines += [f"also {', '.join(files)}" if files else "no read, write or poll", ""]
        total += len(analysed.commands)
        carried += sum(command.supported for command in analysed.commands)
    lines.append(f"{total} commands, {carried} carried, {total - carried} unsupported")
    return "\n".join(lines) + "\n"
