#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""descriptors.py BUILD CC: checks the descriptors of all generated types (descriptors.c)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from framac import ROOT
from units import interfaces


def main() -> int:
    """The exit status of the check."""
    build, compiler = Path(sys.argv[1]), sys.argv[2]
    build.mkdir(parents=True, exist_ok=True)
    names = []
    for analysed, product in interfaces():
        name = analysed.interface.name
        kinds = re.findall(r"^static const struct iof_type (\w+) =", product, re.MULTILINE)
        table = "".join(f"\t&{kind},\n" for kind in kinds)
        text = f"{product}\nextern const struct iof_type *const {name}_types[];\n"
        text += f"const struct iof_type *const {name}_types[] = {{\n{table}\t0,\n}};\n"
        (build / f"{name}.c").write_text(text, encoding="utf-8")
        names.append(name)
    lists = "".join(f"extern const struct iof_type *const {name}_types[];\n" for name in names)
    rows = "".join(f"\t{name}_types,\n" for name in names)
    text = (
        f'#include "descriptors.h"\n\n{lists}\nconst struct iof_type *const *const type_lists[] = {{\n{rows}\t0,\n}};\n'
    )
    (build / "lists.c").write_text(text, encoding="utf-8")
    here = Path(__file__).resolve().parent
    sources = [*(build / f"{name}.c" for name in [*names, "lists"]), here / "descriptors.c", ROOT / "runtime/src/abi.c"]
    command = [compiler, "-std=gnu11", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command += [f"-I{ROOT}/runtime/include", f"-I{ROOT}/runtime/src", f"-I{here}", "-o", str(build / "descriptors")]
    # Every shape function calls the runtime; none runs here.
    command += ["-Wl,--unresolved-symbols=ignore-all", "-no-pie"]
    subprocess.run([*command, *map(str, sources)], check=True)
    return subprocess.run([build / "descriptors"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
