#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""arrows.py SOURCE GENERATED...: who includes whom. Names each #include that docs/architecture.md does not allow.

SOURCE is the source tree, each GENERATED a folder (or file) of C that ioferryc wrote. `--self-test` plants violations
and checks that each of them is found.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*([<"])([^">]+)[">]', re.MULTILINE)

RUNTIME = "runtime"
GENERATED = "generated"  # types, stubs and tables of an interface
DEVICE = "a device's header"
SYSTEM = "the C library"

# Headers that the C library and the kernel do not bring; the name is what a rule below allows.
LIBRARIES = {
    "protobuf-c": re.compile(r"protobuf-c/"),
    "libfuse": re.compile(r"fuse|cuse_lowlevel"),
    "libyaml": re.compile(r"yaml\.h$"),
    "systemd": re.compile(r"systemd/"),
    "libcap": re.compile(r"sys/capability\.h$"),
    "cmocka": re.compile(r"cmocka"),
}
DEVICE_HEADERS = re.compile(r"linux/(i2c|watchdog|can|gpio|spi|input|videodev)|can4linux|pcan|vcan|esdcan|canlib")
GENERATED_HEADERS = re.compile(r".*_(types|stub|stubs)\.h$|interfaces\.h$")


@dataclass(frozen=True)
class Room:
    """What a folder may include besides itself and the C library."""

    may: frozenset[str]

    @classmethod
    def knows(cls, *names: str) -> "Room":
        """Short for the table below."""
        return cls(frozenset(names))


ROOMS = {
    "runtime": Room.knows("protobuf-c"),
    "transports": Room.knows("runtime"),
    "transports/9p/host": Room.knows("runtime", "libfuse"),
    "guest": Room.knows("runtime", "transports", GENERATED, DEVICE, "libfuse", "libyaml", "systemd"),
    "host": Room.knows("runtime", "transports", GENERATED, DEVICE, "libyaml", "systemd", "libcap"),
    # An ordinary application knows the device's own header and nothing of ours; one of the typed stubs, the runtime.
    "examples": Room.knows(GENERATED, DEVICE),
    "examples/stub": Room.knows("runtime", "transports", GENERATED, DEVICE),
}
# A generated table or shape function knows the shape API alone.
GENERATED_MAY = {"errno.h", "stddef.h", "stdint.h", "ioferry/shape.h", "ioferry/abi.h"}
TYPES_MAY = {"stddef.h", "stdint.h", "sys/time.h", "sys/types.h", "sys/ioctl.h"}


@dataclass(frozen=True)
class Arrow:
    """One #include."""

    path: Path
    line: int
    header: str
    quoted: bool


def arrows(path: Path) -> Iterator[Arrow]:
    """Every #include of a file, those in a dead #if too."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for match in INCLUDE.finditer(text):
        yield Arrow(path, text.count("\n", 0, match.start()) + 1, match[2], match[1] == '"')


def target(arrow: Arrow, source: Path) -> str:
    """What an #include reaches: a room, a library, generated code, a device's header or the C library."""
    beside = (arrow.path.parent / arrow.header).resolve()
    if arrow.quoted and beside.exists() and beside.is_relative_to(source):
        return beside.relative_to(source).parts[0]
    if arrow.header.startswith("ioferry/") or arrow.header.endswith(".pb-c.h"):
        return RUNTIME
    first = arrow.header.partition("/")[0]
    if first in ROOMS or (source / first).is_dir() and (source / arrow.header).exists():
        return first
    for library, pattern in LIBRARIES.items():
        if pattern.match(arrow.header):
            return library
    if GENERATED_HEADERS.match(arrow.header):
        return GENERATED
    return DEVICE if DEVICE_HEADERS.match(arrow.header) else SYSTEM


def check_tree(source: Path) -> Iterator[str]:
    """What the rooms of the source tree include and may not."""
    for name, room in ROOMS.items():
        inner = [source / other for other in ROOMS if other.startswith(f"{name}/")]
        for path in sorted((source / name).rglob("*.[ch]")):
            if any(path.is_relative_to(folder) for folder in inner):
                continue
            for arrow in arrows(path):
                reached = target(arrow, source)
                if reached not in room.may | {name.partition("/")[0], SYSTEM}:
                    yield f"{path}:{arrow.line}: {name}/ may not include <{arrow.header}> ({reached})"


def check_generated(place: Path) -> Iterator[str]:
    """What generated C includes and may not; types headers are for applications and include none of ours."""
    for path in sorted(place.rglob("*.[ch]")) if place.is_dir() else [place]:
        if path.name.endswith((".pb-c.c", ".pb-c.h")):
            continue
        if path.name.endswith("_assertions.c"):
            continue  # compares a types header with the device's own header; compiled, never linked into a program
        may = TYPES_MAY if path.suffix == ".h" else GENERATED_MAY
        for arrow in arrows(path):
            if arrow.header not in may and not (path.suffix == ".h" and GENERATED_HEADERS.match(arrow.header)):
                yield f"{path}:{arrow.line}: generated code may not include <{arrow.header}>"


PLANTED = {
    "runtime/a.c": ['"transports/x.h"', '"host/x.h"', "<yaml.h>", "<linux/i2c-dev.h>", "<can4linux_types.h>"],
    "transports/unix/a.c": ['"guest/x.h"', '"../../host/x.h"', "<linux/can.h>", "<can4linux_types.h>"],
    "guest/a.c": ['"host/x.h"', '"../host/x.h"'],
    "host/a.c": ['"guest/x.h"', "<cuse_lowlevel.h>"],
    "examples/a.c": ["<ioferry/session.h>", '"guest/x.h"'],
    "examples/stub/a.c": ['"host/x.h"'],
}
INNOCENT = {
    "runtime/b.c": ["<string.h>", "<ioferry/wire.h>", "<protobuf-c/protobuf-c.h>", "<control.pb-c.h>"],
    "transports/unix/b.c": ["<ioferry/transport.h>", "<linux/vm_sockets.h>", '"../x.h"'],
    "guest/b.c": ['"transports/x.h"', "<cuse_lowlevel.h>"],
    "host/b.c": ["<yaml.h>", "<linux/i2c-dev.h>", '"host/x.h"'],
    "examples/b.c": ["<can4linux_types.h>", "<stdio.h>"],
    "examples/stub/b.c": ["<ioferry/file.h>", "<can4linux_stub.h>"],
}
PLANTED_GENERATED = ["<stdio.h>", '"host/x.h"', "<ioferry/session.h>", "<ioferry/transport.h>"]
INNOCENT_GENERATED = ["<errno.h>", "<ioferry/shape.h>", "<ioferry/abi.h>"]


def self_test() -> int:
    """Each planted include must be found, and nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch).resolve()
        for room in ROOMS:
            (source / room).mkdir(parents=True)
            (source / room / "x.h").touch()
        for table in (PLANTED, INNOCENT):
            for name, headers in table.items():
                path = source / name
                path.parent.mkdir(exist_ok=True)
                path.write_text("".join(f"#include {header}\n" for header in headers), encoding="utf-8")
        generated = source / "generated.c"
        lines = PLANTED_GENERATED + INNOCENT_GENERATED
        generated.write_text("".join(f"  # include {header}\n" for header in lines), encoding="utf-8")
        found = {re.sub(r"(:\d+):.*", r"\1", line) for line in [*check_tree(source), *check_generated(generated)]}
        wanted = {f"{source / name}:{n + 1}" for name, headers in PLANTED.items() for n in range(len(headers))}
        wanted |= {f"{generated}:{n + 1}" for n in range(len(PLANTED_GENERATED))}
    for missed in sorted(wanted - found):
        print(f"missed: {missed}")
    for blamed in sorted(found - wanted):
        print(f"blamed without reason: {blamed}")
    return 1 if found != wanted else 0


def main() -> int:
    """The command line."""
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    source, *generated = [Path(name).resolve() for name in sys.argv[1:]]
    complaints = list(check_tree(source))
    files = sum(1 for room in ROOMS if "/" not in room for _ in (source / room).rglob("*.[ch]"))
    for place in generated:
        files += sum(1 for _ in place.rglob("*.[ch]"))
        complaints += check_generated(place)
    print(*complaints, f"{files} files, {len(complaints)} wrong", sep="\n")
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main())
