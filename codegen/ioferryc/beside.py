# SPDX-License-Identifier: MIT
"""What stands beside a device's calls: the version that its driver tells, and files that libraries look for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from . import model
from .diag import Span
from .layout import Scope
from .model import Command, Expr
from .placed import EvaluationError
from .program import Constant, Operation, Value, Variable

MAX_PARTS = 4
PLACEHOLDERS = ("name", "number", "version", "count")


@dataclass(frozen=True)
class AnalysedSource:
    """A version's source: a file, or a command with an argument by value."""

    source: model.VersionSource
    number: int
    argument: int
    parts: tuple[Value, ...]


@dataclass(frozen=True)
class AnalysedPart:
    """A companion file's text, for devices with these numbers."""

    text: str
    each: bool
    low: int
    high: int


def _part(expr: Expr, scope: Scope) -> Value:
    """A part of the version, over the command's result."""
    if isinstance(expr, model.Path) and expr.names == ("result",):
        return Variable("result")
    if scope.is_constant(expr):
        return Constant(scope.evaluate(expr))
    if isinstance(expr, model.Unary):
        return Operation(expr.operator, (_part(expr.operand, scope),))
    if isinstance(expr, model.Binary):
        return Operation(expr.operator, (_part(expr.left, scope), _part(expr.right, scope)))
    raise EvaluationError(expr.span, "a version's part is made of 'result' and constants", "write: result >> 8 & 255")


def version_source(source: model.VersionSource, scope: Scope) -> AnalysedSource:
    """A place where the driver tells its version."""
    if source.command is None:
        if not source.path.startswith("/"):
            raise EvaluationError(source.span, "a file without its whole path", "begin the path with '/'")
        return AnalysedSource(source, 0, 0, ())
    commands: dict[str, Command] = {command.name: command for command in scope.interface.commands}
    command = commands.get(source.command.name)
    if command is None:
        raise EvaluationError(source.command.span, f"no command '{source.command.name}'", "name a command of this file")
    if command.like is not None or (command.argument is not None and command.argument.pointer):
        advice = "name one without an argument in memory, or a file"
        raise EvaluationError(source.command.span, f"{command.name} answers in memory", advice)
    if len(source.parts) > MAX_PARTS:
        raise EvaluationError(source.span, f"{len(source.parts)} parts", f"write {MAX_PARTS} at most")
    argument = scope.evaluate(source.argument) if source.argument is not None else 0
    return AnalysedSource(
        source,
        scope.numbers(command)[0],
        argument,
        tuple(_part(part, scope) for part in source.parts),
    )


def version_wanted(version: model.Version) -> str:
    """The version that the driver should tell."""
    if not re.fullmatch(r"\d+(\.\d+)*", version.wanted):
        raise EvaluationError(version.span, f"version '{version.wanted}'", 'write numbers with dots: "5.39"')
    return version.wanted


def _known(text: str, span: Span, names: tuple[str, ...]) -> None:
    for name in re.findall(r"\{([^{}]*)\}", text):
        if name not in names:
            known = ", ".join(f"{{{known}}}" for known in names)
            raise EvaluationError(span, f"unknown placeholder '{{{name}}}'", f"there are {known}")


def _number(expr: Optional[Expr], otherwise: int, scope: Scope) -> int:
    return otherwise if expr is None else scope.evaluate(expr)


def companion_parts(companion: model.Companion, scope: Scope) -> tuple[AnalysedPart, ...]:
    """The text of a companion file."""
    if not companion.path.startswith(("/proc/", "/sys/")):
        advice = "write a file below /proc or /sys; the device itself is 'node'"
        raise EvaluationError(companion.span, f"companion '{companion.path}'", advice)
    if {"", ".", ".."} & set(companion.path.split("/")[1:]):
        raise EvaluationError(
            companion.span, f"companion '{companion.path}'", "write the plain path, without '//', '..'"
        )
    _known(companion.path, companion.span, ("name", "number"))
    one_device = "{" in companion.path
    found = []
    for part in companion.parts:
        names = PLACEHOLDERS if part.each or one_device else ("version", "count")
        _known(part.text, part.span, names)
        if "{version}" in part.text and scope.interface.version is None:
            raise EvaluationError(
                part.span,
                "'{version}' of an interface without one",
                'write: version "1.2" { file "/sys/module/NAME/version"; }',
            )
        low, high = _number(part.low, 0, scope), _number(part.high, 0xFFFFFFFF, scope)
        if low > high:
            raise EvaluationError(part.span, f"no device has a number in {low} .. {high}", "write: each 0 .. 7")
        found.append(AnalysedPart(part.text, part.each, low, high))
    return tuple(found)
