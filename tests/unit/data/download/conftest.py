"""A store in a folder of its own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from btbot.data.store import Store, upgrade


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """A database without rows; to copy it is quicker than to make one."""
    path = tmp_path_factory.mktemp("tables") / "btbot.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store.database)
    store.close()
    return path


@pytest.fixture
def new(tables):
    """Make a store in a file."""

    def make(path):
        shutil.copy(tables, path)
        return Store(f"sqlite:///{path}")

    return make


@pytest.fixture
def store(new, tmp_path):
    made = new(tmp_path / "btbot.db")
    yield made
    made.close()
