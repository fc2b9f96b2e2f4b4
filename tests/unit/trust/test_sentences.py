"""Every sentence, word for word."""

import pytest

from btbot.trust.sentences import explain

FIGURES = {
    "trials": 1000, "trials_before": 2300, "effective_trials": 11.4, "days": 1825, "active_days": 1700,
    "sharpe": 2.31, "probabilistic_sharpe": 0.99995, "deflated_sharpe": 0.987, "expected_max_sharpe": 0.62,
    "luck_probability": 0.002, "verdict": "skill", "pbo": 0.123, "pbo_loss": 0.0, "pbo_slope": -0.5,
    "splits": 12870, "spa_pvalue": 0.0005, "reality_check_pvalue": 0.0042, "minimum_backtest_days": 90.4,
    "minimum_track_days": 200.0, "plateau_ratio": 0.87, "plateau_neighbours": 8, "holding_sharpe": 0.4,
}  # fmt: skip


def test_all_sentences_of_a_search_with_skill():
    assert explain(FIGURES) == (
        "Skill: where there is nothing to find, 0.2 % of such searches end with a Sharpe ratio of 2.31 or more.",
        "1,000 settings were tried, and 2,300 more before on the same market with this strategy; they resemble each "
        "other and leave as much room for luck as 11 independent ones.",
        "The best of so many settings without any edge is expected to show a Sharpe ratio of 0.62; the true ratio of "
        "this one is above that with a probability of 98.7 % (deflated Sharpe ratio), and above zero, had it been the "
        "only one tried, of more than 99.9 %.",
        "In 12,870 splits of the days into halves, the best setting of one half was in the worse half of all settings "
        "on the other days in 12.3 % (probability of backtest overfitting; 50 % is a coin toss), and lost money there "
        "in 0.0 %.",
        "If the settings that were compared here are all that were tried, the p-value of the best one is less than "
        "0.001 in Hansen's test of superior predictive ability and 0.004 in White's reality check.",
        "So many settings find this ratio by luck alone on 90 days or fewer (minimum backtest length); there are "
        "1,825, which is enough.",
        "The best setting stands on a plain: the 8 settings around it keep 87 % of its lead over the median setting.",
        "Holding the market over the same days had a Sharpe ratio of 0.40.",
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"luck_probability": 0.18, "verdict": "unproven"},
            "Unproven: where there is nothing to find, 18.0 % of such searches end with a Sharpe ratio of 2.31 or "
            "more; at 5 % or less it would count as skill.",
        ),
        (
            {"luck_probability": 0.71, "verdict": "luck"},
            "Luck: where there is nothing to find, 71.0 % of such searches end with a Sharpe ratio of 2.31 or more, "
            "so it shows nothing.",
        ),
        (
            {"luck_probability": None, "verdict": "unproven", "active_days": 7},
            "Unproven: on 7 of 1,825 days did the best setting earn or lose anything, too few to judge it.",
        ),
        (
            {"days": 60},
            "So many settings find this ratio by luck alone on 90 days or fewer (minimum backtest length); there are "
            "60, which is too few.",
        ),
        (
            {"plateau_ratio": 0.5, "plateau_neighbours": 1},
            "The best setting stands on a slope: the setting next to it keeps 50 % of its lead over the median setting.",
        ),
        (
            {"plateau_ratio": -0.1},
            "The best setting stands on a peak: the 8 settings around it keep -10 % of its lead over the median "
            "setting; a small change of the market may level it.",
        ),
        (
            {"holding_sharpe": 2.4},
            "Holding the market over the same days had a Sharpe ratio of 2.40, no less than the best setting: trading "
            "added nothing to that.",
        ),
        ({"trials": 1, "trials_before": 0, "effective_trials": 1.0}, "1 setting was tried."),
    ],
)
def test_other_findings_are_told_otherwise(changes, sentence):
    assert sentence in explain({**FIGURES, **changes})


def test_what_is_not_known_is_not_told():
    nothing = dict.fromkeys(FIGURES) | {"trials": 3, "trials_before": 0, "days": 0, "active_days": 0}
    assert explain(nothing) == (
        "Unproven: on 0 of 0 days did the best setting earn or lose anything, too few to judge it.",
        "3 settings were tried.",
    )
