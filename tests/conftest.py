"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there is a worker for every core already


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker whole files, so that what a file sets up is set up once; a group goes across files."""
    from xdist.scheduler import LoadGroupScheduling

    class ByFile(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            scope = str(super()._split_scope(nodeid))
            return scope if scope != nodeid else nodeid.partition("::")[0]

    config.option.loadscopereorder = False  # files with few tests, which take the longest, would come last
    return ByFile(config, log)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real candles, named by BTBOT_TEST_DATA; tests that need it skip without it."""
    folder = os.environ.get("BTBOT_TEST_DATA")
    if not folder:
        pytest.skip("BTBOT_TEST_DATA is not set: real candles are not available")
    path = Path(folder)
    if not path.is_dir():
        pytest.skip(f"BTBOT_TEST_DATA={folder} is not a folder: real candles are not available")
    return path


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Root of the source tree."""
    return Path(__file__).resolve().parent.parent
