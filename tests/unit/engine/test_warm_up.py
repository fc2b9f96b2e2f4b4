"""Until every indicator is warm there are no signals, whatever a condition makes of NaN."""

from __future__ import annotations


def test_no_signal_before_the_slowest_indicator_is_warm(trade):
    candles = [(100 + n, 101 + n, 99 + n, 100 + n) for n in range(12)]
    result = trade(candles, name="negated")
    # sma(5) has its first value at bar 4; the order fills in bar 5. The four-hour average does not count bars of 1h.
    assert list(result.trades.entry_time.dt.hour) == [5]
