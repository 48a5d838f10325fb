# SPDX-License-Identifier: MIT
"""Every command of five CAN drivers is declared, with its numbers, sizes and directions: can_commands.txt has them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ioferryc.analysis import Analysed, AnalysedCommand
from ioferryc.cli import load
from ioferryc.diag import Diagnostics
from ioferryc.placed import Laid, Layout

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOTALS = {"kvaser": 94, "pcan": 22, "can4linux": 5, "lincan": 11, "esd": 86}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    numbers: tuple[str, str]
    argument: str
    direction: str
    parts: tuple[str, ...]


def table() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    rows: list[Row] = []
    for line in (HERE / "can_commands.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), [])
        elif line.strip() and not line.startswith("#"):
            name, one, two, argument, direction, *parts = line.split()
            rows.append(Row(name, (one, two), argument, direction, tuple(parts)))
    return found


TABLE = table()


def analysed(driver: str) -> Analysed:
    diagnostics = Diagnostics()
    found = load([ROOT / "idl" / "can" / f"{driver}.idl"], diagnostics)
    assert not diagnostics, diagnostics.render()
    return found[0]


def both(sizes: tuple[int, ...]) -> str:
    return f"{sizes[Layout.LP64]}/{sizes[Layout.I386]}"


def row_of(interface: Analysed, command: AnalysedCommand, wanted: Row) -> Row:
    """The declaration in the table's words."""
    numbers = (f"{command.numbers[Layout.LP64]:#010x}", f"{command.numbers[Layout.I386]:#010x}")
    member = command.command.argument
    if member is None or not member.pointer:
        return Row(command.command.name, numbers, "none" if member is None else "value", "-", ())
    kind = interface.scope.type_of(member.type)
    sizes = list(kind.size)
    for extent in member.extents:
        assert extent.count is not None
        sizes = [size * interface.scope.evaluate(extent.count) for size in sizes]
    parts = []
    if isinstance(kind, Laid):
        if kind.flexible is not None:
            sizes = list(kind.flexible.offset)
        for placed in kind.members:
            if placed.member.pointer or placed.flexible:
                # The table's words: out, exact or not; what a void pointer leads to is a byte.
                sizes_of_element = tuple(max(size, 1) for size in interface.scope.type_of(placed.member.type).size)
                direction = placed.member.direction.value.partition(" ")[0]
                parts.append(f"{placed.member.name}:{direction}={both(sizes_of_element)}")
    direction = wanted.direction if wanted.direction == "-" else member.direction.value
    return Row(command.command.name, numbers, both(tuple(sizes)), direction, tuple(parts))


def test_the_table_is_whole() -> None:
    assert {driver: len(rows) for driver, rows in TABLE.items()} == TOTALS
    assert sum(TOTALS.values()) == 218


@pytest.mark.parametrize("driver", TOTALS)
def test_every_command_is_declared(driver: str) -> None:
    interface, rows = analysed(driver), {row.name: row for row in TABLE[driver]}
    declared = {command.command.name for command in interface.commands}
    assert declared == set(rows), f"missing {set(rows) - declared}, unknown {declared - set(rows)}"
    for command in interface.commands:
        wanted = rows[command.command.name]
        assert row_of(interface, command, wanted) == wanted


def test_only_what_the_kernel_takes_is_not_carried() -> None:
    without = {
        command.command.name: command.carriers_without
        for driver in TOTALS
        for command in analysed(driver).commands
        if command.carriers_without or not command.supported
    }
    assert without == {"CAN_IOCTL_SEND": ("cuse", "chardev")}
