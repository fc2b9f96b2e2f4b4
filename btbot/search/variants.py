"""From a setting to what the compiled loop takes: strategy parameters, encoded terms, and bars if they differ."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from btbot import engine
from btbot.config import RunConfig, conflicts
from btbot.config.setting import with_setting
from btbot.engine.build import Hosted, host_strategies
from btbot.kernel import obstacle
from btbot.kernel.sweep import Sweep, Terms

_DATA = frozenset({"symbols", "timeframe", "start", "end", "feed", "data", "calendar", "strategies"})
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


def moves_data(names: Iterable[str]) -> bool:
    """Return whether any of the keys may change which bars a run sees."""
    return any(name.partition(".")[0] in _DATA and not _PARAMETER.fullmatch(name) for name in names)


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
        self._sweeps: OrderedDict[Any, Sweep | None] = OrderedDict()
        sweep = self._sweeps[(), None] = Sweep(config, hosted, market)
        self._plain = sweep, sweep.terms(config)
        self._terms: OrderedDict[Any, Terms] = OrderedDict()
        self._templates: dict[Any, RunConfig] = {}
        self._mixed = len({bars.timeframe for bars in market.bars.values()}) > 1

    def of(
        self, setting: Mapping[str, Any], window: engine.Window | None
    ) -> tuple[Sweep, Terms, Sequence[Mapping[str, Any]]] | None:
        """Return the sweep, the terms and the parameters of each strategy that a setting asks for.

        None if the setting turns the configuration into one that the kernel does not serve.
        """
        names = tuple(setting)
        keys = self._keys.get(names)
        if keys is None:
            host_strategies(with_setting(self.config, setting))  # raises if there are no such keys or parameters
            keys = self._keys[names] = Keys.of(names)
        if window is None and not keys.others and not keys.terms:
            return self._plain[0], self._plain[1], _parameters(keys, setting, self._plain[0])
        others = tuple((name, setting[name]) for name in keys.others)
        # Symbols of several timeframes do not end together: where the bars are cut, their axis is another.
        end_ms = window.end_ms if window is not None and (self._mixed or others) else None
        sweep = self._sweep(others, end_ms)
        if sweep is None:
            return None
        return sweep, self._term(sweep, keys.terms, setting, (others, end_ms)), _parameters(keys, setting, sweep)

    def _sweep(self, others: tuple[tuple[str, Any], ...], end_ms: int | None) -> Sweep | None:
        key = (_hashable(others), end_ms)
        if key in self._sweeps:
            return _recent(self._sweeps, key)
        config = with_setting(self.config, dict(others)) if others else self.config
        hosted = host_strategies(config)
        if obstacle(config, hosted):
            return _keep(self._sweeps, key, None, _SWEEPS)
        moved = moves_data(name for name, _ in others)
        market = (engine.load_market(config) if moved else self.market).until(end_ms)
        return _keep(self._sweeps, key, Sweep(config, hosted, market), _SWEEPS)

    def _term(self, sweep: Sweep, names: tuple[str, ...], setting: Mapping[str, Any], variant: Any) -> Terms:
        values = tuple(setting[name] for name in names)
        key = (_hashable(variant), names, _hashable(values))
        if key in self._terms:
            return _recent(self._terms, key)
        config = self._changed(sweep.config, names, values, _hashable(variant))
        return _keep(self._terms, key, sweep.terms(config), _TERMS)

    def _changed(self, config: RunConfig, names: tuple[str, ...], values: tuple[Any, ...], variant: Any) -> RunConfig:
        """Return the configuration with other values; where numbers replace numbers, the rest is not checked again."""
        if not names:
            return config
        key = (variant, names, tuple(type(value) for value in values))
        template = self._templates.get(key)
        if template is not None and all(type(value) in (int, float) for value in values):
            try:
                for name, value in zip(names, values, strict=True):
                    template = _patched(template, name.split("."), value)
                if not conflicts.find(template):
                    return template
            except ValidationError:
                pass  # the whole configuration says what is wrong, and where
        template = self._templates[key] = with_setting(config, dict(zip(names, values, strict=True)))
        return template


def _parameters(keys: Keys, setting: Mapping[str, Any], sweep: Sweep) -> list[dict[str, Any]]:
    params: list[dict[str, Any]] = [{} for _ in sweep.hosted]
    for name, position, parameter in keys.parameters:
        params[position][parameter] = setting[name]
    return params


def _patched(section: Any, path: Sequence[str], value: Any) -> Any:
    """Return a section of the configuration with another number, checked as that key demands."""
    name, *rest = path
    if isinstance(section, Mapping):
        return {**section, name: _patched(section[name], rest, value)}
    if rest:
        return section.model_copy(update={name: _patched(getattr(section, name), rest, value)})
    return section.model_copy(update={name: _field(section.__class__, name).validate_python(value)})


@cache
def _field(section: Any, name: str) -> TypeAdapter[Any]:
    field = section.model_fields[name]
    allowed: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(allowed)


def _hashable(value: Any) -> Any:
    """Return something to look a value up by: 1, 1.0 and true are three values."""
    if isinstance(value, tuple):
        return tuple(_hashable(item) for item in value)
    return (type(value), value) if isinstance(value, int | float | str | None) else repr(value)


def _recent(kept: OrderedDict[Any, Kept], key: Any) -> Kept:
    kept.move_to_end(key)
    return kept[key]


def _keep(kept: OrderedDict[Any, Kept], key: Any, thing: Kept, limit: int) -> Kept:
    kept[key] = thing
    while len(kept) > limit:
        kept.popitem(last=False)
    return thing
