"""The faults of an exchange over real sockets, whose market is at the time of this machine."""

import asyncio
import json
import os
import subprocess
import sys

import paper_server
import pytest
from download_play import check_manners, over_wires, save

from btbot.data.store import Store

OFTEN = {"every": 2, "times": 2}
FAULTS = {
    "429": ({"kind": "rate_limit", "retry_after": 1, "ban": 3}, {"nth": 2}),
    "418": ({"kind": "status", "status": 418, "retry_after": 1}, {"nth": 1}),
    "reset": ("drop_after", OFTEN),
    "no answer": ("hang_before", {"nth": 2}),
    "a cut body": ("truncate", OFTEN),
    "slow bytes": ("slow", {"nth": 2}),
    "a page of HTML": ("html", OFTEN),
    "an empty body": ("empty", OFTEN),
    "an empty page": ("empty_page", {"nth": 2}),
    "a revised candle": ({"kind": "revised_candle", "back": 2}, {"nth": 3}),
    "restart": ({"kind": "restart", "down_ms": 700}, {"nth": 2}),
}


SLOW = ("418", "reset", "an empty body", "an empty page", "a page of HTML", "restart")


@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in FAULTS])
def test_the_store_is_the_source(name, made_up, tmp_path):
    do, when = FAULTS[name]

    async def scenario(world):
        await world.fault(do, when)
        await world.whole_after_one_more_call()
        kinds = [one["kind"] for one in await world.stage.history() if one["what"] == "fault"]
        assert (do if isinstance(do, str) else do["kind"]) in kinds

    over_wires(scenario, made_up("1m", 2_400), tmp_path)


@pytest.mark.slow
def test_the_running_candle_waits_until_it_has_closed(made_up, tmp_path):
    async def scenario(world):
        for _ in range(7):
            await world.call()
            assert world.is_whole(), world.difference()
            await asyncio.sleep(11)
        assert sum(done.inserted for _, (done,) in world.calls[1:]) in (1, 2)
        assert not sum(done.changed for _, (done,) in world.calls)
        await world.check_manners()

    over_wires(scenario, made_up("1m", 2_400), tmp_path)


RULES = """\
seed: 5
faults:
  - {when: {endpoint: klines, nth: 2}, do: {kind: rate_limit, retry_after: 1, ban: 2}}
  - {when: {endpoint: klines, nth: 3}, do: truncate}
  - {when: {endpoint: klines, nth: 4}, do: html}
  - {when: {endpoint: klines, nth: 6}, do: empty_page}
  - {when: {endpoint: klines, nth: 7}, do: {kind: revised_candle, back: 2}}
  - {when: {endpoint: exchangeInfo, nth: 1}, do: drop_before}
"""


def test_two_processes_meet_as_a_user_starts_them(made_up, tmp_path):
    """A replay of the past stands still in the midst of a candle, long over by the clock of this machine."""
    bars = made_up("1h", 3_600)
    (tmp_path / "faults.yml").write_text(RULES)
    server = paper_server.start(
        tmp_path / "exchange", "--replay", str(save(bars, tmp_path)), "--symbol", "BTC/USDT", "--timeframe", "1h",
        "--start", bars.stamp(-30)[:16], "--paused", "--faults", str(tmp_path / "faults.yml"),
    )  # fmt: skip
    try:
        server.admin("POST", "/advance", {"ms": 90 * 60_000})
        first = download(server.rest_url, tmp_path, bars)
        second = download(server.rest_url, tmp_path, bars) if first.returncode else first
        assert second.returncode == 0, second.stderr
        json.loads(first.stdout)
    finally:
        assert server.stop() == 0
    store = Store(f"sqlite:///{tmp_path / 'btbot.db'}")
    assert store.get_bars("BTC/USDT", "1h").fingerprint == bars.slice(0, -29).fingerprint
    store.close()
    history = [json.loads(line) for line in (tmp_path / "exchange" / "history.jsonl").read_text().splitlines()]
    assert sum(one["what"] == "fault" for one in history) >= 6
    check_manners(history, {1: 1}, in_flight_ms=150)


def download(url, folder, bars):
    command = ["data", "download", "--exchange", "binance", "--url", url, "--symbols", "BTC/USDT", "--timeframes", "1h"]
    command += ["--since", bars.stamp(0)[:10], "--database", f"sqlite:///{folder / 'btbot.db'}", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(paper_server.ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "btbot", *command], capture_output=True, text=True, cwd=folder, env=environment, timeout=120,
        check=False,
    )  # fmt: skip
