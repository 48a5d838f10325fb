# SPDX-License-Identifier: MIT
"""A daemon of its own for each test."""

from __future__ import annotations

import pytest
from hostd import Daemon


@pytest.fixture
def start(tmp_path):
    """Starts daemons; each must end well."""
    daemons = []

    def make(*options: str, text: str | None = None) -> Daemon:
        folder = tmp_path / str(len(daemons))
        folder.mkdir()
        daemons.append(Daemon(folder, *options, text=text))
        return daemons[-1]

    yield make
    for daemon in daemons:
        status = daemon.stop()
        daemon.notify.close()
        assert status == 0, daemon.log()
