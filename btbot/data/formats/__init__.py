"""Files of other programs and of exchanges' archives: what a name says, what a checksum says, and how to write them.

Takes paths and gives what they are of (`names`), their trades and funding rates as arrays; writes bars, rates and
trades in the forms that Binance's archives, freqtrade and spreadsheets have. Candles are read by `btbot.data.read`.
Knows no database.
"""
