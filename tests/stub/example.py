#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the stub example against the daemon with two simulated controllers: example.py HOSTD CAN_STUB."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIGURATION = """\
listen: ["unix:{socket}"]
devices:
  can0: {{interface: can4linux, backend: simcan, bus: test, bitrate: 500}}
  can1: {{interface: can4linux, backend: simcan, bus: test, bitrate: 500}}
"""

EXPECTED = ["100#00aa", "101#01aa", "102#02aa", "can1: 500 kbit/s, 0 receive errors"]


def wait_for(path: Path, daemon: subprocess.Popen[bytes]) -> None:
    """Waits until the daemon listens."""
    for _ in range(500):
        if path.exists():
            return
        if daemon.poll() is not None:
            break
        time.sleep(0.01)
    sys.exit("the daemon does not listen")


def main() -> None:
    """Compares what the example prints, with the daemon and after its end."""
    hostd, example = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "socket"
        configuration = Path(folder) / "hostd.yaml"
        configuration.write_text(CONFIGURATION.format(socket=socket), encoding="utf-8")
        command = [example, f"unix:{socket}", "can0", "can1"]
        with subprocess.Popen([hostd, "--config", str(configuration)]) as daemon:
            try:
                wait_for(socket, daemon)
                result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
            finally:
                daemon.terminate()
        if result.returncode or result.stdout.splitlines() != EXPECTED:
            sys.exit(f"exit {result.returncode}\n{result.stdout}{result.stderr}")
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        if result.returncode != 1 or str(socket) not in result.stderr:
            sys.exit(f"without a daemon: exit {result.returncode}\n{result.stderr}")


main()
