"""Write files to start from."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

from btbot.errors import ConfigError, did_you_mean
from btbot.plugins import available, search_folders

_STRATEGY = '''\
"""Long while the fast average is above the slow one."""

from btbot import Signals, Strategy, ta


class {title}(Strategy):
    params = dict(fast=20, slow=50)

    @staticmethod
    def signals(bars, p):
        fast, slow = ta.sma(bars.close, p.fast), ta.sma(bars.close, p.slow)
        return Signals(enter_long=fast > slow, exit_long=fast < slow, plot=dict(fast=fast, slow=slow))
'''

_CONFIG = """\
# {name}: {strategy} on candles that are made up, so it runs without data, network or keys.
#
#   btbot run {path}
#   btbot run {path} --set costs.taker_fee=0.002    overrides a key
#   btbot show-config {path}                        shows every key there is
#   btbot schema > btbot.schema.json                lets an editor complete keys; then begin this file with
#                                                   "# yaml-language-server: $schema=PATH/btbot.schema.json"
version: 1
symbols: [BTC/USDT]
timeframe: 1h
feed: {{name: sample, seed: 1}}   # your own candles: {{name: ohlcv_csv, path: candles.csv}}
capital: 10000                  # quote currency
strategies:
  - {{name: {strategy}, params: {{}}}}    # 'btbot list-strategies' shows the parameters
{rules}costs: {{maker_fee: 0.001, taker_fee: 0.001, slippage_bps: 10}}   # 0.001 is 0.1 %, 10 bps is 0.1 %
report: [text, plots, tearsheet]
"""

# What acts on signals; a strategy that sends its own orders has its own sizes, exits and limits.
_RULES = """\
sizing: {name: percent, percent: 0.5}   # fractions throughout: 0.5 is 50 %
exits: {stop: {percent: 0.1}}           # closes at a loss of 10 %
risk: {max_drawdown: 0.5}               # no entries after a loss of 50 % from the peak
"""


def new_strategy(name: str, folder: Path) -> str:
    """Write ``<folder>/<name>.py``, a working strategy, and return what to do next.

    Raises
    ------
    ConfigError
        If the name is no name for a file of Python, or the file exists.
    """
    _check_name(name)
    path = folder / f"{name}.py"
    title = "".join(part.capitalize() for part in name.split("_"))
    _write(path, _STRATEGY.format(title=title))
    return f"wrote {path}; 'btbot new-config {name} --strategy {name}' writes a configuration that runs it"


def new_config(name: str, folder: Path, *, strategy: str) -> str:
    """Write ``<folder>/<name>.yml``, a commented configuration that runs, and return what to do next.

    Raises
    ------
    ConfigError
        If the file exists, the name is none for a file, or there is no such strategy.
    """
    stem = name.removesuffix(".yml").removesuffix(".yaml")
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", stem):
        raise ConfigError(f"new-config {name}: a name has letters, digits, '_', '-' and '.', and no folder (--dir)")
    known = available("strategies", search_folders("strategies", folder.absolute()))
    if strategy not in known:
        hint = did_you_mean(strategy, known)
        raise ConfigError(f"--strategy {strategy}: there is no such strategy; there are {', '.join(known)}{hint}")
    path = folder / f"{stem}.yml"
    rules = _RULES if _gives_signals(strategy, folder) else ""
    _write(path, _CONFIG.format(name=stem, strategy=strategy, path=path.as_posix(), rules=rules))
    return f"wrote {path}; run it with 'btbot run {path}'"


def _gives_signals(strategy: str, folder: Path) -> bool:
    from btbot.cli.bases import BASES
    from btbot.plugins import load
    from btbot.strategy import Strategy

    folders = search_folders("strategies", folder.absolute())
    return issubclass(load("strategies", strategy, base=BASES["strategies"], folders=folders), Strategy)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).strip("_").lower()
        advice = f", such as {snake!r}" if re.fullmatch(r"[a-z][a-z0-9_]*", snake) and snake != name else ""
        raise ConfigError(
            f"new-strategy {name}: a name has small letters, digits and '_', begins with a letter and is no "
            f"word of Python{advice}"
        )
    if name in sys.stdlib_module_names:
        raise ConfigError(f"new-strategy {name}: Python has a module of this name; choose another")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(f"{path}: exists already and is left as it is; choose another name") from None
