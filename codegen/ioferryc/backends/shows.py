# SPDX-License-Identifier: MIT
"""Tables for traces: the names of enumerations and flags, and which fields are shown with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Sequence

from ..analysis import Analysed
from ..fields import Flat, flatten
from ..layout import Scope


@dataclass(frozen=True)
class Table:
    """The names of one enumeration."""

    name: str
    rows: tuple[str, ...]


def prefix_of(names: Sequence[str]) -> str:
    """The words that all names begin with and a trace leaves out: "MSGTYPE_" of MSGTYPE_RTR and MSGTYPE_STATUS."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    prefix = first[: first.rfind("_", 0, same) + 1]
    # A name must remain, and one that no number looks like.
    return prefix if all(name[len(prefix) :][:1].isalpha() for name in names) else ""


def _names(scope: Scope, name: str) -> list[tuple[str, int]]:
    """Of a value the first name, which is what a trace shows; of flags several bits before the single ones."""
    enum, seen, found = scope.enums[name], set(), []
    for item, value in scope.names_of(enum):
        if value not in seen:
            found.append((item, value))
        seen.add(value)
    return sorted(found, key=lambda pair: -bin(pair[1]).count("1")) if enum.flags else found


def _value(value: int, flags: bool) -> str:
    if value < 0:
        return f"(uint64_t){value}"
    return f"{value:#x}" if flags else str(value)


def _shown(analysed: Analysed) -> Iterable[str]:
    for command in analysed.commands:
        if command.value is not None:
            yield command.value.show
    for descriptor in analysed.descriptors:
        for flat in flatten(descriptor.type):
            yield flat.show


def tables(analysed: Analysed) -> list[Table]:
    """Of the enumerations that anything is shown as, in the order of the file."""
    used, found = {show.partition(" ")[2] for show in _shown(analysed)}, []
    for name, enum in analysed.scope.enums.items():
        if name in used:
            names = _names(analysed.scope, name)
            cut = len(prefix_of([item.name for item in enum.enumerators]))
            entries = [(f'{{{_value(value, enum.flags)}, "{item[cut:]}"}},', item) for item, value in names]
            found.append(Table(name, commented(entries)))
    return found


def commented(entries: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Rows of a table, each with what it is about; the comments keep clang-format from filling lines."""
    width = max((len(row) for row, _ in entries), default=0)
    return tuple(f"{row:<{width}} /* {about} */" for row, about in entries)


def _names_of(scope: Scope, show: str) -> list[str]:
    _, _, name = show.partition(" ")
    return [str(len(_names(scope, name))), f"names_{name}"] if name else ["0", "NULL"]


def _form(show: str) -> str:
    form, _, _ = show.partition(" ")
    return f"IOF_FORM_{form.upper() or 'PLAIN'}"


def rows(scope: Scope, fields: Sequence[Flat]) -> tuple[str, ...]:
    """Which fields of a type are shown in a way of their own: struct iof_show."""
    index, found = {flat.name: n for n, flat in enumerate(fields)}, []
    for number, flat in enumerate(fields):
        shown = index.get(flat.shown, -1) + 1 if flat.shown else 0
        if flat.show or shown:
            parts = [str(number), _form(flat.show), str(shown), *_names_of(scope, flat.show)]
            found.append((f"{{{', '.join(parts)}}},", flat.name or "the value"))
    return commented(found)


def value_show(scope: Scope, show: str) -> str:
    """How a command's argument by value is shown."""
    return f"{{{', '.join(['0', _form(show), '0', *_names_of(scope, show)])}}}"
