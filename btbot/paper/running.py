"""A server from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from btbot.errors import ConfigError
from btbot.paper.admin import Admin
from btbot.paper.assembly import Assembled, assemble
from btbot.paper.secret_file import admin_token
from btbot.paper.server import Server
from btbot.paper.settings import ServerSettings, is_loopback
from btbot.paper.state import StateFolder

if TYPE_CHECKING:
    from btbot.paper.market.live import LiveMarket

log = logging.getLogger(__name__)

_FAREWELL_SECONDS = 0.3
_BACKLOG = 2**20


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a server that listens can be found."""

    rest: str
    ws: str
    admin: str
    admin_token_file: Path
    keys_file: Path
    history_file: Path
    state: Path
    resumed: bool
    symbols: tuple[str, ...]
    market_ms: int


async def serve(
    settings: ServerSettings, *, ready: Callable[[Ready], None] = lambda _: None, stop: asyncio.Event | None = None
) -> None:
    """Run a server until SIGINT, SIGTERM, the admin port or `stop` ends it.

    Parameters
    ----------
    settings
        `state` must be given.
    ready
        Called once both ports listen.

    Raises
    ------
    btbot.errors.ConfigError, btbot.errors.DataError
        Where it cannot start, or where the journal cannot be written any more.
    """
    if settings.state is None:
        raise ConfigError("--state: a server needs a folder for its journal and keys")
    stop = stop or asyncio.Event()
    if not is_loopback(settings.host):
        log.warning("clients reach this exchange from other machines, and what they send is not encrypted")
    state = StateFolder(settings.state)
    state.acquire()
    try:
        with _stopped_by_signals(stop):
            await _run(settings, state, ready, stop)
    finally:
        state.release()


async def _run(
    settings: ServerSettings, state: StateFolder, ready: Callable[[Ready], None], stop: asyncio.Event
) -> None:
    token = admin_token(state.token)
    live = await _connected(settings)
    try:
        await _served(settings, state, ready, stop, token, live)
    finally:
        for market in live.values():
            await market.close()


async def _connected(settings: ServerSettings) -> dict[str, LiveMarket]:
    """Connect to the real market where it is wanted; all or none."""
    wanted = [one for one in settings.markets if one.form == "live"]
    if not wanted:
        return {}
    from btbot.paper.market.live import live_market

    found: dict[str, LiveMarket] = {}
    try:
        for one in wanted:
            found[one.name] = await live_market(one.symbol, url=settings.live_url)
    except BaseException:
        for market in found.values():
            await market.close()
        raise
    return found


async def _served(
    settings: ServerSettings,
    state: StateFolder,
    ready: Callable[[Ready], None],
    stop: asyncio.Event,
    token: str,
    live: Mapping[str, LiveMarket],
) -> None:
    whole = assemble(settings, live=live)
    streams = whole.streams
    admin = Admin(whole.venue, whole.pace, token=token, history=whole.history, streams=streams, stop=stop.set)
    front = Server(whole.api.handle, whole.opener, clock=whole.venue.clock)
    back = Server(admin.handle)
    try:
        await front.start(settings.host, settings.port)
        await back.start(settings.admin_host, settings.admin_port, option="--admin")
        whole.pace.is_behind = lambda: front.backlog() > _BACKLOG
        ready(_ready(whole, state, front, back))
        await _until(stop, whole, live)
        streams.shutdown()
        await asyncio.sleep(_FAREWELL_SECONDS)
    finally:
        await back.stop()
        await front.stop()
        whole.close()


async def _until(stop: asyncio.Event, whole: Assembled, live: Mapping[str, LiveMarket]) -> None:
    """Let the markets run until the end is asked for; raise what stops one of them earlier."""
    for market in live.values():
        market.on_arrival = whole.pace.wake
    if whole.journal is not None:
        whole.journal.on_failure = whole.pace.wake
    deeds = [whole.pace.run(whole.note), *(market.run() for market in live.values())]
    running = [asyncio.ensure_future(deed) for deed in deeds]
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((*running, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result


def _ready(whole: Assembled, state: StateFolder, front: Server, back: Server) -> Ready:
    host, admin_host = _written(whole.settings.host), _written(whole.settings.admin_host)
    return Ready(
        rest=f"http://{host}:{front.port}",
        ws=f"ws://{host}:{front.port}",
        admin=f"http://{admin_host}:{back.port}",
        admin_token_file=state.token,
        keys_file=state.keys,
        history_file=state.history,
        state=state.folder,
        resumed=whole.resumed,
        symbols=tuple(whole.venue.exchange.symbols),
        market_ms=whole.venue.market_ms(),
    )


def _written(host: str) -> str:
    """Write a host as a URL needs it; who listens everywhere is found here too."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    handled = []
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not in the main thread
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
