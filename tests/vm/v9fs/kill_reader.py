#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kill_reader.py FOLDER: a read that the server holds for a second ends with its process, by Tflush.

The machine may be busy: the best of some tries counts.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

BATCH = 65536  # offset of the first batch of events (transports/9p/layout.h)
HELD = 1.0  # FOLDER_POLL_MS, in seconds
TRIES = 8


def sleeps(pid: int) -> bool:
    """Whether the process waits for an answer."""
    return "p9_client_rpc" in Path(f"/proc/{pid}/wchan").read_text(encoding="ascii")


def read_and_kill(session: Path) -> tuple[float, float]:
    """How long a read was held before its process was killed, and how long that then lived, in seconds."""
    events = os.open(session / "events", os.O_RDWR)
    begun = time.monotonic()
    pid = os.fork()
    if not pid:
        os.pread(events, 16384, BATCH)
        os._exit(0)  # pylint: disable=protected-access
    while time.monotonic() < begun + HELD and not sleeps(pid):
        time.sleep(0.01)
    time.sleep(0.1)
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    gone = time.monotonic()
    os.close(events)
    if not os.WIFSIGNALED(status):
        return HELD, HELD  # it had ended by itself
    return killed - begun, gone - killed


def main() -> int:
    """The command line."""
    folder = Path(sys.argv[1])
    for _ in range(TRIES):
        held, lived = read_and_kill(folder / os.urandom(16).hex())
        print(f"held for {held * 1000:.0f} ms, killed, gone {lived * 1000:.0f} ms later")
        if held + lived < HELD * 0.6:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
