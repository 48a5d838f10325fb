# SPDX-License-Identifier: MIT
"""ioferryc test, for an IDL file that lies anywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IDL = """interface outside {
    driver "a test"; node "outside%u";
    struct batch { u32 n; out u64 *list[n, max 8, returned n]; };
    ioctl TAKE = _IOWR('o', 1, struct batch) (inout struct batch *arg) { blocking; }
    read (out u32 [max 16]) { count bytes; blocking; }
}
"""


def ioferryc(codegen: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs the compiler of a folder, in another."""
    command = [sys.executable, "-B", "-m", "ioferryc", *arguments]
    full = {**os.environ, "PYTHONPATH": str(codegen), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=full, cwd="/", timeout=280, check=False)


def write(tmp_path: Path, text: str = IDL) -> str:
    path = tmp_path / "outside.idl"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_builds_and_runs(tmp_path: Path) -> None:
    build = str(tmp_path / "build")
    done = ioferryc(ROOT / "codegen", "test", write(tmp_path), "--build", build, "--transport", "unix", "--seed", "7")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "outside (a test), seed 7" in done.stdout
    assert "unix: TAKE" in done.stdout and "unix: read" in done.stdout
    table = done.stdout.splitlines()[-1].split()
    assert table[:4] == ["outside", "unix", "1", "1"] and int(table[4]) > 100 and table[6] == "0"


def test_a_mistake_in_the_file_is_an_error(tmp_path: Path) -> None:
    done = ioferryc(ROOT / "codegen", "test", write(tmp_path, IDL.replace("list[n, max 8", "list[m, max 8")))
    assert done.returncode == 1 and "unknown name 'm'" in done.stderr


def test_says_what_is_missing(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(ROOT / "codegen" / "ioferryc", alone / "ioferryc")
    done = ioferryc(alone, "test", write(tmp_path))
    if not any((Path(prefix) / "share/ioferry/source").exists() for prefix in ("/usr", "/usr/local")):
        assert done.returncode == 2 and "IOFERRY_SOURCE=" in done.stderr, done.stderr
    done = ioferryc(ROOT / "codegen", "test", write(tmp_path), IOFERRY_SOURCE=str(tmp_path))
    assert done.returncode == 2 and "no source tree" in done.stderr
    done = ioferryc(ROOT / "codegen", "test", write(tmp_path), PATH=str(tmp_path))
    assert done.returncode == 2 and "apt-get install cmake" in done.stderr
