# SPDX-License-Identifier: MIT
"""What an IDL file says, as immutable values. Names are not resolved here: see layout.Scope."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Optional, Union

from .diag import Source, Span

# --- expressions -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """An integer or character constant, spelled as in the source."""

    value: int
    span: Span


@dataclass(frozen=True)
class Path:
    """A constant's name, or a field's: "len", "arg.read.timeout"."""

    names: tuple[str, ...]
    span: Span


@dataclass(frozen=True)
class Unary:
    """-, +, ~ or !."""

    operator: str
    operand: Expr
    span: Span


@dataclass(frozen=True)
class Binary:
    """A C operator with two operands."""

    operator: str
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True)
class Conditional:
    """test ? yes : no."""

    test: Expr
    yes: Expr
    no: Expr
    span: Span


@dataclass(frozen=True)
class SizeOf:
    """sizeof(type), which differs between layouts."""

    type: TypeRef
    span: Span


@dataclass(frozen=True)
class Call:
    """_IO, _IOR, _IOW, _IOWR, _IOC, _IOC_SIZE or _IOC_NR."""

    function: str
    arguments: tuple[Union[Expr, TypeRef], ...]
    span: Span


Expr = Union[Number, Path, Unary, Binary, Conditional, SizeOf, Call]

# --- types -----------------------------------------------------------------------------------------------


class Direction(Enum):
    """Which way the bytes of a piece of memory travel."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"
    OUT_EXACT = "out exact"


@dataclass(frozen=True)
class ChosenDirection:
    """(test ? yes : no)."""

    test: Expr
    yes: AnyDirection
    no: AnyDirection
    span: Span


AnyDirection = Union[Direction, ChosenDirection]


@dataclass(frozen=True)
class TypeRef:
    """A type where it is used: by name, or declared on the spot."""

    name: str  # "void" for no type
    record: Optional[Record]
    span: Span
    fillings: tuple[Member, ...] = ()  # for the record's holes


@dataclass(frozen=True)
class Returned:
    """How much of an array comes back: as a field says after the call, or the call's own result."""

    counter: Optional[Expr]  # None: the result
    bytes: bool
    span: Span


@dataclass(frozen=True)
class Extent:
    """What stands between [ and ]."""

    count: Optional[Expr]
    max: Optional[Expr]
    bytes: bool
    string: bool
    clamp: bool
    slack: Optional[Expr]
    errno: Optional[str]
    returned: Optional[Returned]
    span: Span


@dataclass(frozen=True)
class Range:
    """range(low, high[, errno])."""

    low: Expr
    high: Expr
    errno: str
    span: Span


@dataclass(frozen=True)
class Used:
    """used (count[, errno]): so many elements of an array inside its structure mean something."""

    count: Expr
    errno: str
    span: Span


@dataclass(frozen=True)
class Show:
    """How traces show an integer. Nothing of it travels."""

    form: str  # "hex", "enum" or "flags"
    name: str  # of the enumeration or the flags
    span: Span


@dataclass(frozen=True)
class Member:  # pylint: disable=too-many-instance-attributes # as many as a declaration has parts
    """A field, or a command's argument."""

    name: str  # "" for a nested struct or union without one
    type: TypeRef
    pointer: bool
    extents: tuple[Extent, ...]
    direction: Optional[AnyDirection]
    nullable: bool
    sentinel: bool
    wide: bool  # a pointer kept in a u64
    aligned: Optional[Expr]
    range: Optional[Range]
    span: Span
    used: Optional[Used] = None
    condition: Optional[Expr] = None  # a descriptor is one only if this holds
    show: Optional[Show] = None
    shown: Optional[str] = None  # the field that says how many elements of an array mean something


@dataclass(frozen=True)
class Case:
    """One label: a constant per selector; None stands for any value."""

    values: tuple[Optional[Expr], ...]
    span: Span


@dataclass(frozen=True)
class Arm:
    """One arm of a union that a switch chooses from."""

    cases: tuple[Case, ...]
    default: bool
    member: Optional[Member]  # None: nothing is there
    reject: Optional[str]  # the errno with which these values are rejected
    span: Span


