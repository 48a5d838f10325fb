# SPDX-License-Identifier: MIT
"""A guest that speaks the wire by hand: written from wire.h and control.proto, not from the project's C."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field

CONTROL, CLOSE, IOCTL, READ, WRITE, POLL, CANCEL, ACK, REAP = range(1, 10)
COMPLETED, INTERRUPTED, NEVER_STARTED, REFUSED, EVENT = range(5)
EVENT_DEVICES = (1 << 64) - 1

REQUEST = struct.Struct("<IHHQQQII")
REPLY = struct.Struct("<IHHQQiI")


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def pb_uint(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def pb_fixed64(number: int, value: int) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def pb_bytes(number: int, value: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(value)) + value


def pb_fields(data: bytes) -> dict[int, list]:
    """Fields of a message by number: ints and bytes."""
    fields: dict[int, list] = {}
    at = 0

    def read_varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = read_varint()
        kind = key & 7
        value: int | bytes
        if kind == 0:
            value = read_varint()
        elif kind == 1:
            value = struct.unpack_from("<Q", data, at)[0]
            at += 8
        elif kind == 5:
            value = struct.unpack_from("<I", data, at)[0]
            at += 4
        else:
            size = read_varint()
            value = data[at : at + size]
            at += size
        fields.setdefault(key >> 3, []).append(value)
    return fields


@dataclass
class Reply:
    status: int
    tag: int
    seq: int
    result: int
    error: int
    payload: bytes


@dataclass
class Guest:
    """One session."""

    path: str
    tag: int = 0
    arrived: int = 0
    changes: int = 0  # of the host's devices, as told
    devices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(self.path)

    def close(self) -> None:
        self.socket.close()

    def send(self, op: int, handle: int = 0, command: int = 0, payload: bytes = b"", flags: int = 0) -> int:
        self.tag += 1
        length = REQUEST.size + len(payload)
        self.socket.sendall(REQUEST.pack(length, op, flags, self.tag, self.arrived, handle, command, 1 << 16) + payload)
        return self.tag

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self.socket.recv(length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def receive(self) -> Reply:
        """The next message that is not about the host's devices."""
        while True:
            reply = self._message()
            if (reply.status, reply.tag) != (EVENT, EVENT_DEVICES):
                return reply
            self.changes += 1

    def _message(self) -> Reply:
        length, status, _, tag, seq, result, error = REPLY.unpack(self._exactly(REPLY.size))
        if seq == self.arrived + 1:
            self.arrived = seq
        return Reply(status, tag, seq, result, error, self._exactly(length - REPLY.size))

    def call(self, op: int, **arguments) -> Reply:
        tag = self.send(op, **arguments)
        reply = self.receive()
        assert reply.tag == tag
        return reply

    def control(self, number: int, body: bytes) -> tuple[int, dict[int, list]]:
        reply = self.call(CONTROL, payload=pb_bytes(number, body))
        return reply.error, pb_fields(reply.payload)

    def _hello(self, interfaces: list[bytes]) -> dict[int, list]:
        body = pb_uint(1, 1) + pb_uint(2, 1) + pb_bytes(3, b"guest.py") + pb_uint(5, 1 << 20)
        error, fields = self.control(1, body + b"".join(pb_bytes(6, each) for each in interfaces))
        assert error == 0, fields
        return pb_fields(fields[3][0])

    def hello(self) -> None:
        """Learns the host's hashes, and agrees with them."""
        answer = self._hello([])
        answer = self._hello(answer.get(8, []))
        self.devices = [pb_fields(device)[1][0].decode() for device in answer.get(7, [])]

    def open(self, device: str, flags: int = 2) -> tuple[int, int]:
        """Errno and handle."""
        error, fields = self.control(2, pb_bytes(1, device.encode()) + pb_uint(2, flags))
        if error:
            assert fields[2][0], "an error has a reason"
            return error, 0
        return 0, pb_fields(fields[4][0])[1][0]


def begin(path: str) -> Guest:
    guest = Guest(path)
    guest.hello()
    return guest
