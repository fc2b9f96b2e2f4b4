"""Which configurations the compiled kernel cannot serve, and why."""

from __future__ import annotations

from collections.abc import Sequence

from btbot.config import RunConfig
from btbot.engine.build import Hosted
from btbot.strategy import Strategy

_HOOKS = (
    "__init__", "start", "stop", "notify_order", "notify_trade", "notify_cashvalue", "notify_fund", "notify_timer",
    "notify_data", "notify_store", "next_open", "nextstart_open", "prenext_open",
)  # fmt: skip


def obstacle(config: RunConfig, hosted: Sequence[Hosted]) -> str:
    """Say in one sentence why the kernel cannot serve a configuration; an empty text if it can."""
    if config.fills != "default":
        return f"fills: {config.fills} is Backtrader's own broker, which is not compiled"
    for host in hosted:
        if not host.signals:
            return f"{host.name} sends its own orders from its own next(), which is not compiled"
        for name in _HOOKS:
            if getattr(host.cls, name) is not getattr(Strategy, name):
                return f"{host.name} has its own {name}(), which only Cerebro calls"
    return ""
