"""The simulated exchange: Backtrader's broker with its faults mended.

Takes orders from strategies and from the desk, matches them against bars, moves cash and positions, and books
what happened in the ledger. Prices, fees, sizes and limits come from the pure rooms; it decides nothing about
what to trade.
"""

from btbot.engine.broker.broker import Broker

__all__ = ["Broker"]
