"""Candles and everything beside them in one database: SQLite by default, PostgreSQL and TimescaleDB by address.

`Store` takes checked bars and gives checked bars; what it writes twice is there once, what an exchange changed
afterwards is kept as a revision. Rows stay readable by SQL. It never downloads and never repairs.
"""

from btbot.data.store.database import Database
from btbot.data.store.downloads import Channel
from btbot.data.store.listing import Coverage, Series
from btbot.data.store.merge import Written
from btbot.data.store.store import Store, open_store
from btbot.data.store.tape import Tape
from btbot.data.store.upgrade import upgrade

__all__ = ["Channel", "Coverage", "Database", "Series", "Store", "Tape", "Written", "open_store", "upgrade"]
