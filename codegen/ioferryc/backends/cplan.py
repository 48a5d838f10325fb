# SPDX-License-Identifier: MIT
"""Plans as tables of C: host/backends/mirror/plan.h."""

from __future__ import annotations

from typing import Optional, Sequence

from ..analysis import Analysed
from ..analysis import AnalysedCommand
from ..placed import PerLayout
from ..plan import Arm, Choice, CommandPlan, Direction, Field, InterfacePlan, IoPlan, Ops, Path, Reach, Type, plan
from . import render
from .cformat import COLUMNS, width


PAIRED = 72  # of two rows in a line of 120 columns


def _sizes(values: PerLayout) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _path(path: Path) -> str:
    parts = [f".up = {path.up}"] if path.up or not path.steps else []
    if path.steps:
        parts += [f".n_steps = {len(path.steps)}", ".steps = {" + ", ".join(map(str, path.steps)) + "}"]
    return "{" + ", ".join(parts) + "}"


def _number(value: int) -> str:
    """An int64_t constant."""
    return str(value) if -(1 << 31) <= value < 1 << 31 else f"{value}LL"


def _long_row(parts: Sequence[str]) -> list[str]:
    """An element of a table with a line a part."""
    return ["\t{", *(f"\t\t{part}," for part in parts), "\t},"]


def _row(parts: Sequence[str]) -> list[str]:
    """An element of a table on one line, if it fits."""
    line = "\t{" + ", ".join(parts) + "},"
    return [line] if width(line) <= COLUMNS else _long_row(parts)


def _rows(table: Sequence[Sequence[str]]) -> list[str]:
    """The elements of a table. clang-format sets two in a line where no one is long, unless each part has its line."""
    rows = [_row(parts) for parts in table]
    if len(rows) > 1 and all(len(row) == 1 and width(row[0]) <= PAIRED for row in rows):
        rows = [_long_row(parts) for parts in table]
    return [line for row in rows for line in row]


