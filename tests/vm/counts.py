#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads `ioferry status --json` from the file named, and lines "COUNT DEVICE COMMAND" from stdin; reports whether the
daemon ran each command of each device at least that often."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """One line a command, as VM tests report."""
    status = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    counts = {(d["name"], c["name"]): c["calls"] for d in status["devices"] for c in d.get("commands", [])}
    missing = 0
    for line in sys.stdin:
        least, device, command = line.split()
        calls = int(counts.get((device, command), 0))
        missing += calls < int(least)
        print(
            f"{'not ok' if calls < int(least) else 'ok'} the daemon ran {command} of {device} at least {least} times",
            end="",
        )
        print(f" ({calls})" if calls < int(least) else "")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
