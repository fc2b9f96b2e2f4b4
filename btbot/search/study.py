"""What is done with the trials of one search: evaluate, rank, verify, and say what came of it."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import asdict
from typing import Any

from btbot.config import settled
from btbot.config.search import Optimize
from btbot.search.bench import Bench
from btbot.search.ranking import Ranking
from btbot.search.result import SearchResult
from btbot.search.samplers import make_sampler
from btbot.search.store import Store
from btbot.search.sweep import Progress, Standing, Sweep
from btbot.search.table import Trials
from btbot.search.verify import Check, Verification, drawn
from btbot.search.worker import Brief
from btbot.search.workers import Crew

log = logging.getLogger(__name__)
_NOTHING_VERIFIED = {"best": 0, "sample": 0}


class Study:
    """One search in its working folder.

    Parameters
    ----------
    bench, brief
        The workbench of this process, and what workers need to build theirs.
    crew, store
        Who does the work, and where it is kept.
    progress
        Told how far it is.
    """

    def __init__(self, bench: Bench, brief: Brief, crew: Crew, store: Store, progress: Progress | None) -> None:
        assert bench.config.optimize is not None  # noqa: S101 - a search begins by asking for it
        self.section: Optimize = bench.config.optimize
        self.bench, self.brief, self.crew, self.store, self.progress = bench, brief, crew, store, progress
        self.outcome: dict[str, Any] = {}
        self.verification: list[Verification] = []

    def explore(self) -> int:
        """Evaluate what is missing and return how many trials that was."""
        found = self.store.finished()
        if found is not None:
            self.outcome = found
            log.info("all %s settings were there: %s; --fresh begins anew", f"{found['trials']:,}", self.store.folder)
            return 0
        sampler = self._sampler()
        if len(self.store):
            log.info("resumed: %s of %s settings were there", f"{len(self.store):,}", f"{sampler.total:,}")
        sweep = Sweep(self.bench, self.brief, self.crew, self.store, sampler, self.progress)
        trials = sweep.run()
        stopped = sweep.record.end is not None and trials < sampler.total
        self.outcome = self.store.finish(trials, {"trials": trials, "wanted": sampler.total, "stopped": stopped})
        return sweep.new

    def _sampler(self) -> Any:
        """Return the sampler; one that remembers trials which are not there any more begins anew."""
        sampler = make_sampler(self.section, self.bench.space, self.store.folder)
        if sampler.adaptive:
            batch = sampler.ask()
            told = batch[0][0] if batch else sampler.total - len(sampler.elsewhere())
            if any(self.store.missing(0, told)):
                log.warning("%s: the sampler has learnt from trials that are lost; it begins anew", self.store.folder)
                self.store.clear()
                sampler = make_sampler(self.section, self.bench.space, self.store.folder)
        return sampler

    def verify(self) -> None:
        """Run the best and a sample of the others again through Cerebro, unless that has been done."""
        wanted = {"best": self.section.verify.best, "sample": self.section.verify.sample}
        if self.outcome.get("verified", _NOTHING_VERIFIED) != wanted:
            verdicts = self._verdicts(**wanted)
            self.outcome |= {"verified": wanted, "verification": [asdict(one) for one in verdicts]}
            self.store.remember(self.outcome)
        self.verification = [Verification(**one) for one in self.outcome.get("verification", [])]

    def _verdicts(self, *, best: int, sample: int) -> list[Verification]:
        trials = self._trials()
        chosen = drawn(self._ranking(trials).complete, best=best, sample=sample, seed=self.section.seed)
        checks = [Check(trial, rank, trials.setting(trial)) for trial, rank in chosen]
        found: dict[int, Verification] = {}
        begin = time.perf_counter()

        def seconds_left() -> float:
            return (len(checks) - len(found)) * (time.perf_counter() - begin) / max(1, len(found))

        for check, verdict in self.crew.outcomes(self.bench, self.brief, checks, seconds_left):
            found[check.trial] = verdict
            if self.progress is not None:
                self.progress(Standing(len(found), len(checks), len(found), math.nan, "verified"))
        return [found[check.trial] for check in checks]

    def _trials(self) -> Trials:
        return Trials(self.bench.layout, self.store.table())

    def _ranking(self, trials: Trials) -> Ranking:
        return Ranking.of(trials, [goal.direction for goal in self.section.objectives])

    def result(self, timings: dict[str, float]) -> SearchResult:
        """Return what the search came to, and log what speaks against it."""
        trials = self._trials()
        ranking = self._ranking(trials)
        best = ranking.best(self.verification)
        warnings = _warnings(self.verification, best, ranking.counts["complete"])
        for warning in warnings:
            log.warning("%s", warning)
        config, evaluator = self.bench.config, self.bench.evaluator
        shown = settled(config)
        return SearchResult(
            name=shown["name"], config=shown, loaded=config, trials=trials, order=ranking.order, front=ranking.front,
            objectives=tuple((goal.name, goal.direction) for goal in self.section.objectives),
            sampler=self.section.sampler.name, seed=self.section.seed,
            requested=self.section.trials or self.outcome["wanted"], counts=ranking.counts,
            failures=[(trial, text) for trial, text in self.outcome["failures"]], verification=self.verification,
            best_trial=best, obstacle=evaluator.obstacle, notes=[*self._notes(), *warnings], timings=timings,
            data_fingerprint=evaluator.market.fingerprint, evaluator=evaluator,
        )  # fmt: skip

    def _notes(self) -> list[str]:
        notes = []
        trials, wanted, asked = self.outcome["trials"], self.outcome["wanted"], self.section.trials or 0
        if self.outcome["stopped"]:
            text = f"ended after {trials:,} of {wanted:,} settings: {self.section.early_stop:,} in a row were no better"
            notes.append(f"{text} (early_stop)")
        if wanted < asked:
            notes.append(f"{asked:,} settings were wanted, the space has only {wanted:,} that meet its constraints")
        if self.bench.evaluator.obstacle and self.verification:
            notes.append("the settings went through Cerebro itself; verifying them shows only that none looks ahead")
        return notes


def _warnings(verification: list[Verification], best: int | None, complete: int) -> list[str]:
    """Return what speaks against the best trial."""
    if not complete:
        return ["no setting closed enough trades and has a value of every objective, so there is no best one"]
    wrong = [one for one in verification if not one.ok]
    if not wrong:
        return []
    first = f"trial {wrong[0].trial}: {wrong[0].text}"
    said = [f"{len(wrong)} of {len(verification)} settings did not stand the verification; {first}"]
    if best is None:
        said.append("none of the best settings stood the verification, so there is no best one")
    elif any(one.rank == 1 for one in wrong):
        said.append(f"trial {best} is called the best: those ranked before it did not stand the verification")
    return said
