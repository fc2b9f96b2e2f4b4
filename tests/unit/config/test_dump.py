import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.config import load_config, schema, to_dict, to_yaml
from btbot.config.mask import MASK
from btbot.config.reader import parse

ODD = """\
name: 'yes'
start: 2024-01-01
end: 2024-01-01T06:30
exchange: {market: perpetual, urls: {api: 'https://x'}}
sizing: {name: kelly, fraction: 0.3}
exits: {stop: off, trailing: {atr: 3, after_percent: 0.1}, max_hold_bars: 0}
costs: {funding: {BTC/USDT: f.csv}, max_volume_share: 0.5}
risk: {max_drawdown: 0.2}
instruments: {BTC/USDT: {step: 1e-8, tick: '0.1234567890123456789'}}
analyzers: [returns, {name: x, params: {a: null, b: '1e-3', c: [yes, 2024-01-01], d: 'no', e: '09:30'}}]
report: []
plugins: {strategies: [mine]}
"""


def test_what_is_written_loads_to_the_same(loaded, tmp_path):
    config = loaded(ODD)
    path = tmp_path / "again.yml"
    path.write_text(to_yaml(config))
    again = load_config(path, environ={})
    assert again.model_dump() == config.model_dump()
    assert again.analyzers[1].params == config.analyzers[1].params


def test_it_is_complete_and_json_can_hold_it(loaded):
    data = to_dict(loaded(ODD))
    assert data["costs"]["taker_fee"] == 0.001
    assert data["timeframe"] == "1h"
    assert data["start"] == "2024-01-01"
    assert data["end"] == "2024-01-01T06:30:00+00:00"
    assert data["exits"] == {"stop": False, "trailing": {"atr": 3.0, "after_percent": 0.1}, "max_hold_bars": 0}
    assert data["instruments"]["BTC/USDT"]["step"] == 1e-8
    assert data["instruments"]["BTC/USDT"]["tick"] == "0.1234567890123456789"
    assert json.loads(json.dumps(data, default=str))["name"] == "yes"


def test_secrets_are_masked(loaded):
    environ = {
        "BTBOT__EXCHANGE__API_KEY": "hush",
        "BTBOT__DATABASE": "postgresql://u:hush@h/d",
        "BTBOT__FEED__PASSWORD": "hush",
        "BTBOT__EXCHANGE__URLS": "{api: 'http://u:hush@h'}",
    }
    config = loaded(environ=environ)
    text = to_yaml(config)
    assert "hush" not in text
    assert text.count(MASK) == 4
    assert config.feed.params == {"password": "hush"}


def test_objects_of_python_become_what_yaml_can_hold():
    source = {
        "symbols": ["A"],
        "timeframe": "1h",
        "feed": {"name": "frame", "frame": object(), "path": Path("a/b"), "n": np.int64(3), "x": np.float64(0.5)},
        "strategies": [{"name": "x"}],
    }
    feed = to_dict(load_config(source, environ={}))["feed"]
    assert feed == {"name": "frame", "frame": "<object>", "path": "a/b", "n": 3, "x": 0.5}
    assert [type(feed[key]) for key in ("n", "x")] == [int, float]
    assert yaml.safe_load(to_yaml(load_config(source, environ={})))["feed"] == feed


@settings(deadline=None, max_examples=60)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
    | st.sampled_from(["yes", "Off", "1e-3", "0700", "09:30", "2024-01-01", "null", "~", "<<", "", "1_0", "0x1", ".inf"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=8,
))  # fmt: skip
def test_any_parameter_survives_being_written_and_read(value):
    source = {
        "symbols": ["A"],
        "timeframe": "1h",
        "feed": {"name": "x"},
        "strategies": [{"name": "x", "params": {"p": value}}],
    }
    data, _ = parse(to_yaml(load_config(source, environ={})), "x")
    assert load_config(data, environ={}).strategies[0].params == {"p": value}


def test_schema_describes_every_key_for_editors():
    found = schema()
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["anyOf"][0] == {"required": ["symbols", "timeframe", "feed", "strategies"]}
    assert found["additionalProperties"] is False
    assert found["properties"]["extends"]["type"] == "string"
    models = {"": found, **found["$defs"]}
    bare = [f"{name}.{key}" for name, model in models.items() for key, entry in model["properties"].items()
            if "description" not in entry and key != "name"]  # fmt: skip
    assert bare == []
    bounds = {"gt", "ge", "lt", "le"}  # names of Python that no editor knows
    assert [
        name for name, model in models.items() for entry in model["properties"].values() if bounds & set(entry)
    ] == []
    json.dumps(found)


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[3] / "configs").glob("*.yml")), ids=lambda path: path.stem
)
def test_every_shipped_configuration_fits_the_schema(path):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    jsonschema.validate(yaml.safe_load(path.read_text()), schema())


def test_the_schema_sees_what_we_see():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    good = {"symbols": ["A"], "timeframe": "1h", "feed": {"name": "x", "y": 1}, "strategies": [{"name": "x"}]}
    jsonschema.validate({**good, "exits": {"stop": False}, "sizing": {"name": "kelly"}}, schema())
    for bad in (
        {"captal": 5},
        {"timeframe": "1x"},
        {"sizing": {"name": "kely"}},
        {"exits": {"stop": {"pct": 1}}},
        {"symbols": []},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **bad}, schema())
