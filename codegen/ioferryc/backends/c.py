# SPDX-License-Identifier: MIT
"""The C file of an interface: descriptors of types, shape functions, the table of commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Optional

from .. import model, shape
from ..analysis import Analysed, AnalysedCommand
from ..layout import Flat, Laid, PerLayout
from ..shape import Constant, Op, Operation, Read, Value, Variable
from . import render
from .cformat import assign, comment, fill, joined, width

FLAGS = (
    ("blocking", "IOF_CMD_BLOCKING"),
    ("inline", "IOF_CMD_INLINE"),
    ("restart", "IOF_CMD_RESTART"),
    ("idempotent", "IOF_CMD_IDEMPOTENT"),
)

ARITHMETIC = ("*", "/", "%"), ("+", "-")
COMPARISONS = ("<", ">", "<=", ">=", "==", "!=")


@dataclass(frozen=True)
class TypeView:
    """What the template needs of a descriptor."""

    comment: str
    c_name: str
    fields_name: str
    name: str
    size: str
    same: int
    n_pointers: int
    n_fields: int
    rows: tuple[str, ...]


def numbers(values: PerLayout, form: str = "{}") -> str:
    """{a, b, c, d}."""
    return "{" + ", ".join(form.format(value) for value in values) + "}"


def _row(flat: Flat) -> str:
    parts = (f'"{flat.name}"', flat.kind, str(flat.count), numbers(flat.size), numbers(flat.offset), numbers(flat.stride))
    line = "\t{" + ", ".join(parts) + "},"
    return line if width(line) <= 120 else fill("\t{", parts, "},")


def _type_view(analysed: Analysed, descriptor: shape.Descriptor) -> TypeView:
    kind = descriptor.type
    size = kind.size
    name, text = "", ""
    if isinstance(kind, Laid):
        name = kind.record.name or descriptor.c_name.removeprefix("type_")
        text = comment(kind.record.span) if kind.record.span.text else ""
        if kind.flexible is not None:
            size = kind.flexible.offset
    else:
        name = kind.name
    fields = analysed.scope.flatten(kind)
    return TypeView(
        text,
        descriptor.c_name,
        f"fields_{descriptor.c_name.removeprefix('type_')}",
        name,
        numbers(size),
        analysed.scope.same(kind),
        sum(flat.count for flat in fields if flat.kind == "IOF_POINTER"),
        len(fields),
        tuple(_row(flat) for flat in fields),
    )


# --- values ----------------------------------------------------------------------------------------------


def offset_text(offset: shape.Offset) -> str:
    """A canonical offset in C."""
    return " + ".join([str(offset.base), *(f"{variable} * {stride}" for variable, stride in offset.terms)])


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


def direction_text(direction: shape.DirectionValue) -> str:
    """IOF_IN, or a choice."""
    if isinstance(direction, str):
        return direction
    test, yes, no = direction
    text = value_text(test)
    if isinstance(test, Operation) and test.operator not in COMPARISONS:
        text = f"({text})"
    return f"{text} ? {direction_text(yes)} : {direction_text(no)}"


# --- operations ------------------------------------------------------------------------------------------


def _used(ops: tuple[Op, ...]) -> Iterator[str]:
    """Names of segments that later operations refer to."""
    for op in ops:
        for value in _values(op):
            for read in shape.reads_of(value):
                yield read.segment
        if isinstance(op, shape.Walk):
            yield op.parent
        elif isinstance(op, (shape.ArmOf, shape.ReturnedOf, shape.Slack)):
            yield op.segment
        elif isinstance(op, shape.Loop):
            yield from _used(op.body)
        elif isinstance(op, shape.Guard):
            yield op.segment
            yield from _used(op.body)
        elif isinstance(op, shape.Switch):
            for branch in op.branches:
                yield from _used(branch.body)


def _values(op: Op) -> list[Value]:
    if isinstance(op, shape.DirectionLocal):
        return _direction_values(op.direction)
    if isinstance(op, (shape.Let, shape.Local, shape.Check, shape.Reject)):
        return [op.value]
    if isinstance(op, shape.Walk):
        return [op.count, *_direction_values(op.direction)]
    if isinstance(op, shape.Switch):
        return list(op.selectors)
    if isinstance(op, shape.Loop):
        return [op.count]
    if isinstance(op, shape.ReturnedOf) and op.counter is not None:
        return [op.counter]
    return []


def _direction_values(direction: shape.DirectionValue) -> list[Value]:
    if isinstance(direction, str):
        return []
    return [direction[0], *_direction_values(direction[1]), *_direction_values(direction[2])]


class Printer:
    """Prints the operations of one shape function."""

    def __init__(self, ops: tuple[Op, ...]) -> None:
        self.used = set(_used(ops))
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
        blocks = (shape.Loop, shape.Switch, shape.Guard)
        if isinstance(op, shape.DirectionLocal):
            return before is not None and not self._declares(before)
        if isinstance(before, shape.DirectionLocal):
            return True
        if before is None:
            return False
        if isinstance(op, blocks) or isinstance(before, blocks):
            return True
        return self._declares(before) != self._declares(op)

    def _declares(self, op: Op) -> bool:
        return isinstance(op, (shape.Let, shape.Local)) or (isinstance(op, shape.Walk) and op.name in self.used)

    def _walk(self, op: shape.Walk, depth: int) -> None:
        kind = f"&{op.type.c_name}"
        flags = "IOF_NULLABLE" if op.nullable else "0"
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

    def _let(self, op: shape.Let, depth: int) -> None:
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

    def _local(self, op: shape.Local, depth: int) -> None:
        self._line(depth, f"uint64_t {op.name} = {value_text(op.value)};")

    def _directionlocal(self, op: shape.DirectionLocal, depth: int) -> None:
        assert not isinstance(op.direction, str)
        test, yes, no = op.direction
        self._line(depth, f"unsigned {op.name} = {direction_text(no)};")
        self.lines.append("")
        self.lines.append(joined("\t" * depth + "if (", _alternatives(test), ")"))
        self._line(depth + 1, f"{op.name} = {direction_text(yes)};")

    def _check(self, op: shape.Check, depth: int) -> None:
        items = ["walk", value_text(op.value), constant_text(op.low), constant_text(op.high), op.errno, f'"{op.label}"']
        self._call(depth, "iof_walk_bound(", items)

    def _armof(self, op: shape.ArmOf, depth: int) -> None:
        items = ["walk", op.segment, op.element, offset_text(op.offset), f"&{op.type.c_name}"]
        self._call(depth, "iof_walk_arm(", items)

    def _reject(self, op: shape.Reject, depth: int) -> None:
        self._call(depth, "iof_walk_reject(", ["walk", op.errno, f'"{op.label}"', value_text(op.value)])

    def _returnedof(self, op: shape.ReturnedOf, depth: int) -> None:
        in_bytes = "true" if op.bytes else "false"
        if op.counter is None:
            self._call(depth, "iof_walk_returned_result(", ["walk", op.segment, in_bytes])
            return
        counter = op.counter
        place = [counter.segment, counter.element, offset_text(counter.offset), str(counter.size)]
        self._call(depth, "iof_walk_returned(", ["walk", op.segment, *place, in_bytes])

    def _slack(self, op: shape.Slack, depth: int) -> None:
        self._call(depth, "iof_walk_slack(", ["walk", op.segment, str(op.bytes)])

    def _loop(self, op: shape.Loop, depth: int) -> None:
        count = as_u32(op.count)
        self._line(depth, f"for (uint32_t {op.variable} = 0; {op.variable} < {count} && iof_walk_ok(walk); {op.variable}++) {{")
        self._block(op.body, depth + 1)
        self._line(depth, "}")

    def _guard(self, op: shape.Guard, depth: int) -> None:
        self._line(depth, f"if ({op.segment}->present) {{")
        self._block(op.body, depth + 1)
        self._line(depth, "}")

    def _switch(self, op: shape.Switch, depth: int) -> None:
        if len(op.selectors) == 1:
            self._switch_one(op, depth)
        else:
            self._switch_many(op, depth)

    def _switch_one(self, op: shape.Switch, depth: int) -> None:
        self._line(depth, f"switch ({value_text(op.selectors[0])}) {{")
        for branch in op.branches:
            for (label,) in branch.labels:
                assert label is not None
                self._line(depth, f"case {constant_text(label)}:")
            if not branch.labels:
                self._line(depth, "default:")
            start = len(self.lines)
            self._block(branch.body, depth + 1)
            self._line(depth + 1, "break;")
            self._short_case(start)
        self._line(depth, "}")

    def _short_case(self, start: int) -> None:
        """One statement and break go behind their label where they fit."""
        body = [line.strip() for line in self.lines[start:]]
        line = " ".join([self.lines[start - 1], *body])
        if len(body) <= 2 and "\n" not in line and width(line) <= 120:
            self.lines[start - 1 :] = [line]

    def _switch_many(self, op: shape.Switch, depth: int) -> None:
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


# --- the file --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FunctionView:
    """A shape function, and the timeout function that belongs to it."""

    comment: str
    name: str
    lines: tuple[str, ...]
    timeout_name: str
    timeout_lines: tuple[str, ...]


def c_name(command: model.Command) -> str:
    """What the functions of a command begin with."""
    return command.name.lower()


def _timeout_lines(command: AnalysedCommand) -> tuple[str, ...]:
    assert command.shape is not None and command.command.traits.timeout is not None
    timeout, value = command.command.traits.timeout, command.shape.timeout
    assert value is not None
    lines = [
        f"\tconst struct iof_segment *{name} = iof_walk_segment(walk, {index});"
        for name, index in command.shape.timeout_segments
    ]
    text = value_text(value)
    if isinstance(value, Read) and value.signed:
        text = text.removeprefix("(uint64_t)")
    else:
        text = f"(int64_t){text}" if isinstance(value, Read) else f"(int64_t)({text})"
    lines.append(f"\tint64_t timeout = {text};")
    lines.append("")
    if command.forever is not None:
        lines += [f"\tif (timeout == {command.forever})", "\t\treturn -1;"]
    lines += ["\tif (timeout < 0)", "\t\treturn -1;"] if command.forever is None else []
    if timeout.nanoseconds == 1_000_000:
        lines.append("\treturn timeout;")
    elif timeout.nanoseconds > 1_000_000:
        factor = timeout.nanoseconds // 1_000_000
        lines.append(f"\treturn timeout > INT64_MAX / {factor} ? -1 : timeout * {factor};")
    else:
        divisor = 1_000_000 // timeout.nanoseconds
        # Rounded up: a short wait is no poll.
        lines.append(f"\treturn timeout / {divisor} + (timeout % {divisor} != 0);")
    return tuple(lines)


def _functions(analysed: Analysed) -> list[FunctionView]:
    found = []
    for command in analysed.commands:
        if command.shape is None or command.shares is not None:
            continue
        timeout = _timeout_lines(command) if command.shape.timeout is not None else ()
        found.append(
            FunctionView(
                comment(command.command.span),
                f"{c_name(command.command)}_shape",
                tuple(Printer(command.shape.ops).lines),
                f"{c_name(command.command)}_timeout_ms" if timeout else "",
                timeout,
            )
        )
    return found


def _constants(analysed: Analysed, text: str) -> list[str]:
    """Definitions of the constants that the functions use."""
    words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"/\*(?:.|\n)*?\*/|\"[^\"]*\"", "", text)))
    found = []
    for name in analysed.scope.consts:
        if name in words:
            value = analysed.scope.evaluate(analysed.scope.consts[name])
            found.append(f"#define {name} {constant_text(Constant(value))}")
    length = max((len(line.split()[1]) for line in found), default=0)
    return [f"#define {line.split(' ', 2)[1]:<{length}} {line.split(' ', 2)[2]}" for line in found]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _command_lines(analysed: Analysed, command: AnalysedCommand) -> list[str]:
    traits = command.command.traits
    flags = [flag for name, flag in FLAGS if getattr(traits, name)]
    flags += command.carrier_flags
    if command.value_signed:
        flags.append("IOF_CMD_VALUE_SIGNED")
    lines = [
        f".name = {_quoted(command.command.name)},",
        f".number = {numbers(command.numbers, '{:#x}')},",
        f".mask = {command.mask:#x},",
        f".argument = {command.argument},",
    ]
    if flags:
        lines.append(f".flags = {' | '.join(flags)},")
    lines.append(f".hash = {command.hash:#018x},")
    owner = command.shares or command
    if owner.shape is not None:
        lines.append(f".shape = {c_name(owner.command)}_shape,")
        if owner.shape.timeout is not None:
            lines.append(f".timeout_ms = {c_name(owner.command)}_timeout_ms,")
    if command.why:
        lines += _why_lines(command.why)
    del analysed
    return lines


def _why_lines(why: str) -> list[str]:
    """The sentence, broken between words where it is long."""
    line = f".why = {_quoted(why)},"
    if 16 + len(line) <= 120:
        return [line]
    pieces, piece = [], ""
    for word in why.split(" "):
        if len(piece) + len(word) > 90:
            pieces.append(piece)
            piece = ""
        piece += word + " "
    pieces.append(piece.rstrip())
    # Under the first piece: two tabs, ".why = ".
    return [(".why = " if n == 0 else "       ") + _quoted(p) + ("," if n == len(pieces) - 1 else "") for n, p in enumerate(pieces)]


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the interface's C file."""
    functions = _functions(analysed)
    body = "\n".join(line for function in functions for line in (*function.lines, *function.timeout_lines))
    return render(
        "interface.c.j2",
        origin=origin,
        interface=analysed.interface,
        constants=_constants(analysed, body),
        types=[_type_view(analysed, descriptor) for descriptor in analysed.descriptors],
        functions=functions,
        commands=[_command_lines(analysed, command) for command in analysed.by_number],
        hash=f"{analysed.hash:#018x}",
        driver=_quoted(analysed.interface.driver),
        node=_quoted(analysed.interface.node),
        ios=analysed.ios,
    )
