# SPDX-License-Identifier: MIT
"""Lark tree to model. One method per grammar rule, named after it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any, Union

from lark import Token, Tree
from lark.tree import Meta
from lark.visitors import v_args

from . import model
from .build_commands import CommandBuilder
from .build_tools import EXPRESSIONS, Children, Option, all_of, options_of, token_of
from .diag import Diagnostics, Source
from .fill import HOLE, fill
from .model import Direction, Extent, Member, Record, TypeRef

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


@v_args(meta=True)
class Builder(CommandBuilder):
    """Transforms the tree of one file."""

    # pylint: disable=missing-function-docstring,too-many-public-methods

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
        if token_of(children, "POINTER"):
            return TypeRef("pointer", None, self._span(meta))
        name = token_of(children, "NAME")
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
        return model.EnumType(token_of(children, "NAME") or "", all_of(children, model.Enumerator), self._span(meta))

    def enum(self, _meta: Meta, children: Children) -> model.EnumType:
        enum: model.EnumType = children[0]
        return enum

    def flags(self, meta: Meta, children: Children) -> model.EnumType:
        return model.EnumType(str(children[0]), all_of(children, model.Enumerator), self._span(meta), True)

    def any(self, _meta: Meta, _children: Children) -> Option:
        return Option(("any", None))

    def case(self, meta: Meta, children: Children) -> model.Case:
        values = tuple(
            None if isinstance(child, Option) else child for child in children if not isinstance(child, Token)
        )
        return model.Case(values, self._span(meta))

    def label(self, _meta: Meta, children: Children) -> Option:
        return Option(("cases", tuple(children)))

    def label_default(self, _meta: Meta, _children: Children) -> Option:
        return Option(("default", True))

    def arm_void(self, _meta: Meta, _children: Children) -> Option:
        return Option(("void", True))

    def arm_reject(self, _meta: Meta, children: Children) -> Option:
        return Option(("reject", str(children[0])))

    def arm(self, meta: Meta, children: Children) -> model.Arm:
        options = options_of(children)
        cases = tuple(case for name, found in all_of(children, Option) if name == "cases" for case in found)
        members = [member for group in all_of(children, tuple) for member in group if isinstance(member, Member)]
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

    def switch(self, _meta: Meta, children: Children) -> Option:
        return Option(("switch", tuple(children)))

    def switch_returned(self, _meta: Meta, children: Children) -> Option:
        return Option(("tag", children[0]))

    def aligned(self, _meta: Meta, children: Children) -> Option:
        return Option(("aligned", children[0]))

    def record(self, meta: Meta, children: Children) -> Record:
        options = options_of(children)
        keyword = token_of(children, "RECORD") or "struct"
        arms = all_of(children, model.Arm)
        members = [m for group in all_of(children, tuple) for m in group if isinstance(m, Member)]
        selectors, tag = options.get("switch", ()), options.get("tag")
        chosen = bool(selectors) or tag is not None
        if arms and not chosen:
            self.diagnostics.error(arms[0].span, "'case' outside of a switch", "write: union switch (field) { ... }")
        if chosen and (keyword == "struct" or members):
            self.diagnostics.error(
                members[0].span if members else self._span(meta),
                "everything in a union with a switch belongs to a case",
                "put 'case VALUE:' before it, or leave out the switch",
            )
        return Record(
            keyword,
            token_of(children, "NAME") or "",
            False,
            token_of(children, "PACKED") is not None,
            options.get("aligned"),
            tuple(members) + tuple(arm.member for arm in arms if arm.member),
            selectors,
            arms,
            self._span(meta),
            options.get("holes", ()),
            tag,
        )

    def holes(self, _meta: Meta, children: Children) -> Option:
        return Option(("holes", tuple(str(child) for child in children)))

    def hole(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        """A member that fill.py replaces: its type's name says which."""
        span = self._span(meta)
        ref = TypeRef(HOLE, None, span)
        return (Member(str(children[0]), ref, False, (), None, False, False, False, None, None, span),)

    def filling(self, _meta: Meta, children: Children) -> Option:
        return Option(("filling", tuple(children)))

    def type_filled(self, meta: Meta, children: Children) -> TypeRef:
        return TypeRef(token_of(children, "NAME") or "", None, self._span(meta), options_of(children)["filling"])

    def record_item(self, _meta: Meta, children: Children) -> Record:
        record: Record = children[0]
        return record

    def typedef(self, meta: Meta, children: Children) -> Union[Record, model.Alias, Option]:
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

    def extent_max(self, _meta: Meta, children: Children) -> Option:
        return Option(("max", children[0]))

    def extent_bytes(self, _meta: Meta, _children: Children) -> Option:
        return Option(("bytes", True))

    def extent_string(self, _meta: Meta, _children: Children) -> Option:
        return Option(("string", True))

    def extent_clamp(self, _meta: Meta, _children: Children) -> Option:
        return Option(("clamp", True))

    def extent_slack(self, _meta: Meta, children: Children) -> Option:
        return Option(("slack", children[0]))

    def extent_errno(self, _meta: Meta, children: Children) -> Option:
        return Option(("errno", str(children[0])))

    def extent_returned(self, meta: Meta, children: Children) -> Option:
        counter = next((child for child in children if isinstance(child, EXPRESSIONS)), None)
        return Option(("returned", model.Returned(counter, token_of(children, "BYTES") is not None, self._span(meta))))

    def extent(self, meta: Meta, children: Children) -> Extent:
        options = options_of(children)
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

    def nullable(self, _meta: Meta, _children: Children) -> Option:
        return Option(("nullable", True))

    def sentinel(self, _meta: Meta, _children: Children) -> Option:
        return Option(("sentinel", True))

    def wide(self, _meta: Meta, _children: Children) -> Option:
        return Option(("wide", True))

    def show(self, meta: Meta, _children: Children) -> Option:
        return Option(("show", model.Show("hex", "", self._span(meta))))

    def show_enum(self, meta: Meta, children: Children) -> Option:
        return Option(("show", model.Show("enum", str(children[0]), self._span(meta))))

    def show_flags(self, meta: Meta, children: Children) -> Option:
        return Option(("show", model.Show("flags", str(children[0]), self._span(meta))))

    def shown(self, _meta: Meta, children: Children) -> Option:
        return Option(("shown", str(children[0])))

    def range(self, meta: Meta, children: Children) -> Option:
        errno = str(children[2]) if len(children) > 2 else "EINVAL"
        return Option(("range", model.Range(children[0], children[1], errno, self._span(meta))))

    def used(self, meta: Meta, children: Children) -> Option:
        errno = str(children[1]) if len(children) > 1 else "EINVAL"
        return Option(("used", model.Used(children[0], errno, self._span(meta))))

    def condition(self, _meta: Meta, children: Children) -> Option:
        return Option(("condition", children[0]))

    def declarator(self, meta: Meta, children: Children) -> Member:
        options = options_of(children)
        shows = [show for name, show in all_of(children, Option) if name == "show"]
        if len(shows) > 1:
            self.diagnostics.error(shows[1].span, "shown in two ways", f"remove '{shows[1].span.text}'")
        return Member(
            token_of(children, "NAME") or "",
            TypeRef("void", None, self._span(meta)),
            token_of(children, "POINTER") is not None,
            all_of(children, Extent),
            None,
            options.get("nullable", False),
            options.get("sentinel", False),
            options.get("wide", False),
            options.get("aligned"),
            options.get("range"),
            self._span(meta),
            options.get("used"),
            options.get("condition"),
            options.get("show"),
            options.get("shown"),
        )

    def member(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        return self._declared(children, self._span(meta))

    def parameter(self, meta: Meta, children: Children) -> Member:
        if not any(isinstance(child, Member) for child in children):
            children = children + [self.declarator(meta, [])]
        return self._declared(children, self._span(meta))[0]

    def member_unnamed(self, meta: Meta, children: Children) -> tuple[Member, ...]:
        span = self._span(meta)
        ref = TypeRef(children[0].name, children[0], span)
        return (Member("", ref, False, (), None, False, False, False, None, None, span),)


def build(tree: Tree[Token], source: Source, diagnostics: Diagnostics) -> tuple[model.Interface, ...]:
    """The interfaces of a file."""
    interfaces: tuple[model.Interface, ...] = Builder(source, diagnostics).transform(tree)
    return tuple(fill(interface, diagnostics) for interface in interfaces)
