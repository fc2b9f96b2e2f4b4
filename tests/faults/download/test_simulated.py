"""Every fault of an exchange on simulated time: afterwards the store is the source, to the last bit."""

import asyncio
import json
import random
from functools import partial

import numpy as np
import pytest
from download_play import simulate
from sqlalchemy import select

from btbot.bars import COLUMNS, Bars
from btbot.data.download import Job, download, writing
from btbot.data.download import candles as candles_module
from btbot.data.store.schema import candle_revisions
from btbot.errors import Rejected
from btbot.exchange.ccxt_client import CcxtClient
from btbot.exchange.gate import Gate
from btbot.exchange.retrying import retried

HOUR = 3_600_000
FIRST, SECOND, OFTEN = {"nth": 1}, {"nth": 2}, {"every": 2, "times": 3}
FAULTS = {
    "429": ({"kind": "rate_limit", "retry_after": 5, "ban": 60}, SECOND),
    "429 again and again": ({"kind": "rate_limit", "retry_after": 30, "ban": 600}, OFTEN),
    "429 that says when": ({"kind": "status", "status": 429, "retry_after": 90}, FIRST),
    "429 that does not": ({"kind": "status", "status": 429}, OFTEN),
    "418": ({"kind": "status", "status": 418, "retry_after": 120}, SECOND),
    "418 that does not say when": ({"kind": "status", "status": 418}, FIRST),
    "500": ({"kind": "status", "status": 500}, OFTEN),
    "502 with a page": ({"kind": "status", "status": 502, "body": "html"}, OFTEN),
    "503 and nothing": ({"kind": "status", "status": 503, "body": "empty"}, SECOND),
    "maintenance": ({"kind": "maintenance", "ms": 20_000}, SECOND),
    "restart": ({"kind": "restart", "down_ms": 15_000}, SECOND),
    "reset before": ("drop_before", OFTEN),
    "reset after": ("drop_after", OFTEN),
    "no answer": ("hang_before", OFTEN),
    "no answer though it was done": ("hang_after", SECOND),
    "a late answer": ({"kind": "hang_after", "ms": 8_000}, OFTEN),
    "a cut body": ("truncate", OFTEN),
    "slow bytes": ("slow", OFTEN),
    "a page of HTML": ("html", OFTEN),
    "an empty body": ("empty", OFTEN),
    "an empty page first": ("empty_page", FIRST),
    "an empty page": ("empty_page", SECOND),
    "empty pages": ("empty_page", OFTEN),
    "a page without its end": ({"kind": "short_page", "keep": 700}, SECOND),
    "one candle a page": ({"kind": "short_page", "keep": 1}, OFTEN),
    "a revised last candle": ({"kind": "revised_candle", "back": 1}, SECOND),
    "a revised candle": ({"kind": "revised_candle", "back": 2}, OFTEN),
    "a price that is none": ({"kind": "alter", "set": {"3.4": "NaN"}}, OFTEN),
    "a price beyond all": ({"kind": "alter", "raw": {"3.2": "1e400"}}, SECOND),
    "a row without its end": ({"kind": "alter", "remove": ["5.4", "5.5"]}, SECOND),
    "a time that is none": ({"kind": "alter", "set": {"2.0": "soon"}}, SECOND),
    "a low above the high": ({"kind": "alter", "scale": {"7.3": 1.5}}, SECOND),
    "an object, not a list": ({"kind": "alter", "raw": {"": '{"code": 0}'}}, SECOND),
    "an error of the exchange": ({"kind": "error", "code": -1001}, OFTEN),
    "a refusal that is none": ({"kind": "error", "code": -1121}, SECOND),
    "too many by its code": ({"kind": "error", "code": -1003}, SECOND),
}


OFTEN_TESTED = {  # the others share their way with one of these
    "429 again and again", "429 that does not", "418", "502 with a page", "maintenance", "reset after", "no answer",
    "a cut body", "a page of HTML", "an empty body", "an empty page first", "empty pages", "a page without its end",
    "one candle a page", "a revised candle", "a price that is none", "a low above the high", "a refusal that is none",
}  # fmt: skip


def some(often):
    return [name if name in often else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS]


@pytest.mark.parametrize("name", some(OFTEN_TESTED))
def test_the_store_is_the_source(name, made_up, tmp_path):
    do, when = FAULTS[name]

    async def scenario(world):
        await world.fault(do, when)
        await world.whole_after_one_more_call()
        kinds = [one["kind"] for one in await world.stage.history() if one["what"] == "fault"]
        assert (do if isinstance(do, str) else do["kind"]) in kinds

    simulate(scenario, made_up(), tmp_path)


