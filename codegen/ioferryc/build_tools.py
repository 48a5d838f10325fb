# SPDX-License-Identifier: MIT
"""What the builders of the model share: a rule's children by kind, and places in the source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Optional, TypeVar

from lark import Token, Transformer
from lark.tree import Meta

from . import model
from .diag import Diagnostics, Source, Span
from .model import Direction, Member, TypeRef

T = TypeVar("T")
Children = list[Any]


def first_of(children: Iterable[Any], kind: type[T]) -> Optional[T]:
    """The first child of a kind."""
    return next((child for child in children if isinstance(child, kind)), None)


def all_of(children: Iterable[Any], kind: type[T]) -> tuple[T, ...]:
    """Every child of a kind."""
    return tuple(child for child in children if isinstance(child, kind))


def token_of(children: Iterable[Any], name: str) -> Optional[str]:
    """The text of the first token of that name."""
    return next((str(c) for c in children if isinstance(c, Token) and c.type == name), None)


EXPRESSIONS = (
    model.Number,
    model.Path,
    model.Unary,
    model.Binary,
    model.Conditional,
    model.SizeOf,
    model.Call,
)


class Option(tuple[str, Any]):
    """A named part of an extent, an argument or a command's braces, until its owner takes it."""


def options_of(children: Iterable[Any]) -> dict[str, Any]:
    """The named parts."""
    return dict(all_of(children, Option))


class Tools(Transformer[Token, Any]):
    """Without rules of its own."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        super().__init__()
        self.source = source
        self.diagnostics = diagnostics
        self.clauses: dict[str, Span] = {}  # of the interface at hand, that stand once in it

    def _span(self, meta: Meta) -> Span:
        if meta.empty:
            return Span(self.source, 0, 0)
        return Span(self.source, meta.start_pos, meta.end_pos)

    def _token_span(self, token: Token) -> Span:
        start = token.start_pos or 0
        return Span(self.source, start, start + len(token))

    def _declared(self, children: Children, span: Span) -> tuple[Member, ...]:
        direction = next((c for c in children if isinstance(c, (Direction, model.ChosenDirection))), None)
        ref = first_of(children, TypeRef)
        assert ref is not None
        declarators = all_of(children, Member)
        if len(declarators) == 1:
            return (replace(declarators[0], type=ref, direction=direction, span=span),)
        return tuple(replace(member, type=ref, direction=direction) for member in declarators)
