#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Results of every kind, as `./run test` leaves them, and what tests/summary.py makes of them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

SUMMARY = Path(__file__).resolve().parents[1] / "summary.py"

GCC = """<testsuite>
<testcase name="abi.lp64" status="run"><system-out>lp64 i2c_dev 17 own, 42 real
note: 1 of 2 interfaces checked without a real header: esd
</system-out></testcase>
<testcase name="abi.i386" status="run"><system-out>note: 1 of 2 interfaces checked without a real header: esd
</system-out></testcase>
<testcase name="abi.eabi32" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>
<system-out>skipped: eabi32, because 'arm-linux-gnueabihf-gcc' cannot compile for it
</system-out></testcase>
<testcase name="unit.some" status="run"><system-out>[  PASSED  ] 3 test(s).
</system-out></testcase>
<testcase name="conformance.probe" status="run"><system-out>[  PASSED  ] 2 test(s).
probe        marshal             3        3      100        7        0
probe        unix                3        2       20        1        1
</system-out></testcase>
<testcase name="conformance.s390x.probe" status="run"><system-out>[  PASSED  ] 1 test(s).
probe        unix                3        3       30        2        0
</system-out></testcase>
<testcase name="unit.crash" status="fail"><system-out>nothing
</system-out></testcase>
</testsuite>
"""

EXPECTED = """conformance, gcc:
  INTERFACE    COMMANDS  CARRIED    CASES FAILURES
  probe               3        2      120        1
conformance, gcc, s390x:
  INTERFACE    COMMANDS  CARRIED    CASES FAILURES
  probe               3        3       30        0
notes:
  1 of 2 interfaces checked without a real header: esd
skipped:
  gcc: abi.eabi32: skipped: eabi32, because 'arm-linux-gnueabihf-gcc' cannot compile for it
failed:
  build/clang
  gcc: unit.crash
9 passed, 2 failed, 1 skipped
"""


def main() -> int:
    """Compares; the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "gcc.xml").write_text(GCC, encoding="utf-8")
        Path(folder, "run.tap").write_text("ok build/gcc\nnot ok build/clang\n", encoding="utf-8")
        done = subprocess.run([sys.executable, str(SUMMARY), folder], capture_output=True, text=True, check=False)
    if done.stdout == EXPECTED and done.returncode == 1:
        return 0
    print(f"status {done.returncode}, wanted 1\n--- got:\n{done.stdout}--- wanted:\n{EXPECTED}{done.stderr}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
