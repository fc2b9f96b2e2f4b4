"""Is what is stored right, and where not, can it be repaired?

`check` takes a store and gives a report of every series: errors, oddities, holes and why they are there. `repair`
fills holes with candles that somebody else recorded, and says what it could not fill. Nothing here invents a candle.
"""

from btbot.data.check.checking import check
from btbot.data.check.donors import Finer, Second
from btbot.data.check.holes import Hole, Holes
from btbot.data.check.recounting import Recounted, recount, recount_hidden
from btbot.data.check.repairing import Outcome, by_asking, by_donor, repair
from btbot.data.check.report import Checked

__all__ = [
    "Checked", "Finer", "Hole", "Holes", "Outcome", "Recounted", "Second", "by_asking", "by_donor", "check", "recount",
    "recount_hidden", "repair",
]  # fmt: skip
