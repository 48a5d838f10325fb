# SPDX-License-Identifier: MIT
"""A daemon that runs for a test, on a socket in the test's folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

HOSTD = os.environ["HOSTD"]
IOFERRY = os.environ["IOFERRY"]

DEVICES = """
devices:
  can0: {interface: can4linux, backend: simcan, bus: one, allow: any}
  can1: {interface: can4linux, backend: simcan, bus: one}
  zero: {interface: can4linux, backend: chardev, path: /dev/zero}
"""


class Daemon:
    """A running ioferry-hostd."""

    def __init__(self, folder: Path, *options: str, text: str | None = None) -> None:
        self.folder = folder
        self.path = str(folder / "hostd.sock")
        self.config = folder / "hostd.yaml"
        self.log_path = folder / "log"
        self.write(text or DEVICES)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(folder / "notify"))
        self.notify.settimeout(20)
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [HOSTD, "--config", str(self.config), "--log", "info", *options],
                stderr=log,
                env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            )
        self.expect_notify("READY=1")

    def write(self, text: str) -> None:
        self.config.write_text(f"listen: ['unix:{self.path}']\n{text}")

    def expect_notify(self, wanted: str) -> None:
        while wanted not in self.notify.recv(4096).decode().splitlines():
            pass

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_log(self, words: str) -> None:
        deadline = time.monotonic() + 20
        while words not in self.log():
            assert time.monotonic() < deadline, f"no '{words}' in:\n{self.log()}"
            time.sleep(0.01)

    def reload(self) -> None:
        self.process.send_signal(signal.SIGHUP)
        self.expect_notify("READY=1")

    def status(self) -> dict:
        output = subprocess.run([IOFERRY, "status", "--json", "--socket", self.path], check=True, capture_output=True)
        return json.loads(output.stdout)

    def device(self, name: str) -> dict:
        return next(device for device in self.status()["devices"] if device["name"] == name)

    def count(self, device: str, command: str, what: str = "calls") -> int:
        commands = {each["name"]: each for each in self.device(device)["commands"]}
        return commands[command][what] if command in commands else 0

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)
