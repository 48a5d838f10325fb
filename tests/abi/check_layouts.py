#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every interface's size and offset assertions for each ABI, and against the real headers.

Prints a table: for each interface and ABI the number of assertions that hold, of the generated structures
("own") and of the driver's header ("real"), or that the header is not installed. Exit status 1 where one fails.
"""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Debian keeps asm/ of both x86 widths in the 64-bit folder; gcc -m32 finds it with gcc-multilib only, which
# cannot be installed beside the ARM cross compiler.
M32 = "-m32 -idirafter /usr/include/x86_64-linux-gnu"
MACHINES = {
    "lp64": ("gcc -m64", "__LP64__"),
    "i386": (f"gcc {M32}", "__i386__"),
    "eabi32": ("arm-linux-gnueabihf-gcc -U_TIME_BITS", "__ARM_EABI__"),
    "eabi32-time64": ("arm-linux-gnueabihf-gcc -D_TIME_BITS=64 -D_FILE_OFFSET_BITS=64", "__ARM_EABI__"),
}


@dataclass(frozen=True)
class Result:
    """What one compiler said about one interface."""

    own: int
    real: int
    header: bool
    errors: str


def compiler_works(command: list[str], macro: str) -> bool:
    """Whether the compiler is there, can include the C library and is for the machine."""
    if shutil.which(command[0]) is None:
        return False
    probe = f"#include <stdint.h>\n#include <sys/time.h>\n#ifndef {macro}\n#error\n#endif\n"
    done = subprocess.run(
        [*command, "-fsyntax-only", "-xc", "-"], input=probe, capture_output=True, text=True, check=False
    )
    return done.returncode == 0


def compile_assertions(command: list[str], source: Path, includes: list[str]) -> Result:
    """Counts the assertions that the preprocessor leaves, then compiles them."""
    base = [*command, "-std=gnu11", "-D_GNU_SOURCE", *(f"-I{folder}" for folder in includes)]
    text = subprocess.run([*base, "-E", str(source)], capture_output=True, text=True, timeout=60, check=False).stdout
    macros = subprocess.run([*base, "-E", "-dM", str(source)], capture_output=True, text=True, timeout=60, check=False)
    header = "HEADER_MISSING" not in macros.stdout and "header <" in idl_of(source)
    total = text.count("_Static_assert")
    own = source.read_text(encoding="utf-8").split("#ifndef HEADER_MISSING")[0].count("_Static_assert")
    done = subprocess.run(
        [*base, "-fsyntax-only", str(source)], capture_output=True, text=True, timeout=60, check=False
    )
    return Result(own, total - own if header else 0, header, done.stderr if done.returncode else "")


def idl_of(source: Path) -> str:
    """The text of the IDL file that an assertions file was made from."""
    origin = re.search(r"Generated from (\S+)", source.read_text(encoding="utf-8"))
    return (ROOT / origin.group(1)).read_text(encoding="utf-8") if origin else ""


def main() -> int:
    """Compiles everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-I", dest="includes", action="append", default=[], help="folder with a driver's headers")
    parser.add_argument("--require", action="append", default=[], choices=MACHINES, help="fail without this compiler")
    arguments = parser.parse_args()
    idls = sorted(str(path) for path in (ROOT / "idl").glob("*/*.idl"))
    failed, without = False, set()
    real = own = 0
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([str(ROOT / "codegen" / "ioferryc-launch"), "gen", "--out", out, *idls], check=True, timeout=120)
        sources = sorted(Path(out).glob("*_assertions.c"))
        print(f"{'interface':<12}" + "".join(f"{name:<24}" for name in MACHINES))
        rows = {source: [source.name.removesuffix("_assertions.c")] for source in sources}
        for machine, (line, macro) in MACHINES.items():
            command = shlex.split(line)
            if not compiler_works(command, macro):
                print(f"skipped: {machine}, because '{line}' cannot compile for it")
                failed |= machine in arguments.require
                for row in rows.values():
                    row.append("no compiler")
                continue
            for source, row in rows.items():
                result = compile_assertions(command, source, arguments.includes)
                own, real = own + result.own, real + result.real
                if result.errors:
                    failed = True
                    row.append("FAILED")
                    print(result.errors, file=sys.stderr)
                elif result.header:
                    row.append(f"{result.own} own, {result.real} real")
                else:
                    row.append(f"{result.own} own, no header")
                    without.add(row[0])
        for row in rows.values():
            print(f"{row[0]:<12}" + "".join(f"{cell:<24}" for cell in row[1:]))
    print(f"{own} assertions about generated structures, {real} about real headers")
    print(
        f"{len(without)} of {len(rows)} interfaces checked without a real header: {', '.join(sorted(without)) or '-'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