@pytest.mark.parametrize("name", some({"an empty page", "a page without its end"}))
def test_the_store_is_the_source_with_its_outages(name, recorded, tmp_path):
    do, when = FAULTS[name]

    async def scenario(world):
        await world.fault(do, when)
        await world.whole_after_one_more_call()

    simulate(scenario, recorded, tmp_path)


ELSEWHERE = ["drop_before", "hang_before", "truncate", "html", "empty", {"kind": "status", "status": 503}]


@pytest.mark.parametrize("endpoint", ["exchangeInfo", "time"])
def test_what_is_asked_before_the_candles_may_fail_too(endpoint, made_up, tmp_path):
    async def scenario(world):
        for do in [*ELSEWHERE, {"kind": "rate_limit", "retry_after": 5}]:
            await world.fault(do, {"endpoint": endpoint, "nth": 1})
        await world.whole_after_one_more_call()

    simulate(scenario, made_up(bars=1_100), tmp_path)


@pytest.mark.parametrize("skew_ms", [180_000, -180_000])
def test_a_clock_that_is_wrong_lets_no_running_candle_in(skew_ms, made_up, tmp_path):
    async def scenario(world):
        await world.fault({"kind": "skew", "ms": skew_ms}, {"endpoint": "time"})
        await asyncio.sleep(0.4 * 60)
        await world.call()
        allowed = (world.closed(), world.closed(at_ms=world.now_ms() + min(skew_ms, 0)))
        assert world.stored().fingerprint in [one.fingerprint for one in allowed]

    simulate(scenario, made_up("1m", bars=1_100), tmp_path)


@pytest.mark.parametrize("candles", ["made up", pytest.param("recorded", marks=pytest.mark.slow)])
def test_the_running_candle_waits_until_it_has_closed(candles, made_up, request, tmp_path):
    """Both clocks agree here. The exchange gives the candle with each answer, and it is another one each time."""

    async def scenario(world):
        begun = len(world.closed())
        for part, closed in ((0.3, 0), (0.6, 0), (0.2, 1), (0.95, 2), (8, 10)):
            await asyncio.sleep(part * 60)
            await world.call()
            assert world.is_whole()
            if candles == "made up":
                assert len(world.stored()) == begun + closed
        assert [done.changed for _, (done,) in world.calls] == [0] * 5

    minutes = made_up("1m") if candles == "made up" else request.getfixturevalue("recorded_minutes")
    simulate(scenario, minutes, tmp_path)


def changed(bars, row, factor):
    values = [getattr(bars, name).copy() for name in COLUMNS]
    for array in values[:4]:
        array[row] = np.round(array[row] * factor, 2)
    return Bars(bars.symbol, bars.timeframe, bars.time, *values)


@pytest.mark.parametrize("back", [1, 400, pytest.param(30, marks=pytest.mark.slow)])
def test_what_the_exchange_changed_is_told_and_kept_as_a_revision(back, made_up, tmp_path):
    """The candle that was the last of all, or earlier, has other values a day later."""
    bars = made_up()
    row = len(bars) - 40 - back

    async def first(world):
        await world.whole_after_one_more_call()

    simulate(first, bars, tmp_path)

    async def second(world):
        before = world.stored()
        await world.call()
        ((done,),) = [done for _, done in world.calls]
        assert (done.error, done.changed, len(done.revisions)) == (None, 1, 1)
        assert done.revisions[0].time_ms == bars.time[row]
        assert done.revisions[0].before[3] == before.close[row] == bars.close[row]
        with world.store.reading() as connection:
            kept = connection.execute(select(candle_revisions.c.time, candle_revisions.c.close)).all()
        assert [tuple(one) for one in kept] == [(bars.time[row], bars.close[row])]
        assert world.is_whole(), world.difference()
        await world.call()
        assert world.calls[-1][1][0].changed == 0
        assert world.is_whole()

    simulate(second, changed(bars, row, 1.01), tmp_path)


def test_a_wrong_answer_changes_nothing_that_is_stored(made_up, tmp_path):
    """A candle that is another one in a single answer only was not changed by the exchange."""

    async def scenario(world):
        await world.call()
        assert world.is_whole()
        for back in (1, 2, 30):
            await one_wrong_answer(world, back)

    simulate(scenario, made_up(), tmp_path)


