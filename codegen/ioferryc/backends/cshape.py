# SPDX-License-Identifier: MIT
"""Shape programs as C statements."""

from __future__ import annotations

from typing import Iterator, Optional

from .. import program
from ..placed import Laid
from ..program import Constant, Op, Operation, Read, Value, Variable
from .cformat import COLUMNS, assign, fill, joined, width

ARITHMETIC = ("*", "/", "%"), ("+", "-")
COMPARISONS = ("<", ">", "<=", ">=", "==", "!=")


def offset_text(offset: program.Offset) -> str:
    """A canonical offset in C."""
    terms = [f"{variable} * {stride}" for variable, stride in offset.terms]
    return " + ".join([str(offset.base), *terms] if offset.base or not terms else terms)


def constant_text(constant: Constant) -> str:
    """By name where it has one."""
    if constant.name:
        return constant.name
    if constant.value < 0:
        return f"(uint64_t){constant.value}"
    return f"{constant.value}" if constant.value < 1 << 31 else f"{constant.value:#x}u"


def _signed(value: Value) -> bool:
    if isinstance(value, (Read, Variable)):
        return value.signed
    if isinstance(value, Constant):
        return value.value < 0
    return isinstance(value, Operation) and any(_signed(operand) for operand in value.operands)


def value_text(value: Value) -> str:
    """An expression of type uint64_t (or smaller and not negative). Wraps around; orders as the IDL's C would."""
    if isinstance(value, Variable):
        return value.name
    if isinstance(value, Constant):
        return constant_text(value)
    if isinstance(value, Read):
        place = f"{value.segment}, {value.element}, {offset_text(value.offset)}, {value.size}"
        return f"(uint64_t)iof_segment_int({place})" if value.signed else f"iof_segment_uint({place})"
    return _operation_text(value)


def _bare(parent: str, child: Value, left: bool) -> bool:
    """Whether an operand needs no parentheses, for the compiler and for a reader."""
    if not isinstance(child, Operation) or not child.operands:
        return True
    if len(child.operands) == 1:
        return True
    if parent in ("||", "&&"):
        return child.operator in COMPARISONS or (child.operator == parent and left)
    if parent == "?":
        return child.operator != "?:"
    if parent in ("+", "-"):
        return child.operator in ARITHMETIC[0] or (child.operator in ARITHMETIC[1] and left)
    if parent in COMPARISONS:
        return child.operator in ARITHMETIC[0] + ARITHMETIC[1]
    return child.operator == parent and left


def operand_text(parent: str, child: Value, left: bool = True) -> str:
    """An operand, in parentheses where they help."""
    text = value_text(child)
    return text if _bare(parent, child, left) else f"({text})"


def _operation_text(value: Operation) -> str:
    if value.operator == "size":
        return "(iof_walk_command(walk) >> 16 & 0x3fff)"
    if value.operator == "nr":
        return "(iof_walk_command(walk) & 0xff)"
    if value.operator == "?:":
        test, yes, no = value.operands
        return f"{operand_text('?', test)} ? {operand_text('?', yes)} : {operand_text('?', no)}"
    if len(value.operands) == 1:
        cast = "" if value.operator == "!" else "(uint64_t)"
        return f"{value.operator}{cast}{operand_text('~', value.operands[0])}"
    left, right = (operand_text(value.operator, v, n == 0) for n, v in enumerate(value.operands))
    if value.operator in ("<", ">", "<=", ">=", "/", "%", ">>") and _signed(value):
        left, right = (_as_signed(operand, text) for operand, text in zip(value.operands, (left, right)))
        if value.operator not in COMPARISONS:
            return f"(uint64_t)({left} {value.operator} {right})"
    return f"{left} {value.operator} {right}"


def _as_signed(value: Value, text: str) -> str:
    if isinstance(value, Read) and value.signed:
        return text.removeprefix("(uint64_t)")
    if isinstance(value, Constant) and value.value >= 0:
        return text
    return f"(int64_t){text if text.isidentifier() else f'({text})'}"


def as_u32(value: Value) -> str:
    """The value as an argument of type uint32_t."""
    if isinstance(value, (Variable, Constant)):
        return value_text(value)
    text = value_text(value)
    return text if _small(value) else f"(uint32_t)({text})"


def _small(value: Value) -> bool:
    if isinstance(value, Operation):
        return value.operator != "?:" and all(isinstance(v, (Variable, Constant)) for v in value.operands)
    return isinstance(value, (Variable, Constant))


def direction_text(direction: program.DirectionValue) -> str:
    """IOF_IN, or a choice."""
    if isinstance(direction, str):
        return direction
    test, yes, no = direction
    text = value_text(test)
    if isinstance(test, Operation) and test.operator not in COMPARISONS:
        text = f"({text})"
    return f"{text} ? {direction_text(yes)} : {direction_text(no)}"


# --- operations ------------------------------------------------------------------------------------------


