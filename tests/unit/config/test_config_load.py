import datetime as dt
import logging
import pickle
from decimal import Decimal
from pathlib import Path

import pydantic
import pytest

from btbot.config import RunConfig, load_config
from btbot.config.load import shipped_configs
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

MAPPING = {
    "symbols": ["BTC/USDT"],
    "timeframe": "1h",
    "feed": {"name": "sample"},
    "strategies": [{"name": "ma_cross"}],
}
SECRET = (
    "holds a secret, which is read from the environment alone; delete it here and set {} there, "
    "or in a .env file of mode 0600 beside the configuration"
)


def refused(source, **options):
    with pytest.raises(ConfigError) as caught:
        load_config(source, environ=options.pop("environ", {}), **options)
    return str(caught.value)


def test_defaults(loaded, tmp_path):
    config = loaded()
    assert config.symbols == ("BTC/USDT", "ETH/USDT")
    assert config.timeframe == Timeframe.parse("1h")
    assert (config.mode, config.capital, config.allow_short, config.leverage) == ("backtest", 10_000.0, False, 1.0)
    assert (config.fills, config.engine, config.proof, config.calendar) == ("default", "sparse", "panel", "crypto")
    assert (config.sizing.name, config.sizing.percent) == ("percent", 0.95)
    assert (config.costs.maker_fee, config.costs.taker_fee, config.costs.slippage_bps) == (0.001, 0.001, 10.0)
    assert (config.risk.max_drawdown, config.risk.max_daily_loss) == (None, None)
    assert (config.exits.stop, config.exits.cooldown_bars, config.exits.atr_period) == (None, None, None)
    assert config.report == ("text", "plots", "tearsheet")
    assert config.maintenance_margin == 0.005
    assert config.database == "sqlite:///var/btbot.db"
    assert (config.analyzers, config.instruments, config.start_ms, config.end_ms) == ((), {}, None, None)
    assert (config.folder, config.source) == (tmp_path.resolve(), str(tmp_path / "a.yml"))


def test_values_arrive_as_what_they_mean(loaded):
    config = loaded(
        "start: 2024-01-01\nend: 2024-01-01T06:30+02:00\nallow_short: on\ncosts: {taker_fee: 1e-3}\n"
        "instruments: {BTC/USDT: {step: 1e-8, tick: 0.1}}\n"
        "exits: {stop: off, take_profit: {level: true}, trailing: {atr: 3}, cooldown_bars: 0}\n"
        "analyzers: [returns, {name: drawdown, params: {x: no}}]\n"
    )
    assert config.start == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert config.end_ms - config.start_ms == 4.5 * 3_600_000
    assert config.allow_short is True
    assert config.costs.taker_fee == 0.001
    assert config.instruments["BTC/USDT"].step == Decimal("1e-8")
    assert config.instruments["BTC/USDT"].tick == Decimal("0.1")
    assert config.exits.stop is False
    assert config.exits.take_profit.level is True
    assert config.exits.trailing.atr == 3.0
    assert config.exits.cooldown_bars == 0
    assert [(entry.name, entry.params) for entry in config.analyzers] == [("returns", {}), ("drawdown", {"x": False})]


def test_words_that_yaml_takes_for_booleans_are_words_where_words_belong(loaded, base_text):
    config = loaded(base=base_text.replace("[BTC/USDT, ETH/USDT]", "[ON, NO]"), added="name: yes\n")
    assert config.symbols == ("ON", "NO")
    assert config.name == "yes"
    assert type(config.symbols[0]) is str


def test_parameters_keep_what_yaml_says(loaded, base_text):
    params = "{a: yes, b: 2024-01-02, c: 'yes', d: [1, off], e: , f: 1e-3, g: ON}"
    config = loaded(base=base_text.replace("{name: ma_cross}", f"{{name: x, params: {params}}}"))
    assert config.strategies[0].params == {
        "a": True,
        "b": dt.date(2024, 1, 2),
        "c": "yes",
        "d": [1, False],
        "e": None,
        "f": 0.001,
        "g": True,
    }


def test_the_default_sizing_needs_no_name(loaded):
    assert loaded(overrides=["sizing.percent=0.5"]).sizing.percent == 0.5


def test_what_stands_beside_the_name_of_a_feed_is_its_parameters(loaded, base_text):
    config = loaded(base=base_text.replace("{name: sample}", "{name: on, seed: 3, gaps: no, x: null}"))
    assert (config.feed.name, config.feed.params) == ("on", {"seed": 3, "gaps": False, "x": None})


def test_an_empty_key_means_its_default(loaded):
    assert loaded("exits:\ncapital:\nsizing:\nrisk: {max_drawdown: null}\n") == loaded()


