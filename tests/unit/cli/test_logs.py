import json
import logging
import re

import pytest

from btbot.cli.logs import set_up

log = logging.getLogger("btbot.engine.run")


def test_console_and_file_have_the_same_line(here, capsys):
    set_up()
    assert not (here / "var").exists()
    log.debug("unseen")
    log.info("run %s", "trend")
    line = capsys.readouterr().err
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO    run trend\n", line)
    assert (here / "var" / "btbot.log").read_text() == line


@pytest.mark.parametrize(
    ("options", "console", "file"),
    [
        ({"verbose": True}, ["DEBUG", "INFO", "WARNING"], ["DEBUG", "INFO", "WARNING"]),
        ({"quiet": True}, ["WARNING"], ["INFO", "WARNING"]),
        ({}, ["INFO", "WARNING"], ["INFO", "WARNING"]),
    ],
)
def test_levels(here, capsys, options, console, file):
    set_up(**options)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        log.log(level, "x")
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == console
    assert [line.split()[1] for line in (here / "var/btbot.log").read_text().splitlines()] == file


def test_json_lines(here, capsys):
    set_up(as_json=True)
    log.warning("gap of %d bars", 3)
    try:
        raise ValueError("x")
    except ValueError:
        log.exception("failed")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first.pop("time"))
    assert first == {"level": "WARNING", "logger": "btbot.engine.run", "message": "gap of 3 bars"}
    assert second["traceback"].endswith("ValueError: x")
    assert len((here / "var/btbot.log").read_text().splitlines()) == 2


def test_a_file_that_cannot_be_written_is_one_warning(here, capsys):
    (here / "var").write_text("a file in the way")
    set_up()
    log.info("one")
    log.info("two")
    lines = [line.split(maxsplit=2)[1:] for line in capsys.readouterr().err.splitlines()]
    assert sorted(lines) == [
        ["INFO", "one"],
        ["INFO", "two"],
        ["WARNING", "no log file: var/btbot.log: File exists"],
    ]


def test_set_up_again_replaces_what_was_there(here, capsys):
    set_up()
    set_up(quiet=True)
    log.warning("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_file_on_request(here, capsys):
    set_up(folder=None)
    log.info("x")
    assert not (here / "var").exists()
