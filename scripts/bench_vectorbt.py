"""The SMA cross in vectorbt; runs in an environment of its own, on arrays from a file."""

from __future__ import annotations

import sys

import bench_worker
import numpy as np
import pandas as pd
import vectorbt as vbt


def main(path: str) -> None:
    arrays = np.load(path)
    index = pd.to_datetime(arrays["time"], unit="ms")
    close, opened = pd.Series(arrays["close"], index), pd.Series(arrays["open"], index)
    step = index[1] - index[0]

    def once() -> dict[str, float]:
        fast, slow = vbt.MA.run(close, 20), vbt.MA.run(close, 50)
        # Seen at a close, filled at the next open.
        enter = fast.ma_crossed_above(slow).vbt.fshift(1)
        leave = fast.ma_crossed_below(slow).vbt.fshift(1)
        portfolio = vbt.Portfolio.from_signals(
            close, enter, leave, price=opened, size=1.0, fees=0.001, init_cash=1_000_000.0, freq=step
        )
        return {"equity": float(portfolio.stats()["End Value"])}

    bench_worker.serve(once, vbt.__version__)


if __name__ == "__main__":
    main(sys.argv[1])
