"""From a setting to what the compiled loop takes: strategy parameters, encoded terms, and bars if they differ."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from btbot import engine
from btbot.config import RunConfig, conflicts
from btbot.config.setting import with_setting
from btbot.engine.build import Hosted, host_strategies
from btbot.errors import ConfigError
from btbot.kernel.sweep import Sweep, Terms

DATA_KEYS = frozenset({"symbols", "timeframe", "start", "end", "feed", "data", "calendar"})
_PARAMETER = re.compile(r"strategies\.(\d+)\.params\.([^.]+)")
_TERM = re.compile(
    r"exits\..+|sizing\..+|risk\..+|instruments\..+|capital|leverage|maintenance_margin|allow_short"
    r"|costs\.(maker_fee|taker_fee|slippage_bps|max_volume_share|latency_ms|latency_bars|borrow_rate)"
)
_SWEEPS, _TERMS = 4, 4096  # kept at hand
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Keys:
    """Which keys of a setting go where.

    Attributes
    ----------
    parameters
        Key, position of the strategy, name of its parameter.
    terms, others
        Keys of exits, sizes and costs, and those that change the bars or the strategies.
    """

    parameters: tuple[tuple[str, int, str], ...]
    terms: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> Keys:
        """Sort the keys of a setting."""
        parameters, terms, others = [], [], []
        for name in names:
            found = _PARAMETER.fullmatch(name)
            if found:
                parameters.append((name, int(found[1]), found[2]))
            elif _TERM.fullmatch(name):
                terms.append(name)
            else:
                others.append(name)
        return cls(tuple(parameters), tuple(terms), tuple(others))


class Variants:
    """Sweeps and terms for settings; those that were used last are at hand.

    Parameters
    ----------
    config, hosted, market
        The configuration, its strategies and bars.
    """

    def __init__(self, config: RunConfig, hosted: Sequence[Hosted], market: engine.Market) -> None:
        self.config, self.market = config, market
        self._keys: dict[tuple[str, ...], Keys] = {}
        self._sweeps: OrderedDict[Any, Sweep] = OrderedDict()
        self._sweeps[(), None] = Sweep(config, hosted, market)
        self._terms: OrderedDict[Any, Terms] = OrderedDict()
        self._templates: dict[Any, RunConfig] = {}
        self._mixed = len({bars.timeframe for bars in market.bars.values()}) > 1

    def of(
        self, setting: Mapping[str, Any], window: engine.Window | None
    ) -> tuple[Sweep, Terms, Sequence[Mapping[str, Any]]]:
        """Return the sweep, the terms and the parameters of each strategy that a setting asks for."""
        names = tuple(setting)
        keys = self._keys.get(names)
        if keys is None:
            keys = self._keys[names] = Keys.of(names)
        others = tuple((name, setting[name]) for name in keys.others)
        # Symbols of several timeframes do not end together: where the bars are cut, their axis is another.
        end_ms = window.end_ms if window is not None and (self._mixed or others) else None
        sweep = self._sweep(others, end_ms)
        params: list[dict[str, Any]] = [{} for _ in sweep.hosted]
        for name, position, parameter in keys.parameters:
            params[position][parameter] = setting[name]
        return sweep, self._term(sweep, keys.terms, setting, (others, end_ms)), params

    def _sweep(self, others: tuple[tuple[str, Any], ...], end_ms: int | None) -> Sweep:
        found = _recent(self._sweeps, (others, end_ms))
        if found is not None:
            return found
        config = with_setting(self.config, dict(others)) if others else self.config
        moved = any(name.partition(".")[0] in DATA_KEYS for name, _ in others)
        market = (engine.load_market(config) if moved else self.market).until(end_ms)
        return _keep(self._sweeps, (others, end_ms), Sweep(config, host_strategies(config), market), _SWEEPS)

    def _term(self, sweep: Sweep, names: tuple[str, ...], setting: Mapping[str, Any], variant: Any) -> Terms:
        values = tuple(setting[name] for name in names)
        found = _recent(self._terms, (variant, names, values))
        if found is not None:
            return found
        config = self._changed(sweep.config, names, values, variant)
        return _keep(self._terms, (variant, names, values), sweep.terms(config), _TERMS)

    def _changed(self, config: RunConfig, names: tuple[str, ...], values: tuple[Any, ...], variant: Any) -> RunConfig:
        """Return the configuration with other values; those that only replace numbers skip most of the checks.

        Their ranges were checked at both ends when the search began, so that only what keys forbid each other is left.
        """
        if not names:
            return config
        key = (variant, names, tuple(type(value) for value in values))
        template = self._templates.get(key)
        if template is None or not all(type(value) in (int, float) for value in values):
            template = with_setting(config, dict(zip(names, values, strict=True)))
            self._templates[key] = template
            return template
        for name, value in zip(names, values, strict=True):
            template = _patched(template, name.split("."), value)
        for path, text in conflicts.find(template):
            raise ConfigError(f"{config.source}: {'.'.join(map(str, path))}: {text}")
        return template


def _patched(section: Any, path: Sequence[str], value: Any) -> Any:
    name, *rest = path
    inner = value if not rest else _patched(getattr(section, name), rest, value)
    return section.model_copy(update={name: inner})


def _recent(kept: OrderedDict[Any, Kept], key: Any) -> Kept | None:
    found = kept.get(key)
    if found is not None:
        kept.move_to_end(key)
    return found


def _keep(kept: OrderedDict[Any, Kept], key: Any, thing: Kept, limit: int) -> Kept:
    kept[key] = thing
    while len(kept) > limit:
        kept.popitem(last=False)
    return thing
