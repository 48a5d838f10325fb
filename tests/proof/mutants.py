# SPDX-License-Identifier: MIT
"""Mutants: functions with one mistake each, which the proof must reject. A mutant that is proved is a failure.

A file of mutants/ has blocks of lines `unit: NAME`, `old: TEXT`, `new: TEXT`, with a title of `# TEXT` before each.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from framac import ROOT, Prover
from units import Unit

# Seconds for a goal: those of what is right take far fewer.
MUTANT_TIMEOUT = 15
FOLDER = Path(__file__).resolve().parent / "mutants"
BLOCK = re.compile(r"^# (?P<title>.+)\nunit: (?P<unit>.+)\nold: (?P<old>.+)\nnew: ?(?P<new>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A replacement in the source of a unit."""

    title: str
    unit: str
    old: str
    new: str


def mutants() -> list[Mutant]:
    """All of them, in the order of the files."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        blocks = [Mutant(**match.groupdict()) for match in BLOCK.finditer(text)]
        if len(blocks) != text.count("unit:"):
            raise SystemExit(f"{path.name}: {text.count('unit:')} mutants, of which {len(blocks)} are well formed")
        found += blocks
    return found


def _file_of(unit: Unit, mutant: Mutant) -> Path:
    """The file that the mutant changes: the unit's, or the header that it is there for."""
    header = ROOT / "runtime/src" / unit.name.split(":")[0]
    source = header if header.suffix == ".h" else unit.source
    text = source.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(f"mutant '{mutant.title}': its text is {text.count(mutant.old)} times in {source.name}")
    return source


def reject_mutants(prover: Prover, units: dict[str, Unit], jobs: int) -> list[tuple[Mutant, str]]:
    """What is wrong with each mutant: "" where it was rejected as it must be. A line each as it comes."""
    folder = prover.build / "mutants"
    folder.mkdir(parents=True, exist_ok=True)

    def judge(item: tuple[int, Mutant]) -> str:
        number, mutant = item
        unit = units[mutant.unit]
        file = _file_of(unit, mutant)
        text = file.read_text(encoding="utf-8").replace(mutant.old, mutant.new)
        # Headers that lie beside it are found where they are.
        changed = folder / f"{number}.c"
        changed.write_text(text, encoding="utf-8")
        verdict = prover.prove(changed, unit.functions, MUTANT_TIMEOUT)
        if verdict.error:
            return f"it is no C that can be proved or not: {verdict.error}"
        return "it is proved" if verdict.good else ""

    wanted = [mutant for mutant in mutants() if mutant.unit in units]
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, complaint in zip(wanted, pool.map(judge, enumerate(wanted))):
            word = "rejected" if not complaint else "NOT REJECTED"
            print(f"mutant of {mutant.unit}, {mutant.title}: {word} {complaint}", flush=True)
            found.append((mutant, complaint))
    return found
