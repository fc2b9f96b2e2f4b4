"""kill -9 at any moment of a download or an import: nothing is lost or doubled, the next call completes it."""

import datetime as dt
import json
import random
import sqlite3
import time
from collections import Counter

import numpy as np
import pytest
from download_play import save
from forked import Command, exchange

from btbot.bars import COLUMNS
from btbot.data.store import Store
from btbot.paper.settings import MarketSettings, ServerSettings

SYMBOLS = ("BTC/USDT", "ETH/USDT")
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 200))]
KILLS = 2  # of one download, one after the other, before it may end


def check_database(path):
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        doubled = "SELECT count(*) - count(DISTINCT series_id || ':' || time) FROM candles"
        if connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'candles'").fetchone()[0]:
            assert connection.execute(doubled).fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM candle_revisions").fetchone() == (0,)
    connection.close()


def stored(path, symbol):
    return stored_at(f"sqlite:///{path}", symbol)


def stored_at(url, symbol):
    store = Store(url)
    try:
        found = [one for one in store.series() if one.symbol == symbol]
        assert len(found) <= 1
        if not found:
            return None
        bars = store.get_bars(symbol, found[0].timeframe)
        assert found[0].rows == len(bars)
        return bars
    finally:
        store.close()


def is_part(bars, whole):
    """Return how many rows are there, all of them as in the whole."""
    if bars is None:
        return 0
    rows = np.isin(whole.time, bars.time)
    assert rows.sum() == len(bars)
    for name in COLUMNS:
        assert (getattr(whole, name)[rows] == getattr(bars, name)).all()
    return len(bars)


def undisturbed(start):
    """How long a command takes that nobody kills, in seconds."""
    begin = time.monotonic()
    one = start()
    assert one.wait() == 0, one.said
    return time.monotonic() - begin


@pytest.fixture(scope="module")
def seen():
    """How many kills left nothing, a part, or the whole; at least some must have come in the middle."""
    states = Counter()
    yield states
    if sum(states.values()) >= 20:
        assert states["a part"] >= sum(states.values()) / 10, states


def state(rows, whole):
    return "nothing" if not rows else "the whole" if rows == whole else "a part"


@pytest.fixture(scope="module")
def market(made_up, tmp_path_factory):
    """Two symbols behind sockets, ten pages each; the address, what is to be had, and how long that takes."""
    folder = tmp_path_factory.mktemp("market")
    bars = {symbol: made_up("1m", 10_300, symbol) for symbol in SYMBOLS}
    markets = tuple(MarketSettings(one.symbol, "replay", save(one, folder), one.timeframe) for one in bars.values())
    start = int(bars["BTC/USDT"].time[-200])
    settings = ServerSettings(
        markets=markets, state=folder / "exchange", port=0, admin_port=0, paused=True, start_ms=start
    )
    whole = {symbol: one.between(None, start) for symbol, one in bars.items()}
    with exchange(settings) as (url, _):
        yield url, whole, undisturbed(lambda: download(url, folder, whole))


def download(url, folder, whole, place=None, **more):
    one = whole["BTC/USDT"]
    return Command(
        [
            "data", "download", "--exchange", "binance", "--url", url, "--symbols", *SYMBOLS, "--timeframes", "1m",
            "--since", one.stamp(0), "--until", whole_until(one), "--database", place or database(folder), "--json",
        ],
        folder, **more,
    )  # fmt: skip


def whole_until(bars):
    """The close of the last bar, as the command takes it."""
    return dt.datetime.fromtimestamp(int(bars.close_time[-1]) / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M")


def database(folder):
    return f"sqlite:///{folder / 'btbot.db'}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_download_that_is_killed_goes_on(seed, market, seen, tmp_path):
    url, whole, length = market
    dice = random.Random(seed)
    kept = dict.fromkeys(SYMBOLS, 0)
    for _ in range(KILLS):
        one = download(url, tmp_path, whole)
        killed = one.kill(dice.uniform(0.0, 1.1 * length))
        assert killed or one.process.exitcode == 0, one.said
        if not (tmp_path / "btbot.db").exists():
            continue
        check_database(tmp_path / "btbot.db")
        for symbol in SYMBOLS:
            now = is_part(stored(tmp_path / "btbot.db", symbol), whole[symbol])
            assert now >= kept[symbol]
            kept[symbol] = now
            seen[state(now, len(whole[symbol]))] += 1
    one = download(url, tmp_path, whole)
    assert one.wait() == 0, one.said
    check_database(tmp_path / "btbot.db")
    for symbol in SYMBOLS:
        assert stored(tmp_path / "btbot.db", symbol).fingerprint == whole[symbol].fingerprint


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 40))])
def test_a_download_that_is_interrupted_says_what_is_there(seed, market, tmp_path):
    url, whole, length = market
    one = download(url, tmp_path, whole)
    took = one.interrupt(random.Random(seed).uniform(0.3, 0.8) * length)
    assert took < max(2.0, length)  # a loaded machine takes longer for everything
    assert one.process.exitcode in (0, 130), one.said
    assert "Traceback" not in one.said
    check_database(tmp_path / "btbot.db")
    there = [is_part(stored(tmp_path / "btbot.db", symbol), whole[symbol]) for symbol in SYMBOLS]
    rows, _ = json.JSONDecoder().raw_decode(one.said[one.said.index("[\n") :])
    assert [row["inserted"] for row in rows] == there, one.said
    one = download(url, tmp_path, whole)
    assert one.wait() == 0, one.said
    for symbol in SYMBOLS:
        assert stored(tmp_path / "btbot.db", symbol).fingerprint == whole[symbol].fingerprint


