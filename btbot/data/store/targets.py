"""Of what the files of an import are: what the user says, what their names say, what is stored already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from btbot.data.formats import names
from btbot.data.formats.names import Name
from btbot.data.store.listing import Series
from btbot.data.symbol import pair, plain
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.timeframe import Timeframe

MARKETS = ("spot", "perpetual")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of the files.

    Parameters
    ----------
    symbols
        The wanted ones, of files that say theirs; what a file is of that says nothing.
    exchange, market, timeframe
        Of all files; None takes what their names say.
    calendar, on_error
        As for `btbot.data.gate.admit`.
    """

    symbols: tuple[str, ...] = ()
    exchange: str | None = None
    market: str | None = None
    timeframe: Timeframe | None = None
    calendar: str = "crypto"
    on_error: str = "stop"

    def __post_init__(self) -> None:
        if self.market not in (None, *MARKETS):
            raise ConfigError(
                f"market: {self.market!r} is not known; allowed are {', '.join(MARKETS)}"
                f"{did_you_mean(str(self.market), MARKETS)}"
            )


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Where rows go.

    Parameters
    ----------
    exchange, market, symbol
        The market.
    kind
        ``candles``, ``funding`` or ``trades``.
    """

    exchange: str
    market: str
    symbol: str
    kind: str

    def __str__(self) -> str:
        return f"{self.symbol} {self.kind} of {self.exchange} {self.market}"


@dataclass(frozen=True, slots=True)
class Origin:
    """A file, what its name says, how the record of downloads and how a report calls it."""

    path: Path
    name: Name
    source: str
    shown: str

    @classmethod
    def of(cls, path: Path, asked: Path) -> Origin:
        """Read the name of a file, which was found below the path that was asked for."""
        source = f"file {path.name}" if path == asked else f"folder {asked.absolute().name}"
        return cls(path, names.read(path), source, path.relative_to(asked.parent).as_posix())

    def tell(self, text: str) -> str:
        """Return what a reader says of the file, which it calls by its name, with the path instead."""
        name = f"{self.path.name}: "
        return f"{self.shown}: {text.removeprefix(name)}" if text.startswith(name) else text

    @property
    def order(self) -> tuple[str, ...]:
        """Key that puts files of one series beside each other, aggregated trades before single ones."""
        name = self.name
        words = (name.exchange, name.market, name.symbol, name.kind, str(name.timeframe or ""))
        return (*(word or "" for word in words), "1" if name.single else "0", self.path.name, str(self.path))


@dataclass(slots=True)
class Registry:
    """Turn what is known of a file into a target.

    Parameters
    ----------
    wishes
        Of the user.
    stored
        The spelling of each market that is stored, by exchange and plain letters.
    assumed
        What was neither said nor told by a file's own name, with the files: it is worth a line.
    """

    wishes: Wishes
    stored: Mapping[tuple[str, str], str] = field(default_factory=dict)
    assumed: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, wishes: Wishes, series: list[Series]) -> Registry:
        """Prepare for a store that holds some series."""
        return cls(wishes, {(one.exchange, plain(one.symbol)): one.symbol for one in series})

    def unwanted(self, name: Name) -> bool:
        """Return whether a file says that it is of a symbol that the user does not want."""
        wanted = [plain(symbol) for symbol in self.wishes.symbols]
        return bool(wanted) and name.symbol is not None and plain(name.symbol) not in wanted

    def wanted(self, present: Sequence[str]) -> list[str]:
        """Return which of a file's symbols the user wants, in the order of his list; all if he names none."""
        if not self.wishes.symbols:
            return list(present)
        known = {plain(symbol): symbol for symbol in present} | {symbol: symbol for symbol in present}
        found = (known.get(symbol, known.get(plain(symbol))) for symbol in self.wishes.symbols)
        return [symbol for symbol in found if symbol is not None]

    def target(self, origin: Origin, kind: str, told: str | None = None, *, verbatim: bool = False) -> Target:
        """Return where the rows of a file go.

        Parameters
        ----------
        origin, kind
            The file, and what it holds.
        told
            The symbol as a column of the file spells it.
        verbatim
            Whether such symbols are stored as they are spelled: tickers of stocks are no pairs.

        Raises
        ------
        DataError
            If neither the user nor the file says exchange or symbol.
        """
        exchange = self.wishes.exchange or origin.name.exchange
        if exchange is None:
            raise DataError(
                f"{origin.path.name}: neither its name nor its folder says which exchange it is from; say it: "
                "--exchange NAME"
            )
        symbol = self._symbol(origin, exchange, told, verbatim=verbatim)
        if self.wishes.exchange is None and origin.name.folder:
            what = f"exchange {exchange} by the name of the folder {origin.name.folder} (--exchange says otherwise)"
            self._note(what, origin)
        return Target(exchange, self._market(origin, kind, told), symbol, kind)

    def _market(self, origin: Origin, kind: str, told: str | None) -> str:
        market = self.wishes.market or origin.name.market
        if market is not None:
            return market
        if kind == "funding" or ":" in (told or ""):
            return "perpetual"
        if self.wishes.calendar == "crypto":
            self._note("market spot (--market perpetual says otherwise)", origin)
        return "spot"

    def _note(self, what: str, origin: Origin) -> None:
        files = self.assumed.setdefault(what, [])
        if origin.shown not in files[-1:]:
            files.append(origin.shown)

    def _symbol(self, origin: Origin, exchange: str, told: str | None, *, verbatim: bool) -> str:
        wanted = {plain(symbol): symbol for symbol in self.wishes.symbols}
        found = told or origin.name.symbol
        if found is None:
            if len(wanted) == 1:
                return self.wishes.symbols[0]
            raise DataError(
                f"{origin.path.name}: neither its name nor a column of it says the symbol; say what it is of: "
                "--symbol BTC/USDT"
            )
        if plain(found) in wanted:
            return wanted[plain(found)]
        if (exchange, plain(found)) in self.stored:
            return self.stored[exchange, plain(found)]
        return found if verbatim else pair(found, exchange=exchange) or found
