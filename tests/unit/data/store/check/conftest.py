"""Stores without the time that migrations take: copies of one empty file."""

import shutil

import pytest

from btbot.data.store import Store, upgrade


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """File of a store with tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "btbot.db"
    made = Store(f"sqlite:///{path}")
    upgrade(made.database)
    made.close()
    return path


@pytest.fixture
def lite(empty, tmp_path):
    """A store on SQLite alone, for what is the same on every database."""
    path = tmp_path / "btbot.db"
    shutil.copy(empty, path)
    made = Store(f"sqlite:///{path}")
    yield made
    made.close()
