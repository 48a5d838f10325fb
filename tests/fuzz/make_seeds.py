#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the inputs that the fuzzers start from: make_seeds.py OUT IDL...

OUT/<fuzzer>/<name>; all of them are taken by what they are for, and a test holds that. What is about commands
is generated from the IDL files; the rest is written from wire.h and control.proto.
"""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path
from typing import Iterator, Sequence

from ioferryc.analysis import Analysed
from ioferryc.backends import seeds
from ioferryc.cli import load
from ioferryc.diag import Diagnostics

READ, WRITE = 0xFFFFFF00, 0xFFFFFF01
CONTROL, CLOSE, IOCTL, IO_READ, IO_WRITE, POLL, CANCEL, ACK, REAP = range(1, 10)
COMPLETED, REFUSED, EVENT = 0, 3, 4
OWN_USER = b"\1"
SESSION_CALLS = 12  # of an interface: each command is in the inputs of the fuzzers of single calls


def key(interface: str) -> int:
    """fuzz_key() of fuzz.c."""
    value = 2166136261
    for byte in interface.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return (value >> 16 ^ value) & 0xFFFF


def head(interface: str, number: int, mode: int) -> bytes:
    """What an input about a command begins with."""
    return struct.pack("<HIB", key(interface), number, mode)


# --- the control plane ------------------------------------------------------------------------------------


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _uint(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _fixed64(number: int, value: int) -> bytes:
    return _varint(number << 3 | 1) + struct.pack("<Q", value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _packed(number: int, values: Sequence[int], form: str) -> bytes:
    return _bytes(number, struct.pack(f"<{len(values)}{form}", *values))


def _interface(analysed: Analysed) -> bytes:
    numbers = [command.numbers[0] for command in analysed.by_number]
    hashes = [command.hash for command in analysed.by_number]
    # No hash of read() and write(): the host compares them with its own, and they differ.
    return b"".join(
        (
            _bytes(1, analysed.interface.name.encode()),
            _fixed64(2, analysed.hash),
            _packed(5, numbers, "I"),
            _packed(6, hashes, "Q"),
        )
    )


def hello(found: Sequence[Analysed]) -> bytes:
    """A ControlRequest."""
    body = _uint(1, 1) + _uint(2, 1) + _bytes(3, b"seed") + _uint(4, 0) + _uint(5, 1 << 16)
    return _bytes(1, body + b"".join(_bytes(6, _interface(analysed)) for analysed in found))


CONTROL_REQUESTS = {
    "open": _bytes(2, _bytes(1, b"can4linux") + _uint(2, 2)),
    "attach": _bytes(3, _fixed64(1, 7)),
    "share": _bytes(4, _fixed64(1, 7)),
    "status": _bytes(5, b""),
    "trace": _bytes(6, _bytes(1, b"can*") + _bytes(2, b"unix:*") + _bytes(3, b"CAN_*")),
}


def hello_reply(found: Sequence[Analysed]) -> bytes:
    """A ControlReply."""
    device = (
        _bytes(1, b"can0") + _bytes(2, b"can4linux") + _fixed64(3, 1) + _uint(4, 0o600) + _uint(5, 120) + _uint(6, 1)
    )
    body = _uint(1, 1) + _uint(2, 1 << 16) + _uint(3, 63) + _uint(4, 256) + _uint(5, 512) + _uint(6, 1 << 20)
    body += _bytes(7, device) + _bytes(7, _bytes(1, b"x/y-1") + _bytes(2, b"unknown"))
    body += b"".join(_bytes(8, _interface(analysed)) for analysed in found) + _bytes(9, b"seed")
    return _bytes(3, body)


def status_reply() -> bytes:
    """A ControlReply with everything in it that a status has."""
    count = _bytes(1, b"read") + b"".join(_uint(number, 5) for number in range(2, 8))
    device = b"".join(_bytes(number, b"can0") for number in (1, 2, 3)) + _uint(4, 1) + _bytes(5, count)
    handle = _fixed64(1, 1) + _bytes(2, b"can0") + _uint(3, 9)
    blocked = _uint(1, 1) + _fixed64(2, 1) + _bytes(3, b"can0") + _bytes(4, b"read") + _uint(5, 1) + _uint(6, 1)
    session = _uint(1, 1) + _bytes(2, b"unix:uid=0") + _bytes(3, b"demo") + _bytes(8, handle) + _bytes(9, blocked)
    return _bytes(5, _bytes(1, b"0") + _uint(2, 5) + _bytes(3, device) + _bytes(4, session))


CONTROL_REPLIES = {
    "error": _uint(1, 19) + _bytes(2, b"there is no such device"),
    "open": _bytes(4, _fixed64(1, 1 << 32 | 1) + _fixed64(2, 7)),
    "status": status_reply(),
    "trace": _bytes(6, _bytes(1, b"a line\n") + _uint(2, 3)),
}


# --- messages ---------------------------------------------------------------------------------------------


def request(op: int, payload: bytes = b"", command: int = 0, flags: int = 0, hints: int = 0) -> bytes:
    """A message of a guest, as session_fuzz takes it: length, tag, ack and handle are made right."""
    message = struct.pack("<IHHQQQII", 40 + len(payload), op, flags, 0, 0, 0, command, 1 << 16) + payload
    return struct.pack("<BH", hints, len(message)) + message


def reply(payload: bytes = b"", status: int = COMPLETED, result: int = 0, error: int = 0) -> bytes:
    """A message of a host, as answers_fuzz takes it. An event's tag is a handle."""
    tag = 1 << 32 | 1 if status == EVENT else 0
    message = struct.pack("<IHHQQiI", 32 + len(payload), status, 0, tag, 0, result, error) + payload
    return struct.pack("<BH", 2 if status == EVENT else 0, len(message)) + message


