"""The desk: from signals to orders.

Takes the signals of all strategies and, at each close, sends what they want; carries protective levels and risk
limits from close to close; knows at which close it must look again. Never matches an order.
"""

from btbot.engine.desk.desk import Desk

__all__ = ["Desk"]
