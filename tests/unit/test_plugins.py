import logging
import os
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import backtrader as bt
import pytest

from btbot import plugins
from btbot.errors import ConfigError, StrategyError
from btbot.plugins import available, describe, load, search_folders, shipped

BROKEN = Path(__file__).resolve().parents[1] / "plugins" / "broken"
STRATEGY = """\
'''{doc}'''
import backtrader as bt


class {name}(bt.Strategy):
    params = (("fast", 5), ("slow", 20))
"""


@pytest.fixture
def write(tmp_path):
    def _write(name, text=None, *, folder="strategies", doc="A file."):
        path = tmp_path / folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = "".join(part.capitalize() for part in name.split("_"))
        path.write_text(STRATEGY.format(name=title, doc=doc) if text is None else text)
        return path

    return _write


def get(name, *folders, base=bt.Strategy):
    return load("strategies", name, base=base, folders=list(folders))


def message(name, *folders, error=StrategyError, base=bt.Strategy):
    with pytest.raises(error) as caught:
        get(name, *folders, base=base)
    return str(caught.value)


class TestSearchFolders:
    def test_configured_then_current_then_beside_the_config_then_shipped(self, tmp_path, monkeypatch):
        for folder in ("project/configs", "project/strategies", "project/mine", "here/strategies"):
            (tmp_path / folder).mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "here")
        assert search_folders("strategies", tmp_path / "project/configs", ["../mine"]) == [
            (tmp_path / "project/mine").resolve(),
            (tmp_path / "here/strategies").resolve(),
            (tmp_path / "project/strategies").resolve(),
            shipped("strategies"),
        ]

    def test_without_a_configuration_only_the_current_folder_and_the_shipped(self, tmp_path, monkeypatch):
        (tmp_path / "strategies").mkdir()
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        assert search_folders("strategies") == [shipped("strategies")]

    def test_a_folder_is_searched_once(self, checkout, monkeypatch):
        monkeypatch.chdir(checkout)
        assert search_folders("strategies", checkout / "configs") == [checkout / "strategies"]

    def test_a_configured_folder_must_exist(self, tmp_path):
        with pytest.raises(ConfigError) as caught:
            search_folders("feeds", tmp_path, ["mine"])
        assert str(caught.value) == (
            f"plugins.feeds: there is no folder {tmp_path}/mine; paths are relative to {tmp_path}"
        )

    def test_shipped_is_inside_the_package_where_the_wheel_put_it(self, tmp_path, monkeypatch):
        monkeypatch.setattr(plugins, "__file__", str(tmp_path / "btbot" / "plugins.py"))
        assert shipped("feeds") == tmp_path / "feeds"
        (tmp_path / "btbot" / "_bundled" / "feeds").mkdir(parents=True)
        assert shipped("feeds") == tmp_path / "btbot" / "_bundled" / "feeds"


class TestAvailable:
    def test_nothing_is_imported(self, write, tmp_path):
        write("bomb", "raise SystemExit")
        write("_private")
        write("alpha")
        assert list(available("strategies", [tmp_path / "strategies"])) == ["alpha", "bomb"]
        assert not [name for name in sys.modules if "bomb" in name]

    def test_the_first_folder_wins_and_knows_what_it_hides(self, write, tmp_path):
        first, second = write("alpha", folder="one"), write("alpha", folder="two")
        found = available("strategies", [tmp_path / "one", tmp_path / "two"])["alpha"]
        assert (found.path, found.hides, found.where) == (first, (second,), str(first))

    def test_entry_points_come_after_folders_and_before_the_shipped_ones(self, write, tmp_path, monkeypatch):
        entry = EntryPoint("ma_cross", "collections:OrderedDict", "btbot.strategies")
        monkeypatch.setattr(plugins, "_entry_points", lambda kind: [entry] if kind == "strategies" else [])
        found = available("strategies", [shipped("strategies")])["ma_cross"]
        assert (found.entry_point, found.where) == (entry, "entry point collections:OrderedDict")
        assert found.hides == (shipped("strategies") / "ma_cross.py",)
        own = write("ma_cross")
        assert available("strategies", [own.parent, shipped("strategies")])["ma_cross"].path == own


