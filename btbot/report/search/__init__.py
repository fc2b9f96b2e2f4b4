"""Turn a finished search into files: ranked tables, the best setting ready to run, a text and one offline page.

Takes what `given` describes: the result of a search, and what the examination for overfitting found. It evaluates
no setting and judges nothing; of the trials it reads parts and single columns, so that memory stays small.
"""

from btbot.report.search.folder import write

__all__ = ["write"]
