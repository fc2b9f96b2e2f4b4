"""The faults of one exchange: which rules there are, and what they do at each place where they may strike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any

from btbot.exchange.refused import Refused
from btbot.paper.clock import Clock, MarketClock, WallClock
from btbot.paper.faults import answers, arrival, deed_kinds, frames, kinds, telling
from btbot.paper.faults.deeds import Stage, perform
from btbot.paper.faults.facts import FrameFacts, of_call
from btbot.paper.faults.frames import Sent
from btbot.paper.faults.gate import Gate
from btbot.paper.faults.hooks import Action, Call, Notice, SocketFault
from btbot.paper.faults.read import read_rule
from btbot.paper.faults.rule import LiveRule, Rule
from btbot.paper.faults.rules import Rules
from btbot.paper.faults.schedule import Schedule
from btbot.paper.faults.sockets import Sockets
from btbot.paper.history import History
from btbot.paper.wire import Reply

Deed = Callable[[Stage], None]
Deeds = list[Deed]
Listeners = list[Callable[[Notice], None]]
Listing = list[dict[str, Any]]


class Faults:
    """Rules and their state. Without rules every hook gives back what it was given.

    Parameters
    ----------
    seed
        Of all dice; each rule has its own, so that one does not disturb the other.
    history
        Where requests, answers and faults that struck are written.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add({"when": {"endpoint": "order.place", "nth": 1}, "do": "drop_before"})
    1
    >>> faults.arrive(Call("POST", "/api/v3/order")).reply.wire
    'drop'
    >>> faults.arrive(Call("POST", "/api/v3/order")) is None
    True
    """

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int = 0, history: History | None = None) -> None:
        self.history = history
        self._clock: Clock = WallClock()
        self._market: MarketClock | None = None
        self._rules = Rules(seed=seed)
        self._gate = Gate()
        self._sockets = Sockets()
        self._schedule = Schedule()
        self._pending: Deeds = []
        self._listeners: Listeners = []
        for rule in rules:
            self._rules.add(rule, self._clock.now_ms())

    def attach(self, clock: Clock, market_clock: MarketClock | None = None) -> None:
        """Follow these clocks; rules that are there already count from now."""
        self._clock, self._market = clock, market_clock
        for live in self._rules:
            live.begun_ms = clock.now_ms()

    # Rules, as a file or the admin port gives them.

    def add(self, rule: Rule | Mapping[str, Any]) -> int:
        """Put a rule behind the others; give its number.

        Raises
        ------
        btbot.errors.ConfigError
            Where the mapping is no rule.
        """
        checked = rule if isinstance(rule, Rule) else read_rule(rule)
        return self._rules.add(checked, self._clock.now_ms()).number

    def list(self) -> Listing:
        """Give the rules with their numbers and how often they fitted and struck."""
        return self._rules.described()

    def remove(self, number: int) -> bool:
        """Take a rule away; False where there is none of that number."""
        return self._rules.remove(number)

    def clear(self) -> None:
        """Take all rules away, and what they have left behind: bans, maintenance, sick connections."""
        self._rules.clear()
        self._gate.clear()
        self._schedule.clear()
        self._sockets = Sockets()
        self._pending.clear()

    # Requests.

    def arrive(self, call: Call) -> Action | None:
        """Say what happens to a request before anything is done, and plan what happens to its answer."""
        telling.request(self.history, call)
        shut = self._gate.check(call.ip, self._clock.now_ms())
        if shut is not None:
            self._told("gate", {"request": call.number, "ip": call.ip, "status": shut.status})
            return Action(reply=telling.reply(self.history, call, shut, done=None))
        if not self._rules.calls:
            return None
        action = self._struck(call)
        if action.reply is not None:
            call.planned.clear()
            telling.reply(self.history, call, action.reply, done=None)
        return action if action != Action() else None

    def answer(self, call: Call, reply: Reply) -> Reply:
        """Give what becomes of the answer to a request that was carried out."""
        sent = reply
        for live in call.planned:
            sent = answers.spoiled(live.rule.do, sent)
        return telling.reply(self.history, call, sent, done=reply)

    def _struck(self, call: Call) -> Action:
        facts, times = of_call(call), self._times()
        park = hold = 0
        for live in self._rules.calls:
            if not live.strikes(facts, *times):
                continue
            self._tell(live, {"request": call.number})
            if isinstance(live.rule.do, deed_kinds.DEEDS):
                self._begin(live)
                continue
            action = arrival.act(live, call, self._gate, times[0])
            if action.reply is not None:
                return action
            park, hold = park + action.park_ms, hold + action.hold_ms
        return Action(park_ms=park, hold_ms=hold)

    # Time.

    def clock_offset_ms(self, now_ms: int) -> int:
        """Give how far the exchange's clock is off."""
        offset = 0.0
        for live in self._rules.clocks:
            if not live.is_awake(now_ms, self._market_ms()):
                continue
            if not live.struck:
                live.struck = 1
                self._tell(live, {})
            do = live.rule.do
            if isinstance(do, kinds.Skew):
                offset += do.ms
            elif isinstance(do, kinds.Drift):
                offset += do.ms_per_minute * (now_ms - live.begun_ms - live.rule.when.after_ms) / 60_000
        return round(offset)

    def due(self, market_ms: int) -> Deeds:
        """Give what is to be done to the venue now; each is called with it."""
        now = self._clock.now_ms()
        self._schedule.run(now)
        for live in self._rules.timed:
            if not live.is_decided and live.is_awake(now, market_ms):
                live.is_decided = True
                if live.strikes({}, now, market_ms):
                    self._tell(live, {})
                    self._begin(live)
        deeds, self._pending = self._pending, []
        return deeds

    def next_ms(self) -> int | None:
        """Give the world's time at which `due` has something to do by itself, None where nothing waits for it."""
        now = self._clock.now_ms()
        return now if self._pending else self._schedule.next_ms(self._rules.timed, now, self._market_ms())

    def next_market_ms(self) -> int | None:
        """Give the market's time at which `due` has something to do, None where nothing waits for it."""
        return self._schedule.next_market_ms(self._rules.timed, self._market_ms())

    # Streams.

    def frames(self, session_id: Hashable, kind: str, account: str, stream: str, frame: str) -> Sent:
        """Give what is sent in the place of an event's frame: delays in ms, and frames."""
        sent: Sent = [(0, frame)]
        if not self._rules.frames:
            return sent
        facts, times = FrameFacts(account, stream, frame), self._times()
        for live in self._rules.frames:
            if frames.is_holding(live, session_id) and live.fits(facts):
                sent = frames.spoiled(live, session_id, sent)
            elif live.strikes(facts, *times):
                told = {"session": str(session_id), "of": kind, "stream": stream, "event": facts.get("event")}
                self._tell(live, told)
                sent = self._spoiled(live, session_id, sent)
        return sent

    def _spoiled(self, live: LiveRule, session_id: Hashable, sent: Sent) -> Sent:
        if isinstance(live.rule.do, kinds.SOCKET):
            self._sockets.condemn(session_id, live.rule.do)
            return []
        if isinstance(live.rule.do, deed_kinds.DEEDS):
            self._begin(live)
            return sent
        return frames.spoiled(live, session_id, sent)

    def handshake(self, path: str, ip: str) -> Refused | None:
        """Give the refusal that a new connection meets; status 0 cuts it without an answer."""
        times = self._times()
        if self._gate.is_down(times[0]):
            return telling.no_handshake(self._gate.check(ip, times[0]))
        for live in self._rules.handshakes:
            if live.strikes({"path": path, "ip": ip}, *times):
                self._tell(live, {"path": path})
                return telling.refused_handshake(live.rule.do)
        return None

    def socket(
        self, session_id: Hashable, *, path: str = "", account: str = "", ip: str = "", frames: int = 0, age_ms: int = 0
    ) -> SocketFault | None:
        """Give what is wrong with a connection, None where nothing is."""
        if not self._rules.sockets and not self._sockets.condemned:  # asked before every frame
            return None
        facts = {"path": path, "account": account, "ip": ip}
        return self._sockets.fault(
            session_id, self._rules.sockets, facts, frames=frames, age_ms=age_ms, times=self._times(), struck=self._tell
        )

    def forget(self, session_id: Hashable) -> None:
        """Drop what is kept of a connection that has ended, frames that were held too."""
        self._sockets.forget(session_id)
        for live in self._rules.frames:
            frames.forget(live, session_id)

    def listen(self, listener: Callable[[Notice], None]) -> Callable[[], None]:
        """Call `listener` with what streams are to tell their clients; gives the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # Deeds.

    def _begin(self, live: LiveRule) -> None:
        """Do the part of a deed that concerns connections, now or later, and leave the rest to the venue."""
        do, now = live.rule.do, self._clock.now_ms()
        match do:
            case deed_kinds.Maintenance():
                self._notify(Notice("shutdown"))
                self._schedule.later(now + do.notice_ms, partial(self._go_down, do, now + do.notice_ms + do.ms))
                self._schedule.run(now)
            case deed_kinds.Restart():
                self._go_down(do, now + do.down_ms)
            case deed_kinds.ExpireListen():
                self._notify(Notice("terminate", account=do.account))
            case deed_kinds.Shutdown():
                self._notify(Notice("shutdown"))
        self._pending.append(partial(self._perform, live))

    def _go_down(self, do: kinds.Kind, until_ms: int) -> None:
        restart = isinstance(do, deed_kinds.Restart)
        self._gate.go_down("restart" if restart else "maintenance", until_ms)
        self._notify(Notice("close", code=1006 if restart else 1001, reason="" if restart else "maintenance"))

    def _perform(self, live: LiveRule, stage: Stage) -> None:
        problem = perform(live.rule.do, stage)
        if problem:
            self._told("failed", {"rule": live.number, "name": live.rule.name, "problem": problem})

    def _notify(self, notice: Notice) -> None:
        for listener in tuple(self._listeners):
            listener(notice)

    # The history.

    def _tell(self, live: LiveRule, fields: Mapping[str, object]) -> None:
        self._told(live.rule.do.kind, {"rule": live.number, "name": live.rule.name, **fields})

    def _told(self, kind: str, fields: Mapping[str, object]) -> None:
        if self.history is not None:
            self.history.add("fault", {"kind": kind, **fields})

    def _times(self) -> tuple[int, int]:
        return self._clock.now_ms(), self._market_ms()

    def _market_ms(self) -> int:
        return self._clock.now_ms() if self._market is None else self._market.now_ms()