@dataclass(frozen=True)
class Record:
    """A struct or a union."""

    keyword: str
    name: str  # "" where it has none
    typedef: bool  # C spells it without the keyword
    packed: bool
    aligned: Optional[Expr]
    members: tuple[Member, ...]
    selectors: tuple[Path, ...]
    arms: tuple[Arm, ...]
    span: Span
    holes: tuple[str, ...] = ()  # members that each use of the record fills in
    tag: Optional[
        Path
    ] = None  # the field that tells in each message anew which arm it is; selectors are of the request


@dataclass(frozen=True)
class Enumerator:
    """A name of an enum; without a value it is one more than the one before."""

    name: str
    value: Optional[Expr]
    span: Span


@dataclass(frozen=True)
class EnumType:
    """An enumeration, or the names of bits."""

    name: str
    enumerators: tuple[Enumerator, ...]
    span: Span
    flags: bool = False


@dataclass(frozen=True)
class Alias:
    """typedef of anything but a record declared on the spot."""

    name: str
    type: TypeRef
    span: Span


@dataclass(frozen=True)
class Const:
    """const NAME = value."""

    name: str
    value: Expr
    span: Span


# --- commands --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timeout:
    """Where the longest wait stands, and in what unit."""

    value: Expr
    nanoseconds: int
    forever: Optional[Expr]
    span: Span


@dataclass(frozen=True)
class Unsupported:
    """What prevents a command from being carried; without carriers nothing can."""

    carriers: tuple[str, ...]
    why: str
    span: Span


@dataclass(frozen=True)
class ParameterBits:
    """A part of a family's number that is a parameter: "size", or "nr" with how many numbers (None: all)."""

    field: str
    count: Optional[Expr]
    span: Span


@dataclass(frozen=True)
class Reference:
    """The name of a command, or of read or write."""

    name: str
    span: Span


@dataclass(frozen=True)
class Traits:
    """What stands in the braces behind a command."""

    blocking: bool = False
    restart: bool = False
    inline: bool = False
    idempotent: bool = False
    copy_back: tuple[str, ...] = ("always",)  # or "success" and errnos
    count: str = "bytes"
    family: tuple[ParameterBits, ...] = ()
    timeout: Optional[Timeout] = None
    status: Optional[Path] = None
    unsupported: tuple[Unsupported, ...] = ()
    cancels: tuple[Reference, ...] = ()  # whose waiting calls it ends
    result: str = ""  # what a positive result says


@dataclass(frozen=True)
class Command:
    """An ioctl."""

    name: str
    number: Expr
    argument: Optional[Member]  # None: the driver ignores it
    like: Optional[str]  # the command whose argument it shares
    traits: Traits
    span: Span
    name_span: Span


@dataclass(frozen=True)
class Io:
    """read or write."""

    keyword: str
    type: TypeRef
    direction: Optional[AnyDirection]
    extent: Extent
    traits: Traits
    span: Span


# --- what stands beside the device ---------------------------------------------------------------------


@dataclass(frozen=True)
class VersionSource:
    """Where a driver tells its version: a file, or a command whose argument is a value."""

    path: str  # "" for a command
    after: str  # the version follows this text; "" for the file's start
    command: Optional[Reference]
    argument: Optional[Expr]
    parts: tuple[Expr, ...]  # over "result"
    span: Span


@dataclass(frozen=True)
class Version:
    """The version that the driver should tell, and where; the first source that is there counts."""

    wanted: str
    sources: tuple[VersionSource, ...]
    span: Span


@dataclass(frozen=True)
class CompanionPart:
    """Text of a companion file: once, or for each device whose number is in a range."""

    text: str
    each: bool
    low: Optional[Expr]
    high: Optional[Expr]
    span: Span


@dataclass(frozen=True)
class Companion:
    """A file that a driver's libraries look for."""

    path: str
    parts: tuple[CompanionPart, ...]
    span: Span


@dataclass(frozen=True)
class Interface:
    """A device interface: one IDL file."""

    # pylint: disable=too-many-instance-attributes
    source: Source
    name: str
    driver: str
    node: str
    headers: tuple[str, ...]
    consts: tuple[Const, ...]
    enums: tuple[EnumType, ...]
    aliases: tuple[Alias, ...]
    records: tuple[Record, ...]
    commands: tuple[Command, ...]
    ios: tuple[Io, ...]
    poll: bool
    nonblock_at_open: bool  # O_NONBLOCK counts as it was at open
    version: Optional[Version]
    companions: tuple[Companion, ...]
    span: Span
