# SPDX-License-Identifier: MIT
"""Texts of errors: every one of a file in one run, with place, source line, caret and advice."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ioferryc.cli import load
from ioferryc.diag import Diagnostics

HERE = Path(__file__).resolve().parent

LAUNCH = HERE.parents[1] / "codegen" / "ioferryc-launch"
BAD = sorted((HERE / "errors").glob("*.idl"))


def errors_of(path: Path) -> str:
    """All messages, with the file's name alone."""
    diagnostics = Diagnostics()
    load([path], diagnostics)
    return diagnostics.render().replace(str(path), path.name)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_golden(path: Path, golden) -> None:
    golden(path.with_suffix(".txt"), errors_of(path))


@pytest.mark.parametrize("path", sorted((HERE / "errors" / "header").glob("*.idl")), ids=lambda path: path.stem)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_headers(path: Path, compiler: str, golden) -> None:
    """What differs from a driver's header is told as every other mistake, with both compilers alike."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    command = [sys.executable, str(LAUNCH), "check", "--cc", f"{compiler} -m64", "-I", str(path.parent), path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    # What a compiler says itself is its own.
    text = re.sub(r"do not compile: .*", "do not compile: ...", done.stderr)
    golden(path.with_suffix(".txt"), text)


def errors_of_text(tmp_path: Path, text: str) -> str:
    path = tmp_path / "test.idl"
    path.write_text("interface test {\n" + text + '\ndriver "d"; node "n";\n}\n')
    return errors_of(path)


def test_enough_mistakes_are_tried() -> None:
    assert sum(path.read_text().count(": error: ") for path in (HERE / "errors").rglob("*.txt")) >= 60


def test_caret_stands_under_the_place(tmp_path: Path) -> None:
    lines = errors_of_text(tmp_path, "\tioctl A = 1 (in missing *arg);").splitlines()
    assert lines[0].startswith("test.idl:2:")
    column = int(lines[0].split(":")[2])
    assert lines[1][4:][column - 1 :].startswith("missing")
    assert lines[2].expandtabs(8).index("^") == lines[1].expandtabs(8).index("missing")


def test_names_of_a_broken_item_are_not_missed(tmp_path: Path) -> None:
    """The struct has a syntax error; that the command names it is no second error."""
    found = errors_of_text(tmp_path, "struct broken { int a b; };\nioctl A = 1 (in struct broken *arg);")
    assert found.count("error:") == 1


def test_unclosed_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "open.idl"
    path.write_text("interface open {\n\tioctl A = 1 ();\n")
    found = errors_of(path)
    assert found.startswith("open.idl:1:16: error: nothing closes this '{'") and found.count("error:") == 1


@pytest.mark.parametrize(
    "text", ["", "\0", "interface", "}", "{{{{", "interface x { /* }", 'interface x { driver "', "é"]
)
def test_any_text_ends_with_messages_or_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.idl"
    path.write_text(text, encoding="utf-8")
    errors_of(path)


def test_no_syntax_error_causes_another(tmp_path: Path) -> None:
    """A semicolon that is taken away is one error, wherever it was."""
    text = (HERE / "features" / "waiting.idl").read_text(encoding="utf-8")
    path = tmp_path / "waiting.idl"
    for place in (match.start() for match in re.finditer(";\n", re.sub("//.*", lambda m: "/" * len(m.group()), text))):
        path.write_text(text[:place] + " " + text[place + 1 :], encoding="utf-8")
        assert errors_of(path).count("error:") == 1, text[:place].splitlines()[-1]


def test_every_prefix_of_a_real_file_ends(tmp_path: Path) -> None:
    """A file that is being typed: no prefix makes the compiler fail otherwise than with messages."""
    text = (HERE / "features" / "unions.idl").read_text(encoding="utf-8")
    path = tmp_path / "unions.idl"
    for end in range(0, len(text), 37):
        path.write_text(text[:end], encoding="utf-8")
        errors_of(path)