async def one_wrong_answer(world, back):
    await world.fault({"kind": "revised_candle", "back": back}, {"nth": 1})
    await world.call()
    assert world.is_whole(), world.difference()
    assert [one.changed for one in world.calls[-1][1]] == [0] * len(world.source)


def test_several_symbols_and_timeframes_at_a_time(made_up, tmp_path):
    each = [made_up("15m", 3_300, symbol) for symbol in ("BTC/USDT", "ETH/USDT", "SOL/USDT")]

    async def scenario(world):
        for do in ("drop_after", "html", "truncate", "empty_page", {"kind": "rate_limit", "retry_after": 3}):
            await world.fault(do, {"probability": 0.06})
        await world.call(timeframes=["15m", "1h", "4h"])
        await world.calm()
        await world.whole_after_one_more_call(timeframes=["15m", "1h", "4h"])

    simulate(scenario, each, tmp_path)


def test_one_symbol_that_fails_does_not_stop_the_others(made_up, tmp_path):
    each = [made_up("1h", 1_500, symbol) for symbol in ("BTC/USDT", "ETH/USDT")]

    async def scenario(world):
        await world.fault({"kind": "error", "code": -1100}, {"symbol": "ETHUSDT"})
        done = {one.job.symbol: one for one in await world.call()}
        assert done["BTC/USDT"].error is None
        assert isinstance(done["ETH/USDT"].error, Rejected)
        assert world.stored("BTC/USDT").fingerprint == world.closed("BTC/USDT").fingerprint
        await world.calm()
        await world.whole_after_one_more_call()

    simulate(scenario, each, tmp_path)


def test_years_before_the_listing_cost_few_requests(made_up, tmp_path):
    async def scenario(world):
        since = int(world.source["BTC/USDT"].time[0]) - 5 * 365 * 24 * HOUR
        await world.call(since_ms=since)
        assert world.is_whole()
        requests = [one for one in await world.stage.history() if one["what"] == "request"]
        assert len(requests) < 30
        await world.call(since_ms=since)
        again = [one for one in await world.stage.history() if one["what"] == "request"][len(requests) :]
        assert len(again) < 20

    simulate(scenario, made_up(), tmp_path)


def test_every_length_of_candle_from_the_beginning_of_all_time(recorded, tmp_path):
    frames = ["1h", "4h", "1d", "1w"]

    async def scenario(world):
        await world.call(timeframes=frames, since_ms=0)
        assert world.is_whole(frames), world.difference(frames)
        requests = len([one for one in await world.stage.history() if one["what"] == "request"])
        assert requests < 60
        await world.call(timeframes=frames, since_ms=0)
        assert world.is_whole(frames)
        await world.check_manners()

    simulate(scenario, recorded, tmp_path)


def test_the_past_is_added_to_what_is_there(recorded, tmp_path):
    async def scenario(world):
        time = world.source["BTC/USDT"].time
        for since in (2_200, 1_500, 1_490, 0):
            await world.fault("empty_page", {"nth": 1})
            await world.whole_after_one_more_call(since_ms=int(time[since]))

    simulate(scenario, recorded, tmp_path)


def test_what_is_whole_is_not_asked_for_again(recorded, tmp_path):
    async def scenario(world):
        await world.call()
        await world.call()
        await world.call()
        asked = len([one for one in await world.stage.history() if one["what"] == "request"])
        await world.call()
        again = [one for one in await world.stage.history() if one["what"] == "request"][asked:]
        assert world.is_whole()
        assert len([one for one in again if "klines" in one["path"]]) <= 2

    simulate(scenario, recorded, tmp_path)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 30))])
def test_a_download_that_is_broken_off_goes_on(seed, candles, tmp_path):
    dice = random.Random(seed)

    async def scenario(world):
        await world.fault("drop_before", {"probability": 0.2})
        for _ in range(3):
            task = asyncio.ensure_future(world.call())
            await asyncio.sleep(dice.choice([0.0, 0.05, 0.3, 1.0, 3.0]) * dice.random())
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            stored, source = world.stored(), world.closed()
            rows = np.isin(source.time, stored.time)
            assert rows.sum() == len(stored)
            for name in COLUMNS:
                assert (getattr(source, name)[rows] == getattr(stored, name)).all()
        await world.calm()
        await world.whole_after_one_more_call()

    simulate(scenario, candles, tmp_path)