def opened(analysed: Analysed) -> bytes:
    """The beginning of a session that has the interface's device open."""
    device = _bytes(2, _bytes(1, analysed.interface.name.encode()) + _uint(2, 2))
    return request(CONTROL, hello([analysed])) + request(CONTROL, device)


def sessions(found: Sequence[Analysed]) -> Iterator[tuple[str, bytes]]:
    """Whole sessions of guests."""
    for analysed in found:
        name = analysed.interface.name
        calls = [request(IO_READ, each) for each in seeds.transfers(analysed, "read")]
        calls += [request(IO_WRITE, each) for each in seeds.transfers(analysed, "write")]
        for command in analysed.by_number[:SESSION_CALLS]:
            calls += [request(IOCTL, each.payload, each.number, int(each.null)) for each in seeds.requests(command)[:1]]
        yield f"{name}.calls", b"\0" + opened(analysed) + b"".join(calls) + request(CLOSE)
    first = opened(found[0])
    poll = request(POLL, struct.pack("<II", 5, 1)) + request(POLL, struct.pack("<II", 1, 0))
    tags = request(CANCEL, struct.pack("<Q", 3)) + request(REAP, struct.pack("<Q", 2)) + request(ACK)
    yield "poll", b"\0" + first + poll + tags + request(CLOSE)
    # The session ends with most of these. A wrong length is what mutations rarely make in the right place.
    for op in range(0, 11):
        for name, payload in (("empty", b""), ("short", bytes(7)), ("long", bytes(range(64)))):
            yield f"op{op}.{name}", b"\0" + first + request(op, payload)
    for place in (1, 2, 5, 6, 1 << 31):
        message = struct.pack("<IHHQQQII", 40, CLOSE, 0, 0, 0, place | 1 << 32, 0, 1 << 16)
        yield f"handle.{place}", b"\0" + first + struct.pack("<BH", 0, len(message)) + message
    control = b"".join(request(CONTROL, each) for each in CONTROL_REQUESTS.values())
    yield "control", OWN_USER + first + control + request(CONTROL, CONTROL_REQUESTS["trace"]) + request(CLOSE)


