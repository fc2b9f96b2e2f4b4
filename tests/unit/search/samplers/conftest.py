"""A section `optimize` and its space, without a market."""

from __future__ import annotations

import pytest

from btbot.config import load_config
from btbot.search.space import Space

KEY = "strategies.0.params."


@pytest.fixture(scope="session")
def searched():
    """Make both: searched({"a": {"low": 1, "high": 9}}, sampler="grid", ...); keys are parameters of the strategy."""

    def make(space, **keys):
        config = load_config(
            {
                "symbols": ["X/Y"], "timeframe": "1h", "feed": {"name": "sample"}, "strategies": [{"name": "any"}],
                "optimize": {"space": {KEY + name: values for name, values in space.items()}, **keys},
            },
            environ={},
        )  # fmt: skip
        return config.optimize, Space.of(config)

    return make
