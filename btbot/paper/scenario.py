"""A scenario: a market, accounts, faults, and what clients do at which time, in one file.

It plays on any `btbot.paper.stage.Stage`. The market stands still but for what the scenario lets pass, and every order
has an id that the file gives, so that the exchange's history is the same in process and over sockets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from btbot.config.fields import Section
from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.units import units
from btbot.paper.settings import Deposit, MarketSettings, ServerSettings, moment, pair
from btbot.paper.stage import Stage
from btbot.timeframe import Timeframe

_PLACES = frozenset({"create_order", "create_order_ws"})
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")
_UNTIMED = frozenset({"n", "at"})
_SIGNING = frozenset({"timestamp", "signature", "recvWindow", "apiKey"})


class MarketPart(Section):
    """One symbol and where its prices come from."""

    symbol: str = Field(description="Such as BTC/USDT")
    form: Literal["synthetic", "replay", "empty"] = "synthetic"
    path: Path | None = Field(default=None, description="File of a replay")
    timeframe: str | None = None
    price: float | None = Field(default=None, gt=0, description="First price of a synthetic or empty market")

    def length(self) -> Timeframe | None:
        return None if self.timeframe is None else Timeframe.parse(self.timeframe)


class Step(Section):
    """What happens at a time: a call of a client, or of the operator."""

    at: str = Field(description="Market time since the beginning, such as 0s, 90s or 2h")
    call: str = Field(default="", description="A method of ccxt, such as create_order")
    admin: str = Field(default="", description="A call of the admin port, such as POST /deposit")
    account: str = "default"
    args: tuple[Any, ...] = ()
    body: dict[str, Any] = Field(default_factory=dict, description="Of an admin call")
    id: str = Field(default="", description="Names the result; it is an order's client id too")
    raises: str = Field(default="", description="The class of ccxt's error that is to come")

    @model_validator(mode="after")
    def _does_one_thing(self) -> Step:
        if bool(self.call) == bool(self.admin):
            raise ValueError("a step has either call or admin")
        if self.call in _PLACES and not _ID.fullmatch(self.id):
            raise ValueError(f"{self.call} needs an id of letters, digits, - and _ (at most 36)")
        return self

    @property
    def at_ms(self) -> int:
        return 0 if self.at in ("0", "0s") else Timeframe.parse(self.at).ms


class Scenario(Section):
    """A file of a scenario."""

    market: tuple[MarketPart, ...] = Field(min_length=1)
    accounts: dict[str, dict[str, str]] = Field(description="Balances by account, such as default: {USDT: '1000'}")
    steps: tuple[Step, ...] = Field(min_length=1)
    faults: tuple[dict[str, Any], ...] = ()
    watch: tuple[str, ...] = Field(default=(), description="Accounts whose user events are kept, by ccxt's stream")
    start: str = Field(default="2024-01-01", description="Market time of the beginning (UTC)")
    end: str = Field(default="", description="How long the market goes on; until the last step by default")
    seed: int = 0
    timeout_ms: int = Field(default=2000, gt=0, description="After which a client gives up a request")

    @model_validator(mode="after")
    def _goes_forward(self) -> Scenario:
        times = [step.at_ms for step in self.steps]
        if times != sorted(times):
            raise ValueError("steps must be in the order of their times")
        return self

    def settings(self) -> ServerSettings:
        """Give what a server for this scenario is started with; its market stands still."""
        return ServerSettings(
            markets=tuple(
                MarketSettings(
                    pair(one.symbol),
                    one.form,
                    one.path,
                    Timeframe.parse(one.timeframe) if one.timeframe else None,
                    one.price,
                )
                for one in self.market
            ),
            deposits=tuple(
                Deposit(account, asset, units(amount))
                for account, amounts in self.accounts.items()
                for asset, amount in amounts.items()
            ),
            port=0,
            admin_port=0,
            paused=True,
            start_ms=moment(self.start),
            seed=self.seed,
            limits=False,
            accounts=tuple(self.accounts),
        )


@dataclass(slots=True)
class Played:
    """What came of a scenario.

    Attributes
    ----------
    history
        The exchange's lines, without what the world's clock and keys put into them.
    events
        By watched account, the user events as they came.
    outcomes
        For each step the class of the error, or ``ok``.
    results
        What named steps returned.
    """

    history: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    ConfigError
        With a line for each mistake.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    return read_scenario(data, str(path))


def read_scenario(data: object, origin: str = "<scenario>") -> Scenario:
    """Check a scenario that is given as mappings and lists."""
    if isinstance(data, Mapping) and isinstance(data.get("market"), Mapping):
        data = {**data, "market": [data["market"]]}
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ConfigError("\n".join(f"{origin}: {_mistake(one)}" for one in error.errors(include_url=False))) from None


async def play(scenario: Scenario, stage: Stage) -> Played:
    """Play a scenario from its beginning to its end.

    Raises
    ------
    ConfigError
        Where a step refers to what there is not.
    """
    played = Played()
    for rule in scenario.faults:
        await stage.admin("POST /faults", rule)
    for account in scenario.watch:
        played.events[account] = await stage.watch(account, scenario.timeout_ms)
    now_ms = 0
    for step in scenario.steps:
        await stage.advance(step.at_ms - now_ms)
        now_ms = step.at_ms
        played.outcomes.append(await _do(step, stage, played.results, scenario.timeout_ms))
    if scenario.end:
        await stage.advance(max(0, Timeframe.parse(scenario.end).ms - now_ms))
    await stage.settle()
    played.history = comparable(await stage.history())
    return played


def comparable(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Leave out of a history what depends on the world's clock and on keys."""
    return [_plain(line) for line in history]