def used(ops: tuple[Op, ...]) -> Iterator[str]:
    """Names of segments that later operations refer to."""
    for op in ops:
        for value in _values(op):
            for read in program.reads_of(value):
                yield read.segment
        if isinstance(op, program.Walk):
            yield op.parent
        elif isinstance(op, (program.ArmOf, program.ReturnedOf, program.Slack)):
            yield op.segment
        elif isinstance(op, program.Loop):
            yield from used(op.body)
        elif isinstance(op, program.Guard):
            yield op.segment
            yield from used(op.body)
        elif isinstance(op, program.Switch):
            for branch in op.branches:
                yield from used(branch.body)


def _values(op: Op) -> list[Value]:
    if isinstance(op, program.DirectionLocal):
        return _direction_values(op.direction)
    if isinstance(op, (program.Let, program.Local, program.Check, program.Reject)):
        return [op.value]
    if isinstance(op, program.NoDescriptor):
        return [op.value] if op.condition is None else [op.value, op.condition]
    if isinstance(op, program.Walk):
        return [op.count, *_direction_values(op.direction)]
    if isinstance(op, program.Switch):
        return list(op.selectors)
    if isinstance(op, program.Loop):
        return [op.count]
    if isinstance(op, program.ReturnedOf) and op.counter is not None:
        return [op.counter]
    return []


def _direction_values(direction: program.DirectionValue) -> list[Value]:
    if isinstance(direction, str):
        return []
    return [direction[0], *_direction_values(direction[1]), *_direction_values(direction[2])]


def _flags(op: program.Walk) -> str:
    found = ["IOF_NULLABLE"] if op.nullable else []
    # Integers are shown as lists in any case.
    if isinstance(op.type.type, Laid) and op.count != Constant(1):
        found.append("IOF_LIST")
    return " | ".join(found) or "0"


