# SPDX-License-Identifier: MIT
"""The examples of docs/idl.md are IDL, and what it says the compiler prints is what it prints."""

import re
from pathlib import Path

import pytest

from ioferryc.backends import listing
from ioferryc.cli import load
from ioferryc.diag import Diagnostics

ROOT = Path(__file__).resolve().parents[2]

TEXT = (ROOT / "docs" / "idl.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```idl\n(.*?)^```", TEXT, re.M | re.S)


def load_text(tmp_path: Path, name: str, text: str):
    path = tmp_path / f"{name}.idl"
    path.write_text(text)
    diagnostics = Diagnostics()
    return load([path], diagnostics), diagnostics


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 10


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0].strip()[:30])
def test_example(tmp_path: Path, block: str) -> None:
    found = re.match(r"interface (\w+)", block)
    name = found.group(1) if found else "example"
    if not found:
        # A part of the tutorial uses what the first part declares.
        needs = "struct frob_sample { __u16 channel; __u16 flags; __s32 value; };" if "frob_sample" in block else ""
        block = f'interface example {{ driver "d"; node "n"; {needs}\n{block}\n}}'
    _, diagnostics = load_text(tmp_path, name, block)
    assert not diagnostics, diagnostics.render()


def test_list_in_the_tutorial(tmp_path: Path) -> None:
    found, _ = load_text(tmp_path, "frob", BLOCKS[0])
    printed = listing.generate(found)
    shown = TEXT.split("$ ./run ioferryc list idl/my/frob.idl\n")[1].split("```")[0]
    assert printed == shown


def test_error_in_the_tutorial(tmp_path: Path) -> None:
    part = BLOCKS[1].replace("[count, max 1024, returned count]", "[count]")
    _, diagnostics = load_text(tmp_path, "frob", BLOCKS[0].rstrip().rstrip("}") + part + "}\n")
    shown = re.search(r"```\nidl/my/frob.idl:(.*?)```", TEXT, re.S)
    assert shown is not None
    lines = diagnostics.render().replace(str(tmp_path / "frob.idl"), "idl/my/frob.idl").splitlines()[:4]
    assert lines == f"idl/my/frob.idl:{shown.group(1)}".splitlines()[:4]


def anchors(text: str) -> set[str]:
    """Of headings, as the web shows them."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_features() -> None:
    """Each has a section that is there, and an example that is tested."""
    rows = re.findall(r"^\| (\d+) \| .* \| \[[^]]*\]\(([^)]*)\) \| ([^|]*) \|$", TEXT, re.M)
    rows += re.findall(r"^\| (\d+) \| .* \| \[[^]]*\]\(([^)]*)\), .* \| ([^|]*) \|$", TEXT, re.M)
    assert {int(number) for number, _, _ in rows} == set(range(1, 26))
    for number, link, examples in rows:
        file, _, anchor = link.partition("#")
        text = (ROOT / "docs" / file).read_text(encoding="utf-8") if file else TEXT
        assert not anchor or anchor in anchors(text), f"{number}: no section #{anchor}"
        for example in examples.split(", "):
            assert (ROOT / "tests" / "codegen" / "features" / example).exists(), f"{number}: no {example}"
            assert (ROOT / "tests" / "codegen" / "expected" / f"{Path(example).stem}.c").exists(), example
