"""What a rule does to requests, answers, frames and sockets. `deed_kinds` has those that happen to the venue."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from btbot.config.document import resolve_words
from btbot.config.fields import Count, NotBool, PositiveCount, Section

Number = Annotated[float, NotBool]
Values = Annotated[dict[str, Any], BeforeValidator(resolve_words)]
Effect = Literal["none", "done", "coin"]
_EFFECT = "Whether the request has its effect all the same; coin draws it from the seed"


class Kind(Section):
    """One fault."""

    kind: str


# On arrival, before anything is done.


class DropBefore(Kind):
    """Cut the connection; nothing was done."""

    kind: Literal["drop_before"]


class HangBefore(Kind):
    """Never answer; nothing was done."""

    kind: Literal["hang_before"]


class Park(Kind):
    """Let the request wait after its first check: it is accepted late, or refused by the second check."""

    kind: Literal["park"]
    ms: PositiveCount = Field(description="How long it waits")


class StatusFault(Kind):
    """Answer with an HTTP status and the body that Binance sends with it."""

    kind: Literal["status"]
    status: Annotated[int, Field(ge=400, le=599), NotBool] = Field(description="HTTP status")
    code: int | None = Field(default=None, description="Code in the body; by default the one usual for the status")
    message: str | None = Field(default=None, description="Text in the body")
    body: Literal["json", "html", "empty"] | None = Field(default=None, description="Form of the body")
    retry_after: Count | None = Field(default=None, description="Seconds in the header Retry-After")
    effect: Effect = Field(default="none", description=_EFFECT)


class ErrorFault(Kind):
    """Answer with one of Binance's error codes."""

    kind: Literal["error"]
    code: Annotated[int, Field(lt=0), NotBool] = Field(description="Such as -2010")
    message: str | None = Field(default=None, description="Text; by default the usual one of the code")
    status: Annotated[int, Field(ge=400, le=599), NotBool] | None = Field(default=None, description="HTTP status")
    effect: Effect = Field(default="none", description=_EFFECT)


class RateLimit(Kind):
    """Answer 429; whoever asks again before `retry_after` is over is banned with 418, each time for longer."""

    kind: Literal["rate_limit"]
    retry_after: PositiveCount = Field(default=7, description="Seconds until requests are welcome again")
    ban: PositiveCount = Field(default=120, description="Seconds of the first ban; each further one is twice as long")


# On the way back, after everything was done.


class DropAfter(Kind):
    """Cut the connection instead of answering; everything was done."""

    kind: Literal["drop_after"]


class HangAfter(Kind):
    """Do everything, then answer late or never."""

    kind: Literal["hang_after"]
    ms: PositiveCount | None = Field(default=None, description="How late; never by default")


class Truncate(Kind):
    """Promise the whole answer, send half of it and cut the connection."""

    kind: Literal["truncate"]


class Slow(Kind):
    """Send the answer byte by byte, one a second."""

    kind: Literal["slow"]


class Html(Kind):
    """Answer 200 with a page of HTML."""

    kind: Literal["html"]


class Empty(Kind):
    """Answer 200 with an empty body."""

    kind: Literal["empty"]


class WrongOrder(Kind):
    """Answer with another order: other ids, and the other side."""

    kind: Literal["wrong_order"]


class EmptyPage(Kind):
    """Answer a list with an empty one."""

    kind: Literal["empty_page"]


class ShortPage(Kind):
    """Leave out the end of a list."""

    kind: Literal["short_page"]
    keep: Count = Field(description="How many entries remain")


class RevisedCandle(Kind):
    """Answer candles of which one has other figures than it had before."""

    kind: Literal["revised_candle"]
    back: PositiveCount = Field(default=2, description="Which one, counted from the end; 1 is the running one")
    percent: Number = Field(default=1.0, description="How much its close moves; the volume doubles")


