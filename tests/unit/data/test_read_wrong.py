"""Files that were mutilated in a thousand ways: refused, or read exactly as an independent strict reader does."""

import random
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from btbot.bars import COLUMNS
from btbot.data.store.candle_files import read_bars
from btbot.data.store.targets import Origin, Wishes
from btbot.errors import DataError

sys.path.append(str(Path(__file__).parent))  # where the independent reader is

import strict

T0 = 1_704_067_200
SECONDS = 2.0  # a file of some lines takes milliseconds: whatever takes that long hangs
TOKENS = [
    "", " ", "nan", "NaN", "NULL", "-", "inf", "-inf", "1e400", "1e-400", "0", "-1", "1,5", "1.234,5", "1_000", "0x10", "1e5", "1E5", ".5", "5.", "+1",
    "1.2.3", "--1", "\u0661\u0662", "1\u00a0000", "\uff11", "True", "1f", "1d", "1/2", "1e", "e1", "infinity", "#N/A", "=1+1", "'1'", '"1"', '"', '""', "\\N", "1 2",
    "99999999999999999999", "0.1234567890123456789012345", "123456789012345678", "1704067200", "1704067200000", "1704067200000000", "20240101",
    "2024-01-01", "2024-13-01", "01/02/2024", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00+02:00", "12:00", "1970-01-01",
]  # fmt: skip


def candles(rng, count):
    price = 10 ** rng.uniform(-7, 5)
    for at in range(count):
        opens = price
        price *= rng.uniform(0.97, 1.03)
        high, low = max(opens, price) * rng.uniform(1, 1.02), min(opens, price) * rng.uniform(0.98, 1)
        yield at, opens, high, low, price, rng.uniform(0, 1e6)


def number(rng, form):
    return {0: lambda value: f"{value:.8f}", 1: repr, 2: lambda value: f"{value:.12g}", 3: lambda value: f"{value:e}"}[
        form
    ]


def file(rng):
    """Return the lines of a good file in one of the layouts that are known, and what separates its cells."""
    layout = rng.choice(["plain", "binance", "headed", "cryptodatadownload", "dates", "capitals"])
    step, count, text = rng.choice([60, 3_600, 86_400]), rng.randint(2, 8), number(rng, rng.randrange(4))
    unit = rng.choice([1, 1_000, 1_000_000])
    lines = []
    for at, *values in candles(rng, count):
        opens, cells = T0 + at * step, [text(value) for value in values]
        date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(opens))
        if layout in ("binance", "headed"):
            lines.append([str(opens * unit), *cells, str((opens + step) * unit - 1), "1.5", "7", "1.5", "2.5", "0"])
        elif layout == "cryptodatadownload":
            lines.append([str(opens * 1_000) if at % 2 else f"{opens}.0", date, "BTC/USDT", *cells, "123.5", "9"])
        else:
            lines.append([date if layout != "plain" else str(opens * unit), *cells])
    head = {
        "plain": [["timestamp", "open", "high", "low", "close", "volume"]],
        "dates": [["date", "open", "high", "low", "close", "volume"]],
        "capitals": [["Date", "Open", "High", "Low", "Close", "Volume"]],
        "headed": [["open_time", "open", "high", "low", "close", "volume", "close_time", "quote", "count", "a", "b", "ignore"]],
        "cryptodatadownload": [["https://www.CryptoDataDownload.com"], ["unix", "date", "symbol", "open", "high", "low", "close", "Volume BTC", "Volume USDT", "tradecount"]],
        "binance": [],
    }[layout]  # fmt: skip
    if layout == "cryptodatadownload" or rng.random() < 0.1:
        lines.reverse()
    return [*head, *lines], rng.choice([",", ",", ",", ";", "\t"])


def mutilated(rng, lines, delimiter):
    """Return the bytes of a file after some accidents."""
    lines = [list(line) for line in lines]
    for _ in range(rng.choice([0, 0, 1, 1, 1, 2])):
        at = rng.randrange(len(lines))
        column = rng.randrange(len(lines[at]) or 1) if lines[at] else 0
        accident = rng.randrange(9)
        if accident < 3 and lines[at]:
            lines[at][column] = rng.choice(TOKENS)
        elif accident == 3 and lines[at] and lines[at][column]:
            cell, place = lines[at][column], rng.randrange(len(lines[at][column]))
            lines[at][column] = (
                cell[:place] + rng.choice(["", "", ".", "-", " ", "e", "7", "x", '"', ","]) + cell[place + 1 :]
            )
        elif accident == 4:
            lines.insert(at, list(lines[rng.randrange(len(lines))]))
        elif accident == 5:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif accident == 6:
            del lines[at]
            lines = lines or [[""]]
        elif accident == 7 and lines[at]:
            del lines[at][column]
        else:
            lines[at].insert(column, rng.choice(TOKENS))
    content = rng.choice(["\n", "\n", "\r\n", "\n\n"]).join(delimiter.join(line) for line in lines).encode()
    content += rng.choice([b"\n", b"\n", b"", b"\n\n", b"\r\n"])
    for _ in range(rng.choice([0, 0, 0, 0, 1])):
        at = rng.randrange(len(content) or 1)
        content = rng.choice([
            content[:at], content[at:], content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :],
            content[:at] + content[at + 1 :], b"\xef\xbb\xbf" + content, content + content[:at], content[:at] + b"\0" + content[at:],
        ])  # fmt: skip
    return content


def judge(path, content):
    """Return whether an import would store a file; then its bars are those of the strict reader."""
    path.write_bytes(content)
    truth = strict.read(content)
    admitted = False
    for on_error in ("stop", "warn"):
        refusal = ""
        try:
            bars, _ = read_bars(Origin.of(path, path), "BTC/USDT", Wishes(on_error=on_error))
        except DataError as error:
            refusal = str(error)
        if refusal:
            assert refusal.startswith(path.name)
            assert "\n" not in refusal
            continue
        found = list(zip(bars.time.tolist(), *(getattr(bars, name).tolist() for name in COLUMNS), strict=True))
        assert truth is not None, "the strict reader would have refused it"
        assert found == (sorted(set(truth)) if on_error == "warn" else truth if truth[0] <= truth[-1] else truth[::-1])
        assert np.isfinite(found).all()
        if on_error == "stop":
            admitted = True
            assert all(row[2] >= max(row[1:5]) and 0 < row[3] <= min(row[1:5]) and row[5] >= 0 for row in found)
            assert all(before[0] < after[0] for before, after in pairwise(found))
    return admitted


def fuzz(folder, seeds):
    admitted = 0
    for seed in seeds:
        rng = random.Random(seed)
        content = mutilated(rng, *file(rng))
        begin = time.monotonic()
        try:
            admitted += judge(folder / "fuzz.csv", content)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}\n{content!r}") from error
        assert time.monotonic() - begin < SECONDS, f"seed {seed} took too long"
    return admitted


def test_three_hundred_mutilated_files(tmp_path):
    admitted = fuzz(tmp_path, range(300))
    assert 60 < admitted < 240  # the accidents are neither too many nor too few


@pytest.mark.slow
def test_ten_thousand_mutilated_files(tmp_path):
    assert 2_000 < fuzz(tmp_path, range(1_000, 11_000)) < 8_000
