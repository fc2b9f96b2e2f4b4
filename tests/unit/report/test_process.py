import sys

import pytest

from btbot.report import folder, process
from btbot.report.process import TearsheetProcess


def test_leaving_ends_a_child_that_still_waits():
    with TearsheetProcess() as child:
        child.start()
        running = child._child
        assert running.poll() is None
    assert running.poll() is not None


def test_without_an_interpreter_the_page_is_drawn_here(tmp_path, make_result, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    path = folder.write(make_result(bars=30, trades=2), tmp_path / "run", wanted=("tearsheet",))
    assert "Why there are no charts" in (path / "tearsheet.html").read_text()


def test_a_child_that_fails_is_reported_and_replaced(tmp_path, make_result, monkeypatch, caplog):
    monkeypatch.setattr(process, "MODULE", "btbot.report.no_such_module")
    path = folder.write(make_result(bars=30, trades=2), tmp_path / "run", wanted=("tearsheet",))
    assert "Why there are no charts" in (path / "tearsheet.html").read_text()
    assert "no_such_module" in caplog.text


def test_a_process_that_cannot_start_is_reported(monkeypatch, caplog):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr(process.subprocess, "Popen", refuse)
    with TearsheetProcess() as child:
        child.start()
        assert child.finish() is None
    assert "no process for the tearsheet: no more processes" in caplog.text


@pytest.mark.parametrize("lines", ["", "only one line\n"])
def test_a_child_without_work_ends_quietly(monkeypatch, capsys, lines):
    import io

    monkeypatch.setitem(sys.modules, "quantstats", type(sys)("quantstats"))
    sys.modules["quantstats"].reports = None
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    process.main()
    assert capsys.readouterr().out == ""
