"""Funding rates of a run come from files or from the store, and are the same."""

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.config import load_config
from btbot.data.store import Store
from btbot.engine.funding import charged
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

HOUR = 3_600_000
T0 = 1_609_459_200_000  # 2021-01-01T00:00Z
DUE = T0 + 8 * HOUR * np.arange(13)
RATES = np.arange(13) / 7_000


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'a.db'}")
    made.funding.write("BTC/USDT", DUE, RATES, exchange="binance")
    yield made
    made.close()


@pytest.fixture
def configured(tmp_path, store):
    def make(funding, **more):
        return load_config(
            {
                "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "store"}, "database": store.database.url,
                "strategies": [{"name": "ma_cross"}], "costs": {"funding": funding}, **more,
            }
        )  # fmt: skip

    return make


def bars(count=96, first=T0):
    one = np.ones(count)
    return {"BTC/USDT": Bars("BTC/USDT", Timeframe.parse("1h"), first + HOUR * np.arange(count), one, one, one, one, one)}  # fmt: skip


def test_stored_rates_are_charged_as_those_of_a_file(configured, tmp_path):
    lines = [f"{time},{rate!r}" for time, rate in zip(DUE.tolist(), RATES.tolist(), strict=True)]
    (tmp_path / "rates.csv").write_text("\n".join(["timestamp,funding_rate", *lines]) + "\n")
    (from_file,) = charged(configured(str(tmp_path / "rates.csv")), bars())
    (stored,) = charged(configured("store"), bars())
    (named,) = charged(configured({"BTC/USDT": "store"}), bars())
    assert stored.tolist() == from_file.tolist() == named.tolist()
    assert np.flatnonzero(stored).tolist() == [7, 15, 23, 31, 39, 47, 55, 63, 71, 79, 87, 95]
    assert stored[95] == RATES[12]


def test_bars_before_the_first_rate_are_refused(configured, store):
    with pytest.raises(DataError) as caught:
        charged(configured("store"), bars(first=T0 - 25 * HOUR))
    assert str(caught.value) == (
        f"BTC/USDT: {store.database.shown} has no funding rate between 2020-12-30T23:00:00Z and 2021-01-01T00:00:00Z; "
        "download them with btbot data download --funding, or name a file as costs.funding"
    )


def test_a_hole_in_the_rates_is_refused(configured, store):
    store.funding.write("BTC/USDT", DUE[-1:] + 25 * HOUR, [0.1], exchange="binance")
    with pytest.raises(DataError, match=r"between 2021-01-05T00:00:00Z and 2021-01-06T01:00:00Z; download"):
        charged(configured("store"), bars(count=130))


def test_the_configured_exchange_is_taken_of_several(configured, store):
    store.funding.write("BTC/USDT", DUE, RATES * 2, exchange="bybit")
    (binance,) = charged(configured("store"), bars())
    (bybit,) = charged(configured("store", exchange={"name": "bybit"}), bars())
    assert bybit.tolist() == (binance * 2).tolist()
    with pytest.raises(ConfigError, match=r"^BTC/USDT: the store has funding rates of it from binance perpetual and bybit"):  # fmt: skip
        charged(configured("store", exchange={"name": "kraken"}), bars())
