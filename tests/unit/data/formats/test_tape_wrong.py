"""Files of trades that were mutilated: refused, or read exactly as a strict reader of lines does."""

import random
import re

import numpy as np
import pytest

from btbot.data.formats.header import look
from btbot.data.formats.tape import read_trades
from btbot.errors import DataError

T0 = 1_704_067_200_000
NAMES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
TOKENS = [
    "",
    "nan",
    "NULL",
    "0",
    "-1",
    "1e400",
    "1,5",
    "1_000",
    "True",
    "false",
    "\u0661",
    '"',
    "buy",
    str(T0),
    "1704067200",
    "now",
    "7",
]


def lines(rng):
    time = T0 * rng.choice([1, 1_000])
    rows = [f"{60 + at},{rng.uniform(1, 9):.8f},{rng.uniform(1, 9):.8f},{at},{at},{time + at},{rng.choice(['true', 'False'])}" for at in range(rng.randint(2, 8))]  # fmt: skip
    return [NAMES, *rows] if rng.random() < 0.5 else rows


def mutilated(rng, rows):
    for _ in range(rng.choice([0, 1, 1, 2])):
        at = rng.randrange(len(rows))
        cells = rows[at].split(",")
        column = rng.randrange(len(cells))
        rows[at] = {
            0: lambda cells=cells, column=column: ",".join([*cells[:column], rng.choice(TOKENS), *cells[column + 1 :]]),
            1: lambda cells=cells, column=column: ",".join([*cells[:column], *cells[column + 1 :]]),
            2: lambda cells=cells, column=column: ",".join([*cells[:column], rng.choice(TOKENS), *cells[column:]]),
            3: lambda at=at: f"{rows[at]}\n{rows[at]}",
        }[rng.choice([0, 0, 0, 1, 2, 3])]()
    content = "\n".join(rows).encode() + rng.choice([b"\n", b""])
    at = rng.randrange(len(content))
    return rng.choice([content, content, content[:at], content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]])


def is_header(row):
    return len(row) == 7 and all(row[column] == NAMES.split(",")[column] for column in (0, 1, 2, 5, 6))


def strict(content):
    """Return (time, id, price, amount, side) of each row, each once; None if one cannot be right."""
    try:
        rows = [row.split(",") for row in re.split("\r\n|\n|\r", content.decode()) if row.strip()]
    except UnicodeDecodeError:
        return None
    if rows and all(len(row) == 6 for row in rows):
        rows = [[*row[:3], "", *row[3:]] for row in rows]  # single trades of futures have a column less
    found, above = {}, []
    while rows and sum(NUMBER.fullmatch(cell) is not None for cell in rows[0]) < 4:
        above.append(rows.pop(0))  # banners, and a header
    headed = any(is_header(row) for row in above)
    if not headed and any(len(row) == 7 for row in above):
        return None  # a header with other names, and perhaps another order
    for row in rows:
        row = [cell.strip().strip('"') for cell in row]
        if len(row) != 7 or not row[0] or row[6].lower() not in ("true", "false", "0", "1"):
            return None
        if not all(NUMBER.fullmatch(row[column]) for column in (1, 2, 5)):
            return None
        price, amount, time = float(row[1]), float(row[2]), float(row[5])
        if price == amount == 0:
            continue
        time = int(row[5]) if row[5].isdigit() else time
        time = time * 1_000 if time < 1e11 else time if time < 1e14 else time // 1_000
        if not (0 < price < np.inf and 0 < amount < np.inf and 0 <= time < 4_102_444_800_000):
            return None
        trade = (int(time), row[0], price, amount, -1 if row[6].lower() in ("true", "1") else 1)
        if found.setdefault(trade[:2], trade)[:4] != trade[:4]:
            return None
    return list(found.values())


def fuzz(folder, seeds):
    path, admitted = folder / "fuzz.csv", 0
    for seed in seeds:
        rng = random.Random(seed)
        path.write_bytes(mutilated(rng, lines(rng)))
        parts = []
        try:
            parts += read_trades(path, look(path, kind="trades"))
        except DataError as error:
            refusal = str(error)
            parts = None
        if parts is None:
            assert refusal.startswith("fuzz.csv"), (seed, refusal)
            continue
        admitted += 1
        names = ("time", "trade", "price", "amount", "side")
        found = [row for part in parts for row in zip(*(getattr(part, name).tolist() for name in names), strict=True)]
        assert found == strict(path.read_bytes()), (seed, path.read_bytes())
    return admitted


def test_mutilated_files_of_trades(tmp_path):
    assert 60 < fuzz(tmp_path, range(300)) < 250


@pytest.mark.slow
def test_many_mutilated_files_of_trades(tmp_path):
    assert fuzz(tmp_path, range(1_000, 6_000)) > 1_000
