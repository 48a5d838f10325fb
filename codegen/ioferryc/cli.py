# SPDX-License-Identifier: MIT
"""ioferryc check|gen|plan|list|test FILE..."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Optional, Sequence

from .analysis import Analysed, analyse
from .backends import assertions, c, cplan, listing, render, stub, types
from .build import build
from .check import check
from .diag import Diagnostics, Source, Span
from .headers import compare
from .parse import parse
from .trial import TrialError, test


def load(paths: Sequence[Path], diagnostics: Diagnostics) -> list[Analysed]:
    """Reads and checks files. Errors of all of them are collected."""
    found: list[Analysed] = []
    for path in paths:
        source = Source.read(path)
        before = len(diagnostics.found)
        parsed = parse(source, diagnostics)
        interfaces = build(parsed.tree, source, diagnostics)
        if not interfaces and len(diagnostics.found) == before:
            advice = f"write: interface {path.stem.replace('-', '_')} {{ ... }}"
            diagnostics.error(Span(source, 0, 0), "there is no interface in this file", advice)
        for second in interfaces[1:]:
            diagnostics.error(second.span, f"'{second.name}' is a second interface", "give it a file of its own")
        for interface in interfaces[:1]:
            local = Diagnostics()
            check(interface, path, local)
            analysed = analyse(interface, local)
            diagnostics.found += [diagnostic for diagnostic in local.found if not parsed.explains(diagnostic)]
            if analysed is not None:
                found.append(analysed)
    _names_differ(found, diagnostics)
    return found


def _names_differ(found: list[Analysed], diagnostics: Diagnostics) -> None:
    """Interfaces of one build have names of their own."""
    seen: dict[str, str] = {}
    for analysed in found:
        name, source = analysed.interface.name, analysed.interface.source
        if name in seen:
            diagnostics.error(
                analysed.interface.span, f"interface '{name}' is in {seen[name]} too", "rename one of them"
            )
        seen[name] = source.path


def write_if_changed(path: Path, text: str) -> None:
    """Leaves a file alone that has this content, so that nothing is compiled again."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def products(analysed: Analysed, origin: str) -> dict[str, str]:
    """Everything generated from one interface, by file name."""
    name = analysed.interface.name
    return {
        f"{name}.c": c.generate(analysed, origin),
        f"{name}_types.h": types.generate(analysed, origin),
        f"{name}_stub.h": stub.generate(analysed, origin),
        f"{name}_assertions.c": assertions.generate(analysed, origin),
    }


def origin_of(path: Path) -> str:
    """How generated files name their source: from its idl/ folder on, else its name; never a machine's path."""
    parts = path.resolve().parts
    start = max((i for i, part in enumerate(parts) if part == "idl"), default=len(parts) - 1)
    return "/".join(parts[start:])


def _generate(found: list[Analysed], out: Path) -> None:
    for analysed in found:
        for name, text in products(analysed, origin_of(Path(analysed.interface.source.path))).items():
            write_if_changed(out / name, text)
    names = sorted(analysed.interface.name for analysed in found)
    write_if_changed(out / "interfaces.c", render("registry.c.j2", names=names))


def _plan(found: list[Analysed], out: Path) -> None:
    for analysed in found:
        origin = origin_of(Path(analysed.interface.source.path))
        write_if_changed(out / f"{analysed.interface.name}_plan.c", cplan.generate(analysed, origin))
    names = sorted(analysed.interface.name for analysed in found)
    write_if_changed(out / "plans.c", render("plans.c.j2", names=names))


# Options of `test` that are the test program's own.
PASSED_ON = (
    ("transport", "only this: marshal (all ABIs, without a transport), unix, vsock-unix, 9p"),
    ("command", "only this command"),
    ("seed", "what all cases are made of"),
    ("rounds", "cases of chance for each command and ABI"),
)


def _test(found: list[Analysed], arguments: argparse.Namespace) -> int:
    options = [
        f"--{name}={value}" for name, _ in PASSED_ON if (value := getattr(arguments, f"test_{name}")) is not None
    ]
    status = 0
    for analysed in found:
        path = Path(analysed.interface.source.path)
        status |= test(path, analysed.interface.name, arguments.build, options)
    return status


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ioferryc", description="The compiler of ioferry's device interfaces.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("check", "report errors"),
        ("gen", "write C files"),
        ("plan", "write the plans that conformance tests are made of"),
        ("test", "build and run the conformance test of an IDL file (docs/testing.md)"),
        ("list", "show commands with number, argument, sizes, what comes back, traits and who carries them"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        if name in ("gen", "plan"):
            command.add_argument("--out", type=Path, required=True, help="folder to write to")
        if name == "test":
            command.add_argument("--build", type=Path, help="folder to build in; one in the user's cache")
            for option, what in PASSED_ON:
                command.add_argument(f"--{option}", dest=f"test_{option}", help=what)
        if name == "check":
            command.add_argument("--cc", metavar="COMPILER", help="compare with the drivers' headers, as it sees them")
            command.add_argument("-I", dest="includes", action="append", default=[], help="folder with headers")
        command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    return parser


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Exit status: 0, 1 with errors in the IDL, 2 for a wrong call."""
    arguments = _arguments().parse_args(argv)
    diagnostics = Diagnostics()
    try:
        found = load(arguments.files, diagnostics)
        if arguments.command == "check" and arguments.cc and not diagnostics:
            for analysed in found:
                if analysed.interface.headers:
                    compare(analysed, shlex.split(arguments.cc), arguments.includes, diagnostics)
        if diagnostics:
            print(diagnostics.render(), file=sys.stderr)
            print(f"{len(diagnostics.found)} error{'s' if len(diagnostics.found) > 1 else ''}", file=sys.stderr)
            return 1
        if arguments.command == "gen":
            _generate(found, arguments.out)
        elif arguments.command == "plan":
            _plan(found, arguments.out)
        elif arguments.command == "list":
            print(listing.generate(found), end="")
        elif arguments.command == "test":
            return 1 if _test(found, arguments) else 0
    except TrialError as error:
        print(f"ioferryc: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"ioferryc: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return 0
