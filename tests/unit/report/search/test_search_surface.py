import numpy as np
import pandas as pd
import pytest

from btbot.config.search import Range
from btbot.report.search.surface import Levels, Surface, distances, levels, nearest
from btbot.search.dimension import Dimension


def dimension(**values):
    return Dimension.of("a.b", "b", Range(**values))


def test_every_value_on_a_step_is_a_level():
    found = levels(dimension(low=5, high=25, step=5), np.array([25.0, 5.0, 10.0]), most=60)
    assert found.texts == found.ticks == ("5", "10", "15", "20", "25")
    assert found.codes.tolist() == [4, 0, 1]


def test_steps_of_fractions_hit_their_level():
    one = dimension(low=0.1, high=0.7, step=0.1)
    found = levels(one, one.at(np.arange(7)), most=60)
    assert found.texts == ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7")
    assert found.codes.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_many_values_are_put_together_in_their_order():
    found = levels(dimension(low=1, high=10), np.arange(1.0, 11.0), most=4)
    assert found.texts == ("1 to 3", "4 to 5", "6 to 8", "9 to 10")
    assert found.ticks == ("1", "4", "6", "9")
    assert found.codes.tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]


def test_a_continuous_range_is_cut_into_equal_parts():
    found = levels(dimension(low=0.0, high=1.0), np.array([0.0, 0.24, 0.25, 0.99, 1.0]), most=4)
    assert found.texts == ("0 to 0.25", "0.25 to 0.5", "0.5 to 0.75", "0.75 to 1")
    assert found.codes.tolist() == [0, 0, 1, 3, 3]


def test_a_logarithmic_range_is_cut_into_equal_ratios():
    found = levels(dimension(low=0.01, high=100.0, log=True), np.array([0.01, 0.5, 2.0, 100.0]), most=4)
    assert found.texts == ("0.01 to 0.1", "0.1 to 1", "1 to 10", "10 to 100")
    assert found.codes.tolist() == [0, 1, 2, 3]
    whole = levels(dimension(low=1, high=1000, log=True), np.array([1.0, 30.0, 1000.0]), most=3)
    assert whole.codes.tolist() == [0, 1, 2]


def test_choices_keep_their_order_and_words():
    one = Dimension.of("a.b", "b", ("sma", True, 3.0))
    found = levels(one, np.array([2.0, 0.0, 1.0]), most=60)
    assert found.texts == ("sma", "true", "3")
    assert found.codes.tolist() == [2, 0, 1]
    assert levels(one, np.array([2.0, 0.0, 1.0]), most=2).texts == ("sma to true", "3")


def test_one_value_is_one_level():
    for one in (dimension(low=3, high=3), dimension(low=0.5, high=0.5), Dimension.of("a.b", "b", ("x",))):
        found = levels(one, np.array([one.low, one.low]), most=5)
        assert set(found.codes.tolist()) <= set(range(len(found.texts)))


@pytest.mark.parametrize("minimize", [False, True])
def test_best_median_and_worst_of_each_cell_are_those_of_a_plain_table(minimize):
    rng = np.random.default_rng(4)
    values, rows, columns = rng.normal(0, 1, 500).round(2), rng.integers(0, 4, 500), rng.integers(0, 70, 500)
    parameters = [Levels(("",) * size, ("",) * size, one.astype(np.uint16)) for size, one in ((5, rows), (71, columns))]
    surface = Surface(values, parameters, minimize=minimize)
    plain = pd.DataFrame({"value": values, "row": rows, "column": columns}).groupby(["row", "column"])["value"]
    shape = pd.MultiIndex.from_product([range(5), range(71)])
    found = surface.across(0, 1)
    for mine, theirs in (
        (found.best, "min" if minimize else "max"),
        (found.median, "median"),
        (found.worst, "max" if minimize else "min"),
    ):
        np.testing.assert_array_equal(mine.ravel(), getattr(plain, theirs)().reindex(shape).to_numpy())
    np.testing.assert_array_equal(found.count.ravel(), plain.size().reindex(shape, fill_value=0).to_numpy())
    alone = surface.over(0)
    assert alone.count.tolist() == [*np.bincount(rows), 0]
    assert np.isnan(alone.best[4])


def test_more_cells_than_sixteen_bits_hold_are_kept_apart():
    codes = np.array([0, 299, 299], np.uint16)
    level = Levels(("",) * 300, ("",) * 300, codes)
    found = Surface(np.array([1.0, 2.0, 3.0]), [level, level], minimize=False).across(0, 1)
    assert (found.best[0, 0], found.best[299, 299], found.count.sum()) == (1.0, 3.0, 3)


def test_distances_are_shares_of_the_range():
    dims = [
        dimension(low=0, high=100),
        dimension(low=1.0, high=100.0, log=True),
        Dimension.of("c", "c", ("a", "b", "c")),
    ]
    columns = [np.array([50.0, 75.0]), np.array([1.0, 10.0]), np.array([0.0, 2.0])]
    assert [one.tolist() for one in distances(dims, columns, 0)] == [[0.0, 0.25], [0.0, 0.5], [0.0, 1.0]]
    still = distances([dimension(low=3, high=3)], [np.array([3.0, 3.0])], 0)
    assert still[0].tolist() == [0.0, 0.0]


def test_the_nearest_trial_of_each_level_is_the_first_of_the_closest():
    position, distance = nearest(np.array([0, 0, 2, 2, 2], np.uint16), 4, np.array([0.5, 0.0, 0.3, 0.1, 0.1]))
    assert position.tolist() == [1, -1, 3, -1]
    np.testing.assert_array_equal(distance, [0.0, np.nan, 0.1, np.nan])
