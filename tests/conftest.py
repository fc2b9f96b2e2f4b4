"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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
