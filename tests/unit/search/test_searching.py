"""A whole search in one process: statuses, pruning, early stop, adaptive samplers, failures."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config, with_setting
from btbot.errors import ConfigError
from btbot.search.searching import search
from btbot.search.table import STATUSES


def run(config, **keys):
    return search(load_config(config), **keys)


def statuses(result):
    return [STATUSES[code] for code in result.trials.column("status")]


def test_every_trial_has_the_figures_of_a_run(moody):
    config = moody(constraints=["length < 6"])
    result = run(config)
    assert len(result.trials) == 4
    frame = result.trials.frame(np.arange(4))
    for row in frame.to_dict("records"):
        alone = engine.run(with_setting(load_config(config), result.trials.setting(row["trial"])))
        for name in ("total_return", "sharpe", "total_trades", "fees_paid"):
            assert row[name] == pytest.approx(alone.metrics[name], rel=1e-9)
    assert frame["length"].tolist() == [2, 3, 4, 5]
    best = frame["total_return"].idxmax()
    assert (result.order[0], result.front.tolist(), result.best_trial) == (best, [best], best)
    assert result.best == {"strategies.0.params.length": 2 + best}
    assert result.counts == {"complete": 4, "hopeless": 0, "pruned": 0, "failed": 0}
    assert (result.objectives, result.sampler, result.requested) == ((("total_return", "maximize"),), "grid", 4)
    assert result.obstacle == ""


def test_what_the_kernel_does_not_count_goes_through_cerebro(moody):
    result = run(moody(objective="net_profit", constraints=["length < 4"], verify={"best": 1, "sample": 0}))
    assert result.obstacle == "objective net_profit is not among the figures that the compiled kernel counts"
    frame = result.trials.frame([0, 1])
    assert frame["net_profit"].tolist() == pytest.approx((frame["final_equity"] - 10_000).tolist(), rel=1e-9)
    assert result.notes == ["the settings went through Cerebro itself; verifying them shows only that none looks ahead"]
    assert [one.text for one in result.verification] == ["the signals do not look ahead"]


def test_without_a_section_an_example_is_shown():
    config = {"symbols": ["A/B"], "timeframe": "1h", "feed": {"name": "sample"}, "strategies": [{"name": "ma_cross"}]}
    with pytest.raises(ConfigError) as refused:
        run(config)
    assert str(refused.value) == (
        "<mapping>: there is no optimize section, so nothing to search; such as\n"
        "optimize:\n  space:\n    strategies.0.params.NAME: {low: 5, high: 50, step: 5}"
    )


def test_a_parameter_that_the_strategy_does_not_have(moody):
    with pytest.raises(
        ConfigError, match=r"the strategy has no parameter 'lenght'; allowed are length, .*did you mean"
    ):
        run(moody(space={"strategies.0.params.lenght": {"low": 2, "high": 5}}))


def test_too_few_trades_rank_last_whatever_they_earn(moody):
    everything = run(moody())
    trades = everything.trials.column("total_trades")
    fewest = int(np.median(trades))
    result = run(moody(minimum_trades=fewest))
    hopeless = trades < fewest
    assert [status == "hopeless" for status in statuses(result)] == hopeless.tolist()
    assert set(result.order[-hopeless.sum() :]) == set(np.flatnonzero(hopeless))


def test_a_setting_that_raises_loses_only_itself(moody):
    result = run(moody({"unlucky": 13}))
    assert [trial for trial, status in enumerate(statuses(result)) if status == "failed"] == [11]
    ((trial, text),) = result.failures
    assert trial == 11
    assert text.startswith("ValueError: 13 is unlucky; in signals() of strategy moody, BTC/USDT, 240 bars")
    assert result.order[-1] == 11
    assert np.isnan(result.trials.column("final_equity")[11])
    assert result.trials.setting(11) == {"strategies.0.params.length": 13}


def test_if_all_fail_the_first_exception_comes_out_and_nothing_is_kept(moody, tmp_path):
    config = moody({"unlucky": 5}, space={"strategies.0.params.length": [5], "capital": [100, 200, 300]})
    with pytest.raises(ValueError, match="5 is unlucky") as raised:
        run(config)
    assert raised.value.__notes__[-1] == (
        "all of the first 3 settings fail, the first one with strategies.0.params.length=5, capital=100"
    )
    assert [path.name for path in (tmp_path / "var/search").glob("*/*")] == ["lock"]


def test_pruned_trials_were_worse_on_the_first_bars(moody):
    result = run(moody(prune={"after": 0.5, "keep": 0.5, "startup": 6}))
    whole = run(moody())
    early = result.trials._table[-1]
    bar = np.sort(early[:6])[-3]
    expected = ["complete"] * 6 + ["complete" if value >= bar else "pruned" for value in early[6:]]
    assert statuses(result) == expected
    assert 0 < result.counts["pruned"] < 14
    pruned = result.trials.column("status") == 2
    assert np.isnan(result.trials.column("sharpe")[pruned]).all()
    kept = ~pruned
    np.testing.assert_array_equal(result.trials.column("objective 0")[kept], whole.trials.column("objective 0")[kept])


def test_the_first_look_ends_with_its_share_of_the_bars(moody):
    config = load_config(moody(prune={"after": 0.25}))
    result = search(config)
    market = engine.load_market(config)
    opens = next(iter(market.bars.values())).time
    cut = engine.Window(None, int(opens[60]))
    alone = engine.run(with_setting(config, result.trials.setting(3)), market=market, window=cut)
    assert result.trials._table[-1, 3] == pytest.approx(alone.metrics["total_return"], rel=1e-9)
    assert alone.metrics["bars"] == 60


def test_early_stop_ends_at_the_same_trial_whatever_the_chunks(moody):
    drawn = {"sampler": "random", "trials": 20}
    whole = run(moody(**drawn)).trials.column("objective 0")
    result = run(moody(**drawn, early_stop=5))
    # By hand: the first trial that is no better than a best of five trials before.
    end = next(last + 1 for last in range(5, 20) if max(whole[last - 4 : last + 1]) <= max(whole[: last - 4]))
    assert end < 20
    assert len(result.trials) == end
    assert result.notes == [f"ended after {end} of 20 settings: 5 in a row were no better (early_stop)"]
    np.testing.assert_array_equal(result.trials.column("objective 0"), whole[:end])


def test_a_wish_for_more_settings_than_there_are(moody):
    result = run(moody(sampler="random", trials=100))
    assert (len(result.trials), result.requested) == (20, 100)
    assert result.notes == ["100 settings were wanted, the space has only 20 that meet its constraints"]


def test_no_setting_with_a_value_has_no_best(moody):
    result = run(moody(minimum_trades=1000))
    assert (result.best_trial, result.best) == (None, None)
    assert result.notes == [
        "no setting closed enough trades and has a value of every objective, so there is no best one"
    ]


def test_several_objectives_have_a_front(moody):
    result = run(moody(objective=["total_return", "max_drawdown"]))
    profit, depth = result.trials.column("objective 0"), result.trials.column("objective 1")
    beaten = [
        any((profit[b] >= profit[a]) & (depth[b] <= depth[a]) & ((profit[b] > profit[a]) | (depth[b] < depth[a])) for b in range(20))
        for a in range(20)
    ]  # fmt: skip
    assert sorted(result.front) == [trial for trial in range(20) if not beaten[trial]]
    assert result.order[: len(result.front)].tolist() == result.front.tolist()


@pytest.mark.parametrize("name", ["tpe", pytest.param("nsga2", marks=pytest.mark.slow)])
def test_a_sampler_that_learns_gives_the_same_search_twice(moody, tmp_path, name):
    sampler = {"name": name, **({"startup": 5, "batch": 4} if name == "tpe" else {"population": 6})}
    config = moody(sampler=sampler, trials=14)
    first = run(config, parent=tmp_path / "a")
    again = run(config, parent=tmp_path / "b")
    assert len(first.trials) == 14
    assert np.array_equal(first.trials._table, again.trials._table, equal_nan=True)


def test_progress_is_told(moody):
    told = []
    run(moody(verify={"best": 2, "sample": 1}), progress=told.append)
    settings = [one for one in told if one.what == "settings"]
    assert [one.done for one in settings] == sorted({one.done for one in settings})
    assert (settings[-1].done, settings[-1].total, settings[-1].new) == (20, 20, 20)
    assert settings[-1].best == max(one.best for one in settings)
    assert [(one.done, one.total) for one in told if one.what == "verified"] == [(1, 3), (2, 3), (3, 3)]


def test_single_runs_are_not_logged(moody, caplog):
    with caplog.at_level(logging.INFO, logger="btbot"):
        run(moody(verify={"best": 1, "sample": 0}))
    assert not [record for record in caplog.records if record.name.startswith("btbot.engine")]


def test_a_strategy_that_is_changed_while_its_search_runs(moody, tmp_path):
    def edit(standing):
        path = tmp_path / "strategies" / "moody.py"
        path.write_text(path.read_text() + "\n# edited\n")

    with pytest.raises(ConfigError, match=r"moody\.py was changed while its search ran; what was done before"):
        run(moody(), progress=edit)