def answers(found: Sequence[Analysed]) -> Iterator[tuple[str, bytes]]:
    """Whole sessions of hosts."""
    begin = reply(hello_reply(found))
    event = reply(status=EVENT, result=1)
    opens = reply(CONTROL_REPLIES["open"])
    calls = reply(bytes(16), result=3) + event + reply(result=1)
    rest = reply() + opens + reply(CONTROL_REPLIES["status"]) + reply(CONTROL_REPLIES["trace"]) + reply()
    again = reply(hello_reply(found[:1]))
    yield "all", begin + opens + calls + again + rest + event + again + event
    refused = reply(CONTROL_REPLIES["error"], REFUSED, -1, 19)
    yield "refused", begin + refused * 8


# --- clients of the 9P2000.L server -----------------------------------------------------------------------


def p9_request(kind: int, tag: int, form: str, *values: int, data: bytes = b"") -> bytes:
    """A message of 9P: integers, and what follows them."""
    body = struct.pack(f"<{form}", *values) + data
    return struct.pack("<IBH", 7 + len(body), kind, tag) + body


def _p9_names(*names: bytes) -> bytes:
    return struct.pack("<H", len(names)) + b"".join(struct.pack("<H", len(name)) + name for name in names)


def p9_session(file: bytes, fid: int) -> bytes:
    """Opens a file of a session. 110: Twalk, 12: Tlopen."""
    walk = p9_request(110, 1, "II", 0, fid, data=_p9_names(b"0123456789abcdef0123456789abcdef", file))
    return walk + p9_request(12, 2, "II", fid, 2)


def p9_clients() -> Iterator[tuple[str, bytes]]:
    """Whole connections; the first byte has bit 0 where the client is attached already."""
    version = struct.pack("<H", 8) + b"9P2000.L"
    yield "version", b"\x06" + p9_request(100, 65535, "I", 8192, data=version)
    text = p9_request(110, 1, "II", 0, 1, data=_p9_names(b"can0", b"status")) + p9_request(12, 2, "II", 1, 0)
    yield "text", b"\x21" + text + p9_request(116, 3, "IQI", 1, 0, 100) + p9_request(120, 4, "I", 1)
    folder = p9_request(110, 1, "II", 0, 1, data=_p9_names()) + p9_request(12, 2, "II", 1, 0)
    yield "folder", b"\x21" + folder + p9_request(40, 3, "IQI", 1, 0, 100) + p9_request(40, 4, "IQI", 1, 2, 40)
    getattr_ = p9_request(24, 3, "IQ", 0, 0x7FF) + p9_request(8, 4, "I", 0)
    setattr_ = p9_request(26, 5, "IIIIIQQQQQ", 0, 8, 0, 0, 0, 0, 0, 0, 0, 0)
    yield "attributes", b"\x21" + getattr_ + setattr_ + p9_request(50, 6, "II", 0, 0) + p9_request(122, 7, "I", 0)
    message = struct.pack("<IHHQQQII", 40, CLOSE, 0, 1, 0, 1, 0, 64)
    call = p9_request(118, 5, "IQI", 1, 1 << 27, len(message), data=message)
    call += p9_request(116, 6, "IQI", 1, (1 << 42) + (1 << 27), 512)
    yield "call", b"\x41" + p9_session(b"call", 1) + call
    order = struct.pack("<IIQ", 16, 3, 0)
    ctl = p9_request(118, 5, "IQI", 1, 0, len(order), data=order) + p9_request(116, 6, "IQI", 1, 0, 4096)
    yield "ctl", b"\x41" + p9_session(b"ctl", 1) + ctl
    events = p9_request(116, 5, "IQI", 1, 65536, 4096) + p9_request(108, 6, "H", 5) + p9_request(120, 7, "I", 1)
    yield "events", b"\x41" + p9_session(b"events", 1) + events


