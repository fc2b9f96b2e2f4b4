"""What a worker is told, and that it refuses to work with other code."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import ConfigError
from btbot.search.chunk import Chunk
from btbot.search.fingerprint import Sources
from btbot.search.worker import Brief, pack, unpack, work


@pytest.fixture
def config(moody):
    environ = {
        "BTBOT__EXCHANGE__SECRET": "hush", "BTBOT__OPTIMIZE__STORAGE": "postgresql://bot:hush@db/x", "BTBOT__CAPITAL": "7",
    }  # fmt: skip
    return load_config(moody(), environ=environ, overrides=["capital=555"])


@pytest.fixture
def brief(config):
    return Brief.of(config, search="s", window=None, sources=Sources.of(config))


def test_a_worker_has_the_configuration_but_no_secret(config, brief, tmp_path, monkeypatch):
    sent = pickle.dumps(brief)
    assert b"hush" not in sent
    monkeypatch.setenv("BTBOT__CAPITAL", "1")  # a worker's own environment says nothing
    monkeypatch.chdir("/")
    told = pickle.loads(sent).config()
    assert told.capital == 555
    assert (told.strategies, told.source, told.folder) == (config.strategies, config.source, tmp_path)
    assert told.optimize.space == config.optimize.space
    assert told.optimize.storage is None
    assert told.plugins.strategies == (str(tmp_path / "strategies"),)


def test_a_folder_that_a_machine_does_not_have_is_left_out(brief, tmp_path):
    elsewhere = replace(brief, folders={"strategies": ["/not/here", str(tmp_path)], "analyzers": []})
    assert elsewhere.config().plugins.strategies == (str(tmp_path),)


def test_bars_travel_as_plain_arrays(config):
    market = engine.load_market(config)
    again = unpack(pickle.loads(pickle.dumps(pack(market))))
    assert again.fingerprint == market.fingerprint


def test_work_is_that_of_the_bench_of_this_process(config, brief):
    market = engine.load_market(config)
    chunk = Chunk(0, np.array([[5.0], [6.0]]))
    there = work(brief, pack(market), chunk)
    here = chunk.done(brief.bench(market))
    assert there.rows.tobytes() == here.rows.tobytes()
    assert there.failures == []


def test_other_code_is_refused(config, brief, tmp_path):
    path = tmp_path / "strategies" / "moody.py"
    path.write_text(path.read_text() + "\n# another version\n")
    with pytest.raises(ConfigError) as refused:
        work(replace(brief, search="other"), pack(engine.load_market(config)), Chunk(0, np.array([[5.0]])))
    assert "has another btbot or another moody than the search began with; have the same files on all machines" in str(
        refused.value
    )
