"""What a bad day at the exchange looks like, on request: rules from a file or the admin port, the same for each seed.

A rule says when it strikes and what it does. The exchange and its transports ask `Faults` at fixed places: when a
request arrives, when it is answered, before a frame is sent, when a socket opens, and as time passes. Nothing here
changes the exchange except `deeds`, and those only by what an operator could do.
"""

from btbot.paper.faults.engine import Faults
from btbot.paper.faults.hooks import Action, Call, Notice, SocketFault
from btbot.paper.faults.load import load_faults

__all__ = ["Action", "Call", "Faults", "Notice", "SocketFault", "load_faults"]
