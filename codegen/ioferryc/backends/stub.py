# SPDX-License-Identifier: MIT
"""The header with one typed function a command, for new code in the guest."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis import Analysed, AnalysedCommand
from . import render
from .cformat import comment, fill, function
from .types import TypePrinter


OWN_PARAMETERS = ("file", "number")


@dataclass(frozen=True)
class StubView:
    """A stub's parts."""

    comment: str
    head: str
    body: str


def _parameter(printer: TypePrinter, command: AnalysedCommand) -> tuple[str, str]:
    """The parameter's declaration, and what is passed on."""
    member = command.command.argument
    if member is None and command.shares is not None:
        member = command.shares.command.argument
    if member is None:
        return "", "NULL"
    name = member.name or ("arg" if member.pointer else "value")
    name += "_" if name in OWN_PARAMETERS else ""
    if not member.pointer:
        return f"{printer.member_type(member)}{name}", f"(void *)(uintptr_t){name}"
    return f"{printer.member_type(member)}{name}", name


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the header."""
    printer, prefix = TypePrinter(analysed), analysed.interface.name
    stubs = []
    for command in analysed.commands:
        if not command.supported:
            continue
        parameter, argument = _parameter(printer, command)
        parameters = ["struct iof_file *file", *([parameter] if parameter else [])]
        number = f"{prefix.upper()}_{command.command.name}"
        if command.command.traits.family:
            parameters.insert(1, "uint32_t number")
            number = "number"
        stubs.append(
            StubView(
                comment(command.command.span),
                function("static inline int", f"{prefix}_{command.command.name}", parameters),
                fill("\treturn iof_file_ioctl(", ["file", number, argument], ");"),
            )
        )
    return render(
        "stub.h.j2",
        origin=origin,
        guard=f"IOFERRY_{prefix.upper()}_STUB_H",
        interface=analysed.interface,
        stubs=stubs,
    )
