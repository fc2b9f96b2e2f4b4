"""Run the checks of a client one by one and write each result as a line of JSON; standard library only.

The scripts of this folder run under any interpreter that has the client: ``python script.py SETTINGS`` with the
addresses, key, secret and symbol as JSON.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

Check = Callable[..., Any]


class Checks:
    """The checks of one client, in order; a failed one does not stop those after it."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.results: list[dict[str, Any]] = []
        self._checks: list[tuple[str, Check]] = []

    def __call__(self, check: Check) -> Check:
        self._checks.append((check.__name__.replace("_", " "), check))
        return check

    def run(self, *arguments: Any) -> None:
        for name, check in self._checks:
            with self._reported(name):
                check(*arguments)

    async def run_async(self, *arguments: Any) -> None:
        for name, check in self._checks:
            with self._reported(name):
                result = check(*arguments)
                if inspect.isawaitable(result):
                    await result

    @contextmanager
    def _reported(self, name: str) -> Iterator[None]:
        """Write how the block ended."""
        begun = time.monotonic()
        error = ""
        try:
            yield
        except BaseException:  # noqa: BLE001 - whatever a foreign client throws is the result of the check
            error = traceback.format_exc(limit=-6)
        seconds = round(time.monotonic() - begun, 3)
        self.results.append({"client": self.client, "check": name, "ok": not error, "error": error, "s": seconds})
        print(json.dumps(self.results[-1]), flush=True)


@contextmanager
def refused(*kinds: type[BaseException], saying: str = "") -> Iterator[None]:
    """Expect one of the exceptions, with a text in it."""
    try:
        yield
    except kinds as error:
        if saying.lower() not in str(error).lower():
            raise AssertionError(f"refused, but with {type(error).__name__}: {error}") from error
    else:
        raise AssertionError(f"not refused with {[kind.__name__ for kind in kinds]} {saying}")


def settings() -> dict[str, Any]:
    """Read what the script was called with; who imports it instead gets the symbol alone."""
    if len(sys.argv) < 2 or not sys.argv[1].startswith("{"):
        return {"symbol": "BTC/USDT", "mode": "imported"}
    return json.loads(sys.argv[1])  # type: ignore[no-any-return]


async def maybe(value: Any) -> Any:
    """Wait for what a client gives, where it is to be waited for."""
    return await value if inspect.isawaitable(value) else value


def increasing(values: list[Any]) -> bool:
    return all(a < b for a, b in pairwise(values))


def until(true: Callable[[], object], seconds: float = 10.0, what: str = "") -> Any:
    """Wait for something that another thread brings."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.01)
    raise AssertionError(f"did not come within {seconds} s: {what}")
