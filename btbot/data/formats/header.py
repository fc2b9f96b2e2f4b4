"""Which kind of data a file holds, and in which of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from btbot.data import columnar, delimited, json_rows, layout
from btbot.data.archive import opened
from btbot.data.layout import listed, plain_name
from btbot.errors import DataError

_HEAD_BYTES = 1 << 16
_WITHIN = 10  # lines: banners are one to three lines long
TRADE = {
    "time": ("transact_time", "timestamp", "time", "trade_time", "date", "datetime"),
    "trade": ("agg_trade_id", "trade_id", "id", "trade", "tid"),
    "price": ("price",),
    "amount": ("quantity", "qty", "amount", "size"),
    "side": ("side",),
}
_MADE = {
    **{role: TRADE[role] for role in TRADE if role != "side"},
    "maker": ("is_buyer_maker", "buyer_maker", "isbuyermaker"),
}
RATE = {
    "time": ("timestamp", "funding_time", "fundingtime", "calc_time", "time", "date"),
    "rate": ("funding_rate", "fundingrate", "last_funding_rate", "rate"),
}
_MARK = ("mark_price", "markprice")
_QUOTED = ("quote_qty", "quoteqty")  # stands in files of single trades
_FLAG = ("true", "false")
_AGGREGATED = {"trade": 0, "price": 1, "amount": 2, "time": 5, "maker": 6}
_SINGLE = {"trade": 0, "price": 1, "amount": 2, "time": 4, "maker": 5}
_FREQTRADE = {"time": 0, "trade": 1, "side": 3, "price": 4, "amount": 5}


@dataclass(frozen=True, slots=True)
class Header:
    """What a file holds and where.

    Parameters
    ----------
    kind
        ``candles``, ``funding`` or ``trades``.
    roles
        Which column is what, counted from 0; empty for candles, which `btbot.data.read` finds by itself.
    names
        Of all columns.
    lines_before_data, delimiter
        How the rows of a text are read.
    single
        Whether trades are single ones as Binance counts them, not aggregated.
    has_symbols
        Whether a column of candles names symbols.
    """

    kind: str
    roles: Mapping[str, int]
    names: Sequence[str]
    lines_before_data: int = 0
    delimiter: str = ","
    single: bool = False
    has_symbols: bool = False


def look(path: Path, *, kind: str | None = None) -> Header:
    """Return what a file of csv, JSON, parquet or feather holds and where.

    Parameters
    ----------
    path
        Packed by gzip or zip, or not.
    kind
        What its name says; None lets the columns tell.

    Raises
    ------
    DataError
        If it cannot be read, or has not the columns of its kind.
    """
    with opened(path) as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.strip():
        raise DataError(f"{path.name}: is empty; download or export it again")
    if head.startswith(columnar.MAGICS):
        return _columnar(columnar.names_of(path), path.name, kind)
    if json_rows.is_json(head):
        return _text(json_rows.first_rows(head, path.name), path.name, kind)
    return _text(delimited.first_lines(head, path.name), path.name, kind)


def _text(lines: Sequence[str], source: str, kind: str | None) -> Header:
    found, damaged, widths = None, None, set[int]()
    for number, line in enumerate(lines[:_WITHIN]):
        names, delimiter = delimited.split_line(line)
        found = found or (names if len(names) > 1 else None)
        known = len(names) in widths  # below a header with unknown names the order of the columns is not known
        for one, roles, above in (
            ("trades", {} if known else _trades_by_position(names), number),
            ("funding", _rates_by_position(names) if kind == "funding" and not known else {}, number),
            ("trades", _trades_by_name(names), number + 1),
            ("funding", _rates_by_name(names), number + 1),
        ):
            if roles and kind in (None, one):
                delimited.refuse_above(damaged, source)
                single = roles == _SINGLE or not set(_QUOTED).isdisjoint(map(plain_name, names))
                return Header(one, roles, names, above, delimiter, single)
        widths.add(len(names))
        if damaged is None and layout.numbers_in(names) >= delimited.LIKE_A_ROW:
            damaged = number, names
    if kind in (None, "candles"):
        header = delimited.find_header(lines, source, chosen={}, symbol=None)
        return Header("candles", {}, header.names, has_symbols="symbol" in header.roles)
    raise _missing(source, str(kind), found or [])


def _columnar(names: Sequence[str], source: str, kind: str | None) -> Header:
    for one, roles in (("trades", _trades_by_name(names)), ("funding", _rates_by_name(names))):
        if roles and kind in (None, one):
            return Header(one, roles, names)
    legacy = by_name(names, {"time": RATE["time"], "rate": ("open",)})  # as freqtrade wrote it until 2026
    if kind == "funding" and legacy:
        return Header("funding", legacy, names)
    if kind in (None, "candles"):
        return Header("candles", {}, names, has_symbols="symbol" in layout.by_name(names, chosen={}))
    raise _missing(source, str(kind), names)


def by_name(names: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the position of each role by its known names; nothing if one of them is missing.

    Examples
    --------
    >>> by_name(["calc_time", "funding_interval_hours", "last_funding_rate"], RATE)
    {'time': 0, 'rate': 2}
    """
    plain = [plain_name(name) for name in names]
    roles = {}
    for role, aliases in wanted.items():
        known = [alias for alias in aliases if alias in plain]
        if not known:
            return {}
        roles[role] = plain.index(known[0])
    return roles


def _trades_by_name(names: Sequence[str]) -> dict[str, int]:
    return by_name(names, TRADE) or by_name(names, _MADE)


def _rates_by_name(names: Sequence[str]) -> dict[str, int]:
    roles = by_name(names, RATE)
    mark = by_name(names, {"mark": _MARK})
    return {**roles, **mark} if roles else {}


def _rates_by_position(cells: Sequence[str]) -> dict[str, int]:
    """Find the rate in JSON of freqtrade: beside the time, alone or as the open of a candle."""
    return {"time": 0, "rate": 1} if len(cells) in (2, 6) and cells[0].isdigit() else {}


def _trades_by_position(cells: Sequence[str]) -> dict[str, int]:
    """Find the columns of trades in files without a header, which are those of Binance's archives and freqtrade."""
    flags = tuple(at for at, cell in enumerate(cells) if cell.lower() in _FLAG)
    known = {(8, (6, 7)): _AGGREGATED, (7, (6,)): _AGGREGATED, (7, (5, 6)): _SINGLE, (6, (5,)): _SINGLE}
    if (len(cells), flags) in known:
        return dict(known[len(cells), flags])
    return dict(_FREQTRADE) if len(cells) == 7 and cells[3].lower() in ("buy", "sell") else {}


def _missing(source: str, kind: str, names: Sequence[str]) -> DataError:
    wanted = {"trades": "time, id, price, amount and side", "funding": "time and funding rate"}[kind]
    found = listed([name[:40] for name in names])
    return DataError(
        f"{source}: its name says {kind}, but no columns for {wanted} are among {found}; rename the file, or "
        "export it again"
    )
