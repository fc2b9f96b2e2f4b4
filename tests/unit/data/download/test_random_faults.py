"""Random markets, random faults, random interruptions: one more call without faults, and the store is the source."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scripted_exchange import HOUR, T0, ScriptedExchange, bars, changed, equal, kept, run

from btbot.data.download import Job
from btbot.errors import Rejected, Retryable
from btbot.exchange.client import Candles
from btbot.timeframe import Timeframe

JOB = Job("BTC/USDT", HOUR)


def spoilt(rng, share):
    """Faults as an exchange has them, on a share of the answers."""

    def fault(number, answer):
        if rng.random() > share:
            return answer
        match rng.randrange(9):
            case 0:
                raise Retryable("paper: the connection was cut")
            case 1:
                raise Rejected("paper: -1003 banned")
            case 2:
                return kept(answer, 0)
            case 3:
                return kept(answer, rng.randrange(1, 5))
            case 4 | 5:
                return changed(answer, -rng.randrange(1, 4))
            case 6:
                return Candles(answer.time, np.where(rng.random() < 0.5, np.nan, answer.values))
            case 7:
                return Candles(answer.time, answer.values * [1, 1, 1, 2, 1])
            case _:
                return kept(answer, len(answer) // 2)

    return fault


def market(rng):
    """A market listed and ended somewhere, with holes, seen at some time."""
    count = rng.randrange(1, 400)
    holes: set[int] = set()
    for _ in range(rng.randrange(4)):
        begin = rng.randrange(count)
        holes |= set(range(begin, min(begin + rng.randrange(1, 90), count - 1)))
    start = T0 + rng.choice([0, 0, 3, 1_000]) * HOUR.ms
    return bars(count, start=start, seed=rng.randrange(99), holes=sorted(holes - {0, count - 1}))


def play(seed, folder, new):
    rng = random.Random(seed)
    source = market(rng)
    running = bars(1, start=int(source.close_time[-1]), seed=seed)
    whole = type(source)(
        "BTC/USDT", HOUR, *(np.r_[getattr(source, n), getattr(running, n)] for n in ("time", "open", "high", "low", "close", "volume"))
    )  # fmt: skip
    ended = rng.random() < 0.2
    client = ScriptedExchange(
        {"BTC/USDT": source if ended else whole},
        now=int(source.close_time[-1]) + (rng.randrange(10**10) if ended else rng.randrange(HOUR.ms)),
        limit=rng.choice([12, 17, 40]),
        window=rng.random() < 0.4,
        names=rng.choice([("1h",), ("1h", "1d"), ("1h", "4h", "1d", "1w")]),
    )
    if rng.random() < 0.3:
        client.market_now = int(source.close_time[-1]) + rng.randrange(HOUR.ms)
    store = new(folder / f"{seed}.db")
    try:
        for _ in range(rng.randrange(1, 4)):
            since = T0 + rng.choice([0, 0, 50, 200]) * HOUR.ms
            until = rng.choice([None, None, since + 70 * HOUR.ms])
            client.fault = spoilt(rng, rng.choice([0.05, 0.3, 0.9]))
            run(store, client, [JOB], since=since, until=until, workers=rng.choice([1, 4]))
        client.fault = None
        (found,) = run(store, client, [JOB], workers=rng.choice([1, 4]))
        assert found.error is None
        return equal(store, source)
    finally:
        store.close()


@pytest.mark.parametrize("seed", range(8))
def test_after_any_faults_one_more_call_completes_it(tmp_path, seed, new):
    assert play(seed, tmp_path, new)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_500))
def test_after_any_faults_one_more_call_completes_it_often(tmp_path, seed, new):
    assert play(seed, tmp_path, new)


def test_the_timeframes_of_a_market_do_not_disturb_each_other(store):
    source = bars(24 * 40)
    client = ScriptedExchange({"BTC/USDT": source}, now=int(source.close_time[-1]), limit=100)
    day = Timeframe.parse("1d")
    run(store, client, [JOB, Job("BTC/USDT", day)])
    assert equal(store, source)
    assert equal(store, source.resample(day))
