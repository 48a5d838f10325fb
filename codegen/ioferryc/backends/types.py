# SPDX-License-Identifier: MIT
"""The header with an interface's structures, constants and numbers in the layout of whoever includes it."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis import Analysed
from ..model import Member, Record
from ..placed import LAYOUTS, Laid, PerLayout, Placed, Scalar
from . import render


@dataclass(frozen=True)
class NamedRecord:
    """A record, and what it is called in C."""

    laid: Laid
    c_name: str


def record_names(analysed: Analysed) -> dict[int, str]:
    """C names of all records that need one, by identity, in the order of definition."""
    prefix, found = analysed.interface.name, {}

    def visit(record: Record, hint: str, needed: bool) -> None:
        for member in record.members:
            if member.type.record is not None:
                visit(member.type.record, f"{hint}_{member.name}", member.pointer)
        if record.name or needed:
            found[id(record)] = f"{record.keyword} {prefix}_{record.name or hint}"

    for record in analysed.interface.records:
        visit(record, record.name, True)
    for command in analysed.interface.commands:
        if command.argument is not None and command.argument.type.record is not None:
            visit(command.argument.type.record, command.name, True)
    return found


def is_void(laid: Laid) -> bool:
    """Whether C has a void pointer to it: a union with arms of no fixed size."""
    return laid.record.keyword == "union" and any(placed.flexible for placed in laid.members)


class TypePrinter:
    """Prints C declarations of an interface's types."""

    def __init__(self, analysed: Analysed) -> None:
        self.analysed = analysed
        self.names = record_names(analysed)

    def name(self, kind: object) -> str:
        """How C refers to a type."""
        if isinstance(kind, Scalar):
            return kind.c_name
        assert isinstance(kind, Laid)
        if kind.record.name == "timeval" and id(kind.record) not in self.names:
            return "struct timeval"
        return self.names[id(kind.record)]

    def member_type(self, member: Member) -> str:
        """The type in front of a member's name, with the star."""
        if member.type.name == "void" and member.type.record is None:
            return "void *"
        if member.type.record is not None and is_void(self.analysed.scope.laid(member.type.record)):
            return "void *"
        name = self.name(self.analysed.scope.type_of(member.type))
        return f"{name} *" if member.pointer else f"{name} "

    def _member(self, placed: Placed, depth: int) -> list[str]:
        member, indent = placed.member, "\t" * depth
        dims = "[]" if placed.flexible else "".join(f"[{dim}]" for dim in placed.dims)
        aligned = ""
        if member.aligned is not None:
            aligned = f" __attribute__((aligned({self.analysed.scope.evaluate(member.aligned)})))"
        if member.pointer:
            if member.wide:
                return [f"{indent}uint64_t {member.name}{aligned};"]
            return [f"{indent}{self.member_type(member)}{member.name}{aligned};"]
        if (
            isinstance(placed.type, Laid)
            and id(placed.type.record) not in self.names
            and placed.type.record.name != "timeval"
        ):
            lines = self._body(placed.type, depth, f"{indent}{self._opening(placed.type.record)} {{")
            tail = f" {member.name}{dims}" if member.name else ""
            return [*lines, f"{indent}}}{self._attributes(placed.type.record)}{tail};"]
        return [f"{indent}{self.name(placed.type)} {member.name}{dims}{aligned};"]

    @staticmethod
    def _opening(record: Record) -> str:
        return record.keyword

    def _attributes(self, record: Record) -> str:
        found = ["packed"] if record.packed else []
        if record.aligned is not None:
            found.append(f"aligned({self.analysed.scope.evaluate(record.aligned)})")
        return f" __attribute__(({', '.join(found)}))" if found else ""

    def _body(self, laid: Laid, depth: int, head: str) -> list[str]:
        lines = [head]
        for placed in laid.members:
            lines += self._member(placed, depth + 1)
        return lines

    def definitions(self) -> list[str]:
        """All records, each after those it contains."""
        found = []
        for laid, name in self.records():
            lines = self._body(laid, 0, f"{name} {{")
            found.append("\n".join([*lines, f"}}{self._attributes(laid.record)};"]))
        return found

    def records(self) -> list[tuple[Laid, str]]:
        """All records that have a name in C, each after those it contains."""
        done: list[tuple[Laid, str]] = []
        seen: set[int] = set()
        printed: set[str] = set()

        def visit(laid: Laid) -> None:
            if id(laid.record) in seen:
                return
            seen.add(id(laid.record))
            for placed in laid.members:
                if isinstance(placed.type, Laid):
                    visit(placed.type)
                inner = placed.member.type
                if placed.member.pointer and inner.record is not None:
                    visit(self.analysed.scope.laid(inner.record))
            if is_void(laid):
                return
            name = self.names.get(id(laid.record))
            # Commands may declare one C structure each in their own way: fields' directions and counts differ.
            if name is not None and name not in printed:
                printed.add(name)
                done.append((laid, name))

        roots = list(self.analysed.interface.records)
        for command in self.analysed.interface.commands:
            if command.argument is not None and command.argument.type.record is not None:
                roots.append(command.argument.type.record)
        for record in roots:
            visit(self.analysed.scope.laid(record))
        return done

    def forward(self) -> list[str]:
        """Records that something points to."""
        return [name for _, name in self.records()]


def value_text(value: int) -> str:
    """A constant as C has it."""
    if value < 0:
        return f"({value})"
    return str(value) if value < 4096 else f"{value:#x}"


def by_layout(values: PerLayout, hexadecimal: bool = False) -> str:
    """One value, or a choice by layout."""
    texts = [f"{value:#x}u" if hexadecimal else value_text(value) for value in values]
    return texts[0] if len(set(values)) == 1 else f"IOFERRY_BY_LAYOUT({', '.join(texts)})"


def _aligned(pairs: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"#define {name:<{width}} {text}" for name, text in pairs]


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the header."""
    printer, prefix = TypePrinter(analysed), analysed.interface.name.upper()
    consts = []
    for name, expr in analysed.scope.consts.items():
        a, b, c, d = (analysed.scope.evaluate(expr, layout) for layout in LAYOUTS)
        consts.append((f"{prefix}_{name}", by_layout((a, b, c, d))))
    numbers = [(f"{prefix}_{command.command.name}", by_layout(command.numbers, True)) for command in analysed.commands]
    definitions = printer.definitions()
    return render(
        "types.h.j2",
        origin=origin,
        guard=f"IOFERRY_{prefix}_TYPES_H",
        interface=analysed.interface,
        constants=_aligned(consts),
        numbers=_aligned(numbers),
        by_layout=any("IOFERRY_BY_LAYOUT" in text for _, text in consts + numbers),
        forward=printer.forward(),
        definitions=definitions,
    )
