# SPDX-License-Identifier: MIT
"""One module per product: c (descriptors and shape functions), types, stub, assertions, list."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


def _load(name: str) -> str:
    return resources.files("ioferryc").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_load),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, **values: Any) -> str:
    """Fills a template of templates/."""
    return _environment().get_template(template).render(**values)
