from pathlib import Path

import pytest

from btbot.report.search.text import render, speed
from btbot.search.verify import Verification

TWO = (("sharpe", "maximize"), ("max_drawdown", "minimize"))


def lines_of(*arguments, **options):
    return render(*arguments, **options).splitlines()


def under(lines, title):
    """Lines of a section."""
    at = next(i for i, line in enumerate(lines) if line.startswith(title))
    rest = lines[at + 2 :]
    return rest[: rest.index("")] if "" in rest else rest


def test_the_first_line_says_synthetic_and_only_then(make_search):
    assert lines_of(make_search(), None)[0].startswith("SYNTHETIC DATA")
    real = render(make_search(synthetic=False), None)
    assert real.startswith("btbot search: hill\n")
    assert "SYNTHETIC" not in real


def test_the_verdict_stands_first(make_search, make_overfit):
    lines = lines_of(make_search(), make_overfit("skill", luck_probability=0.01))
    assert lines.index("Verdict") < lines.index("What was searched")
    assert under(lines, "Verdict")[0].startswith("  Skill: where there is nothing to find, 1.0 % of such searches")
    assert under(lines_of(make_search(), None), "Verdict") == ["  Not examined: how much of it is luck is unknown."]


def test_it_says_what_was_searched(make_search):
    lines = under(lines_of(make_search(), None), "What was searched")
    assert lines == [
        "  Strategies    ma_cross",
        "  Symbols       BTC/USDT, bars of 1h",
        "  Period (UTC)  2023-01-01 00:00 to 2023-03-25 08:00, 2,000 bars",
        "  ma_fast       5 to 50, step 5",
        "  ma_slow       20 to 200, step 20",
        "  atr           2, 3, 4",
        "  Sampler       grid, seed 1",
        "  Objective     Sharpe ratio (maximize)",
        "  Trials        300 of 300 settings tried: 300 complete",
        "  Engine        the compiled kernel",
    ]


def test_how_fast_it_was_is_said_apart_from_the_report(make_search):
    assert speed(make_search()) == "600 settings a second"
    assert speed(make_search(timings={"search": 0.0})) == ""
    assert render(make_search(), None) == render(make_search(timings={"search": 17.0}), None)


def test_ends_constraints_and_obstacles_are_told(make_search):
    statuses = [0] * 280 + [1] * 12 + [3] * 8
    result = make_search(statuses=statuses, obstacle="own_next has a next() of its own")
    text = render(result, None)
    assert "300 of 300 settings tried: 280 complete, 12 hopeless, 8 failed" in text
    assert "Engine        own_next has a next() of its own" in text
    constrained = make_search(constraints=["ma_fast < ma_slow"])
    assert "Constraints   ma_fast < ma_slow" in render(constrained, None)


def test_the_best_ten_are_a_table(make_search):
    result = make_search()
    rows = under(lines_of(result, None), "The best 10")
    assert rows[0].split()[:5] == ["rank", "trial", "ma_fast", "ma_slow", "atr"]
    assert len(rows) == 11
    best = result.trials.setting(int(result.order[0]))
    assert rows[1].split()[:5] == ["1", str(result.order[0]), *(f"{value:g}" for value in best.values())]


@pytest.mark.parametrize(
    ("verification", "obstacle", "said"),
    [
        (None, "", "The best 3 and 2 others were run again through Cerebro: fills and equity are equal to 1e-9, and their signals do not look ahead."),
        ([], "", "No setting was run again through Cerebro (optimize.verify asks for none)."),
        (None, "a plain strategy", "Every setting went through Cerebro. The signals of the best 3 and 2 others do not look ahead."),
        (
            [Verification(7, 1, 0.2, 9, False, "fills differ by 0.2"), Verification(8, None, 0.0, 9, True, "")],
            "",
            "WARNING: the best 1 and 1 others were run again through Cerebro, and 1 of them failed: trial 7 (rank 1): fills differ by 0.2",
        ),
    ],
)  # fmt: skip
def test_it_says_what_cerebro_found(make_search, verification, obstacle, said):
    result = make_search(verification=verification, obstacle=obstacle)
    lines = under(lines_of(result, None), "Check against Cerebro")
    assert " ".join(line.strip() for line in lines) == said


def test_it_says_what_decides(make_search):
    rows = under(lines_of(make_search(), None), "What decides Sharpe ratio")
    assert "ma_fast" in rows[0]
    assert "ma_fast with ma_slow" in "".join(rows)


def test_figures_of_overfitting_have_names_and_values(make_search, make_overfit):
    text = render(make_search(), make_overfit())
    for name, value in (
        ("Deflated Sharpe ratio", "61.00 %"),
        ("Probability of overfitting", "38.00 %"),
        ("Settings tried earlier", "1,250"),
        ("Minimum backtest length", "1,310.5 days"),
    ):
        assert any(value in line for line in text.splitlines() if name in line)


def test_failed_settings_are_listed(make_search):
    text = render(
        make_search(statuses=[0] * 298 + [3, 3], failures=[(298, "ValueError: a\nb"), (299, "KeyError: c")]), None
    )
    assert "Settings that failed (2)" in text
    assert "  trial 298: ValueError: a?b\n  trial 299: KeyError: c\n" in text


def test_it_says_how_to_go_on(make_search):
    assert under(lines_of(make_search(), None), "What to do next")[0] == "  python -m btbot run best.yml"
    told = lines_of(make_search(), None, folder=Path("results/x"))
    assert under(told, "What to do next")[0] == "  python -m btbot run results/x/best.yml"


def test_without_a_best_setting_there_is_no_table(make_search):
    text = render(make_search(statuses=[3] * 300, verification=[]), None)
    assert "No setting could be ranked, so there is no best.yml." in text
    assert "The best" not in text


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"objectives": TWO},
        {"trials": 1, "sampler": "random"},
        {
            "space": {f"strategies.0.params.a_long_name_{at}": {"low": 0.0, "high": 1.0} for at in range(20)},
            "trials": 40,
            "sampler": "tpe",
        },
        {"name": "n" * 300, "obstacle": "o" * 300},
        {"statuses": [3] * 300},
    ],
)
def test_no_line_is_longer_than_a_hundred_columns(make_search, make_overfit, choice):
    text = render(make_search(**choice), make_overfit())
    assert max(map(len, text.splitlines())) <= 100
    assert " nan" not in text
    assert text.endswith("\n")


def test_names_cannot_steer_the_terminal(make_search):
    assert "\x1b" not in render(make_search(name="a\x1b[2J", notes=["b\x1b[31m"], obstacle="c\x1b"), None)
