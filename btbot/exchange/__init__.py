"""An exchange as rules: orders in, events out.

Books, balances, filters and fees of a Binance-like spot exchange, deterministic to the last digit.
Takes commands with the time of the market, gives `Event`s; knows no clock, no socket, no file.
"""
