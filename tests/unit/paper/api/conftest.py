"""A client at a venue, and the same at a market with offers and bids."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from api_client import MARKET_MS, Client, make

from btbot.exchange.units import SCALE, units


@pytest.fixture
def client() -> Client:
    return make()


@pytest.fixture
def book(client: Client) -> Client:
    """A client at a market that offers 1 BTC at each of 20001, 20002, ... and bids 1 at 19999, 19998, ..."""
    exchange = client.venue.exchange
    for step in range(1, 6):
        exchange.supply("BTCUSDT", "SELL", units(str(20000 + step)), SCALE, MARKET_MS)
        exchange.supply("BTCUSDT", "BUY", units(str(20000 - step)), SCALE, MARKET_MS)
    client.trade("20000", "0.1", buyer_is_maker=True)
    return client
