"""Candles in pieces are judged as the data gate judges the whole, and hashed as `Bars` hashes them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS, Bars
from btbot.data.candles import Candles
from btbot.data.check.digest import Digest
from btbot.data.check.judging import Judge
from btbot.data.check.stream import Windows, stream
from btbot.data.gate import inspect
from btbot.data.oddities import BLOCK
from btbot.data.store import Store
from btbot.data.store.columns import Columns
from btbot.timeframe import Timeframe

MINUTE = 60_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z
ONE = Timeframe.parse("1m")


def walk(count, seed, *, missing=0.02, flaws=0):
    """A market that stands still at times, jumps at others, and has holes."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.001, count) * (rng.random(count) > 0.1)
    begin = rng.integers(0, max(count - 60, 1))
    steps[begin : begin + 45] = 0
    steps[rng.integers(0, count, max(count // 300, 1))] *= 400
    close = 100 * np.exp(np.cumsum(steps))
    open_ = np.r_[100.0, close[:-1]]
    still = steps == 0
    wick = np.where(still, 0, rng.random(count) * 1e-3)
    volume = rng.exponential(1, count) * (rng.random(count) > 0.02)
    volume[rng.integers(0, count, max(count // 400, 1))] *= 1_000
    values = np.column_stack([open_, np.maximum(open_, close) * (1 + wick), np.minimum(open_, close) * (1 - wick), close, volume])  # fmt: skip
    values[still, 0] = values[still, 3]
    for _ in range(flaws):
        values[rng.integers(0, count), rng.integers(0, 5)] *= -1
    keep = rng.random(count) >= missing
    keep[0] = True
    return Columns((BEGIN + np.arange(count) * MINUTE)[keep], values[keep])


def pieces(whole, sizes):
    """Cut columns into pieces of these sizes, the last one as long as it must be."""
    at = 0
    for size in [*sizes, len(whole.time)]:
        yield Columns(whole.time[at : at + size], whole.values[at : at + size])
        at += size


def gate(whole, *, stocks=False):
    frame = Bars("X/Y", ONE, whole.time, *whole.values.T).frame.reset_index()
    frame["time"] = whole.time
    found = inspect(frame, "X/Y", calendar="stocks" if stocks else "crypto", timeframe=ONE)
    return {finding.kind: (finding.severity, finding.count, finding.places) for finding in found}


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 900),
    seed=st.integers(0, 10**6),
    flaws=st.sampled_from([0, 0, 1, 5]),
    sizes=st.lists(st.integers(0, 300), max_size=6),
    window=st.sampled_from([3, 4, 7]),
)
def test_pieces_are_judged_as_the_whole(count, seed, flaws, sizes, window):
    whole = walk(count, seed, flaws=flaws)
    judge = Judge("X/Y", ONE, stocks=False, window=window * BLOCK)
    for piece in pieces(whole, sizes):
        judge.take(piece)
    findings, holes, flawed = judge.finish()
    expected = gate(whole)
    missing = expected.pop("missing", None)
    assert {finding.kind: (finding.severity, finding.count, finding.places) for finding in findings} == expected
    assert (int(holes.bars.sum()) or None) == (missing and missing[1])
    errors = sum(count for severity, count, _ in expected.values() if severity == "error")
    assert (len(flawed) > 0) == (errors > 0)


def test_what_is_largest_is_named_wherever_it_is():
    whole = walk(2_000, 7)
    whole.values[1_500, 1:4] = whole.values[1_500, 0] * np.array([3.0, 0.99, 1.0])
    judge = Judge("X/Y", ONE, stocks=False, window=3 * BLOCK)
    judge.take(whole)
    text = next(finding.text for finding in judge.finish()[0] if finding.kind == "outlier")
    frame = Candles("X/Y", "", whole.time, *whole.values.T)
    assert f"the largest 200 % at {frame.stamp(1_500)}; compare them with another source: btbot data check --against EXCHANGE" in text  # fmt: skip


def test_windows_hold_their_surroundings():
    whole = walk(1_000, 1, missing=0)
    windows = Windows("X/Y", size=192, block=64)
    seen = []
    for piece in pieces(whole, [10, 500]):
        seen += list(windows.take(piece))
    seen += list(windows.rest())
    meant = np.concatenate([one.candles.time[one.begin : one.end] for one in seen])
    assert meant.tolist() == whole.time.tolist()
    assert [(one.begin, one.end, len(one.candles)) for one in seen[:3]] == [(0, 192, 256), (129, 321, 385), (129, 321, 385)]  # fmt: skip
    assert [one.skipped for one in seen[:3]] == [0, 1, 1]


@given(sizes=st.lists(st.integers(0, 200), max_size=5))
@settings(max_examples=15, deadline=None)
def test_pieces_are_hashed_as_the_whole(sizes):
    whole = walk(500, 3)
    with Digest() as digest:
        for piece in pieces(whole, sizes):
            digest.take(piece)
        assert digest.fingerprint("X/Y", ONE) == Bars("X/Y", ONE, whole.time, *whole.values.T).fingerprint


def test_a_hash_that_went_by_the_disk_is_the_same(monkeypatch):
    monkeypatch.setattr("btbot.data.check.digest._IN_MEMORY", 100)
    whole = walk(500, 3)
    with Digest() as digest:
        digest.take(whole)
        assert digest.fingerprint("X/Y", ONE) == Bars("X/Y", ONE, whole.time, *whole.values.T).fingerprint


def test_a_stream_gives_every_candle_once(store: Store):
    minutes = np.array([0, 1, 2, 5, 6, 700, 701, 90_000])
    values = [np.full(len(minutes), 1.0)] * len(COLUMNS)
    store.write(Bars("X/Y", ONE, BEGIN + minutes * MINUTE, *values), exchange="x")
    (of,) = store.series()
    with store.reading() as connection:
        for size in (1, 7, 100, 10_000):
            parts = [part.time for part in stream(connection, of, size=size)]
            cut = [part.time for part in stream(connection, of, BEGIN + MINUTE, BEGIN + 700 * MINUTE, size=size)]
            assert np.concatenate(parts).tolist() == (BEGIN + minutes * MINUTE).tolist()
            assert np.concatenate(cut).tolist() == (BEGIN + minutes[1:5] * MINUTE).tolist()
            assert max(map(len, parts)) <= size