class TestLoad:
    def test_the_class_of_the_file(self, write):
        path = write("only_here")
        cls = get("only_here", path.parent)
        assert (cls.__name__, cls.__module__) == ("OnlyHere", "btbot_plugins.strategies.only_here")
        assert str(path.parent) not in sys.path

    def test_a_file_is_imported_once_until_it_changes(self, write):
        path = write("edited", "import backtrader as bt\nclass A(bt.Strategy):\n    x = 1\n")
        first = get("edited", path.parent)
        assert get("edited", path.parent) is first
        path.write_text("import backtrader as bt\nclass A(bt.Strategy):\n    x = 2\n")
        os.utime(path, ns=(1, 1))
        assert get("edited", path.parent).x == 2
        assert not (path.parent / "__pycache__").exists()

    def test_files_of_one_name_in_two_folders_do_not_meet(self, write, tmp_path):
        write("twin", doc="One.", folder="one")
        write("twin", doc="Two.", folder="two")
        one, two = get("twin", tmp_path / "one"), get("twin", tmp_path / "two")
        assert one is not two
        assert sys.modules[one.__module__].__doc__ == "One."
        assert sys.modules[two.__module__].__doc__ == "Two."

    def test_a_file_named_like_a_module_of_python_harms_nobody(self, write):
        path = write("csv", "import csv\nimport backtrader as bt\nROWS = csv.reader\nclass A(bt.Strategy): pass\n")
        assert get("csv", path.parent).__name__ == "A"
        assert sys.modules["btbot_plugins.strategies.csv"].ROWS

    def test_several_classes_and_one_named_like_the_file(self, write):
        text = "import backtrader as bt\nclass Other(bt.Strategy): pass\nclass SMACross(bt.Strategy): pass\n"
        path = write("sma_cross", text)
        assert get("sma_cross", path.parent).__name__ == "SMACross"
        assert get("sma_cross:Other", path.parent).__name__ == "Other"

    def test_imported_and_private_classes_do_not_count(self, write):
        text = (
            "import backtrader as bt\nfrom backtrader import SignalStrategy\n"
            "class _Base(bt.Strategy): pass\nclass Mine(_Base): pass\nAlias = Mine\n"
        )
        assert get("one", write("one", text).parent).__name__ == "Mine"

    def test_an_own_file_over_a_shipped_one_is_logged(self, write, caplog):
        caplog.set_level(logging.INFO, logger="btbot.plugins")
        path = write("ma_cross")
        get("ma_cross", path.parent, shipped("strategies"))
        assert caplog.messages == [f"strategy ma_cross is {path}, which hides {shipped('strategies') / 'ma_cross.py'}"]

    def test_an_entry_point(self, monkeypatch, tmp_path):
        def point(value):
            entry = EntryPoint("theirs", value, "btbot.strategies")
            monkeypatch.setattr(plugins, "_entry_points", lambda kind: [entry])

        point("backtrader:SignalStrategy")
        assert get("theirs", tmp_path) is bt.SignalStrategy
        point("collections:OrderedDict")
        assert message("theirs", tmp_path) == (
            "strategies: entry point collections:OrderedDict must be a subclass of backtrader.Strategy, "
            "was <class 'collections.OrderedDict'>"
        )


