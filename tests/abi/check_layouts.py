#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every interface's size and offset assertions for each ABI, and against the real headers.

Prints a line for each interface and ABI: the number of assertions that hold, of the generated structures ("own") and of
the driver's header ("real"), or that it is not installed. A header of examples/ stands in for a driver's that is not
there ("stand-in"). Exit status 1 where one fails, 77 where there was no compiler.
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
SKIP = 77


@dataclass(frozen=True)
class Result:
    """What one compiler said about one interface."""

    own: int
    header: str  # "real", "stand-in"; "none": it has none, or it is not there
    of_header: int
    errors: str

    def __str__(self) -> str:
        if self.errors:
            return "FAILED"
        return f"{self.own} own, " + (f"{self.of_header} {self.header}" if self.of_header else "no header")


def compiler_works(command: list[str], macro: str) -> bool:
    """Whether the compiler is there, can include the C library and is for the machine."""
    if shutil.which(command[0]) is None:
        return False
    probe = f"#include <stdint.h>\n#include <sys/time.h>\n#ifndef {macro}\n#error\n#endif\n"
    done = subprocess.run(
        [*command, "-fsyntax-only", "-xc", "-"], input=probe, capture_output=True, text=True, check=False
    )
    return done.returncode == 0


def run(command: list[str], *more: str) -> subprocess.CompletedProcess[str]:
    """Runs a compiler."""
    return subprocess.run([*command, *more], capture_output=True, text=True, timeout=60, check=False)


def has_header(command: list[str], source: Path) -> bool:
    """Whether all headers that the IDL file names are there."""
    macros = run(command, "-E", "-dM", str(source)).stdout
    return "HEADER_MISSING" not in macros and "header <" in idl_of(source)


def compile_assertions(command: list[str], source: Path, includes: list[str]) -> Result:
    """Counts the assertions that the preprocessor leaves, then compiles them."""
    base = [*command, "-std=gnu11", "-D_GNU_SOURCE", *(f"-I{folder}" for folder in includes)]
    header = "real"
    if not has_header(base, source):
        base.append(f"-I{ROOT / 'examples'}")
        header = "stand-in" if has_header(base, source) else "none"
    total = run(base, "-E", str(source)).stdout.count("_Static_assert")
    own = source.read_text(encoding="utf-8").split("#ifndef HEADER_MISSING")[0].count("_Static_assert")
    done = run(base, "-fsyntax-only", str(source))
    return Result(own, header, 0 if header == "none" else total - own, done.stderr if done.returncode else "")


def idl_of(source: Path) -> str:
    """The text of the IDL file that an assertions file was made from."""
    origin = re.search(r"Generated from (\S+)", source.read_text(encoding="utf-8"))
    return (ROOT / origin.group(1)).read_text(encoding="utf-8") if origin else ""


def check(machine: str, generated: Path, includes: list[str]) -> int:
    """Compiles everything for one machine and prints what came out; the exit status."""
    line, macro = MACHINES[machine]
    command = shlex.split(line)
    if not compiler_works(command, macro):
        print(f"skipped: {machine}, because '{line}' cannot compile for it")
        return SKIP
    results = {
        source.name.removesuffix("_assertions.c"): compile_assertions(command, source, includes)
        for source in sorted(generated.glob("*_assertions.c"))
    }
    for name, result in results.items():
        print(f"{machine:<15}{name:<12}{result}")
        if result.errors:
            print(result.errors, file=sys.stderr)
    held = [result for result in results.values() if not result.errors]
    own, real = (sum(count) for count in ([r.own for r in held], [r.of_header for r in held if r.header == "real"]))
    print(f"{machine}: {own} assertions about generated structures, {real} about real headers")
    without = [name for name, result in results.items() if result.header != "real"]
    if without:
        print(f"note: {len(without)} of {len(results)} interfaces checked without a real header: {', '.join(without)}")
    return 0 if held and len(held) == len(results) else 1


def main() -> int:
    """Checks the ABIs that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-I", dest="includes", action="append", default=[], help="folder with a driver's headers")
    parser.add_argument("--abi", action="append", choices=MACHINES, help="only this one; may be given again")
    parser.add_argument("--generated", type=Path, help="folder of *_assertions.c (default: made of all below idl/)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as out:
        generated = arguments.generated
        if not generated:
            generated = Path(out)
            idls = sorted(str(path) for path in (ROOT / "idl").glob("*/*.idl"))
            command = [str(ROOT / "codegen" / "ioferryc-launch"), "gen", "--out", out, *idls]
            subprocess.run(command, check=True, timeout=120)
        statuses = [check(machine, generated, arguments.includes) for machine in arguments.abi or MACHINES]
    return 1 if 1 in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
