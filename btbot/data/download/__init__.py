"""History of an exchange into the store: what is missing is asked for, page by page, and each page is kept at once.

A page and the record of what was asked are one transaction, so that an interrupted download goes on where it stopped.
Only closed candles are written; what an exchange changed afterwards is asked for again, reported, and kept as a
revision; what it leaves out is asked for once more by the next call. The client is handed in: nothing here knows ccxt.
"""

from btbot.data.download.downloading import download, fetch_spans
from btbot.data.download.job import Downloaded, Job, Revision, Standing, stamp

__all__ = ["Downloaded", "Job", "Revision", "Standing", "download", "fetch_spans", "stamp"]
