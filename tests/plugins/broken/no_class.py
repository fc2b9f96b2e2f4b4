"""A file without a plug-in."""

IDEA = "buy low, sell high"
