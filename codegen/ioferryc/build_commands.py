# SPDX-License-Identifier: MIT
"""Lark tree to model: commands, and the interface around them."""

from __future__ import annotations

import ast

from lark import Token
from lark.tree import Meta
from lark.visitors import v_args

from . import model
from .build_tools import EXPRESSIONS, Children, Option, Tools, all_of, first_of, options_of, token_of
from .model import Direction, Extent, Record, Traits, TypeRef

TRAITS = (
    "blocking",
    "restart",
    "inline",
    "idempotent",
    "copy_back",
    "count",
    "family",
    "timeout",
    "status",
    "cancels",
    "result",
)
NANOSECONDS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}


@v_args(meta=True)
class CommandBuilder(Tools):
    """The rules of commands and of the interface's other items."""

    # pylint: disable=missing-function-docstring,too-many-public-methods

    # --- commands ---

    def argument(self, _meta: Meta, children: Children) -> Option:
        member = children[0] if children else None
        if member and member.type.name == "void" and not member.pointer and not member.name:
            member = None
        return Option(("argument", member))

    def like(self, _meta: Meta, children: Children) -> Option:
        return Option(("like", str(children[0])))

    def blocking(self, _meta: Meta, _children: Children) -> Option:
        return Option(("blocking", True))

    def inline(self, _meta: Meta, _children: Children) -> Option:
        return Option(("inline", True))

    def idempotent(self, _meta: Meta, _children: Children) -> Option:
        return Option(("idempotent", True))

    def on_signal(self, _meta: Meta, children: Children) -> Option:
        return Option(("restart", str(children[0]) == "restart"))

    def copy_back(self, _meta: Meta, children: Children) -> Option:
        return Option(("copy_back", tuple(str(child) for child in children)))

    def parameter_bits(self, meta: Meta, children: Children) -> model.ParameterBits:
        return model.ParameterBits(str(children[0]), children[1] if len(children) > 1 else None, self._span(meta))

    def family(self, _meta: Meta, children: Children) -> Option:
        return Option(("family", tuple(children)))

    def cancelled(self, meta: Meta, children: Children) -> model.Reference:
        return model.Reference(str(children[0]), self._span(meta))

    def cancels(self, _meta: Meta, children: Children) -> Option:
        return Option(("cancels", tuple(children)))

    def result(self, _meta: Meta, children: Children) -> Option:
        return Option(("result", ast.literal_eval(token_of(children, "STRING") or '""')))

    def count(self, _meta: Meta, children: Children) -> Option:
        return Option(("count", str(children[0])))

    def status(self, _meta: Meta, children: Children) -> Option:
        return Option(("status", children[0]))

    def timeout(self, meta: Meta, children: Children) -> Option:
        expressions = [child for child in children if isinstance(child, EXPRESSIONS)]
        unit = NANOSECONDS[token_of(children, "UNIT") or "ms"] * int(token_of(children, "INTEGER") or "1", 0)
        forever = expressions[1] if len(expressions) > 1 else None
        return Option(("timeout", model.Timeout(expressions[0], unit, forever, self._span(meta))))

    def unsupported(self, meta: Meta, children: Children) -> Option:
        carriers = tuple(str(child) for child in children if child.type == "CARRIER")
        why = ast.literal_eval(str(token_of(children, "STRING")))
        return Option(("unsupported", model.Unsupported(carriers, why, self._span(meta))))

    def _traits(self, children: Children) -> Traits:
        options = options_of(children)
        unsupported = tuple(value for name, value in all_of(children, Option) if name == "unsupported")
        named = {name: options[name] for name in TRAITS if name in options}
        return Traits(unsupported=unsupported, **named)

    def ioctl(self, meta: Meta, children: Children) -> model.Command:
        options = options_of(children)
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
        ref, extent = first_of(children, TypeRef), first_of(children, Extent)
        assert ref is not None and extent is not None
        return model.Io(str(children[0]), ref, direction, extent, self._traits(children), self._span(meta))

    # --- the interface ---

    def _once(self, clause: str, meta: Meta) -> None:
        span = self._span(meta)
        first = self.clauses.setdefault(clause, span)
        if first != span:
            self.diagnostics.error(span, f"a second {clause}", f"the first is in line {first.line}; remove one")

    def const(self, meta: Meta, children: Children) -> model.Const:
        return model.Const(str(children[0]), children[1], self._span(meta))

    def driver(self, meta: Meta, children: Children) -> Option:
        self._once("driver", meta)
        return Option(("driver", ast.literal_eval(str(children[0]))))

    def node(self, meta: Meta, children: Children) -> Option:
        self._once("node", meta)
        return Option(("node", ast.literal_eval(str(children[0]))))

    def header(self, meta: Meta, children: Children) -> Option:
        name = str(children[0])[1:-1].strip()
        self._once(f"header <{name}>", meta)
        return Option(("header", name))

    def poll(self, meta: Meta, _children: Children) -> Option:
        self._once("poll", meta)
        return Option(("poll", True))

    def nonblock(self, meta: Meta, _children: Children) -> Option:
        self._once("nonblock", meta)
        return Option(("nonblock", True))

    def version_file(self, meta: Meta, children: Children) -> model.VersionSource:
        path, *after = (ast.literal_eval(str(child)) for child in children)
        return model.VersionSource(path, after[0] if after else "", None, None, (), self._span(meta))

    def version_argument(self, _meta: Meta, children: Children) -> Option:
        return Option(("argument", children[0]))

    def version_ioctl(self, meta: Meta, children: Children) -> model.VersionSource:
        name = model.Reference(str(children[0]), self._token_span(children[0]))
        parts = tuple(child for child in children if isinstance(child, EXPRESSIONS))
        return model.VersionSource("", "", name, options_of(children).get("argument"), parts, self._span(meta))

    def version(self, meta: Meta, children: Children) -> model.Version:
        self._once("version", meta)
        wanted = ast.literal_eval(str(children[0]))
        return model.Version(wanted, all_of(children, model.VersionSource), self._span(meta))

    def _companion_part(self, meta: Meta, children: Children, each: bool) -> model.CompanionPart:
        text = "".join(ast.literal_eval(str(child)) for child in children if isinstance(child, Token))
        low, high = [*(child for child in children if isinstance(child, EXPRESSIONS)), None, None][:2]
        return model.CompanionPart(text, each, low, high, self._span(meta))

    def companion_text(self, meta: Meta, children: Children) -> model.CompanionPart:
        return self._companion_part(meta, children, False)

    def companion_each(self, meta: Meta, children: Children) -> model.CompanionPart:
        return self._companion_part(meta, children, True)

    def companion(self, meta: Meta, children: Children) -> model.Companion:
        path = ast.literal_eval(str(children[0]))
        self._once(f"companion {path}", meta)
        return model.Companion(path, all_of(children, model.CompanionPart), self._span(meta))

    def interface(self, meta: Meta, children: Children) -> model.Interface:
        options = options_of(children)
        records = all_of(children, Record)
        self.clauses.clear()
        return model.Interface(
            self.source,
            str(children[0]),
            options.get("driver", ""),
            options.get("node", ""),
            tuple(value for name, value in all_of(children, Option) if name == "header"),
            all_of(children, model.Const),
            all_of(children, model.EnumType),
            all_of(children, model.Alias),
            records,
            all_of(children, model.Command),
            all_of(children, model.Io),
            options.get("poll", False),
            options.get("nonblock", False),
            first_of(children, model.Version),
            all_of(children, model.Companion),
            self._span(meta),
        )

    def start(self, _meta: Meta, children: Children) -> tuple[model.Interface, ...]:
        return tuple(children)
