"""The feed `store`: a run on stored candles is the run on the file that they came from."""

import pytest
from sqlalchemy import text

from btbot.bars import Bars
from btbot.data.sample import generate
from btbot.data.store import Store, open_store, serving
from btbot.engine import run
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

CONFIG = {
    "symbols": ["BTC/USDT"],
    "timeframe": "1h",
    "strategies": [{"name": "ma_cross", "params": {"ma_fast": 5, "ma_slow": 20}}],
    "report": ["text"],
    "proof": "none",
}


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'btbot.db'}"
    frame = generate("BTC/USDT", Timeframe.parse("15m"), bars=4_000, seed=7, start_ms=1_609_459_200_000)
    columns = {name: frame[name].to_numpy() for name in ("time", "open", "high", "low", "close", "volume")}
    Store(url).write(Bars("BTC/USDT", Timeframe.parse("15m"), **columns), exchange="binance")
    yield url
    open_store.cache_clear()


def config(feed, **keys):
    from btbot.config import load_config

    return load_config({**CONFIG, "feed": feed, **keys})


def test_a_run_on_the_store_is_the_run_on_the_frame(url):
    stored = run(config({"name": "store"}, database=url))
    frame = open_store(url).get_bars("BTC/USDT", "15m").frame
    direct = run(config({"name": "frame", "frame": frame}))
    assert stored.metrics == direct.metrics
    assert len(stored.trades) > 5
    assert stored.trades.equals(direct.trades)


def test_a_second_process_runs_on_the_mapped_columns_unless_they_are_switched_off(url, tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_WORTH_A_FILE", 100)
    without = run(config({"name": "store", "cache": False}, database=url))
    assert not list(tmp_path.rglob("*.columns"))
    first = run(config({"name": "store"}, database=url))
    assert len(list((tmp_path / "cache" / "columns").glob("*-all.columns"))) == 1
    open_store.cache_clear()
    with Store(url).writing() as connection:  # behind the store's back
        connection.execute(text("DELETE FROM candles"))
    second = run(config({"name": "store"}, database=url))
    assert without.metrics == first.metrics == second.metrics
    assert len(first.trades) > 5


def test_the_span_and_the_address_may_be_the_feeds(url):
    bars = run(config({"name": "store", "database": url}, start="2021-01-05", end="2021-01-20")).bars["BTC/USDT"]
    assert (bars.stamp(0), bars.stamp(-1), len(bars)) == ("2021-01-05T00:00:00Z", "2021-01-19T23:00:00Z", 360)


def test_a_symbol_that_is_not_stored_is_a_fault_of_the_data(url):
    with pytest.raises(DataError, match=r"^ETH/USDT: the store has no candles of it"):
        run(config({"name": "store"}, database=url, symbols=["ETH/USDT"]))


def test_a_span_without_bars_is_a_fault_of_the_data(url):
    with pytest.raises(DataError) as caught:
        run(config({"name": "store"}, database=url, start="2031-01-01"))
    assert str(caught.value).startswith(
        "BTC/USDT: the store has bars of it, but no finished 1h bar between start and end; look at btbot data list"
    )


def test_an_exchange_that_has_it_not_is_named(url):
    with pytest.raises(DataError, match=r"^BTC/USDT: the store has no candles of it from kraken;"):
        run(config({"name": "store", "exchange": "kraken"}, database=url))


def test_parameters_are_checked(url):
    with pytest.raises(ConfigError, match=r"unknown parameter 'exchang'.*did you mean 'exchange'"):
        run(config({"name": "store", "exchang": "kraken"}, database=url))


def test_flawed_candles_are_mended_by_a_command(url):
    store = open_store(url)
    with store.writing() as connection:
        connection.execute(text("UPDATE candles SET high = low / 2 WHERE time = (SELECT min(time) FROM candles)"))
    with pytest.raises(DataError) as caught:
        run(config({"name": "store"}, database=url, timeframe="15m"))
    assert "feed.columns" not in str(caught.value)
    assert str(caught.value).endswith(
        "; look at them with btbot data check BTC/USDT, mend them with btbot data repair BTC/USDT; or set data: "
        "{on_error: warn} to go on in spite of it"
    )
