# SPDX-License-Identifier: MIT
"""The daemon from outside: configuration, signals, status, trace, guests that misbehave."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hostd import DEVICES, HOSTD, IOFERRY
from guest import ACK, CANCEL, CLOSE, COMPLETED, INTERRUPTED, IOCTL, READ, REFUSED, Guest, begin

CAN_IOCTL_STATUS = 5
STATUS_SIZE = 56  # struct CanStatusPar, LP64
ONE_RECORD = struct.pack("<Q", 1)  # the count; nothing of the buffer travels


def wait_until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_calls_are_counted_and_traced(start):
    daemon = start("--trace")
    guest = begin(daemon.path)
    assert guest.devices == ["can0", "can1", "zero"]
    error, handle = guest.open("can0")
    assert error == 0
    for _ in range(3):
        reply = guest.call(IOCTL, handle=handle, command=CAN_IOCTL_STATUS, payload=bytes(STATUS_SIZE))
        assert (reply.status, reply.error, len(reply.payload)) == (COMPLETED, 0, STATUS_SIZE)
        assert struct.unpack_from("<I", reply.payload)[0] == 125  # kbit/s
    assert guest.call(CLOSE, handle=handle).status == COMPLETED
    assert daemon.count("can0", "CAN_IOCTL_STATUS") == 3
    assert daemon.count("can0", "open") == 1
    assert daemon.device("can0")["opens"] == 0
    daemon.wait_log(f"unix:uid={os.geteuid()} can0 CAN_IOCTL_STATUS({{baud=125, ")
    daemon.wait_log("can0 close() = 0 <")
    guest.close()


def test_undeclared_number_is_told_once(start):
    daemon = start()
    guest = begin(daemon.path)
    _, handle = guest.open("can0")
    for _ in range(5):
        reply = guest.call(IOCTL, handle=handle, command=0xC0FFEE)
        assert (reply.status, reply.error) == (REFUSED, errno.ENOTTY)
    daemon.wait_log("ioctl 0x00c0ffee")
    assert daemon.log().count("0x00c0ffee") == 1
    assert "declare it in the IDL file of interface 'can4linux'" in daemon.log()
    assert daemon.count("can0", "undeclared", "refused") == 5
    guest.close()


def test_blocked_call_is_shown_and_cancelled(start):
    daemon = start()
    guest = begin(daemon.path)
    _, handle = guest.open("can0")
    tag = guest.send(READ, handle=handle, payload=ONE_RECORD)
    wait_until(lambda: any(session["blocked"] for session in daemon.status()["sessions"]))
    (blocked,) = [call for session in daemon.status()["sessions"] for call in session["blocked"]]
    assert (blocked["device"], blocked["command"], blocked["cancelled"]) == ("can0", "read", False)
    assert blocked["age_ms"] >= 1
    text = subprocess.run([IOFERRY, "status", "-s", daemon.path], check=True, capture_output=True, text=True).stdout
    assert "blocked: read on can0 for" in text
    guest.send(CANCEL, payload=struct.pack("<Q", tag))
    reply = guest.receive()
    assert (reply.tag, reply.status, reply.error) == (tag, INTERRUPTED, errno.EINTR)
    guest.close()


def test_dead_guest_leaves_no_open(start):
    daemon = start()
    guest = begin(daemon.path)
    for _ in range(4):
        _, handle = guest.open("can0")
    guest.send(READ, handle=handle, payload=ONE_RECORD)
    assert daemon.device("can0")["opens"] == 4
    guest.close()
    wait_until(lambda: daemon.device("can0")["opens"] == 0)
    wait_until(lambda: len(daemon.status()["sessions"]) == 1)  # that of the question itself


def test_one_guest_open_is_one_host_open(start):
    daemon = start()
    guest = begin(daemon.path)

    def opens() -> int:
        count = 0
        for entry in Path(f"/proc/{daemon.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a session that ends closes descriptors meanwhile
                count += os.readlink(entry) == "/dev/zero"
        return count

    before = opens()
    handles = [guest.open("zero")[1] for _ in range(3)]
    assert opens() == before + 3
    guest.call(CLOSE, handle=handles[0])
    assert opens() == before + 2
    guest.close()
    wait_until(lambda: opens() == before)


def test_reload(start):
    daemon = start()
    guest = begin(daemon.path)
    _, handle = guest.open("can0")
    daemon.write(DEVICES.replace("allow: any", "allow: [{uid: 4242}], commands: {deny: ['CAN_IOCTL_*']}"))
    daemon.reload()
    reply = guest.call(IOCTL, handle=handle, command=CAN_IOCTL_STATUS, payload=bytes(STATUS_SIZE))
    assert (reply.status, reply.error) == (REFUSED, errno.EPERM)
    assert guest.open("can0")[0] == errno.ENODEV
    assert guest.changes == 1
    assert daemon.device("can0")["opens"] == 1  # what is open stays
    # A broken file changes nothing.
    daemon.write("devices: {can0: {interface: can4linx}}\n")
    daemon.reload()
    daemon.wait_log("the configuration stays as it was")
    assert "hostd.yaml:2:29: unknown interface 'can4linx'; did you mean 'can4linux'?" in daemon.log()
    assert guest.open("can1")[0] == 0
    assert guest.changes == 1
    # A device that is gone is not offered, and its open goes on.
    daemon.write("devices: {can9: {interface: can4linux, backend: simcan, bus: two}}\n")
    daemon.reload()
    assert guest.open("can0")[0] == errno.ENODEV
    assert guest.call(CLOSE, handle=handle).status == COMPLETED
    assert guest.changes == 2
    guest.hello()
    assert guest.devices == ["can9"]
    guest.close()


def test_reload_moves_the_listener(start):
    daemon = start()
    old = daemon.path
    daemon.path = str(daemon.folder / "other.sock")
    daemon.write(DEVICES)
    daemon.reload()
    begin(daemon.path).close()
    assert not os.path.exists(old)


def test_signals_end_it_and_the_socket_goes(start):
    daemon = start()
    guest = begin(daemon.path)
    _, handle = guest.open("can0")
    guest.send(READ, handle=handle, payload=ONE_RECORD)
    wait_until(lambda: any(session["blocked"] for session in daemon.status()["sessions"]))
    assert daemon.stop() == 0
    daemon.expect_notify("STOPPING=1")
    assert not os.path.exists(daemon.path)
    with pytest.raises((EOFError, ConnectionResetError)):
        while True:
            guest.receive()
    guest.close()


NOISE = [
    b"\0" * 64,
    b"\xff" * 64,
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"x" * 64,
    struct.pack("<I", 1 << 30) + b"x" * 100,
    struct.pack("<IHHQQQII", 44, 1, 0, 1, 0, 0, 0, 64) + b"\xff\xff\xff\xff",
    struct.pack("<IHHQQQII", 40, ACK, 0, 1, 0, 0, 0, 64),
]


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
def test_noise_ends_only_its_own_session(start, noise):
    daemon = start()
    guest = begin(daemon.path)
    _, handle = guest.open("can0")
    bad = socket.socket(socket.AF_UNIX)
    bad.settimeout(20)
    bad.connect(daemon.path)
    bad.sendall(noise)
    try:
        assert bad.recv(100) == b""
    except ConnectionResetError:
        pass
    bad.close()
    daemon.wait_log("the session ends")
    assert guest.call(CLOSE, handle=handle).status == COMPLETED
    guest.close()


def test_a_session_over_a_cap_is_refused_and_the_log_says_which(start):
    daemon = start(text=f"limits: {{sessions_per_guest: 2}}\n{DEVICES}")
    guests = [begin(daemon.path), begin(daemon.path)]
    with pytest.raises((EOFError, ConnectionResetError, BrokenPipeError)):
        begin(daemon.path)
    daemon.wait_log(f"session refused: unix:uid={os.geteuid()}: it has 2 sessions ('sessions_per_guest')")
    assert guests[0].open("can0")[0] == 0
    for guest in guests:
        guest.close()


def test_an_unknown_handle_is_refused_and_logged(start):
    daemon = start()
    guest = begin(daemon.path)
    reply = guest.call(IOCTL, handle=0x1234500000001, command=CAN_IOCTL_STATUS, payload=bytes(STATUS_SIZE))
    assert (reply.status, reply.error) == (REFUSED, errno.ENODEV)
    daemon.wait_log("on handle 0001234500000001, which is not open")
    guest.close()


def test_two_listeners_and_what_each_vouches_for(start, tmp_path):
    text = f"""
