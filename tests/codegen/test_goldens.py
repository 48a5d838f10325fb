# SPDX-License-Identifier: MIT
"""The generated C of one small interface a feature, as it is, compiled, and formatted."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ioferryc.backends import cplan
from ioferryc.cli import load, products
from ioferryc.diag import Diagnostics

HERE = Path(__file__).resolve().parent
ROOT = Path(__file__).resolve().parents[2]

FEATURES = sorted((HERE / "features").glob("*.idl"))
# What is generated in one way for all: one golden each is enough.
ONCE = {
    "structs": ("_stub.h", "_assertions.c"),
    "numbers": ("_stub.h", "_assertions.c"),
    "pointers": ("_plan.c",),
    "unions": ("_plan.c",),
    "flexible": ("_plan.c",),
}
WARNINGS = (
    "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Werror"
)


def generated(path: Path) -> dict[str, str]:
    """The products of a file without errors."""
    diagnostics = Diagnostics()
    found = load([path], diagnostics)
    assert not diagnostics, diagnostics.render()
    origin = f"features/{path.name}"
    return {**products(found[0], origin), f"{path.stem}_plan.c": cplan.generate(found[0], origin)}


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_golden(path: Path, golden) -> None:
    name = path.stem
    for file, text in generated(path).items():
        if file.endswith((f"{name}.c", "_types.h", *ONCE.get(name, ()))):
            golden(HERE / "expected" / file, text)


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_compiles_without_warnings(path: Path, tmp_path: Path) -> None:
    for file, text in generated(path).items():
        (tmp_path / file).write_text(text)
    user = tmp_path / "user.c"
    user.write_text(f'#include "{path.stem}_stub.h"\n#include "{path.stem}_types.h"\n')
    compiler = os.environ.get("CC", "cc")
    for source in sorted(tmp_path.glob("*.c")):
        command = [
            compiler,
            "-std=gnu11",
            *WARNINGS.split(),
            "-fsyntax-only",
            f"-I{ROOT}/runtime/include",
            f"-I{ROOT}",
            str(source),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("clang-format") is None, reason="clang-format is not installed")
def test_is_formatted(tmp_path: Path) -> None:
    """Of the features and of the real interfaces: templates print what clang-format would."""
    for path in [*FEATURES, *sorted((ROOT / "idl").glob("*/*.idl"))]:
        for file, text in generated(path).items():
            (tmp_path / file).write_text(text)
    shutil.copy(ROOT / ".clang-format", tmp_path / ".clang-format")
    files = sorted(str(file) for file in tmp_path.glob("*.[ch]"))
    command = ["clang-format", "--style=file", "--dry-run", "--Werror", *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[:4000]


def test_is_deterministic() -> None:
    for path in FEATURES:
        assert generated(path) == generated(path)
