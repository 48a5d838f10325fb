# SPDX-License-Identifier: MIT
"""Lark tree to model. One method per grammar rule, named after it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any, Iterable, Optional, TypeVar, Union

from lark import Token, Transformer, Tree
from lark.tree import Meta
from lark.visitors import v_args

from . import model
from .diag import Diagnostics, Source, Span
from .fill import HOLE, fill
from .model import Direction, Extent, Member, Record, Traits, TypeRef

NANOSECONDS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}

# C's spellings of the integer types, words sorted; "int" beside others says nothing.
C_INTEGERS = {
    "": "int",
    "char": "char",
    "char signed": "s8",
    "char unsigned": "u8",
    "short": "s16",
    "short signed": "s16",
    "short unsigned": "u16",
    "signed": "int",
    "unsigned": "u32",
    "long": "long",
    "long signed": "long",
    "long unsigned": "ulong",
    "long long": "s64",
    "long long signed": "s64",
    "long long unsigned": "u64",
}

T = TypeVar("T")
Children = list[Any]


def _first(children: Iterable[Any], kind: type[T]) -> Optional[T]:
    return next((child for child in children if isinstance(child, kind)), None)


def _all(children: Iterable[Any], kind: type[T]) -> tuple[T, ...]:
    return tuple(child for child in children if isinstance(child, kind))


def _token(children: Iterable[Any], name: str) -> Optional[str]:
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


class _Option(tuple[str, Any]):
    """A named part of an extent, an argument or a command's braces, until its owner takes it."""


def _options(children: Iterable[Any]) -> dict[str, Any]:
    return dict(_all(children, _Option))


