"""From the daily returns of the trials to a verdict on the best of them.

The verdict follows one rule. Its question: if no setting had an edge, how often would the best of all that was
tried show a Sharpe ratio as high as this one? The days of the given trials are resampled in blocks, all trials
alike, after the mean of each was set to zero; the best of each draw is what luck finds (Hansen 2005). Where more
was tried than is given, here or in earlier sessions, the answer is raised to that number, as far as more trials of
this kind are something new (`effective_trials.growth`). Up to 5 % is ``skill``, from 50 % on ``luck``, the rest
``unproven``.

The other figures are reported beside it and do not enter. The deflated Sharpe ratio takes the effective number of
trials, and as variance of their ratios that of the estimate itself: between correlated trials the observed variance
is too small, since what they have in common does not show in it, and it is too large where costs set them apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot.bars import FloatArray, IntArray
from btbot.metrics import risk
from btbot.metrics.moments import kurtosis, skewness
from btbot.trust.backtest_length import minimum_backtest_length
from btbot.trust.backtest_overfitting import CrossValidation, cross_validate
from btbot.trust.block_length import block_length
from btbot.trust.bootstrap import resampled, resampling_weights
from btbot.trust.deflated_sharpe import deflated_sharpe, expected_max_sharpe
from btbot.trust.effective_trials import effective_trials, growth
from btbot.trust.luck import luck_probability, verdict
from btbot.trust.overfit import UNKNOWN, Overfit
from btbot.trust.plateau import Plateau
from btbot.trust.probabilistic_sharpe import minimum_track_record, probabilistic_sharpe
from btbot.trust.reality_check import p_value, reality_check
from btbot.trust.superior_ability import best_scores_of_luck

DRAWS = 2000
FEWEST_DAYS = 20
"""On which a setting has to earn or lose something to be compared."""
_NOTHING = 1e-15  # a daily return below this is rounding
_OWN = 20_141  # beside the seed: another stream than that of a search or a market with the same one
_MEASURED = 64  # settings whose memory decides how long the blocks of days are; that of one is measured too roughly
_MOST_BLOCKS = 16
_DAYS_OF_A_BLOCK = 10


def assess(
    returns: FloatArray,
    chosen: int,
    *,
    trials: int,
    periods_per_year: float,
    trials_before: int = 0,
    worth: float = 1.0,
    sample: IntArray | None = None,
    plateau: Plateau | None = None,
    holding: FloatArray | None = None,
    notes: tuple[str, ...] = (),
    seed: int = 0,
) -> Overfit:
    """Judge the best setting of a search by the rule that the module's docstring tells.

    Parameters
    ----------
    returns
        float64 of shape (d, n), daily returns, one column a trial.
    chosen
        Column of the best setting.
    trials
        Number of settings that this search tried, n or more if not all of them are given.
    periods_per_year
        Trading days of a year: 365 or 252.
    trials_before
        Number of further settings that were tried earlier on the same market with the same strategy.
    worth
        How many settings drawn at random one setting of this search is worth: 1, or more if the search learns.
    sample
        Columns that are a random sample of what was tried; all by default.
    plateau
        Of the best setting among its neighbours.
    holding
        float64 of shape (d,), daily returns of holding the market.
    notes
        Sentences to be added.
    seed
        Of the resampling.
    """
    values: dict[str, Any] = {
        **dict.fromkeys(UNKNOWN, math.nan), "trials": trials, "trials_before": trials_before, "days": len(returns),
        "sharpe": risk.sharpe(returns[:, chosen], periods_per_year=periods_per_year),
        **_given(plateau, holding, periods_per_year),
    }  # fmt: skip
    validation = None
    active = np.count_nonzero(np.abs(returns) > _NOTHING, axis=0)
    values["active_days"] = int(active[chosen])
    if active[chosen] >= FEWEST_DAYS and not math.isnan(values["sharpe"]):
        kept = np.flatnonzero((active >= FEWEST_DAYS) & (np.ptp(returns, axis=0) > _NOTHING))
        search = _Search.of(returns, kept, chosen, sample, worth * trials + trials_before)
        values |= search.luck(seed)
        values |= search.ratios(values["effective_trials"], periods_per_year)
        validation = search.validation()
    values |= {"verdict": verdict(values["luck_probability"]), **_splits(validation)}
    logits, is_oos = _compared(validation, periods_per_year)
    return Overfit(values, logits, is_oos, np.empty(0, np.int64) if plateau is None else plateau.neighbours, notes)


def _given(plateau: Plateau | None, holding: FloatArray | None, periods_per_year: float) -> dict[str, float]:
    """Return the figures of what does not come from the search itself, where there is any."""
    values: dict[str, float] = {}
    if plateau is not None:
        values |= {"plateau_ratio": plateau.ratio, "plateau_neighbours": len(plateau.neighbours)}
    if holding is not None:
        values["holding_sharpe"] = risk.sharpe(holding, periods_per_year=periods_per_year)
    return values


def _compared(validation: CrossValidation | None, periods_per_year: float) -> tuple[FloatArray, FloatArray]:
    """Return logits of shape (c,) and annual Sharpe ratios of shape (c, 2) of the cross-validation, if there is one."""
    if validation is None:
        return np.empty(0), np.empty((0, 2))
    return validation.logits, validation.sharpes * math.sqrt(periods_per_year)


def _splits(validation: CrossValidation | None) -> dict[str, float]:
    if validation is None:
        return {}
    return {
        "pbo": validation.probability,
        "pbo_loss": validation.probability_of_loss,
        "pbo_slope": validation.degradation,
        "splits": len(validation.logits),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Settings that traded: returns, the chosen and the randomly drawn ones, how many times as many were tried."""

    returns: FloatArray
    chosen: int
    drawn: IntArray
    times: float

    @classmethod
    def of(cls, returns: FloatArray, kept: IntArray, chosen: int, sample: IntArray | None, tried: float) -> _Search:
        drawn = kept if sample is None else np.intersect1d(kept, sample)
        places = np.searchsorted(kept, np.append(drawn, chosen))
        return cls(returns[:, kept], int(places[-1]), places[:-1], tried / returns.shape[1])

    def luck(self, seed: int) -> dict[str, float]:
        """Return what resampling says."""
        rng = np.random.default_rng([seed, _OWN])
        days = len(self.returns)
        deviations = self.returns.std(axis=0, ddof=1)
        statistics = self.returns.mean(axis=0) / deviations * math.sqrt(days)
        some = np.unique(np.linspace(0, len(statistics) - 1, _MEASURED).astype(np.int64))
        block = float(np.median([block_length(self.returns[:, column]) for column in some]))
        means, scores = resampled(self.returns, resampling_weights(days, DRAWS, block=block, rng=rng))
        maxima = best_scores_of_luck(statistics, scores, observations=days)
        searches = max(self.times, 1.0) ** growth(means[:, self.drawn], rng=rng)
        return {
            "effective_trials": effective_trials(means.max(axis=1)) * searches,
            "luck_probability": luck_probability(maxima, float(statistics[self.chosen]), searches=searches),
            "spa_pvalue": p_value(maxima, max(float(statistics.max()), 0.0)),
            "reality_check_pvalue": reality_check(statistics, means, deviations),
        }

    def ratios(self, effective: float, periods_per_year: float) -> dict[str, float]:
        """Return what the chosen setting's Sharpe ratio is worth among so many independent ones."""
        daily, year = self.returns[:, self.chosen], math.sqrt(periods_per_year)
        days, sharpe = len(daily), risk.sharpe(daily, periods_per_year=1.0)
        shape = {"skewness": skewness(daily), "kurtosis": kurtosis(daily)}
        variance = 1.0 / (days - 1)
        return {
            "probabilistic_sharpe": probabilistic_sharpe(sharpe, 0.0, observations=days, **shape),
            "deflated_sharpe": deflated_sharpe(sharpe, trials=effective, variance=variance, observations=days, **shape),
            "expected_max_sharpe": expected_max_sharpe(effective, variance) * year,
            "minimum_backtest_days": minimum_backtest_length(effective, sharpe * year) * periods_per_year,
            "minimum_track_days": minimum_track_record(sharpe, 0.0, **shape),
        }

    def validation(self) -> CrossValidation | None:
        """Return the cross-validation; None for a single setting."""
        days, settings = self.returns.shape
        blocks = min(_MOST_BLOCKS, days // (2 * _DAYS_OF_A_BLOCK) * 2)
        return cross_validate(self.returns, blocks=blocks) if settings > 1 else None
