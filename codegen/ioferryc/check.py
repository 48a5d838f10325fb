# SPDX-License-Identifier: MIT
"""Rules of the language that need no layout, and clashes of numbers. One small function a rule."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Optional

from .diag import Diagnostics, Span
from .fields import same
from .layout import Scope
from .model import Command, Interface, Member, Record, Show
from .placed import LAYOUTS, SCALARS, EvaluationError, Laid, Layout, Scalar
from .resolve import C_KEYWORDS, C_MACROS, has_code, needs_walk


def name_is_files(interface: Interface, path: Path, diagnostics: Diagnostics) -> None:
    """The build knows the names of generated files from those of IDL files."""
    wanted = path.stem.replace("-", "_")
    if interface.name != wanted:
        diagnostics.error(
            interface.span,
            f"interface '{interface.name}' in a file named {path.name}",
            f"call the interface '{wanted}'",
        )


def says_what_it_is(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """An interface names the driver it was read from, and its nodes."""
    place = Span(interface.source, interface.span.start, interface.span.start + len("interface"))
    for clause, value, example in (
        ("driver", interface.driver, "the driver and the version that you read"),
        ("node", interface.node, "the name of its node below /dev"),
    ):
        if not value:
            diagnostics.error(place, f"no '{clause}' in '{interface.name}'", f'write: {clause} "{example}";')


def names_once(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A type, a constant or a command is declared once. Flags are no type: their names are apart."""
    named = [(const.name, const.span) for const in interface.consts]
    named += [(item.name, item.span) for enum in interface.enums for item in enum.enumerators]
    named += [(enum.name, enum.span) for enum in interface.enums if enum.name and not enum.flags]
    named += [(alias.name, alias.span) for alias in interface.aliases]
    named += [(record.name, record.span) for record in interface.records]
    named += [(command.name, command.name_span) for command in interface.commands]
    for names in (named, [(enum.name, enum.span) for enum in interface.enums if enum.name]):
        seen: dict[str, int] = {}
        for name, span in sorted(names, key=lambda item: item[1].start):
            if name in seen:
                diagnostics.error(span, f"'{name}' is declared twice", f"the first is in line {seen[name]}; rename one")
            seen.setdefault(name, span.line)


