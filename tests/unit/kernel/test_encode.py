"""Configuration in numbers."""

from __future__ import annotations

import pytest

from btbot.engine.broker.terms import Lot
from btbot.exits import Exits
from btbot.kernel.encode import encode_rule, encode_terms
from btbot.kernel.layout import ATR, LEVEL, NONE, PERCENT, RULE, SIZINGS

COSTS = ("maker_fee", "taker_fee", "slippage", "slippage_volatility", "impact", "max_volume_share", "latency_ms",
         "latency_bars", "borrow_rate")  # fmt: skip


@pytest.fixture
def terms(configured, frame):
    """Encode a configuration; return its costs, permissions and sizing by name."""

    def encode(**keys):
        rows = encode_terms(configured({"X/Y": frame([(100, 100, 100, 100)] * 3)}, [{}], **keys))
        assert len(rows) == 1
        return {name: rows[0][name].item() for name in rows.dtype.names}

    return encode


def rule(exits, lot=None, *, band=None):
    row = encode_rule(exits, lot or Lot(), bar_ms=3_600_000, strategy=2, band=band)
    assert row.dtype == RULE
    return {name: row[name].item() for name in RULE.names}


def test_plain_terms(terms):
    found = terms(sizing={"name": "percent", "percent": 0.5})
    assert found == {
        **dict.fromkeys(COSTS, 0), "capital": 10_000, "leverage": 1, "maintenance_margin": 0.005, "max_drawdown": 0,
        "max_daily_loss": 0, "allow_short": False, "sizing": 2, "size": 0.5, "largest": 0, "minimum_trades": 0,
        "initial": 0, "per_year": 365,
    }  # fmt: skip


def test_every_term(terms):
    costs = {
        "maker_fee": -0.0001, "taker_fee": 0.002, "slippage_bps": 25, "slippage_volatility": 0.2, "impact": 0.7,
        "max_volume_share": 0.1, "latency_ms": 1500, "latency_bars": 3, "borrow_rate": 0.08,
    }  # fmt: skip
    found = terms(
        costs=costs, capital=500, leverage=3, maintenance_margin=0.02, allow_short=True, calendar="stocks",
        risk={"max_drawdown": 0.25, "max_daily_loss": 0.05},
    )  # fmt: skip
    assert found.pop("slippage") == 0.0025
    for name, value in {
        **{name: value for name, value in costs.items() if name != "slippage_bps"}, "capital": 500, "leverage": 3,
        "maintenance_margin": 0.02, "allow_short": True, "per_year": 252, "max_drawdown": 0.25, "max_daily_loss": 0.05,
    }.items():  # fmt: skip
        assert found[name] == value, name


@pytest.mark.parametrize(
    ("sizing", "expected"),
    [
        ({"name": "fixed_units", "units": 3}, {"size": 3}),
        ({"name": "fixed_cash", "cash": 700}, {"size": 700}),
        ({"name": "percent", "percent": 0.3}, {"size": 0.3}),
        ({"name": "fixed_risk", "risk": 0.01}, {"size": 0.01}),
        ({"name": "volatility_target", "annual_volatility": 0.2, "max_exposure": 0.8}, {"size": 0.2, "largest": 0.8}),
        (
            {"name": "kelly", "fraction": 0.4, "max_percent": 0.9, "minimum_trades": 12, "initial_percent": 0.07},
            {"size": 0.4, "largest": 0.9, "minimum_trades": 12, "initial": 0.07},
        ),
        (
            {"name": "optimal_f", "fraction": 0.6, "max_percent": 0.5, "minimum_trades": 7, "initial_percent": 0.02},
            {"size": 0.6, "largest": 0.5, "minimum_trades": 7, "initial": 0.02},
        ),
    ],
    ids=lambda value: value.get("name", ""),
)
def test_sizing(terms, sizing, expected):
    found = terms(sizing=sizing)
    assert SIZINGS[found["sizing"]] == sizing["name"]
    names = ("size", "largest", "minimum_trades", "initial")
    assert {name: found[name] for name in names} == {**dict.fromkeys(names, 0), **expected}


def test_plain_rule():
    assert rule(Exits()) == {
        **dict.fromkeys(RULE.names, 0), "targets": False, "opposite": True, "protects": False, "bar_ms": 3_600_000,
        "strategy": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "place"), [("stop", "stop"), ("take_profit", "target"), ("trailing", "trail")])
@pytest.mark.parametrize(
    ("distance", "code", "amount"),
    [({"percent": 0.02}, PERCENT, 0.02), ({"atr": 2.5}, ATR, 2.5), ({"level": True}, LEVEL, 1)],
)
def test_distances(kind, place, distance, code, amount):
    found = rule(Exits(**{kind: distance}))
    assert (found[f"{place}_kind"], found[place], found["protects"]) == (code, amount, True)
    others = {"stop_kind", "target_kind", "trail_kind", "break_kind"} - {f"{place}_kind"}
    assert {found[name] for name in others} == {NONE}


@pytest.mark.parametrize(
    ("exits", "expected"),
    [
        ({"trailing": {"atr": 2, "after_percent": 0.03}}, {"after_percent": 0.03, "after_atr": 0, "protects": True}),
        ({"trailing": {"percent": 0.02, "after_atr": 1.5}}, {"after_percent": 0, "after_atr": 1.5, "protects": True}),
        (
            {"break_even": {"after_percent": 0.01}},
            {"break_kind": PERCENT, "break_after": 0.01, "break_offset": 0, "protects": True},
        ),
        (
            {"break_even": {"after_atr": 1.0, "offset_percent": 0.002}},
            {"break_kind": ATR, "break_after": 1.0, "break_offset": 0.002, "protects": True},
        ),
        ({"max_hold_bars": 9}, {"max_hold": 9, "protects": False}),
        ({"cooldown_bars": 4}, {"cooldown": 4, "protects": False}),
        ({"opposite": False}, {"opposite": False}),
        ({"opposite": True}, {"opposite": True}),
    ],
)
def test_other_exits(exits, expected):
    found = rule(Exits(**exits))
    assert {name: found[name] for name in expected} == expected


def test_units_of_the_symbol():
    found = rule(Exits(), Lot(0.5, 0.25, 10.0))
    assert (found["step"], found["tick"], found["min_notional"]) == (0.5, 0.25, 10.0)


@pytest.mark.parametrize("band", [0.0, 0.2])
def test_targets_have_a_band_even_of_nothing(band):
    found = rule(Exits(), band=band)
    assert (found["targets"], found["band"]) == (True, band)