def test_nobody_is_refused_who_keeps_to_the_weights(made_up, tmp_path):
    """Somebody else at this address has used most of the minute: the download waits for the next one."""

    async def scenario(world):
        async def get(path):
            async with world.stage.session.get(f"{world.stage.rest_url}/api/v3/{path}") as answer:
                assert answer.status == 200

        for _ in range(239):
            await get("exchangeInfo")  # 20 of 6,000 each
        await world.whole_after_one_more_call()
        klines = [one for one in await world.stage.history() if one.get("path") == "/api/v3/klines"]
        begun = world.calls[0][0]
        assert len([one for one in klines if one["at"] // 60_000 == begun // 60_000]) <= 3
        assert klines[-1]["at"] // 60_000 == begun // 60_000 + 1

    simulate(scenario, made_up(bars=5_300), tmp_path)


@pytest.mark.parametrize("lag", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_an_exchange_that_lags_loses_nothing(lag, made_up, tmp_path):
    """Call after call its answers end earlier than they should, as behind a cache; then they catch up."""

    async def scenario(world):
        await world.fault({"kind": "alter", "remove": ["-1"] * (lag + 1)})  # the running one too
        for _ in range(4):
            await world.call()
            await asyncio.sleep(61)
        await world.calm()
        await world.whole_after_one_more_call()

    simulate(scenario, made_up("1m", 1_100), tmp_path)


def hurry(patch):
    """Spoil the gate: nobody waits."""
    patch.setattr(Gate, "passing", lambda self: asyncio.sleep(0))


def believe_in_silence(patch):
    """Spoil the look ahead and the record: where nothing comes, nothing is, for ever."""

    async def nothing(*_):
        return None

    patch.setattr(candles_module, "look_ahead", nothing)
    patch.setattr(writing, "pieces", partial(writing.pieces, rests=True))


def believe_at_once(patch):
    """Spoil the doubt: whoever contradicts the store is right."""

    async def believed(history, page, outcome):
        return page

    patch.setattr(candles_module.CandleHistory, "_believed", believed)


def take_what_runs(patch):
    """Spoil the end: a candle counts from its beginning on."""

    async def later(client):
        return client._exchange.milliseconds() + 60_000

    async def unknown(client, symbol):
        return None

    patch.setattr(CcxtClient, "time_ms", later)
    patch.setattr(CcxtClient, "market_time_ms", unknown)


@pytest.mark.parametrize("plant", [hurry, believe_in_silence, believe_at_once, take_what_runs])
def test_a_planted_fault_is_noticed(plant, made_up, tmp_path, monkeypatch):
    """What would pass with these would prove nothing."""
    plant(monkeypatch)

    async def scenario(world):
        await asyncio.sleep(20)
        await world.fault({"kind": "rate_limit", "retry_after": 9}, {"nth": 2})
        for number in range(4, 12):
            await world.fault("empty_page", {"nth": number, "symbol": "ETHUSDT"})
        await world.whole_after_one_more_call()
        await one_wrong_answer(world, 30)

    with pytest.raises(AssertionError):
        simulate(scenario, [made_up("1m", 3_500, symbol) for symbol in ("BTC/USDT", "ETH/USDT")], tmp_path)


async def tape(world):
    """All aggregate trades that the exchange has, as it gives them to somebody whom no fault meets."""
    found, after = [], 0
    while True:
        url = f"{world.stage.rest_url}/api/v3/aggTrades?symbol=BTCUSDT&limit=1000&fromId={after}"
        async with world.stage.session.get(url) as answer:
            page = json.loads(await answer.text())
        found += [(one["T"], str(one["a"]), float(one["p"]), float(one["q"]), -1 if one["m"] else 1) for one in page]
        if len(page) < 1000:
            return found
        after = page[-1]["a"] + 1


TAPE = ["an empty page", *(pytest.param(name, marks=pytest.mark.slow) for name in ("none", "429", "empty pages", "a page without its end", "a cut body", "a page of HTML", "reset after", "restart"))]  # fmt: skip


@pytest.mark.parametrize("fault", TAPE)
def test_the_tape_of_trades_is_the_exchanges(fault, made_up, tmp_path):
    async def scenario(world):
        start = world.now_ms() - 10 * HOUR
        await asyncio.sleep(50)  # more than an hour of the market
        jobs = [Job("BTC/USDT", kind="trades")]
        for number in range(2):
            if fault != "none" and number == 0:
                do, when = FAULTS[fault]
                await world.fault(do, {"endpoint": "trades.aggregate", **when})
            client = world.make()
            (done,) = await download(world.store, client, jobs, since_ms=start, retry=retried, threads=False)
            await client.close()
            await world.calm()
        assert done.error is None
        got = world.store.tape.get("BTC/USDT")
        columns = (got.time.tolist(), got.trade.tolist(), got.price.tolist(), got.amount.tolist(), got.side.tolist())
        rows = list(zip(*columns, strict=True))
        wanted = await tape(world)
        assert len(wanted) > 1_100
        assert rows == [one for one in wanted if one[0] <= rows[-1][0]]
        assert rows[-1][0] > wanted[-1][0] - 120_000
        await world.check_manners()

    simulate(scenario, made_up("1m", 1_400), tmp_path, after=300, speed=120.0, ahead_ms=10 * HOUR)


def random_fault(dice):
    do = dice.choice(
        [
            {"kind": "rate_limit", "retry_after": dice.choice([1, 5, 40]), "ban": dice.choice([9, 120])},
            {"kind": "status", "status": dice.choice([418, 429, 500, 502, 503, 504]), "retry_after": dice.choice([1, 60])},
            {"kind": "short_page", "keep": dice.choice([0, 1, 10, 400, 999])},
            {"kind": "revised_candle", "back": dice.choice([1, 2, 3]), "percent": dice.choice([-3, 0.1, 5])},
            {"kind": "hang_after", "ms": dice.choice([500, 20_000])},
            {"kind": "maintenance", "ms": 1_000},
            {"kind": "restart", "down_ms": 1_000},
            {"kind": "alter", "set": {f"{dice.choice([0, 3])}.{dice.choice([1, 4, 5])}": dice.choice(["NaN", "", "-1", "x"])}},
            "drop_before", "drop_after", "hang_before", "truncate", "slow", "html", "empty", "empty_page",
        ]
    )  # fmt: skip
    times = dice.randrange(1, 4)
    when = dice.choice([{"nth": dice.randrange(1, 6)}, {"every": dice.randrange(2, 5), "times": times}, {"probability": 0.3, "times": times}])  # fmt: skip
    return do, when


SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 200))]