def test_a_disk_that_is_full_keeps_what_is_there(market, tmp_path):
    url, whole, _ = market
    one = download(url, tmp_path, whole, file_bytes=600_000)
    assert one.wait() in (3, 4), one.said
    assert "disk" in one.said
    assert "Traceback" not in one.said
    check_database(tmp_path / "btbot.db")
    there = [is_part(stored(tmp_path / "btbot.db", symbol), whole[symbol]) for symbol in SYMBOLS]
    assert sum(there) > 0
    one = download(url, tmp_path, whole)
    assert one.wait() == 0, one.said
    for symbol in SYMBOLS:
        assert stored(tmp_path / "btbot.db", symbol).fingerprint == whole[symbol].fingerprint


def test_two_downloads_of_the_same_at_a_time(market, tmp_path):
    url, whole, _ = market
    each = [download(url, tmp_path, whole) for _ in range(2)]
    assert [one.wait() for one in each] == [0, 0], each[0].said
    check_database(tmp_path / "btbot.db")
    for symbol in SYMBOLS:
        assert stored(tmp_path / "btbot.db", symbol).fingerprint == whole[symbol].fingerprint


@pytest.mark.slow
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("seed", range(40))
def test_a_download_into_postgres_that_is_killed_goes_on(seed, market, postgres, tmp_path):
    url, whole, length = market
    dice = random.Random(seed)
    kept = dict.fromkeys(SYMBOLS, 0)
    for _ in range(KILLS):
        one = download(url, tmp_path, whole, postgres)
        killed = one.kill(dice.uniform(0.0, 1.1 * length))
        assert killed or one.process.exitcode == 0, one.said
        for symbol in SYMBOLS:
            now = is_part(stored_at(postgres, symbol), whole[symbol])
            assert now >= kept[symbol]
            kept[symbol] = now
    one = download(url, tmp_path, whole, postgres)
    assert one.wait() == 0, one.said
    for symbol in SYMBOLS:
        assert stored_at(postgres, symbol).fingerprint == whole[symbol].fingerprint


@pytest.mark.slow
@pytest.mark.xdist_group("postgres")
def test_three_downloads_into_postgres_at_a_time(market, postgres, tmp_path):
    url, whole, _ = market
    each = [download(url, tmp_path, whole, postgres) for _ in range(3)]
    assert [one.wait(120) for one in each] == [0, 0, 0], each[0].said
    for symbol in SYMBOLS:
        assert stored_at(postgres, symbol).fingerprint == whole[symbol].fingerprint


@pytest.fixture(scope="module")
def files(made_up, tmp_path_factory):
    """Files of two symbols, several of each, and how long their import takes."""
    folder = tmp_path_factory.mktemp("files")
    whole = {symbol: made_up("1m", 60_000, symbol) for symbol in SYMBOLS}
    for bars in whole.values():
        for number in range(3):
            path = save(bars.slice(number * 20_000, (number + 1) * 20_000), folder)
            path.rename(path.with_name(f"{path.stem}-{number}.csv"))
    elsewhere = tmp_path_factory.mktemp("undisturbed")
    return folder, whole, undisturbed(lambda: bring_in(folder, elsewhere))


def bring_in(folder, place):
    return Command(["data", "import", str(folder), "--exchange", "binance", "--database", database(place)], place)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_import_that_is_killed_is_completed(seed, files, tmp_path):
    folder, whole, length = files
    dice = random.Random(seed)
    for _ in range(KILLS):
        one = bring_in(folder, tmp_path)
        killed = one.kill(dice.uniform(0.0, 1.1 * length))
        assert killed or one.process.exitcode == 0, one.said
        if not (tmp_path / "btbot.db").exists():
            continue
        check_database(tmp_path / "btbot.db")
        for symbol in SYMBOLS:
            assert is_part(stored(tmp_path / "btbot.db", symbol), whole[symbol]) % 20_000 == 0
    one = bring_in(folder, tmp_path)
    assert one.wait() == 0, one.said
    check_database(tmp_path / "btbot.db")
    for symbol in SYMBOLS:
        assert stored(tmp_path / "btbot.db", symbol).fingerprint == whole[symbol].fingerprint
