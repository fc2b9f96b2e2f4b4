import errno
import logging
import subprocess
import sys

import pytest

import btbot.cli.app
from btbot.cli import failure
from btbot.errors import ConfigError, DataError, ExchangeError, RiskHalt, StrategyError
from btbot.plugins import load


@pytest.fixture
def leave(monkeypatch):
    """Return the exit code of a process whose command raises."""

    def _leave(error):
        def command():
            raise error

        monkeypatch.setattr(btbot.cli.app, "app", command)
        with pytest.raises(SystemExit) as caught:
            failure.main()
        return caught.value.code

    return _leave


@pytest.mark.parametrize(
    ("kind", "code"), [(ConfigError, 2), (DataError, 3), (ExchangeError, 4), (StrategyError, 5), (RiskHalt, 6)]
)
def test_an_error_of_btbot_is_one_message_and_its_code(leave, capsys, kind, code):
    assert leave(kind("a.yml:3: capital: must be > 0, was -1")) == code
    captured = capsys.readouterr()
    assert captured.err == "Error: a.yml:3: capital: must be > 0, was -1\n"
    assert captured.out == ""


def test_notes_follow_the_message(leave, capsys):
    error = StrategyError("no signals")
    error.add_note("in strategy x")
    leave(error)
    assert capsys.readouterr().err == "Error: no signals\nin strategy x\n"


def test_verbose_shows_the_traceback_too(leave, capsys):
    logging.getLogger("btbot").setLevel(logging.DEBUG)
    leave(ConfigError("wrong"))
    text = capsys.readouterr().err
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith("Error: wrong\n")


def test_an_exception_of_a_plugin_is_shown_from_its_own_line_on(leave, capsys, tmp_path):
    (tmp_path / "mine.py").write_text("class Mine:\n    def boom(self):\n        return [][3]\n")
    cls = load("strategies", "mine", base=object, folders=[tmp_path])
    with pytest.raises(IndexError) as caught:
        cls().boom()
    caught.value.add_note("in strategy mine, BTC/USDT, bar 2021-05-19T00:00Z")
    assert leave(caught.value) == 5
    assert capsys.readouterr().err == (
        "Traceback (most recent call last):\n"
        f'  File "{tmp_path}/mine.py", line 3, in boom\n'
        "    return [][3]\n"
        "           ~~^^^\n"
        "IndexError: list index out of range\n"
        "in strategy mine, BTC/USDT, bar 2021-05-19T00:00Z\n"
    )


def test_a_plugin_that_does_not_compile_shows_its_line_and_nothing_of_ours(leave, capsys, tmp_path):
    (tmp_path / "mine.py").write_text("x = (\n")
    with pytest.raises(SyntaxError) as caught:
        load("strategies", "mine", base=object, folders=[tmp_path])
    assert leave(caught.value) == 5
    text = capsys.readouterr().err
    assert text.startswith(f'  File "{tmp_path}/mine.py", line 1\n')
    assert text.endswith(f"while loading the strategy {tmp_path}/mine.py\n")


def test_a_fault_of_ours_says_so(leave, capsys):
    assert leave(KeyError("x")) == 1
    text = capsys.readouterr().err
    assert text.startswith("Traceback")
    assert text.endswith("Error: this is a fault of btbot, not of your files; please report it with the lines above\n")


def test_the_system_is_one_line(leave, capsys):
    assert leave(OSError(errno.ENOSPC, "No space left on device", "results/x")) == 1
    assert capsys.readouterr().err == "Error: results/x: No space left on device\n"


def test_interruption_is_130(leave, capsys):
    assert leave(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


def test_interruption_in_the_first_moments_is_130_too(monkeypatch):
    class Finder:
        def find_spec(self, name, *_):
            if name == "btbot.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "btbot.cli.app")
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(SystemExit) as caught:
        failure.main()
    assert caught.value.code == 130


def test_nothing_heavy_is_imported_before_main():
    script = "import sys, btbot.cli; print({'typer', 'rich', 'logging', 'btbot.cli.app'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "set()\n"


def test_an_exit_code_passes(leave):
    assert leave(SystemExit(7)) == 7


def test_main_runs_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["btbot", "--version"])
    with pytest.raises(SystemExit) as caught:
        failure.main()
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("btbot ")