class Alter(Kind):
    """Change fields of an answer or a frame; paths are dotted, lists have numbers: ``k.c``, ``0.4``, ``-1.2``."""

    kind: Literal["alter"]
    set: Values = Field(default_factory=dict, description="Path: new value")
    raw: dict[str, str] = Field(default_factory=dict, description="Path: literal JSON, such as '1e400'")
    scale: dict[str, Number] = Field(default_factory=dict, description="Path: factor")
    remove: tuple[str, ...] = Field(default=(), description="Paths of fields to leave out")

    @model_validator(mode="after")
    def _does_something(self) -> Alter:
        if not (self.set or self.raw or self.scale or self.remove):
            raise PydanticCustomError("custom", "must have at least one of set, raw, scale and remove")
        return self


# The exchange's clock.


class Skew(Kind):
    """Put the exchange's clock ahead (positive) or behind; with ``when: {after_ms}`` it jumps."""

    kind: Literal["skew"]
    ms: Annotated[int, NotBool] = Field(description="How far, in ms")


class Drift(Kind):
    """Let the exchange's clock run fast or slow."""

    kind: Literal["drift"]
    ms_per_minute: Number = Field(description="How much it gains in a minute")


# Frames of streams.


class Lose(Kind):
    """Never send the frame."""

    kind: Literal["lose"]


class Double(Kind):
    """Send the frame more than once."""

    kind: Literal["double"]
    times: Annotated[int, Field(ge=2, le=100), NotBool] = Field(default=2, description="How often in all")


class Reorder(Kind):
    """Hold frames of a connection until there are some, then send them in another order."""

    kind: Literal["reorder"]
    count: Annotated[int, Field(ge=2, le=100), NotBool] = Field(default=2, description="How many are held")
    order: tuple[int, ...] = Field(default=(), description="Such as [2, 0, 1]; by default drawn from the seed")

    @model_validator(mode="after")
    def _is_permutation(self) -> Reorder:
        if self.order and sorted(self.order) != list(range(self.count)):
            raise PydanticCustomError("custom", "must have in order each number from 0 to count - 1 once")
        return self


class Malform(Kind):
    """Send something that is no event."""

    kind: Literal["malform"]
    how: Literal["cut", "junk", "huge", "empty", "html", "null"] = Field(
        default="cut", description="Half a frame, random bytes, 11 MB, nothing, a page, or JSON's null"
    )


class Delay(Kind):
    """Send the frame later; those after it may overtake it."""

    kind: Literal["delay"]
    ms: PositiveCount = Field(description="How much later")


# Connections of WebSockets.


class RefuseHandshake(Kind):
    """Refuse the connection with a status."""

    kind: Literal["refuse_handshake"]
    status: Annotated[int, Field(ge=400, le=599), NotBool] = Field(default=503, description="HTTP status")
    retry_after: Count | None = Field(default=None, description="Seconds in the header Retry-After")


class DropHandshake(Kind):
    """Cut the connection in the middle of the handshake."""

    kind: Literal["drop_handshake"]


class PongOnly(Kind):
    """Answer pings on the connection and nothing else."""

    kind: Literal["pong_only"]


class HalfOpen(Kind):
    """Leave the connection open and send nothing on it any more, not even pongs."""

    kind: Literal["half_open"]


class Close(Kind):
    """Close the connection: at once, after some frames, after some time, or at the frame that `when` means."""

    kind: Literal["close"]
    code: Annotated[int, Field(ge=1000, le=4999), NotBool] = Field(
        default=1006, description="Close code; 1006 is a reset"
    )
    reason: str = Field(default="", description="Text of the closing frame")
    after_frames: Count = Field(default=0, description="Not before so many frames were sent on it")
    life_ms: Count = Field(default=0, description="Not before it is so old; 86400000 is Binance's own")


ARRIVAL = (DropBefore, HangBefore, Park, StatusFault, ErrorFault, RateLimit)
REPLY = (DropAfter, HangAfter, Truncate, Slow, Html, Empty, WrongOrder, EmptyPage, ShortPage, RevisedCandle)
CLOCK = (Skew, Drift)
FRAME = (Lose, Double, Reorder, Malform, Delay)
HANDSHAKE = (RefuseHandshake, DropHandshake)
SOCKET = (PongOnly, HalfOpen, Close)
