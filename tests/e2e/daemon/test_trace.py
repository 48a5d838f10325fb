# SPDX-License-Identifier: MIT
"""`ioferry trace` as an administrator runs it, beside a daemon with simulated controllers."""

from __future__ import annotations

import os
import pwd
import re
import signal
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from hostd import IOFERRY, Daemon
from guest import CLOSE, COMPLETED, IOCTL, WRITE, Guest, begin

CAN_IOCTL_COMMAND, CAN_IOCTL_STATUS = 0, 5
COMMAND_SIZE, STATUS_SIZE, RECORD_SIZE = 40, 56, 48
ME = f"unix:uid={os.geteuid()}"


class Tracer:
    """A running `ioferry trace` that has begun."""

    def __init__(self, daemon: Daemon, *arguments: str, **options) -> None:
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [IOFERRY, "trace", "--socket", daemon.path, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        assert self.process.stderr
        assert self.process.stderr.readline() == f"ioferry: tracing unix:{daemon.path}\n"

    def next(self) -> str:
        """The next line, without its time."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.endswith("\n")
        return re.sub(r"( <\d+ us>)?\n$", "", line)

    def end(self) -> str:
        """Ends it as a person does; what it had not shown yet."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return rest


@pytest.fixture(name="daemon")
def run_daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    yield daemon
    assert daemon.stop() == 0


def opened(daemon: Daemon, device: str) -> tuple[Guest, int]:
    guest = begin(daemon.path)
    error, handle = guest.open(device)
    assert error == 0
    return guest, handle


def command(guest: Guest, handle: int, number: int) -> None:
    payload = struct.pack("<iiQQiiQ", number, 0, 0, 0, 0, 0, 0)
    assert len(payload) == COMMAND_SIZE
    assert guest.call(IOCTL, handle=handle, command=CAN_IOCTL_COMMAND, payload=payload).status == COMPLETED


def test_calls_are_shown_as_they_are_made(daemon: Daemon) -> None:
    tracer = Tracer(daemon)
    guest, handle = opened(daemon, "can0")
    assert tracer.next() == f"{ME} can0 open(O_RDWR) = 0"
    command(guest, handle, 1)
    line = tracer.next()
    assert line == f"{ME} can0 CAN_IOCTL_COMMAND({{cmd=START, target=ACC, val1=0, val2=0, error=0, retval=0}}) = 0"
    frame = struct.pack("<iiQqqh8s6x", 0x5, 0, 0x123, 0, 0, 2, b"\xab\xcd")
    assert len(frame) == RECORD_SIZE
    reply = guest.call(WRITE, handle=handle, payload=struct.pack("<Q", 1) + frame)
    assert (reply.status, reply.result) == (COMPLETED, 1)
    record = "{flags=RTR|EXT, cob=0, id=0x123, timestamp={tv_sec=0, tv_usec=0}, length=2, data=ab cd}"
    assert tracer.next() == f"{ME} can0 write([{record}], 1) = 1"
    assert guest.call(IOCTL, handle=handle, command=0xC0FFEE).error == 25
    assert tracer.next() == f"{ME} can0 ioctl_0x00c0ffee(...) = -1 ENOTTY (Inappropriate ioctl for device) refused"
    assert guest.call(CLOSE, handle=handle).status == COMPLETED
    assert tracer.next() == f"{ME} can0 close() = 0"
    assert tracer.end() == ""
    guest.close()


def test_filters(daemon: Daemon) -> None:
    by_device = Tracer(daemon, "can1", "zer?")
    by_command = Tracer(daemon, "-c", "CAN_IOCTL_*", "--command", "close")
    by_guest = Tracer(daemon, "--guest", "vsock:*")
    first, handle = opened(daemon, "can0")
    second, _ = opened(daemon, "can1")
    payload = bytes(STATUS_SIZE)
    assert first.call(IOCTL, handle=handle, command=CAN_IOCTL_STATUS, payload=payload).status == COMPLETED
    assert first.call(CLOSE, handle=handle).status == COMPLETED
    assert by_device.next() == f"{ME} can1 open(O_RDWR) = 0"
    assert by_command.next().startswith(f"{ME} can0 CAN_IOCTL_STATUS({{baud=125, ")
    assert by_command.next() == f"{ME} can0 close() = 0"
    assert by_device.end() == by_command.end() == by_guest.end() == ""
    first.close()
    second.close()


def test_a_reader_that_stops_is_told_what_it_lost(daemon: Daemon) -> None:
    """The tracer is stopped while more calls are made than its pipe, its link and the daemon's buffer hold lines of."""
    tracer = Tracer(daemon, "-c", "CAN_IOCTL_STATUS")
    guest, handle = opened(daemon, "can0")
    tracer.process.send_signal(signal.SIGSTOP)
    calls = 6000
    for _ in range(calls):
        reply = guest.call(IOCTL, handle=handle, command=CAN_IOCTL_STATUS, payload=bytes(STATUS_SIZE))
        assert reply.status == COMPLETED
    tracer.process.send_signal(signal.SIGCONT)
    shown = lost = 0
    assert tracer.process.stdout
    for line in tracer.process.stdout:
        match = re.fullmatch(r"\.\.\. (\d+) lines lost: .*\n", line)
        shown, lost = (shown, lost + int(match[1])) if match else (shown + 1, lost)
        assert match or f"{ME} can0 CAN_IOCTL_STATUS(" in line
        if shown + lost == calls:
            break
    assert lost > 0
    assert tracer.end() == ""
    guest.close()


def test_it_ends_with_the_daemon(daemon: Daemon) -> None:
    tracer = Tracer(daemon)
    assert daemon.stop() == 0
    _, errors = tracer.process.communicate(timeout=20)
    assert tracer.process.returncode == 69
    assert errors.startswith(f"ioferry: unix:{daemon.path}: ")


def trace_as(user: int, daemon: Daemon) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [IOFERRY, "trace", "--socket", daemon.path],
        capture_output=True,
        text=True,
        user=user,
        group=user,
        extra_groups=[],
        timeout=20,
        check=False,
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_only_an_administrator_may() -> None:
    """A socket that anybody may connect to, and somebody who does."""
    nobody = pwd.getpwnam("nobody").pw_uid
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        os.chmod(folder, 0o755)
        daemon = Daemon(Path(folder))
        result = trace_as(nobody, daemon)
        assert daemon.stop() == 0
    assert result.returncode == 69
    assert result.stderr.endswith(": calls are shown to root and the daemon's own user only\n")


@pytest.mark.parametrize("arguments", [["trac"], ["status", "can0"], ["trace", "--nonsense"], []])
def test_wrong_calls_are_told(arguments: list[str]) -> None:
    result = subprocess.run([IOFERRY, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 64
    assert "Usage: ioferry" in result.stderr
