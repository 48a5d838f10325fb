# SPDX-License-Identifier: MIT
"""The C file of an interface: descriptors of types, shape functions, the table of commands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import model, program
from ..analysis import Analysed, AnalysedCommand
from ..fields import Flat, flatten, same
from ..placed import Laid, PerLayout
from ..program import Constant, Read
from . import render, shows
from .cbeside import companion_views, quoted, version_text, version_views
from .cformat import COLUMNS, TAB, comment, fill, width
from .cshape import Printer, constant_text, value_text

FLAGS = (
    ("blocking", "IOF_CMD_BLOCKING"),
    ("inline", "IOF_CMD_INLINE"),
    ("restart", "IOF_CMD_RESTART"),
    ("idempotent", "IOF_CMD_IDEMPOTENT"),
)


@dataclass(frozen=True)
class TypeView:
    """What the template needs of a descriptor."""

    # pylint: disable=too-many-instance-attributes
    comment: str
    c_name: str
    fields_name: str
    name: str
    size: str
    same: int
    n_pointers: int
    n_fields: int
    rows: tuple[str, ...]
    shows_name: str
    shows: tuple[str, ...]
    tail: str
    arms: tuple[tuple[str, tuple[str, ...]], ...]  # of each union that a field tells the content of: a table
    tagged_name: str
    tagged: tuple[str, ...]


def numbers(values: PerLayout, form: str = "{}") -> str:
    """{a, b, c, d}."""
    return "{" + ", ".join(form.format(value) for value in values) + "}"


def _row(flat: Flat) -> str:
    parts = (
        f'"{flat.name}"',
        flat.kind,
        str(flat.count),
        numbers(flat.size),
        numbers(flat.offset),
        numbers(flat.stride),
    )
    line = "\t{" + ", ".join(parts) + "},"
    return line if width(line) <= COLUMNS else fill("\t{", parts, "},")


def _type_view(analysed: Analysed, descriptor: program.Descriptor) -> TypeView:
    kind = descriptor.type
    size = kind.size
    name, text = "", ""
    if isinstance(kind, Laid):
        name = kind.record.name or descriptor.c_name.removeprefix("type_")
        text = comment(kind.record.span) if kind.record.span.text else ""
        if kind.flexible is not None:
            size = kind.flexible.offset
    else:
        name = kind.name
    fields, arms = flatten(kind), _arms(descriptor)
    tagged = [
        (f"{{{tagged.field}, {tagged.tag}, {len(tagged.arms)}, {table}}},", tagged.name or "the union")
        for tagged, (table, _) in zip(descriptor.tagged, arms)
    ]
    bare = descriptor.c_name.removeprefix("type_")
    return TypeView(
        text,
        descriptor.c_name,
        f"fields_{bare}",
        name,
        numbers(size),
        same(kind),
        min(255, sum(flat.kind == "IOF_POINTER" for flat in fields)),
        len(fields),
        tuple(_row(flat) for flat in fields),
        f"shows_{bare}",
        shows.rows(analysed.scope, fields),
        kind.flexible.member.name if isinstance(kind, Laid) and kind.flexible is not None else "",
        arms,
        f"tagged_{bare}",
        shows.commented(tagged),
    )


def _arms(descriptor: program.Descriptor) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table of arms for each union that a field tells the content of."""
    found = []
    for tagged in descriptor.tagged:
        name = re.sub(r"\W", "_", f"arms_{descriptor.c_name.removeprefix('type_')}_{tagged.name}").rstrip("_")
        rows = [
            (f"{{{f'(uint64_t){value}' if value < 0 else value}, &{holds.c_name}}},", text)
            for value, text, holds in tagged.arms
        ]
        found.append((name, shows.commented(rows)))
    return tuple(found)


# --- the file --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FunctionView:
    """A shape function, and the timeout function that belongs to it."""

    comment: str
    name: str
    lines: tuple[str, ...]
    timeout_name: str
    timeout_lines: tuple[str, ...]


def c_name(command: model.Command) -> str:
    """What the functions of a command begin with."""
    return command.name.lower()


def timeout_lines(command: AnalysedCommand) -> tuple[str, ...]:
    """The body of the function that tells a command's longest wait."""
    assert command.shape is not None and command.command.traits.timeout is not None
    timeout, value = command.command.traits.timeout, command.shape.timeout
    assert value is not None
    lines = [
        f"\tconst struct iof_segment *{name} = iof_walk_segment(walk, {index});"
        for name, index in command.shape.timeout_segments
    ]
    text = value_text(value)
    if isinstance(value, Read) and value.signed:
        text = text.removeprefix("(uint64_t)")
    else:
        text = f"(int64_t){text}" if isinstance(value, Read) else f"(int64_t)({text})"
    line = f"\tint64_t timeout = {text};"
    lines.append(line if width(line) <= COLUMNS else f"\tint64_t timeout =\n\t\t{text};")
    lines.append("")
    if command.forever is not None:
        lines += [f"\tif (timeout == {command.forever})", "\t\treturn -1;"]
    lines += ["\tif (timeout < 0)", "\t\treturn -1;"] if command.forever is None else []
    if timeout.nanoseconds == 1_000_000:
        lines.append("\treturn timeout;")
    elif timeout.nanoseconds > 1_000_000:
        factor = timeout.nanoseconds // 1_000_000
        lines.append(f"\treturn timeout > INT64_MAX / {factor} ? -1 : timeout * {factor};")
    else:
        divisor = 1_000_000 // timeout.nanoseconds
        # Rounded up: a short wait is no poll.
        lines.append(f"\treturn timeout / {divisor} + (timeout % {divisor} != 0);")
    return tuple(lines)


