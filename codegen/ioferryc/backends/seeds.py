# SPDX-License-Identifier: MIT
"""Valid requests, from which fuzzers start: for each command one for every way that its shape program can take.

A shape program is run with choices where it asks the argument something: a count, the arm of a union, whether a pointer
is NULL, a direction. Each answer is written into the field that was asked for, and every choice of each question
is taken in some request. What no choice can decide stays 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, Optional, Sequence, Union

from .. import program
from ..analysis import Analysed, AnalysedCommand
from ..arithmetic import BINARY, UNARY
from ..program import Constant, Op, Read, Value, Variable

MOST = 64  # requests of a command
FILLER = 0xA5  # of bytes that nothing asks for

Place = tuple[str, int, int, int]  # segment, element, offset, size


@dataclass(frozen=True)
class Request:
    """A request's payload. A family's number has its parameter in it."""

    number: int
    null: bool
    payload: bytes


@dataclass
class Segment:
    """Memory, as it will lie in the message."""

    kind: str
    unit: int  # bytes of an element
    count: int
    direction: program.DirectionValue
    variables: dict[str, int]  # where it was walked: what its direction depends on may be an element's
    memory: bytearray = field(default_factory=bytearray)
    travels: bool = True


class Rejected(Exception):
    """The choices lead to a request that is refused."""


class NullArgument(Exception):
    """The choice is an argument that is NULL."""


def _fits(label: Sequence[Optional[Constant]], values: Sequence[int]) -> bool:
    return all(constant is None or constant.value == value for constant, value in zip(label, values))


class _Run:
    """One run of a program."""

    def __init__(self, command: AnalysedCommand, choices: Sequence[int]) -> None:
        self.number = command.numbers[0] | (0x0004_0000 & ~command.mask)  # a size of 4, where it is a parameter
        self.choices = list(choices)
        self.asked: list[tuple[int, int]] = []  # the question, and how many answers it has
        self.segments: dict[str, Segment] = {}
        self.order: list[Segment] = []
        self.variables: dict[str, int] = {}
        self.locals: dict[str, Value] = {}  # what was read into a variable only because it decides more than once
        self.directions: dict[str, program.DirectionValue] = {}
        self.fixed: set[Place] = set()
        self.taken: list[tuple[program.Switch, program.Branch, dict[str, int]]] = []

    def choose(self, question: int, answers: int) -> int:
        """The answer to a question of the program."""
        at = len(self.asked)
        self.asked.append((question, answers))
        return self.choices[at] % answers if at < len(self.choices) else 0

    # --- fields ---

    def _place(self, read: Read) -> Place:
        element = int(read.element) if read.element.isdigit() else self.variables[read.element]
        offset = read.offset.base + sum(self.variables[name] * stride for name, stride in read.offset.terms)
        return (read.segment, element, offset, read.size)

    def _memory(self, place: Place) -> Optional[memoryview]:
        segment, element, offset, size = place
        found = self.segments.get(segment)
        if found is None or element >= found.count:
            return None
        start = element * found.unit + offset
        return memoryview(found.memory)[start : start + size]

    def value(self, value: Value) -> int:
        """What an expression is at the moment."""
        if isinstance(value, Constant):
            return value.value
        if isinstance(value, Variable):
            return self.value(self.locals[value.name]) if value.name in self.locals else self.variables[value.name]
        if isinstance(value, Read):
            memory = self._memory(self._place(value))
            return int.from_bytes(memory, "little", signed=value.signed) if memory is not None else 0
        if value.operator == "size":
            return self.number >> 16 & 0x3FFF
        if value.operator == "nr":
            return self.number & 0xFF
        operands = [self.value(operand) for operand in value.operands]
        if value.operator == "?:":
            return operands[1] if operands[0] else operands[2]
        return int(UNARY[value.operator](*operands) if len(operands) == 1 else BINARY[value.operator](*operands))

    def set(self, read: Read, value: int) -> bool:
        """Writes a field that nothing has asked for yet. Whether it holds the value now."""
        place = self._place(read)
        memory = self._memory(place)
        if memory is not None and place not in self.fixed:
            memory[:] = (value & (1 << 8 * read.size) - 1).to_bytes(read.size, "little")
            self.fixed.add(place)
        return self.value(read) == value

    def solve(self, value: Value, wanted: range, prefer: int) -> bool:
        """Gives fields values so that an expression is within a range, best of all what is preferred."""
        if isinstance(value, Variable) and value.name in self.locals:
            return self.solve(self.locals[value.name], wanted, prefer)
        if isinstance(value, Read):
            return self.set(value, prefer) or self.value(value) in wanted
        reads = [read for read in self._reads(value) if self._place(read) not in self.fixed]
        for read in reads:
            memory = self._memory(self._place(read))
            if memory is None:
                continue
            before = bytes(memory)
            for guess in (prefer, *range(18), 1 << 7, 1 << 8, 1 << 15, 1 << 30, *wanted[:64]):
                memory[:] = (guess & (1 << 8 * read.size) - 1).to_bytes(read.size, "little")
                if self.value(value) == prefer or (guess != prefer and self.value(value) in wanted):
                    self.fixed.add(self._place(read))
                    return True
            memory[:] = before
        return self.value(value) in wanted

    def try_value(self, value: Value, guess: int) -> None:
        """Writes a field, and leaves it open to be written again."""
        while isinstance(value, Variable) and value.name in self.locals:
            value = self.locals[value.name]
        if isinstance(value, Read) and self._place(value) not in self.fixed:
            self.set(value, guess)
            self.fixed.discard(self._place(value))

    def _reads(self, value: Value) -> list[Read]:
        if isinstance(value, Variable) and value.name in self.locals:
            return self._reads(self.locals[value.name])
        if isinstance(value, program.Operation):
            return [read for operand in value.operands for read in self._reads(operand)]
        return program.reads_of(value)

    # --- operations ---

    def run(self, ops: Sequence[Op]) -> None:
        """Runs operations."""
        for op in ops:
            self._step(op)

    def _step(self, op: Op) -> None:
        if isinstance(op, program.Let):
            self._let(op)
        elif isinstance(op, program.Local):
            self.locals[op.name] = op.value
        elif isinstance(op, program.DirectionLocal):
            self.directions[op.name] = op.direction
        elif isinstance(op, program.Walk):
            self._walk(op)
        elif isinstance(op, program.Switch):
            self._switch(op)
        elif isinstance(op, (program.Loop, program.Guard)):
            self._block(op)
        elif not self._holds(op):
            raise Rejected

    def _block(self, op: Union[program.Loop, program.Guard]) -> None:
        if isinstance(op, program.Guard):
            self.run(op.body if op.segment in self.segments else ())
            return
        for index in range(self.value(op.count)):
            self.variables[op.variable] = index
            self.run(op.body)

    def _holds(self, op: Op) -> bool:
        """Makes what the program checks true. What comes back is no matter here."""
        if isinstance(op, program.Check):
            return self.solve(op.value, range(op.low.value, op.high.value + 1), op.low.value)
        if isinstance(op, program.NoDescriptor) and (op.condition is None or self.value(op.condition)):
            return self.solve(op.value, range(-(1 << 31), 0), -1)
        return not isinstance(op, program.Reject)

    def _let(self, op: program.Let) -> None:
        """A count: one, none, two, all."""
        high = op.high.value if op.high is not None else 255
        counts = [count for count in dict.fromkeys((1, 0, 2, min(high, 40))) if count <= high]
        wanted = counts[self.choose(id(op), len(counts))]
        if not self.solve(op.value, range(high + 1), wanted):
            raise Rejected
        self.variables[op.name] = self.value(op.value)

    def decide_directions(self) -> None:
        """Last, for most fields are fixed by then: a selector may decide a direction, too."""
        for segment in self.order:
            self.variables = segment.variables
            direction = segment.direction
            while not isinstance(direction, str) or direction in self.directions:
                if isinstance(direction, str):
                    direction = self.directions[direction]
                    continue
                test, yes, no = direction
                wanted = 1 - self.choose(id(segment.direction), 2)
                self.solve(test, range(1, 1 << 32) if wanted else range(1), wanted)
                direction = yes if self.value(test) else no
            segment.direction = direction
        for segment in self.order:
            segment.travels = segment.direction != "IOF_OUT_EXACT"

    def _walk(self, op: program.Walk) -> None:
        count = max(self.value(op.count), 0)
        if op.nullable and self.choose(id(op) + 1, 2):
            if op.kind == "arg":
                raise NullArgument
            return
        size = op.type.type.size[0]
        flexible = getattr(op.type.type, "flexible", None)
        unit = flexible.offset[0] if flexible is not None else size
        segment = Segment(op.kind, unit, count, op.direction, dict(self.variables))
        if op.kind == "string":
            segment.memory = bytearray(b"name"[: count - 1] + b"\0")
        else:
            plain = not hasattr(op.type.type, "record")
            segment.memory = bytearray([FILLER if plain and unit == 1 else 0]) * (unit * count)
        self.segments[op.name] = segment
        self.order.append(segment)
        if op.kind in ("pointer", "string"):
            slot = Read(op.parent, op.element, op.offset, 8, False, "")
            self.set(slot, 1)

    def _switch(self, op: program.Switch) -> None:
        branches = [b for b in op.branches if not any(isinstance(each, program.Reject) for each in b.body)]
        if not branches:
            raise Rejected
        # A branch counts once for each of its labels: they may lead to other choices later.
        ways = [(branch, label) for branch in branches for label in branch.labels or ((),)]
        branch, label = ways[self.choose(id(op), len(ways))]
        for selector, constant in zip(op.selectors, label):
            if constant is not None and not self.solve(
                selector, range(constant.value, constant.value + 1), constant.value
            ):
                raise Rejected
        if label and not self._comes_to(op, branch, label) or not label and not self._otherwise(op):
            raise Rejected
        self.run(branch.body)

    def _comes_to(self, op: program.Switch, branch: program.Branch, label: Sequence[Optional[Constant]]) -> bool:
        """Gives selectors that may be anything a value with which no label before is meant."""
        free = [selector for selector, constant in zip(op.selectors, label) if constant is None]
        for guess in range(16):
            if self._meant(op) is branch:
                self.taken.append((op, branch, dict(self.variables)))
                return True
            for selector in free:
                self.try_value(selector, guess)
        return False

    def _meant(self, op: program.Switch) -> Optional[program.Branch]:
        values = [self.value(selector) for selector in op.selectors]
        return next((b for b in op.branches for label in b.labels if _fits(label, values)), None)

    def check(self) -> None:
        """What was decided late may have changed what was decided early."""
        for op, branch, self.variables in self.taken:
            if self._meant(op) is not branch:
                raise Rejected

    def _otherwise(self, op: program.Switch) -> bool:
        """Selectors that no label names."""
        labels = [label for branch in op.branches for label in branch.labels]
        for guess in (*range(64), 255, 1000):
            if all(any(c is not None and c.value != guess for c in label) for label in labels):
                return all(self.solve(selector, range(guess, guess + 1), guess) for selector in op.selectors)
        return False

    def payload(self) -> bytes:
        """The message."""
        found = bytearray()
        before: Optional[Segment] = None
        for segment in self.order:
            follows = segment.kind == "flexible" and before is not None and before.travels
            before = segment
            if not segment.travels or not segment.memory:
                continue
            if not follows:
                found += bytes(-len(found) % 8)
            if segment.kind == "string":
                found += len(segment.memory).to_bytes(4, "little")
            found += segment.memory
        return bytes(found)


def _run(command: AnalysedCommand, ops: Sequence[Op], choices: Sequence[int]) -> tuple[_Run, Optional[Request]]:
    run = _Run(command, choices)
    try:
        run.run(ops)
        run.decide_directions()
        run.check()
    except NullArgument:
        return run, Request(run.number, True, b"")
    except Rejected:
        return run, None
    return run, Request(run.number, False, run.payload())


def _requests(command: AnalysedCommand) -> Iterator[Request]:
    """Begins with the first answer to each question; every other answer that a run comes by is taken in a later run."""
    shape = (command.shares or command).shape
    assert shape is not None
    waiting: list[list[int]] = [[]]
    taken: set[tuple[int, int]] = set()
    found: set[Request] = set()
    while waiting:
        choices = waiting.pop(0)
        run, request = _run(command, shape.ops, choices)
        for at, (question, answers) in enumerate(run.asked):
            for answer in range(answers):
                if (question, answer) in taken:
                    continue
                taken.add((question, answer))
                if answer != (choices[at] if at < len(choices) else 0):
                    waiting.append([*choices[:at], *[0] * (at - len(choices)), answer])
        if request is not None and request not in found:
            found.add(request)
            yield request


def requests(command: AnalysedCommand) -> list[Request]:
    """Valid requests of a command, each another."""
    if command.argument == "IOF_ARG_POINTER":
        return [request for request, _ in zip(_requests(command), range(MOST))]
    if command.argument == "IOF_ARG_VALUE":
        return [Request(command.numbers[0], False, value.to_bytes(8, "little")) for value in (0, 5, (1 << 64) - 1)]
    return [Request(command.numbers[0], False, b"")] if command.argument == "IOF_ARG_NONE" else []


def transfers(analysed: Analysed, keyword: str) -> list[bytes]:
    """Valid requests of read() or write()."""
    for io in analysed.ios:
        if io.keyword == keyword:
            size = io.descriptor.type.size[0] if io.direction != "IOF_OUT_EXACT" else 0
            counts = dict.fromkeys((1, 0, min(3, io.max_count)))
            return [count.to_bytes(8, "little") + bytes([1]) * (count * size) for count in counts]
    return []
