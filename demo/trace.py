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

# "ioferry-hostd: PEER DEVICE NAME(ARGUMENTS) = OUTCOME <N us>"
CALL = re.compile(
    r"ioferry-hostd: (?P<peer>\S+) (?P<device>\S+) (?P<name>\w+)\((?P<arguments>.*)\)"
    r" = (?P<outcome>-?\w[^<]*) <(?P<us>\d+) us>$"
)
ZERO = re.compile(r"\b[\w.]+=(?:0|\[\]|\{\})(?=[,}]),?")
SHOWN_OF_EACH = {"read": 2, "write": 2, "poll": 1}
SHOWN_OTHERWISE = 4


class Call(NamedTuple):
    """One call of a guest."""

    device: str
    name: str
    arguments: str
    outcome: str


def compact(text: str) -> str:
    """Leaves zeros out; of records, all but the first."""
    before = ""
    while before != text:  # a structure may be empty without its zeros
        before = text
        text = re.sub(r"(?:,\s*)+(?=[}\]])", "", ZERO.sub("", text))
        text = re.sub(r"\{[\s,]+", "{", text)
    return re.sub(r", \{.*\}(?:, \.\.\.)?\]", ", ...]", re.sub(r" +", " ", text))


def parse(line: str) -> Call | None:
    """A line of the trace; None if it is another line of the log."""
    match = CALL.match(line)
    if not match:
        return None
    outcome = f") = {match['outcome']} <{match['us']} us>"
    return Call(match["device"], match["name"], compact(match["arguments"]), outcome)


def show(prefix: str, text: str, end: str = "") -> None:
    """Prints one line that fits the terminal; what does not fit is left out before @p end."""
    width = shutil.get_terminal_size((100, 24)).columns
    line = f"{prefix} | {text}"
    if len(line) + len(end) > width:
        line = line[: max(width - len(end) - 1, 0)] + "…"
    # One write a line: print() may write the end of the line by itself, and the application's lines come between.
    sys.stdout.write(line + end + "\n")
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
        kind = (call.device, call.name)
        seen[kind] += 1
        if seen[kind] <= SHOWN_OF_EACH.get(call.name, SHOWN_OTHERWISE):
            show(prefix, f"{call.device} {call.name}({call.arguments}", call.outcome)
    hidden = {
        f"{device} {name}": count - SHOWN_OF_EACH.get(name, SHOWN_OTHERWISE)
        for (device, name), count in seen.items()
        if count > SHOWN_OF_EACH.get(name, SHOWN_OTHERWISE)
    }
    if hidden:
        parts = ", ".join(f"{count} {name}" for name, count in hidden.items())
        show(prefix, f"... and {sum(hidden.values())} calls more: {parts}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
