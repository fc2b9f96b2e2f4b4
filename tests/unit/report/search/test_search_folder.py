import json

import pandas as pd
import pytest
import yaml

from btbot.errors import ConfigError
from btbot.report.search import folder, write

FILES = {"config.yaml", "best.yml", "trials.parquet", "trials.csv", "search.json", "search.html", "report.txt"}


def names(path):
    return {one.name for one in path.iterdir()}


def test_every_file_is_there_and_nothing_else(make_search, make_overfit, tmp_path):
    result = make_search()
    assert write(result, make_overfit(), tmp_path / "deep" / "found") == tmp_path / "deep" / "found"
    assert names(tmp_path / "deep" / "found") == FILES
    assert names(tmp_path / "deep") == {"found"}
    config = yaml.safe_load((tmp_path / "deep" / "found" / "config.yaml").read_text())
    assert config["optimize"]["space"]["exits.trailing.atr"] == [2.0, 3.0, 4.0]
    for name in ("report.txt", "search.html"):
        assert "SYNTHETIC" in (tmp_path / "deep" / "found" / name).read_text().splitlines()[0]


def test_equal_searches_give_equal_files(make_search, make_overfit, tmp_path):
    for name in ("a", "b"):
        write(make_search(), make_overfit(), tmp_path / name)
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_without_a_best_setting_there_is_no_file_of_it(make_search, tmp_path):
    write(make_search(statuses=[3] * 300, verification=[]), None, tmp_path / "none")
    assert names(tmp_path / "none") == FILES - {"best.yml"}
    assert json.loads((tmp_path / "none" / "search.json").read_text())["best"] is None


def test_candles_of_python_leave_the_best_setting_to_python(make_search, tmp_path):
    result = make_search(config={"feed": {"name": "frame", "frame": pd.DataFrame({"open": [1.0]})}})
    write(result, None, tmp_path / "frame")
    assert names(tmp_path / "frame") == FILES - {"best.yml"}
    assert "feed.frame came from Python" in (tmp_path / "frame" / "report.txt").read_text().replace("\n    ", " ")


def test_a_folder_with_something_in_it_is_kept_unless_forced(make_search, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("old")
    with pytest.raises(ConfigError, match="is not empty; give a folder that is empty or does not exist, or --force"):
        write(make_search(), None, tmp_path / "run")
    write(make_search(), None, tmp_path / "run", force=True)
    assert names(tmp_path / "run") == FILES


def test_an_interrupted_write_leaves_what_was_there(make_search, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder.page, "render", stop)
    with pytest.raises(KeyboardInterrupt):
        write(make_search(), None, tmp_path / "run")
    assert names(tmp_path) == set()
