#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the daemon's trace from stdin and prints what a person wants to see of it.

The first calls of each kind are shown, without fields that are 0; the others are counted.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from typing import NamedTuple

# "ioferry-hostd: PEER DEVICE OPERATION BEFORE -> OUTCOME AFTER N us"
CALL = re.compile(
    r"ioferry-hostd: (?P<peer>\S+) (?P<device>\S+) (?P<operation>\S+) (?P<before>.*?) ?-> "
    r"(?P<outcome>(?:interrupted |refused )?(?:error )?\S+) (?P<after>.*?) ?(?P<us>\d+) us$"
)
ZERO = re.compile(r"[\w.]+=(?:0|\[0(?: 0)*\])(?=[ }])")
RECORDS = re.compile(r"arg\[(\d+)\]=\{?(\{[^{}]*)")
SHOWN_OF_EACH = {"read": 2, "write": 2, "poll": 1}
SHOWN_OTHERWISE = 4


class Call(NamedTuple):
    """One call of a guest."""

    device: str
    operation: str
    text: str


def compact(text: str) -> str:
    """Leaves zeros out; of records, all but the first."""
    records = RECORDS.match(text)
    if records:
        count = int(records[1])
        text = records[2] + ("}.." if count > 1 else "}")
    text = re.sub(r" +", " ", ZERO.sub("", text))
    return text.replace("{ ", "{").replace(" }", "}").replace("timestamp.", "")


def parse(line: str) -> Call | None:
    """A line of the trace; None if it is another line of the log."""
    match = CALL.match(line)
    if not match:
        return None
    operation, outcome = match["operation"], match["outcome"]
    before, after = compact(match["before"]), compact(match["after"])
    if operation == "read":
        before = ""  # what the buffer held before the call
    text = " ".join(part for part in (match["device"], operation, before, "->", outcome) if part not in ("", "{}"))
    if after not in (before, "{}", ""):
        text += " " + after
    return Call(match["device"], operation, f"{text} ({match['us']} us)")


def show(prefix: str, text: str) -> None:
    """Prints one line that fits the terminal."""
    width = shutil.get_terminal_size((100, 24)).columns
    line = f"{prefix} | {text}"
    # One write a line: print() may write the end of the line by itself, and the application's lines come between.
    sys.stdout.write((line if len(line) <= width else line[: width - 1] + "…") + "\n")
    sys.stdout.flush()


def main() -> None:
    """Shows until the daemon ends, then counts."""
    prefix = sys.argv[1] if len(sys.argv) > 1 else "host"
    seen: Counter[tuple[str, str]] = Counter()
    for line in sys.stdin:
        call = parse(line.rstrip("\n"))
        if call is None:
            show(prefix, line.rstrip("\n").removeprefix("ioferry-hostd: "))
            continue
        kind = (call.device, call.operation)
        seen[kind] += 1
        if seen[kind] <= SHOWN_OF_EACH.get(call.operation, SHOWN_OTHERWISE):
            show(prefix, call.text)
    hidden = {
        f"{device} {operation}": count - SHOWN_OF_EACH.get(operation, SHOWN_OTHERWISE)
        for (device, operation), count in seen.items()
        if count > SHOWN_OF_EACH.get(operation, SHOWN_OTHERWISE)
    }
    if hidden:
        parts = ", ".join(f"{count} {name}" for name, count in hidden.items())
        show(prefix, f"... and {sum(hidden.values())} calls more: {parts}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
