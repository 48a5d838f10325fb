# SPDX-License-Identifier: MIT
"""What an interface's commands are, for tests: a route through the model of its own.

Only declarations and layouts are read here, never the shape programs, descriptors and hashes that carry the calls: a
test that used them would agree with their mistakes. docs/testing.md describes what is made of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Iterator, Optional, Sequence, Union

from . import model
from .analysis import Analysed, AnalysedCommand
from .layout import Scope
from .model import Expr
from .placed import AnyType, Laid, Layout, PerLayout, Placed, Scalar

CALM = 12  # elements in an array whose length is left to chance
KINDS = {
    "IOF_UINT": "PLAN_UINT",
    "IOF_SINT": "PLAN_SINT",
    "IOF_SENTINEL": "PLAN_SENTINEL",
    "IOF_CHARS": "PLAN_BYTES",
    "IOF_POINTER": "PLAN_POINTER",
}
UNARY = {"-": "PLAN_NEGATE", "~": "PLAN_INVERT", "!": "PLAN_NOT"}
BINARY = {
    "*": "PLAN_MUL",
    "/": "PLAN_DIV",
    "%": "PLAN_MOD",
    "+": "PLAN_ADD",
    "-": "PLAN_SUB",
    "<<": "PLAN_SHL",
    ">>": "PLAN_SHR",
    "<": "PLAN_LT",
    ">": "PLAN_GT",
    "<=": "PLAN_LE",
    ">=": "PLAN_GE",
    "==": "PLAN_EQ",
    "!=": "PLAN_NE",
    "&": "PLAN_AND",
    "^": "PLAN_XOR",
    "|": "PLAN_OR",
    "&&": "PLAN_BOTH",
    "||": "PLAN_EITHER",
}
DIRECTIONS = {
    model.Direction.IN: 1,
    model.Direction.OUT: 3,
    model.Direction.INOUT: 3,
    model.Direction.OUT_EXACT: 2,
}


@dataclass(frozen=True)
class Path:
    """A field: records up, then members down."""

    up: int
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Code:
    """One operation of an expression in postfix order."""

    code: str
    value: int = 0
    path: Optional[Path] = None


Ops = tuple[Code, ...]


@dataclass(frozen=True)
class Direction:
    """A direction that nothing chooses."""

    name: str


@dataclass(eq=False)
class Field:
    """A member of a record, or what stands for a pointee that is none."""

    # pylint: disable=too-many-instance-attributes
    name: str
    label: str
    type: Type
    offset: PerLayout = (0, 0, 0, 0)
    count: int = 1
    flexible: bool = False
    reach: Optional[Reach] = None
    range: Optional[tuple[int, int, str]] = None
    used: Optional[tuple[Ops, int, str]] = None  # a count of elements, how many there are, the errno of more
    descriptor: Optional[Ops] = None  # a file descriptor of the caller's, where this holds
    values: dict[int, bool] = field(default_factory=dict)  # whether the value is good
    calm: Optional[tuple[int, int, int]] = None
    aliases: tuple[str, ...] = ()
    tells: bool = False  # what a union beside it holds

    def worth(self, value: int, good: bool) -> None:
        """A value worth trying, if the field can hold it. What is bad to one rule is bad."""
        bits = 8 * self.type.size[Layout.I386]
        low, high = (-1 << (bits - 1), (1 << (bits - 1)) - 1) if self.type.kind == "PLAN_SINT" else (0, (1 << bits) - 1)
        if value == -1 and low == 0:
            value = min(high, 0xFFFFFFFF)
        if low <= value <= high:
            self.values[value] = self.values.get(value, True) and good


@dataclass(eq=False)
class Arm:
    """What a union holds for some labels; None is any value."""

    labels: list[tuple[Optional[int], ...]]
    otherwise: bool
    reject: Optional[str]
    member: Optional[Field]


@dataclass(eq=False)
class Type:
    """A type of one use: records that two commands share are two."""

    name: str
    kind: str
    size: PerLayout
    members: list[Field] = field(default_factory=list)
    selectors: list[Path] = field(default_factory=list)
    arms: list[Arm] = field(default_factory=list)
    returned: bool = False  # the selector counts as it is in each message


@dataclass(eq=False)
class Reach:
    """Memory behind a pointer, the argument, or behind a record."""

    # pylint: disable=too-many-instance-attributes
    type: Type
    direction: Union[Direction, Ops, None]
    count: Optional[Ops] = None
    max: Optional[int] = None
    unit: int = 0
    error: str = "EINVAL"
    clamp: bool = False
    string: bool = False
    nullable: bool = False
    slack: int = 0
    returned: str = "PLAN_ALL"
    returned_bytes: bool = False
    counter: Optional[Path] = None
    content: Optional[Field] = None


@dataclass(frozen=True)
class Choice:
    """Something worth a case of its own; the member None is the argument."""

    what: str
    force: str
    members: tuple[tuple[Optional[Field], int], ...]


@dataclass
class CommandPlan:
    """One command."""

    # pylint: disable=too-many-instance-attributes
    analysed: AnalysedCommand
    argument: str
    value_signed: bool = False
    reach: Optional[Reach] = None
    timeout: Optional[Ops] = None
    timeout_ns: int = 0
    forever: Optional[int] = None
    choices: tuple[Choice, ...] = ()


@dataclass
class IoPlan:
    """read or write."""

    io: model.Io
    reach: Reach


@dataclass
class InterfacePlan:
    """Everything of one IDL file."""

    analysed: Analysed
    commands: list[CommandPlan]
    ios: dict[str, IoPlan]


@dataclass
class Context:
    """A record whose names can be seen, within others."""

    type: Type
    laid: AnyType
    parent: Optional[Context]
    root: str = ""


@dataclass(frozen=True)
class _Found:
    path: Path
    member: Optional[Field]  # None: the argument's element itself
    laid: AnyType


class Planner:
    """Plans of one interface's commands."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._fields: list[Field] = []  # of the command at hand, in the order of its declaration
        self._tuples: list[Choice] = []

    # --- types ---

    def _scalar(self, kind: Scalar) -> Type:
        return Type(kind.name, KINDS[kind.kind], kind.size)

    def _outline(self, laid: AnyType, label: str) -> Type:
        """A type without what its pointers reach: expressions may name fields that are declared later."""
        if isinstance(laid, Scalar):
            return self._scalar(laid)
        name = laid.record.name or laid.record.keyword
        if laid.record.keyword == "union" and not laid.record.arms:
            return self._plain_union(name, laid, label)
        made = Type(name, "PLAN_SWITCH" if laid.record.arms else "PLAN_STRUCT", laid.size)
        for placed in laid.members:
            inner = f"{label}.{placed.member.name}".rstrip(".")
            kind = self._scalar(placed.type) if isinstance(placed.type, Scalar) else self._outline(placed.type, inner)
            member = Field(placed.member.name, inner, kind, placed.offset, placed.count, placed.flexible)
            made.members.append(member)
            self._fields.append(member)
        return made

    def _plain_union(self, name: str, laid: Laid, label: str) -> Type:
        """Bytes; but where all arms are one integer, it is that, by several names."""
        scalars = [placed.type for placed in laid.members if isinstance(placed.type, Scalar) and placed.count == 1]
        first = scalars[0] if scalars else None
        if first is None or len(scalars) < len(laid.members):
            return Type(name, "PLAN_UNION", laid.size)
        if any((other.kind, other.size) != (first.kind, first.size) for other in scalars):
            return Type(name, "PLAN_UNION", laid.size)
        made = Type(name, "PLAN_STRUCT", laid.size)
        member = Field(laid.members[0].member.name, f"{label}.{laid.members[0].member.name}", self._scalar(first))
        member.aliases = tuple(placed.member.name for placed in laid.members)
        made.members.append(member)
        self._fields.append(member)
        return made

    def _complete(self, context: Context) -> None:
        """What the members of a record reach, in the order in which it travels."""
        laid = context.laid
        if isinstance(laid, Scalar) or laid.record.keyword == "union" or context.type.kind != "PLAN_STRUCT":
            return
        pairs = list(zip(context.type.members, laid.members))
        for member, placed in sorted(pairs, key=lambda pair: not pair[0].flexible):
            declared = placed.member
            if not declared.pointer:
                self._bounds(member, declared, placed, context)
            if member.flexible or declared.pointer:
                member.reach = self._reach(replace(declared, pointer=True), context, member.label)
            elif member.type.kind == "PLAN_SWITCH":
                assert isinstance(placed.type, Laid)
                self._switch(member.type, placed.type, context)
            else:
                self._complete(Context(member.type, placed.type, context))

    def _switch(self, made: Type, laid: Laid, context: Context, target: Optional[model.Member] = None) -> None:
        """The arms of a union; behind a pointer, arms go the way of the pointer's target."""
        tag = laid.record.tag
        found = [self._find(path, context) for path in ((tag,) if tag is not None else laid.record.selectors)]
        made.selectors = [place.path for place in found]
        for arm in laid.record.arms:
            member = next((m for m, p in zip(made.members, laid.members) if p.member is arm.member), None)
            if member is not None and arm.member is not None:
                placed = next(p for p in laid.members if p.member is arm.member)
                if target is not None:
                    declared = replace(target, direction=arm.member.direction or target.direction)
                    member.reach = self._pointee(declared, member, placed, context)
                elif arm.member.pointer:
                    member.reach = self._reach(arm.member, context, member.label)
                else:
                    self._complete(Context(member.type, placed.type, context))
            labels = [
                tuple(None if value is None else self.scope.evaluate(value) for value in case.values)
                for case in arm.cases
            ]
            made.arms.append(Arm(labels, arm.default, arm.reject, member))
        if tag is not None:
            self._returned(made, found[0].member)
        self._try_arms(made, [place.member for place in found])

    @staticmethod
    def _returned(made: Type, tag: Optional[Field]) -> None:
        """Without an arm such a union is bytes."""
        made.returned = True
        made.members.append(Field("", "", Type(made.name, "PLAN_UNION", made.size)))
        made.arms.append(Arm([], True, None, made.members[-1]))
        if tag is not None:
            tag.tells = True

    def _try_arms(self, made: Type, selectors: list[Optional[Field]]) -> None:
        """Every label, and values that no label has."""
        known = any(arm.otherwise and arm.reject is None for arm in made.arms)
        for arm in made.arms:
            for label in arm.labels:
                pairs = [(s, v) for s, v in zip(selectors, label) if s is not None and v is not None]
                for chosen, value in pairs:
                    chosen.worth(value, arm.reject is None)
                what = ", ".join(f"{chosen.label} = {value}" for chosen, value in pairs)
                self._tuples.append(Choice(what, "PLAN_FORCE_VALUE", tuple(pairs)))
        for index, selector in enumerate(selectors):
            used = [label[index] for arm in made.arms for label in arm.labels]
            if selector is not None:
                selector.worth(max((value for value in used if value is not None), default=0) + 1, known)

    # --- memory ---

    def _reach(self, member: model.Member, context: Optional[Context], label: str) -> Reach:
        kind = self.scope.type_of(member.type)
        if isinstance(kind, Laid) and kind.record.selectors and context is not None:
            made = self._outline(kind, label)
            self._switch(made, kind, context, member)
            return Reach(made, None, nullable=member.nullable)
        outline = self._outline(kind, label)
        reach = Reach(outline, self._direction(member.direction, context), nullable=member.nullable)
        if not isinstance(kind, Laid) or outline.kind == "PLAN_UNION":
            reach.content = Field("", label, outline)
            self._fields.append(reach.content)
        if member.extents:
            self._extent(reach, member.extents[0], context, kind)
        if member.range is not None and reach.content is not None:
            self._range(reach.content, member.range)
        if reach.content is not None:
            self._descriptor(reach.content, member, context)
        self._complete(Context(outline, kind, context, member.name or "arg" if context is None else ""))
        return reach

    def _pointee(self, target: model.Member, member: Field, placed: Placed, context: Context) -> Reach:
        """An arm behind a pointer: what it holds is a piece of memory."""
        kind = placed.type
        reach = Reach(member.type, self._direction(target.direction, context), nullable=target.nullable)
        if member.flexible:
            self._extent(reach, placed.member.extents[0], context, kind)
        elif member.count > 1:
            reach.count = (Code("PLAN_CONST", member.count),)
        if not isinstance(kind, Laid) or member.type.kind == "PLAN_UNION":
            reach.content = Field("", member.label, member.type)
        self._complete(Context(member.type, kind, context))
        return reach

    def _extent(self, reach: Reach, extent: model.Extent, context: Optional[Context], kind: AnyType) -> None:
        reach.max = None if extent.max is None else self.scope.evaluate(extent.max)
        reach.error, reach.clamp, reach.string = extent.errno or "EINVAL", extent.clamp, extent.string
        reach.slack = 0 if extent.slack is None else self.scope.evaluate(extent.slack)
        if extent.bytes and kind.size[0] > 1:
            reach.unit = kind.size[0]
        if extent.count is not None:
            reach.count = self._ops(extent.count, context)
            self._try_counts(reach, extent.count, context)
        if extent.returned is not None:
            counter = extent.returned.counter
            reach.returned_bytes = extent.returned.bytes or (counter is not None and extent.bytes)
            if counter is None:
                reach.returned = "PLAN_BY_RESULT"
                return
            assert isinstance(counter, model.Path)
            reach.returned = "PLAN_BY_FIELD"
            reach.counter = self._find(counter, context).path

    def _try_counts(self, reach: Reach, count: Expr, context: Optional[Context]) -> None:
        """Lengths worth trying: 0, 1, the greatest and one more, in the units of the field."""
        unit, top = max(reach.unit, 1), reach.max
        for member in self._read(count, context):
            if not isinstance(count, model.Path):
                for value in (0, 1, *(near for c in self._constants(count) for near in (c - 1, c, c + 1))):
                    member.worth(value, True)
            for value in (0, unit):
                member.worth(value, True)
            if unit > 1:
                member.worth(unit + 1, False)
            alone = isinstance(count, model.Path)
            if top is not None:
                member.worth(top - top % unit, alone)
                member.worth(top + 1, alone and reach.clamp)
                member.worth(2 * unit, True)
                member.worth(-1, alone and reach.clamp)
            else:
                member.worth((1 << 8 * member.type.size[0]) - 1, True)
            high = CALM * unit if top is None else min(CALM * unit, top - top % unit)
            member.calm = (0, high, unit)

    def _bounds(self, member: Field, declared: model.Member, placed: Placed, context: Context) -> None:
        """What must hold of a plain field."""
        if declared.range is not None:
            self._range(member, declared.range)
        if declared.used is not None:
            used, top = declared.used, placed.dims[0]
            member.used = (self._ops(used.count, context), top, used.errno)
            for counter in self._read(used.count, context):
                alone = isinstance(used.count, model.Path)
                for value, good in ((0, True), (1, True), (top, alone), (top + 1, False), (-1, False)):
                    counter.worth(value, good)
                counter.calm = (0, top, 1)
        self._descriptor(member, declared, context)

    def _descriptor(self, member: Field, declared: model.Member, context: Optional[Context]) -> None:
        """A file descriptor cannot be carried; drivers take negative ones for none."""
        if member.type.name != "fd":
            return
        condition = declared.condition
        member.descriptor = (Code("PLAN_CONST", 1),) if condition is None else self._ops(condition, context)
        for value in (-1, 0, 3):
            member.worth(value, value < 0)
        if condition is None:
            return
        for field_read in self._read(condition, context):
            for value in (0, *self._constants(condition)):
                field_read.worth(value, True)

    def _range(self, member: Field, limits: model.Range) -> None:
        low, high = self.scope.evaluate(limits.low), self.scope.evaluate(limits.high)
        member.range = (low, high, limits.errno)
        for value, good in ((low, True), (high, True), (low - 1, low == 0), (high + 1, False), (-1, False)):
            if value >= 0 or value == -1 and not good:
                member.worth(value, good)
        member.calm = (low, min(high, low + 0xFFFF), 1)

    def _direction(
        self, direction: Optional[model.AnyDirection], context: Optional[Context]
    ) -> Union[Direction, Ops, None]:
        if direction is None:
            return None
        if isinstance(direction, model.Direction):
            return Direction({1: "plan_in", 2: "plan_exact", 3: "plan_out"}[DIRECTIONS[direction]])
        return self._direction_ops(direction, context)

    def _direction_ops(self, direction: model.AnyDirection, context: Optional[Context]) -> Ops:
        if isinstance(direction, model.Direction):
            return (Code("PLAN_CONST", DIRECTIONS[direction]),)
        for member in self._read(direction.test, context):
            for value in (0, *self._constants(direction.test)):
                member.worth(value, True)
        yes, no = (self._direction_ops(way, context) for way in (direction.yes, direction.no))
        return (*self._ops(direction.test, context), *yes, *no, Code("PLAN_CHOOSE"))

    # --- expressions ---

    def _member(self, context_type: Type, name: str, steps: tuple[int, ...]) -> Optional[tuple[tuple[int, ...], Field]]:
        """A member by its name; those of members without one belong to the record they stand in."""
        for index, member in enumerate(context_type.members):
            if name == member.name or name in member.aliases:
                return (*steps, index), member
            if not member.name and member.type.kind == "PLAN_STRUCT":
                found = self._member(member.type, name, (*steps, index))
                if found is not None:
                    return found
        return None

    def _find(self, path: model.Path, context: Optional[Context]) -> _Found:
        outer, up = context, 0
        while outer is not None:
            found = self._member(outer.type, path.names[0], ())
            if found is not None:
                return self._descend(path.names[1:], Path(up, found[0]), found[1], outer.laid)
            if outer.root == path.names[0]:
                if len(path.names) == 1:
                    return _Found(Path(up, ()), None, outer.laid)
                found = self._member(outer.type, path.names[1], ())
                assert found is not None, path.names
                return self._descend(path.names[2:], Path(up, found[0]), found[1], outer.laid)
            outer, up = outer.parent, up + 1
        raise AssertionError(f"{path.span.text} was resolved before")

    def _descend(self, names: Sequence[str], path: Path, member: Field, laid: AnyType) -> _Found:
        for name in names:
            inner = member.reach.type if member.reach is not None else member.type
            found = self._member(inner, name, path.steps)
            assert found is not None, name
            path, member = replace(path, steps=found[0]), found[1]
        if member.reach is not None and member.reach.content is not None:
            member = member.reach.content
        return _Found(path, member, laid)

    def _ops(self, expr: Expr, context: Optional[Context]) -> Ops:
        if isinstance(expr, model.Path) and not self.scope.is_constant(expr):
            return (Code("PLAN_READ", 0, self._find(expr, context).path),)
        if self.scope.is_constant(expr):
            return (Code("PLAN_CONST", self.scope.evaluate(expr)),)
        if isinstance(expr, model.Unary):
            operand = self._ops(expr.operand, context)
            return operand if expr.operator == "+" else (*operand, Code(UNARY[expr.operator]))
        if isinstance(expr, model.Binary):
            return (*self._ops(expr.left, context), *self._ops(expr.right, context), Code(BINARY[expr.operator]))
        if isinstance(expr, model.Conditional):
            parts = [self._ops(part, context) for part in (expr.test, expr.yes, expr.no)]
            return (*parts[0], *parts[1], *parts[2], Code("PLAN_CHOOSE"))
        assert isinstance(expr, model.Call)
        return (Code("PLAN_SIZE" if expr.function == "_IOC_SIZE" else "PLAN_NR"),)

    def _leaves(self, expr: Expr) -> Iterator[Expr]:
        if isinstance(expr, model.Unary):
            yield from self._leaves(expr.operand)
        elif isinstance(expr, model.Binary):
            yield from self._leaves(expr.left)
            yield from self._leaves(expr.right)
        elif isinstance(expr, model.Conditional):
            for part in (expr.test, expr.yes, expr.no):
                yield from self._leaves(part)
        else:
            yield expr

    def _read(self, expr: Expr, context: Optional[Context]) -> list[Field]:
        """The fields that an expression depends on."""
        found = []
        for leaf in self._leaves(expr):
            if isinstance(leaf, model.Path) and not self.scope.is_constant(leaf):
                member = self._find(leaf, context).member
                if member is not None:
                    found.append(member)
        return found

    def _constants(self, expr: Expr) -> list[int]:
        return [self.scope.evaluate(leaf) for leaf in self._leaves(expr) if self.scope.is_constant(leaf)]

    # --- commands ---

    def command(self, analysed: AnalysedCommand) -> CommandPlan:
        """The plan of one command."""
        self._fields, self._tuples = [], []
        declared = analysed.command.argument
        if any(not unsupported.carriers for unsupported in analysed.command.traits.unsupported):
            return CommandPlan(analysed, "PLAN_UNSUPPORTED")
        if declared is None:
            return CommandPlan(analysed, "PLAN_NO_ARGUMENT")
        if not declared.pointer:
            kind = self.scope.type_of(declared.type)
            return CommandPlan(analysed, "PLAN_BY_VALUE", isinstance(kind, Scalar) and kind.signed)
        label = declared.name or "arg"
        made = CommandPlan(analysed, "PLAN_IN_MEMORY", reach=self._reach(declared, None, label))
        assert made.reach is not None
        timeout = analysed.command.traits.timeout
        if timeout is not None:
            kind = self.scope.type_of(declared.type)
            made.timeout = self._ops(timeout.value, Context(made.reach.type, kind, None, label))
            made.timeout_ns = timeout.nanoseconds
            made.forever = None if timeout.forever is None else self.scope.evaluate(timeout.forever)
        made.choices = tuple(self._choices(label))
        return made

    def _choices(self, label: str) -> Iterator[Choice]:
        for force, what in (("PLAN_FORCE_NULL", "is NULL"), ("PLAN_FORCE_FAULT", "cannot be read")):
            yield Choice(f"{label} {what}", force, ((None, 0),))
            for member in self._fields:
                if member.type.kind == "PLAN_POINTER" and member.reach is not None:
                    yield Choice(f"{member.label} {what}", force, ((member, 0),))
        for member in self._fields:
            for value in sorted(member.values):
                yield Choice(f"{member.label} = {value}", "PLAN_FORCE_VALUE", ((member, value),))
        for choice in self._tuples:
            if len(choice.members) > 1:
                yield choice

    def io(self, item: model.Io) -> IoPlan:
        """The plan of read or write."""
        kind = self.scope.type_of(item.type)
        reach = Reach(self._outline(kind, item.keyword), self._direction(item.direction, None))
        if not isinstance(kind, Laid):
            reach.content = Field("", item.keyword, reach.type)
        self._complete(Context(reach.type, kind, None))
        assert item.extent.max is not None
        reach.max = self.scope.evaluate(item.extent.max)
        return IoPlan(item, reach)


def plan(analysed: Analysed) -> InterfacePlan:
    """Plans of everything in an interface that has no errors."""
    planner = Planner(analysed.scope)
    commands = [planner.command(command) for command in analysed.commands]
    ios = {io.keyword: planner.io(io.io) for io in analysed.ios}
    return InterfacePlan(analysed, commands, ios)
