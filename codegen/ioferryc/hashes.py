# SPDX-License-Identifier: MIT
"""What two builds must agree on to understand each other, as text and its hash.

The text holds wire-relevant facts only: numbers, layouts, and the program of each argument. Names of
structures and fields and comments are not in it, so that renaming them keeps builds compatible.
"""

from __future__ import annotations

import hashlib
from typing import Iterable

from . import program
from .fields import Flat, flatten
from .layout import Scope
from .placed import AnyType, Laid
from .program import Constant, Op, Read, Value, Variable


def sha64(text: str) -> int:
    """The first 64 bits of SHA-256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _union_text(scope: Scope, flat: Flat, names: list[str]) -> str:
    """The arms of a union, and which field tells them apart in each message."""
    if flat.union is None:
        return ""
    arms = " ".join(type_text(scope, member.type) + f"*{member.count}" for member in flat.union.members)
    if not flat.tag or flat.tag not in names:
        return f"{{{arms}}}"
    cases = [[scope.evaluate(c.values[0]) for c in arm.cases if c.values[0]] for arm in flat.union.record.arms]
    return f"{{{arms}}}by {names.index(flat.tag)} {cases}"


def type_text(scope: Scope, kind: AnyType) -> str:
    """The layout of a type."""
    size = kind.flexible.offset if isinstance(kind, Laid) and kind.flexible is not None else kind.size
    flats = flatten(kind)
    names = [flat.name for flat in flats]
    fields = [
        f"{flat.kind}{_union_text(scope, flat, names)}*{flat.count} {flat.size} {flat.offset} {flat.stride}"
        for flat in flats
    ]
    return f"[{size}: {'; '.join(fields)}]"


class ProgramText:
    """The canonical text of a shape program: segments, loops and counts go by number."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._numbers: dict[str, int] = {}

    def _number(self, name: str) -> str:
        return f"#{self._numbers.setdefault(name, len(self._numbers))}"

    def _offset(self, offset: program.Offset) -> str:
        return "+".join([str(offset.base), *(f"{self._number(name)}*{stride}" for name, stride in offset.terms)])

    def _element(self, element: str) -> str:
        return element if element.isdigit() else self._number(element)

    def value(self, value: Value) -> str:
        """An expression, in prefix notation."""
        if isinstance(value, Constant):
            return str(value.value)
        if isinstance(value, Variable):
            return self._number(value.name)
        if isinstance(value, Read):
            sign = "s" if value.signed else "u"
            place = f"{self._number(value.segment)}.{self._element(value.element)}.{self._offset(value.offset)}"
            return f"{sign}{value.size}@{place}"
        return f"({' '.join([value.operator, *map(self.value, value.operands)])})"

    def _direction(self, direction: program.DirectionValue) -> str:
        if isinstance(direction, str):
            # Both mean the same on the wire.
            if not direction.startswith("IOF_"):
                return self._number(direction)
            return "IOF_INOUT" if direction == "IOF_OUT" else direction
        test, yes, no = direction
        return f"({self.value(test)} ? {self._direction(yes)} : {self._direction(no)})"

    def ops(self, ops: Iterable[Op]) -> str:
        """Operations, one a line."""
        return "\n".join(self._op(op) for op in ops)

    def _op(self, op: Op) -> str:
        # pylint: disable=too-many-return-statements
        if isinstance(op, program.Let):
            high = op.high.value if op.high is not None else "-"
            return f"let {self._number(op.name)} {self.value(op.value)} {high} {'clamp' if op.clamp else op.errno}"
        if isinstance(op, program.Local):
            return f"local {self._number(op.name)} {self.value(op.value)}"
        if isinstance(op, program.DirectionLocal):
            return f"direction {self._number(op.name)} {self._direction(op.direction)}"
        if isinstance(op, program.Check):
            return f"check {self.value(op.value)} {op.low.value} {op.high.value} {op.errno}"
        if isinstance(op, program.NoDescriptor):
            condition = "" if op.condition is None else f" if {self.value(op.condition)}"
            return f"no descriptor {self.value(op.value)}{condition}"
        if isinstance(op, program.Walk):
            parent = self._number(op.parent) + "." + self._element(op.element) if op.parent else "-"
            place = f"{self._number(op.name)} {parent} {self._offset(op.offset)}"
            kind = f"{type_text(self.scope, op.type.type)} {self.value(op.count)}"
            return f"{op.kind} {place} {kind} {self._direction(op.direction)} {int(op.nullable)}"
        if isinstance(op, program.ArmOf):
            place = f"{self._number(op.segment)}.{self._element(op.element)}.{self._offset(op.offset)}"
            return f"arm {place} {type_text(self.scope, op.type.type)}"
        if isinstance(op, program.Reject):
            return f"reject {op.errno}"
        if isinstance(op, program.Loop):
            return f"loop {self._number(op.variable)} {self.value(op.count)} {{\n{self.ops(op.body)}\n}}"
        if isinstance(op, program.Guard):
            return f"present {self._number(op.segment)} {{\n{self.ops(op.body)}\n}}"
        if isinstance(op, program.Switch):
            return self._switch(op)
        if isinstance(op, program.ReturnedOf):
            counter = self.value(op.counter) if op.counter is not None else "result"
            return f"returned {self._number(op.segment)} {counter} {int(op.bytes)}"
        assert isinstance(op, program.Slack)
        return f"slack {self._number(op.segment)} {op.bytes}"

    def _switch(self, op: program.Switch) -> str:
        lines = [f"switch {' '.join(self.value(selector) for selector in op.selectors)} {{"]
        for branch in op.branches:
            labels = [" ".join("*" if c is None else str(c.value) for c in label) for label in branch.labels]
            lines.append(f"{', '.join(labels) or 'default'}:\n{self.ops(branch.body)}")
        return "\n".join([*lines, "}"])