CONFIGS = {
    "small": "listen: ['unix:/x']\ndevices:\n  can0: {interface: can4linux, backend: any}\n",
    "large": """
listen: ['unix:/run/x.sock', 'vsock:any:7700']
socket_mode: 0660
log: info
limits: {sessions: 4, message: 64KiB, handles: 8, threads: 4}
devices:
  can0: {interface: can4linux, backend: any, path: /dev/can0, mode: 0660, major: 91, minor: 0, allow: any}
  can1:
    interface: can4linux
    backend: any
    bitrate: 125k
    loopback: yes
    kind: two
    list: [a, b]
    allow: [{uid: 1000, socket: /run/x.sock}, {cid: 7, privileged: true}]
    commands: {allow: ['CAN_*', read], deny: [CAN_IOCTL_CONFIG]}
""",
}

ADDRESSES = ("unix:/run/ioferry.sock", "vsock:2:7700", "vsock:any:7700", "vsock-unix:/run/vm1.vsock:7700")


# --- files ------------------------------------------------------------------------------------------------


def commands(found: Sequence[Analysed]) -> Iterator[tuple[str, str, int, bool, bytes]]:
    """Name, interface, number, NULL and payload of every valid request."""
    for analysed in found:
        interface = analysed.interface.name
        for command in analysed.by_number:
            for index, each in enumerate(seeds.requests(command)):
                yield f"{interface}.{command.command.name}.{index}", interface, each.number, each.null, each.payload
        for keyword, number in (("read", READ), ("write", WRITE)):
            for index, payload in enumerate(seeds.transfers(analysed, keyword)):
                yield f"{interface}.{keyword}.{index}", interface, number, False, payload


def inputs(found: Sequence[Analysed]) -> Iterator[tuple[str, str, bytes]]:
    """Fuzzer, name and content of every seed."""
    driver = bytes(range(1, 65))
    for name, interface, number, null, payload in commands(found):
        yield "request", name, head(interface, number, int(null)) + payload
        sized = struct.pack("<H", len(payload)) + payload
        yield "trace", name, head(interface, number, int(null)) + struct.pack("<H", 1000) + sized + driver
        abi = b"" if number in (READ, WRITE) else bytes([len(payload) % 8])
        # The reply is the host's, with one byte changed.
        yield "reply", name, head(interface, number, int(null) | 2) + abi + sized + b"\0\0\0\0" + b"\1\0\xff"
    for name, message in {"hello": hello(found), **CONTROL_REQUESTS}.items():
        yield "control", f"request.{name}", message
    for name, message in {"hello": hello_reply(found), **CONTROL_REPLIES}.items():
        yield "control", f"reply.{name}", message
    for name, session in sessions(found):
        yield "session", name, session
    for name, session in answers(found):
        yield "answers", name, session
    for op in range(1, 10):
        yield "link", f"request.{op}", b"\x05" + struct.pack("<IHHQQQII", 44, op, 0, 1, 0, 0, 0, 64) + b"data"
    for name, client in p9_clients():
        yield "9p2000", name, client
    for name, text in CONFIGS.items():
        yield "config", name, text.encode()
    for index, address in enumerate(ADDRESSES):
        yield "address", str(index), address.encode()


def main() -> int:
    """Writes everything anew: exit status 0, or 1 with errors in the IDL."""
    out, diagnostics = Path(sys.argv[1]), Diagnostics()
    found = sorted(load([Path(path) for path in sys.argv[2:]], diagnostics), key=lambda each: each.interface.name)
    if diagnostics:
        print(diagnostics.render(), file=sys.stderr)
        return 1
    shutil.rmtree(out, ignore_errors=True)
    for fuzzer, name, content in inputs(found):
        path = out / fuzzer / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
