"""A replaying exchange whose source is known, the download that meets its faults, and what its history must show.

In process both clocks of the exchange agree: the world's time is simulated and begins when the market does. Over
sockets the recorded prices are moved to the present, and the market is advanced to the time of this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from btbot.bars import COLUMNS, Bars
from btbot.data.download import Downloaded, Job, download
from btbot.data.store import Store
from btbot.errors import ExchangeError
from btbot.exchange.ccxt_client import CcxtClient
from btbot.exchange.gate import Gate, Gates, noting
from btbot.exchange.retrying import retried
from btbot.paper import simulated
from btbot.paper.settings import MarketSettings, ServerSettings
from btbot.paper.stage import in_process, over_sockets
from btbot.timeframe import Timeframe

MINUTE = Timeframe.parse("1m")
KLINES = {"endpoint": "klines"}
PAGE = 1000  # candles that Binance answers at most
_AFTER = 40  # candles that the source has after the beginning of the market


def save(bars: Bars, folder: Path) -> Path:
    """Write bars as a file that an exchange replays."""
    path = folder / f"{bars.symbol.replace('/', '')}-{bars.timeframe}.csv"
    lines = (
        f"{time},{','.join(repr(float(value)) for value in row)}"
        for time, row in zip(
            bars.time.tolist(), np.column_stack([getattr(bars, name) for name in COLUMNS]), strict=True
        )
    )
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    return path


def moved(bars: Bars, milliseconds: int) -> Bars:
    """Return bars at other times."""
    return Bars(bars.symbol, bars.timeframe, bars.time + milliseconds, *(getattr(bars, name) for name in COLUMNS))


@dataclass
class World:
    """An exchange, what its market is made of, and a store.

    Attributes
    ----------
    source
        By symbol, the candles of the file, also those that have not happened yet.
    """

    stage: object
    source: dict[str, Bars]
    store: Store
    now_ms: object
    make: object
    in_flight_ms: int = 0
    threads: bool = False
    rest_s: float = 30.0
    seed: int = 0
    calls: list = field(default_factory=list)
    waits: dict = field(default_factory=dict)

    async def fault(self, do, when=None, **more):
        """Add a rule for requests of candles, or for others if `when` says so."""
        do = {"kind": do} if isinstance(do, str) else do
        added = await self.stage.admin("POST /faults", {"do": do, "when": KLINES | (when or {}), **more})
        usual = 7 if do["kind"] == "rate_limit" else 0
        self.waits[added["id"]] = do.get("retry_after", usual)
        return added["id"]

    async def calm(self):
        """End all faults and what they left behind."""
        await self.stage.admin("DELETE /faults", {})

    async def call(self, *, timeframes=None, since_ms=None, until_ms=None, workers=4, symbols=None, **more):
        """Download as one call of the command does, with a client of its own; give what came of each job."""
        jobs = [
            Job(symbol, Timeframe.parse(timeframe))
            for symbol in symbols or self.source
            for timeframe in timeframes or [str(self.source[symbol].timeframe)]
        ]
        client = self.make()
        since = min(int(bars.time[0]) for bars in self.source.values()) if since_ms is None else since_ms
        self.seed += 1
        began = self.now_ms()
        try:
            done = await download(
                self.store, client, jobs, since_ms=since, until_ms=until_ms, workers=workers,
                retry=partial(retried, rng=random.Random(self.seed)), threads=self.threads, **more,
            )  # fmt: skip
        except ExchangeError as error:  # nothing could be asked for: the command ends with 4
            done = [Downloaded(job, error=error) for job in jobs]
        finally:
            await client.close()
        self.calls.append((began, done))
        return done

    def stored(self, symbol="BTC/USDT", timeframe=None) -> Bars:
        """What the store has."""
        wanted = Timeframe.parse(timeframe or self.source[symbol].timeframe)
        one = next(
            (one for one in self.store.series() if (one.symbol, one.timeframe) == (symbol, wanted)), None
        )  # fmt: skip
        if one is None:
            return Bars(symbol, wanted, np.empty(0, np.int64), *[np.empty(0)] * 5)
        return self.store.get_bars(symbol, wanted, exchange=one.exchange, market=one.market)

    def closed(self, symbol="BTC/USDT", timeframe=None, *, at_ms=None, since_ms=None) -> Bars:
        """What the source has that has closed."""
        bars = self.source[symbol]
        now = self.now_ms() if at_ms is None else at_ms
        bars = bars.slice(0, int(np.searchsorted(bars.close_time, now, side="right")))
        if timeframe is not None and Timeframe.parse(timeframe) != bars.timeframe:
            longer = bars.resample(timeframe)
            prices = (getattr(longer, name) for name in COLUMNS[:4])
            # An exchange adds up decimals, not floats.
            bars = Bars(bars.symbol, longer.timeframe, longer.time, *prices, np.round(longer.volume, 8))
        return bars.between(since_ms, None)

    def is_whole(self, timeframes=None, *, since_ms=None) -> bool:
        """Whether the store equals the source, to the last bit, as of some moment of the latest call."""
        began, _ = self.calls[-1]
        for symbol in self.source:
            for timeframe in timeframes or [None]:
                stored = self.stored(symbol, timeframe)
                wanted = {
                    self.closed(symbol, timeframe, at_ms=at, since_ms=since_ms).fingerprint
                    for at in {began, *range(began, self.now_ms(), 60_000), self.now_ms()}
                }
                if stored.fingerprint not in wanted:
                    return False
        return True

    async def whole_after_one_more_call(self, **options):
        """Download, and again if need be; fail unless the store is then the source."""
        await self.call(**options)
        frames, since = options.get("timeframes"), options.get("since_ms")
        if not self.is_whole(frames, since_ms=since):
            await asyncio.sleep(self.rest_s)
            await self.call(**options)
        assert self.is_whole(frames, since_ms=since), self.difference(frames)
        await self.check_manners()

    def difference(self, timeframes=None) -> str:
        """Where store and source part, for the message of a failing test."""
        found = []
        for symbol in self.source:
            for timeframe in timeframes or [None]:
                stored, wanted = self.stored(symbol, timeframe), self.closed(symbol, timeframe)
                missing = np.setdiff1d(wanted.time, stored.time)
                extra = np.setdiff1d(stored.time, wanted.time)
                _, mine, its = np.intersect1d(stored.time, wanted.time, return_indices=True)
                values = [np.column_stack([getattr(one, name) for name in COLUMNS]) for one in (stored, wanted)]
                other = np.flatnonzero((values[0][mine] != values[1][its]).any(axis=1))
                found.append(
                    f"{symbol} {timeframe}: {len(stored)} stored, {len(wanted)} wanted, missing {len(missing)} "
                    f"{missing[:3]}, too many {extra[:3]}, different {len(other)} at {stored.time[mine[other]][:3]} "
                    f"({values[0][mine[other]][:1]} instead of {values[1][its[other]][:1]})"
                )
        return "; ".join(found) + f"; {[str(one.error) for one in self.calls[-1][1]]}"

    async def check_manners(self):
        check_manners(await self.stage.history(), self.waits, in_flight_ms=self.in_flight_ms)


def check_manners(history, waits, *, in_flight_ms=0):
    """Fail if a request came while the exchange wanted none, or if it had to refuse one on its own account.

    Parameters
    ----------
    waits
        By the number of a rule, the seconds that its refusals ask to wait.
    in_flight_ms
        What arrives so soon after a refusal was sent before it came.
    """
    by_rule = {one["request"]: one["rule"] for one in history if one["what"] == "fault" and "rule" in one}
    sent = {one["n"]: one["at"] for one in history if one["what"] == "request"}
    until = since = 0
    for one in history:
        if one["what"] == "request":
            late = until > one["at"] > since + in_flight_ms
            assert not late, f"{one['path']} at {one['at']}, though it was to be left alone from {since} until {until}"
        if one["what"] == "reply" and one["status"] in (418, 429):
            asked = one["request"]
            on_its_way = until > sent[asked] and sent[asked] <= since + in_flight_ms
            assert asked in by_rule or on_its_way, f"the exchange itself refused: {one}"
            since = one["at"] if one["at"] >= until else since
            until = max(until, one["at"] + round(1000 * waits.get(by_rule.get(asked), 0)))


@contextlib.asynccontextmanager
async def _store(url):
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def _gate(clock, host):
    def seconds():
        return clock.now_ms() / 1000

    return Gate(host, clock=seconds, utc=seconds, sleep=asyncio.sleep)


def simulate(scenario, bars, folder, *, after=_AFTER, speed=1.0, ahead_ms=0, url=None):
    """Run a scenario with a `World` on simulated time that begins when the last `after` bars of the file begin.

    Parameters
    ----------
    bars
        Of one symbol, or of several that begin together.
    speed, ahead_ms
        Of the market, and by how much the world's clock is ahead of it at the beginning.
    url
        Of the database; a file in the folder by default.
    """
    each = [bars] if isinstance(bars, Bars) else list(bars)
    start = min(int(one.time[-after]) for one in each)
    markets = tuple(MarketSettings(one.symbol, "replay", save(one, folder), one.timeframe) for one in each)
    settings = ServerSettings(markets=markets, start_ms=start, speed=speed)
    url = url or f"sqlite:///{folder / 'btbot.db'}"

    async def main(clock):
        async with in_process(settings, clock) as stage, _store(url) as store:
            gates = Gates(partial(_gate, clock))  # as the file of bans does for several processes

            def make():
                return CcxtClient("binance", session=stage.session, clock=clock, gates=gates)

            world = World(stage, {one.symbol: one for one in each}, store, clock.now_ms, make)
            return await scenario(world)

    return simulated.run(main, start_ms=start + ahead_ms)


def over_wires(scenario, bars, folder, *, seed=0, timeout_s=0.7):
    """Run a scenario with a `World` behind real sockets whose prices are moved so that the present is in their midst."""
    minute = bars.timeframe.ms
    present = time.time_ns() // 1_000_000 // minute * minute
    bars = moved(bars, present - int(bars.time[-_AFTER]))
    market = MarketSettings(bars.symbol, "replay", save(bars, folder), bars.timeframe)
    settings = ServerSettings(markets=(market,), start_ms=present, seed=seed, port=0, admin_port=0)

    async def main():
        async with (
            over_sockets(settings, folder / "exchange") as stage,
            _store(f"sqlite:///{folder}/btbot.db") as store,
        ):

            def make():
                gates = noting(folder / "bans.json")
                return CcxtClient("binance", urls={"rest": stage.rest_url}, timeout_s=timeout_s, gates=gates)

            world = World(stage, {bars.symbol: bars}, store, now_ms, make, in_flight_ms=150, threads=True, rest_s=0.0)
            status = await stage.admin("GET /status", {})
            await stage.advance(now_ms() - status["market_ms"])
            return await scenario(world)

    return asyncio.run(main())


def now_ms():
    return time.time_ns() // 1_000_000
