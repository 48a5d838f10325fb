# SPDX-License-Identifier: MIT
"""Text to lark tree. After a syntax error the item it stands in is left out, and parsing goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Optional

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from .diag import Diagnostic, Diagnostics, Source, Span
from .lexical import mend
from .syntax import Problem, explain, is_at_end, unclosed_brace

MAX_SYNTAX_ERRORS = 20

WORDS_AND_NOISE = re.compile(r"//[^\n]*|/\*(?:.|\n)*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)'|[{};]|[A-Za-z_]\w*")


@dataclass(frozen=True)
class Parsed:
    """A tree, and what was left out of it: no error is reported for want of that."""

    tree: Tree[Token]
    lost: tuple[Span, ...]

    def explains(self, diagnostic: Diagnostic) -> bool:
        """Whether an error may be there only because something was left out."""
        for span in self.lost:
            if diagnostic.span.start < span.end and span.start < diagnostic.span.end:
                return True
            if any(f"'{name}'" in diagnostic.message for name in re.findall(r"[A-Za-z_]\w*", span.text)):
                return True
        return False


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def parse(source: Source, diagnostics: Diagnostics) -> Parsed:
    """Parses a file. The tree lacks the items with syntax errors, which are reported."""
    before = len(diagnostics.found)
    text = whole = mend(source, diagnostics)
    is_mended = len(diagnostics.found) > before
    lost: list[Span] = []
    for _ in range(MAX_SYNTAX_ERRORS):
        try:
            return Parsed(_parser().parse(text), tuple(lost))
        except UnexpectedInput as error:
            problem = explain(_parser(), source, text, error)
            if is_at_end(error):
                if not is_mended:
                    _report_end(problem, unclosed_brace(source, whole), bool(lost), diagnostics)
                break
            diagnostics.error(problem.span, problem.message, problem.help)
            if problem.semicolon is not None:
                text = text[: problem.semicolon] + ";" + text[problem.semicolon + 1 :]
                continue
            start, end = _item_around(text, problem.span.start)
            lost.append(Span(source, start, end))
            text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return Parsed(Tree("start", []), tuple(lost))


def _report_end(problem: Problem, brace: Optional[Span], anything_lost: bool, diagnostics: Diagnostics) -> None:
    """A brace that is left open is told where it stands. One that went with an item that was left out is no error."""
    if brace is not None:
        diagnostics.error(brace, "nothing closes this '{'", "write '}' where what it opens ends")
    elif not anything_lost:
        diagnostics.error(problem.span, problem.message, problem.help)


def _item_around(text: str, position: int) -> tuple[int, int]:
    """The item to leave out: from the last ; { or } before the error to the next ; or balanced }."""
    start, end, depth = 0, len(text), 0
    for match in WORDS_AND_NOISE.finditer(text):
        mark = match.group()
        if mark not in ("{", "}", ";"):
            continue
        if match.start() < position:
            start = match.end()
        elif mark == "{":
            depth += 1
        elif mark == "}" and depth == 0:
            # The brace closes what the item stands in; it goes only if nothing else is left to leave out.
            end = match.start() if text[start : match.start()].strip() else match.end()
            break
        elif mark == "}":
            depth -= 1
            if depth == 0 and not re.match(r"\s*[\w*;)]", text[match.end() :]):
                end = match.end()
                break
        elif depth == 0:
            end = match.end()
            break
    return start, end
