"""Trade until so many events have happened (the argument) and say how the memory of this process grew.

The exchange is whole but for sockets and disk: matching, market records, history, listeners of streams. Done orders and
fills are kept up to their bounds, so memory grows until those are reached; what counts is the second half.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))
sys.path.insert(1, str(Path(__file__).resolve().parent))

import bench_exchange_flow as flow

from btbot.exchange.commands import Adjust, Cancel
from btbot.exchange.refused import Refused
from btbot.exchange.units import units
from btbot.paper.assembly import assemble
from btbot.paper.settings import MarketSettings, ServerSettings

STEP_MS = 50  # between two commands
PAIR = "BTC/USDT"


class Steps:
    """A clock that a command moves on."""

    def __init__(self) -> None:
        self.time_ms = 1_700_000_000_000

    def now_ms(self) -> int:
        return self.time_ms

    async def sleep(self, milliseconds: float) -> None:
        raise AssertionError("nothing sleeps here")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def whole(clock: Steps) -> Any:
    """Return an exchange in one process with the accounts of the stream."""
    market = MarketSettings(PAIR, "empty", price=flow.PRICE)
    made = assemble(ServerSettings((market,), state=None, limits=False), clock)
    made.venue.set_symbol(replace(flow.SYMBOL))
    for account in flow.ACCOUNTS:
        made.venue.execute(Adjust(account, "BTC", units(10**6)))
        made.venue.execute(Adjust(account, "USDT", units(10**10)))
    return made


def main(most: int) -> dict[str, Any]:
    """Trade; return megabytes at every tenth of the events."""
    clock = Steps()
    made, draw = whole(clock), flow.Draw(0)
    counted = [0]
    made.venue.listen(lambda events: counted.__setitem__(0, counted[0] + len(events)))
    draw.exchange = made.venue.exchange
    samples: list[float] = []
    number = 0
    while counted[0] < most:
        number += 1
        clock.time_ms += STEP_MS
        kind = draw.random.random()
        cancels = kind >= 0.6 and len(draw.resting) > flow.RESTING // 2
        command = draw.limit() if kind < 0.6 else draw.cancel() if cancels and kind < 0.9 else draw.market()
        try:
            orders = made.venue.execute(command).orders
        except Refused:
            continue
        if not isinstance(command, Cancel) and not orders[0].done:
            draw.resting.append(orders[0])
        if number % 200 == 0:
            draw.forget_done()
        if counted[0] >= (len(samples) + 1) * most // 10:
            gc.collect()
            samples.append(resident_mb())
    return {
        "events": counted[0],
        "commands": number,
        "megabytes": " ".join(f"{one:.0f}" for one in samples),
        "growth": samples[-1] / samples[len(samples) // 2 - 1],
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
