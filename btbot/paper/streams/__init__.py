"""Market streams, ws-api and user data: what a WebSocket connection says, without the socket.

Takes the events of a venue and the frames of clients, gives frames to `btbot.paper.wire.Socket`s. Every event is made
once and given to all who read it. Rhythms and limits follow the venue's clock, the times in events the market's.
"""

from btbot.paper.streams.hub import Streams
from btbot.paper.streams.opening import open_session, streams_of

__all__ = ["Streams", "open_session", "streams_of"]