async def _do(step: Step, stage: Stage, results: dict[str, Any], timeout_ms: int) -> str:
    """Do a step; give ``ok`` or the class of the error, which must be the expected one where one is."""
    if step.admin:
        results[step.id] = await stage.admin(step.admin, step.body)
        return "ok"
    client = await stage.client(step.account, timeout_ms)
    method = getattr(client, step.call, None)
    if method is None:
        raise ConfigError(f"steps: ccxt has no {step.call}{did_you_mean(step.call, dir(client))}")
    arguments = [_resolved(value, results) for value in step.args]
    if step.call in _PLACES:
        arguments += [None] * (5 - len(arguments))
        arguments = [*arguments[:5], {**(step.args[5] if len(step.args) > 5 else {}), "newClientOrderId": step.id}]
    try:
        results[step.id] = await method(*arguments)
        outcome = "ok"
    except stage.errors as error:
        outcome = type(error).__name__
    if (step.raises or "ok") not in (outcome, "any"):
        raise ConfigError(f"steps: {step.call} at {step.at}: expected {step.raises or 'ok'}, was {outcome}")
    return outcome


def _resolved(value: Any, results: Mapping[str, Any]) -> Any:
    """Put in what an earlier step returned: ``$first.id``."""
    if isinstance(value, Mapping):
        return {key: _resolved(one, results) for key, one in value.items()}
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    name, *keys = value[1:].split(".")
    if name not in results:
        raise ConfigError(f"steps: {value}: no step before it has the id {name!r}{did_you_mean(name, results)}")
    found = results[name]
    for key in keys:
        found = found[key]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if key not in _UNTIMED | _SIGNING}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def _mistake(error: Any) -> str:
    where = ".".join(map(str, error["loc"])) or "the file"
    if error["type"] == "extra_forbidden":
        allowed = [*_section(error["loc"]).model_fields]
        return f"{where}: is not a key; allowed are {', '.join(allowed)}{did_you_mean(str(error['loc'][-1]), allowed)}"
    if error["type"] == "missing":
        return f"{where}: is missing"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}, was {error['input']!r:.80}"


def _section(loc: Sequence[int | str]) -> type[BaseModel]:
    parts: dict[str, type[BaseModel]] = {"steps": Step, "market": MarketPart}
    return parts.get(str(loc[0]), Scenario) if len(loc) > 1 else Scenario
