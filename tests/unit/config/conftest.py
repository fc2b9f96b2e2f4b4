"""A small valid configuration to spoil."""

import pytest

from btbot.config import load_config
from btbot.errors import ConfigError

BASE = """\
symbols: [BTC/USDT, ETH/USDT]
timeframe: 1h
feed: {name: sample}
strategies:
  - {name: ma_cross}
"""


@pytest.fixture
def base_text():
    return BASE


@pytest.fixture
def loaded(tmp_path):
    """Load the base with lines added; the environment is empty unless given."""

    def load(added="", *, overrides=(), environ=None, base=BASE):
        path = tmp_path / "a.yml"
        path.write_text(base + added)
        return load_config(path, overrides=overrides, environ=environ or {})

    return load


@pytest.fixture
def mistakes(loaded, tmp_path):
    """Return the lines of the error, with the folder cut off the file's name."""

    def collect(added="", **options):
        with pytest.raises(ConfigError) as caught:
            loaded(added, **options)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return collect
