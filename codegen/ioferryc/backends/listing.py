# SPDX-License-Identifier: MIT
"""The list of commands for the terminal."""

from __future__ import annotations

import re
from typing import Iterable, Optional, Sequence

from ..analysis import CARRIERS, Analysed, AnalysedCommand
from ..model import Direction, Member
from ..placed import Laid

HEADINGS = ("COMMAND", "NUMBER", "ILP32", "ARGUMENT", "SIZE ILP32/LP64", "BACK", "TRAITS")


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


def _is_written(analysed: Analysed, member: Member) -> bool:
    """Whether the driver writes to a member or to something that it leads to."""
    if member.direction is not None and member.direction is not Direction.IN:
        return True
    kind = analysed.scope.type_of(member.type)
    return isinstance(kind, Laid) and any(_is_written(analysed, m) for m in kind.record.members)


def _back(analysed: Analysed, command: AnalysedCommand) -> str:
    """With what the driver writes: always, on success, with an errno."""
    member = command.command.argument
    if member is None or not _is_written(analysed, member):
        return "-"
    return ", ".join(command.command.traits.copy_back)


def _traits(command: AnalysedCommand) -> str:
    traits = command.command.traits
    words = ["timeout" if traits.timeout is not None else "blocking"] if traits.blocking else []
    words += ["restart"] if traits.blocking and traits.restart else []
    words += ["inline"] if traits.inline else []
    words += ["cancels"] if traits.cancels else []
    words += ["idempotent"] if traits.idempotent else []
    return ", ".join(words) or "-"


def _row(analysed: Analysed, command: AnalysedCommand) -> tuple[str, ...]:
    member = command.command.argument
    ilp32 = sorted(set(command.numbers[1:]) - {command.numbers[0]})
    return (
        command.command.name,
        f"{command.numbers[0]:#010x}" + ("*" if command.mask != 0xFFFFFFFF else ""),
        ",".join(f"{number:#010x}" for number in ilp32) or "same",
        _argument(member),
        _size(analysed, member),
        _back(analysed, command),
        _traits(command),
        *("yes" if command.carried_by(carrier) else "no" for carrier in CARRIERS),
        _why(command),
    )


def _why(command: AnalysedCommand) -> str:
    """What prevents whom."""
    of_fuse = [f"fuse: {why}" for why in (command.why_not_fuse, command.limit_of_fuse) if why is not None]
    return "; ".join([command.why, *of_fuse] if command.why else of_fuse)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return ["  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths)), row[-1]]).rstrip() for row in rows]


def _beside(analysed: Analysed) -> list[str]:
    """What else is declared of the driver."""
    lines, version = [], analysed.interface.version
    if version is not None:
        places = [source.command.name if source.command else source.path for source in version.sources]
        lines.append(f"version {version.wanted} in {', '.join(places)}")
    if analysed.interface.nonblock_at_open:
        lines.append("O_NONBLOCK as it was at open")
    if analysed.interface.companions:
        lines.append(f"companions {', '.join(companion.path for companion in analysed.interface.companions)}")
    return lines


def _sum(commands: Sequence[AnalysedCommand]) -> str:
    carried = [f"{carrier} {sum(command.carried_by(carrier) for command in commands)}" for carrier in CARRIERS]
    return f"{len(commands)} commands; carried by {', '.join(carried)}"


def generate(found: Iterable[Analysed]) -> str:
    """The text, of all interfaces."""
    lines: list[str] = []
    every: list[AnalysedCommand] = []
    headings = (*HEADINGS, *(carrier.upper() for carrier in CARRIERS), "")
    for analysed in found:
        lines.append(f"{analysed.interface.name} ({analysed.interface.driver})")
        lines += _table([headings, *(_row(analysed, command) for command in analysed.commands)])
        files = [io.keyword + (" (records)" if io.count_records else "") for io in analysed.ios]
        files += ["poll"] if analysed.interface.poll else []
        lines.append(f"also {', '.join(files)}" if files else "no read, write or poll")
        lines += [*_beside(analysed), _sum(analysed.commands), ""]
        every += analysed.commands
    lines.append(f"all: {_sum(every)}")
    return "\n".join(lines) + "\n"
