# SPDX-License-Identifier: MIT
"""What demo/trace.py makes of the daemon's trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TRACE = Path(__file__).resolve().parents[3] / "demo" / "trace.py"


def show(*lines: str, columns: int = 200) -> list[str]:
    """The lines that it prints."""
    result = subprocess.run(
        [sys.executable, str(TRACE), "host"],
        input="".join(f"ioferry-hostd: {line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": str(columns)},
    )
    return result.stdout.splitlines()


def test_zeros_are_left_out() -> None:
    argument = "{cmd=0 target=3 val1=500 retval=0}"
    assert show(f"unix:uid=0 can0 CAN_IOCTL_CONFIG {argument} -> 0 {argument} 7 us") == [
        "host | can0 CAN_IOCTL_CONFIG {target=3 val1=500} -> 0 (7 us)"
    ]


def test_what_changed_is_shown_behind_the_result() -> None:
    line = "unix:uid=0 can0 CAN_IOCTL_COMMAND {cmd=77 retval=0} -> 0 {cmd=77 retval=18446744073709551594} 1 us"
    assert show(line) == ["host | can0 CAN_IOCTL_COMMAND {cmd=77} -> 0 {cmd=77 retval=18446744073709551594} (1 us)"]


def test_errors_and_interruptions() -> None:
    assert show("unix:uid=0 can0 CAN_IOCTL_CONFIG {target=99} -> EINVAL {target=99} 2 us") == [
        "host | can0 CAN_IOCTL_CONFIG {target=99} -> EINVAL (2 us)"
    ]
    assert show("vsock:cid=7 can0 read arg[1]={{flags=3}} -> interrupted EINTR  900 us") == [
        "host | can0 read -> interrupted EINTR (900 us)"
    ]


def test_of_records_the_first_is_shown() -> None:
    line = "unix:uid=0 can1 read arg[2]={{id=9} {id=9}} -> 2 arg[2]={{id=1 data=[1 0]} {id=2 data=[0 0]}} 5 us"
    assert show(line) == ["host | can1 read -> 2 {id=1 data=[1 0]}.. (5 us)"]


def test_many_calls_are_counted() -> None:
    calls = [f"unix:uid=0 can0 poll 0x1 arm -> {i} {i} us" for i in range(30)]
    lines = show(*calls, "unix:uid=0 can1 poll 0x1 arm -> 0 3 us")
    assert lines[0] == "host | can0 poll 0x1 arm -> 0 (0 us)"
    assert lines[1] == "host | can1 poll 0x1 arm -> 0 (3 us)"
    assert lines[2] == "host | ... and 29 calls more: 29 can0 poll"
    assert len(lines) == 3


def test_lines_fit_the_terminal() -> None:
    lines = show("listening at unix:/a/very/long/path/to/a/socket", columns=20)
    assert lines == ["host | listening at…"[:20]]
    assert len(lines[0]) == 20


def test_what_is_no_call_is_passed_on() -> None:
    assert show("error: cannot listen") == ["host | error: cannot listen"]
