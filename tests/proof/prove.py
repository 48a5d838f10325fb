#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""prove.py BUILD [-k PATTERN] [--no-mutants] [--tap FILE]: proves the decoders, and that mutants of them are rejected.

Prints a table with progress. docs/proof.md says what the proof says.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from framac import Prover, Verdict
from units import Unit, generated_units, runtime_units


def describe(unit: Unit, verdict: Verdict) -> str:
    """A line of the table."""
    name = unit.name if unit.stands_for == 1 else f"{unit.name} (and {unit.stands_for - 1} like it)"
    time_text = "cached" if verdict.cached else f"{verdict.seconds:.1f} s"
    return f"{name:<72} {verdict.goals:>5} {verdict.proved:>6} {time_text:>8}"


def prove_units(prover: Prover, units: list[Unit], jobs: int) -> dict[str, tuple[Unit, Verdict]]:
    """Verdicts by name; a line each as it comes."""
    found = {}
    print(f"{'function':<72} {'goals':>5} {'proved':>6} {'time':>8}")
    with ThreadPoolExecutor(jobs) as pool:
        verdicts = pool.map(lambda unit: prover.prove(unit.source, unit.functions), units)
        for number, (unit, verdict) in enumerate(zip(units, verdicts), 1):
            print(f"{describe(unit, verdict)}  [{number}/{len(units)}]", flush=True)
            if not verdict.good:
                print("    NOT PROVED:", *(verdict.open or [verdict.error or "no goals"]), sep="\n      ", flush=True)
            found[unit.name] = (unit, verdict)
    return found


def main() -> int:
    """1 where anything is not proved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("-k", metavar="PATTERN", default="", help="only units whose name matches")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="provers at a time")
    arguments = parser.parse_args()
    began = time.monotonic()
    prover = Prover(arguments.build)
    units = runtime_units(arguments.build / "runtime") + generated_units(arguments.build / "generated")
    units = [unit for unit in units if re.search(arguments.k, unit.name)]
    found = prove_units(prover, units, arguments.j)
    bad = [name for name, (_, verdict) in found.items() if not verdict.good]
    goals = sum(verdict.goals for _, verdict in found.values())
    proved = sum(verdict.proved for _, verdict in found.values())
    functions = sum(unit.stands_for for unit, verdict in found.values() if verdict.good)
    print(f"{functions} functions proved, {len(bad)} not; {proved} of {goals} goals; {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
