"""Exchanges that are asked during one command, each opened once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar, cast

from btbot.errors import BtbotError, ConfigError, ExchangeError, Retryable, did_you_mean
from btbot.exchange.client import HistoryClient, MarketKind
from btbot.exchange.opening import open_client
from btbot.exchange.retrying import retried

T = TypeVar("T")
log = logging.getLogger(__name__)


def check_name(option: str, name: str, known: Iterable[str]) -> None:
    """Refuse a misspelled name before any work is done.

    Parameters
    ----------
    option
        Which one gave the name.
    known
        What may be named besides the exchanges that can be asked, such as those that are stored.

    Raises
    ------
    ConfigError
        If there is nothing of that name.
    """
    allowed = list(dict.fromkeys(known))
    if name in allowed:
        return
    from btbot.exchange.ccxt_names import exchange_names

    exchanges = exchange_names()
    if name not in exchanges:
        hint = did_you_mean(name, [*allowed, *exchanges])
        words = f"{', '.join(allowed)} and " if allowed else ""
        raise ConfigError(
            f"{option}: {name!r} is not known; allowed are {words}the {len(exchanges)} exchanges that can be asked, "
            f"such as kraken{hint}"
        )


class Asking:
    """Ask exchanges with patience; one that failed in spite of it is not asked again.

    Parameters
    ----------
    url
        Where all of them are; None for their own addresses.

    Attributes
    ----------
    failures
        Why an exchange could not be asked, the first time.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._runner = asyncio.Runner()
        self._clients: dict[tuple[str, str], HistoryClient] = {}
        self._lost: dict[tuple[str, str], Retryable] = {}
        self.failures: list[BtbotError] = []

    def __enter__(self) -> Asking:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._runner.run(self._close())
        finally:
            self._runner.close()

    def ask(self, exchange: str, market: str, work: Callable[[HistoryClient, Any], Awaitable[T]]) -> T:
        """Do some work with an exchange, and return what it gave.

        Parameters
        ----------
        exchange, market
            Such as ``binance`` and ``spot``.
        work
            Takes the client and how its calls are sent.

        Raises
        ------
        ConfigError, ExchangeError
            If there is no such exchange or market, or if it does not answer.
        """
        place = (exchange, market)
        if place in self._lost:
            raise self._lost[place]
        try:
            return self._runner.run(self._done(place, work))
        except (ConfigError, ExchangeError) as error:
            self.fail(place, error)
            raise

    def fail(self, place: tuple[str, str], error: BtbotError) -> None:
        """Remember why an exchange could not be asked."""
        self.failures.append(error)
        if isinstance(error, Retryable):
            self._lost[place] = error

    async def _done(self, place: tuple[str, str], work: Callable[[HistoryClient, Any], Awaitable[T]]) -> T:
        if place not in self._clients:
            urls = None if self._url is None else {"rest": self._url}
            log.info("asking %s %s%s", *place, "" if self._url is None else f" at {self._url}")
            self._clients[place] = open_client(place[0], market=cast(MarketKind, place[1]), urls=urls)
        return await work(self._clients[place], retried)

    async def _close(self) -> None:
        for client in self._clients.values():
            await client.close()
