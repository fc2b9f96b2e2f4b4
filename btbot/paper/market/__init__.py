"""Markets behind the exchange: stored candles, trades or books, a made-up one, or the live one.

Each drives one symbol of a `btbot.exchange` exchange from outside, step by step, and never knows the clock. `path` and
`depth` hold the models, as pure functions.
"""

from btbot.paper.market.book_replay import BookReplay
from btbot.paper.market.candle_replay import CandleReplay
from btbot.paper.market.live import LiveMarket
from btbot.paper.market.load import load_replay
from btbot.paper.market.market import Market
from btbot.paper.market.synthetic import Synthetic
from btbot.paper.market.tape_replay import TapeReplay

__all__ = ["BookReplay", "CandleReplay", "LiveMarket", "Market", "Synthetic", "TapeReplay", "load_replay"]