class Printer:
    """Prints the operations of one shape function."""

    def __init__(self, ops: tuple[Op, ...]) -> None:
        self.used = set(used(ops))
        self.lines: list[str] = []
        self._block(ops, 1)

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("\t" * depth + text)

    def _call(self, depth: int, head: str, items: list[str], tail: str = ");") -> None:
        self.lines.append(fill("\t" * depth + head, items, tail))

    def _block(self, ops: tuple[Op, ...], depth: int) -> None:
        before: Optional[Op] = None
        for op in ops:
            if self._apart(before, op):
                self.lines.append("")
            getattr(self, f"_{type(op).__name__.lower()}")(op, depth)
            before = op

    def _apart(self, before: Optional[Op], op: Op) -> bool:
        """An empty line around blocks and after declarations."""
        blocks = (program.Loop, program.Switch, program.Guard)
        if isinstance(op, program.DirectionLocal):
            return before is not None and not self._declares(before)
        if isinstance(before, program.DirectionLocal):
            return True
        if before is None:
            return False
        if isinstance(op, blocks) or isinstance(before, blocks):
            return True
        return self._declares(before) != self._declares(op)

    def _declares(self, op: Op) -> bool:
        return isinstance(op, (program.Let, program.Local)) or (isinstance(op, program.Walk) and op.name in self.used)

    def _walk(self, op: program.Walk, depth: int) -> None:
        kind = f"&{op.type.c_name}"
        flags = _flags(op)
        count, direction = as_u32(op.count), direction_text(op.direction)
        place = ["walk", op.parent, op.element, offset_text(op.offset)]
        if op.kind == "arg":
            items = ["walk", kind, count, direction, flags]
        elif op.kind == "flexible":
            items = ["walk", op.parent, kind, count, direction]
        elif op.kind == "string":
            items = [*place, count, direction, flags]
        else:
            items = [*place, kind, count, direction, flags]
        if op.name in self.used:
            head = "\t" * depth + f"const struct iof_segment *{op.name}"
            self.lines.append(assign(head, f"iof_walk_{op.kind}", items, ");"))
        else:
            self._call(depth, f"iof_walk_{op.kind}(", items)

    def _let(self, op: program.Let, depth: int) -> None:
        head = "\t" * depth + f"uint32_t {op.name}"
        value = value_text(op.value)
        if op.high is None:
            text = value if isinstance(op.value, Read) or value.startswith("(") else f"({value})"
            self.lines.append(f"{head} = (uint32_t){text};")
        elif op.clamp:
            assert isinstance(op.value, Read)
            field = [op.value.segment, op.value.element, offset_text(op.value.offset), str(op.value.size)]
            self.lines.append(assign(head, "(uint32_t)iof_walk_clamp", ["walk", *field, constant_text(op.high)], ");"))
        else:
            items = ["walk", value, "0", constant_text(op.high), op.errno, f'"{op.label}"']
            self.lines.append(assign(head, "(uint32_t)iof_walk_bound", items, ");"))

    def _local(self, op: program.Local, depth: int) -> None:
        self._line(depth, f"uint64_t {op.name} = {value_text(op.value)};")

    def _directionlocal(self, op: program.DirectionLocal, depth: int) -> None:
        assert not isinstance(op.direction, str)
        test, yes, no = op.direction
        self._line(depth, f"unsigned {op.name} = {direction_text(no)};")
        self.lines.append("")
        self.lines.append(joined("\t" * depth + "if (", _alternatives(test), ")"))
        self._line(depth + 1, f"{op.name} = {direction_text(yes)};")

    def _check(self, op: program.Check, depth: int) -> None:
        items = ["walk", value_text(op.value), constant_text(op.low), constant_text(op.high), op.errno, f'"{op.label}"']
        self._call(depth, "iof_walk_bound(", items)

    def _nodescriptor(self, op: program.NoDescriptor, depth: int) -> None:
        if op.condition is not None:
            self._line(depth, f"if ({value_text(op.condition)})")
            depth += 1
        self._call(depth, "iof_walk_no_descriptor(", ["walk", value_text(op.value), f'"{op.label}"'])

    def _armof(self, op: program.ArmOf, depth: int) -> None:
        items = ["walk", op.segment, op.element, offset_text(op.offset), f"&{op.type.c_name}"]
        self._call(depth, "iof_walk_arm(", items)

    def _reject(self, op: program.Reject, depth: int) -> None:
        self._call(depth, "iof_walk_reject(", ["walk", op.errno, f'"{op.label}"', value_text(op.value)])

    def _returnedof(self, op: program.ReturnedOf, depth: int) -> None:
        in_bytes = "true" if op.bytes else "false"
        if op.counter is None:
            self._call(depth, "iof_walk_returned_result(", ["walk", op.segment, in_bytes])
            return
        counter = op.counter
        place = [counter.segment, counter.element, offset_text(counter.offset), str(counter.size)]
        self._call(depth, "iof_walk_returned(", ["walk", op.segment, *place, in_bytes])

    def _slack(self, op: program.Slack, depth: int) -> None:
        self._call(depth, "iof_walk_slack(", ["walk", op.segment, str(op.bytes)])

    def _loop(self, op: program.Loop, depth: int) -> None:
        count = as_u32(op.count)
        self._line(
            depth, f"for (uint32_t {op.variable} = 0; {op.variable} < {count} && iof_walk_ok(walk); {op.variable}++) {{"
        )
        self._block(op.body, depth + 1)
        self._line(depth, "}")

    def _guard(self, op: program.Guard, depth: int) -> None:
        self._line(depth, f"if ({op.segment}->present) {{")
        self._block(op.body, depth + 1)
        self._line(depth, "}")

    def _switch(self, op: program.Switch, depth: int) -> None:
        if len(op.selectors) == 1:
            self._switch_one(op, depth)
        else:
            self._switch_many(op, depth)

    def _switch_one(self, op: program.Switch, depth: int) -> None:
        self._line(depth, f"switch ({value_text(op.selectors[0])}) {{")
        for branch in op.branches:
            for (label,) in branch.labels:
                assert label is not None
                self._line(depth, f"case {constant_text(label)}:")
            if not branch.labels:
                self._line(depth, "default:")
            braces = any(self._declares(op) for op in branch.body)
            if braces:
                self.lines[-1] += " {"
            start = len(self.lines)
            self._block(branch.body, depth + 1)
            self._line(depth + 1, "break;")
            if braces:
                self._line(depth, "}")
            self._short_case(start)
        self._line(depth, "}")

    def _short_case(self, start: int) -> None:
        """One statement and break go behind their label where they fit."""
        body = [line.strip() for line in self.lines[start:]]
        line = " ".join([self.lines[start - 1], *body])
        if len(body) <= 2 and "\n" not in line and width(line) <= COLUMNS:
            self.lines[start - 1 :] = [line]

    def _switch_many(self, op: program.Switch, depth: int) -> None:
        word = "if"
        for branch in op.branches:
            if not branch.labels:
                self._line(depth, "} else {")
            else:
                tests = [self._match(op.selectors, labels, len(branch.labels) > 1) for labels in branch.labels]
                head = "\t" * depth + f"{word} ("
                self.lines.append(joined(head, tests, ") {"))
                word = "} else if"
            if branch.body:
                self._block(branch.body, depth + 1)
            else:
                self._line(depth + 1, "/* nothing is there */")
        self._line(depth, "}")

    @staticmethod
    def _match(selectors: tuple[Value, ...], labels: tuple[Optional[Constant], ...], several: bool) -> str:
        pairs = [
            f"{value_text(selector)} == {constant_text(label)}"
            for selector, label in zip(selectors, labels)
            if label is not None
        ]
        text = " && ".join(pairs) or "true"
        return f"({text})" if several and len(pairs) > 1 else text


def _alternatives(test: Value) -> list[str]:
    """The operands of ||, outermost level."""
    if isinstance(test, Operation) and test.operator == "||":
        left, right = test.operands
        return [*_alternatives(left), operand_text("||", right, False)]
    return [value_text(test)]
