# SPDX-License-Identifier: MIT
"""What there is to prove: functions of the runtime, and those that are generated from every IDL file."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from framac import ROOT

sys.path.insert(0, str(ROOT / "codegen"))
# pylint: disable=wrong-import-position
from ioferryc.analysis import Analysed  # noqa: E402
from ioferryc.backends import acsl  # noqa: E402
from ioferryc.backends import c as interface_c  # noqa: E402
from ioferryc.cli import load  # noqa: E402
from ioferryc.diag import Diagnostics  # noqa: E402

# Proved functions of the runtime, by file.
RUNTIME = {
    "scalar.h": ["iof_scalar_load", "iof_scalar_store", "iof_scalar_ones", "iof_scalar_extend"],
    "cursor.h": ["iof_cursor_take", "iof_cursor_align", "iof_cursor_u32", "iof_cursor_done"],
    "cursor.c": ["iof_cursor_fail"],
    "walk.h": ["walk_align", "walk_record_of", "walk_message_take"],
    "walk.c": [
        "scalar_at",
        "iof_segment_uint",
        "iof_segment_int",
        "iof_walk_ok",
        "iof_walk_command",
        "iof_walk_segment",
    ],
    "walk_shape.c": [
        "null_segment",
        "iof_walk_returned",
        "iof_walk_returned_result",
        "iof_walk_slack",
        "iof_walk_bound",
        "iof_walk_reject",
        "iof_walk_no_descriptor",
    ],
    "arena.h": [
        "iof_arena_clear",
        "iof_arena_take_raw",
        "iof_arena_take",
        "iof_arena_rewind",
        "iof_arena_settle",
    ],
    "arena.c": ["iof_arena_init", "iof_arena_extend", "iof_arena_release"],
}

# What the proof of generated functions takes for granted, and what decodes without a proof.
NOT_PROVED = {
    "walk_shape.c": "iof_walk_arg iof_walk_flexible iof_walk_pointer iof_walk_string iof_walk_clamp",
    "walk_arms.c": "iof_walk_arm walk_arms_to_canonical walk_arms_from_canonical",
    "arena.c": "iof_arena_give_back",
    "walk.h": "walk_record_add",
    "walk_host.c": "walk_fetch_host walk_unpack",
    "walk_guest.c": "walk_fetch_guest iof_gather",
    "walk_fields.c": "walk_place walk_each_slot",
    "walk_string.c": "walk_string_gather walk_string_unpack walk_string_pack walk_string_reply",
    "walk_records.c": "iof_gather_records iof_unpack_records",
    "walk_reply.c": "walk_reply_size iof_pack",
    "walk_scatter.c": "iof_scatter_spans",
    "abi.c": "iof_type_to_canonical iof_type_from_canonical",
}


@dataclass
class Unit:
    """Functions of one source that are proved together."""

    name: str
    source: Path
    functions: list[str]  # none: its lemmas
    stands_for: int = 1  # generated functions that are the same but for names


def runtime_units(folder: Path) -> list[Unit]:
    """One unit a function. A header is proved through a source that includes it."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for file, functions in RUNTIME.items():
        source = ROOT / "runtime/src" / file
        if file.endswith(".h"):
            source = folder / (file[:-2] + ".c")
            source.write_text(f'#include "{file}"\n', encoding="utf-8")
        found += [Unit(f"{file}: {function}", source, [function]) for function in functions]
    return [*found, Unit("contract.h: facts", Path(__file__).resolve().parent / "facts.c", [])]


def idl_files() -> list[Path]:
    """Every interface of the tree, and those that the compiler's tests have for its features."""
    return sorted([*(ROOT / "idl").glob("*/*.idl"), *(ROOT / "tests/codegen/features").glob("*.idl")])


def _general(text: str) -> str:
    """The text with directions and flags that may be any: what is proved of it holds for those that it has."""
    text = re.sub(r"\bIOF_(?:IN|INOUT|OUT|OUT_EXACT)\b", "any_direction", text)
    text = re.sub(r"(,\s)(?:0|IOF_\w+(?: \| IOF_\w+)*)\);", r"\1any_flags);", text)
    return f"extern const unsigned any_direction, any_flags;\n\n{text}"


def _normal(text: str, function: str) -> str:
    """The text without what makes no difference to its proof: names of functions, types and fields, and lines."""
    text = text.replace(function, "FUNCTION")
    for number, name in enumerate(dict.fromkeys(re.findall(r"&(type_\w+)", text))):
        text = re.sub(rf"\b{name}\b", f"TYPE_{number}", text)
    return re.sub(r"\s+", " ", re.sub(r'"[^"]*"', '"FIELD"', text))


def interfaces() -> list[tuple[Analysed, str]]:
    """Every interface, and the C that is generated from it."""
    diagnostics = Diagnostics()
    found = load(idl_files(), diagnostics)
    if diagnostics:
        raise SystemExit(diagnostics.render())
    return [(analysed, interface_c.generate(analysed, "")) for analysed in found]


def generated_units(folder: Path) -> list[Unit]:
    """One unit for all generated functions that are the same but for names."""
    folder.mkdir(parents=True, exist_ok=True)
    units: dict[str, Unit] = {}
    for analysed, product in interfaces():
        for one in acsl.obligations(analysed):
            # What is proved is what is built.
            if one.product not in product:
                raise SystemExit(f"{one.interface}: {one.function}: the annotated text is not the product's")
            if stores := acsl.stores(one.product):
                raise SystemExit(f"{one.interface}: {one.function} writes memory itself: {stores}")
            general = _general(one.text)
            normal = _normal(general, one.function)
            if normal in units:
                units[normal].stands_for += 1
                continue
            source = folder / f"{one.interface}_{one.function}.c"
            text = f'#define IOFERRY_OPAQUE\n#include "walk.h"\n#include <errno.h>\n\n{general}'
            source.write_text(text, encoding="utf-8")
            units[normal] = Unit(f"{one.interface}: {one.function}", source, [one.function])
    return list(units.values())