def _functions(analysed: Analysed) -> list[FunctionView]:
    found = []
    for command in analysed.commands:
        if command.shape is None or command.shares is not None:
            continue
        timeout = timeout_lines(command) if command.shape.timeout is not None else ()
        found.append(
            FunctionView(
                comment(command.command.span),
                f"{c_name(command.command)}_shape",
                tuple(Printer(command.shape.ops).lines),
                f"{c_name(command.command)}_timeout_ms" if timeout else "",
                timeout,
            )
        )
    return found


def constants(analysed: Analysed, text: str) -> list[str]:
    """Definitions of the constants that the functions use."""
    words = set(re.findall(r"[A-Za-z_]\w*", re.sub(r"/\*(?:.|\n)*?\*/|\"[^\"]*\"", "", text)))
    found = []
    for name in analysed.scope.consts:
        if name in words:
            value = analysed.scope.evaluate(analysed.scope.consts[name])
            text = constant_text(Constant(value))
            found.append(f"#define {name} ({text})" if value < 0 else f"#define {name} {text}")
    length = max((len(line.split()[1]) for line in found), default=0)
    return [f"#define {line.split(' ', 2)[1]:<{length}} {line.split(' ', 2)[2]}" for line in found]


def _command_lines(command: AnalysedCommand) -> list[str]:
    traits = command.command.traits
    flags = [flag for name, flag in FLAGS if getattr(traits, name)]
    flags += command.carrier_flags
    value = []
    if command.value is not None:
        value.append(f".value_size = {command.value.size[0]},")
        flags += ["IOF_CMD_VALUE_SIGNED"] if command.value.signed else []
    if command.value is not None and command.value.show:
        value.append(f".show = &show_{c_name(command.command)},")
    lines = [
        f".name = {quoted(command.command.name)},",
        f".number = {numbers(command.numbers, '{:#x}')},",
        f".mask = {command.mask:#x},",
        f".argument = {command.argument},",
        *value,
    ]
    if flags:
        lines.append(f".flags = {' | '.join(flags)},")
    lines.append(f".hash = {command.hash:#018x},")
    owner = command.shares or command
    if owner.shape is not None:
        lines.append(f".shape = {c_name(owner.command)}_shape,")
        if owner.shape.timeout is not None:
            lines.append(f".timeout_ms = {c_name(owner.command)}_timeout_ms,")
    if command.why:
        lines += _why_lines(command.why)
    return lines


def _why_lines(why: str) -> list[str]:
    """The sentence, broken between words where it is long."""
    line = f".why = {quoted(why)},"
    if 2 * TAB + len(line) <= COLUMNS:
        return [line]
    pieces, piece = [], ""
    for word in why.split(" "):
        if len(piece) + len(word) > 90:
            pieces.append(piece)
            piece = ""
        piece += word + " "
    pieces.append(piece.rstrip())
    # Under the first piece: two tabs, ".why = ".
    return [
        (".why = " if n == 0 else "       ") + quoted(p) + ("," if n == len(pieces) - 1 else "")
        for n, p in enumerate(pieces)
    ]


def generate(analysed: Analysed, origin: str) -> str:
    """The text of the interface's C file."""
    functions = _functions(analysed)
    values = [
        (c_name(command.command), shows.value_show(analysed.scope, command.value.show))
        for command in analysed.commands
        if command.value is not None and command.value.show
    ]
    body = "\n".join(line for function in functions for line in (*function.lines, *function.timeout_lines))
    return render(
        "interface.c.j2",
        origin=origin,
        interface=analysed.interface,
        constants=constants(analysed, body),
        names=shows.tables(analysed),
        values=values,
        types=[_type_view(analysed, descriptor) for descriptor in analysed.descriptors],
        functions=functions,
        commands=[_command_lines(command) for command in analysed.by_number],
        hash=f"{analysed.hash:#018x}",
        driver=quoted(analysed.interface.driver),
        node=quoted(analysed.interface.node),
        ios=analysed.ios,
        version=version_text(analysed),
        version_sources=version_views(analysed),
        companions=companion_views(analysed),
    )
