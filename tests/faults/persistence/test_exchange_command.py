"""The command as a shell sees it: its end, its ports, its messages."""

import contextlib
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from btbot.paper.state import StateFolder


@pytest.fixture
def command(tmp_path, checkout):
    """Start the command in an empty folder."""
    running = []

    def start(*arguments, admin="0", folder=tmp_path):
        running.append(begun(*arguments, admin=admin, folder=folder, checkout=checkout))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def begun(*arguments, folder, checkout, admin="0"):
    return subprocess.Popen(
        [sys.executable, "-m", "btbot", "exchange", "--port", "0", "--admin", admin, "--json", *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(checkout)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory, checkout):
    """An exchange that runs already: its process, where it is, and its folder."""
    folder = tmp_path_factory.mktemp("neighbour")
    process = begun(*EMPTY, folder=folder, checkout=checkout)
    yield process, ready(process), folder
    process.kill()
    process.communicate()


EMPTY = ("--symbol", "BTC/USDT", "--empty", "--balance", "USDT=100")


def ready(process):
    line = process.stdout.readline()
    return json.loads(line) if line else pytest.fail(process.stderr.read())


def admin(where, method, path, token=None, body=None):
    token = token or Path(where["admin_token_file"]).read_text().strip()
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        where["admin"] + path, method=method, data=data, headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def is_free(url):
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, "shutdown"])
def test_it_ends_cleanly_and_frees_its_ports_and_its_folder(command, end):
    process = command(*EMPTY)
    where = ready(process)
    with urllib.request.urlopen(where["rest"] + "/api/v3/ping", timeout=5) as answer:
        assert answer.read() == b"{}"
    idle = socket.create_connection(("127.0.0.1", int(where["rest"].rpartition(":")[2])))
    begun = time.monotonic()
    if end == "shutdown":
        admin(where, "POST", "/shutdown")
    else:
        process.send_signal(end)
    out, err = process.communicate(timeout=20)
    idle.close()
    assert (process.returncode, out, err) == (0, "", "")
    assert time.monotonic() - begun < 8
    assert is_free(where["rest"])
    assert is_free(where["admin"])
    state = StateFolder(Path(where["state"]))
    state.acquire()
    state.release()


def test_a_second_server_on_the_same_folder_is_refused(command, neighbour):
    first, _, folder = neighbour
    second = command(*EMPTY, folder=folder)
    out, err = second.communicate(timeout=60)
    assert (second.returncode, out) == (2, "")
    assert err == (
        f"Error: --state: var/exchange/paper is in use by an exchange that runs already, in process {first.pid}; "
        "stop it, or choose another folder with --state or --name\n"
    )


def test_reset_forgets_the_money_and_keeps_the_keys(command):
    process = command(*EMPTY)
    where = ready(process)
    keys = Path(where["keys_file"]).read_bytes()
    admin(where, "POST", "/deposit", body={"asset": "USDT", "amount": "900"})
    process.kill()
    process.wait()
    process = command(*EMPTY)
    assert admin(ready(process), "GET", "/balances")["USDT"]["free"] == "1000.00000000"
    process.kill()
    process.wait()
    where = ready(command(*EMPTY, "--reset"))
    assert admin(where, "GET", "/balances")["USDT"]["free"] == "100.00000000"
    assert where["resumed"] is False
    assert Path(where["keys_file"]).read_bytes() == keys


def test_secrets_are_the_owner_s_alone_and_never_printed(command):
    process = command(*EMPTY)
    where = ready(process)
    for name in ("keys_file", "admin_token_file"):
        assert stat.S_IMODE(Path(where[name]).stat().st_mode) == 0o600
    with pytest.raises(urllib.error.HTTPError, match="401"):
        admin(where, "GET", "/status", token="x" * 64)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(where["admin"] + "/status", timeout=5)
    process.terminate()
    out, err = process.communicate(timeout=20)
    key = json.loads(Path(where["keys_file"]).read_text())["accounts"]["default"]["keys"][0]
    for secret in (key["secret"], Path(where["admin_token_file"]).read_text().strip()):
        assert secret not in json.dumps(where) + out + err
        assert secret not in Path(where["history_file"]).read_text()


def test_admin_listens_on_this_machine_alone(command):
    process = command(*EMPTY, admin="0.0.0.0:0")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == (
        "Error: --admin: the admin port is for this machine alone: must be on 127.0.0.1, ::1 or localhost, was 0.0.0.0\n"
    )


def test_a_key_file_that_others_may_read_stops_the_start(command, tmp_path):
    process = command(*EMPTY)
    where = ready(process)
    process.terminate()
    process.wait(20)
    Path(where["keys_file"]).chmod(0o644)
    process = command(*EMPTY)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "others on this machine may read it (mode 0644, allowed is 0600)" in err


def test_a_port_in_use_is_one_message(command, neighbour):
    _, where, _ = neighbour
    process = command(*EMPTY, "--name", "other", "--port", where["rest"].rpartition(":")[2])
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert (
        "cannot be used: Address already in use; another btbot exchange may be running; choose another one with --port"
        in err
    )
    assert err.count("\n") == 1


def test_a_full_disk_ends_the_server_and_loses_nothing_that_was_acknowledged(tmp_path, checkout, command):
    """Better no exchange than one that forgets."""

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    process = subprocess.Popen(
        [sys.executable, "-m", "btbot", "exchange", "--port", "0", "--admin", "0", "--json", *EMPTY],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(checkout)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=little_room,
    )  # fmt: skip
    where, done = ready(process), 0
    with contextlib.suppress(urllib.error.URLError):
        while done < 1000:
            admin(where, "POST", "/deposit", body={"asset": "BTC", "amount": 1})
            done += 1
    _, err = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "journal.sqlite: cannot be written or read: " in err
    assert "the exchange has to stop" in err
    assert 10 < done < 1000
    assert admin(ready(command(*EMPTY)), "GET", "/balances")["BTC"]["free"] == f"{done}.00000000"
