# SPDX-License-Identifier: MIT
"""What no token can be made of: unknown characters, and texts, comments and characters without an end."""

from __future__ import annotations

import re

from .diag import Diagnostics, Source, Span

WORDS = re.compile(
    r"""
      (?P<good> //[^\n]* | /\*(?:.|\n)*?\*/ | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)' | \bheader\s*<[^>\n]+>
              | [A-Za-z_][A-Za-z0-9_]* | [\s{}()\[\];,.:?<>=!~+\-*/%&|^] )
    | (?P<number> [0-9][A-Za-z0-9_]* )
    | (?P<directive> \#[^\n]* )
    | (?P<characters> '[^'\n]*' )
    | (?P<quote> '[^\s]? )
    | (?P<string> "[^\n]* )
    | (?P<unknown> . )
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uU]?[lL]{0,2}|[lL]{1,2}[uU])")

# Kind -> message about the text, what to do, what stands in its place so that parsing goes on.
PROBLEMS = {
    "number": ("{} is no number", "write it in decimal, hexadecimal (0x1f) or octal (017)", "0"),
    "directive": ("there is no preprocessor", "write 'const NAME = VALUE;' for #define; leave #include out", " "),
    "characters": ("{} is no character", "write one as in C: 'v' or '\\n'", "0"),
    "quote": ("a character without an end", "write it between two quotes: 'v'", "0"),
    "string": ("a text without an end", 'close it with " in the same line', '"?"'),
    "comment": ("a comment without an end", "close it with */", " "),
    "unknown": ("{} means nothing here", "remove it", " "),
}


def _word_at(text: str, at: int) -> tuple[str, str]:
    """Its kind, and itself."""
    if text.startswith("/*", at) and text.find("*/", at + 2) < 0:
        return "comment", text[at:]
    match = WORDS.match(text, at)
    assert match is not None and match.lastgroup is not None
    kind, word = match.lastgroup, match.group()
    if kind == "number" and NUMBER.fullmatch(word):
        return "good", word
    if kind == "directive" and text[text.rfind("\n", 0, at) + 1 : at].strip():
        return "unknown", word[0]
    return kind, word


def _replaced(kind: str, word: str) -> str:
    """What is parsed instead, of the same length. A text that has no end has swallowed what ends its line."""
    instead = PROBLEMS[kind][2]
    rest = re.sub(r"[^\n]", " ", word[len(instead) :])
    if kind == "string" and word.rstrip().endswith(";") and rest:
        rest = rest[:-1] + ";"
    return (instead + rest)[: len(word)] if len(word) >= len(instead) else " " * len(word)


def mend(source: Source, diagnostics: Diagnostics) -> str:
    """The text, of the same length, with what is no token reported and replaced."""
    text, at = source.text, 0
    parts: list[str] = []
    while at < len(text):
        kind, word = _word_at(text, at)
        if kind == "good":
            parts.append(word)
        else:
            message, advice, _ = PROBLEMS[kind]
            shown = 2 if kind == "comment" else len(word.rstrip())
            quoted = word if kind == "characters" else f"'{word}'" if word.isprintable() else repr(word)
            diagnostics.error(Span(source, at, at + shown), message.format(quoted), advice)
            parts.append(_replaced(kind, word))
        at += len(word)
    return "".join(parts)
