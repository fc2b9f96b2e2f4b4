"""Keys without a value, and secrets that a saved configuration has masked."""

from __future__ import annotations

import pytest

from btbot.config import as_yaml, load_config, settled
from btbot.errors import ConfigError

TEXT = "symbols: [BTC/USDT]\ntimeframe: 1h\nfeed: {name: sample}\nstrategies: [{name: ma_cross}]\n"


@pytest.mark.parametrize(
    ("line", "key"),
    [("costs: {taker_fe: }", "costs.taker_fe"), ("wibble:", "wibble"), ("risk:\n  max_drawdwn:", "risk.max_drawdwn")],
)
def test_unknown_key_without_a_value_is_an_error_too(tmp_path, line, key):
    file = tmp_path / "a.yml"
    file.write_text(f"{TEXT}{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{key}: is not a key"):
        load_config(file)


def test_known_key_without_a_value_means_its_default(tmp_path):
    file = tmp_path / "a.yml"
    file.write_text(f"{TEXT}costs: {{taker_fee: }}\nrisk:\n", encoding="utf-8")
    assert load_config(file).costs.taker_fee == 0.001


def test_saved_configuration_with_a_masked_key_loads_without_it(tmp_path):
    first = load_config(
        {"symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample"}, "strategies": [{"name": "ma_cross"}]},
        environ={"BTBOT__EXCHANGE__API_KEY": "hush"},
    )
    text = as_yaml(settled(first))
    assert "hush" not in text
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_config(file, environ={}).exchange.api_key is None
