"""The memory of an adaptive sampler: finished trials in an Optuna study, which several machines may share."""

from __future__ import annotations

import json
import sqlite3
import uuid
import weakref
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from btbot.config.mask import mask_url
from btbot.config.search import Direction
from btbot.errors import ConfigError

_MACHINE, _TRIAL = "machine", "trial"


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial that has been handed out.

    Parameters
    ----------
    number
        Counted by this machine, from 0.
    params
        Label of each dimension to its value.
    attrs
        What Optuna's sampler noted down with it.
    """

    number: int
    params: dict[str, Any]
    attrs: dict[str, Any]


class Memory:
    """Finished trials of all machines, and the batch that this one is at.

    Parameters
    ----------
    folder
        Working folder of the search: its name is the study's, its files say which trials are this machine's.
    storage
        Address of the database; by default a SQLite file in the folder.
    directions
        ``maximize`` or ``minimize`` for each objective.

    Attributes
    ----------
    machine
        How many machines had joined the study before this one.

    Raises
    ------
    ConfigError
        If the database cannot be reached.
    """

    def __init__(self, folder: Path, storage: str | None, directions: Sequence[Direction]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._batch = folder / "asked.json"
        self._study = self._opened(storage or f"sqlite:///{(folder / 'study.db').absolute()}", folder.name, directions)
        self._identity = _identity(folder / "machine")
        self.machine = self._joined()

    def _opened(self, address: str, name: str, directions: Sequence[Direction]) -> optuna.Study:
        if address.startswith("postgresql://"):
            address = address.replace("postgresql://", "postgresql+psycopg://", 1)
        try:
            options = {"connect_args": {"factory": _Quick}} if address.startswith("sqlite:") else {}
            storage = optuna.storages.RDBStorage(address, engine_kwargs=options)
            weakref.finalize(self, _close, storage)
            return optuna.create_study(
                study_name=name, storage=storage, directions=list(directions), load_if_exists=True
            )
        except Exception as error:
            why = next(iter(str(error).splitlines()), type(error).__name__)
            raise ConfigError(
                f"optimize.storage: {mask_url(address)} cannot be used: {mask_url(why)}; look at the address, whether "
                "the database runs, and whether its driver is installed (pip install 'btbot[postgres]')"
            ) from error

    def _joined(self) -> int:
        """Return this machine's place among those that joined: each leaves a trial without parameters, once."""
        if self._identity not in self._machines():
            self._study.add_trial(optuna.create_trial(state=TrialState.FAIL, user_attrs={_MACHINE: self._identity}))
        return self._machines().index(self._identity)

    def _machines(self) -> list[str]:
        return [trial.user_attrs[_MACHINE] for trial in self._trials(TrialState.FAIL)]

    def _trials(self, *states: TrialState) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=states)

    def finished(self) -> tuple[dict[int, FrozenTrial], list[FrozenTrial]]:
        """Return this machine's finished trials by their number, and those of others."""
        own, others = {}, []
        for trial in self._trials(TrialState.COMPLETE, TrialState.PRUNED):
            machine, number = trial.user_attrs[_TRIAL]
            if machine == self._identity:
                own[int(number)] = trial
            else:
                others.append(trial)
        return own, others

    def keep(self, trial: FrozenTrial, number: int) -> None:
        """Keep a finished trial of this machine."""
        trial.user_attrs = {_TRIAL: [self._identity, number]}
        self._study.add_trial(trial)

    def asked(self) -> list[Asked]:
        """Return the batch that was handed out last."""
        try:
            return [Asked(**one) for one in json.loads(self._batch.read_text("utf-8"))]
        except (FileNotFoundError, ValueError):  # none yet, or cut off when the power was lost
            return []

    def hand_out(self, batch: Sequence[Asked]) -> None:
        """Remember a batch before anything of it is evaluated, so that it can be finished after a crash."""
        partial = self._batch.with_suffix(".tmp")
        partial.write_text(json.dumps([asdict(one) for one in batch]), "utf-8")
        partial.replace(self._batch)


def _identity(path: Path) -> str:
    """Return what tells this machine's working folder from others."""
    if not path.is_file():
        path.write_text(uuid.uuid4().hex, "ascii")
    return path.read_text("ascii")


class _Quick(sqlite3.Connection):
    """Leaves it to the system when it writes to the disk: a killed process loses nothing, and trials are faster."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA journal_mode = WAL").close()
        self.execute("PRAGMA synchronous = NORMAL").close()


def _close(storage: optuna.storages.RDBStorage) -> None:
    storage.remove_session()
    storage.engine.dispose()
