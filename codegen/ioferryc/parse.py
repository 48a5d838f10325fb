# SPDX-License-Identifier: MIT
"""Text to lark tree. After a syntax error the item it stands in is left out, and parsing goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .diag import Diagnostic, Diagnostics, Source, Span

MAX_SYNTAX_ERRORS = 20

# What a reader would call the grammar's terminals.
TERMINAL_NAMES = {
    "NAME": "a name",
    "INTEGER": "a number",
    "STRING": 'a "string"',
    "CHARACTER": "a character as 'v'",
    "FUNCTION": "_IO(), _IOR() or another of them",
    "HEADER": "<a header>",
    "C_INTEGER": "an integer type",
    "RECORD": "'struct' or 'union'",
    "DIRECTION": "'in', 'out' or 'inout'",
    "IO": "'read' or 'write'",
    "$END": "the end of the file",
}

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
    text = source.text
    lost: list[Span] = []
    for _ in range(MAX_SYNTAX_ERRORS):
        try:
            return Parsed(_parser().parse(text), tuple(lost))
        except UnexpectedInput as error:
            span = _error_span(source, text, error)
            _report(span, error, diagnostics)
            start, end = _item_around(text, span.start)
            lost.append(Span(source, start, end))
            text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return Parsed(Tree("start", []), tuple(lost))


def _error_span(source: Source, text: str, error: UnexpectedInput) -> Span:
    position = error.pos_in_stream
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        position = len(text.rstrip()) - 1
    position = max(0, position if position is not None else 0)
    if isinstance(error, UnexpectedToken):
        return Span(source, position, position + max(1, len(error.token)))
    return Span(source, position, position + 1)


def _report(span: Span, error: UnexpectedInput, diagnostics: Diagnostics) -> None:
    if isinstance(error, UnexpectedCharacters):
        found, allowed = repr(span.text), set(error.allowed or ())
    else:
        token = error.token if isinstance(error, UnexpectedToken) else Token("$END", "")
        found = "the end of the file" if token.type == "$END" else f"'{token}'"
        allowed = set(error.accepts or error.expected) if isinstance(error, UnexpectedToken) else set()
    diagnostics.error(span, f"unexpected {found}", f"here may stand {_terminals(allowed)}")


def _terminals(names: set[str]) -> str:
    known = {terminal.name: terminal for terminal in _parser().terminals}
    words = []
    for name in names:
        if name in TERMINAL_NAMES:
            words.append(TERMINAL_NAMES[name])
        elif name in known and known[name].pattern.type == "str":
            words.append(f"'{known[name].pattern.value}'")
        elif name in known:
            plain = re.sub(r"\\b|\(\?:|[()]", "", known[name].pattern.value).replace("\\", "")
            words.append(" or ".join(f"'{word}'" for word in plain.split("|") if word) or f"'{plain}'")
    words.sort(key=lambda word: (word.startswith("'"), word))
    return "; ".join(words[:12]) + ("; ..." if len(words) > 12 else "") if words else "nothing more"


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
