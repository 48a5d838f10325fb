# SPDX-License-Identifier: MIT
"""Sizes, offsets, constants and numbers. Expected values are from C compilers (tests/abi) and driver headers."""

from pathlib import Path

import pytest

from ioferryc.build import build
from ioferryc.diag import Diagnostics, Source
from ioferryc.fields import flatten, same
from ioferryc.layout import Scope
from ioferryc.placed import EvaluationError, Laid, Layout
from ioferryc.parse import parse


def scope_of(text: str) -> Scope:
    source, diagnostics = Source("test.idl", "interface test {" + text + "}"), Diagnostics()
    interfaces = build(parse(source, diagnostics).tree, source, diagnostics)
    assert not diagnostics, diagnostics.render()
    return Scope(interfaces[0])


def laid(text: str, name: str = "s") -> tuple[Scope, Laid]:
    scope = scope_of(text)
    return scope, scope.laid(scope.records[name])


@pytest.mark.parametrize(
    ("members", "size"),
    [
        ("u32 a; u64 b;", (16, 12, 16, 16)),
        ("u8 a; long b;", (16, 8, 8, 8)),
        ("struct timeval t;", (16, 8, 8, 16)),
        ("u8 a; in u8 *p;", (16, 8, 8, 8)),
        ("u8 a; in u8 *p as u64;", (16, 12, 16, 16)),
        ("u16 a[3]; u8 b[2][2];", (10, 10, 10, 10)),
        ("char c; time_t t; size_t n;", (24, 12, 12, 24)),
        ("union { u8 a; u64 b; } u; u8 c;", (16, 12, 16, 16)),
        ("u8 a; u8 b[2] aligned(8);", (16, 16, 16, 16)),
    ],
)
def test_sizes(members: str, size: tuple[int, ...]) -> None:
    assert laid(f"struct s {{ {members} }};")[1].size == size


def test_packed_event_of_147_bytes() -> None:
    """Kvaser's VCAN_EVENT: 147 bytes with a 64-bit long, 143 with a 32-bit one."""
    _, event = laid("packed struct s { u8 head[4]; unsigned long stamp; u32 id; u16 flags; u8 dlc; u8 data[128]; };")
    assert event.size == (147, 143, 143, 143)
    assert [member.offset[Layout.LP64] for member in event.members] == [0, 4, 12, 16, 18, 19]


def test_flexible_array_starts_where_its_elements_may() -> None:
    _, head = laid("struct e { u64 x; }; struct s { u32 n; in struct e list[n, max 4]; };")
    assert head.flexible is not None
    assert head.flexible.offset == (8, 4, 8, 8)


def test_same_is_per_layout() -> None:
    assert same(laid("struct s { u32 a, b; };")[1]) == 0b1111
    for text, bits in (
        ("struct s { u32 a; u64 b; };", 0b1101),  # i386 aligns b to 4
        ("struct s { long a; };", 0b0001),
        ("struct s { struct timeval t; };", 0b1001),
        ("struct s { u32 n; in u64 list[n, max 4]; };", 0b1101),  # where the list starts
    ):
        _, record = laid(text)
        assert same(record) == bits, text


def test_fields_of_nested_arrays() -> None:
    _, record = laid("struct p { u8 a; u8 b[2]; }; struct s { struct p p[2]; u32 m[2][3]; };")
    fields = [(flat.name, flat.count, flat.offset[0], flat.stride[0]) for flat in flatten(record)]
    assert fields == [("p.a", 2, 0, 3), ("p.b@0", 2, 1, 1), ("p.b@1", 2, 4, 1), ("m", 6, 8, 4)]


def test_constants_follow_c() -> None:
    scope = scope_of(
        "const A = 1 + 2 * 3; const B = -7 / 2; const C = -7 % 2; const D = ~0 & 0xf0 | 010; const E = 1 ? 'v' : 0;"
    )
    values = {name: scope.evaluate(expr) for name, expr in scope.consts.items()}
    assert values == {"A": 7, "B": -3, "C": -1, "D": 0xF8, "E": 118}


def test_enumerators_count_on() -> None:
    scope = scope_of("enum e { A, B = 5, C }; enum { X = A + 10, Y };")
    assert [scope.evaluate(scope.consts[name]) for name in "ABCXY"] == [0, 5, 6, 10, 11]


def test_numbers_hold_sizes_of_the_callers_abi() -> None:
    scope = scope_of("struct s { unsigned long a; }; ioctl X = _IOWR('z', 0x9b, struct s) ();")
    assert scope.numbers(scope.interface.commands[0]) == (0xC0087A9B, 0xC0047A9B, 0xC0047A9B, 0xC0047A9B)


@pytest.mark.parametrize("text", ["const A = A;", "const A = 1 / 0;", "const A = 1 << 64;", "const A = _IO('v');"])
def test_constants_without_a_value(text: str) -> None:
    scope = scope_of(text)
    with pytest.raises(EvaluationError):
        scope.evaluate(scope.consts["A"])


def test_a_struct_cannot_contain_itself() -> None:
    scope = scope_of("struct s { struct t t; }; struct t { struct s s; };")
    with pytest.raises(EvaluationError):
        scope.laid(scope.records["s"])


def test_real_interfaces_have_the_sizes_of_their_drivers() -> None:
    """Sizes 64-bit / 32-bit, measured with the drivers' own headers."""
    root = Path(__file__).resolve().parents[2] / "idl"
    expected = {
        ("can/can4linux.idl", "canmsg_t"): (48, 32),
        ("can/can4linux.idl", "CanStatusPar"): (56, 48),
        ("can/pcan.idl", "pcanfd_msg"): (104, 88),
        ("can/pcan.idl", "pcanfd_state"): (96, 88),
        ("can/kvaser.idl", "VCAN_EVENT"): (147, 143),
        ("can/kvaser.idl", "VCanMsgFilter"): (48, 40),
        ("can/esd.idl", "CAN_MSG_X"): (80, 80),
        ("linux/i2c-dev.idl", "i2c_smbus_ioctl_data"): (16, 12),
    }
    for (file, name), (lp64, i386) in expected.items():
        source, diagnostics = Source.read(root / file), Diagnostics()
        scope = Scope(build(parse(source, diagnostics).tree, source, diagnostics)[0])
        size = scope.laid(scope.records[name]).size
        assert (size[Layout.LP64], size[Layout.I386]) == (lp64, i386), name
