# SPDX-License-Identifier: MIT
"""The demo as a user runs it: daemon, simulated buses, ordinary applications under the preload shim."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[3] / "demo" / "demo.sh"
BUILD = Path(os.environ["IOFERRY_BUILD"])


def start(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    """The demo, with its temporary files where the test can see them."""
    return subprocess.Popen(  # pylint: disable=consider-using-with # the caller waits for it
        [str(DEMO), "--build", str(BUILD), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "100"},
    )


def left_behind(tmp_path: Path) -> list[str]:
    """Processes that mention the demo's folder, and files in it."""
    found = [str(path) for path in tmp_path.iterdir()]
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if f"{tmp_path}/".encode() in text:
            found.append(f"process {entry.name}")
    return found


@pytest.fixture(name="output", scope="module")
def run_demo(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of a whole run."""
    tmp_path = tmp_path_factory.mktemp("demo")
    with start(tmp_path, "--frames", "300") as demo:
        text, _ = demo.communicate(timeout=120)
    assert demo.returncode == 0, text
    assert not left_behind(tmp_path)
    return text.splitlines()


def test_wrong_options_are_told_before_anything_is_built() -> None:
    run = DEMO.parent.parent / "run"
    for options in (["--bogus"], ["--frames"], ["--vm", "more"]):
        done = subprocess.run([str(run), "demo", *options], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith("demo.sh: ")
        assert done.stdout == ""


def test_all_frames_arrive_unchanged(output: list[str]) -> None:
    transfers = [line for line in output if "received by the second" in line]
    assert [re.findall(r"(\d+) (?:frames|differ)", line) for line in transfers] == [["150", "0"], ["150", "0"]]
    assert any(line.startswith("app  | 50 frames at 1000000 bit/s") and line.endswith(": 0 differ") for line in output)


def test_the_bit_rate_changes(output: list[str]) -> None:
    rates = re.findall(r"app  \| /dev/(can\d): (\d+) kbit/s", "\n".join(output))
    assert rates == [("can0", "125"), ("can1", "125"), ("can0", "500"), ("can1", "500")]


def test_the_daemon_saw_the_calls(output: list[str]) -> None:
    host = [line for line in output if line.startswith("host | ")]
    for wanted in (
        r"can0 open\(O_RDWR\) = 0 <\d+ us>$",
        r"can0 CAN_IOCTL_STATUS\(\{baud=125, .*\) = 0 ",
        r"can0 CAN_IOCTL_COMMAND\(\{cmd=START, target=ACC\}\) = 0 ",
        r"can0 CAN_IOCTL_CONFIG\(\{target=TIMING, val1=500\}\) = 0 ",
        r"can0 write\(\[\{.*\) = 8 ",
        r"can1 read\(\[\{.*\) = \d",
        r"can1 poll\(POLLIN",
        r"pcan0 PCAN_INIT\(\{wBTR0BTR1=0x14, ucCANMsgType=EXTENDED\}\) = 0 ",
        r"pcan1 PCAN_READ_MSG\(\{Msg=\{MSGTYPE=STANDARD, ",
        r"can0 close\(\) = 0 ",
        r"\.\.\. and \d+ calls more: ",
    ):
        assert any(re.search(wanted, line) for line in host), wanted


def test_it_is_short_enough_to_read(output: list[str]) -> None:
    assert len(output) < 100
    assert max(len(line) for line in output) <= 110


def test_it_ends_with_a_table_without_errors(output: list[str]) -> None:
    rows = [line for line in output if re.fullmatch(r"\S.* +\d+ +\d+ +[\d.]+ +[\d.]+", line) and "|" not in line]
    assert output[-1] in rows
    names = {row.split("  ")[0] for row in rows}
    assert {"open", "ioctl COMMAND", "ioctl CONFIG", "ioctl STATUS", "PCAN_WRITE_MSG"} <= names
    for row in rows:
        count, errors, p50, p99 = row.split()[-4:]
        assert int(count) > 0 and errors == "0" and 0 < float(p50) <= float(p99)


def test_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    with start(tmp_path, "--frames", "1000000") as demo:
        assert demo.stdout
        for line in demo.stdout:
            if line.startswith("host | can1 read"):
                break
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
        assert demo.wait(timeout=20) == 130
    assert not left_behind(tmp_path)


def test_wrong_options_are_told() -> None:
    result = subprocess.run([str(DEMO), "--nonsense"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "usage" in result.stderr
