# SPDX-License-Identifier: MIT
"""Types with their place in every layout that an ABI may have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Optional, Sequence, Union

from .diag import Diagnostics, Source, Span
from .model import Member, Record, TypeRef


class Layout(IntEnum):
    """As enum iof_layout of runtime/include/ioferry/abi.h."""

    LP64 = 0
    I386 = 1
    EABI32 = 2
    EABI32_TIME64 = 3


LAYOUTS = tuple(Layout)
PerLayout = tuple[int, int, int, int]


@dataclass(frozen=True)
class Scalar:
    """A type without parts. Kinds as enum iof_kind."""

    name: str
    kind: str
    size: PerLayout
    c_name: str
    builtin: Optional[str] = None  # the runtime's descriptor
    show: str = ""  # in traces: "hex", "enum NAME", "flags NAME"

    @property
    def signed(self) -> bool:
        """Whether widening keeps the sign."""
        return self.kind == "IOF_SINT"

    def align(self, layout: Layout) -> int:
        """i386 aligns 8-byte integers to 4."""
        return min(self.size[layout], 4) if layout is Layout.I386 else self.size[layout]


def same_size(size: int) -> PerLayout:
    """A size that no layout changes."""
    return (size, size, size, size)


WORD: PerLayout = (8, 4, 4, 4)
TIME: PerLayout = (8, 4, 4, 8)
POINTER = Scalar("pointer", "IOF_POINTER", WORD, "void *")
WIDE_POINTER = Scalar("u64", "IOF_POINTER", same_size(8), "uint64_t")
SENTINELS = {
    size: Scalar(f"sentinel{size[0] * 8}", "IOF_SENTINEL", size, c_name)
    for size, c_name in ((WORD, "unsigned long"), (same_size(4), "uint32_t"), (same_size(8), "uint64_t"))
}


def _scalars() -> dict[str, Scalar]:
    found = [
        Scalar("char", "IOF_CHARS", same_size(1), "char", "iof_type_char"),
        Scalar("int", "IOF_SINT", same_size(4), "int", "iof_type_s32"),
        Scalar("fd", "IOF_SINT", same_size(4), "int", "iof_type_s32"),
        Scalar("long", "IOF_SINT", WORD, "long", "iof_type_long"),
        Scalar("ulong", "IOF_UINT", WORD, "unsigned long", "iof_type_ulong"),
        Scalar("size_t", "IOF_UINT", WORD, "size_t", "iof_type_ulong"),
        Scalar("time_t", "IOF_SINT", TIME, "time_t"),
        Scalar("suseconds_t", "IOF_SINT", TIME, "suseconds_t"),
    ]
    for bits in (8, 16, 32, 64):
        for sign, kind, c_sign in (("u", "IOF_UINT", "uint"), ("s", "IOF_SINT", "int")):
            builtin, c_name = f"iof_type_{sign}{bits}", f"{c_sign}{bits}_t"
            for name in (f"{sign}{bits}", f"__{sign}{bits}", c_name):
                found.append(Scalar(name, kind, same_size(bits // 8), c_name, builtin))
    return {scalar.name: scalar for scalar in found}


SCALARS = _scalars()

# --- placed types ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A member of a record with its place. Dimensions of a fixed array, outermost first."""

    member: Member
    type: AnyType
    dims: tuple[int, ...]
    offset: PerLayout
    flexible: bool = False

    @property
    def count(self) -> int:
        """Elements of all dimensions."""
        total = 1
        for dim in self.dims:
            total *= dim
        return total


@dataclass(frozen=True)
class Laid:
    """A struct or union with its layout."""

    record: Record
    members: tuple[Placed, ...]
    size: PerLayout
    alignment: PerLayout

    def align(self, layout: Layout) -> int:
        """Alignment in bytes."""
        return self.alignment[layout]

    @property
    def flexible(self) -> Optional[Placed]:
        """The array of variable length at the end."""
        return self.members[-1] if self.members and self.members[-1].flexible else None


AnyType = Union[Scalar, Laid]


class EvaluationError(Exception):
    """An expression has no constant value, or a name means nothing; reported at the span."""

    def __init__(self, span: Span, message: str, advice: str) -> None:
        super().__init__(message)
        self.span, self.message, self.advice = span, message, advice


def per_layout(values: Sequence[int]) -> PerLayout:
    """One value for each layout."""
    return (values[0], values[1], values[2], values[3])


def _timeval() -> Record:
    nowhere = Span(Source("timeval", ""), 0, 0)

    def member(name: str, kind: str) -> Member:
        return Member(name, TypeRef(kind, None, nowhere), False, (), None, False, False, False, None, None, nowhere)

    members = (member("tv_sec", "time_t"), member("tv_usec", "suseconds_t"))
    return Record("struct", "timeval", False, False, None, members, (), (), nowhere)


TIMEVAL = _timeval()


def report(error: EvaluationError, diagnostics: Diagnostics) -> None:
    """Turns the exception into a message."""
    diagnostics.error(error.span, error.message, error.advice)
