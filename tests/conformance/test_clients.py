"""Clients as their makers publish them, each in a process of its own, against a server over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
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


def passes(command: list[str], checks: int) -> None:
    """Run a script; every check of it must pass, and there must be as many as are known."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    failed = [f"{line['client']}: {line['check']}\n{line['error']}" for line in lines if not line["ok"]]
    assert not failed, "\n".join(failed)
    assert len(lines) == checks, f"{len(lines)} checks of {checks}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def script(interpreter: str | Path, name: str, told: str) -> list[str]:
    return [str(interpreter), str(HERE / name), told]


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_ccxt(paper_server: PaperServer, mode: str) -> None:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    passes(script(sys.executable, "ccxt_rest.py", given(paper_server, mode, mode=mode)), 27)


def test_ccxt_pro(paper_server: PaperServer) -> None:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    passes(script(sys.executable, "ccxt_pro.py", given(paper_server, "pro")), 14)


@pytest.mark.parametrize("mode", ["sync", "async", "pro"])
def test_the_newest_ccxt(paper_server: PaperServer, mode: str) -> None:
    python = newest_ccxt()
    name, checks = ("ccxt_pro.py", 14) if mode == "pro" else ("ccxt_rest.py", 27)
    passes(script(python, name, given(paper_server, f"newest-{mode}", mode=mode)), checks)


def test_python_binance(paper_server: PaperServer) -> None:
    python = python_with("python-binance", "binance.ws.reconnecting_websocket")
    passes(script(python, "with_python_binance.py", given(paper_server, "python-binance")), 13)


def test_binance_connector(paper_server: PaperServer) -> None:
    python = python_with("binance-connector", "binance.spot")
    passes(script(python, "with_connector.py", given(paper_server, "connector")), 13)


def test_binance_sdk(paper_server: PaperServer) -> None:
    python = python_with("binance-sdk-spot", "binance_sdk_spot")
    passes(script(python, "with_sdk.py", given(paper_server, "sdk")), 10)


def test_ccxt_for_node(paper_server: PaperServer) -> None:
    node, module = node_with_ccxt()
    passes(script(node, "ccxt_node.mjs", given(paper_server, "node", module=str(module))), 12)


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_keys_of_other_kinds(paper_server: PaperServer, kind: str) -> None:
    pytest.importorskip("ccxt", reason="ccxt is not installed")
    made = paper_server.admin("POST", "/keys", {"account": "keys", "name": f"by {kind}", "kind": kind})
    told = json.loads(given(paper_server, "keys"))
    told["config"] |= {"apiKey": made["api_key"], "secret": made["private_key"]}
    passes(script(sys.executable, "keys.py", json.dumps(told)), 4)
