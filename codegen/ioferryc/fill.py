# SPDX-License-Identifier: MIT
"""Records with holes: "struct ARG<payload> { payload; u32 size; }" is written out for each use."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from .diag import Diagnostics
from .model import Arm, Command, Interface, Member, Record, TypeRef

HOLE = "<hole>"


class _Filler:
    def __init__(self, interface: Interface, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.templates = {record.name: record for record in interface.records if record.holes}

    def type(self, ref: TypeRef) -> TypeRef:
        """The type with its holes filled."""
        if ref.record is not None:
            return replace(ref, record=self.record(ref.record, {}))
        template = self.templates.get(ref.name)
        if template is None and not ref.fillings:
            return ref
        wanted = template.holes if template is not None else ()
        if template is None or len(ref.fillings) != len(wanted):
            self.diagnostics.error(
                ref.span,
                f"'{ref.name}' has {len(wanted)} members to fill in, not {len(ref.fillings)}",
                f"write {ref.name}<in u32 *buffer>, a member for each name between < and > of its declaration",
            )
            return replace(ref, name="u8", fillings=())
        members = dict(zip(wanted, (self.member(member) for member in ref.fillings)))
        return TypeRef(ref.name, self.record(replace(template, holes=(), span=ref.span), members), ref.span)

    def member(self, member: Member) -> Member:
        """The member with its type's holes filled."""
        return replace(member, type=self.type(member.type))

    def record(self, record: Record, fillings: dict[str, Member]) -> Record:
        """The record with its members in the holes."""

        def one(member: Member) -> Member:
            if member.type.name == HOLE and member.name in fillings:
                return fillings[member.name]
            if member.type.name == HOLE:
                self.diagnostics.error(
                    member.span, f"a member '{member.name}' without a type", "write a type in front of the name"
                )
                return replace(member, type=replace(member.type, name="u8"))
            return self.member(member)

        arms = tuple(self._arm(arm, one(arm.member) if arm.member is not None else None) for arm in record.arms)
        members = (
            tuple(arm.member for arm in arms if arm.member is not None) if arms else tuple(map(one, record.members))
        )
        return replace(record, members=members, arms=arms)

    @staticmethod
    def _arm(arm: Arm, member: Optional[Member]) -> Arm:
        return replace(arm, member=member)

    def command(self, command: Command) -> Command:
        """The command with its argument's holes filled."""
        return command if command.argument is None else replace(command, argument=self.member(command.argument))


def fill(interface: Interface, diagnostics: Diagnostics) -> Interface:
    """The interface without records that have holes."""
    filler = _Filler(interface, diagnostics)
    return replace(
        interface,
        records=tuple(filler.record(record, {}) for record in interface.records if not record.holes),
        commands=tuple(filler.command(command) for command in interface.commands),
    )
