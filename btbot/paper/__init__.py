"""A local exchange that speaks Binance's protocol: the matching of `btbot.exchange` with a market, accounts and faults.

The parts meet in `Venue`. Sockets are in `server` only; everything else runs in process too, on any clock.
"""
