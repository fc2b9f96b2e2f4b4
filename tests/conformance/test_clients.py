"""Clients as their makers publish them, each in a process of its own, against a server over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from environments import newest_ccxt, node_with_ccxt, python_with
from paper_server import PaperServer

from btbot.exchange.ccxt_settings import settings

HERE = Path(__file__).parent / "clients"
LIMIT_SECONDS = 120


def given(server: PaperServer, account: str, **more: Any) -> str:
    """What a script is told: addresses, keys, and the configuration that ccxt needs for a local exchange."""
    key, secret = server.keys(account)
    ccxt = settings(server.rest_url, server.ws_url, key=key, secret=secret, enableRateLimit=False)
    ccxt["options"]["createOrder"] = {}
    told = {"rest": server.rest_url, "ws": server.ws_url, "key": key, "secret": secret, "symbol": "BTC/USDT"}
    return json.dumps({**told, "config": ccxt, **more})


def begin(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def passes(client: subprocess.Popen[str], checks: int) -> None:
    """Wait for a script; every check of it must pass, and there must be as many as are known."""
    with client:
        try:
            out, err = client.communicate(timeout=LIMIT_SECONDS)
        finally:
            client.kill()
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    failed = [f"{line['client']}: {line['check']}\n{line['error']}" for line in lines if not line["ok"]]
    assert not failed, "\n".join(failed)
    assert len(lines) == checks, f"{len(lines)} checks of {checks}\n{out[-2000:]}\n{err[-4000:]}"


def script(interpreter: str | Path, name: str, told: str) -> list[str]:
    return [str(interpreter), str(HERE / name), told]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_ccxt(paper_server: PaperServer, mode: str) -> None:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    passes(begin(script(sys.executable, "ccxt_rest.py", given(paper_server, mode, mode=mode))), 27)


@pytest.mark.parametrize("mode", ["sync", "async", "pro"])
def test_the_newest_ccxt(paper_server: PaperServer, mode: str) -> None:
    python = newest_ccxt()
    name, checks = ("ccxt_pro.py", 14) if mode == "pro" else ("ccxt_rest.py", 27)
    passes(begin(script(python, name, given(paper_server, f"newest-{mode}", mode=mode))), checks)


def of_ccxt_pro(server: PaperServer) -> list[str]:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    return script(sys.executable, "ccxt_pro.py", given(server, "pro"))


def of_python_binance(server: PaperServer) -> list[str]:
    python = python_with("python-binance", "binance.ws.reconnecting_websocket")
    return script(python, "with_python_binance.py", given(server, "python-binance"))


def of_binance_connector(server: PaperServer) -> list[str]:
    python = python_with("binance-connector", "binance.spot")
    return script(python, "with_connector.py", given(server, "connector"))


def of_binance_sdk(server: PaperServer) -> list[str]:
    python = python_with("binance-sdk-spot", "binance_sdk_spot")
    return script(python, "with_sdk.py", given(server, "sdk"))


def of_ccxt_for_node(server: PaperServer) -> list[str]:
    node, module = node_with_ccxt()
    return script(node, "ccxt_node.mjs", given(server, "node", module=str(module)))


STREAMING = {of_ccxt_pro: 14, of_python_binance: 13, of_binance_connector: 13, of_binance_sdk: 10, of_ccxt_for_node: 12}
Started = dict[Callable[[PaperServer], list[str]], subprocess.Popen[str] | pytest.skip.Exception]


@pytest.fixture(scope="module")
def streaming(request: pytest.FixtureRequest, paper_server: PaperServer) -> Iterator[Started]:
    """The clients of streams that were chosen, started together: most of the time they wait for events."""
    started: Started = {}
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.originalname == test_clients_of_streams.__name__:
            command = item.callspec.params["command"]
            try:
                started[command] = begin(command(paper_server))
            except pytest.skip.Exception as reason:
                started[command] = reason
    yield started
    for client in started.values():
        if not isinstance(client, pytest.skip.Exception):
            with client:
                client.kill()


@pytest.mark.parametrize("command", STREAMING, ids=lambda command: command.__name__.removeprefix("of_"))
def test_clients_of_streams(streaming: Started, command: Callable[[PaperServer], list[str]]) -> None:
    client = streaming[command]
    if isinstance(client, pytest.skip.Exception):
        raise client
    passes(client, STREAMING[command])


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_keys_of_other_kinds(paper_server: PaperServer, kind: str) -> None:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    made = paper_server.admin("POST", "/keys", {"account": "keys", "name": f"by {kind}", "kind": kind})
    told = json.loads(given(paper_server, "keys"))
    told["config"] |= {"apiKey": made["api_key"], "secret": made["private_key"]}
    passes(begin(script(sys.executable, "keys.py", json.dumps(told))), 4)
