"""Return per year over mean drawdown (Becker's pain ratio)."""

from btbot.analyzer import EquityAnalyzer


class PainRatio(EquityAnalyzer):
    def compute(self, equity):
        years = (equity.index[-1] - equity.index[0]).total_seconds() / (365 * 86_400)
        pain = (1 - equity / equity.cummax()).mean()
        return ((equity.iloc[-1] / equity.iloc[0]) ** (1 / years) - 1) / pain if years and pain else None
