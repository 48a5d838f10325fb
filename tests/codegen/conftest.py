# SPDX-License-Identifier: MIT
"""Options and helpers of the compiler's tests."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "codegen"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the goldens")


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compares a text with a golden file, or rewrites the file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden {path.name}: look at the output and run pytest with --update"
        assert path.read_text(encoding="utf-8") == text, f"{path.name} differs; if that is meant: pytest --update"

    return compare
