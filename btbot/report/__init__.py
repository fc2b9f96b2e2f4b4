"""Turn a finished run into files that a person reads and a program can load again.

Takes a `btbot.records.RunResult` (or a folder written earlier) and gives text, pictures, pages and tables.
It computes no trade and no metric of its own, and matplotlib, plotly and quantstats are imported here alone,
each only when something is drawn with it.
"""
