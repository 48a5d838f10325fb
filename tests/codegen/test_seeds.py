# SPDX-License-Identifier: MIT
"""Seeds of fuzzers: every command has some, and they go every way. The fuzzers test that decoders take them."""

from pathlib import Path

import pytest

from ioferryc.analysis import Analysed
from ioferryc.backends import seeds
from ioferryc.cli import load
from ioferryc.diag import Diagnostics

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = sorted([*(HERE / "features").glob("*.idl"), *(ROOT / "idl").glob("*/*.idl")])


def analysed(path: Path) -> Analysed:
    diagnostics = Diagnostics()
    found = load([path], diagnostics)
    assert not diagnostics, diagnostics.render()
    return found[0]


def payloads(path: Path, name: str) -> list[bytes]:
    (command,) = [each for each in analysed(path).commands if each.command.name == name]
    return [request.payload for request in seeds.requests(command)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_command_has_one(path: Path) -> None:
    found = analysed(path)
    for command in found.commands:
        assert bool(seeds.requests(command)) == command.supported, command.command.name
    for io in found.ios:
        assert seeds.transfers(found, io.keyword)


def test_each_arm_of_a_union() -> None:
    kinds = {int.from_bytes(each[:4], "little") for each in payloads(HERE / "features/unions.idl", "CHOSEN")}
    assert {1, 2, 3, 4} <= kinds and kinds - {1, 2, 3, 4, 5}, "GET, SET, 3, 4, default; 5 is rejected"


def test_two_selectors() -> None:
    pairs = {(each[0], each[4]) for each in payloads(HERE / "features/unions.idl", "POINTED")}
    assert {0, 10, 11, 12} <= {size for _, size in pairs}
    assert (1, 12) in pairs and {(1, 11), (2, 11)} <= pairs


def test_each_kind_of_count() -> None:
    counts = {int.from_bytes(each[:4], "little") for each in payloads(HERE / "features/flexible.idl", "SEND")}
    assert counts == {0, 1, 2, 16}


def test_strings_and_null() -> None:
    (name,) = payloads(HERE / "features/pointers.idl", "NAME")
    assert name == (1).to_bytes(8, "little") + (5).to_bytes(4, "little") + b"name\0"
    (command,) = [each for each in analysed(HERE / "features/pointers.idl").commands if each.command.name == "MAYBE"]
    assert any(request.null for request in seeds.requests(command))
    assert any(request.payload == bytes(8) for request in seeds.requests(command)), "a NULL pointer in the argument"


def test_is_deterministic() -> None:
    for path in FILES[:4]:
        commands = zip(analysed(path).commands, analysed(path).commands)
        assert all(seeds.requests(one) == seeds.requests(other) for one, other in commands)
