# SPDX-License-Identifier: MIT
"""An interface against its driver's headers, with a C compiler: what differs is reported where the IDL file says it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import Sequence

from .analysis import Analysed, AnalysedCommand
from .backends import assertions, render
from .diag import Diagnostics, Span
from .model import Record
from .placed import Laid, PerLayout, Placed

SECONDS = 120


@dataclass(frozen=True)
class Probe:
    """A value that the header has too: twice declared as an array's length, so that compilers print both."""

    expression: str
    expected: PerLayout
    span: Span
    what: str  # "offset of 'rate'"
    advice: str
    absent: str  # where the expression means nothing in the header
    within: str = ""  # the structure without which it means nothing


COMPARE = "compare it with the header: "


def _field(name: str, placed: Placed) -> list[Probe]:
    """Where a field is, and how large."""
    field, span = placed.member.name, placed.member.span
    absent = f"'{field}' is no field of the header's {name}"
    advice = f"{COMPARE}'{field}' or a field before it has another type, or is missing"
    found = [Probe(f"offsetof({name}, {field})", placed.offset, span, f"offset of '{field}'", advice, absent, name)]
    if not placed.flexible:
        size, advice = assertions.member_size(placed), f"{COMPARE}'{field}' has another type there"
        expression = f"sizeof((({name} *)0)->{field})"
        found.append(Probe(expression, size, span, f"size of '{field}'", advice, absent, name))
    return found


def _record(record: Record, laid: Laid) -> list[Probe]:
    name = assertions.real_name(record)
    advice = f"{COMPARE}a field is missing, or has another type"
    found = [probe for placed in laid.members if placed.member.name for probe in _field(name, placed)]
    whole = Probe(f"sizeof({name})", laid.size, record.span, f"size of {name}", advice, f"the header has no {name}")
    return [*found, whole]


def _command(command: AnalysedCommand) -> Probe:
    name, span = command.command.name, command.command.name_span
    advice = f"{COMPARE}its macro may name another structure than the driver copies"
    macro, absent = assertions.macro_of(command), f"the header has no {name}"
    return Probe(macro, command.numbers, span, f"number of {name}", advice, absent)


def _probes(analysed: Analysed) -> list[Probe]:
    """Structures that commands declare each in their own way are one in C."""
    named = {assertions.real_name(record): record for record in analysed.scope.all_records()}
    found = [probe for record in named.values() for probe in _record(record, analysed.scope.laid(record))]
    return found + [_command(command) for command in analysed.commands]


def _halves(probe: Probe) -> list[tuple[str, PerLayout]]:
    """Numbers are too large for an array's length: in two halves."""
    a, b, c, d = probe.expected
    high = (a >> 16, b >> 16, c >> 16, d >> 16)
    low = (a & 0xFFFF, b & 0xFFFF, c & 0xFFFF, d & 0xFFFF)
    expression = f"(unsigned int)({probe.expression})"
    return [(f"{expression} >> 16", high), (f"({expression} & 0xffff)", low)]


def _source(analysed: Analysed, probes: Sequence[Probe]) -> tuple[str, dict[int, tuple[int, int]]]:
    """The C file, and of each of its lines with a probe: which, and which half."""
    headers = ("stddef.h", "stdint.h", "sys/time.h", *analysed.interface.headers)
    lines = [f"#include <{header}>" for header in headers]
    lines += render("by_layout.h.j2").splitlines()
    places: dict[int, tuple[int, int]] = {}
    for index, probe in enumerate(probes):
        for half, (expression, values) in enumerate(_halves(probe)):
            for value in (expression, f"IOFERRY_BY_LAYOUT({', '.join(map(str, values))})"):
                lines.append(f"extern char probe_{index}_{half}[1 + ({value})];")
                places[len(lines)] = (index, half)
    return "\n".join(lines) + "\n", places


def _compile(compiler: Sequence[str], includes: Sequence[str], source: str) -> list[tuple[int, str]]:
    """Messages of the compiler about the source: their lines and texts."""
    command = [*compiler, "-fsyntax-only", "-w", "-ferror-limit=0" if "clang" in compiler[0] else "-fmax-errors=0"]
    command += [f"-I{folder}" for folder in includes] + ["-xc", "-"]
    done = subprocess.run(
        command,
        input=source,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    found = []
    for line in done.stderr.splitlines():
        match = re.match(r"(.*?):(\d+):\d+: (?:(?:fatal )?error|note): (.*)", line)
        if match:
            found.append((int(match.group(2)) if match.group(1) == "<stdin>" else 0, match.group(3)))
    return found


def _is_absent(texts: Sequence[tuple[int, str]]) -> bool:
    """Whether it is the expression that the compiler complains about, not the two lengths."""
    return any(
        not re.search("conflicting types|redefinition of|redeclaration of|previous d", text) for _, text in texts
    )


def _differs(probe: Probe, texts: Sequence[tuple[int, str]]) -> str:
    """Both values. Of a half that is the same nothing is said."""
    here, there, same = 0, 0, probe.expected[0]
    for half, shift in ((0, 16), (1, 0)):
        about = " ".join(text for which, text in texts if which == half)
        lengths = [int(length) - 1 for length in re.findall(r"char *\[(\d+)\]", about)]
        if len(lengths) >= 2:  # the later declaration first
            here, there, same = here | lengths[0] << shift, there | lengths[1] << shift, same & ~(0xFFFF << shift)
    form = "#x" if probe.what.startswith("number") else ""
    return f"{probe.what} is {here | same:{form}}, in the header {there | same:{form}}"


def compare(analysed: Analysed, compiler: Sequence[str], includes: Sequence[str], diagnostics: Diagnostics) -> None:
    """Reports what the driver's headers have otherwise, in the compiler's ABI."""
    probes = _probes(analysed)
    source, places = _source(analysed, probes)
    texts: dict[int, list[tuple[int, str]]] = {}
    for line, text in _compile(compiler, includes, source):
        if line in places:
            texts.setdefault(places[line][0], []).append((places[line][1], text))
        elif "No such file" in text or "file not found" in text:
            name = text.split(":")[0].strip("'").replace("' file not found", "")
            diagnostics.error(analysed.interface.span, f"header {name} is not there", "say where it is: -I FOLDER")
            return
        elif not texts:
            diagnostics.error(
                analysed.interface.span,
                f"its headers do not compile: {text}",
                "name what they need before them: header <...>;",
            )
            return
    missing = {probes[index].expression for index, found in texts.items() if _is_absent(found)}
    for index, found in texts.items():
        probe = probes[index]
        if f"sizeof({probe.within})" in missing:
            continue
        if _is_absent(found):
            diagnostics.error(probe.span, probe.absent, "call it as the header does, or leave it out")
        else:
            diagnostics.error(probe.span, _differs(probe, found), probe.advice)
