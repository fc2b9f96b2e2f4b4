"""Which settings a search tries: all of a grid, a sample of them, or those that look best after what was seen.

Takes the searched space, gives settings by number (grid, random, Latin hypercube, Sobol) or in batches that wait for
what the last one gave (TPE, CMA-ES, NSGA-II). Never evaluates a setting.
"""

from btbot.search.samplers.make import AdaptiveSampler, NumberedSampler, make_sampler

__all__ = ["AdaptiveSampler", "NumberedSampler", "make_sampler"]
