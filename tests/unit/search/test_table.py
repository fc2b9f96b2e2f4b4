"""The trials of a search, column by column."""

from __future__ import annotations

import numpy as np
import pytest

from btbot.config.search import Range
from btbot.search.dimension import Dimension
from btbot.search.table import STATUSES, Layout, Trials

DIMENSIONS = (
    Dimension.of("strategies.0.params.fast", "fast", Range(low=2, high=9)),
    Dimension.of("exits.stop.percent", "percent", Range(low=0.1, high=0.3)),
    Dimension.of("sizing.name", "name", ("percent", "kelly")),
)
LAYOUT = Layout(DIMENSIONS, ("sharpe",), ("sharpe", "total_trades"))


@pytest.fixture
def trials():
    rows = [
        # status, objective, searched values, figures, first look
        [0, 1.5, 2, 0.1, 0, 1.5, 20, np.nan],
        [2, np.nan, 9, 0.25, 1, np.nan, np.nan, -0.5],
        [1, 0.5, 3, 0.3, 1, 0.5, 4, np.nan],
    ]
    return Trials(LAYOUT, np.array(rows).T)


def test_every_number_has_its_place():
    assert LAYOUT.width == 8
    assert (LAYOUT.objective, LAYOUT.searched, LAYOUT.figure) == (slice(1, 2), slice(2, 5), slice(5, 7))
    assert LAYOUT.early == 7


def test_columns(trials):
    assert len(trials) == 3
    assert [STATUSES[code] for code in trials.column("status")] == ["complete", "pruned", "hopeless"]
    assert trials.column("status").dtype == np.int8
    assert trials.column("fast").tolist() == [2, 9, 3]
    assert trials.column("name").tolist() == [0, 1, 1]
    assert trials.column("total_trades").tolist()[::2] == [20, 4]
    assert trials.column("objective 0").tolist()[::2] == [1.5, 0.5]


def test_a_column_that_is_not_there(trials):
    with pytest.raises(ValueError, match="trials have no column 'fats'; there are status, objective 0, fast, percent,"):
        trials.column("fats")


def test_a_setting_is_as_the_configuration_has_it(trials):
    setting = trials.setting(1)
    assert setting == {"strategies.0.params.fast": 9, "exits.stop.percent": 0.25, "sizing.name": "kelly"}
    assert [type(value) for value in setting.values()] == [int, float, str]


def test_a_frame_of_some_trials_in_the_given_order(trials):
    frame = trials.frame([2, 0])
    assert list(frame.columns) == ["trial", "status", "fast", "percent", "name", "sharpe", "total_trades"]
    assert frame["trial"].tolist() == [2, 0]
    assert frame["status"].tolist() == ["hopeless", "complete"]
    assert frame["fast"].tolist() == [3, 2]
    assert frame["fast"].dtype == np.int64
    assert frame["name"].tolist() == ["kelly", "percent"]
    assert frame["sharpe"].tolist() == [0.5, 1.5]
    assert trials.frame([]).shape == (0, 7)


def test_choices_of_several_types_stay_what_they_are():
    layout = Layout((Dimension.of("a.b", "b", (1, "x", True)),), ("sharpe",), ())
    frame = Trials(layout, np.array([[0, 0, 0], [1.0, 2.0, 3.0], [0, 1, 2], [0, 0, 0]])).frame([0, 1, 2])
    assert frame["b"].tolist() == [1, "x", True]


def test_a_label_that_would_hide_a_figure_gives_way():
    layout = Layout((Dimension.of("strategies.0.params.days", "days", (3, 4)),), ("sharpe",), ("days",))
    frame = Trials(layout, np.array([[0.0], [1.0], [1.0], [365.0], [0.0]])).frame([0])
    assert frame.iloc[0].to_dict() == {
        "trial": 0, "status": "complete", "strategies.0.params.days": 4, "sharpe": 1.0, "days": 365.0,
    }  # fmt: skip
