"""The paper exchange: orders through the matching alone, in process through ccxt, over sockets; frames; memory.

Server and clients are processes of their own; what each of them used of a processor says what bounds a number.
"""

from __future__ import annotations

import asyncio
import cProfile
import gc
import json
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bench_exchange_flow as flow

from btbot.exchange.commands import UserCommand
from btbot.exchange.matching import Exchange
from btbot.exchange.refused import Refused

HERE = Path(__file__).resolve().parent
ORDERS = 100_000
EVENTS = 1_000_000
CONNECTIONS = 8
SOCKETS = 50
WARM_UP = 0.5  # seconds before the client counts
FLOORS = {"matching alone": 20_000, "sockets, raw requests": 1_000}


def everything(rounds: int, seconds: float = 8.0) -> dict[str, Any]:
    """Measure all of it and print a line after each part."""
    found: dict[str, Any] = {"matching alone": matching(rounds)}
    tell("matching alone", found)
    found["in process, ccxt"] = in_process(seconds)
    tell("in process, ccxt", found)
    with server() as process:
        for name, what, count in (
            ("sockets, raw requests", "raw", CONNECTIONS),
            ("sockets, raw requests, one by one", "raw", 1),
            ("sockets, ccxt", "ccxt", CONNECTIONS),
        ):
            found[name] = measured(process, what, seconds, count)
            tell(name, found)
        found["frames"] = streams(process, seconds)
        tell("frames", found)
    found["memory"] = memory()
    tell("memory", found)
    return found


def floors(found: dict[str, Any]) -> dict[str, bool]:
    """Judge the numbers."""
    held = {f"{name}: {floor:,} orders/s": found[name]["orders_per_second"] >= floor for name, floor in FLOORS.items()}
    return {**held, "memory flat over a million events": found["memory"]["growth"] < 1.05}


# Matching


def matching(rounds: int) -> dict[str, Any]:
    """Time the commands of the stream, each round on a fresh exchange that 1,000 orders rest in."""
    first, measured = flow.stream(ORDERS)
    seconds = []
    for _ in range(rounds):
        exchange = filled(first)
        gc.collect()
        seconds.append(timed(exchange, measured))
    return {
        "orders_per_second": ORDERS / statistics.median(seconds),
        "best": ORDERS / min(seconds),
        "events": counted(first, measured),
        "bound by": own_time(first, measured),
    }


def filled(first: list[UserCommand]) -> Exchange:
    exchange = flow.opened()
    for command in first:
        exchange.execute(command, 1)
    return exchange


def timed(exchange: Exchange, commands: list[UserCommand]) -> float:
    """Return the seconds of processor time, which others on the machine do not lengthen."""
    execute = exchange.execute
    begun = time.process_time()
    for now_ms, command in enumerate(commands, 2):
        try:
            execute(command, now_ms)
        except Refused:
            continue
    return time.process_time() - begun


def counted(first: list[UserCommand], commands: list[UserCommand]) -> int:
    """Count the events of the stream."""
    exchange, events = filled(first), 0
    for now_ms, command in enumerate(commands, 2):
        try:
            events += len(exchange.execute(command, now_ms).events)
        except Refused:
            continue
    return events


