#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Adds up the results of `./run test`: ctest's JUnit files and lines like TAP's. Prints what tests note, what was
skipped and why, and what failed; the last line is `N passed, N failed` or `N passed, N failed, N skipped`."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

TAP = re.compile(r"^(?:vm: )?(not ok|ok) (?:\d+ - )?(.+?)(?: # SKIP (.*))?$", re.MULTILINE)
CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED)\s*\] (\d+) test\(s\)", re.MULTILINE)
NOTE = re.compile(r"^note: (.*)$", re.MULTILINE)
TABLE = re.compile(r"^(\w+) +(marshal|unix|vsock-unix|9p) +(\d+) +(\d+) +(\d+) +\d+ +(\d+)$", re.MULTILINE)
PYTEST = re.compile(r"^=* ?((?:\d+ \w+, )*\d+ \w+) in [\d.]+s", re.MULTILINE)


@dataclass
class Totals:
    """Counts, and what a reader wants to know of each that did not pass."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # a set that keeps the order
    # What the conformance tests did: by build (and machine) and interface, of each way: commands, carried, cases,
    # failures.
    conformance: dict[str, dict[str, list[tuple[int, ...]]]] = field(default_factory=dict)

    def add_tap(self, prefix: str, text: str) -> None:
        """Counts each `ok`, `not ok` and `ok ... # SKIP` line."""
        for verdict, name, reason in TAP.findall(text):
            if reason:
                self.skipped.append(f"{prefix}{name}: {reason}")
            elif verdict == "ok":
                self.passed += 1
            else:
                self.failed.append(f"{prefix}{name}")

    def add_case(self, build: str, case: xml.Element) -> None:
        """Counts one ctest test by what its output says of the checks within; as one where it says nothing."""
        name = f"{build}: {case.get('name')}"
        output = case.findtext("system-out") or ""
        self.notes |= dict.fromkeys(NOTE.findall(output))
        parts = case.get("name", "").split(".")
        if parts[0] == "conformance":
            # conformance.kvaser, or on another machine: conformance.s390x.kvaser
            where = ", ".join([build, *parts[1:-1]])
            for interface, _way, *counts in TABLE.findall(output):
                rows = self.conformance.setdefault(where, {}).setdefault(interface, [])
                rows.append(tuple(int(count) for count in counts))
        skip = case.find("skipped")
        if skip is not None and "SKIP_RETURN_CODE" in (skip.get("message") or ""):
            self.skipped.append(f"{name}: {skip_reason(output)}")
            return
        inner = Totals()
        if case.get("name", "").startswith("vm/"):
            inner.add_tap(f"{name}: ", output)
        else:
            inner.add_frameworks(name, output)
        # ctest's verdict stands above the output's: a crash prints no failure, a truncated log no count.
        failed = case.get("status") != "run"
        if failed and not inner.failed:
            inner.failed.append(name if case.get("status") == "fail" else f"{name} ({case.get('status')})")
        elif not failed and not inner.passed and not inner.skipped:
            inner.passed = 1
        self.passed += inner.passed
        self.failed += inner.failed
        self.skipped += inner.skipped

    def add_frameworks(self, name: str, output: str) -> None:
        """Counts what cmocka and pytest print at their end."""
        found = [(word.lower(), int(count)) for word, count in CMOCKA.findall(output)]
        for line in PYTEST.findall(output):
            found += [(word, int(count)) for count, word in (item.split() for item in line.split(", "))]
        for word, count in found:
            if word == "passed":
                self.passed += count
            elif word == "skipped":
                self.skipped += [f"{name}: {skip_reason(output)}"] * count
            elif word in ("failed", "error", "errors"):
                self.failed += [name] * count


def conformance_table(interfaces: dict[str, list[tuple[int, ...]]]) -> list[str]:
    """A line an interface: its commands, those that every way carried, cases and failures of all ways."""
    lines = [f"{'INTERFACE':<12} {'COMMANDS':>8} {'CARRIED':>8} {'CASES':>8} {'FAILURES':>8}"]
    for name, rows in sorted(interfaces.items()):
        counts = rows[0][0], min(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)
        lines.append(f"{name:<12} " + " ".join(f"{count:>8}" for count in counts))
    return lines


def skip_reason(output: str) -> str:
    """The line that speaks of a skip, or the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    lines = [line for line in lines if not PYTEST.match(line) and "test(s)" not in line]
    telling = [line for line in lines if re.search(r"\bskip", line, re.IGNORECASE)]
    return (telling or lines or ["no reason given"])[-1]


def main() -> int:
    """Reads every result below the folder named by the argument."""
    results = Path(sys.argv[1])
    totals = Totals()
    for path in sorted(results.glob("*.tap")):
        totals.add_tap("" if path.stem == "run" else f"{path.stem}: ", path.read_text(encoding="utf-8"))
    for path in sorted(results.glob("*.xml")):
        for case in xml.parse(path).getroot().iter("testcase"):
            totals.add_case(path.stem, case)
    for build, interfaces in totals.conformance.items():
        print(f"conformance, {build}:", *conformance_table(interfaces), sep="\n  ")
    for title, names in (("notes", [*totals.notes]), ("skipped", totals.skipped), ("failed", totals.failed)):
        if names:
            print(f"{title}:", *names, sep="\n  ")
    counts = f"{totals.passed} passed, {len(totals.failed)} failed"
    print(counts + (f", {len(totals.skipped)} skipped" if totals.skipped else ""))
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
