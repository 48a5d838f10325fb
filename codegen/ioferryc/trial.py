# SPDX-License-Identifier: MIT
"""ioferryc test: builds the conformance test of an IDL file, wherever it lies, and runs it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Optional, Sequence

HERE = Path(__file__).resolve()


class TrialError(Exception):
    """The test could not be built; the text says what to do."""


def _is_source(tree: Path) -> bool:
    return (tree / "tests" / "conformance" / "CMakeLists.txt").is_file() and (tree / "runtime").is_dir()


def find_source() -> Path:
    """The source tree: the one that this file is in, or what `cmake --install` left of it."""
    wanted = os.environ.get("IOFERRY_SOURCE")
    if wanted is not None:
        if _is_source(Path(wanted)):
            return Path(wanted).resolve()
        raise TrialError(f"IOFERRY_SOURCE is {wanted}, which is no source tree of ioferry")
    for tree in (HERE.parents[2], *(Path(prefix) / "share/ioferry/source" for prefix in ("/usr/local", "/usr"))):
        if _is_source(tree):
            return tree
    raise TrialError(
        "the test needs the source tree of ioferry or an installed ioferry, and neither is here:\n"
        "set IOFERRY_SOURCE=/path/of/the/source"
    )


def _tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise TrialError(f"the test needs {name}; on Debian: apt-get install {package}")
    return found


def build_folder(source: Path, idl: Path) -> Path:
    """A folder for each pair of source tree and IDL file, so that the second run builds what changed."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = hashlib.sha256(f"{source}\n{idl}".encode()).hexdigest()[:12]
    return base / "ioferry" / "test" / f"{idl.stem}-{key}"


def _run(command: Sequence[str], log: Path, what: str) -> None:
    """Runs quietly; a failure shows the end of what it said."""
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        raise TrialError(f"{tail}\n{what} failed; log: {log}")


def build(idl: Path, name: str, folder: Optional[Path]) -> Path:
    """The program that tests an IDL file."""
    source = find_source()
    folder = folder or build_folder(source, idl)
    folder.mkdir(parents=True, exist_ok=True)
    cmake = _tool("cmake", "cmake")
    _tool("ninja", "ninja-build")
    print(f"building the test of {name} in {folder}", flush=True)
    options = [f"-DIOFERRY_IDL={idl}", "-DIOFERRY_ONLY_CONFORMANCE=ON", f"-DPython3_EXECUTABLE={sys.executable}"]
    _run(
        [cmake, "-S", str(source), "-B", str(folder), "-G", "Ninja", *options],
        folder / "configure.log",
        "configuring",
    )
    _run([cmake, "--build", str(folder), "--target", f"conformance-{name}"], folder / "build.log", "building")
    return folder / "tests" / "conformance" / f"conformance-{name}"


def test(idl: Path, name: str, folder: Optional[Path], options: Sequence[str]) -> int:
    """Builds and runs. The test's exit status."""
    program = build(idl.resolve(), name, folder)
    return subprocess.run([str(program), *options], check=False).returncode