@v_args(meta=True)
class Builder(Transformer[Token, Any]):
    """Transforms the tree of one file."""

    # pylint: disable=missing-function-docstring,too-many-public-methods

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        super().__init__()
        self.source = source
        self.diagnostics = diagnostics

    def _span(self, meta: Meta) -> Span:
        if meta.empty:
            return Span(self.source, 0, 0)
        return Span(self.source, meta.start_pos, meta.end_pos)

    def _token_span(self, token: Token) -> Span:
        start = token.start_pos or 0
        return Span(self.source, start, start + len(token))

    # --- expressions ---

    def integer(self, meta: Meta, children: Children) -> model.Number:
        digits = children[0].rstrip("uUlL")
        octal = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
        try:
            value = int(digits, 8) if octal else int(digits, 0)
        except ValueError:
            value = 0
            self.diagnostics.error(self._span(meta), f"'{children[0]}' is no octal number", "remove the leading 0")
        return model.Number(value, self._span(meta))

    def character(self, meta: Meta, children: Children) -> model.Number:
        try:
            value = ord(ast.literal_eval(str(children[0])))
        except (ValueError, SyntaxError, TypeError):
            value = 0
            self.diagnostics.error(
                self._span(meta), f"{children[0]} is no character", "write one as in C: 'v' or '\\n'"
            )
        return model.Number(value, self._span(meta))

    def path(self, meta: Meta, children: Children) -> model.Path:
        return model.Path(tuple(str(name) for name in children), self._span(meta))

    def binary(self, meta: Meta, children: Children) -> model.Binary:
        return model.Binary(str(children[1]), children[0], children[2], self._span(meta))

    def unary(self, meta: Meta, children: Children) -> model.Unary:
        return model.Unary(str(children[0]), children[1], self._span(meta))

    def conditional(self, meta: Meta, children: Children) -> model.Conditional:
        return model.Conditional(children[0], children[1], children[2], self._span(meta))

    def _or(self, _meta: Meta, children: Children) -> Any:
        return children[0]

    def type_argument(self, meta: Meta, children: Children) -> TypeRef:
        if _token(children, "POINTER"):
            return TypeRef("pointer", None, self._span(meta))
        name = _token(children, "NAME")
        return TypeRef(name or self._c_integer(children, meta), None, self._span(meta))

    def type_argument_name(self, meta: Meta, children: Children) -> TypeRef:
        return TypeRef(str(children[0]), None, self._span(meta))

    def sizeof(self, meta: Meta, children: Children) -> model.SizeOf:
        return model.SizeOf(children[0], self._span(meta))

    def call(self, meta: Meta, children: Children) -> model.Call:
        arguments = list(children[1:])
        # A plain name as the third argument of _IOR() is a type's, which only the place tells.
        if children[0] in ("_IOR", "_IOW", "_IOWR") and len(arguments) == 3 and isinstance(arguments[2], model.Path):
            arguments[2] = TypeRef(arguments[2].names[-1], None, arguments[2].span)
        return model.Call(str(children[0]), tuple(arguments), self._span(meta))

    # --- types ---

    def _c_integer(self, children: Children, meta: Meta) -> str:
        words = sorted(str(word) for word in children if str(word) != "int")
        name = C_INTEGERS.get(" ".join(words))
        if name is None:
            self.diagnostics.error(
                self._span(meta), f"'{self._span(meta).text}' is no integer type", "write one as in C, or u8 ... s64"
            )
        return name or "int"

    def type_c(self, meta: Meta, children: Children) -> TypeRef:
        return TypeRef(self._c_integer(children, meta), None, self._span(meta))

    def type_name(self, meta: Meta, children: Children) -> TypeRef:
        return TypeRef(str(children[-1]), None, self._span(meta))

    def type_void(self, meta: Meta, _children: Children) -> TypeRef:
        return TypeRef("void", None, self._span(meta))

    def type(self, meta: Meta, children: Children) -> Union[TypeRef, model.EnumType]:
        if isinstance(children[0], Record):
            return TypeRef(children[0].name, children[0], self._span(meta))
        return TypeRef("int" if not children[0].name else children[0].name, None, self._span(meta))

    def enumerator(self, meta: Meta, children: Children) -> model.Enumerator:
        return model.Enumerator(str(children[0]), children[1] if len(children) > 1 else None, self._span(meta))

    def enum_body(self, meta: Meta, children: Children) -> model.EnumType:
        return model.EnumType(_token(children, "NAME") or "", _all(children, model.Enumerator), self._span(meta))

    def enum(self, _meta: Meta, children: Children) -> model.EnumType:
        enum: model.EnumType = children[0]
        return enum

    def any(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("any", None))

    def case(self, meta: Meta, children: Children) -> model.Case:
        values = tuple(
            None if isinstance(child, _Option) else child for child in children if not isinstance(child, Token)
        )
        return model.Case(values, self._span(meta))

    def label(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("cases", tuple(children)))

    def label_default(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("default", True))

    def arm_void(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("void", True))

    def arm_reject(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("reject", str(children[0])))

    def arm(self, meta: Meta, children: Children) -> model.Arm:
        options = _options(children)
        cases = tuple(case for name, found in _all(children, _Option) if name == "cases" for case in found)
        members = [member for group in _all(children, tuple) for member in group if isinstance(member, Member)]
        if len(members) > 1:
            self.diagnostics.error(
                members[1].span, "an arm holds one member", "put them into a struct { ... } of their own"
            )
        return model.Arm(
            cases,
            options.get("default", False),
            members[0] if members else None,
            options.get("reject"),
            self._span(meta),
        )

    def switch(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("switch", tuple(children)))

    def aligned(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("aligned", children[0]))

    def record(self, meta: Meta, children: Children) -> Record:
        options = _options(children)
        keyword = _token(children, "RECORD") or "struct"
        arms = _all(children, model.Arm)
        members = [m for group in _all(children, tuple) for m in group if isinstance(m, Member)]
        selectors = options.get("switch", ())
        if arms and not selectors:
            self.diagnostics.error(arms[0].span, "'case' outside of a switch", "write: union switch (field) { ... }")
        if selectors and (keyword == "struct" or members):
            self.diagnostics.error(
                members[0].span if members else self._span(meta),
                "everything in a union with a switch belongs to a case",
                "put 'case VALUE:' before it, or leave out the switch",
            )
        return Record(
            keyword,
            _token(children, "NAME") or "",
            False,
            _token(children, "PACKED") is not None,
            options.get("aligned"),
            tuple(members) + tuple(arm.member for arm in arms if arm.member),
            selectors,
            arms,
            self._span(meta),
            options.get("holes", ()),
        )

    def holes(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("holes", tuple(str(child) for child in children)))

    def hole(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        """A member that fill.py replaces: its type's name says which."""
        span = self._span(meta)
        ref = TypeRef(HOLE, None, span)
        return (Member(str(children[0]), ref, False, (), None, False, False, False, None, None, span),)

    def filling(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("filling", tuple(children)))

    def type_filled(self, meta: Meta, children: Children) -> TypeRef:
        return TypeRef(_token(children, "NAME") or "", None, self._span(meta), _options(children)["filling"])

    def record_item(self, _meta: Meta, children: Children) -> Record:
        record: Record = children[0]
        return record

    def typedef(self, meta: Meta, children: Children) -> Union[Record, model.Alias, _Option]:
        name, span = str(children[1]), self._span(meta)
        if children[0].record is not None:
            record: Record = replace(children[0].record, name=name, typedef=True, span=span)
            return record
        return model.Alias(name, children[0], span)

    # --- members ---

    def direction(self, _meta: Meta, children: Children) -> Direction:
        return Direction(" ".join(str(child) for child in children))

    def direction_chosen(self, meta: Meta, children: Children) -> model.ChosenDirection:
        return model.ChosenDirection(children[0], children[1], children[2], self._span(meta))

    def extent_max(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("max", children[0]))

    def extent_bytes(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("bytes", True))

    def extent_string(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("string", True))

    def extent_clamp(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("clamp", True))

    def extent_slack(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("slack", children[0]))

    def extent_errno(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("errno", str(children[0])))

    def extent_returned(self, meta: Meta, children: Children) -> _Option:
        counter = next((child for child in children if isinstance(child, EXPRESSIONS)), None)
        return _Option(("returned", model.Returned(counter, _token(children, "BYTES") is not None, self._span(meta))))

    def extent(self, meta: Meta, children: Children) -> Extent:
        options = _options(children)
        count = next((child for child in children if isinstance(child, EXPRESSIONS)), None)
        return Extent(
            count,
            options.get("max"),
            options.get("bytes", False),
            options.get("string", False),
            options.get("clamp", False),
            options.get("slack"),
            options.get("errno"),
            options.get("returned"),
            self._span(meta),
        )

    def nullable(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("nullable", True))

    def sentinel(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("sentinel", True))

    def wide(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("wide", True))

    def range(self, meta: Meta, children: Children) -> _Option:
        errno = str(children[2]) if len(children) > 2 else "EINVAL"
        return _Option(("range", model.Range(children[0], children[1], errno, self._span(meta))))

    def declarator(self, meta: Meta, children: Children) -> Member:
        options = _options(children)
        return Member(
            _token(children, "NAME") or "",
            TypeRef("void", None, self._span(meta)),
            _token(children, "POINTER") is not None,
            _all(children, Extent),
            None,
            options.get("nullable", False),
            options.get("sentinel", False),
            options.get("wide", False),
            options.get("aligned"),
            options.get("range"),
            self._span(meta),
        )

    def _declared(self, children: Children, span: Span) -> tuple[Member, ...]:
        direction = next((c for c in children if isinstance(c, (Direction, model.ChosenDirection))), None)
        ref = _first(children, TypeRef)
        assert ref is not None
        declarators = _all(children, Member)
        if len(declarators) == 1:
            return (replace(declarators[0], type=ref, direction=direction, span=span),)
        return tuple(replace(member, type=ref, direction=direction) for member in declarators)

    def member(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        return self._declared(children, self._span(meta))

    def member_unnamed(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        span = self._span(meta)
        ref = TypeRef(children[0].name, children[0], span)
        return (Member("", ref, False, (), None, False, False, False, None, None, span),)

    # --- commands ---

    def parameter(self, meta: Meta, children: Children) -> Member:
        if not _first(children, Member):
            children = children + [self.declarator(meta, [])]
        return self._declared(children, self._span(meta))[0]

    def argument(self, _meta: Meta, children: Children) -> _Option:
        member = children[0] if children else None
        if member and member.type.name == "void" and not member.pointer and not member.name:
            member = None
        return _Option(("argument", member))

    def like(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("like", str(children[0])))

    def blocking(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("blocking", True))

    def inline(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("inline", True))

    def idempotent(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("idempotent", True))

    def on_signal(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("restart", str(children[0]) == "restart"))

    def copy_back(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("copy_back", str(children[0])))

    def family(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("family", tuple(str(child) for child in children)))

    def count(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("count", str(children[0])))

    def status(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("status", children[0]))

    def timeout(self, meta: Meta, children: Children) -> _Option:
        expressions = [child for child in children if isinstance(child, EXPRESSIONS)]
        unit = NANOSECONDS[_token(children, "UNIT") or "ms"] * int(_token(children, "INTEGER") or "1", 0)
        forever = expressions[1] if len(expressions) > 1 else None
        return _Option(("timeout", model.Timeout(expressions[0], unit, forever, self._span(meta))))

    def unsupported(self, meta: Meta, children: Children) -> _Option:
        carriers = tuple(str(child) for child in children if child.type == "CARRIER")
        why = ast.literal_eval(str(_token(children, "STRING")))
        return _Option(("unsupported", model.Unsupported(carriers, why, self._span(meta))))

    def _traits(self, children: Children) -> Traits:
        options = _options(children)
        unsupported = tuple(value for name, value in _all(children, _Option) if name == "unsupported")
        names = ("blocking", "restart", "inline", "idempotent", "copy_back", "count", "family", "timeout", "status")
        return Traits(unsupported=unsupported, **{name: options[name] for name in names if name in options})

    def ioctl(self, meta: Meta, children: Children) -> model.Command:
        options = _options(children)
        return model.Command(
            str(children[0]),
            children[1],
            options.get("argument"),
            options.get("like"),
            self._traits(children),
            self._span(meta),
            self._token_span(children[0]),
        )

    def io(self, meta: Meta, children: Children) -> model.Io:
        direction = next((c for c in children if isinstance(c, (Direction, model.ChosenDirection))), None)
        ref, extent = _first(children, TypeRef), _first(children, Extent)
        assert ref is not None and extent is not None
        return model.Io(str(children[0]), ref, direction, extent, self._traits(children), self._span(meta))

    # --- the interface ---

    def const(self, meta: Meta, children: Children) -> model.Const:
        return model.Const(str(children[0]), children[1], self._span(meta))

    def driver(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("driver", ast.literal_eval(str(children[0]))))

    def node(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("node", ast.literal_eval(str(children[0]))))

    def header(self, _meta: Meta, children: Children) -> _Option:
        return _Option(("header", str(children[0])[1:-1].strip()))

    def poll(self, _meta: Meta, _children: Children) -> _Option:
        return _Option(("poll", True))

    def interface(self, meta: Meta, children: Children) -> model.Interface:
        options = _options(children)
        records = _all(children, Record)
        return model.Interface(
            self.source,
            str(children[0]),
            options.get("driver", ""),
            options.get("node", ""),
            tuple(value for name, value in _all(children, _Option) if name == "header"),
            _all(children, model.Const),
            _all(children, model.EnumType),
            _all(children, model.Alias),
            records,
            _all(children, model.Command),
            _all(children, model.Io),
            options.get("poll", False),
            self._span(meta),
        )

    def start(self, _meta: Meta, children: Children) -> tuple[model.Interface, ...]:
        return tuple(children)


def build(tree: Tree[Token], source: Source, diagnostics: Diagnostics) -> tuple[model.Interface, ...]:
    """The interfaces of a file."""
    interfaces: tuple[model.Interface, ...] = Builder(source, diagnostics).transform(tree)
    return tuple(fill(interface, diagnostics) for interface in interfaces)
