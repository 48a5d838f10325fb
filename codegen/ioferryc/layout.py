# SPDX-License-Identifier: MIT
"""The names of an interface: what types, constants and command numbers are in every layout that an ABI may have."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import partial
from typing import Callable, Optional, TypeVar

from . import model
from .arithmetic import BINARY, UNARY
from .diag import Span
from .model import Expr, Member, Record, TypeRef
from .placed import (
    LAYOUTS,
    POINTER,
    SCALARS,
    SENTINELS,
    TIMEVAL,
    WIDE_POINTER,
    AnyType,
    EvaluationError,
    Laid,
    Layout,
    Placed,
    PerLayout,
    Scalar,
    per_layout,
    same_size,
)

T = TypeVar("T")


def _round_up(value: int, align: int) -> int:
    return (value + align - 1) // align * align


_IOC_DIRECTION = {"_IO": 0, "_IOW": 1, "_IOR": 2, "_IOWR": 3}


class Scope:
    """The names of an interface, and what they mean in each layout."""

    def __init__(self, interface: model.Interface) -> None:
        self.interface = interface
        self.consts: dict[str, Expr] = {const.name: const.value for const in interface.consts}
        self.records: dict[str, Record] = {}
        self.aliases = {alias.name: alias.type for alias in interface.aliases}
        self.enums = {enum.name: enum for enum in interface.enums if enum.name}
        self._laid: dict[int, Laid] = {}
        self._active: list[str] = []
        self._values: dict[tuple[str, Layout], int] = {}
        for enum in interface.enums:
            self._add_enumerators(enum)
        for record in self._roots():
            self._add_record(record)

    def _roots(self) -> list[Record]:
        """Records declared by themselves, then those declared in commands."""
        found = list(self.interface.records)
        for command in self.interface.commands:
            if command.argument is not None and command.argument.type.record is not None:
                found.append(command.argument.type.record)
        return found

    def _add_enumerators(self, enum: model.EnumType) -> None:
        base: Optional[Expr] = None
        step = 0
        for item in enum.enumerators:
            if item.value is not None:
                base, step = item.value, 0
            number: Expr = model.Number(step, item.span)
            self.consts[item.name] = model.Binary("+", base, number, item.span) if base else number
            step += 1

    def _add_record(self, record: Record) -> None:
        if record.name:
            self.records.setdefault(record.name, record)
        for member in record.members:
            if member.type.record is not None:
                self._add_record(member.type.record)

    def all_records(self) -> tuple[Record, ...]:
        """Records with names, in the order of the file; those inside others come before them."""
        return tuple(record for record in self.every_record() if record.name)

    def every_record(self) -> tuple[Record, ...]:
        """All records, in the order of the file; those inside others come before them."""
        found: list[Record] = []

        def visit(record: Record) -> None:
            for member in record.members:
                if member.type.record is not None:
                    visit(member.type.record)
            found.append(record)

        for record in self._roots():
            visit(record)
        return tuple(found)

    # --- types ---

    def type_of(self, ref: TypeRef) -> AnyType:
        """The type a reference means."""
        if ref.record is not None:
            return self.laid(ref.record)
        if ref.name == "pointer":
            return POINTER
        if ref.name == "void":
            return SCALARS["u8"]
        if ref.name == "timeval":
            return self.laid(TIMEVAL)
        if ref.name in SCALARS:
            return SCALARS[ref.name]
        if ref.name in self.records:
            return self.laid(self.records[ref.name])
        if ref.name in self.enums:
            return self._enum_type(self.enums[ref.name], ref)
        if ref.name in self.aliases:
            return self._guarded(ref.name, ref.span, partial(self.type_of, self.aliases[ref.name]))
        raise EvaluationError(ref.span, f"unknown type '{ref.name}'", self._suggest(ref.name))

    def _suggest(self, name: str) -> str:
        known = [*SCALARS, "timeval", *self.records, *self.enums, *self.aliases]
        close = difflib.get_close_matches(name, known, 1)
        return f"did you mean '{close[0]}'?" if close else f"declare it: struct {name} {{ ... }};"

    def _enum_type(self, enum: model.EnumType, ref: TypeRef) -> Scalar:
        if enum.flags:
            advice = f"write an integer type, and behind the name 'as flags {enum.name}'"
            raise EvaluationError(ref.span, f"'{enum.name}' is a set of flags and no type", advice)
        kind, c_name = ("IOF_SINT", "int") if self._is_signed(enum) else ("IOF_UINT", "unsigned int")
        return Scalar(enum.name, kind, same_size(4), c_name, show=f"enum {enum.name}")

    def _is_signed(self, enum: model.EnumType) -> bool:
        return any(value < 0 for _, value in self.names_of(enum))

    def names_of(self, enum: model.EnumType) -> tuple[tuple[str, int], ...]:
        """The names of an enumeration, or of flags, with their values."""
        return tuple((item.name, self.evaluate(self.consts[item.name])) for item in enum.enumerators)

    def shown_as(self, kind: AnyType, member: Member) -> AnyType:
        """An integer type as a member shows it, or as it is."""
        if member.show is None or not isinstance(kind, Scalar):
            return kind
        return replace(kind, builtin=None, show=f"{member.show.form} {member.show.name}".strip())

    def _guarded(self, name: str, span: Span, work: Callable[[], T]) -> T:
        if name in self._active:
            raise EvaluationError(
                span, f"'{name}' contains itself", "break the circle; a structure may hold a pointer to itself"
            )
        self._active.append(name)
        try:
            return work()
        finally:
            self._active.pop()

    def laid(self, record: Record) -> Laid:
        """Lays a record out, once."""
        known = self._laid.get(id(record))
        if known is None:
            name = record.name or f"at {record.span.start}"
            known = self._guarded(name, record.span, partial(self._lay_out, record))
            self._laid[id(record)] = known
        return known

    def _member_type(self, member: Member) -> AnyType:
        if member.pointer:
            return WIDE_POINTER if member.wide else POINTER
        found = self.type_of(member.type)
        if not member.sentinel:
            return self.shown_as(found, member)
        if not isinstance(found, Scalar) or found.kind != "IOF_UINT" or found.size not in SENTINELS:
            advice = "a sentinel is an unsigned field of 32 bits or more"
            raise EvaluationError(member.span, f"'{member.name}' cannot be a sentinel", advice)
        return self.shown_as(SENTINELS[found.size], member)

    def _alignment(self, expr: Expr, layout: Layout) -> int:
        value = self.evaluate(expr, layout)
        if not 0 < value <= 4096 or value & (value - 1):
            raise EvaluationError(expr.span, f"alignment {value}", "write a power of two, at most 4096")
        return value

    def _lay_out(self, record: Record) -> Laid:
        if not record.members:
            raise EvaluationError(record.span, f"an empty {record.keyword}", "declare its fields")
        offsets: list[list[int]] = [[] for _ in record.members]
        sizes, aligns = [0, 0, 0, 0], [1, 1, 1, 1]
        types, dims, flexible = [], [], []
        for member in record.members:
            fixed = member.pointer or all(e.count is not None and self.is_constant(e.count) for e in member.extents)
            types.append(self._member_type(member))
            flexible.append(not fixed)
            dims.append(self._dims(member) if fixed and not member.pointer else ())
        for layout in LAYOUTS:
            size = 0
            for index, member in enumerate(record.members):
                align = 1 if record.packed else types[index].align(layout)
                if member.aligned is not None:
                    align = max(align, self._alignment(member.aligned, layout))
                place = _round_up(0 if record.keyword == "union" else size, align)
                offsets[index].append(place)
                bytes_here = types[index].size[layout]
                for dim in dims[index]:
                    bytes_here *= dim
                size = max(size, place + (0 if flexible[index] else bytes_here))
                aligns[layout] = max(aligns[layout], align)
            if record.aligned is not None:
                aligns[layout] = max(aligns[layout], self._alignment(record.aligned, layout))
            sizes[layout] = _round_up(size, aligns[layout])
        members = tuple(
            Placed(member, types[i], dims[i], per_layout(offsets[i]), flexible[i])
            for i, member in enumerate(record.members)
        )
        return Laid(record, members, per_layout(sizes), per_layout(aligns))

    def _dims(self, member: Member) -> tuple[int, ...]:
        dims = []
        for extent in member.extents:
            assert extent.count is not None
            dim = self.evaluate(extent.count, Layout.LP64)
            if not 0 < dim <= 1 << 20:
                raise EvaluationError(extent.span, f"an array of {dim} elements", "give it 1 to 1048576 elements")
            dims.append(dim)
        return tuple(dims)

    # --- values ---

    def is_constant(self, expr: Expr) -> bool:
        """Whether the expression reads no field."""
        if isinstance(expr, model.Path):
            return len(expr.names) == 1 and expr.names[0] in self.consts
        if isinstance(expr, model.Unary):
            return self.is_constant(expr.operand)
        if isinstance(expr, model.Binary):
            return self.is_constant(expr.left) and self.is_constant(expr.right)
        if isinstance(expr, model.Conditional):
            return all(self.is_constant(part) for part in (expr.test, expr.yes, expr.no))
        if isinstance(expr, model.Call):
            return expr.function not in ("_IOC_SIZE", "_IOC_NR")
        return True

    def evaluate(self, expr: Expr, layout: Layout = Layout.LP64) -> int:
        """Value of a constant expression."""
        if isinstance(expr, model.Number):
            return expr.value
        if isinstance(expr, model.Path):
            return self._constant(expr, layout)
        if isinstance(expr, model.Unary):
            return int(UNARY[expr.operator](self.evaluate(expr.operand, layout)))
        if isinstance(expr, model.Binary):
            left, right = self.evaluate(expr.left, layout), self.evaluate(expr.right, layout)
            if expr.operator in "/%" and right == 0:
                raise EvaluationError(expr.span, "division by zero", "correct the divisor")
            if expr.operator in ("<<", ">>") and not 0 <= right < 64:
                raise EvaluationError(expr.span, f"shift by {right}", "shift by 0 to 63 bits")
            return int(BINARY[expr.operator](left, right))
        if isinstance(expr, model.Conditional):
            return self.evaluate(expr.yes if self.evaluate(expr.test, layout) else expr.no, layout)
        if isinstance(expr, model.SizeOf):
            return self.type_of(expr.type).size[layout]
        return self._ioc(expr, layout)

    def _constant(self, path: model.Path, layout: Layout) -> int:
        name = ".".join(path.names)
        if name not in self.consts:
            raise EvaluationError(path.span, f"unknown constant '{name}'", f"declare it: const {path.names[-1]} = ...;")
        key = (name, layout)
        if key not in self._values:
            self._values[key] = self._guarded(name, path.span, partial(self.evaluate, self.consts[name], layout))
        return self._values[key]

    def _ioc(self, call: model.Call, layout: Layout) -> int:
        wanted = {"_IO": 2, "_IOC": 4, "_IOC_SIZE": 1, "_IOC_NR": 1}.get(call.function, 3)
        if len(call.arguments) != wanted:
            raise EvaluationError(
                call.span, f"{call.function}() takes {wanted} arguments", "write it as in linux/ioctl.h"
            )
        if call.function in ("_IOC_SIZE", "_IOC_NR"):
            raise EvaluationError(call.span, "no constant", f"use {call.function}(command) as a count in an argument")
        values: list[int] = []
        for argument in call.arguments:
            if isinstance(argument, TypeRef):
                values.append(self.type_of(argument).size[layout])
            else:
                values.append(self.evaluate(argument, layout))
        if call.function == "_IOC":
            direction, kind, number, size = values[0], values[1], values[2], values[3]
        else:
            direction, kind, number = _IOC_DIRECTION.get(call.function, 0), values[0], values[1]
            size = values[2] if len(values) > 2 else 0
        for what, value, bits in (
            ("type", kind, 8),
            ("number", number, 8),
            ("size", size, 14),
            ("direction", direction, 2),
        ):
            if not 0 <= value < 1 << bits:
                raise EvaluationError(call.span, f"the {what} {value} has more than {bits} bits", f"correct the {what}")
        return direction << 30 | size << 16 | kind << 8 | number

    def numbers(self, command: model.Command) -> PerLayout:
        """The command's number in each layout."""
        numbers = per_layout([self.evaluate(command.number, layout) for layout in LAYOUTS])
        for number in numbers:
            if not 0 <= number < 1 << 32:
                what = f"{number} is negative" if number < 0 else f"{number:#x} has more than 32 bits"
                raise EvaluationError(
                    command.number.span, f"the number {what}", "an ioctl's number has 32 bits: correct it"
                )
        return numbers

    def mask(self, command: model.Command) -> int:
        """Bits of the command's number that identify it."""
        mask = 0xFFFFFFFF
        for bits in command.traits.family:
            mask &= ~self._parameter(command, bits)
        return mask

    def _parameter(self, command: model.Command, bits: model.ParameterBits) -> int:
        if bits.field == "size":
            if bits.count is not None:
                raise EvaluationError(bits.span, "a count of sizes", "write 'size' alone: every size is possible")
            return 0x3FFF << 16
        count = 256 if bits.count is None else self.evaluate(bits.count)
        if not 0 < count <= 256 or count & (count - 1):
            raise EvaluationError(bits.span, f"{count} numbers", "write a power of two, at most 256")
        first = self.evaluate(command.number) & 0xFF
        if bits.count is not None and first % count:
            message = f"the first of {count} numbers is {first:#x}"
            raise EvaluationError(bits.span, message, f"begin a family of {count} at a multiple of {count}")
        return count - 1
