# SPDX-License-Identifier: MIT
"""Source positions and messages about them: file:line:col, the source line, a caret, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """An IDL file as it was read."""

    path: str
    text: str

    @staticmethod
    def read(path: Path) -> Source:
        """Reads a file; bytes that are not UTF-8 are replaced, so that the parser can point at them."""
        return Source(str(path), path.read_text(encoding="utf-8", errors="replace"))


@dataclass(frozen=True)
class Span:
    """Characters start..end of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Number of the line, from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """Number of the character in its line, from 1."""
        return self.start - (self.source.text.rfind("\n", 0, self.start) + 1) + 1

    @property
    def text(self) -> str:
        """The source text, white space and comments as they stand."""
        return self.source.text[self.start : self.end]

    def join(self, other: Span) -> Span:
        """From the start of this to the end of the other."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True)
class Diagnostic:
    """One error: where, what, and what to do about it."""

    span: Span
    message: str
    help: str

    def render(self) -> str:
        """The text for the terminal."""
        text, start = self.span.source.text, self.span.start
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", start)
        line = text[first : last if last >= 0 else len(text)]
        width = max(1, min(self.span.end, first + len(line)) - start)
        # Tabs stay tabs, so that the caret stands under its character whatever the terminal's tab stops.
        margin = "".join("\t" if char == "\t" else " " for char in line[: start - first])
        return (
            f"{self.span.source.path}:{self.span.line}:{self.span.column}: error: {self.message}\n"
            f"    {line}\n"
            f"    {margin}^{'~' * (width - 1)}\n"
            f"    help: {self.help}\n"
        )


@dataclass
class Diagnostics:
    """The errors of a run. Identical ones are kept once."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(self, span: Span, message: str, advice: str) -> None:
        """Adds an error; @p advice says what to do."""
        diagnostic = Diagnostic(span, message, advice)
        if diagnostic not in self.found:
            self.found.append(diagnostic)

    def __bool__(self) -> bool:
        return bool(self.found)

    def render(self) -> str:
        """All errors in the order of their places."""
        order = sorted(self.found, key=lambda d: (d.span.source.path, d.span.start, d.message))
        return "\n".join(d.render() for d in order)
