"""Every test of the migrations runs on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.db.databases import SERVER, SQLITE, fresh_database


@pytest.fixture(params=[SQLITE, SERVER])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def empty_on_server(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database on MariaDB or MySQL."""
    with fresh_database(SERVER, tmp_path) as url:
        yield url
