# SPDX-License-Identifier: MIT
"""The program that walks a command's argument, from its declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from . import model
from .bounds import BoundBuilder
from .model import Extent, Member
from .placed import AnyType, EvaluationError, Laid, Layout, Placed
from .program import (
    ArmOf,
    Branch,
    Constant,
    DirectionLocal,
    DirectionValue,
    Guard,
    Loop,
    Offset,
    Op,
    Read,
    Reject,
    Shape,
    Switch,
    Value,
    Walk,
    reads_of,
)
from .resolve import Frame, chooses, is_descriptor, needs_walk


class ShapeBuilder(BoundBuilder):
    """Builds the programs of an interface's commands and collects the descriptors they need."""

    # --- walking ---

    def build(self, command: model.Command) -> Shape:
        """The program of a command with a pointer argument."""
        assert command.argument is not None
        self._names, self._depth, self._index = set(), 0, 0
        self._directions.clear()
        self._prefix, self._command = command.name, command
        member = command.argument
        if not member.name:
            member = replace(member, name="arg")
        ops: list[Op] = []
        frame = self._target(ops, member, None, Offset(0), command.name)
        if command.traits.status is not None:
            self.value(command.traits.status, frame)  # only documents, but what it names must be there
        timeout = command.traits.timeout
        if timeout is None or frame is None:
            return Shape(tuple(ops))
        value = self.value(timeout.value, frame)
        return Shape(tuple(ops), value, self._timeout_segments(tuple(ops), value, timeout))

    @staticmethod
    def _timeout_segments(ops: tuple[Op, ...], value: Value, timeout: model.Timeout) -> tuple[tuple[str, int], ...]:
        indices = {op.name: op.index for op in ops if isinstance(op, Walk)}
        used = []
        for read in reads_of(value):
            index = indices.get(read.segment)
            if index is None:
                raise EvaluationError(
                    timeout.span,
                    f"'{read.label}' has no fixed place in the walk",
                    "name a field outside of arrays and unions",
                )
            if (read.segment, index) not in used:
                used.append((read.segment, index))
        return tuple(used)

    def _target(
        self, ops: list[Op], member: Member, parent: Optional[Frame], offset: Offset, hint: str
    ) -> Optional[Frame]:
        """Walks what a pointer (or the argument) points to."""
        kind = self.scope.shown_as(self.scope.type_of(member.type), member)
        extent = member.extents[0] if member.extents else None
        if isinstance(kind, Laid) and kind.record.selectors and parent is not None:
            self._chosen_target(ops, member, kind, parent, offset)
            return None
        if isinstance(kind, Laid) and (kind.record.selectors or kind.record.tag is not None):
            message = "an argument that is a union with a switch"
            raise EvaluationError(member.span, message, "put it into a struct, beside the field that chooses")
        direction = self._direction(member.direction, parent, member)
        if extent is not None and extent.string:
            self._string(ops, member, extent, parent, offset)
            return None
        count: Value = Constant(1)
        if extent is not None:
            count = self._count(ops, member, extent, kind, parent)
        name = self._unique(member.name)
        walk = Walk(
            "pointer" if parent is not None else "arg",
            name,
            self.describe(kind, hint),
            count,
            direction,
            member.nullable,
            parent.segment if parent is not None else "",
            parent.element if parent is not None else "0",
            offset,
            self._next_index(),
        )
        ops.append(walk)
        self._directions[name] = direction
        label = f"{parent.label}.{member.name}" if parent is not None else member.name
        frame = Frame(kind, name, "0", Offset(0), parent, label)
        self._no_circle(member, frame)
        if parent is not None:
            parent.targets[member.name] = frame
        if extent is not None:
            self._extras(ops, name, extent, frame, parent)
        path = model.Path((member.name,), member.span)
        if member.range is not None:
            self._range(ops, member.range, self._read(frame, path))
        if is_descriptor(kind):
            self._no_descriptor(ops, member, self._read(frame, path), parent)
        self._reached(ops, frame, count, member.nullable)
        return frame

    @staticmethod
    def _no_circle(member: Member, frame: Frame) -> None:
        """What a pointer leads to does not lead back: nothing would say where that ends."""
        above = frame.parent
        while above is not None and isinstance(frame.type, Laid):
            if above.type is frame.type:
                advice = "declare an array; a pointer that the driver does not follow is a 'u64' or an 'unsigned long'"
                raise EvaluationError(member.span, f"'{member.name}' leads back to its own structure", advice)
            above = above.parent

    def _reached(self, ops: list[Op], frame: Frame, count: Value, nullable: bool) -> None:
        """What a segment's elements reach; nothing where it is NULL."""
        if not nullable:
            self._elements(ops, frame, count)
            return
        body: list[Op] = []
        self._depth += 1
        self._elements(body, frame, count)
        if body:
            self._leave()
            ops.append(Guard(frame.segment, tuple(body)))
        else:
            self._depth -= 1

    def _next_index(self) -> Optional[int]:
        index = self._index
        self._index += 1
        return index if self._depth == 0 and index >= 0 else None

    def _string(self, ops: list[Op], member: Member, extent: Extent, parent: Optional[Frame], offset: Offset) -> None:
        if parent is None or extent.max is None:
            raise EvaluationError(
                extent.span, "a string needs 'max N' and a pointer to it", "write: in char *name[string, max 64]"
            )
        high = self.value(extent.max, None)
        if self.scope.type_of(member.type).size[Layout.LP64] != 1:
            raise EvaluationError(extent.span, "a string of something else than bytes", "point to char")
        direction = self._direction(member.direction, parent, member)
        char = self.describe(self.scope.type_of(member.type), "char")
        name = self._unique(member.name)
        ops.append(
            Walk(
                "string",
                name,
                char,
                high,
                direction,
                member.nullable,
                parent.segment,
                parent.element,
                offset,
                self._next_index(),
            )
        )

    def _elements(self, ops: list[Op], frame: Frame, count: Value) -> None:
        """What the elements of a segment reach."""
        if not needs_walk(frame.type):
            return
        assert isinstance(frame.type, Laid)
        if count == Constant(1):
            self._record(ops, frame)
            return
        self._fixed_size(frame.type, frame.type.flexible.member if frame.type.flexible is not None else None)
        body: list[Op] = []
        index = self._enter("i")
        self._record(body, replace(frame, element=index, targets={}))
        self._leave()
        ops.append(Loop(index, count, tuple(body)))

    @staticmethod
    def _fixed_size(kind: AnyType, member: Optional[Member]) -> None:
        """A flexible array ends its segment: nothing can follow it."""
        if isinstance(kind, Laid) and kind.flexible is not None and member is not None:
            message = "a flexible array inside another structure or in an array's element"
            raise EvaluationError(member.span, message, "it must be the last field of what is pointed to, once")

    def _enter(self, wanted: str) -> str:
        self._depth += 1
        return self._unique(wanted if wanted not in self._names else "j")

    def _leave(self) -> None:
        # How many segments a loop or a branch makes differs between calls: no fixed place after it.
        self._depth -= 1
        self._index = -(1 << 30)

    def _record(self, ops: list[Op], frame: Frame) -> None:
        assert isinstance(frame.type, Laid)
        laid = frame.type
        flexible: Optional[tuple[Frame, Value]] = None
        if laid.flexible is not None:
            flexible = self._flexible(ops, frame, laid.flexible)
        for placed in laid.members:
            if not placed.flexible:
                self._member_ops(ops, frame, placed)
        if flexible is not None:
            self._elements(ops, *flexible)

    def _flexible(self, ops: list[Op], head: Frame, placed: Placed) -> tuple[Frame, Value]:
        member, extent = placed.member, placed.member.extents[0]
        count = self._count(ops, member, extent, placed.type, head)
        name = self._unique(member.name)
        direction = self._direction(member.direction, head, member)
        kind = self.describe(placed.type, f"{self._prefix}_{member.name}")
        index = self._next_index()
        offset = Offset(placed.offset[0])
        ops.append(Walk("flexible", name, kind, count, direction, False, head.segment, "0", offset, index))
        self._directions[name] = direction
        frame = Frame(placed.type, name, "0", Offset(0), head, f"{head.label}.{member.name}")
        head.targets[member.name] = frame
        self._extras(ops, name, extent, frame, head)
        return frame, count

    def _member_ops(self, ops: list[Op], frame: Frame, placed: Placed) -> None:
        member, offset = placed.member, frame.offset.plus(placed.offset[0])
        label = f"{frame.label}.{member.name}".rstrip(".")
        if not member.pointer:
            self._checked(ops, frame, placed, offset)
        if member.pointer:
            self._target(ops, member, frame, offset, f"{self._prefix}_{member.name}")
        elif isinstance(placed.type, Laid) and placed.type.record.selectors:
            self._chosen_arm(ops, frame, placed, offset)
        elif isinstance(placed.type, Laid) and needs_walk(placed.type):
            self._nested(ops, frame, placed, offset, label)

    def _nested(self, ops: list[Op], frame: Frame, placed: Placed, offset: Offset, label: str) -> None:
        inner = Frame(placed.type, frame.segment, frame.element, offset, frame, label)
        self._fixed_size(placed.type, placed.member)
        if placed.count == 1:
            self._record(ops, inner)
            return
        index = self._enter("i")
        stride = placed.type.size[Layout.LP64]
        inner.offset = Offset(offset.base, offset.terms + ((index, stride),))
        body: list[Op] = []
        self._record(body, inner)
        self._leave()
        ops.append(Loop(index, Constant(placed.count), tuple(body)))

    # --- choices ---

    def _selectors(self, ops: list[Op], record: model.Record, frame: Frame) -> None:
        """Several selectors are asked often: they get variables."""
        for path in record.selectors if len(record.selectors) > 1 else ():
            read = self.value(path, frame)
            if isinstance(read, Read):
                self._local(ops, read)

    def _switch(self, record: model.Record, frame: Frame, bodies: dict[int, tuple[Op, ...]]) -> Switch:
        selectors = tuple(self.value(path, frame) for path in record.selectors)
        branches, default = [], None
        seen: set[tuple[Optional[int], ...]] = set()
        for index, arm in enumerate(record.arms):
            body = bodies[index]
            if arm.member is None and arm.reject is not None:
                body = (self._reject(record, selectors, arm.reject),)
            labels = tuple(self._label(case, record) for case in arm.cases)
            for case, label in zip(arm.cases, labels):
                values = tuple(None if constant is None else constant.value for constant in label)
                if values in seen:
                    raise EvaluationError(case.span, "this case stands twice", "remove one of them")
                seen.add(values)
            if arm.default:
                default = Branch((), body)
            if labels:
                branches.append(Branch(labels, body))
        if default is None:
            default = Branch((), (self._reject(record, selectors, "EINVAL"),))
        return Switch(selectors, (*branches, default))

    def _reject(self, record: model.Record, selectors: tuple[Value, ...], errno: str) -> Reject:
        labels = [
            value.label if isinstance(value, Read) else path.span.text
            for value, path in zip(selectors, record.selectors)
        ]
        return Reject(errno, ", ".join(labels), selectors[0])

    def _label(self, case: model.Case, record: model.Record) -> tuple[Optional[Constant], ...]:
        if len(case.values) != len(record.selectors):
            raise EvaluationError(
                case.span,
                f"{len(case.values)} values for {len(record.selectors)} selectors",
                "write as many values as the switch has fields: case (1, *)",
            )
        found: list[Optional[Constant]] = []
        for value in case.values:
            constant = None if value is None else self.value(value, None)
            assert constant is None or isinstance(constant, Constant)
            found.append(constant)
        return tuple(found)

    def _chosen_arm(self, ops: list[Op], frame: Frame, placed: Placed, offset: Offset) -> None:
        assert isinstance(placed.type, Laid)
        laid = placed.type
        if placed.count != 1:
            raise EvaluationError(placed.member.span, "an array of unions with a switch", "put the union into a struct")
        self._selectors(ops, laid.record, frame)
        label = f"{frame.label}.{placed.member.name}".rstrip(".")
        bodies: dict[int, tuple[Op, ...]] = {}
        for index, arm in enumerate(laid.record.arms):
            body: list[Op] = []
            if arm.member is not None:
                self._depth += 1
                inner = next(p for p in laid.members if p.member is arm.member)
                self._arm(body, replace(frame, label=label), inner, offset)
                self._leave()
            bodies[index] = tuple(body)
        ops.append(self._switch(laid.record, frame, bodies))
        self._locals.clear()

    def _arm(self, ops: list[Op], frame: Frame, placed: Placed, offset: Offset) -> None:
        """What a union inside a structure holds: plain data, a pointer, or a structure with pointers."""
        member, hint = placed.member, f"{self._prefix}_{placed.member.name}"
        if chooses(placed.type):
            raise EvaluationError(
                member.span, "a switch inside a switch", "make one switch of both fields: switch (a, b)"
            )
        if placed.flexible:
            advice = "give it a fixed size with 'used', or point to the union"
            raise EvaluationError(member.span, "an arm without a fixed size inside a structure", advice)
        ops.append(ArmOf(frame.segment, frame.element, offset, self.describe(self._whole(placed), hint)))
        if member.pointer:
            self._target(ops, member, frame, offset, hint)
        elif needs_walk(placed.type):
            self._nested(ops, frame, placed, offset, f"{frame.label}.{member.name}")

    def _chosen_target(self, ops: list[Op], member: Member, laid: Laid, parent: Frame, offset: Offset) -> None:
        if member.extents:
            raise EvaluationError(member.span, "an array of unions with a switch", "point to one union")
        self._selectors(ops, laid.record, parent)
        shared = self._shared_direction(ops, member, parent)
        bodies: dict[int, tuple[Op, ...]] = {}
        for index, arm in enumerate(laid.record.arms):
            body: list[Op] = []
            if arm.member is not None:
                inner = next(p for p in laid.members if p.member is arm.member)
                pointer = replace(
                    arm.member,
                    pointer=True,
                    extents=(),
                    direction=arm.member.direction or member.direction,
                    nullable=member.nullable,
                    name=arm.member.name,
                )
                self._depth += 1
                self._arm_target(body, pointer, inner, parent, offset, shared if arm.member.direction is None else None)
                self._leave()
            bodies[index] = tuple(body)
        ops.append(self._switch(laid.record, parent, bodies))
        self._locals.clear()

    def _shared_direction(self, ops: list[Op], member: Member, parent: Frame) -> Optional[DirectionValue]:
        if not isinstance(member.direction, model.ChosenDirection):
            return None
        name = self._unique("direction")
        ops.append(DirectionLocal(name, self._direction(member.direction, parent, member)))
        return name

    def _arm_target(
        self,
        ops: list[Op],
        pointer: Member,
        inner: Placed,
        parent: Frame,
        offset: Offset,
        shared: Optional[DirectionValue],
    ) -> None:
        # pylint: disable=too-many-arguments,too-many-locals
        kind = self.describe(inner.type, f"{self._prefix}_{pointer.name}")
        direction = shared or self._direction(pointer.direction, parent, pointer)
        count: Value = Constant(inner.count)
        if inner.flexible:
            count = self._count(ops, inner.member, inner.member.extents[0], inner.type, parent)
        name = self._unique(pointer.name)
        ops.append(
            Walk(
                "pointer",
                name,
                kind,
                count,
                direction,
                pointer.nullable,
                parent.segment,
                parent.element,
                offset,
            )
        )
        frame = Frame(inner.type, name, "0", Offset(0), parent, f"{parent.label}.{pointer.name}")
        if inner.flexible:
            self._extras(ops, name, inner.member.extents[0], frame, parent)
        self._reached(ops, frame, count, pointer.nullable)
