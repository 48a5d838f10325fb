#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tidy.py BUILD: clang-tidy over the C sources of the tree, as BUILD's compile_commands.json compiles them.

A file that passed is not checked again until it, a header it includes, the settings or clang-tidy change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def cache_directory() -> Path:
    """Passed checks live with the user, so that another clone profits."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(base) / "ioferry" / "tidy"
    path.mkdir(parents=True, exist_ok=True)
    return path


def dependencies(build: Path) -> dict[str, list[Path]]:
    """Object file -> the files of tree and build it was made from, as ninja recorded them; system headers left out."""
    text = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    result: dict[str, list[Path]] = {}
    current: list[Path] = []
    for line in text.splitlines():
        if line.startswith("    "):
            path = (build / line.strip()).resolve()
            if path.is_relative_to(ROOT) or path.is_relative_to(build):
                current.append(path)
        elif ":" in line:
            current = result.setdefault(line.split(":", 1)[0], [])
    return result


def digest(entry: dict[str, str], depends: list[Path], common: bytes) -> str:
    """What the verdict on a file depends on; independent of where the tree lies."""
    sha = hashlib.sha256(common)
    sha.update(entry["command"].replace(entry["directory"], "BUILD").replace(str(ROOT), "ROOT").encode())
    for path in sorted({Path(entry["file"]), *depends}):
        sha.update(path.name.encode() + (path.read_bytes() if path.exists() else b""))
    return sha.hexdigest()


def tidy(entry: dict[str, str], build: Path) -> str:
    """Complaints about one file, or nothing."""
    command = ["clang-tidy", "--quiet", "-p", str(build), entry["file"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode == 0:
        return ""
    return re.sub(r"^\d+ warnings.*\n", "", done.stdout + done.stderr, flags=re.MULTILINE) or "clang-tidy failed"


def unchecked(build: Path) -> dict[str, tuple[dict[str, str], Path]]:
    """Source file -> its entry of the compile database, and the file to make once it passed."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    depends = dependencies(build)
    cache = cache_directory()
    todo: dict[str, tuple[dict[str, str], Path]] = {}
    for entry in entries:
        source = Path(entry["file"])
        if not source.is_relative_to(ROOT) or source.is_relative_to(build):
            continue
        words = shlex.split(entry["command"])
        output = entry.get("output") or words[words.index("-o") + 1]
        stamp = cache / digest(entry, depends.get(output, []), common)
        if not stamp.exists():
            todo.setdefault(entry["file"], (entry, stamp))
    return todo


def main() -> int:
    """Checks what is not known to pass; prints the complaints."""
    build = Path(sys.argv[1]).resolve()
    todo = unchecked(build)
    bad = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = [(stamp, pool.submit(tidy, entry, build)) for entry, stamp in todo.values()]
        for stamp, future in futures:
            complaints = future.result()
            if complaints:
                print(complaints)
                bad += 1
            else:
                stamp.touch()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
