"""Keys that exclude each other, each with its message."""

import pytest

STOCK = "fills: stock\n"
NOT_WITH_STOCK = "must be left out with fills: stock, whose broker does not know it; or write fills: default"


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("start: 2024-01-02\nend: 2024-01-02", "a.yml:7: end: must be later than start (2024-01-02 00:00), was 2024-01-02 00:00"),
        ("sizing: {name: percent, percent: 20}", "a.yml:6: sizing.percent: must be <= leverage (1), was 20; 0.2 is 20 %"),
        ("instruments: {BTC/USD: {step: 1}}", "a.yml:6: instruments.BTC/USD: must be among symbols (BTC/USDT, ETH/USDT); did you mean 'BTC/USDT'?"),
        ("costs: {funding: {XRP: f.csv}}", "a.yml:6: costs.funding.XRP: must be among symbols (BTC/USDT, ETH/USDT)"),
        ("mode: live\nallow_short: true", "a.yml:7: allow_short: must be false on a spot market in mode live, which cannot sell what it lacks; or write exchange: {market: perpetual}"),
        ("exchange: {urls: {rst: x}}", "a.yml:6: exchange.urls.rst: is not a key; allowed are rest, ws, api; did you mean 'rest'?"),
        ("exchange:\n  urls:\n    rest: 127.0.0.1", "a.yml:8: exchange.urls.rest: must be an address such as http://127.0.0.1:9001, was '127.0.0.1'"),
        ("exchange: {urls: {api: {public: 7}}}", "a.yml:6: exchange.urls.api.public: must be an address such as https://127.0.0.1:9001, was 7"),
        (STOCK + "costs: {maker_fee: 0.0002}", "a.yml:7: costs.maker_fee: must equal taker_fee (0.001) with fills: stock, was 0.0002"),
        (STOCK + "costs: {slippage_volatility: 0.1}", f"a.yml:7: costs.slippage_volatility: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {impact: 0.1}", f"a.yml:7: costs.impact: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {max_volume_share: 0.1}", f"a.yml:7: costs.max_volume_share: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {latency_ms: 1}", f"a.yml:7: costs.latency_ms: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {latency_bars: 1}", f"a.yml:7: costs.latency_bars: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {funding: f.csv}", f"a.yml:7: costs.funding: {NOT_WITH_STOCK}"),
        (STOCK + "costs: {borrow_rate: 0.1}", f"a.yml:7: costs.borrow_rate: {NOT_WITH_STOCK}"),
        (STOCK + "leverage: 2", "a.yml:7: leverage: must be 1 with fills: stock, was 2"),
        (STOCK + "instruments: {BTC/USDT: {step: 1}}", f"a.yml:7: instruments.BTC/USDT: {NOT_WITH_STOCK}"),
    ],
)  # fmt: skip
def test_conflicts(mistakes, added, message):
    assert mistakes(added) == [message]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("[{name: a}, {name: b}]", "a.yml:4: strategies.1: must not trade BTC/USDT, strategies.0 trades it already; give each strategy its own symbols"),
        ("[{name: a, symbols: [BTC/USD]}]", "a.yml:4: strategies.0.symbols: must be among symbols (BTC/USDT, ETH/USDT), was 'BTC/USD'; did you mean 'BTC/USDT'?"),
        ("[{name: a, timeframe: 90m}]", "a.yml:4: strategies.0.timeframe: must be a multiple of timeframe (1h), was '90m'"),
        ("[{name: a, timeframe: 15m}]", "a.yml:4: strategies.0.timeframe: must be a multiple of timeframe (1h), was '15m'"),
    ],
)  # fmt: skip
def test_conflicts_between_strategies(mistakes, base_text, entries, message):
    base = base_text.replace("\n  - {name: ma_cross}", f" {entries}")
    assert message in mistakes(base=base)


@pytest.mark.parametrize(
    "added",
    [
        "start: 2024-01-01\nend: 2024-01-02",
        "leverage: 3\nsizing: {name: percent, percent: 2.5}",
        "mode: live\nallow_short: true\nexchange: {market: perpetual}",
        "mode: backtest\nallow_short: true",
        "exchange: {urls: {rest: 'http://127.0.0.1:9001'}}",
        STOCK + "costs: {maker_fee: 0.002, taker_fee: 0.002, slippage_bps: 3, latency_ms: 0, borrow_rate: 0}",
        STOCK + "instruments: {BTC/USDT: {step: 0}}\nleverage: 1",
    ],
)
def test_what_goes_together(loaded, added):
    assert loaded(added)


def test_strategies_that_share_out_the_symbols(loaded, base_text):
    entries = "[{name: a, symbols: [ETH/USDT], timeframe: 4h}, {name: b, symbols: [BTC/USDT]}]"
    config = loaded(base=base_text.replace("\n  - {name: ma_cross}", f" {entries}"))
    assert [entry.symbols for entry in config.strategies] == [("ETH/USDT",), ("BTC/USDT",)]
