# SPDX-License-Identifier: MIT
"""What the names and expressions in an argument's declaration mean: places in segments, values, descriptors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from . import model
from .fields import flatten
from .layout import Scope
from .model import Direction, Expr, Member
from .placed import AnyType, EvaluationError, Laid, Layout, Placed, Scalar
from .program import DIRECTIONS, Constant, Descriptor, DirectionValue, Offset, Operation, Read, Tagged, Value, Variable

C_KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
    "_Alignas _Alignof _Atomic _Bool _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local "
    "asm typeof".split()
)
# Macros of the headers that generated code includes, and of compilers.
C_MACROS = frozenset("NULL bool errno false i386 linux true unix".split())
# Words that a local variable of a shape function cannot be called.
C_WORDS = C_KEYWORDS | C_MACROS | {"walk", "timeout"}


@dataclass
class Frame:
    """A record in a segment, and the names that can be seen from it."""

    type: AnyType
    segment: str
    element: str
    offset: Offset
    parent: Optional[Frame]
    label: str
    targets: dict[str, Frame] = field(default_factory=dict)  # what its pointers point to


def members_of(laid: Laid, at: int = 0) -> list[tuple[Placed, int]]:
    """Members with their canonical offsets; those of unnamed members belong to the record they stand in."""
    found = []
    for placed in laid.members:
        if not placed.member.name and isinstance(placed.type, Laid):
            found += members_of(placed.type, at + placed.offset[0])
        found.append((placed, at + placed.offset[0]))
    return found


def needs_walk(kind: AnyType) -> bool:
    """Whether anything in a type asks for code: pointers, chosen arms, bounds, descriptors."""
    if isinstance(kind, Scalar):
        return False
    if kind.record.selectors:
        return True
    return any(has_code(placed) or needs_walk(placed.type) for placed in kind.members)


def has_code(placed: Placed) -> bool:
    """Whether a member itself asks for code."""
    member = placed.member
    return placed.flexible or member.pointer or bool(member.range or member.used) or is_descriptor(placed.type)


def is_descriptor(kind: AnyType) -> bool:
    """Whether a type is that of file descriptors."""
    return isinstance(kind, Scalar) and kind.name == "fd"


def chooses(kind: AnyType) -> bool:
    """Whether a type holds a union with a switch, not counting what pointers point to."""
    return isinstance(kind, Laid) and (bool(kind.record.selectors) or any(chooses(m.type) for m in kind.members))


class Resolver:
    """Names of fields to places, expressions to values, types to descriptors."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.descriptors: dict[str, Descriptor] = {}
        self._wrapped: dict[int, Laid] = {}
        self._locals: dict[Read, Variable] = {}
        self._names: set[str] = set()
        self._directions: dict[str, DirectionValue] = {}  # of the segments
        self._depth = 0
        self._index = 0
        self._prefix = ""
        self._command: Optional[model.Command] = None

    # --- names ---

    def _unique(self, wanted: str) -> str:
        name = wanted if wanted and wanted not in C_WORDS else f"{wanted}_"
        number = 2
        while name in self._names or name in self.scope.consts:
            name, number = f"{wanted}{number}", number + 1
        self._names.add(name)
        return name

    def describe(self, kind: AnyType, hint: str) -> Descriptor:
        """The descriptor of a type; generated ones are remembered."""
        if isinstance(kind, Scalar):
            if kind.builtin is not None:
                return Descriptor(kind, kind.builtin)
            shown = kind.show.split()[-1:]
            wanted = "_".join(["type", kind.name, *(word for word in shown if word != kind.name)])
        else:
            wanted = f"type_{kind.record.name or hint}"
        tagged = self._tagged(kind, wanted.removeprefix("type_"))  # C declares what they refer to before them
        number, name = 2, wanted
        while name in self.descriptors and not self._alike(self.descriptors[name].type, kind):
            name, number = f"{wanted}{number}", number + 1
        self.descriptors[name] = Descriptor(kind, name, tagged)
        return self.descriptors[name]

    def _tagged(self, kind: AnyType, hint: str) -> tuple[Tagged, ...]:
        """The unions in a type of which a field tells what they hold."""
        fields, found = flatten(kind), []
        places = {flat.name: number for number, flat in enumerate(fields)}
        for number, flat in enumerate(fields):
            if flat.union is None or not flat.tag or flat.tag not in places:
                continue
            arms = []
            for arm in flat.union.record.arms:
                placed = next((placed for placed in flat.union.members if placed.member is arm.member), None)
                holds = self.describe(self._whole(placed), f"{hint}_{placed.member.name}") if placed else None
                values = [(case.values[0], case.span.text) for case in arm.cases]
                arms += [(self.scope.evaluate(value), text, holds) for value, text in values if value and holds]
            found.append(Tagged(number, places[flat.tag], flat.name, tuple(arms)))
        return tuple(found)

    def _whole(self, placed: Placed) -> AnyType:
        """A type for all elements of a member: an arm's descriptor is of one element."""
        if placed.count == 1:
            return placed.type
        key = id(placed.member)
        if key not in self._wrapped:
            span = placed.member.span
            record = model.Record("struct", "", False, False, None, (placed.member,), (), (), span)
            self._wrapped[key] = self.scope.laid(record)
        return self._wrapped[key]

    def _alike(self, one: AnyType, other: AnyType) -> bool:
        """Whether two declarations of a structure have one descriptor."""
        return one.size == other.size and flatten(one) == flatten(other)

    # --- expressions ---

    def _find(self, frame: Optional[Frame], path: model.Path) -> Optional[Frame]:
        """The place of a field: a frame of its type."""
        place: Optional[Frame] = None
        outer = frame
        while outer is not None and place is None:
            place = self._member(outer, path.names[0])
            if place is None and outer.parent is None and path.names[0] == outer.label:
                place = outer
            outer = outer.parent
        for name in path.names[1:]:
            place = self._member(place, name) if place is not None else None
        return place

    def _member(self, frame: Frame, name: str) -> Optional[Frame]:
        if name in frame.targets and not isinstance(frame.targets[name].type, Scalar):
            return frame.targets[name]
        if isinstance(frame.type, Scalar):
            return None
        for placed, offset in members_of(frame.type):
            if placed.member.name == name:
                label = f"{frame.label}.{name}"
                if name in frame.targets:
                    return frame.targets[name]
                return Frame(placed.type, frame.segment, frame.element, frame.offset.plus(offset), frame, label)
        return None

    def value(self, expr: Expr, frame: Optional[Frame]) -> Value:
        """Resolves an expression."""
        # pylint: disable=too-many-return-statements
        if isinstance(expr, model.Path):
            place = self._find(frame, expr)
            if place is not None:
                read = self._read(place, expr)
                return self._locals.get(read, read)
            if len(expr.names) == 1 and expr.names[0] in self.scope.consts:
                return Constant(self.scope.evaluate(expr), expr.names[0])
            raise EvaluationError(expr.span, f"unknown name '{'.'.join(expr.names)}'", self._visible(frame))
        if isinstance(expr, (model.Number, model.SizeOf)) or self.scope.is_constant(expr):
            return Constant(self.scope.evaluate(expr))
        if isinstance(expr, model.Unary):
            return Operation(expr.operator, (self.value(expr.operand, frame),))
        if isinstance(expr, model.Binary):
            return self._binary(expr, frame)
        if isinstance(expr, model.Conditional):
            parts = (expr.test, expr.yes, expr.no)
            return Operation("?:", tuple(self.value(part, frame) for part in parts))
        assert isinstance(expr, model.Call)
        argument = expr.arguments[0]
        if not isinstance(argument, model.Path) or argument.names != ("command",):
            raise EvaluationError(expr.span, f"{expr.function}() of something else", f"write {expr.function}(command)")
        return Operation("size" if expr.function == "_IOC_SIZE" else "nr", ())

    def _binary(self, expr: model.Binary, frame: Optional[Frame]) -> Operation:
        left, right = self.value(expr.left, frame), self.value(expr.right, frame)
        if expr.operator in ("/", "%", "<<", ">>") and not (isinstance(right, Constant) and 0 < right.value < 1 << 32):
            message = f"the right side of {expr.operator} is not a positive constant"
            raise EvaluationError(expr.right.span, message, "a caller could make it 0: use a constant")
        if expr.operator in ("<<", ">>") and isinstance(right, Constant) and right.value > 63:
            raise EvaluationError(expr.right.span, "shift by more than 63 bits", "shift by 1 to 63 bits")
        return Operation(expr.operator, (left, right))

    def _visible(self, frame: Optional[Frame]) -> str:
        names: list[str] = []
        while frame is not None:
            if isinstance(frame.type, Laid):
                names += [m.member.name for m, _ in members_of(frame.type) if m.member.name]
            if frame.parent is None:
                names.append(f"{frame.label}.FIELD")
            frame = frame.parent
        shown = ", ".join(dict.fromkeys(names)) or "constants only"
        return f"names that can be used here: {shown}"

    def _read(self, place: Frame, expr: model.Path) -> Read:
        name = ".".join(expr.names)
        if isinstance(place.type, Scalar) and place.type.kind == "IOF_POINTER":
            advice = "what a pointer points to can be used in declarations after the pointer's: change their order"
            raise EvaluationError(expr.span, f"'{name}' is a pointer", advice)
        if not isinstance(place.type, Scalar):
            raise EvaluationError(expr.span, f"'{name}' is not an integer", "name an integer field")
        if self._directions.get(place.segment) == "IOF_OUT_EXACT":
            advice = "declare the memory it is in 'out' or 'inout', so that the caller's bytes are there"
            raise EvaluationError(expr.span, f"'{name}' is 'out exact': it is zero before the call", advice)
        size, signed = place.type.size[Layout.LP64], place.type.signed
        return Read(place.segment, place.element, place.offset, size, signed, place.label)

    def _direction(
        self, direction: Optional[model.AnyDirection], frame: Optional[Frame], member: Member
    ) -> DirectionValue:
        if direction is None:
            raise EvaluationError(
                member.span, f"no direction for '{member.name or 'arg'}'", "write in, out or inout in front of it"
            )
        if isinstance(direction, Direction):
            return DIRECTIONS[direction]
        return (
            self.value(direction.test, frame),
            self._direction(direction.yes, frame, member),
            self._direction(direction.no, frame, member),
        )
