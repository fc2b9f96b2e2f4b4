import numpy as np
import pytest

from btbot.report.search.words import kind, label, settings, shown, word


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20, "20"),
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (0.3036921611, "0.303692"),
        (-2.5, "-2.5"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ("ema\x1b[2J", "ema?[2J"),
        (np.str_("sma"), "sma"),
    ],
)
def test_a_value_stands_as_in_a_configuration_with_few_digits(value, text):
    assert word(value) == text


def test_a_setting_is_one_line_of_short_names():
    setting = {"strategies.0.params.ma_fast": 20, "allow_short": True}
    assert settings(setting, {"strategies.0.params.ma_fast": "ma_fast"}) == "ma_fast 20, allow_short true"


def test_figures_are_named_and_shown_by_what_they_mean():
    assert (label("max_drawdown"), kind("max_drawdown")) == ("Max drawdown", "percent")
    assert (label("pain_ratio"), kind("pain_ratio")) == ("pain ratio", None)
    assert shown("max_drawdown", 0.256) == "25.60 %"
    assert shown("total_trades", 12.0) == "12"
    assert shown("total_trades", float("nan")) == "-"
    assert shown("pain_ratio", 1.5) == "1.50"
