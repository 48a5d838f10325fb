# SPDX-License-Identifier: MIT
"""What stands beside a device's calls, as C: where its driver tells the version, and companion files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from ..analysis import Analysed
from ..beside import AnalysedPart, AnalysedSource
from .cshape import value_text

ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
ROOM = 88  # characters of a piece of a string


def quoted(text: str) -> str:
    """A string literal."""
    return '"' + "".join(ESCAPES.get(char, char) for char in text) + '"'


def _pieces(text: str) -> list[str]:
    """Literals of a text, each a line of it or a part of one."""
    found: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        found += [line[start : start + ROOM] for start in range(0, len(line), ROOM)]
    return [quoted(piece) for piece in found] or ['""']


@dataclass(frozen=True)
class SourceView:
    """A source of the version: the function that takes a result apart, and the table's entry."""

    command: str
    function: str
    lines: tuple[str, ...]
    initializers: tuple[str, ...]


def _source(source: AnalysedSource, number: int) -> SourceView:
    model_source = source.source
    if model_source.command is None:
        entry = [f".path = {quoted(model_source.path)},"]
        if model_source.after:
            entry.append(f".after = {quoted(model_source.after)},")
        return SourceView("", "", (), tuple(entry))
    function = f"version_{number}"
    lines = tuple(f"parts[{index}] = (uint32_t)({value_text(part)});" for index, part in enumerate(source.parts))
    entry = [f".number = {source.number:#x},", f".n_parts = {len(source.parts)},"]
    entry += [f".argument = {source.argument},", f".parts = {function},"]
    return SourceView(model_source.command.name, function, lines, tuple(entry))


def version_views(analysed: Analysed) -> list[SourceView]:
    """Sources of the driver's version."""
    return [_source(source, number) for number, source in enumerate(analysed.version_sources)]


@dataclass(frozen=True)
class CompanionView:
    """A companion file."""

    path: str
    parts: tuple[tuple[str, ...], ...]


def _part(part: AnalysedPart) -> tuple[str, ...]:
    first, *rest = _pieces(part.text)
    lines = [f".text = {first}", *(f"\t{piece}" for piece in rest)]
    lines[-1] += ","
    if part.each:
        high = str(part.high) if part.high < 0xFFFFFFFF else "UINT32_MAX"
        lines += [".each = true,", f".low = {part.low},", f".high = {high},"]
    return tuple(lines)


def companion_views(analysed: Analysed) -> list[CompanionView]:
    """Companion files."""
    return [
        CompanionView(quoted(companion.path), tuple(_part(part) for part in parts))
        for companion, parts in zip(analysed.interface.companions, analysed.companions)
    ]


def version_text(analysed: Analysed) -> Optional[str]:
    """The version that is wanted."""
    version = analysed.interface.version
    return quoted(version.wanted) if version is not None else None
