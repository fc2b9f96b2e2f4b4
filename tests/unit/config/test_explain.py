"""The text of every mistake that a section can hold, with file, line and key."""

import pytest

KEYS = (
    "version, name, mode, symbols, timeframe, start, end, calendar, feed, data, exchange, capital, allow_short, "
    "strategies, sizing, exits, costs, leverage, maintenance_margin, risk, instruments, database, retention, analyzers, report, "
    "fills, engine, proof, plugins, optimize, walkforward"
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("captal: 5", f"captal: is not a key; allowed are {KEYS}; did you mean 'capital'?"),
        ("capital: -1", "capital: must be > 0, was -1 (cash at the start, in quote currency)"),
        ("capital: much", "capital: must be a number, was 'much'"),
        ("capital: true", "capital: must be a number, was true"),
        ("capital: .inf", "capital: must be a number, was '.inf'"),
        ("capital: [1]", "capital: must be a number, was a list"),
        ("mode: bactest", "mode: must be one of backtest, paper, testnet, live, was 'bactest'; did you mean 'backtest'?"),
        ("allow_short: perhaps", "allow_short: must be true or false, was 'perhaps'"),
        ("allow_short: {}", "allow_short: must be true or false, was a mapping"),
        ("start: 2024", "start: must be a date or a time in UTC such as 2024-01-31 or 2024-01-31T12:00, was 2024"),
        ("end: 2024-02-30", "end: must be a date or a time in UTC such as 2024-01-31 or 2024-01-31T12:00, was '2024-02-30'"),
        ("name: 5", "name: must be text; put a number in quotes to make it text, was 5"),
        ("name: ''", "name: must be text of at least one character, was ''"),
        ("risk: 5", "risk: must be a mapping such as {key: value}, was 5"),
        ("risk: {max_drawdown: 25}", "risk.max_drawdown: must be < 1, was 25 (loss from the peak of equity that ends the run's entries)"),
        ("risk: {max_drawdwn: 0.2}", "risk.max_drawdwn: is not a key; allowed are max_drawdown, max_daily_loss; did you mean 'max_drawdown'?"),
        ("data: {on_error: ignore}", "data.on_error: must be one of stop, warn, was 'ignore'"),
        ("exchange: {name: kraken, markt: spot}", "exchange.markt: is not a key; allowed are name, market, api_key, secret, password, urls; did you mean 'market'?"),
        ("exchange: hush", "exchange: must be a mapping such as {key: value}, was '**********'"),
        ("costs: {taker_fee: 1}", "costs.taker_fee: must be < 1, was 1 (fee of market and stop orders as a fraction of the notional)"),
        ("costs: {latency_ms: 1.5}", "costs.latency_ms: must be a whole number, was 1.5"),
        ("costs: {latency_ms: x}", "costs.latency_ms: must be a whole number, was 'x'"),
        ("costs: {max_volume_share: 0}", "costs.max_volume_share: must be > 0, was 0 (share of a bar's volume that an order may fill; the rest waits)"),
        ("costs: {slippage_bps: -1}", "costs.slippage_bps: must be >= 0, was -1 (slippage in basis points, 10 is 0.1 %)"),
        ("sizing: {name: kely}", "sizing.name: must be one of fixed_units, fixed_cash, percent, fixed_risk, volatility_target, kelly, optimal_f, was 'kely'; did you mean 'kelly'?"),
        ("sizing: {cash: 5}", "sizing.name: is missing; one of fixed_units, fixed_cash, percent, fixed_risk, volatility_target, kelly, optimal_f"),
        ("sizing: percent", "sizing: must be a mapping such as {name: percent, percent: 0.5}, was 'percent'"),
        ("sizing: {name: fixed_units}", "sizing.units: is missing; units of the base currency, or shares"),
        ("sizing: {name: fixed_units, unit: 1, units: 1}", "sizing.unit: is not a key; allowed are name, units; did you mean 'units'?"),
        ("sizing: {name: volatility_target, annual_volatility: -0.2}", "sizing.annual_volatility: must be > 0, was -0.2 (wanted volatility of equity a year, 0.2 is 20 %)"),
        ("sizing: {name: kelly, fraction: 2}", "sizing.fraction: must be <= 1, was 2 (part of the full Kelly fraction)"),
        ("exits: {stop: {percent: 5}}", "exits.stop.percent: must be < 1, was 5 (distance as a fraction of the fill price, 0.05 is 5 %)"),
        ("exits: {stop: {pct: 5, atr: 1}}", "exits.stop.pct: is not a key; allowed are percent, atr, level; did you mean 'percent'?"),
        ("exits: {stop: {percent: 0.1, atr: 2}}", "exits.stop: must have exactly one of percent, atr, level, found percent and atr"),
        ("exits: {stop: {level: false}}", "exits.stop.level: must be true, was false"),
        ("exits: {take_profit: true}", "exits.take_profit: must be a mapping such as {key: value}, was true"),
        ("exits: {trailing: {atr: 1, after_atr: 1, after_percent: 1}}", "exits.trailing: must have one of after_percent, after_atr, found both"),
        ("exits: {break_even: {offset_percent: 0.1}}", "exits.break_even: must have exactly one of after_percent, after_atr, found none"),
        ("exits: {atr_period: 0}", "exits.atr_period: must be >= 2, was 0 (bars of the ATR that the rules are measured in)"),
        ("exits: {max_hold_bars: true}", "exits.max_hold_bars: must be a number, was true"),
        ("instruments: {BTC/USDT: {step: -1}}", "instruments.BTC/USDT.step: must be >= 0, was -1 (smallest size, in base currency)"),
        ("instruments: {BTC/USDT: {step: fine}}", "instruments.BTC/USDT.step: must be a number, was 'fine'"),
        ("instruments: [1]", "instruments: must be a mapping such as {key: value}, was a list"),
        ("report: [text, txt]", "report.1: must be one of text, plots, tearsheet, was 'txt'; did you mean 'text'?"),
        ("report: [text, text]", "report: must not repeat an entry, text is there twice"),
        ("report: text", "report: must be a list such as [a, b], was 'text'"),
        ("analyzers: [{nam: x}]", "analyzers.0.name: is missing; analyzer plug-in: the name of its file, or file:Class"),
        ("leverage: 0", "leverage: must be > 0, was 0 (buying power as a multiple of equity)"),
        ("plugins: {strategy: [x]}", "plugins.strategy: is not a key; allowed are strategies, feeds, analyzers; did you mean 'strategies'?"),
        ("database: 5", "database: must be text; put a number in quotes to make it text, was 5"),
        ("database: sqlit:///x.db", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'sqlit:///x.db'"),
        ("database: var/x.db", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'var/x.db'"),
        ("database: 'sqlite:///:memory:'", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'sqlite:///:memory:'"),
        ("fills: stok", "fills: must be one of default, stock, was 'stok'; did you mean 'stock'?"),
        ("proof: off", "proof: must be one of none, panel, full, was 'off'"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line_with_place_and_key(mistakes, line, message):
    assert mistakes(line)[0] == f"a.yml:6: {message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[BTC/USDT, ETH/USDT]", "[]", "a.yml:1: symbols: must be a list of at least one entry, was a list"),
        ("[BTC/USDT, ETH/USDT]", "[A, A]", "a.yml:1: symbols: must not repeat an entry, A is there twice"),
        ("[BTC/USDT, ETH/USDT]", "BTC/USDT", "a.yml:1: symbols: must be a list such as [a, b], was 'BTC/USDT'"),
        ("[BTC/USDT, ETH/USDT]", "[700]", "a.yml:1: symbols.0: must be text; put a number in quotes to make it text, was 700"),
        ("1h", "90", "a.yml:2: timeframe: must be a number and a unit out of s, m, h, d, w, such as 15m, 1h or 1d, was 90"),
        ("{name: sample}", "{nam: sample}", "a.yml:3: feed.name: is missing; feed plug-in: sample, ohlcv_csv, store, frame or a file of your own"),
        ("{name: sample}", "sample", "a.yml:3: feed: must be a mapping such as {key: value}, was 'sample'"),
        ("  - {name: ma_cross}", "  - {name: ma_cross, parms: {}}", "a.yml:5: strategies.0.parms: is not a key; allowed are name, params, symbols, timeframe; did you mean 'params'?"),
        ("  - {name: ma_cross}", "  - ma_cross", "a.yml:5: strategies.0: must be a mapping such as {key: value}, was 'ma_cross'"),
        ("  - {name: ma_cross}", "  - {name: x, params: [1]}", "a.yml:5: strategies.0.params: must be a mapping such as {key: value}, was a list"),
        ("\n  - {name: ma_cross}", " []", "a.yml:4: strategies: must be a list of at least one entry, was a list"),
        ("timeframe: 1h\n", "", "a.yml: timeframe: is missing; length of a bar: a number and one of s, m, h, d, w"),
        ("symbols:", "symbls:", "a.yml: symbols: is missing; what is traded, such as BTC/USDT"),
    ],
)  # fmt: skip
def test_mistakes_in_what_every_file_has(mistakes, base_text, old, new, message):
    assert message in mistakes(base=base_text.replace(old, new))


def test_an_empty_list_is_said_once(mistakes, base_text):
    assert len(mistakes(base=base_text.replace("  - {name: ma_cross}", "  - {nam: ma_cross}"))) == 2


def test_all_mistakes_of_a_file_come_at_once_in_its_order(mistakes):
    assert [line.split(" ")[0] for line in mistakes("capital: -1\nmode: x\ncosts:\n  maker_fee: y\nrisk: 3\n")] == [
        "a.yml:6:",
        "a.yml:7:",
        "a.yml:9:",
        "a.yml:10:",
    ]


def test_a_wrong_value_of_a_secret_is_masked(mistakes):
    line = mistakes(environ={"BTBOT__EXCHANGE__API_KEY__X": "hush"})[0]
    assert "hush" not in line


def test_a_long_value_is_cut(mistakes):
    assert mistakes(f"capital: {'x' * 200}")[0] == f"a.yml:6: capital: must be a number, was '{'x' * 76}..."
