# SPDX-License-Identifier: MIT
"""Rules of the language that need no layout, and clashes of numbers. One small function a rule."""

from __future__ import annotations

from pathlib import Path

from .diag import Diagnostics
from .layout import LAYOUTS, EvaluationError, Laid, Scope
from .model import Interface

FAMILY_BITS = {"size": 0x3FFF << 16, "nr": 0xFF}


def name_is_files(interface: Interface, path: Path, diagnostics: Diagnostics) -> None:
    """The build knows the names of generated files from those of IDL files."""
    wanted = path.stem.replace("-", "_")
    if interface.name != wanted:
        diagnostics.error(
            interface.span, f"interface '{interface.name}' in a file named {path.name}", f"call the interface '{wanted}'"
        )


def names_once(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A type, a constant or a command is declared once."""
    seen: dict[str, str] = {}
    named = [(const.name, const.span) for const in interface.consts]
    named += [(item.name, item.span) for enum in interface.enums for item in enum.enumerators]
    named += [(alias.name, alias.span) for alias in interface.aliases]
    named += [(record.name, record.span) for record in interface.records]
    named += [(command.name, command.name_span) for command in interface.commands]
    for name, span in named:
        if name in seen:
            diagnostics.error(span, f"'{name}' is declared twice", f"the first is in line {seen[name]}; rename one")
        seen.setdefault(name, str(span.line))


def numbers_differ(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """Within one ABI a number means one command."""
    scope = Scope(interface)
    for layout in LAYOUTS:
        seen: list[tuple[int, int, str]] = []
        for command in interface.commands:
            try:
                number = scope.evaluate(command.number, layout)
            except EvaluationError:
                continue
            mask = 0xFFFFFFFF
            for field in command.traits.family:
                mask &= ~FAMILY_BITS[field]
            for other, other_mask, name in seen:
                if (number ^ other) & mask & other_mask == 0 and name != command.name:
                    diagnostics.error(
                        command.name_span,
                        f"{command.name} has the number {number:#x} of {name} in {layout.name.lower()}",
                        "one caller's number can mean one command only: correct one of them",
                    )
            seen.append((number, mask, command.name))


def layouts_agree(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A structure that commands declare each in their own way is one structure in C."""
    scope = Scope(interface)
    seen: dict[str, Laid] = {}
    for record in scope.all_records():
        try:
            laid = scope.laid(record)
        except EvaluationError:
            continue
        other = seen.setdefault(record.name, laid)
        if other.size != laid.size or [m.offset for m in other.members] != [m.offset for m in laid.members]:
            diagnostics.error(
                record.span,
                f"{record.keyword} {record.name} has another layout in line {other.record.span.line}",
                "directions and counts of its fields may differ, offsets and sizes may not",
            )


def plain_unions_alike(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A union that nothing chooses from is copied as bytes, which only works if every arm is the same everywhere."""
    scope = Scope(interface)
    for record in scope.every_record():
        if record.keyword != "union" or record.selectors:
            continue
        try:
            arms = scope.laid(record).members
            differing = [arm for arm in arms if scope.same(arm.type) != 0xF]
        except EvaluationError:
            continue
        for arm in differing:
            diagnostics.error(
                arm.member.span,
                f"'{arm.member.name}' differs between ABIs, and nothing says when it is the union's content",
                "name the field that decides: union switch (field) { case VALUE: ... }",
            )


RULES = (name_is_files, names_once, numbers_differ, layouts_agree, plain_unions_alike)


def check(interface: Interface, path: Path, diagnostics: Diagnostics) -> None:
    """Applies all rules."""
    for rule in RULES:
        rule(interface, path, diagnostics)