def test_the_configuration_is_frozen(loaded):
    config = loaded()
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        config.capital = 5
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        config.costs.taker_fee = 5


def test_precedence_is_file_then_dotenv_then_environment_then_set(loaded, tmp_path):
    assert loaded("capital: 1\n").capital == 1
    dotenv = tmp_path / ".env"
    dotenv.write_text("BTBOT__CAPITAL=2\n")
    dotenv.chmod(0o600)
    assert loaded("capital: 1\n").capital == 2
    assert loaded("capital: 1\n", environ={"BTBOT__CAPITAL": "3"}).capital == 3
    assert loaded("capital: 1\n", environ={"BTBOT__CAPITAL": "3"}, overrides=["capital=4"]).capital == 4


def test_errors_name_the_environment_and_the_command_line(mistakes):
    assert mistakes(environ={"BTBOT__COSTS__TAKER_FEE": "x"}, overrides=["cost.maker_fee=1", "mode=x"]) == [
        "--set cost.maker_fee: cost: is not a key; allowed are " + mistakes("x: 1")[0].split("allowed are ")[1]
        + "; did you mean 'costs'?",
        "--set mode: must be one of backtest, paper, testnet, live, was 'x'",
        "environment variable BTBOT__COSTS__TAKER_FEE: costs.taker_fee: must be a number, was 'x'",
    ]  # fmt: skip


def test_the_process_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("BTBOT__CAPITAL", "77")
    assert load_config(MAPPING).capital == 77


class TestExtends:
    @pytest.fixture
    def files(self, tmp_path, base_text):
        def write(**texts):
            for name, text in texts.items():
                path = tmp_path / name.replace("__", "/")
                path.parent.mkdir(exist_ok=True)
                path.with_suffix(".yml").write_text(text.replace("BASE", base_text))
            return tmp_path / "a.yml"

        return write

    def test_a_chain_relative_to_each_file(self, files):
        path = files(
            a="extends: sub/b.yml\ncosts: {taker_fee: 0.003}\n",
            sub__b="extends: ../c.yml\ncosts: {maker_fee: 0.002}\nname: b\n",
            c="BASEname: c\ncapital: 7\ncosts: {maker_fee: 0.009, taker_fee: 0.009}\n",
        )
        config = load_config(path, environ={})
        assert (config.name, config.capital) == ("b", 7)
        assert (config.costs.maker_fee, config.costs.taker_fee) == (0.002, 0.003)
        assert config.folder == path.parent.resolve()

    def test_a_mistake_is_placed_in_the_file_that_holds_it(self, files, tmp_path):
        path = files(a="extends: c.yml\ncapital: -1\n", c="BASErisk: {max_drawdown: 2}\n")
        lines = refused(path).replace(f"{tmp_path}/", "").splitlines()
        assert [line.split(": ")[0] for line in lines] == ["a.yml:2", "c.yml:6"]

    def test_circles_are_refused(self, files, tmp_path):
        path = files(a="name: a\nextends: b.yml\n", b="extends: a.yml\n")
        assert refused(path) == (
            f"{tmp_path}/b.yml:1: extends: goes in a circle (a.yml -> b.yml -> a.yml); one of them must not extend"
        )
        assert "(c.yml -> c.yml)" in refused(files(c="extends: c.yml\n").with_name("c.yml"))

    def test_a_shipped_preset_is_found_from_anywhere(self, files):
        config = load_config(files(a="BASEextends: presets/cautious.yml\n"), environ={})
        assert config.risk.max_drawdown == 0.15

    def test_a_missing_file(self, files, tmp_path):
        assert refused(files(a="BASEextends: none.yml\n")) == (
            f"{tmp_path}/a.yml:6: extends: there is no file 'none.yml' beside a.yml or among the configurations "
            f"that come with btbot ({shipped_configs()})"
        )

    def test_something_else_than_a_name(self, files, tmp_path):
        assert refused(files(a="BASEextends: [b.yml]\n")) == (
            f"{tmp_path}/a.yml:6: extends: must be the name of one file, was ['b.yml']"
        )