def builtins_kept(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """The built-in types keep their meaning."""
    named = [(alias.name, alias.span) for alias in interface.aliases]
    named += [(record.name, record.span) for record in interface.records]
    for name, span in named:
        if name in SCALARS or name in ("timeval", "void"):
            diagnostics.error(
                span, f"'{name}' is a built-in type", "use it without declaring it, or choose another name"
            )


def names_are_c(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """Names become names in C."""
    named = [(interface.name, interface.span), *((const.name, const.span) for const in interface.consts)]
    named += [(alias.name, alias.span) for alias in interface.aliases]
    for enum in interface.enums:
        named += [(enum.name, enum.span), *((item.name, item.span) for item in enum.enumerators)]
    named += [(command.name, command.name_span) for command in interface.commands]
    named += [(command.argument.name, command.argument.span) for command in interface.commands if command.argument]
    for record in Scope(interface).every_record():
        named += [(record.name, record.span), *((member.name, member.span) for member in record.members)]
    for name, span in named:
        what = "a word" if name in C_KEYWORDS else "a macro"
        if name in C_KEYWORDS or name in C_MACROS:
            diagnostics.error(span, f"'{name}' is {what} of C", "rename it; names are not part of what travels")


def members_once(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A field's name stands once in its structure."""
    for record in Scope(interface).every_record():
        seen: set[str] = set()
        for member in record.members:
            if member.name and member.name in seen:
                diagnostics.error(member.span, f"two fields '{member.name}'", "rename one of them")
            seen.add(member.name)


def _counted_arm(record: Record, member: Member, diagnostics: Diagnostics) -> None:
    """An arm with a count is what a void pointer of C points to."""
    if record.name:
        advice = f"remove '{record.name}': in C this is a void pointer"
        diagnostics.error(member.span, f"'{member.name}' has no fixed size, but its union has a name", advice)


def directions_fit(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A direction belongs to memory: pointers, flexible arrays and arguments. A plain field goes with its structure."""
    scope = Scope(interface)
    for record in scope.every_record():
        for member in record.members:
            flexible = any(extent.count is None or not scope.is_constant(extent.count) for extent in member.extents)
            if record.selectors and flexible and not member.pointer:
                _counted_arm(record, member, diagnostics)
                continue
            if member.direction is None and (member.pointer or flexible):
                advice = "write in, out or inout in front of it"
                diagnostics.error(member.span, f"no direction for '{member.name}'", advice)
            if member.direction is not None and not member.pointer and not flexible:
                diagnostics.error(
                    member.span,
                    f"'{member.name}' has a direction but is no pointer",
                    "remove it: a field goes the way of the structure that it is in",
                )
            if flexible and not member.pointer and member is not record.members[-1]:
                diagnostics.error(
                    member.span, f"'{member.name}' has no fixed size and is not the last field", "move it to the end"
                )


def _every_member(interface: Interface) -> list[Member]:
    """Arguments and fields."""
    arguments = [command.argument for command in interface.commands if command.argument is not None]
    return arguments + [member for record in Scope(interface).every_record() for member in record.members]


def attributes_fit(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """Attributes stand where they mean something."""
    for member in _every_member(interface):
        if member.type.name == "void" and member.type.record is None and not member.pointer:
            diagnostics.error(member.span, f"'{member.name}' is void", "give it a type, or point to it: void *")
        if member.type.name == "void" and member.type.record is None and member.pointer and not member.extents:
            advice = f"give it a length, '*{member.name or 'arg'}[count bytes, max N]', or a type"
            diagnostics.error(
                member.span, f"'{member.name}' points to void, and nothing says how much is there", advice
            )
        if member.nullable and not member.pointer:
            diagnostics.error(member.span, f"'{member.name}' is no pointer and cannot be NULL", "remove 'nullable'")
        if member.wide and not member.pointer:
            diagnostics.error(member.span, f"'{member.name}' is no pointer", "remove 'as u64', or declare '*'")
        if member.used and (member.pointer or not member.extents):
            advice = "remove it: 'used' is for arrays inside their structure; a pointer has its count in brackets"
            diagnostics.error(member.used.span, f"'{member.name}' is no array inside its structure", advice)
        if member.condition and (member.type.name != "fd" or member.type.record is not None):
            advice = "remove 'if', or give the field the type fd"
            diagnostics.error(member.span, f"'{member.name}' is no file descriptor", advice)
        if member.pointer and len(member.extents) > 1:
            advice = "for an array of pointers declare a struct that holds one, and an array of it"
            diagnostics.error(member.span, f"'{member.name}' has two counts", advice)


def flags_have_values(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """The names of flags are bits: counting up would name numbers."""
    for enum in interface.enums:
        for item in enum.enumerators:
            if enum.flags and item.value is None:
                diagnostics.error(
                    item.span, f"the flag '{item.name}' has no value", f"write its bit: {item.name} = 1 << 3"
                )


def _shown_type(scope: Scope, member: Member) -> Optional[Scalar]:
    """The integer that a member is or points to; None for anything else, or where the type is an error of its own."""
    try:
        kind = scope.type_of(member.type)
    except EvaluationError:
        return None
    integer = isinstance(kind, Scalar) and kind.kind in ("IOF_UINT", "IOF_SINT")
    return kind if isinstance(kind, Scalar) and integer else None


def _check_show(scope: Scope, member: Member, show: Show, diagnostics: Diagnostics) -> None:
    kind, enum = _shown_type(scope, member), scope.enums.get(show.name)
    if kind is None:
        diagnostics.error(show.span, f"'{member.name}' is no integer", f"remove '{show.span.text}'")
    if show.form == "hex" or kind is None:
        return
    if enum is None:
        sort = "flags" if show.form == "flags" else "enum"
        diagnostics.error(show.span, f"unknown {sort} '{show.name}'", f"declare it: {sort} {show.name} {{ ... }};")
        return
    if enum.flags != (show.form == "flags"):
        right = "flags" if enum.flags else "enum"
        diagnostics.error(show.span, f"'{enum.name}' is declared '{right}'", f"write 'as {right} {enum.name}'")
        return
    bits = 8 * kind.size[Layout.LP64]
    for name, value in scope.names_of(enum):
        if not -(1 << bits - 1) <= value < 1 << bits:
            advice = "correct the value, or show the field as something else"
            diagnostics.error(show.span, f"{name} = {value} does not fit the {bits} bits of '{member.name}'", advice)


def shows_fit(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """What a trace shows as names is an integer that can hold their values."""
    scope = Scope(interface)
    arguments = tuple(command.argument for command in interface.commands if command.argument is not None)
    for members in (arguments, *(record.members for record in scope.every_record())):
        for member in members:
            if member.show is None:
                continue
            try:
                _check_show(scope, member, member.show, diagnostics)
            except EvaluationError:
                continue  # of an enumerator, and reported there


def shown_counts(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """'shown' names an integer of the same structure, and stands behind an array."""
    scope = Scope(interface)
    for command in interface.commands:
        if command.argument is not None and command.argument.shown is not None:
            diagnostics.error(command.argument.span, "'shown' of an argument", "only an array in a structure has it")
    for record in scope.every_record():
        counters = {m.name: m for m in record.members if not m.pointer and not m.extents and _shown_type(scope, m)}
        for member in record.members:
            if member.shown is None:
                continue
            fixed = member.extents and all(e.count is not None and scope.is_constant(e.count) for e in member.extents)
            if member.pointer or not fixed:
                advice = f"remove 'shown {member.shown}': of other memory 'returned' says what comes back"
                diagnostics.error(member.span, f"'{member.name}' is no array of fixed size", advice)
            elif member.shown not in counters:
                advice = "name an integer field of the same structure"
                diagnostics.error(member.span, f"'{member.shown}' does not count '{member.name}'", advice)


def ios_once(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """read and write are declared once, each in its direction."""
    seen: set[str] = set()
    for io in interface.ios:
        if io.keyword in seen:
            diagnostics.error(io.span, f"{io.keyword} is declared twice", "remove one")
        seen.add(io.keyword)


def cancelled_calls_wait(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """What cancels calls names calls that wait, and does not wait itself."""
    waiting = {command.name: command.traits.blocking for command in interface.commands}
    waiting.update((io.keyword, io.traits.blocking) for io in interface.ios)
    for command in interface.commands:
        for reference in command.traits.cancels:
            if reference.name not in waiting:
                diagnostics.error(reference.span, f"no command '{reference.name}'", "name a command, read or write")
            elif not waiting[reference.name]:
                advice = f"add 'blocking;' to {reference.name}, or remove it here"
                diagnostics.error(reference.span, f"{reference.name} does not wait", advice)
        if command.traits.cancels and command.traits.blocking:
            advice = "it would wait behind the call that it is to end: remove 'blocking'"
            diagnostics.error(command.name_span, f"{command.name} cancels calls and waits itself", advice)


def inline_does_not_wait(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """An inline command runs on the thread that reads the session."""
    for command in interface.commands:
        traits = command.traits
        if traits.inline and traits.blocking:
            diagnostics.error(command.name_span, f"{command.name} is inline and blocking", "remove 'inline'")
        if traits.timeout is not None and not traits.blocking:
            diagnostics.error(command.name_span, f"{command.name} has a timeout but is not blocking", "add 'blocking;'")
        memory = command.like is not None or (command.argument is not None and command.argument.pointer)
        if traits.timeout is not None and not memory:
            advice = "a timeout can only be read from memory that the argument points to; leave it out"
            diagnostics.error(traits.timeout.span, f"{command.name} has no argument in memory", advice)


def _clashes(interface: Interface, layout: Layout) -> list[tuple[Command, Command]]:
    """Pairs of commands that one number means."""
    scope = Scope(interface)
    seen: list[tuple[Command, int, int]] = []
    found: list[tuple[Command, Command]] = []
    for command in interface.commands:
        try:
            number, mask = scope.evaluate(command.number, layout), scope.mask(command)
        except EvaluationError:
            continue
        for other, other_number, other_mask in seen:
            if (number ^ other_number) & mask & other_mask == 0 and other.name != command.name:
                found.append((other, command))
        seen.append((command, number, mask))
    return found


def numbers_differ(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """Within one ABI a number means one command."""
    layouts: dict[tuple[str, str], list[str]] = {}
    places = {command.name: command.name_span for command in interface.commands}
    for layout in LAYOUTS:
        for first, second in _clashes(interface, layout):
            layouts.setdefault((first.name, second.name), []).append(layout.name.lower().replace("_", "-"))
    for (one, other), found in layouts.items():
        where = "every ABI" if len(found) == len(LAYOUTS) else ", ".join(found)
        diagnostics.error(
            places[other],
            f"{other} and {one} have the same number in {where}",
            "a caller's number can mean one command only: correct one of them",
        )


def errnos_known(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """The names of errors are those of errno.h."""
    named: list[tuple[Optional[str], Span]] = []
    for record in Scope(interface).every_record():
        named += [(arm.reject, arm.span) for arm in record.arms]
    for member in _every_member(interface):
        named += [(extent.errno, extent.span) for extent in member.extents]
        named += [(bound.errno, bound.span) for bound in (member.range, member.used) if bound is not None]
    for command in interface.commands:
        words = command.traits.copy_back
        named += [(word, command.name_span) for word in words if word not in ("always", "success")]
    for name, span in named:
        if name is not None and name not in errno.errorcode.values():
            diagnostics.error(span, f"'{name}' is no errno", "write one of errno.h, EINVAL for example")


def layouts_agree(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A structure that commands declare each in their own way is one structure in C."""
    scope = Scope(interface)
    seen: dict[str, Laid] = {}
    for record in scope.all_records():
        if record in interface.records and record.name in seen:
            continue
        try:
            laid = scope.laid(record)
        except EvaluationError:
            continue
        other = seen.setdefault(record.name, laid)
        if other.size != laid.size or [m.offset for m in other.members] != [m.offset for m in laid.members]:
            diagnostics.error(
                record.span,
                f"{record.keyword} {record.name} has another layout in line {other.record.span.line}",
                "directions and counts of its fields may differ, offsets and sizes may not",
            )


def _tag_is_beside(scope: Scope, record: Record, union: Record, member: Member, diagnostics: Diagnostics) -> None:
    """The field that tells what a union holds is an integer of the same structure."""
    assert union.tag is not None
    beside = next((m for m in record.members if (m.name,) == union.tag.names), None)
    if record.keyword != "struct" or beside is None or beside.pointer or beside.extents:
        advice = "name an integer field of the structure that the union is in"
        diagnostics.error(union.tag.span, f"'{union.tag.span.text}' does not stand beside the union", advice)
    elif _shown_type(scope, beside) is None:
        diagnostics.error(union.tag.span, f"'{beside.name}' is no integer", "name the field that tells")
    if member.extents or member.pointer:
        diagnostics.error(member.span, "several unions, or a pointer to one", "put the union into a struct by itself")


def _tagged_arms(scope: Scope, union: Record, diagnostics: Diagnostics) -> None:
    """Arms that a driver chooses are plain data: nothing was walked when it chose."""
    seen: set[int] = set()
    for arm in union.arms:
        if arm.default or arm.member is None or any(len(case.values) != 1 or not case.values[0] for case in arm.cases):
            advice = "leave it out: with any other value the union is bytes"
            diagnostics.error(arm.span, "a case of 'returned' without one value and one field", advice)
            continue
        for case in arm.cases:
            value = scope.evaluate(case.values[0]) if case.values[0] is not None else 0
            if value in seen:
                diagnostics.error(case.span, "this case stands twice", "remove one of them")
            seen.add(value)
    for placed in scope.laid(union).members:
        if placed.flexible or has_code(placed) or needs_walk(placed.type):
            advice = "use a field of the request: switch (field)"
            message = f"'{placed.member.name}' needs a look before the driver has chosen it"
            diagnostics.error(placed.member.span, message, advice)


def tagged_unions_fit(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A union that a field tells the content of stands beside the field, and holds plain data."""
    scope = Scope(interface)
    for record in scope.every_record():
        try:
            if record.tag is not None:
                _tagged_arms(scope, record, diagnostics)
            for member in record.members:
                kind = scope.type_of(member.type)
                if isinstance(kind, Laid) and kind.record.tag is not None:
                    _tag_is_beside(scope, record, kind.record, member, diagnostics)
        except EvaluationError:
            continue  # reported where it is used


def plain_unions_alike(interface: Interface, _path: Path, diagnostics: Diagnostics) -> None:
    """A union that nothing chooses from is copied as bytes, which only works if every arm is the same everywhere."""
    scope = Scope(interface)
    for record in scope.every_record():
        if record.keyword != "union" or record.selectors or record.tag is not None:
            continue
        try:
            arms = scope.laid(record).members
            differing = [arm for arm in arms if same(arm.type) != 0xF]
        except EvaluationError:
            continue
        for arm in differing:
            diagnostics.error(
                arm.member.span,
                f"'{arm.member.name}' differs between ABIs, and nothing says when it is the union's content",
                "name the field that decides: union switch (field) { case VALUE: ... }",
            )


RULES = (
    name_is_files,
    says_what_it_is,
    names_once,
    builtins_kept,
    names_are_c,
    members_once,
    directions_fit,
    attributes_fit,
    flags_have_values,
    shows_fit,
    shown_counts,
    ios_once,
    cancelled_calls_wait,
    inline_does_not_wait,
    numbers_differ,
    errnos_known,
    layouts_agree,
    tagged_unions_fit,
    plain_unions_alike,
)


def check(interface: Interface, path: Path, diagnostics: Diagnostics) -> None:
    """Applies all rules."""
    for rule in RULES:
        rule(interface, path, diagnostics)
