# SPDX-License-Identifier: MIT
"""An interface with everything the backends print: numbers, layouts, shape programs, hashes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Callable, Optional, TypeVar

from . import model, on_files
from .beside import AnalysedPart, AnalysedSource, companion_parts, version_source, version_wanted
from .diag import Diagnostics
from .fields import flatten
from .hashes import ProgramText, sha64, type_text
from .layout import Scope
from .model import Direction
from .placed import LAYOUTS, EvaluationError, PerLayout, Scalar, report
from .program import DIRECTIONS, Descriptor, Shape
from .resolve import is_descriptor, needs_walk
from .shape import ShapeBuilder

T = TypeVar("T")

CARRIERS = ("cuse", "fuse", "preload", "chardev")  # front ends, then backends
CARRIER_FLAGS = {"cuse": "IOF_CMD_NO_CUSE", "chardev": "IOF_CMD_NO_CHARDEV"}
MAX_FIELDS = 4096  # of a descriptor


@dataclass(frozen=True)
class AnalysedCommand:
    """A command with its numbers, its program and its hash."""

    command: model.Command
    numbers: PerLayout
    mask: int
    argument: str  # enum iof_argument
    shape: Optional[Shape]
    shares: Optional[AnalysedCommand]  # the command whose shape function serves this one too
    forever: Optional[int]
    hash: int
    value: Optional[Scalar] = None  # the type of an argument by value

    @property
    def why(self) -> str:
        """What prevents it from being carried, wholly or by some."""
        return " ".join(unsupported.why for unsupported in self.command.traits.unsupported)

    @property
    def why_not_fuse(self) -> Optional[str]:
        """What prevents a file on a FUSE mount from carrying it that is nothing to others."""
        copied = any(on_files.copies_in(number) for number in self.numbers)
        if not self.supported or "cuse" in self.carriers_without:
            return None
        if copied and self.argument == "IOF_ARG_VALUE":
            return "the kernel takes the value for an address, which it reads as the number says"
        if copied and self.argument == "IOF_ARG_NONE":
            return "the kernel reads memory at the argument that is none, as the number says"
        return on_files.taken(self.numbers, self.mask)

    @property
    def limit_of_fuse(self) -> Optional[str]:
        """What a file on a FUSE mount does not carry of a command that it carries."""
        argument = self.command.argument
        if argument is None or not argument.nullable or not self.carried_by("fuse"):
            return None
        return "not with NULL, which the kernel reads" if any(map(on_files.copies_in, self.numbers)) else None

    @property
    def carriers_without(self) -> tuple[str, ...]:
        """Front ends and backends of which it is declared that they do not carry it."""
        return tuple(c for unsupported in self.command.traits.unsupported for c in unsupported.carriers)

    @property
    def carrier_flags(self) -> list[str]:
        """Their flags."""
        return [flag for carrier, flag in CARRIER_FLAGS.items() if carrier in self.carriers_without]

    def carried_by(self, carrier: str) -> bool:
        """Whether a front end or backend carries it."""
        if carrier == "fuse":  # what no node carries, no file does
            return self.why_not_fuse is None and self.carried_by("cuse")
        return self.supported and carrier not in self.carriers_without

    @property
    def supported(self) -> bool:
        """Whether anything carries it."""
        return self.argument != "IOF_ARG_UNSUPPORTED"


@dataclass(frozen=True)
class AnalysedIo:
    """read or write."""

    io: model.Io
    keyword: str
    record: str
    descriptor: Descriptor
    count_records: bool
    direction: str
    flags: str
    max_count: int


@dataclass(frozen=True)
class Analysed:
    """An interface that has no errors."""

    interface: model.Interface
    scope: Scope
    commands: tuple[AnalysedCommand, ...]
    ios: tuple[AnalysedIo, ...]
    descriptors: tuple[Descriptor, ...]
    version_sources: tuple[AnalysedSource, ...]
    companions: tuple[tuple[AnalysedPart, ...], ...]  # in the order of the interface's
    hash: int

    @property
    def by_number(self) -> tuple[AnalysedCommand, ...]:
        """In the order of the LP64 numbers, which the runtime searches."""
        return tuple(sorted(self.commands, key=lambda command: command.numbers[0]))


class _Analysis:
    def __init__(self, interface: model.Interface, diagnostics: Diagnostics) -> None:
        self.interface = interface
        self.scope = Scope(interface)
        self.diagnostics = diagnostics
        self.builder = ShapeBuilder(self.scope)
        self.commands: dict[str, AnalysedCommand] = {}
        self._failed: set[str] = set()

    def _refused(self, command: model.Command) -> model.Command:
        """The command, unsupported if its argument is a file descriptor."""
        member = command.argument
        if member is None or not is_descriptor(self.scope.type_of(member.type)):
            return command
        if not member.pointer:
            why = "takes a file descriptor of the caller, which means nothing on the host"
        elif member.direction is not Direction.IN:
            why = "hands out a file descriptor"
        else:
            return command
        unsupported = (model.Unsupported((), why, member.span),)
        return replace(command, traits=replace(command.traits, unsupported=unsupported))

    def _argument(self, command: model.Command) -> str:
        if any(not unsupported.carriers for unsupported in command.traits.unsupported):
            return "IOF_ARG_UNSUPPORTED"
        if command.argument is None:
            return "IOF_ARG_NONE"
        return "IOF_ARG_POINTER" if command.argument.pointer else "IOF_ARG_VALUE"

    def _shared(self, command: model.Command) -> AnalysedCommand:
        """The command whose argument this one has too."""
        assert command.like is not None
        if command.like not in self.commands:
            raise EvaluationError(command.name_span, f"no command '{command.like}' before this one", "declare it above")
        if command.traits.timeout is not None:
            advice = f"it waits as {command.like} does: give that one the timeout, or write the argument out"
            raise EvaluationError(command.traits.timeout.span, "a timeout of a shared argument", advice)
        return self.commands[command.like]

    def _value(self, member: model.Member) -> Scalar:
        """The type of an argument by value, checked."""
        kind = self.scope.shown_as(self.scope.type_of(member.type), member)
        if not isinstance(kind, Scalar):
            raise EvaluationError(member.span, "a struct by value", "an ioctl takes a pointer to it: write '*arg'")
        if member.direction is not None or member.range is not None:
            advice = "only what is pointed to has a direction or a range: did you mean '*arg'?"
            raise EvaluationError(member.span, "an argument by value", advice)
        return kind

    def command(self, command: model.Command) -> Optional[AnalysedCommand]:
        """Analyses one command; the errors of others are found all the same."""
        shares: Optional[AnalysedCommand] = None
        if command.like is not None:
            if command.like in self._failed:
                return None
            shares = self._shared(command)
            command = replace(command, argument=shares.command.argument)
        command = self._refused(command)
        mask = self.scope.mask(command)
        a, b, c, d = (number & mask for number in self.scope.numbers(command))
        argument, program, value = self._argument(command), None, None
        if argument == "IOF_ARG_POINTER":
            program = shares.shape if shares is not None else self.builder.build(command)
        elif argument == "IOF_ARG_VALUE" and command.argument is not None:
            value = self._value(command.argument)
        timeout = command.traits.timeout
        forever = self.scope.evaluate(timeout.forever) if timeout is not None and timeout.forever is not None else None
        text = f"{[a, b, c, d]} {mask:#x} {argument} {int(value is not None and value.signed)}\n"
        if program is not None:
            text += ProgramText(self.scope).ops(program.ops)
        numbers = (a, b, c, d)
        return AnalysedCommand(command, numbers, mask, argument, program, shares, forever, sha64(text), value)

    def io(self, item: model.Io) -> AnalysedIo:
        """Analyses read or write."""
        kind = self.scope.type_of(item.type)
        descriptor = self.builder.describe(kind, item.keyword)
        if item.extent.max is None:
            raise EvaluationError(
                item.extent.span, "no bound", f"write how much one {item.keyword}() may move: [max 65536]"
            )
        if not isinstance(item.direction, model.Direction):
            raise EvaluationError(item.span, "no direction", "write 'out' for read, 'in' or 'inout' for write")
        if needs_walk(kind):
            raise EvaluationError(
                item.type.span, "records with pointers or chosen unions", "only plain records can be read"
            )
        flags = [flag for name, flag in (("blocking", "IOF_CMD_BLOCKING"), ("restart", "IOF_CMD_RESTART"))]
        flags = [flag for flag, on in zip(flags, (item.traits.blocking, item.traits.restart)) if on]
        return AnalysedIo(
            item,
            item.keyword,
            descriptor.c_name,
            descriptor,
            item.traits.count == "records",
            DIRECTIONS[item.direction],
            " | ".join(flags),
            self.scope.evaluate(item.extent.max),
        )

    def run(self) -> Optional[Analysed]:
        """Everything, or None with the errors reported."""
        for expr in self.scope.consts.values():
            for layout in LAYOUTS:
                self._try(partial(self.scope.evaluate, expr, layout))
        for record in self.scope.every_record():
            self._try(partial(self._record, record))
        for command in self.interface.commands:
            found = self._try(partial(self.command, command))
            if found is not None:
                self.commands[command.name] = found
            else:
                self._failed.add(command.name)
        ios = [io for io in (self._try(partial(self.io, item)) for item in self.interface.ios) if io is not None]
        sources = self._version()
        beside = [self._try(partial(companion_parts, item, self.scope)) or () for item in self.interface.companions]
        if self.diagnostics:
            return None
        commands = tuple(self.commands.values())
        descriptors = tuple(d for d in self.builder.descriptors.values() if not d.c_name.startswith("iof_"))
        wire = self._hash(commands, ios)
        return Analysed(self.interface, self.scope, commands, tuple(ios), descriptors, sources, tuple(beside), wire)

    def _version(self) -> tuple[AnalysedSource, ...]:
        version = self.interface.version
        if version is None:
            return ()
        self._try(partial(version_wanted, version))
        found = [self._try(partial(version_source, source, self.scope)) for source in version.sources]
        return tuple(source for source in found if source is not None)

    def _record(self, record: model.Record) -> None:
        fields = len(flatten(self.scope.laid(record)))
        if fields > MAX_FIELDS:
            advice = "arrays inside arrays of structures take a field per element: declare u8 name[SIZE] instead"
            raise EvaluationError(record.span, f"a type with {fields} fields, at most {MAX_FIELDS}", advice)

    def _hash(self, commands: tuple[AnalysedCommand, ...], ios: list[AnalysedIo]) -> int:
        lines = [f"{command.hash:x}" for command in sorted(commands, key=lambda command: command.numbers[0])]
        for io in ios:
            kind = type_text(self.scope, io.descriptor.type)
            lines.append(f"{io.keyword} {kind} {io.count_records} {io.direction} {io.max_count}")
        return sha64("\n".join([*lines, f"poll {self.interface.poll}"]))

    def _try(self, work: Callable[[], T]) -> Optional[T]:
        try:
            return work()
        except EvaluationError as error:
            report(error, self.diagnostics)
            return None


def analyse(interface: model.Interface, diagnostics: Diagnostics) -> Optional[Analysed]:
    """The interface with everything the backends print, or None with the errors reported."""
    return _Analysis(interface, diagnostics).run()
