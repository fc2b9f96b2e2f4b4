import os

import pytest

from btbot.config.environment import from_environment, variable
from btbot.errors import ConfigError


def found(environ, dotenv=None):
    return {".".join(setting.keys): setting.value for setting in from_environment(environ, dotenv)}


@pytest.fixture
def dotenv(tmp_path):
    def write(text, mode=0o600):
        path = tmp_path / ".env"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def test_names_are_paths_in_any_case_and_values_are_yaml():
    environ = {
        "BTBOT__COSTS__TAKER_FEE": "0.002",
        "btbot__Strategies__0__Params__MA_FAST": "5",
        "BTBOT__SYMBOLS": "[A, B]",
        "BTBOT_TEST_DATA": "x",
        "PATH": "/bin",
    }
    assert found(environ) == {"costs.taker_fee": 0.002, "strategies.0.params.ma_fast": 5, "symbols": ["A", "B"]}


def test_secrets_are_taken_as_they_are():
    assert found({"BTBOT__EXCHANGE__SECRET": "0123: [x"}) == {"exchange.secret": "0123: [x"}


def test_dotenv_counts_as_environment_and_the_real_one_wins(dotenv):
    path = dotenv(
        "# comment\nexport BTBOT__CAPITAL=5\nBTBOT__NAME='a b'\nOTHER=x\n\nbtbot__exchange__secret = \"hush\"\n"
    )
    assert found({"BTBOT__CAPITAL": "7"}, path) == {"capital": 7, "name": "a b", "exchange.secret": "hush"}
    places = {setting.keys[-1]: str(setting.place) for setting in from_environment({}, path)}
    assert places == {
        "capital": f"{path}:2: BTBOT__CAPITAL",
        "name": f"{path}:3: BTBOT__NAME",
        "secret": f"{path}:6: btbot__exchange__secret",
    }


@pytest.mark.skipif(os.name != "posix", reason="no modes of files here")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_dotenv_that_others_may_read_is_refused(dotenv, mode):
    path = dotenv("BTBOT__CAPITAL=5", mode)
    with pytest.raises(ConfigError) as caught:
        found({}, path)
    assert str(caught.value) == (
        f"{path}: others may read it (mode {mode:04o}); it may hold secrets, so its mode must be 0600: chmod 600 {path}"
    )


def test_a_dotenv_of_somebody_else_and_a_missing_one_are_left_alone(dotenv, tmp_path):
    assert found({}, dotenv("DJANGO_SECRET=x", 0o644)) == {}
    assert found({}, tmp_path / "none") == {}


def test_a_name_without_a_path_is_refused():
    with pytest.raises(ConfigError) as caught:
        found({"BTBOT__COSTS__": "1"})
    assert str(caught.value) == "environment variable BTBOT__COSTS__: must be a path such as BTBOT__COSTS__TAKER_FEE"


def test_a_value_that_is_not_yaml_is_refused_by_its_variable():
    with pytest.raises(ConfigError, match=r"^environment variable BTBOT__SYMBOLS:1: is not YAML: "):
        found({"BTBOT__SYMBOLS": "[A"})


def test_variable():
    assert variable(("strategies", 0, "name")) == "BTBOT__STRATEGIES__0__NAME"
