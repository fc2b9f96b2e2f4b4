"""The figures of overfitting in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PLAIN, _PEAK = 2 / 3, 1 / 3


def explain(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one sentence or two for each measure: what was measured and what it means; the verdict first.

    Parameters
    ----------
    figures
        From `Overfit.figures`, or read back from a search's folder; None where a figure is not defined.
    """
    told = (_verdict, _trials, _deflation, _splits, _tests, _length, _plateau, _holding)
    return tuple(text for tell in told if (text := tell(figures)))


def _verdict(figures: Mapping[str, Any]) -> str:
    chance = figures["luck_probability"]
    if chance is None:
        return (
            f"Unproven: on {figures['active_days']:,} of {figures['days']:,} days did the best setting earn or lose "
            f"anything, too few to judge it."
        )
    found = (
        f"where there is nothing to find, {_share(chance)} of such searches end with a Sharpe ratio of "
        f"{figures['sharpe']:.2f} or more"
    )
    if figures["verdict"] == "skill":
        return f"Skill: {found}."
    if figures["verdict"] == "luck":
        return f"Luck: {found}, so it shows nothing."
    return f"Unproven: {found}; at 5 % or less it would count as skill."


def _trials(figures: Mapping[str, Any]) -> str:
    here, before, alike = figures["trials"], figures["trials_before"], figures["effective_trials"]
    text = f"{here:,} {'setting was' if here == 1 else 'settings were'} tried"
    if before:
        text += f", and {before:,} more before on the same market with this strategy"
    if alike is None or here + before == 1:
        return f"{text}."
    return f"{text}; they resemble each other and leave as much room for luck as {alike:,.0f} independent ones."


def _deflation(figures: Mapping[str, Any]) -> str:
    if figures["deflated_sharpe"] is None:
        return ""
    return (
        f"The best of so many settings without any edge is expected to show a Sharpe ratio of "
        f"{figures['expected_max_sharpe']:.2f}; the true ratio of this one is above that with a probability of "
        f"{_share(figures['deflated_sharpe'])} (deflated Sharpe ratio), and above zero, had it been the only one "
        f"tried, of {_share(figures['probabilistic_sharpe'])}."
    )


def _splits(figures: Mapping[str, Any]) -> str:
    if figures["pbo"] is None:
        return ""
    return (
        f"In {figures['splits']:,} splits of the days into halves, the best setting of one half was in the worse half "
        f"of all settings on the other days in {_share(figures['pbo'])} (probability of backtest overfitting; 50 % is "
        f"a coin toss), and lost money there in {_share(figures['pbo_loss'])}."
    )


def _tests(figures: Mapping[str, Any]) -> str:
    if figures["spa_pvalue"] is None:
        return ""
    return (
        f"If the settings that were compared here are all that were tried, the p-value of the best one is "
        f"{_p(figures['spa_pvalue'])} in Hansen's test of superior predictive ability and "
        f"{_p(figures['reality_check_pvalue'])} in White's reality check."
    )


def _length(figures: Mapping[str, Any]) -> str:
    needed = figures["minimum_backtest_days"]
    if needed is None:
        return ""
    enough = "enough" if figures["days"] >= needed else "too few"
    return (
        f"So many settings find this ratio by luck alone on {needed:,.0f} days or fewer (minimum backtest length); "
        f"there are {figures['days']:,}, which is {enough}."
    )


def _plateau(figures: Mapping[str, Any]) -> str:
    kept, count = figures["plateau_ratio"], figures["plateau_neighbours"]
    if kept is None:
        return ""
    around = "setting next to it keeps" if count == 1 else f"{count:,} settings around it keep"
    lead = f"The best setting stands on {{}}: the {around} {kept * 100:.0f} % of its lead over the median setting"
    if kept >= _PLAIN:
        return f"{lead.format('a plain')}."
    if kept > _PEAK:
        return f"{lead.format('a slope')}."
    return f"{lead.format('a peak')}; a small change of the market may level it."


def _holding(figures: Mapping[str, Any]) -> str:
    held = figures["holding_sharpe"]
    if held is None or figures["sharpe"] is None:
        return ""
    better = "." if held < figures["sharpe"] else ", no less than the best setting: trading added nothing to that."
    return f"Holding the market over the same days had a Sharpe ratio of {held:.2f}{better}"


def _share(value: float) -> str:
    """Return a probability in percent, never rounded to none or to certainty.

    Examples
    --------
    >>> _share(0.1234), _share(0.00004), _share(0.99999), _share(1.0)
    ('12.3 %', 'less than 0.1 %', 'more than 99.9 %', '100.0 %')
    """
    if 0.0 < value < 0.001:
        return "less than 0.1 %"
    if 0.999 < value < 1.0:
        return "more than 99.9 %"
    return f"{value * 100:.1f} %"


def _p(value: float) -> str:
    return "less than 0.001" if value < 0.001 else f"{value:.3f}"