class TestSecrets:
    def test_from_the_environment_they_are_taken_and_never_shown(self, loaded):
        config = loaded(
            environ={
                "BTBOT__EXCHANGE__API_KEY": "hush1",
                "BTBOT__EXCHANGE__SECRET": "hush2",
                "BTBOT__DATABASE": "postgresql://u:hush3@h/d",
            }
        )
        assert config.exchange.api_key.get_secret_value() == "hush1"
        assert config.database == "postgresql://u:hush3@h/d"
        assert "hush" not in repr(config) + str(config)

    @pytest.mark.parametrize(
        ("added", "place", "variable"),
        [
            ("exchange:\n  api_key: hush\n", "7: exchange.api_key", "BTBOT__EXCHANGE__API_KEY"),
            ("exchange: {secret: hush}\n", "6: exchange.secret", "BTBOT__EXCHANGE__SECRET"),
            ("exchange: {password: 5}\n", "6: exchange.password", "BTBOT__EXCHANGE__PASSWORD"),
            ("database: postgresql://u:hush@h/d\n", "6: database", "BTBOT__DATABASE"),
        ],
    )
    def test_in_a_file_they_are_refused(self, mistakes, added, place, variable):
        lines = mistakes(added)
        assert lines[0] == f"a.yml:{place}: " + SECRET.format(variable)
        assert "hush" not in "".join(lines)

    def test_on_the_command_line_and_in_a_mapping_they_are_refused(self, mistakes):
        assert mistakes(overrides=["exchange.secret=hush"]) == [
            "--set exchange.secret: " + SECRET.format("BTBOT__EXCHANGE__SECRET")
        ]
        text = refused({**MAPPING, "exchange": {"secret": "hush"}})
        assert text == "<mapping>: exchange.secret: " + SECRET.format("BTBOT__EXCHANGE__SECRET")

    def test_a_misspelt_secret_is_not_shown(self, mistakes):
        assert "hush" not in "".join(mistakes("exchange: {api_secrt: hush}\n"))

    def test_overrides_of_a_loaded_configuration_keep_them(self, loaded):
        config = load_config(loaded(environ={"BTBOT__EXCHANGE__SECRET": "hush"}), overrides=["capital=5"])
        assert config.capital == 5
        assert config.exchange.secret.get_secret_value() == "hush"


class TestVersion:
    def test_one_or_none(self, loaded):
        assert loaded("version: 1").version == loaded().version == 1

    def test_a_newer_one(self, mistakes):
        assert mistakes("version: 2\ncapitl: 5") == [
            "a.yml:6: version: must be 1, the format that this btbot reads, was 2; "
            "it was written for a newer btbot: upgrade with 'pip install -U btbot'"
        ]

    @pytest.mark.parametrize(("text", "found"), [("0", "0"), ("'1'", "'1'"), ("true", "True")])
    def test_anything_else(self, mistakes, text, found):
        assert mistakes(f"version: {text}") == [
            f"a.yml:6: version: must be 1, the format that this btbot reads, was {found}; "
            "write 'version: 1' and let 'btbot validate' name the keys to change"
        ]


class TestSources:
    def test_a_mapping(self):
        config = load_config(MAPPING, environ={}, overrides=["feed.seed=3"])
        assert (config.source, config.folder, config.feed.params) == ("<mapping>", Path.cwd(), {"seed": 3})

    def test_objects_in_a_mapping_stay_themselves(self):
        frame = object()
        source = {**MAPPING, "feed": {"name": "frame", "frame": {"BTC/USDT": frame}}, "timeframe": Timeframe(60_000)}
        config = load_config(source, environ={})
        assert config.feed.params["frame"]["BTC/USDT"] is frame
        assert str(config.timeframe) == "1m"

    def test_mistakes_in_a_mapping(self):
        assert refused({**MAPPING, "capital": -1}) == (
            "<mapping>: capital: must be > 0, was -1 (cash at the start, in quote currency)"
        )

    def test_a_loaded_configuration_comes_back_as_it_is(self, loaded):
        config = loaded()
        assert load_config(config, environ={"BTBOT__CAPITAL": "5"}) is config
        again = load_config(config, overrides=["capital=5"])
        assert (again.capital, again.source, again.folder) == (5, config.source, config.folder)

    def test_a_missing_file(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("configs").mkdir()
        Path("configs/trendy.yml").touch()
        assert refused("configs/trendi.yml") == (
            "configs/trendi.yml: there is no such file; did you mean 'configs/trendy.yml'?; 'btbot new-config' writes one"
        )
        assert refused(tmp_path) == f"{tmp_path}: is a folder; name one of its files"

    @pytest.mark.parametrize("name", ["configs/trend.yml", "trend.yml", "presets/bold.yml"])
    def test_a_shipped_configuration_is_found_from_anywhere(self, tmp_path, monkeypatch, caplog, name):
        monkeypatch.chdir(tmp_path)
        caplog.set_level(logging.INFO)
        if name.startswith("presets"):
            assert "symbols: is missing" in refused(name)
        else:
            assert load_config(name, environ={}).source == name
        assert f"{name} is not here; using the one that comes with btbot: " in caplog.text

    def test_it_can_be_sent_to_a_worker(self, loaded):
        config = loaded("exits: {stop: {atr: 2}}\n")
        again = pickle.loads(pickle.dumps(config))
        assert (again, again.folder, again.source) == (config, config.folder, config.source)
        assert isinstance(again, RunConfig)
