# SPDX-License-Identifier: MIT
"""What a syntax error is, and what to do about it, in the words of who wrote the file."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Optional

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .diag import Source, Span

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
WORDS_SHOWN = 12

ITEMS = (
    "an interface holds driver, node, header, const, enum, flags, typedef, struct, union, ioctl, read, write, poll, ..."
)
ARGUMENT = "say what the argument is: () for none, (int value), (in struct NAME *arg), or 'like' another command"
BIT_FIELD = "there are no bit fields: declare the integer that they are in"

SOLID = re.compile(r"//[^\n]*|/\*(?:.|\n)*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)'|[A-Za-z0-9_]+|\S")


@dataclass(frozen=True)
class Problem:
    """A syntax error. Where a ';' would mend it, the place for that."""

    span: Span
    message: str
    help: str
    semicolon: Optional[int] = None


def _last_word(text: str, end: int) -> tuple[int, int]:
    """The word before a place; comments are none."""
    last = (0, 0)
    for match in SOLID.finditer(text, 0, end):
        if not match.group().startswith(("//", "/*")):
            last = match.span()
    return last


def unclosed_brace(source: Source, text: str) -> Optional[Span]:
    """The innermost { that nothing closes."""
    open_braces: list[int] = []
    for match in SOLID.finditer(text):
        if match.group() == "{":
            open_braces.append(match.start())
        elif match.group() == "}" and open_braces:
            open_braces.pop()
    return Span(source, open_braces[-1], open_braces[-1] + 1) if open_braces else None


def is_at_end(error: UnexpectedInput) -> bool:
    """Whether the file ends where something is missing."""
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _accepted(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    return set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()


def _spellings(parser: Lark, name: str) -> list[str]:
    """The words of a terminal that is one word or a choice of words; none for names and numbers."""
    pattern = next((terminal.pattern for terminal in parser.terminals if terminal.name == name), None)
    if pattern is None or name in ("NAME", "INTEGER", "STRING", "CHARACTER", "HEADER"):
        return []
    if pattern.type == "str":
        return [pattern.value]
    plain = re.sub(r"\\b|\(\?:|[()]", "", pattern.value).replace("\\", "")
    return [word for word in plain.split("|") if word]


def _list(parser: Lark, names: set[str]) -> str:
    words = []
    for name in names:
        spellings = " or ".join(f"'{word}'" for word in _spellings(parser, name))
        if name in TERMINAL_NAMES or spellings:
            words.append(TERMINAL_NAMES.get(name, spellings))
    words.sort(key=lambda word: (word.startswith("'"), word))
    return "; ".join(words[:WORDS_SHOWN]) + ("; ..." if len(words) > WORDS_SHOWN else "") if words else "nothing more"


def _meant(parser: Lark, found: str, names: set[str]) -> Optional[str]:
    """The keyword that a misspelt word stands for."""
    if not re.fullmatch(r"[A-Za-z_]\w*", found):
        return None
    keywords = [word for name in names for word in _spellings(parser, name) if word[0].isalpha()]
    close = difflib.get_close_matches(found, keywords, 1, 0.75)
    return close[0] if close else None


def _remedy(parser: Lark, token: Token, names: set[str]) -> str:
    meant = _meant(parser, str(token), names)
    if meant is not None:
        return f"did you mean '{meant}'?"
    if {"IOCTL", "CONST"} <= names:
        return ITEMS
    if {"LPAR", "LIKE"} <= names:
        return ARGUMENT
    if token.type == "COLON" and {"SEMICOLON", "LSQB"} <= names:
        return BIT_FIELD
    return f"here may stand {_list(parser, names)}"


def explain(parser: Lark, source: Source, text: str, error: UnexpectedInput) -> Problem:
    """The error at its place; @p text is what was parsed, of the source's length."""
    at, names = max(0, error.pos_in_stream or 0), _accepted(error)
    if not isinstance(error, UnexpectedToken):
        span = Span(source, at, at + 1)
        return Problem(span, f"unexpected {span.text!r}", f"here may stand {_list(parser, names)}")
    if is_at_end(error):
        start, end = _last_word(text, len(text))
        return Problem(Span(source, start, end), "the file ends here", f"here may stand {_list(parser, names)}")
    token = error.token
    start, end = _last_word(text, at)
    ends_line = "\n" in text[end:at] or token.type == "RBRACE"
    is_optional = "IOCTL" in names
    if names == {"SEMICOLON"} or ("SEMICOLON" in names and ends_line and not is_optional):
        place = end if text[end : end + 1].isspace() else None
        return Problem(Span(source, end, end + 1), f"';' is missing behind '{text[start:end]}'", "write it here", place)
    return Problem(Span(source, at, at + max(1, len(token))), f"unexpected '{token}'", _remedy(parser, token, names))
