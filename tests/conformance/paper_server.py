"""A paper exchange in a process of its own, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


@dataclass
class PaperServer:
    """A server that listens.

    Attributes
    ----------
    rest_url, ws_url, admin_url
        Such as ``http://127.0.0.1:40001``.
    """

    folder: Path
    process: subprocess.Popen[str]
    ready: dict[str, Any]
    log: Path

    @property
    def rest_url(self) -> str:
        return str(self.ready["rest"])

    @property
    def ws_url(self) -> str:
        return str(self.ready["ws"])

    @property
    def admin_url(self) -> str:
        return str(self.ready["admin"])

    @property
    def admin_token(self) -> str:
        return Path(self.ready["admin_token_file"]).read_text(encoding="utf-8").strip()

    @property
    def key(self) -> str:
        return self.keys()[0]

    @property
    def secret(self) -> str:
        return self.keys()[1]

    def keys(self, account: str = "default") -> tuple[str, str]:
        """Give the API key and secret of an account."""
        found = json.loads(Path(self.ready["keys_file"]).read_text(encoding="utf-8"))
        key = found["accounts"][account]["keys"][0]
        return key["api_key"], key["secret"]

    def admin(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        """Call the admin port."""
        request = urllib.request.Request(
            self.admin_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.admin_token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def await_trades(self, symbol: str, seconds: float = 30.0) -> None:
        """Wait until the market has traded: candles are there from the beginning, trades are not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with urllib.request.urlopen(f"{self.rest_url}/api/v3/trades?symbol={symbol}", timeout=10) as answer:
                if json.loads(answer.read()):
                    return
            time.sleep(0.1)
        raise AssertionError(f"no trade of {symbol} within {seconds} s")

    @property
    def errors(self) -> str:
        """What it has written to its standard error."""
        return self.log.read_text(encoding="utf-8")

    def stop(self, seconds: float = 15.0) -> int:
        """End the server as an operator does; give its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()


def start(folder: Path, *options: str) -> PaperServer:
    """Start ``btbot exchange`` on free ports with a folder of its own.

    Parameters
    ----------
    options
        Of the command line, such as ``--symbol BTC/USDT --empty --balance USDT=1000``.
    """
    command = [sys.executable, "-m", "btbot", "exchange", "--port", "0", "--admin", "0", "--json"]
    log = folder.parent / f"{folder.name}.stderr"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [*command, "--state", str(folder), *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    if not line:
        process.stdout.close()
        code = process.wait()
        raise RuntimeError(f"the exchange did not start (exit code {code}): {log.read_text(encoding='utf-8')[-4000:]}")
    return PaperServer(folder, process, json.loads(line), log)


def accounts(names: Sequence[str], **balances: float) -> list[str]:
    """Give the options that open accounts with the same balances."""
    return [
        option
        for name in names
        for asset, amount in balances.items()
        for option in ("--balance", f"{name}:{asset}={amount}")
    ]
