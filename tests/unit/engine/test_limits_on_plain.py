"""A limit that would not be enforced is refused."""

from __future__ import annotations

import pytest

from btbot.errors import ConfigError


def test_risk_limit_on_a_plain_strategy_is_refused(trade):
    with pytest.raises(
        ConfigError, match=r"risk\.max_drawdown cannot be enforced on orders, which sends its own orders"
    ):
        trade([(100, 100, 100, 100)] * 3, {"script": ()}, name="orders", risk={"max_drawdown": 0.2})
