"""What risk permits: buying power, liquidation, and the two limits that stop trading.

Takes and gives plain numbers; every function is also valid source for ``numba.njit``. Never closes a position
or keeps a state: peaks and first equities of a day are the host's.
"""

from btbot.risk.buying_power import affordable, buying_power
from btbot.risk.daily_loss import daily_loss_breached
from btbot.risk.drawdown import drawdown_breached
from btbot.risk.liquidation import liquidated

__all__ = ["affordable", "buying_power", "daily_loss_breached", "drawdown_breached", "liquidated"]
