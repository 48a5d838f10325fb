#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves the decoders with Frama-C, and that mutants of them are rejected. docs/proof.md says what the proof says."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from framac import Prover, Verdict
from mutants import mutants, reject_mutants
from units import NOT_PROVED, Unit, generated_units, runtime_units

COLUMNS = "{:<72} {:>5} {:>6} {:>8} {:>8}"


def describe(unit: Unit, verdict: Verdict) -> str:
    """A line of the table."""
    name = unit.name if unit.stands_for == 1 else f"{unit.name} (and {unit.stands_for - 1} like it)"
    seconds = "cached" if verdict.cached else f"{verdict.seconds} s"
    return COLUMNS.format(name, verdict.goals, verdict.proved, seconds, f"{verdict.slowest:.1f} s")


def prove_units(prover: Prover, units: list[Unit], jobs: int) -> list[tuple[Unit, Verdict]]:
    """The verdicts; a line each as it comes."""
    found = []
    print(COLUMNS.format("function", "goals", "proved", "time", "slowest"))
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = pool.map(lambda unit: prover.prove(unit.source, unit.functions), units)
        for number, (unit, verdict) in enumerate(zip(units, verdicts), 1):
            print(f"{describe(unit, verdict)}  {number}/{len(units)}", flush=True)
            if not verdict.good:
                print("  not proved:", *(verdict.open or [verdict.error or "no goals"]), sep="\n    ", flush=True)
            found.append((unit, verdict))
    return found


def list_not_proved(pattern: str) -> None:
    """What docs/proof.md says of the rest of the runtime, in the table too."""
    for file, functions in NOT_PROVED.items():
        for function in functions.split():
            if re.search(pattern, f"{file}: {function}"):
                print(f"{file + ': ' + function:<72} not proved")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run prove", description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--tap", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--all", action="store_true", help="prove what was proved before, too")
    parser.add_argument("--no-mutants", action="store_true", help="leave out the mutants")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only functions whose name matches")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="provers at a time")
    return parser.parse_args()


def main() -> int:
    """1 where a function is not proved or a mutant is."""
    arguments = _arguments()
    began = time.monotonic()
    prover = Prover(arguments.build, use_cache=not arguments.all)
    units = runtime_units(arguments.build / "runtime") + generated_units(arguments.build / "generated")
    missing = {mutant.unit for mutant in mutants()} - {unit.name for unit in units}
    if missing:
        raise SystemExit(f"mutants of functions that are no units: {', '.join(sorted(missing))}")
    units = [unit for unit in units if re.search(arguments.k, unit.name)]
    found = prove_units(prover, units, arguments.j)
    list_not_proved(arguments.k)
    tap = [f"{'ok' if verdict.good else 'not ok'} {unit.name}" for unit, verdict in found]
    words = []
    if not arguments.no_mutants:
        verdicts = {unit.name: verdict for unit, verdict in found}
        for one in reject_mutants(prover, {unit.name: unit for unit in units}, verdicts, arguments.j):
            tap.append(f"{'ok' if one.rejected else 'not ok'} mutant of {one.mutant.unit}: {one.mutant.title}")
            words.append(one.word)
    if arguments.tap:
        arguments.tap.write_text("\n".join(tap) + "\n", encoding="utf-8")
    goals = sum(verdict.goals for _, verdict in found)
    proved = sum(verdict.proved for _, verdict in found)
    functions = sum(unit.stands_for for unit, verdict in found if verdict.good)
    bad = [line for line in tap if line.startswith("not ok")]
    print(*bad, sep="\n")
    print(
        f"{proved} of {goals} goals in {sum(verdict.seconds for _, verdict in found):.0f} s of processor time; "
        f"{functions} functions proved; mutants rejected: {words.count('rejected (unknown)')} the prover gave up, "
        f"{words.count('rejected (time)')} it ran out of time; {len(bad)} failures; {time.monotonic() - began:.0f} s"
    )
    return 1 if bad or not found else 0


if __name__ == "__main__":
    sys.exit(main())
