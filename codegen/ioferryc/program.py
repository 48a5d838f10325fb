# SPDX-License-Identifier: MIT
"""What a command's argument reaches, as a short program of the calls that shape.h offers.

Field references are (segment, element, canonical offset, size). The C backend prints a program; its canonical
text, which names nothing, is what the command's hash covers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional, Union

from .model import Direction
from .placed import AnyType

DIRECTIONS = {
    Direction.IN: "IOF_IN",
    Direction.OUT: "IOF_OUT",
    Direction.INOUT: "IOF_INOUT",
    Direction.OUT_EXACT: "IOF_OUT_EXACT",
}


@dataclass(frozen=True)
class Tagged:
    """A union, the field that tells what it holds (both by their numbers in the descriptor), and its arms."""

    field: int
    tag: int
    name: str
    arms: tuple[tuple[int, str, Descriptor], ...]  # the value, how the file spells it, what the union then holds


@dataclass(frozen=True)
class Offset:
    """Canonical byte offset in an element; loops over fixed arrays add their index times a stride."""

    base: int
    terms: tuple[tuple[str, int], ...] = ()

    def plus(self, more: int) -> Offset:
        """This offset and some bytes."""
        return replace(self, base=self.base + more)


@dataclass(frozen=True)
class Read:
    """A scalar of a segment."""

    segment: str
    element: str
    offset: Offset
    size: int
    signed: bool
    label: str


@dataclass(frozen=True)
class Constant:
    """A value known when compiling, by its name where it has one."""

    value: int
    name: str = ""


@dataclass(frozen=True)
class Operation:
    """A C operator (or "?:") over values; "size" and "nr" read the command number."""

    operator: str
    operands: tuple[Value, ...]


@dataclass(frozen=True)
class Variable:
    """What was read before into a variable."""

    name: str
    signed: bool = False


Value = Union[Read, Constant, Operation, Variable]
DirectionValue = Union[str, tuple[Value, "DirectionValue", "DirectionValue"]]


@dataclass(frozen=True)
class Let:
    """Reads a count into a variable, bounded, clamped or as it is."""

    name: str
    value: Value
    high: Optional[Constant]
    clamp: bool
    errno: str
    label: str


@dataclass(frozen=True)
class Local:
    """Reads a scalar into a variable, because it decides more than once."""

    name: str
    value: Value


@dataclass(frozen=True)
class Check:
    """Rejects the call unless low <= value <= high."""

    value: Value
    low: Constant
    high: Constant
    errno: str
    label: str


@dataclass(frozen=True)
class NoDescriptor:
    """Refuses the call if the value is a file descriptor: not negative. Where there is a condition: if that holds."""

    value: Value
    label: str
    condition: Optional[Value]


@dataclass(frozen=True)
class DirectionLocal:
    """A direction that several walks share: DirectionValue of them is the name."""

    name: str
    direction: DirectionValue


@dataclass(frozen=True)
class Descriptor:
    """A type that a segment consists of, and the name of its descriptor in C."""

    type: AnyType
    c_name: str
    tagged: tuple[Tagged, ...] = ()


@dataclass(frozen=True)
class Walk:
    """A segment: the argument, a pointer's target, a flexible array or a string."""

    kind: str  # "arg", "pointer", "flexible", "string"
    name: str
    type: Descriptor
    count: Value
    direction: DirectionValue
    nullable: bool
    parent: str = ""
    element: str = "0"
    offset: Offset = Offset(0)
    index: Optional[int] = None  # among the walk's segments, where it is the same in every call


@dataclass(frozen=True)
class ArmOf:
    """What a union holds."""

    segment: str
    element: str
    offset: Offset
    type: Descriptor


@dataclass(frozen=True)
class Branch:
    """An arm of a Switch; labels hold a constant for each selector, None for any."""

    labels: tuple[tuple[Optional[Constant], ...], ...]
    body: tuple[Op, ...]


@dataclass(frozen=True)
class Reject:
    """A selector that selects nothing."""

    errno: str
    label: str
    value: Value


@dataclass(frozen=True)
class Switch:
    """Chooses by one or more selectors; the branch without labels is the default."""

    selectors: tuple[Value, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Loop:
    """Once for each element."""

    variable: str
    count: Value
    body: tuple[Op, ...]


@dataclass(frozen=True)
class Guard:
    """Only if a nullable segment is present."""

    segment: str
    body: tuple[Op, ...]


@dataclass(frozen=True)
class ReturnedOf:
    """Only so much of a segment comes back."""

    segment: str
    counter: Optional[Read]
    bytes: bool


@dataclass(frozen=True)
class Slack:
    """Spare bytes behind a segment."""

    segment: str
    bytes: int


Op = Union[Let, Local, DirectionLocal, Check, NoDescriptor, Walk, ArmOf, Switch, Reject, Loop, Guard, ReturnedOf, Slack]


@dataclass(frozen=True)
class Shape:
    """The program of one command."""

    ops: tuple[Op, ...]
    timeout: Optional[Value] = None
    timeout_segments: tuple[tuple[str, int], ...] = ()


def reads_of(value: Value) -> list[Read]:
    """The fields that a value depends on."""
    if isinstance(value, Read):
        return [value]
    if isinstance(value, Operation):
        return [read for operand in value.operands for read in reads_of(operand)]
    return []
