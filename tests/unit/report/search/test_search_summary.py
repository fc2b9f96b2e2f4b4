import json

import numpy as np

from btbot.report.plain import to_json
from btbot.report.search.summary import build


def content_of(result, overfit=None):
    return json.loads(to_json(build(result, overfit)))


def test_everything_a_program_asks_for_is_there(make_search, make_overfit):
    result = make_search()
    content = content_of(result, make_overfit())
    best = int(result.order[0])
    assert content["best"]["trial"] == best
    assert content["best"]["rank"] == 1
    assert content["best"]["setting"] == result.trials.setting(best)
    assert content["best"]["objectives"]["sharpe"] == result.trials.column("sharpe")[best]
    assert content["counts"] == {"complete": 300, "hopeless": 0, "pruned": 0, "failed": 0}
    assert content["space"][0] == {
        "key": "strategies.0.params.ma_fast", "label": "ma_fast", "kind": "int", "low": 5, "high": 50, "step": 5, "log": False,
    }  # fmt: skip
    assert content["space"][2] == {
        "key": "exits.trailing.atr",
        "label": "atr",
        "kind": "choice",
        "choices": [2.0, 3.0, 4.0],
    }
    assert content["objectives"] == [{"name": "sharpe", "direction": "maximize"}]
    assert content["overfit"]["deflated_sharpe"] == 0.61
    assert content["overfit"]["verdict"] == "unproven"
    assert content["verification"][0]["worst_difference"] == 2e-13
    assert (content["compiled"], content["synthetic"], content["seed"]) == (True, True, 1)
    assert content["data_fingerprint"] == "ab" * 32


def test_no_duration_stands_in_it_and_equal_searches_are_equal(make_search):
    first, second = make_search(), make_search()
    second.timings = {"search": 99.0}
    assert content_of(first) == content_of(second)
    assert "timings" not in content_of(first)


def test_what_is_not_finite_is_null(make_search, make_overfit):
    result = make_search(timings={})
    result.verification = [type(result.verification[0])(3, 1, float("inf"), 0, False, "killed its worker")]
    content = content_of(result, make_overfit(pbo=float("nan")))
    assert content["best"]["figures"]["cagr"] is None
    assert content["verification"][0]["worst_difference"] is None
    assert content["overfit"]["pbo"] is None


def test_without_a_best_setting_it_says_so(make_search):
    content = content_of(make_search(statuses=[3] * 300, failures=[(0, "ValueError: no")], verification=[]))
    assert (content["best"], content["front"], content["front_size"]) == (None, [], 0)
    assert content["failures"] == [{"trial": 0, "text": "ValueError: no"}]
    assert content["overfit"] is None


def test_a_front_is_listed(make_search):
    result = make_search(objectives=(("sharpe", "maximize"), ("max_drawdown", "minimize")))
    content = content_of(result)
    assert [one["trial"] for one in content["front"]] == np.asarray(result.front).tolist()
    assert content["front_size"] == len(result.front) > 1
    assert set(content["front"][0]["objectives"]) == {"sharpe", "max_drawdown"}
