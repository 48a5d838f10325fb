#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names each file of the arguments that has no SPDX licence line in its first lines."""

import sys
from pathlib import Path


def main() -> int:
    """Exits with 1 if a file lacks the line."""
    lacking = []
    for name in sys.argv[1:]:
        with Path(name).open(encoding="utf-8") as handle:
            head = "".join(handle.readline() for _ in range(5))
        if "SPDX-License-Identifier: MIT" not in head:
            lacking.append(name)
    for name in lacking:
        print(f"{name}: add `SPDX-License-Identifier: MIT` as a comment at the top")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
