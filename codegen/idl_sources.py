# SPDX-License-Identifier: MIT
"""Writes a C file that holds IDL files as they are: idl_sources.py OUTPUT FILE..."""

from __future__ import annotations

import sys
from pathlib import Path


def literal(line: str) -> str:
    """A line as a C string. No trigraphs, and nothing that a compiler might read otherwise."""
    text = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").replace("\t", "\\t")
    return f'\t "{text}\\n"'


def main() -> None:
    """The command line."""
    output, *files = map(Path, sys.argv[1:])
    lines = ["/* Made by codegen/idl_sources.py. */", '#include "host/daemon/texts.h"', "#include <stddef.h>", ""]
    lines.append("const struct idl_source idl_sources[] = {")
    for file in files:
        lines.append(f'\t{{"{file.stem.replace("-", "_")}",')
        lines += [literal(line) for line in file.read_text(encoding="utf-8").splitlines()]
        lines[-1] += "},"
    lines += ["\t{NULL, NULL},", "};", ""]
    output.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