devices:
  can0: {{interface: can4linux, backend: simcan, bus: one, allow: [{{socket: {tmp_path}/vm1.vsock}}]}}
  can1: {{interface: can4linux, backend: simcan, bus: one, allow: [{{transport: unix}}]}}
"""
    daemon = start("--listen", f"unix:{tmp_path}/unix", "--listen", f"vsock-unix:{tmp_path}/vm1.vsock:7700", text=text)
    here, vm = begin(f"{tmp_path}/unix"), begin(f"{tmp_path}/vm1.vsock_7700")
    assert (here.devices, vm.devices) == (["can1"], ["can0"])
    for guest, own, other in ((here, "can1", "can0"), (vm, "can0", "can1")):
        error, handle = guest.open(own)
        assert error == 0
        reply = guest.call(IOCTL, handle=handle, command=CAN_IOCTL_STATUS, payload=bytes(STATUS_SIZE))
        assert reply.status == COMPLETED
        assert guest.open(other)[0] == errno.ENODEV
    daemon.path = f"{tmp_path}/unix"
    peers = {session["peer"] for session in daemon.status()["sessions"]}
    assert peers == {f"unix:uid={os.geteuid()}", f"vsock-unix:{tmp_path}/vm1.vsock"}
    here.close()
    vm.close()


def test_log_is_rate_limited(start):
    daemon = start()
    guest = begin(daemon.path)
    for _ in range(500):
        assert guest.open("nothing")[0] == errno.ENODEV
    assert 1 <= daemon.log().count("there is no device 'nothing'") <= 40
    guest.close()


AS_OTHER_USER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from guest import begin
os.setresuid(4242, 4242, 4242)
guest = begin(sys.argv[1])
print(guest.devices, guest.open("can0")[0], guest.open("can1")[0], guest.control(5, b"")[0])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_gets_what_the_policy_says(start):
    with tempfile.TemporaryDirectory() as folder:  # the fixture's folders are closed to others
        os.chmod(folder, 0o755)
        path = f"{folder}/hostd.sock"
        daemon = start("--listen", f"unix:{path}")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o666
        output = subprocess.run(
            [sys.executable, "-c", AS_OTHER_USER, path, str(Path(__file__).parent)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert output.stdout.strip() == f"['can0'] 0 {errno.ENODEV} {errno.EPERM}", output.stderr
        daemon.wait_log("'allow' of device 'can1' does not name unix:uid=4242")
        daemon.wait_log("status is told to root and the daemon's own user only")
        daemon.stop()


def test_check_config(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text(f"listen: [unix:{tmp_path}/s]\n{DEVICES}")
    good = subprocess.run([HOSTD, "-c", str(config), "--check-config"], capture_output=True, text=True, check=True)
    assert "3 devices, 1 address, no errors" in good.stdout
    config.write_text(f"listen: [unix:{tmp_path}/s]\nlisten2: 5\ndevices:\n  x: {{interface: can4linux}}\n")
    bad = subprocess.run([HOSTD, "-c", str(config), "--check-config"], capture_output=True, text=True, check=False)
    assert bad.returncode == 78
    assert f"{config}:2:10: unknown setting 'listen2'; did you mean 'listen'?" in bad.stderr
    assert f"{config}:4:6: 'backend' is missing; write for example 'backend: chardev'" in bad.stderr
    assert not list(tmp_path.glob("s"))
    missing = subprocess.run([HOSTD, "-c", "/no/such/file"], capture_output=True, text=True, check=False)
    assert missing.returncode == 78
    assert "/no/such/file: cannot be read: No such file or directory" in missing.stderr


def check_config(config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [HOSTD, "-c", str(config), "--check-config", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_check_config_of_addresses(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text(f"listen: [unix:s, tcp:1, unix:/a, unix:/a]\n{DEVICES}")
    bad = check_config(config)
    assert bad.returncode == 78
    assert f"{config}:1:10: 'unix:s' is no address: \"s\": a socket's path begins with '/'" in bad.stderr
    assert f"{config}:1:18: 'tcp:1' is no address: \"tcp:1\" names no transport of this build" in bad.stderr
    assert f"{config}:1:34: 'unix:/a' is given twice" in bad.stderr
    # Who says --listen needs none in the file.
    config.write_text("devices: {zero: {interface: can4linux, backend: chardev, path: /dev/zero}}")
    assert f"{config}:1:1: no 'listen'" in check_config(config).stderr
    assert "1 device, 2 addresses, no errors" in check_config(config, "-l", "unix:/a", "-l", "unix:/b").stdout
    wrong = check_config(config, "--listen", "unix:s")
    assert wrong.returncode == 64
    assert "--listen unix:s: \"s\": a socket's path begins with '/'" in wrong.stderr


def test_shipped_configurations_are_right():
    top = Path(__file__).parents[3]
    for path in ("packaging/ioferry-hostd.yaml", "examples/demo.yaml"):
        subprocess.run([HOSTD, "-c", str(top / path), "--check-config"], check=True, capture_output=True)


def test_configuration_in_the_readme_admits_the_guest_it_names(tmp_path):
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    config = tmp_path / "hostd.yaml"
    config.write_text(re.search(r"```yaml\n(.*?)```", readme, re.DOTALL).group(1))
    assert "allow: [{cid: 7}]" in config.read_text() and "guest-cid=7" in readme
    assert "1 device, 1 address, no errors" in check_config(config).stdout


def test_status_of_no_daemon(tmp_path):
    for option in ("-s", "--socket", "-a", "--address"):
        command = [IOFERRY, "status", option, f"{tmp_path}/none"]
        output = subprocess.run(command, capture_output=True, text=True, check=False)
        assert output.returncode == 69
        assert output.stderr == (
            f"ioferry: unix:{tmp_path}/none: No such file or directory; "
            "is ioferry-hostd running, and does it listen there?\n"
        )


def test_unknown_word_is_named():
    output = subprocess.run([IOFERRY, "stauts"], capture_output=True, text=True, check=False)
    assert output.returncode == 64
    assert output.stderr.startswith("ioferry: there is no command 'stauts'\nUsage: ")


def test_two_daemons_do_not_share_an_address(start):
    daemon = start()
    second = subprocess.run([HOSTD, "-c", str(daemon.config)], capture_output=True, text=True, check=False, timeout=20)
    assert second.returncode == 69
    assert "cannot listen at unix:" in second.stderr
    Guest(daemon.path).close()  # the first one still serves
