"""Candles from files and frames: read them, generate them, and judge them at the door.

Takes paths and DataFrames, gives raw frames (columns `time`, `open`, `high`, `low`, `close`, `volume`) and,
through `btbot.data.gate.admit`, checked `Bars` with the findings. Never invents a bar, never repairs one in
silence.
"""
