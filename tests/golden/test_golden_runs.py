"""Runs of the shipped configurations against recorded figures; `scripts/rerecord_golden` records them anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from btbot import engine
from btbot.config import load_config

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
RECORDED = json.loads(Path(__file__).with_name("runs.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-9


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_run_gives_the_recorded_figures(name):
    result = engine.run(load_config(CONFIGS / f"{name}.yml", overrides=["report=[]"]))
    for key, value in RECORDED[name].items():
        found = result.metrics[key]
        assert found == (pytest.approx(value, rel=TOLERANCE) if isinstance(value, float) else value), key


def test_every_configuration_is_recorded():
    assert set(RECORDED) == {path.stem for path in CONFIGS.glob("*.yml")}
