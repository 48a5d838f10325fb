# SPDX-License-Identifier: MIT
"""A shared folder without a guest: the daemon's mount, and applications of this machine that call through it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostd import Daemon

EXAMPLES = Path(os.environ["IOFERRY_BUILD"]) / "examples"
SHIM = os.environ["SHIM"]
DEVICES = """
devices:
  can0: {interface: can4linux, backend: simcan, bus: one, bitrate: 1000, allow: [{folder: FOLDER}, {uid: 0}]}
  can1: {interface: can4linux, backend: simcan, bus: one, bitrate: 1000, allow: [{folder: FOLDER}]}
  quiet: {interface: can4linux, backend: simcan, bus: two, bitrate: 1000, allow: [{folder: FOLDER}]}
QUIET  secret: {interface: can4linux, backend: simcan, bus: two, bitrate: 1000}
"""

MANY, OPENS = 13, 4  # can4linux lets a device be opened so often

pytestmark = pytest.mark.skipif(
    not os.access("/dev/fuse", os.R_OK | os.W_OK) or bool(os.geteuid() and not shutil.which("fusermount3")),
    reason="no /dev/fuse here, or no fusermount3 (Debian: fuse3)",
)


class Shared:
    """A daemon with a shared folder, and programs that use it."""

    def __init__(self, folder: Path) -> None:
        self.place = folder
        self.folder = folder / "share"
        self.folder.mkdir()
        self.daemon = self.start()
        self.programs: list[subprocess.Popen[str]] = []

    def start(self) -> Daemon:
        """Starts the daemon, for the first time or again."""
        runs = self.place / str(len(list(self.place.iterdir())))
        runs.mkdir()
        socket = f"unix:{runs}/hostd.sock"
        quiet = [f"  quiet{i}: {{interface: can4linux, backend: simcan, bus: q{i}, allow: any}}\n" for i in range(MANY)]
        text = DEVICES.replace("FOLDER", str(self.folder)).replace("QUIET", "".join(quiet))
        return Daemon(runs, "--listen", socket, "--share", str(self.folder), text=text)

    def program(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """An application below the shim."""
        environment = {**os.environ, "LD_PRELOAD": SHIM, "IOFERRY_ADDRESS": f"9p:{self.folder}"}
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            [EXAMPLES / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self.programs.append(process)
        return process

    def run(self, name: str, *arguments: str) -> str:
        """Runs an application to its end, which must be a good one."""
        process = self.program(name, *arguments)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        return output

    def sessions(self) -> list[list[str]]:
        """The lines about sessions: kind of mount, opens, call writes, call reads, event reads."""
        lines = (self.folder / "sessions").read_text(encoding="utf-8").splitlines()
        return [re.split(r" {2,}", line) for line in lines[1:]]

    def end(self) -> None:
        """Ends what is left."""
        for process in self.programs:
            if process.poll() is None:
                process.kill()
            process.communicate()
        status = self.daemon.stop()
        self.daemon.notify.close()
        assert status == 0, self.daemon.log()
        assert not os.path.ismount(self.folder)


@pytest.fixture(name="shared")
def make_shared(tmp_path: Path) -> Iterator[Shared]:
    """One for each test."""
    shared = Shared(tmp_path)
    yield shared
    shared.end()


def wait_until(condition, seconds: float = 20) -> None:
    """Waits for what comes soon."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_devices_are_folders_that_a_person_can_read(shared: Shared) -> None:
    names = os.listdir(shared.folder)
    assert {"can0", "can1", "quiet", "sessions"} < set(names) and "secret" not in names
    assert sorted(os.listdir(shared.folder / "can0")) == ["interface.idl", "status"]
    source = Path(__file__).resolve().parents[3] / "idl/can/can4linux.idl"
    assert (shared.folder / "can0/interface.idl").read_text(encoding="utf-8") == source.read_text(encoding="utf-8")
    shared.run("can4linux-send", "/dev/can0", "-n", "3")
    status = (shared.folder / "can0/status").read_text(encoding="utf-8")
    assert re.search(r"^backend +simcan$", status, re.MULTILINE)
    assert re.search(r"^write +3 +0 +0$", status, re.MULTILINE)


def test_an_application_works(shared: Shared) -> None:
    assert "250 frames sent by the first node, received by the second" in shared.run(
        "can4linux-demo", "--frames", "500", "/dev/can0", "/dev/can1"
    )
    wait_until(lambda: not shared.sessions())


def test_a_call_is_one_write_and_one_read_at_most(shared: Shared) -> None:
    counts = []
    for frames in ("50", "200"):
        shared.run("can4linux-send", "/dev/can0", "-n", frames)
        # The program has not said goodbye: its session is there for some seconds more.
        (_, _, writes, reads, _) = shared.sessions()[0]
        counts.append(int(writes))
        assert int(reads) <= int(writes)  # calls that take longer than a moment are answered in batches
        wait_until(lambda: not shared.sessions())
    assert counts[1] - counts[0] == 150


def test_many_blocked_reads_delay_nobody(shared: Shared) -> None:
    def opens() -> int:
        devices = shared.daemon.status()["devices"]
        return sum(int(device.get("opens", 0)) for device in devices if device["name"].startswith("quiet"))

    nodes = [f"/dev/quiet{i}" for i in range(MANY)] * OPENS
    readers = [shared.program("can4linux-dump", "-n", "1", "-t", "100", node) for node in nodes]
    wait_until(lambda: opens() == MANY * OPENS, 60)
    assert "received by the second" in shared.run("can4linux-demo", "--frames", "20", "/dev/can0", "/dev/can1")
    for reader in readers:
        assert reader.poll() is None
        reader.kill()
    wait_until(lambda: opens() == 0, 30)


def test_a_killed_application_leaves_nothing_behind(shared: Shared) -> None:
    reader = shared.program("can4linux-dump", "-n", "1", "-t", "100", "/dev/quiet")
    wait_until(lambda: shared.daemon.device("quiet")["opens"] == 1)
    reader.kill()
    wait_until(lambda: shared.daemon.device("quiet")["opens"] == 0)
    assert not shared.sessions()


def test_a_killed_daemon_comes_again(shared: Shared) -> None:
    reader = shared.program("can4linux-dump", "-n", "1", "-t", "100", "/dev/quiet")
    wait_until(lambda: shared.daemon.device("quiet")["opens"] == 1)
    shared.daemon.process.send_signal(signal.SIGKILL)
    shared.daemon.process.wait()
    shared.daemon.notify.close()
    output, _ = reader.communicate(timeout=30)
    assert reader.returncode and "the node is gone" in output
    shared.daemon = shared.start()
    assert "received by the second" in shared.run("can4linux-demo", "--frames", "20", "/dev/can0", "/dev/can1")