class Printer:
    """Tables of one interface; what is the same is printed once."""

    def __init__(self, interface: str) -> None:
        self.interface = interface
        self.lines: list[str] = []
        self._known: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._fields: dict[int, str] = {}  # what refers to a member

    def _table(self, kind: str, prefix: str, rows: Sequence[str], array: bool = True) -> str:
        """Prints a table unless the same one has a name already."""
        body = "\n".join(rows)
        key = f"{kind}\n{prefix}\n{body}"
        if key in self._known:
            return self._known[key]
        count = self._counts[prefix] = self._counts.get(prefix, 0) + 1
        name = prefix if count == 1 else f"{prefix}_{count}"
        self._known[key] = name
        head = f"static const struct {kind} {name}{'[]' if array else ''} = {{"
        self.lines += ["", head, *rows, "};"]
        return name

    # --- expressions ---

    def _ops(self, ops: Ops, what: str) -> str:
        rows = []
        for op in ops:
            parts = [f".code = {op.code}"]
            if op.path is not None:
                parts.append(f".path = {_path(op.path)}")
            if op.code == "PLAN_CONST":
                parts.append(f".value = {_number(op.value)}")
            rows += _row(parts)
        return self._table("plan_op", what, [*rows, "\t{.code = PLAN_END},"])

    def _direction(self, direction: Direction | Ops | None) -> Optional[str]:
        if direction is None or isinstance(direction, Direction):
            return direction.name if direction is not None else None
        return self._ops(direction, "direction")

    # --- types ---

    def _field_parts(self, member: Field) -> list[str]:
        parts = [f".name = {_quoted(member.name)}", f".type = &{self._type(member.type)}", f".count = {member.count}"]
        if any(member.offset):
            parts.append(f".offset = {_sizes(member.offset)}")
        if member.flexible:
            parts.append(".flexible = true")
        if member.reach is not None:
            parts.append(f".reach = &{self.reach(member.reach)}")
        if member.range is not None:
            low, high, error = member.range
            rows = [f"\t.low = {_number(low)},", f"\t.high = {_number(high)},", f"\t.error = {error},"]
            parts.append(f".range = &{self._table('plan_range', 'range', rows, False)}")
        if member.used is not None:
            ops, top, error = member.used
            rows = [f"\t.count = {self._ops(ops, 'count')},", f"\t.max = {top},", f"\t.error = {error},"]
            parts.append(f".used = &{self._table('plan_used', 'used', rows, False)}")
        if member.descriptor is not None:
            parts.append(f".descriptor = {self._ops(member.descriptor, 'descriptor')}")
        if member.values:
            rows = []
            for value, good in sorted(member.values.items()):
                rows += _long_row([f".value = {_number(value)}", *[".good = true"] * good])
            table = self._table("plan_value", "values", rows)
            parts += [f".values = {table}", f".n_values = {len(member.values)}"]
        if member.calm is not None:
            low, high, step = member.calm
            parts += [f".low = {low}"] * bool(low) + [f".high = {high}", f".step = {step}"]
        if member.tells:
            parts.append(".tells = true")
        return parts

    def _members(self, made: Type) -> str:
        rows = _rows([self._field_parts(member) for member in made.members])
        name = self._table("plan_member", f"{made.name}_members", rows)
        for index, member in enumerate(made.members):
            self._fields[id(member)] = f"&{name}[{index}]"
        return name

    def _arm(self, arm: Arm) -> list[str]:
        parts = []
        if arm.labels:
            rows = []
            for label in arm.labels:
                values = "{" + ", ".join("0" if value is None else _number(value) for value in label) + "}"
                any_bits = sum(1 << index for index, value in enumerate(label) if value is None)
                rows += _row([f".values = {values}", *([f".any = {any_bits}"] if any_bits else [])])
            parts += [f".labels = {self._table('plan_label', 'labels', rows)}", f".n_labels = {len(arm.labels)}"]
        if arm.otherwise:
            parts.append(".otherwise = true")
        if arm.reject is not None:
            parts.append(f".reject = {arm.reject}")
        if arm.member is not None:
            parts.append(f".member = {self._fields[id(arm.member)]}")
        return _row(parts)

    def _type(self, made: Type) -> str:
        parts = [f"\t.name = {_quoted(made.name)},", f"\t.kind = {made.kind},", f"\t.size = {_sizes(made.size)},"]
        if made.members:
            members = self._members(made)
            if made.kind == "PLAN_STRUCT":
                parts += [f"\t.members = {members},", f"\t.n_members = {len(made.members)},"]
        if made.kind == "PLAN_SWITCH":
            rows = [f"\t{_path(path)}," for path in made.selectors]
            parts += [f"\t.selectors = {self._table('plan_path', 'selectors', rows)},"]
            parts += [f"\t.n_selectors = {len(made.selectors)},"]
            parts += ["\t.returned = true,"] * made.returned
            rows = [line for arm in made.arms for line in self._arm(arm)]
            parts += [f"\t.arms = {self._table('plan_arm', 'arms', rows)},", f"\t.n_arms = {len(made.arms)},"]
        return self._table("plan_type", f"type_{made.name}", parts, False)

    def reach(self, reach: Reach) -> str:
        """What a pointer reaches."""
        parts = [f"\t.type = &{self._type(reach.type)},"]
        if reach.count is not None:
            parts.append(f"\t.count = {self._ops(reach.count, 'count')},")
        direction = self._direction(reach.direction)
        if direction is not None:
            parts.append(f"\t.direction = {direction},")
        if reach.max is not None:
            parts += [f"\t.max = {reach.max},", "\t.bounded = true,"]
        if reach.unit:
            parts.append(f"\t.unit = {reach.unit},")
        if reach.count is not None or reach.string:
            parts.append(f"\t.error = {reach.error},")
        parts += [f"\t.{flag} = true," for flag in ("clamp", "string", "nullable") if getattr(reach, flag)]
        if reach.slack:
            parts.append(f"\t.slack = {reach.slack},")
        if reach.returned != "PLAN_ALL":
            parts.append(f"\t.returned = {reach.returned},")
            parts += ["\t.returned_bytes = true,"] * reach.returned_bytes
            if reach.counter is not None:
                parts.append(f"\t.counter = {_path(reach.counter)},")
        if reach.content is not None:
            rows = [f"\t{part}," for part in self._field_parts(reach.content)]
            name = self._table("plan_member", "content", rows, False)
            self._fields[id(reach.content)] = f"&{name}"
            parts.append(f"\t.content = &{name},")
        return self._table("plan_reach", "reach", parts, False)

    # --- commands ---

    def _choice(self, choice: Choice) -> list[str]:
        members = []
        for member, value in choice.members:
            place = "NULL" if member is None else self._fields[id(member)]
            members.append(f"{{{place}, {_number(value)}}}")
        parts = [f".what = {_quoted(choice.what)}", f".force = {choice.force}", f".n_members = {len(members)}"]
        return _row([*parts, f".members = {{{', '.join(members)}}}"])

    def command(self, command: CommandPlan) -> list[str]:
        """The initialiser of a command."""
        analysed: AnalysedCommand = command.analysed
        lines = [f".name = {_quoted(analysed.command.name)},"]
        lines.append(f".number = {{{', '.join(f'{n:#x}' for n in analysed.numbers)}}},")
        if analysed.mask != 0xFFFFFFFF:
            lines.append(f".parameter = {analysed.mask ^ 0xFFFFFFFF:#x},")
        lines.append(f".argument = {command.argument},")
        if command.value_signed:
            lines.append(".value_signed = true,")
        if not analysed.command.traits.inline:
            lines.append(".may_wait = true,")
        if command.reach is not None:
            lines.append(f".reach = &{self.reach(command.reach)},")
        if command.timeout is not None:
            lines += [f".timeout = {self._ops(command.timeout, 'timeout')},", f".timeout_ns = {command.timeout_ns},"]
            if command.forever is not None:
                lines += [".has_forever = true,", f".forever = {_number(command.forever)},"]
        if command.choices:
            rows = [line for choice in command.choices for line in self._choice(choice)]
            name = self._table("plan_choice", f"{analysed.command.name.lower()}_choices", rows)
            lines += [f".choices = {name},", f".n_choices = {len(command.choices)},"]
        return lines

    def io(self, io: IoPlan) -> list[str]:
        """The initialiser of read or write."""
        lines = [f".reach = &{self.reach(io.reach)},"]
        return lines + [".count_records = true,"] * (io.io.traits.count == "records")


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the interface's plan."""
    made: InterfacePlan = plan(analysed)
    printer = Printer(analysed.interface.name)
    commands = [printer.command(command) for command in made.commands]
    ios = {keyword: printer.io(io) for keyword, io in made.ios.items()}
    return render(
        "plan.c.j2",
        origin=origin,
        name=analysed.interface.name,
        driver=_quoted(analysed.interface.driver),
        poll=analysed.interface.poll,
        tables=printer.lines,
        commands=commands,
        ios=ios,
    )
