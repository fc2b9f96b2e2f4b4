"""How far a result can be trusted: is the best of many trials skill or luck?

Takes daily returns and counts as plain values and gives figures, sentences and a verdict; keeps the ledger of all
trials. Never runs a strategy and never draws.
"""
