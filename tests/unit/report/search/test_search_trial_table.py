import csv

import numpy as np
import pyarrow.parquet
import pytest

from btbot.kernel import FIGURES
from btbot.report.search import trial_table
from btbot.report.search.trial_table import write_trials


def rows_of(path):
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def written(tmp_path):
    def write(result):
        write_trials(result.trials, result.order, tmp_path)
        return pyarrow.parquet.read_table(tmp_path / "trials.parquet"), tmp_path / "trials.csv"

    return write


def test_columns_are_rank_trial_status_parameters_objectives_and_figures(make_search, written):
    table, path = written(make_search(objectives=(("sharpe", "maximize"), ("max_drawdown", "minimize"))))
    names = ["rank", "trial", "status", "ma_fast", "ma_slow", "atr", "sharpe", "max_drawdown"]
    assert table.column_names == [*names, *(name for name in FIGURES if name not in names)]
    assert path.read_text().splitlines()[0].split(",") == table.column_names


def test_trials_stand_in_the_order_of_their_rank(make_search, written):
    result = make_search()
    table, _ = written(result)
    assert table["rank"].to_pylist() == list(range(1, 301))
    assert table["trial"].to_pylist() == result.order.tolist()
    assert table["sharpe"].to_pylist() == sorted(table["sharpe"].to_pylist(), reverse=True)


def test_every_number_comes_back_exactly(make_search, written):
    result = make_search(trials=200, sampler="random", space={"a.b": {"low": 0.0, "high": 1.0}, "c.d": [0.1, 0.2]})
    table, path = written(result)
    rows = rows_of(path)
    for name in ("b", "d", "sharpe", "total_trades"):
        assert [float(row[name]) for row in rows] == table[name].to_pylist()
    assert (table["b"].to_numpy() == result.trials.column("b")[result.order]).all()


def test_what_is_not_a_number_is_empty(make_search, written):
    statuses = [0] * 297 + [1, 2, 3]
    table, path = written(make_search(statuses=statuses))
    assert table["sharpe"].null_count == 3
    assert table["status"].to_pylist()[-3:] == ["hopeless", "pruned", "failed"]
    assert rows_of(path)[-1]["cagr"] == ""
    assert "nan" not in path.read_text().lower()


def test_parameters_keep_their_kind(make_search, written):
    space = {
        "a.whole": {"low": 1, "high": 9},
        "a.yes": [True, False],
        "a.length": [5, 7],
        "a.share": [1, 0.5],
        "a.word": ["x,y", "z"],
        "a.any": ["x", 3],
    }
    config = {"strategies": [{"name": "ma_cross"}]}
    table, path = written(make_search(space=space, trials=50, sampler="random", config=config))
    kinds = {name: str(table.schema.field(name).type) for name in ("whole", "yes", "length", "share", "word", "any")}
    assert kinds == {
        "whole": "int64",
        "yes": "bool",
        "length": "int64",
        "share": "double",
        "word": "string",
        "any": "string",
    }
    assert set(table["any"].to_pylist()) == {"x", "3"}
    assert {row["word"] for row in rows_of(path)} == {"x,y", "z"}
    assert {row["yes"] for row in rows_of(path)} == {"true", "false"}


def test_a_parameter_named_like_a_figure_or_a_rank_goes_by_its_key(make_search, written):
    space = {"risk.max_drawdown": {"low": 0.1, "high": 0.5}, "strategies.0.params.rank": {"low": 1, "high": 5}}
    table, _ = written(make_search(space=space, trials=40, sampler="random"))
    assert table.column_names[:6] == [
        "rank",
        "trial",
        "status",
        "risk.max_drawdown",
        "strategies.0.params.rank",
        "sharpe",
    ]
    assert table["rank"].to_pylist() == list(range(1, 41))
    assert table["risk.max_drawdown"].to_pylist() != table["max_drawdown"].to_pylist()
    assert str(table.schema.field("strategies.0.params.rank").type) == "int64"


def test_many_trials_are_written_piece_by_piece_and_the_csv_holds_the_best(make_search, tmp_path, monkeypatch):
    monkeypatch.setattr(trial_table, "_ROWS", 64)
    monkeypatch.setattr(trial_table, "IN_CSV", 100)
    result = make_search()
    write_trials(result.trials, result.order, tmp_path)
    file = pyarrow.parquet.ParquetFile(tmp_path / "trials.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (5, 300)
    assert file.read()["rank"].to_pylist() == list(range(1, 301))
    assert len((tmp_path / "trials.csv").read_text().splitlines()) == 101


def test_no_trials_are_empty_tables(make_search, tmp_path):
    result = make_search()
    write_trials(result.trials, np.zeros(0, np.int64), tmp_path)
    assert pyarrow.parquet.read_table(tmp_path / "trials.parquet").num_rows == 0
    assert len((tmp_path / "trials.csv").read_text().splitlines()) == 1
