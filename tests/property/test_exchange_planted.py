"""The comparison and the rules can fail: the quick sample notices each fault planted in the exchange's source."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest
from exchange_planted import Change, planted_exchange
from exchange_replay import replay
from exchange_runs import HUNT, compare, obey

_numbers = count()

FAULTS: dict[str, Change] = {
    # priority
    "last come first served": ("taking", "key, maker = next(iter(level.queue.items()))", "key, maker = next(reversed(level.queue.items()))"),
    "worst price first": ("book", "return self.levels[keys[-1] * self.sign]", "return self.levels[keys[0] * self.sign]"),
    "iceberg keeps its place": (
        "book",
        "            del level.queue[order.id]\n            level.queue[order.id] = order\n            shown = refill",
        "            shown = refill",
    ),
    "amended order goes to the back": (
        "applying",
        "        order.level.queue[order.id] = fresh\n",
        "        del order.level.queue[order.id]\n        order.level.queue[order.id] = fresh\n",
    ),
    # trades
    "limit not looked at": ("taking", "if level is None or (limit and level.price * half.sign < limit):\n            return\n        _hit", "if level is None:\n            return\n        _hit"),
    "quote rounded up": ("taking", "quote = price * quantity // SCALE", "quote = -(-price * quantity // SCALE)"),
    "trade ids stand still": ("applying", "state.trade_ids[symbol] = event.id", "pass"),
    "hidden part traded at once": ("taking", "quantity = min(quantity, maker.shown)", "quantity = min(quantity, maker.remaining)"),
    "fill or kill fills what there is": ("taking", "return found == order.remaining", "return True"),
    "immediate or cancel rests": ("taking", 'if order.price and order.time_in_force == "GTC":\n        rest', "if order.price:\n        rest"),
    # money
    "maker pays as taker": ("taking", "rates.maker if is_maker else rates.taker", "rates.taker"),
    "fee rounded up": ("fees", "return quantity * rate // SCALE, symbol.base", "return -(-quantity * rate // SCALE), symbol.base"),
    "discount without the coins for it": ("fees", "if value and fee <= wealth:", "if value:"),
    "fee lost on the way": ("ledger", "self.fees[asset] += commission", "pass"),
    "seller receives before the fee": ("ledger", "given.free += released - quantity\n            taken.free += paid", "given.free += released - quantity\n            taken.free += paid + 1"),
    "better price not given back": ("applying", "released = order.hold - left", "released = event.quote if order.side == 'BUY' else order.hold - left"),
    "money of a pair locked twice": ("applying", "needed = max(0, needed - other.hold)", "pass"),
    "cancelled money stays locked": ("applying", "    _set_hold(state, order, 0)\n", "    pass\n"),
    "locked money may be withdrawn": ("matching", "state.ledger.free(command.account, command.asset)", "state.ledger.balance(command.account, command.asset).total"),
    "market order without the money": ("placing", "if needed > state.ledger.free(order.account, asset):", "if order.kind != 'MARKET' and needed > state.ledger.free(order.account, asset):"),
    # filters
    "step ignored": ("filters", "or (highest and quantity > highest) or (step and quantity % step):\n        raise refusals.filter_failure(\"LOT_SIZE\")", "or (highest and quantity > highest):\n        raise refusals.filter_failure(\"LOT_SIZE\")"),
    "tick ignored": ("filters", "or (tick and price % tick)", ""),
    "smallest value ignored": ("filters", "value < symbol.min_notional * SCALE", "value < 0"),
    "one order too many": ("filters", "if market.open_orders >= symbol.max_orders > 0:", "if market.open_orders > symbol.max_orders > 0:"),
    "bands exchanged": ("filters", "if place.side == \"BUY\":\n        up, down", "if place.side == \"SELL\":\n        up, down"),
    # stops
    "stop needs more than its price": ("triggers", "if key > bound:", "if key >= bound:"),
    "trailing stop forgets its best price": ("triggers", "order.peak = max(order.peak, price)", "order.peak = price"),
    "triggered in the order of arrival": ("triggers", "insort(self._rising, (order.stop_price, order.id))", "self._rising.append((order.stop_price, order.id))"),
    # self-trades
    "maker's mode decides": ("prevention", "mode = taker.prevention", "mode = maker.prevention if maker.prevention != 'NONE' else taker.prevention"),
    "decrement takes all": ("prevention", "lost = min(taker.remaining, maker.remaining)", "lost = max(taker.remaining, maker.remaining)"),
    # lists
    "other leg stays": ("lists", "        expire(state, other, now_ms, \"OCO\")", "        pass"),
    "pending order starts after a part": ("lists", 'if order.status == "FILLED":\n                    state.due', 'if order.executed:\n                    state.due'),
    # commands
    "cancelled leg alone": ("cancelling", "group = state.lists.get(order.list_id) if order.list_id >= 0 else None", "group = None"),
    "name used twice": ("placing", "if known is not None and known.id in page.open:", "if False:"),
    "maker takes": ("placing", "        if crosses(state, order):\n            raise refusals.would_match()", "        pass"),
    # depth
    "change of a level not told": ("book", "        (self.bids if order.side == \"BUY\" else self.asks).changed.add(level.price)\n        self.update_id += 1\n\n    def supply", "        self.update_id += 1\n\n    def supply"),
}  # fmt: skip


OF_REPLAYS: dict[str, Change] = {
    "fills counted twice": ("applying", "    order.executed = order.spent = order.prevented = order.peak = 0\n", ""),
    "status of later": ("applying", "    order.status = event.status\n    order.executed = order.spent", "    order.executed = order.spent"),
    "already at work": ("applying", "    order.working = False\n    order.working_ms = -1\n", ""),
    "numbers given again": ("applying", "        state.list_id = max(state.list_id, fresh.id)\n", "        state.list_id += state.newborn is event.list\n"),
}  # fmt: skip


RARE = {
    "iceberg keeps its place": 25, "amended order goes to the back": 17, "pending order starts after a part": 12,
    "triggered in the order of arrival": 9, "tick ignored": 8, "bands exchanged": 5, "locked money may be withdrawn": 2,
    "smallest value ignored": 2, "stop needs more than its price": 2, "fill or kill fills what there is": 1,
    "discount without the coins for it": 1, "maker's mode decides": 1, "other leg stays": 1, "maker takes": 1,
}  # fmt: skip
"""Seeds that found such a fault out before: they are tried first, and all the others if they no longer do."""


def noticed(
    changes: list[Change], folder, seeds: range = HUNT, *, replayed: bool = False, first: int = HUNT.start
) -> int | None:
    """Return a seed at which an exchange with these changes is found out, `first` if it is one."""
    number = next(_numbers)
    place = folder / f"exchange_{number}"
    place.mkdir()
    exchange = planted_exchange(place, f"planted_exchange_{number}", changes)
    assert first in seeds
    for seed in (first, *seeds):
        try:
            compare(exchange, Random(seed))
            obey(exchange, Random(seed))
            if replayed:
                replay(exchange, Random(seed))
        except (AssertionError, LookupError, ValueError, ZeroDivisionError):
            return seed
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("planted")


def test_nothing_is_noticed_without_a_fault(folder):
    assert noticed([], folder, range(2), replayed=True) is None


@pytest.mark.parametrize("fault", OF_REPLAYS)
def test_planted_fault_of_replays_is_noticed(fault, folder):
    """Nobody notices these but who rebuilds an exchange from its events."""
    assert noticed([OF_REPLAYS[fault]], folder, range(1)) is None
    assert noticed([OF_REPLAYS[fault]], folder, replayed=True) is not None


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_noticed(fault, folder):
    assert noticed([FAULTS[fault]], folder, first=RARE.get(fault, HUNT.start)) is not None