class TestMistakes:
    def test_an_unknown_name(self, write, tmp_path):
        folder = write("sma_cross").parent
        assert message("sma_crss", folder, tmp_path, error=ConfigError) == (
            f"strategies: there is no strategy 'sma_crss'; looked in {folder}, {tmp_path}; did you mean 'sma_cross'?"
        )
        assert message("../x", folder, error=ConfigError) == (
            f"strategies: there is no strategy '../x'; looked in {folder}"
        )
        assert message("x", error=ConfigError) == (
            "strategies: there is no strategy 'x'; looked in no folder, since none exists"
        )

    def test_an_unknown_feed_names_those_that_there_are(self):
        with pytest.raises(ConfigError, match=r"did you mean 'store'\?; there are frame, ohlcv_csv, sample, store$"):
            load("feeds", "stroe", base=object, folders=[shipped("feeds")])

    def test_an_unknown_class(self, write):
        path = write("my_idea")
        assert message("my_idea:MyIdeal", path.parent, error=ConfigError) == (
            f"strategies: {path} has no strategy 'MyIdeal'; it defines MyIdea; did you mean 'MyIdea'?"
        )

    def test_a_name_is_told_where_it_was_written(self, write):
        path = write("my_idea")
        for name, text in (("my_ide", "there is no strategy 'my_ide'"), ("my_idea:X", f"{path} has no strategy 'X'")):
            with pytest.raises(ConfigError) as caught:
                load("strategies", name, base=bt.Strategy, folders=[path.parent], where="a.yml:4: strategies.0.name")
            assert str(caught.value).startswith(f"a.yml:4: strategies.0.name: {text}; ")

    def test_no_class(self):
        assert message("no_class", BROKEN) == (f"{BROKEN}/no_class.py: must define one subclass of backtrader.Strategy")

    def test_a_class_of_another_base(self):
        assert message("wrong_base", BROKEN) == (
            f"{BROKEN}/wrong_base.py: must define one subclass of backtrader.Strategy, found WrongBase"
        )

    def test_two_classes(self):
        assert message("two_classes", BROKEN) == (
            f"{BROKEN}/two_classes.py: defines 2 of backtrader.Strategy (First, Second), none named like it; "
            "choose one with 'name: two_classes:First'"
        )

    def test_a_file_that_raises_comes_out_as_it_is_with_a_note(self):
        with pytest.raises(ZeroDivisionError, match="planted") as caught:
            get("raises", BROKEN)
        assert caught.value.__notes__ == [f"while loading the strategy {BROKEN}/raises.py"]
        assert "btbot_plugins.strategies.raises" not in sys.modules
        with pytest.raises(ZeroDivisionError):
            get("raises", BROKEN)

    def test_a_file_that_does_not_compile(self):
        with pytest.raises(SyntaxError) as caught:
            get("syntax_error", BROKEN)
        assert (caught.value.filename, caught.value.lineno) == (str(BROKEN / "syntax_error.py"), 3)
        assert caught.value.__notes__ == [f"while loading the strategy {BROKEN}/syntax_error.py"]

    def test_a_broken_neighbour_hurts_nobody(self, write):
        path = write("good")
        write("bad", "(")
        assert get("good", path.parent)


class TestDescribe:
    def test_the_docstring_of_the_class_or_else_of_the_file(self, write):
        path = write("documented", doc="The file.\n\nMore.")
        seen = describe(get("documented", path.parent))
        assert (seen.name, seen.summary, seen.where) == ("Documented", "The file.", str(path))
        assert seen.params == {"fast": 5, "slow": 20}
        own = "import backtrader as bt\nclass A(bt.Strategy):\n    '''The class.\n\n    More.'''\n"
        assert describe(get("own", write("own", own).parent)).summary == "The class."
        bare = "import backtrader as bt\nclass A(bt.Strategy): pass\n"
        assert describe(get("bare", write("bare", bare).parent)).summary == ""

    def test_inherited_parameters_can_be_left_out(self):
        class Mine(bt.feeds.GenericCSVData):
            params = (("mine", 3),)

        assert describe(Mine, base=bt.feeds.GenericCSVData).params == {"mine": 3}
        assert "dataname" in describe(Mine).params

    def test_a_class_without_parameters(self):
        assert describe(int).params == {}
