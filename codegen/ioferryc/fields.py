# SPDX-License-Identifier: MIT
"""The fields of a type's descriptor: its scalars, flat, with their place in every layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from . import model
from .model import Member
from .placed import LAYOUTS, AnyType, Laid, PerLayout, Scalar


@dataclass(frozen=True)
class Flat:
    """A field of a type's descriptor: struct iof_field."""

    name: str
    kind: str
    count: int
    size: PerLayout
    offset: PerLayout
    stride: PerLayout
    union: Optional[Laid] = None
    show: str = ""
    shown: str = ""  # name of the field that says how many elements mean something
    tag: str = ""  # of a union: name of the field that tells what it holds


def _scaled(values: PerLayout, factor: int) -> PerLayout:
    a, b, c, d = values
    return (a * factor, b * factor, c * factor, d * factor)


def add(left: PerLayout, right: PerLayout) -> PerLayout:
    """Sum, layout by layout."""
    return (left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3])


def _shown(member: Member) -> Optional[str]:
    """The field of the same structure that says how many elements of an array mean something."""
    if member.used is not None and isinstance(member.used.count, model.Path) and len(member.used.count.names) == 1:
        return member.used.count.names[0]
    return member.shown


def _repeat(fields: list[Flat], count: int, stride: PerLayout) -> list[Flat]:
    """The fields of an array of @p count elements."""
    if count == 1:
        return fields
    found: list[Flat] = []
    for flat in fields:
        flat = replace(flat, shown="")  # of each element another number would mean something
        contiguous = flat.count > 1 and _scaled(flat.stride, flat.count) == stride
        if flat.count == 1:
            found.append(replace(flat, count=count, stride=stride))
        elif contiguous:
            found.append(replace(flat, count=flat.count * count))
        else:
            # struct iof_field has one stride: an array inside an array of structs takes a field per element.
            for index in range(count):
                place, tag = add(flat.offset, _scaled(stride, index)), flat.tag and f"{flat.tag}@{index}"
                found.append(replace(flat, name=f"{flat.name}@{index}", offset=place, tag=tag))
    return found


def flatten(placed: AnyType, name: str = "", at: PerLayout = (0, 0, 0, 0)) -> tuple[Flat, ...]:
    """The scalars of a type, in the order of their LP64 offsets."""
    return tuple(sorted(_flatten(placed, name, at), key=lambda flat: flat.offset[0]))


def _flatten(placed: AnyType, name: str, at: PerLayout) -> list[Flat]:
    if isinstance(placed, Scalar):
        return [Flat(name, placed.kind, 1, placed.size, at, placed.size, show=placed.show)]
    if placed.record.keyword == "union":
        if _is_one_scalar(placed):
            return _flatten(placed.members[0].type, name or placed.members[0].member.name, at)
        return [Flat(name, "IOF_UNION", 1, placed.size, at, placed.size, placed)]
    found: list[Flat] = []
    for member in placed.members:
        if member.flexible:
            continue
        inner = f"{name}.{member.member.name}".strip(".")
        flats = _repeat(_flatten(member.type, inner, add(at, member.offset)), member.count, member.type.size)
        shown = _shown(member.member)
        if shown is not None:
            flats = [replace(flat, shown=f"{name}.{shown}".strip(".")) for flat in flats]
        tag = member.type.record.tag if isinstance(member.type, Laid) else None
        if tag is not None:
            flats = [replace(flat, tag=".".join((name, *tag.names)).strip(".")) for flat in flats]
        found += flats
    return found


def _is_one_scalar(union: Laid) -> bool:
    """Whether the arms of a union are names of one integer: then its byte order is known."""
    first = union.members[0].type
    return not union.record.arms and all(
        isinstance(arm.type, Scalar)
        and isinstance(first, Scalar)
        and (arm.type.kind, arm.type.size, arm.count) == (first.kind, first.size, 1)
        for arm in union.members
    )


def same(placed: AnyType) -> int:
    """Bit per layout in which the little-endian image equals the canonical one."""
    fields, bits = flatten(placed), 0
    sizes = placed.flexible.offset if isinstance(placed, Laid) and placed.flexible else placed.size
    for layout in LAYOUTS:
        equal = sizes[layout] == sizes[0]
        for flat in fields:
            equal &= all(v[layout] == v[0] for v in (flat.size, flat.offset, flat.stride))
            if flat.union is not None:
                equal &= all(same(member.type) >> layout & 1 for member in flat.union.members)
        bits |= equal << layout
    return bits