@pytest.mark.parametrize("seed", SEEDS)
def test_any_mix_of_faults(seed, candles, tmp_path):
    any_mix(seed, candles, tmp_path)


@pytest.mark.slow
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("seed", range(1_000, 1_030))
def test_any_mix_of_faults_and_postgres(seed, candles, postgres, tmp_path):
    any_mix(seed, candles, tmp_path, url=postgres)


def any_mix(seed, candles, folder, **more):
    dice = random.Random(seed)

    async def scenario(world):
        for _ in range(dice.randrange(2, 6)):
            await world.fault(*random_fault(dice))
        await asyncio.sleep(dice.random() * 100)
        await world.whole_after_one_more_call()

    simulate(scenario, candles, folder, **more)


@pytest.mark.parametrize("seed", SEEDS[1:])
def test_any_life_of_a_store(seed, made_up, tmp_path):
    """Random calls over random spans, broken off at random, faults all the while; then a calm call makes it whole."""
    dice = random.Random(f"life {seed}")
    each = [made_up("15m", 2_900, symbol, gaps=0.002) for symbol in ("BTC/USDT", "ETH/USDT")]
    frames, time = ["15m", "1h", "4h"], each[0].time

    async def scenario(world):
        for _ in range(6):
            if dice.random() < 0.8:
                await world.fault(*random_fault(dice))
            start, end = sorted(int(at) for at in dice.sample(time.tolist(), 2))
            options = {
                "since_ms": start + dice.choice([0, 1, 60_000]),
                "until_ms": dice.choice([None, end]),
                "workers": dice.choice([1, 3, 9]),
                "timeframes": dice.sample(frames, dice.randrange(1, 4)),
                "symbols": dice.choice([["BTC/USDT"], ["ETH/USDT"], ["BTC/USDT", "ETH/USDT"]]),
            }
            task = asyncio.ensure_future(world.call(**options))
            if dice.random() < 0.5:
                await asyncio.sleep(dice.choice([0.1, 0.4, 1.0, 10.0]) * dice.random())
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(dice.random() * 10)
        await world.calm()
        await asyncio.sleep(dice.choice([0, 700]))
        await world.whole_after_one_more_call(timeframes=frames)

    simulate(scenario, each, tmp_path)
