# SPDX-License-Identifier: MIT
"""A C file that compiles only if the computed layouts are the compiler's, and the real header's."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis import Analysed, AnalysedCommand
from ..model import Record
from ..placed import LAYOUTS, Laid, PerLayout, Placed
from . import render
from .cformat import COLUMNS, TAB, fill, lead
from .types import TypePrinter, by_layout


@dataclass(frozen=True)
class Group:
    """The assertions about one record."""

    name: str
    lines: tuple[str, ...]


def _assertion(what: str, values: PerLayout, reason: str) -> str:
    value = by_layout(values)
    if len(f"_Static_assert({what} == {value},") > COLUMNS:
        what += f" ==\n{lead(len('_Static_assert(') + TAB)}{value}"
        return f'_Static_assert({what},\n{lead(len("_Static_assert("))}"{reason}");'
    return fill("_Static_assert(", [f"{what} == {value}", f'"{reason}"'], ");")


def member_size(placed: Placed) -> PerLayout:
    """Bytes of a field, all its elements."""
    a, b, c, d = placed.type.size
    return (a * placed.count, b * placed.count, c * placed.count, d * placed.count)


def _record(laid: Laid, c_name: str) -> list[str]:
    lines = [_assertion(f"sizeof({c_name})", laid.size, f"size of {c_name}")]
    for placed in laid.members:
        name = placed.member.name
        if name:
            lines.append(_assertion(f"offsetof({c_name}, {name})", placed.offset, f"offset of {name} in {c_name}"))
        if name and not placed.flexible:
            size = f"sizeof((({c_name} *)0)->{name})"
            lines.append(_assertion(size, member_size(placed), f"size of {name} in {c_name}"))
    return lines


def real_name(record: Record) -> str:
    """What the driver's header calls it."""
    return record.name if record.typedef else f"{record.keyword} {record.name}"


def macro_of(command: AnalysedCommand) -> str:
    """The header's macro. A family's has its parameters, the number before the size: EVIOCGBIT(ev, len)."""
    family = command.command.traits.family
    return f"{command.command.name}({', '.join('0' for _ in family)})" if family else command.command.name


def _real(analysed: Analysed) -> list[str]:
    lines = []
    named = {real_name(record): record for record in analysed.scope.all_records()}
    for name, record in named.items():
        lines += _record(analysed.scope.laid(record), name)
    for command in analysed.commands:
        reason = f"number of {command.command.name}"
        lines.append(_assertion(f"(unsigned int){macro_of(command)}", command.numbers, reason))
    for name, expr in analysed.scope.consts.items():
        a, b, c, d = (analysed.scope.evaluate(expr, layout) for layout in LAYOUTS)
        check = _assertion(f"(long long)({name})", (a, b, c, d), f"value of {name}")
        # A constant of the IDL's own (a bound) is not in the header; enumerators are no macros and stay unchecked.
        lines.append(f"#ifdef {name}\n{check}\n#endif")
    return lines


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the file."""
    printer = TypePrinter(analysed)
    groups = [Group(name, tuple(_record(laid, name))) for laid, name in printer.records()]
    real = _real(analysed)
    text = "\n".join(line for group in groups for line in group.lines) + "\n".join(real)
    return render(
        "assertions.c.j2",
        origin=origin,
        interface=analysed.interface,
        groups=groups,
        real=real,
        by_layout="IOFERRY_BY_LAYOUT" in text,
    )
