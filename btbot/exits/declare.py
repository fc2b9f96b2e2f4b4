"""How exits are written down, in a strategy file or in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from btbot.errors import ConfigError, did_you_mean

NEVER = 0  # for max_hold_bars and cooldown_bars: no limit
_KEYS = {
    "stop": ("percent", "atr", "level"),
    "take_profit": ("percent", "atr", "level"),
    "trailing": ("percent", "atr", "level", "after_percent", "after_atr"),
    "break_even": ("after_percent", "after_atr", "offset_percent"),
}
_DISTANCES = {"break_even": ("after_percent", "after_atr")}


@dataclass(frozen=True, slots=True)
class Exits:
    """Protective exits and time limits of a position.

    Parameters
    ----------
    stop, take_profit
        One of ``{"percent": 0.05}`` (of the fill price), ``{"atr": 2.0}`` (multiple of the ATR at the signal
        bar) or ``{"level": True}`` (a price given by ``Signals``); None for none.
    trailing
        The same three (the ATR and the level are read again at every close; percent is of the fill price),
        and optionally ``after_percent`` or ``after_atr``: the favourable move after which it becomes active.
    break_even
        ``{"after_percent": 0.02}`` or ``{"after_atr": 1.0}``, optionally ``offset_percent``: once the best price
        is that far beyond the fill, the stop moves to the fill price plus the offset.
    max_hold_bars
        The exit is sent at the close of this many bars held; None or 0 for no limit.
    cooldown_bars
        The first entry is allowed at the close of this many bars since the exit; None or 0 for no wait.
    atr_period
        Period of the ATR (Wilder), 14 unless given.
    opposite
        False: an entry signal of the other side does not end a position. True (also None) is the rule.

    Raises
    ------
    ConfigError
        If a key is unknown or a number lies outside its range.
    """

    stop: Mapping[str, Any] | None = None
    take_profit: Mapping[str, Any] | None = None
    trailing: Mapping[str, Any] | None = None
    break_even: Mapping[str, Any] | None = None
    max_hold_bars: int | None = None
    cooldown_bars: int | None = None
    atr_period: int | None = None
    opposite: bool | None = None

    def __post_init__(self) -> None:
        for kind in _KEYS:
            rule = getattr(self, kind)
            if rule:
                _check_rule(kind, rule)
        if self.atr_period is not None and (not isinstance(self.atr_period, int) or self.atr_period < 2):
            raise ConfigError(f"exits.atr_period: must be a whole number >= 2, was {self.atr_period!r}")
        for name in ("max_hold_bars", "cooldown_bars"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise ConfigError(f"exits.{name}: must be a whole number >= 0, was {value!r}")

    def merged(self, other: Exits) -> Exits:
        """Return these exits with every kind that `other` names replaced by it; False and 0 switch off."""
        given = {f.name: getattr(other, f.name) for f in fields(other) if getattr(other, f.name) is not None}
        return replace(self, **given)

    @property
    def needs_atr(self) -> bool:
        """True if any rule is measured in multiples of the ATR."""
        return any("atr" in key for kind in _KEYS for key in (getattr(self, kind) or ()))


def _check_rule(kind: str, rule: object) -> None:
    allowed = _KEYS[kind]
    if not isinstance(rule, Mapping):
        raise ConfigError(f"exits.{kind}: must be a mapping such as {{{allowed[0]}: 0.05}}, was {rule!r}")
    for key, value in rule.items():
        if key not in allowed:
            raise ConfigError(
                f"exits.{kind}: unknown key {key!r}; allowed are {', '.join(allowed)}{did_you_mean(str(key), allowed)}"
            )
        if key == "level":
            if value is not True:
                raise ConfigError(f"exits.{kind}.level: must be true, was {value!r}")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise ConfigError(f"exits.{kind}.{key}: must be a number >= 0, was {value!r}")
    distances = [key for key in _DISTANCES.get(kind, ("percent", "atr", "level")) if key in rule]
    if len(distances) != 1:
        names = " or ".join(_DISTANCES.get(kind, ("percent", "atr", "level")))
        raise ConfigError(f"exits.{kind}: name exactly one of {names}, found {distances or 'none'}")
