"""A configuration with some of its values changed."""

from __future__ import annotations

import pandas as pd
import pytest

from btbot.config import load_config, with_setting
from btbot.errors import ConfigError


def test_values_change_and_the_original_stays(loaded):
    config = loaded("exits: {trailing: {percent: 0.1}}\ncapital: 500")
    other = with_setting(config, {"strategies.0.params.ma_fast": 7, "exits.trailing.percent": 0.2, "allow_short": True})
    assert (other.strategies[0].params, other.exits.trailing.percent, other.allow_short) == ({"ma_fast": 7}, 0.2, True)
    assert (config.strategies[0].params, config.exits.trailing.percent, config.allow_short) == ({}, 0.1, False)
    assert (other.capital, other.source, other.folder) == (500, config.source, config.folder)


def test_whole_numbers_stay_whole(loaded):
    value = with_setting(loaded(), {"strategies.0.params.ma_fast": 7}).strategies[0].params["ma_fast"]
    assert type(value) is int


def test_sections_that_are_not_there_are_made(loaded):
    assert with_setting(loaded(), {"exits.stop.atr": 2.0}).exits.stop.atr == 2.0


def test_a_new_name_drops_the_keys_of_the_old_one_whatever_the_order(loaded):
    config = loaded("sizing: {name: percent, percent: 0.5}")
    sizing = with_setting(config, {"sizing.cash": 100.0, "sizing.name": "fixed_cash"}).sizing
    assert (sizing.name, sizing.cash) == ("fixed_cash", 100.0)


def test_a_ticker_may_have_a_dot(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text(
        "symbols: [BRK.B]\ntimeframe: 1d\nfeed: {name: x}\nstrategies: [{name: x}]\ninstruments: {BRK.B: {step: 1}}"
    )
    changed = with_setting(load_config(path, environ={}), {"instruments.BRK.B.step": 2})
    assert changed.instruments["BRK.B"].step == 2


def test_a_frame_is_carried_along():
    frame = pd.DataFrame({"close": [1.0]})
    config = load_config(
        {"symbols": ["A"], "timeframe": "1h", "feed": {"name": "frame", "frame": frame}, "strategies": [{"name": "x"}]},
        environ={},
    )
    assert with_setting(config, {"capital": 5.0}).feed.params["frame"] is frame


def test_secrets_are_carried_along(loaded):
    config = loaded(environ={"BTBOT__EXCHANGE__API_KEY": "k", "BTBOT__DATABASE": "postgresql://bot:hush@db/btbot"})
    other = with_setting(config, {"capital": 5.0})
    assert other.exchange.api_key.get_secret_value() == "k"
    assert other.database == "postgresql://bot:hush@db/btbot"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"exits.trailing.atr": -1, "capital": 9.0}, "a.yml: exits.trailing.atr: must be > 0, was -1 (distance as a multiple of the ATR at the signal bar) (with exits.trailing.atr=-1, capital=9.0)"),
        ({"exits.trailing.atx": 1}, "a.yml: exits.trailing.atx: is not a key; allowed are percent, atr, level, after_percent, after_atr; did you mean 'atr'?"),
        ({"strategies.2.params.a": 1}, "a.yml: strategies has 1 entry; after it must come a number from 0 to 1 (1 adds one), was '2' (with strategies.2.params.a=1)"),
        ({"sizing.percent": 3.0}, "a.yml: sizing.percent: must be <= leverage (1), was 3; 0.2 is 20 % (with sizing.percent=3.0)"),
        ({"allow_short": "perhaps"}, "a.yml: allow_short: must be true or false, was 'perhaps' (with allow_short='perhaps')"),
    ],
)  # fmt: skip
def test_messages(loaded, tmp_path, setting, message):
    with pytest.raises(ConfigError) as caught:
        with_setting(loaded(), setting)
    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)
