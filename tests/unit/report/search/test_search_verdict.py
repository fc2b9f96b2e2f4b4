import pytest

from btbot.report.search.verdict import MEASURES, TONES, headline, measures, sentences, verdict


@pytest.mark.parametrize(
    ("word", "said", "tone"),
    [
        ("skill", "More than luck, as far as these bars can tell", "good"),
        ("unproven", "Not proven: it may be luck", "open"),
        ("luck", "Probably luck", "bad"),
    ],
)
def test_each_verdict_has_plain_words_and_a_tone(make_overfit, word, said, tone):
    found = make_overfit(word)
    assert (headline(found), TONES[verdict(found)]) == (said, tone)


def test_where_nobody_asked_it_says_so():
    assert headline(None) == "Not examined: how much of it is luck is unknown"
    assert (verdict(None), sentences(None)) == ("", [])


def test_every_figure_is_named_shown_and_explained(make_overfit):
    found = {one.text: one.show(value) for one, value in measures(make_overfit(pbo=float("nan")))}
    assert found["Deflated Sharpe ratio"] == "61.00 %"
    assert found["Probability of overfitting"] == "-"
    assert found["Settings tried earlier"] == "1,250"
    assert found["Independent settings"] == "41.30"
    assert found["Minimum backtest length"] == "1,310.5 days"
    assert len(found) == len(MEASURES)
