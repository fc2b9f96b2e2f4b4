import io

from rich.console import Console

from btbot.cli import progress


def test_silent_where_nobody_looks():
    with progress.progress_bar(Console(file=io.StringIO())) as show:
        assert show is None


def test_a_short_run_shows_nothing_and_a_long_one_a_bar(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with progress.progress_bar(console) as show:
        show(1, 4)
        assert console.file.getvalue() == ""
        now[0] = 1.5
        show(2, 4)
        show(3, 4)
    assert "bars" in console.file.getvalue()
