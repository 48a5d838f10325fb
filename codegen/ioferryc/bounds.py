# SPDX-License-Identifier: MIT
"""Counts and bounds: what is checked before a driver sees a call, and how much of an array comes back."""

from __future__ import annotations

from typing import Optional

from . import model
from .model import Extent, Member
from .placed import AnyType, EvaluationError, Layout, Placed
from .program import (
    Check,
    Constant,
    Let,
    Local,
    NoDescriptor,
    Offset,
    Op,
    Operation,
    Read,
    ReturnedOf,
    Slack,
    Value,
    Variable,
    reads_of,
)
from .resolve import Frame, Resolver, is_descriptor


class BoundBuilder(Resolver):
    """Appends the operations of counts and bounds."""

    def _local(self, ops: list[Op], read: Read) -> None:
        name = self._unique(read.label.rsplit(".", 1)[-1])
        ops.append(Local(name, read))
        self._locals[read] = Variable(name, read.signed)

    def _count(self, ops: list[Op], member: Member, extent: Extent, element: AnyType, frame: Optional[Frame]) -> Value:
        """How many elements a pointer or a flexible array has, as a constant or a checked variable."""
        if extent.count is None:
            raise EvaluationError(extent.span, "no count", "write how many elements there are: [count, max 64]")
        if self.scope.is_constant(extent.count):
            return self.value(extent.count, None)
        value = self.value(extent.count, frame)
        if isinstance(value, Operation):
            for read in dict.fromkeys(reads_of(value)):
                self._local(ops, read)
            value = self.value(extent.count, frame)
            self._locals.clear()
        label = value.label if isinstance(value, Read) else " ".join(extent.count.span.text.split())
        high = self._high(extent, value)
        unit = element.size[Layout.LP64]
        if extent.bytes:
            self._same_size(extent, element)
        if extent.bytes and unit > 1:
            zero = Constant(0)
            ops.append(Check(Operation("%", (value, Constant(unit))), zero, zero, "EINVAL", f"{label} % {unit}"))
        name = self._unique(extent.count.names[-1] if isinstance(extent.count, model.Path) else f"{member.name}_count")
        if extent.clamp and not (isinstance(value, Read) and high is not None):
            raise EvaluationError(
                extent.span,
                "clamp of something that is not a field with a max",
                "clamp a field: [count, max 64, clamp]",
            )
        ops.append(Let(name, value, high, extent.clamp, extent.errno or "EINVAL", label))
        if extent.bytes and unit > 1:
            return Operation("/", (Variable(name), Constant(unit)))
        return Variable(name)

    @staticmethod
    def _same_size(extent: Extent, element: AnyType) -> None:
        """A number of bytes means something to both sides only if elements have one size."""
        if len(set(element.size)) > 1:
            message = "counted in bytes, but elements differ in size between ABIs"
            raise EvaluationError(extent.span, message, "count in elements, or declare the elements in u8 ... u64")

    def _high(self, extent: Extent, value: Value) -> Optional[Constant]:
        if extent.max is not None:
            high = self.value(extent.max, None)
            assert isinstance(high, Constant)
            if not 0 < high.value <= 1 << 20:
                raise EvaluationError(extent.max.span, f"max is {high.value}", "write 1 to 1048576")
            return high
        if isinstance(value, Read) and value.size <= 2 and not value.signed:
            return None
        if isinstance(value, Operation) and value.operator == "size":
            return None
        raise EvaluationError(
            extent.span, "a count without a bound", "add 'max N', so that a caller cannot ask for all memory"
        )

    def _extras(self, ops: list[Op], name: str, extent: Extent, frame: Frame, parent: Optional[Frame]) -> None:
        if extent.slack is not None:
            slack = self.value(extent.slack, None)
            assert isinstance(slack, Constant)
            ops.append(Slack(name, slack.value))
        if extent.returned is not None:
            if extent.returned.bytes:
                self._same_size(extent, frame.type)
            counter = extent.returned.counter
            if counter is None:
                ops.append(ReturnedOf(name, None, extent.returned.bytes))
                return
            value = self.value(counter, parent or frame)
            if not isinstance(value, Read):
                raise EvaluationError(counter.span, "not a field", "name the field that holds the returned count")
            if self._directions.get(value.segment) == "IOF_IN":
                advice = "declare the structure that it is in 'inout'"
                raise EvaluationError(counter.span, f"{value.label} does not come back: it is 'in'", advice)
            ops.append(ReturnedOf(name, value, extent.returned.bytes or extent.bytes))

    def _range(self, ops: list[Op], limits: model.Range, value: Read) -> None:
        low, high = (Constant(self.scope.evaluate(bound)) for bound in (limits.low, limits.high))
        if not 0 <= low.value <= high.value:
            raise EvaluationError(limits.span, f"no value is in {low.value} to {high.value}", "write range (0, 7)")
        ops.append(Check(value, low, high, limits.errno, value.label))

    def _checked(self, ops: list[Op], frame: Frame, placed: Placed, offset: Offset) -> None:
        """The bounds of a plain field."""
        member = placed.member
        label = f"{frame.label}.{member.name}".rstrip(".")
        place = Frame(placed.type, frame.segment, frame.element, offset, frame, label)
        path = model.Path((member.name,), member.span)
        if member.range is not None:
            if placed.count != 1:
                raise EvaluationError(
                    member.range.span, "a range of an array", "give the range to a field that is no array"
                )
            self._range(ops, member.range, self._read(place, path))
        if member.used is not None:
            self._used(ops, member.used, placed, frame)
        if is_descriptor(placed.type):
            self._no_descriptor(ops, member, self._read(place, path), frame)

    def _used(self, ops: list[Op], used: model.Used, placed: Placed, frame: Frame) -> None:
        value = self.value(used.count, frame)
        label = value.label if isinstance(value, Read) else " ".join(used.count.span.text.split())
        ops.append(Check(value, Constant(0), Constant(placed.dims[0]), used.errno, label))

    def _no_descriptor(self, ops: list[Op], member: Member, read: Read, frame: Optional[Frame]) -> None:
        if member.extents:
            advice = "declare the command unsupported: each of them would be one of the caller's"
            raise EvaluationError(member.span, "an array of file descriptors", advice)
        condition = None if member.condition is None else self.value(member.condition, frame)
        ops.append(NoDescriptor(read, read.label, condition))
