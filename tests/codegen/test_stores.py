# SPDX-License-Identifier: MIT
"""Generated functions write no memory themselves (docs/proof.md): the check sees the ways in which one could."""

from pathlib import Path

import pytest

from ioferryc.backends import acsl
from ioferryc.cli import load
from ioferryc.diag import Diagnostics

IDL = Path(__file__).resolve().parent.parent.parent / "idl"
FUNCTION = """static void shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_a, 1, IOF_IN, 0);
	uint32_t n = 0;

	for (uint32_t i = 0; i < arg->count; i++)
		n = (uint32_t)iof_segment_uint(arg, i, 0, 4);
	if (n <= 3 && n >= 1 && n == 2 && n != 4)
		return;
	%s
}
"""


@pytest.mark.parametrize("line", ["n += 2;", "n++;", 'walk_fail(walk, -EINVAL, "a = b");'])
def test_its_own_variables(line: str) -> None:
    assert acsl.stores(FUNCTION % line) == []


@pytest.mark.parametrize(
    "line",
    [
        "walk->error = 0;",
        "*(uint8_t *)arg->canonical = 0;",
        "walk->n_segments++;",
        "--walk->n_segments;",
        "walk->message[n] |= 1;",
        "global = n;",
    ],
)
def test_memory(line: str) -> None:
    assert len(acsl.stores(FUNCTION % line)) == 1


def test_every_interface_passes() -> None:
    diagnostics = Diagnostics()
    functions = [
        one for analysed in load(sorted(IDL.glob("*/*.idl")), diagnostics) for one in acsl.obligations(analysed)
    ]
    assert not diagnostics and len(functions) > 100
    assert [one.function for one in functions if acsl.stores(one.product)] == []
