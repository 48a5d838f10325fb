# SPDX-License-Identifier: MIT
"""Shape functions with what Frama-C is to prove of them, in ACSL: the product's text, and comments.

The contracts of the calls are in runtime/src/contract.h; docs/proof.md says what is proved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import program
from ..analysis import Analysed, AnalysedCommand
from ..program import Constant, Op, Operation, Variable
from . import c
from .cshape import Printer, as_u32, constant_text, used

# The variables that generated functions declare, and what any code writes.
DECLARED = re.compile(r"(?:struct iof_segment|unsigned|uint32_t|uint64_t|int64_t) (\w+)\s=")
WRITTEN = re.compile(r"(\S+)\s*(?:<<=|>>=|(?<![=!<>])[-+*/%&|^]?=(?!=))|(\S+?)(?:\+\+|--)|(?:\+\+|--)(\S+)")
ANNOTATION = re.compile(r"^\t*(?://@[^\n]*|/\*@(?:.|\n)*?\*/)\n", re.MULTILINE)


@dataclass(frozen=True)
class Obligation:
    """A function to prove, complete but for `#include`s."""

    interface: str
    command: str  # as the IDL spells it
    function: str
    text: str

    @property
    def product(self) -> str:
        """The function without annotations."""
        return ANNOTATION.sub("", self.text[self.text.index("static ") :])


def _steady(count: program.Value) -> bool:
    """Whether a count is what it is for the whole function: nothing is read."""
    if isinstance(count, Operation):
        return count.operator not in ("size", "nr") and all(_steady(operand) for operand in count.operands)
    return isinstance(count, (Variable, Constant))


class AnnotatedPrinter(Printer):
    """Prints loop annotations, and after each bounded count that it is within its bound."""

    def __init__(self, ops: tuple[Op, ...]) -> None:
        self.scopes: list[dict[str, str]] = []  # what is known of the segments that are in sight
        self.after: dict[int, set[str]] = {}  # the segments that are used behind an operation of its block
        self.needed: list[set[str]] = []  # behind the blocks that are open
        self.types: list[str] = []
        super().__init__(ops)

    def _block(self, ops: tuple[Op, ...], depth: int) -> None:
        self.scopes.append({})
        for number, op in enumerate(ops, 1):
            self.after[id(op)] = set(used(ops[number:]))
        super()._block(ops, depth)
        self.scopes.pop()

    def _facts(self, op: Op) -> list[str]:
        """What is known of segments that are used behind an operation."""
        needed = self.after[id(op)].union(*self.needed)
        return [fact for scope in self.scopes for name, fact in scope.items() if name in needed]

    def _walk(self, op: program.Walk, depth: int) -> None:
        super()._walk(op, depth)
        if op.kind != "string" and op.type.c_name not in self.types:
            self.types.append(op.type.c_name)
        if op.name not in self.used:
            return
        if op.kind == "string":
            fact = f"string_of(walk, {op.name}, {as_u32(op.count)})"
        elif _steady(op.count):
            fact = f"segment_of(walk, {op.name}, &{op.type.c_name}, {as_u32(op.count)})"
        else:
            fact = f"segment_ok(walk, {op.name})"
        self.scopes[-1][op.name] = fact

    def _armof(self, op: program.ArmOf, depth: int) -> None:
        super()._armof(op, depth)
        if op.type.c_name not in self.types:
            self.types.append(op.type.c_name)

    def _guard(self, op: program.Guard, depth: int) -> None:
        self.needed.append(self.after[id(op)])
        super()._guard(op, depth)
        self.needed.pop()
        self._meet(op, depth)

    def _switch(self, op: program.Switch, depth: int) -> None:
        self.needed.append(self.after[id(op)])
        super()._switch(op, depth)
        self.needed.pop()
        self._meet(op, depth)

    def _meet(self, op: Op, depth: int) -> None:
        """Where ways meet: what is known on each of them, so that no proof goes them all again."""
        for fact in self._facts(op):
            self._line(depth, f"//@ assert {fact};")

    def _let(self, op: program.Let, depth: int) -> None:
        super()._let(op, depth)
        if op.high is not None:
            self._line(depth, f"//@ assert {op.name} <= {constant_text(op.high)};")

    def _loop(self, op: program.Loop, depth: int) -> None:
        count = as_u32(op.count)
        known = [f"{op.variable} <= {count}"] if _steady(op.count) else []
        self.needed.append(self.after[id(op)] | set(used((op,))))
        known += ["walk_ok(walk)", *self._facts(op)]
        lead = "\t" * depth + "    "
        lines = [f"loop invariant {fact};" for fact in known]
        lines += [f"loop assigns {op.variable}, WALK_STATE(walk);", f"loop variant {count} - {op.variable};"]
        self.lines += ["\t" * depth + "/*@ " + lines[0], *(lead + line for line in lines[1:-1])]
        self.lines.append(lead + lines[-1] + " */")
        super()._loop(op, depth)
        self.needed.pop()


def _contract(types: list[str]) -> list[str]:
    lines = ["/*@ requires walk_ok(walk);"]
    lines += [f"    requires type_ok(&{name});" for name in types]
    return [*lines, "    assigns WALK_STATE(walk);", "    exits \\false;", "    ensures walk_ok(walk); */"]


def stores(product: str) -> list[str]:
    """Whatever a function writes that is no variable of its own."""
    code = re.sub(r'"[^"]*"|/\*.*?\*/', "", product)
    code = code.replace("struct iof_segment *", "struct iof_segment ")
    own = set(DECLARED.findall(code))
    return [name for names in WRITTEN.findall(code) for name in names if name and name not in own]


def _shape(interface: str, command: AnalysedCommand) -> Obligation:
    assert command.shape is not None
    printer = AnnotatedPrinter(command.shape.ops)
    name = f"{c.c_name(command.command)}_shape"
    lines = [f"extern const struct iof_type {kind};" for kind in printer.types if kind.startswith("type_")]
    lines += _contract(printer.types)
    lines += [f"static void {name}(struct iof_walk *walk)", "{", *printer.lines, "}", ""]
    return Obligation(interface, command.command.name, name, "\n".join(lines))


def _timeout(interface: str, command: AnalysedCommand) -> Obligation:
    name = f"{c.c_name(command.command)}_timeout_ms"
    # It is asked of a walk that has succeeded: one that walked the fields' segments, each of one element.
    lines = ["/*@ requires walk_ok(walk) && segments_full(walk);", "    assigns \\nothing; */"]
    lines += [f"static int64_t {name}(const struct iof_walk *walk)", "{", *c.timeout_lines(command), "}", ""]
    return Obligation(interface, command.command.name, name, "\n".join(lines))


def obligations(analysed: Analysed) -> list[Obligation]:
    """All generated functions of an interface."""
    found = []
    for command in analysed.commands:
        if command.shape is None or command.shares is not None:
            continue
        made = [_shape(analysed.interface.name, command)]
        if command.shape.timeout is not None:
            made.append(_timeout(analysed.interface.name, command))
        for one in made:
            constants = c.constants(analysed, one.text)
            found.append(Obligation(one.interface, one.command, one.function, "\n".join([*constants, "", one.text])))
    return found
