# SPDX-License-Identifier: MIT
"""Mutants: functions with one mistake each, which the proof must reject. A mutant that is proved is a failure.

A file of mutants/ has blocks of lines `unit: NAME`, `old: TEXT`, `new: TEXT`, with a title of `# TEXT` before each;
\\n in a text is the end of a line.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from framac import ROOT, Prover, Verdict
from units import Unit

# Seconds for a goal, and how many times as long as the slowest of what is right.
MUTANT_TIMEOUT = 3
MUTANT_FACTOR = 4
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
        blocks = [
            Mutant(**{key: value.replace("\\n", "\n") for key, value in match.groupdict().items()})
            for match in BLOCK.finditer(text)
        ]
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


@dataclass(frozen=True)
class Judgement:
    """What became of a mutant."""

    mutant: Mutant
    word: str  # "rejected (...)" where it is as it must be

    @property
    def rejected(self) -> bool:
        """As it must be."""
        return self.word.startswith("rejected")


def _judgement(mutant: Mutant, verdict: Verdict) -> Judgement:
    """A prover that ends without a proof says more than one that is stopped."""
    if verdict.error:
        return Judgement(mutant, f"NOT REJECTED: it is no C that can be proved or not: {verdict.error}")
    if not verdict.open:
        return Judgement(mutant, "NOT REJECTED: it is proved")
    timed = any(word in verdict.open[0] for word in ("Timeout", "Stepout"))
    return Judgement(mutant, "rejected (time)" if timed else "rejected (unknown)")


def reject_mutants(prover: Prover, units: dict[str, Unit], verdicts: dict[str, Verdict], jobs: int) -> list[Judgement]:
    """All mutants of these units, which have been proved. A line each as it comes."""
    folder = prover.build / "mutants"
    folder.mkdir(parents=True, exist_ok=True)

    def judge(item: tuple[int, Mutant]) -> Judgement:
        number, mutant = item
        unit = units[mutant.unit]
        file = _file_of(unit, mutant)
        text = file.read_text(encoding="utf-8").replace(mutant.old, mutant.new)
        # Headers that lie beside it are found where they are.
        changed = folder / f"{number}.c"
        changed.write_text(text, encoding="utf-8")
        timeout = max(MUTANT_TIMEOUT, ceil(MUTANT_FACTOR * verdicts[mutant.unit].slowest))
        return _judgement(mutant, prover.refute(changed, unit.functions, timeout))

    wanted = [mutant for mutant in mutants() if mutant.unit in units]
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        for judgement in pool.map(judge, enumerate(wanted)):
            print(f"mutant of {judgement.mutant.unit}, {judgement.mutant.title}: {judgement.word}", flush=True)
            found.append(judgement)
    return found
