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
    argument = "{cmd=0, target=TIMING, val1=500, when={tv_sec=0, tv_usec=0}, list=[0, 0], data=00 01, retval=0}"
    assert show(f"unix:uid=0 can0 CAN_IOCTL_CONFIG({argument}) = 0 <7 us>") == [
        "host | can0 CAN_IOCTL_CONFIG({target=TIMING, val1=500, list=[0, 0], data=00 01}) = 0 <7 us>"
    ]


def test_what_changed_is_shown() -> None:
    assert show('unix:uid=0 can0 SET({cmd=START, retval=0 => 5, name="" => "x"}) = 0 <1 us>') == [
        'host | can0 SET({cmd=START, retval=0 => 5, name="" => "x"}) = 0 <1 us>'
    ]


def test_errors_and_interruptions() -> None:
    assert show("unix:uid=0 can0 CAN_IOCTL_CONFIG({target=99}) = -1 EINVAL (Invalid argument) <2 us>") == [
        "host | can0 CAN_IOCTL_CONFIG({target=99}) = -1 EINVAL (Invalid argument) <2 us>"
    ]
    assert show("vsock:cid=7 can0 read(..., 1) = -1 EINTR (Interrupted system call) interrupted <900 us>") == [
        "host | can0 read(..., 1) = -1 EINTR (Interrupted system call) interrupted <900 us>"
    ]


def test_of_records_the_first_is_shown() -> None:
    records = "[{flags=0, id=0x1, data=01 00}, {flags=RTR, id=0x2, data=00 00}, ...]"
    assert show(f"unix:uid=0 can1 read({records}, 8) = 2 <5 us>") == [
        "host | can1 read([{id=0x1, data=01 00}, ...], 8) = 2 <5 us>"
    ]


def test_many_calls_are_counted() -> None:
    calls = [f"unix:uid=0 can0 poll(POLLIN, armed) = 0 <{i} us>" for i in range(30)]
    lines = show(*calls, "unix:uid=0 can1 poll(POLLIN, armed) = POLLIN <3 us>")
    assert lines[0] == "host | can0 poll(POLLIN, armed) = 0 <0 us>"
    assert lines[1] == "host | can1 poll(POLLIN, armed) = POLLIN <3 us>"
    assert lines[2] == "host | ... and 29 calls more: 29 can0 poll"
    assert len(lines) == 3


def test_lines_fit_the_terminal() -> None:
    lines = show("listening at unix:/a/very/long/path/to/a/socket", columns=20)
    assert lines == ["host | listening at…"[:20]]
    assert len(lines[0]) == 20
    lines = show("unix:uid=0 can0 SET({one=1, two=2, three=3}) = 0 <3 us>", columns=40)
    assert lines == ["host | can0 SET({one=1, two…) = 0 <3 us>"]


def test_what_is_no_call_is_passed_on() -> None:
    assert show("error: cannot listen") == ["host | error: cannot listen"]
