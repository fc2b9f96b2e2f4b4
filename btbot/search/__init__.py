"""Parameter search: a space of settings, a sampler, an objective, and the loop over them; walk-forward on top.

Takes a configuration with ``optimize:``, gives the ranked trials. Never judges whether the best one is luck
(`btbot.trust`) and never draws (`btbot.report`).
"""
