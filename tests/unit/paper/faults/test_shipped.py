"""The fault files that come with btbot."""

from pathlib import Path

import pytest

from btbot.errors import ConfigError
from btbot.paper.faults import load_faults

FILES = sorted((Path(__file__).resolve().parents[4] / "configs" / "faults").glob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_can_be_read_and_has_named_rules(path):
    rules = load_faults(path).list()
    assert len(rules) >= 10
    assert len({rule["name"] for rule in rules}) == len(rules)


def test_there_is_one():
    assert [path.stem for path in FILES] == ["bad_day"]


def test_it_is_found_from_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_faults(Path("configs/faults/bad_day.yml")).list()
    with pytest.raises(ConfigError, match=r"^configs/faults/none.yml: cannot be read: No such file or directory$"):
        load_faults(Path("configs/faults/none.yml"))
