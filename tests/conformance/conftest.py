"""Make the modules of this folder importable, and give tests a server in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_HERE = str(Path(__file__).parent)
if _HERE not in sys.path:
    sys.path.append(_HERE)

from paper_server import PaperServer, accounts, start  # noqa: E402

CLIENTS = (
    "sync",
    "async",
    "pro",
    "newest-sync",
    "newest-async",
    "newest-pro",
    "python-binance",
    "connector",
    "sdk",
    "node",
    "keys",
    "shapes",
)


@pytest.fixture(scope="session")
def paper_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperServer]:
    """A made-up market of BTC/USDT, 20 times as fast as real time, with an account for each client."""
    server = start(
        tmp_path_factory.mktemp("exchange") / "state",
        *("--symbol", "BTC/USDT", "--synthetic", "--price", "30000", "--seed", "7", "--speed", "20", "--no-limits"),
        *accounts(CLIENTS, USDT=1_000_000, BTC=100),
    )
    server.await_trades("BTCUSDT")
    yield server
    assert server.stop() == 0, server.errors
    assert "Traceback" not in server.errors, server.errors
