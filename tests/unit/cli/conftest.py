"""Keep the log of one test out of the next."""

import logging

import pytest
from typer.testing import CliRunner


@pytest.fixture(autouse=True)
def _restored_log():
    root = logging.getLogger("btbot")
    before = root.handlers[:], root.level, root.propagate
    yield
    for handler in root.handlers:
        if handler not in before[0]:
            handler.close()
    root.handlers, root.level, root.propagate = before[0], before[1], before[2]
    logging.Logger.manager._clear_cache()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli(here):
    """Run a command in an empty folder; an exception comes out as it is."""
    from btbot.cli.app import app

    def invoke(*arguments):
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    return invoke
