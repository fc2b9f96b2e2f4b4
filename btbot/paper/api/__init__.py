"""REST and the ws-api without sockets: what Binance's clients ask, and what they are told.

Takes requests as text (`Request`, or a method with its parameters), gives answers as text (`Reply`). Signatures, limits
and the words of every error are Binance's; the rules of trading are `btbot.exchange`'s.
"""

from btbot.paper.api.api import Api, Result
from btbot.paper.api.limits import Limited, Limits

__all__ = ["Api", "Limited", "Limits", "Result"]
