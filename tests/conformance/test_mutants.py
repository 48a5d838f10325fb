# SPDX-License-Identifier: MIT
"""Mistakes planted into the runtime and into generated code, one at a time: the conformance test finds each."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MUTANTS = sorted((HERE / "mutants").glob("*.mutant"))
GENERATED = Path(os.environ["MUTANTS_GENERATED"])
COMPILE = shlex.split(os.environ["MUTANTS_COMPILE"])
LINK = shlex.split(os.environ["MUTANTS_LINK"])
TEST = ["--transport", "marshal", "--first", "--rounds", "10"]


def parse(path: Path) -> dict[str, str]:
    """file, from and to of a mutant."""
    return dict(re.findall(r"^(file|from|to): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def build(folder: Path, *objects: str) -> Path:
    """The conformance test of all features, with these objects in place of the library's."""
    program = folder / "conformance"
    command = [*COMPILE, "-o", str(program), *objects, str(HERE / "main.c"), *LINK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return program


def run(program: Path) -> "subprocess.CompletedProcess[str]":
    """Runs it until the first failure."""
    return subprocess.run([str(program), *TEST], capture_output=True, text=True, timeout=240, check=False)


def included(path: Path) -> set[str]:
    """What the file includes from beside it."""
    return set(re.findall(r'^#include "(.+)"', path.read_text(encoding="utf-8"), re.MULTILINE))


def includers(folder: Path, header: str) -> list[Path]:
    """The sources in the folder that include the header, themselves or through another one there."""
    headers = {header}
    for _ in range(3):
        headers |= {path.name for path in folder.glob("*.h") if included(path) & headers}
    return [path for path in sorted(folder.glob("*.c")) if included(path) & headers]


def mutate(mutant: dict[str, str], folder: Path) -> list[str]:
    """The objects of the changed file, or of all that include it."""
    name = mutant["file"]
    source = GENERATED / name.removeprefix("generated/") if name.startswith("generated/") else ROOT / name
    text = source.read_text(encoding="utf-8")
    assert text.count(mutant["from"]) == 1, f"{name} has not exactly one: {mutant['from']}"
    if source.suffix == ".h":
        for path in source.parent.glob("*.[ch]"):
            shutil.copy(path, folder)
    changed = folder / source.name
    changed.write_text(text.replace(mutant["from"], mutant["to"]), encoding="utf-8")
    sources = includers(folder, source.name) if source.suffix == ".h" else [changed]
    outputs = [str(path.with_suffix(".o")) for path in sources]
    for path, output in zip(sources, outputs):
        command = [*COMPILE, f"-I{source.parent}", "-w", "-c", "-o", output, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
    return outputs


def test_without_a_mistake_nothing_is_found(tmp_path: Path) -> None:
    done = run(build(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", MUTANTS, ids=lambda path: path.stem)
def test_is_found(path: Path, tmp_path: Path) -> None:
    done = run(build(tmp_path, *mutate(parse(path), tmp_path)))
    # A mistake may also end the program; one that hangs it is found by the time limit.
    assert done.returncode != 0, "the mistake was not found"
    if done.returncode > 0:
        assert "again: conformance-" in done.stderr, done.stderr[-2000:]
