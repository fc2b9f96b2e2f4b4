import os
import stat

import pytest

from btbot.errors import ConfigError
from btbot.paper.secret_file import admin_token, read_secret, write_secret


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_is_readable_by_the_owner_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        write_secret(tmp_path / "deep/secret", "x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "deep/secret") == 0o600
    assert read_secret(tmp_path / "deep/secret") == "x"


def test_is_replaced_in_one_step_and_leaves_nothing_behind(tmp_path):
    write_secret(tmp_path / "secret", "old")
    write_secret(tmp_path / "secret", "new")
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]
    assert read_secret(tmp_path / "secret") == "new"


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o602, 0o660, 0o601])
def test_one_that_others_may_read_is_refused(tmp_path, bits):
    path = tmp_path / "secret"
    write_secret(path, "x")
    path.chmod(bits)
    with pytest.raises(ConfigError) as caught:
        read_secret(path)
    assert str(caught.value) == (
        f"{path}: others on this machine may read it (mode {bits:04o}, allowed is 0600); "
        f"run chmod 600 {path}, and renew what is in it if they may have done so"
    )


def test_one_that_is_missing_or_no_text_is_one_clear_message(tmp_path):
    with pytest.raises(ConfigError, match="nowhere: cannot be read: No such file or directory"):
        read_secret(tmp_path / "nowhere")
    write_secret(tmp_path / "bytes", "")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="bytes: cannot be read: is no text"):
        read_secret(tmp_path / "bytes")


def test_admin_token_is_made_once(tmp_path):
    token = admin_token(tmp_path / "admin_token")
    assert len(token) == 64
    assert admin_token(tmp_path / "admin_token") == token
    assert mode(tmp_path / "admin_token") == 0o600


@pytest.mark.parametrize("content", ["", "short\n", "é" * 40])
def test_a_token_that_protects_nothing_is_refused(tmp_path, content):
    write_secret(tmp_path / "admin_token", content)
    with pytest.raises(ConfigError, match="the token must have at least 32 plain characters; delete the file"):
        admin_token(tmp_path / "admin_token")