def own_time(first: list[UserCommand], commands: list[UserCommand]) -> dict[str, float]:
    """Return the shares of the functions that take most of the time, under the profiler."""
    exchange, profile = filled(first), cProfile.Profile()
    profile.runcall(timed, exchange, commands[: ORDERS // 5])
    rows = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(row[2] for row in rows.values())
    top = sorted(rows.items(), key=lambda item: -item[1][2])[:6]
    return {f"{Path(file).stem}.{name}": row[2] / total for (file, _, name), row in top}


# In process


def in_process(seconds: float) -> dict[str, Any]:
    """Let ccxt trade with the exchange in its own process, without sockets, on the clock of the wall."""
    import bench_exchange_client as client

    from btbot.exchange import ccxt_in_process
    from btbot.paper.assembly import assemble
    from btbot.paper.clock import WallClock
    from btbot.paper.local_session import LocalSession
    from btbot.paper.settings import MarketSettings, ServerSettings, deposits

    async def run() -> dict[str, Any]:
        clock = WallClock()
        money = deposits(["trader0:USDT=1000000000", "trader0:BTC=100000", "other:USDT=1000000000", "other:BTC=100000"])
        market = MarketSettings(client.PAIR, "empty", price=flow.PRICE)
        whole = assemble(ServerSettings((market,), state=None, deposits=money, limits=False), clock)
        traders: list[client.Trader] = []
        exchanges: list[Any] = []
        for name in ("trader0", "other"):
            key = whole.accounts.keys(name)[0]
            session = LocalSession(whole.api.handle, whole.opener, clock)
            exchange = ccxt_in_process.client(session, clock, key=key.api_key, secret=key.secret, enableRateLimit=False)
            await exchange.load_markets()
            exchanges.append(exchange)
            traders.append(client.by_ccxt(exchange, len(traders)))
        try:
            return await client.trade(traders, seconds)
        finally:
            for one in exchanges:
                await one.close()

    return asyncio.run(run())


# Sockets


@contextmanager
def server() -> Iterator[dict[str, Any]]:
    """Run a server with rich accounts; its journal and history are written as ever."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"trader{number}" for number in range(CONNECTIONS)]
        money = [f"--balance={name}:{amount}" for name in names for amount in ("USDT=1000000000", "BTC=100000")]
        command = [
            sys.executable, "-m", "btbot", "exchange", "--symbol", "BTC/USDT", "--empty", "--price", str(flow.PRICE),
            "--port", "0", "--admin", "0", "--no-limits", "--state", folder, "--json", *money,
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the server did not start")
            yield json.loads(line)
        finally:
            process.terminate()
            process.wait(30)


def client(where: dict[str, Any], what: str, seconds: float, connections: int) -> subprocess.Popen[str]:
    command = [sys.executable, HERE / "bench_exchange_client.py", what, where["rest"], where["ws"], where["keys_file"]]
    return subprocess.Popen([*command, str(seconds), str(connections)], stdout=subprocess.PIPE, text=True)


def measured(where: dict[str, Any], what: str, seconds: float, connections: int) -> dict[str, Any]:
    """Let a client process work and give what it did, and what the server used of a processor meanwhile."""
    cpu, machine = processor_seconds(where["pid"]), idle_share()
    found: dict[str, Any] = json.loads(client(where, what, seconds, connections).communicate()[0])
    busy = processor_seconds(where["pid"]) - cpu
    found["server_cpu"] = busy / (found["seconds"] + WARM_UP)
    found["orders_per_server_second"] = found["orders_per_second"] / found["server_cpu"]
    found["bound by"] = bound(found, next(machine))
    return found


def streams(where: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Read three streams on many sockets while orders come in."""
    reader = client(where, "frames", seconds, SOCKETS)
    orders = measured(where, "raw", seconds + 1.0, CONNECTIONS)
    found: dict[str, Any] = json.loads(reader.communicate()[0])
    return {
        **found,
        "sockets": SOCKETS,
        "orders_per_second_meanwhile": orders["orders_per_second"],
        "server_cpu": orders["server_cpu"],
        "bound by": orders["bound by"],
    }


def bound(found: dict[str, Any], idle: float) -> str:
    server_cpu, client_cpu = found["server_cpu"], found["client_cpu"]
    if max(server_cpu, client_cpu) >= 0.8:
        return "one thread of the server" if server_cpu >= client_cpu else "one thread of the client"
    return "waiting for each other" if idle > 0.1 else "other processes on this machine"


def idle_share() -> Iterator[float]:
    """Begin to watch the processors; the first value tells which part of them was idle since then."""
    begun = machine_times()

    def watched() -> Iterator[float]:
        now = machine_times()
        yield (now[3] - begun[3]) / max(1, sum(now) - sum(begun))

    return watched()


def machine_times() -> list[int]:
    return [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Memory


def memory() -> dict[str, Any]:
    """Run a whole exchange without sockets for a million events, in a process of its own."""
    answer = subprocess.run(
        [sys.executable, HERE / "bench_exchange_memory.py", str(EVENTS)], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def tell(name: str, found: dict[str, Any]) -> None:
    """Print one part on a line."""
    parts = []
    for key, value in found[name].items():
        if isinstance(value, dict):
            value = ", ".join(f"{what} {share:.0%}" for what, share in value.items())
        parts.append(f"{key.replace('_', ' ')} {value:,.2f}" if isinstance(value, float) else f"{key} {value}")
    print(f"{name}: {'; '.join(parts)}")
