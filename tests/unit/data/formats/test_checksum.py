"""Checksums beside archives."""

import hashlib

import pytest

from btbot.data.formats.checksum import orphan, verify
from btbot.errors import DataError


def test_a_right_checksum_is_right_and_none_is_none(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"content")
    assert not verify(path)
    beside = tmp_path / "a.zip.CHECKSUM"
    beside.write_text(f"{hashlib.sha256(b'content').hexdigest()}  a.zip\n")
    assert verify(path)
    assert not orphan(beside)
    path.unlink()
    assert orphan(beside)


def test_a_wrong_checksum_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"changed")
    (tmp_path / "a.zip.CHECKSUM").write_text(f"{hashlib.sha256(b'content').hexdigest()}  a.zip\n")
    with pytest.raises(DataError) as caught:
        verify(path)
    assert str(caught.value) == (
        "a.zip: its SHA-256 is 4f5a2b4c2ae4..., a.zip.CHECKSUM says ed7002b439e9...; the download was damaged or the "
        "file was changed, download both again"
    ).replace("4f5a2b4c2ae4", hashlib.sha256(b"changed").hexdigest()[:12])


def test_a_checksum_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"x")
    (tmp_path / "a.zip.CHECKSUM").write_text("<html>404</html>")
    with pytest.raises(DataError) as caught:
        verify(tmp_path / "a.zip")
    assert str(caught.value) == (
        "a.zip.CHECKSUM: begins with '<html>404</html>', 64 hexadecimal digits (SHA-256) are expected; download it again"
    )
