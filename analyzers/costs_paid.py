"""Costs paid: fees, funding, borrow interest and slippage, and what they took from the gross result."""

from btbot.analyzer import Analyzer

KINDS = ("fees_paid", "funding_paid", "borrow_paid", "slippage_paid")


class CostsPaid(Analyzer):
    def compute(self, result):
        paid = {kind: result.metrics.get(kind) or 0.0 for kind in KINDS}
        total = sum(paid.values())
        gross = result.metrics["final_equity"] - result.config["capital"] + total
        return {
            **paid,
            "costs_paid": total,
            "share_of_capital": total / result.config["capital"],
            "share_of_gross_result": total / gross if gross > 0 else None,
        }
