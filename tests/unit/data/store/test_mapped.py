"""Files of columns: what was kept comes back bit by bit, or not at all."""

import os
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from btbot.data.store import mapped
from btbot.data.store.columns import Columns
from btbot.data.store.mapped import ColumnFiles

HEAD, ROW = 64, 48


def made(rows, seed=0):
    rng = np.random.default_rng(seed)
    return Columns(
        np.arange(rows) * 60_000 - 7, rng.normal(size=(rows, 5)) * 10.0 ** rng.integers(-300, 300, (rows, 5))
    )


def same(left, right):
    pairs = ((left.time, right.time), (left.values, right.values))
    return all(one.tobytes() == other.tobytes() and one.dtype == other.dtype for one, other in pairs)


@pytest.fixture
def files(tmp_path):
    return ColumnFiles(tmp_path / "columns")


def test_what_is_kept_comes_back_bit_by_bit_and_cannot_be_changed(files):
    given = made(1_000)
    given.values[3] = [-0.0, 5e-324, 1.7e308, 0.1, 2**53]
    files.put(2**62 - 1, "all", given)
    found = files.get(2**62 - 1, "all")
    assert same(found, given)
    for array in (found.time, found.values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_file_is_laid_out_as_the_docstring_says(files):
    files.put(9, "0-5", Columns(np.array([60_000]), np.array([[1.0, 2.0, 0.5, 1.5, 7.0]])))
    content = (files.folder / "0000000000000009-0-5.columns").read_bytes()
    body = struct.pack("<q5d", 60_000, 1.0, 2.0, 0.5, 1.5, 7.0)
    total = sum(struct.unpack("<6Q", body)) % 2**64
    assert content == struct.pack("<8s3Q32x", b"btbot_01", 1, 9, total) + body


def test_what_is_not_there_is_not_found(files):
    assert files.get(1, "all") is None
    files.put(1, "all", made(3))
    assert files.get(2, "all") is None
    assert files.get(1, "0-60000") is None


def test_no_rows_are_kept_too(files):
    files.put(1, "all", made(0))
    assert len(files.get(1, "all").time) == 0


def test_every_changed_byte_is_noticed_and_the_file_is_removed(files):
    given = made(4)
    files.put(1, "all", given)
    (path,) = files.folder.iterdir()
    content = path.read_bytes()
    assert len(content) == HEAD + 4 * ROW
    for at in range(len(content)):
        for bit in (0, 7):
            path.write_bytes(content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :])
            assert files.get(1, "all") is None, (at, bit)
            assert not path.exists()
    path.write_bytes(content)
    assert same(files.get(1, "all"), given)


def test_a_file_of_any_other_length_is_noticed(files):
    files.put(1, "all", made(2))
    (path,) = files.folder.iterdir()
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert files.get(1, "all") is None, length
    for more in (b"\0", bytes(8), bytes(ROW)):
        path.write_bytes(content + more)
        assert files.get(1, "all") is None
    path.write_bytes(content)
    path.rename(files.folder / "0000000000000002-all.columns")
    assert files.get(2, "all") is None  # the content of another version


def test_the_files_that_were_not_used_for_the_longest_go_first(tmp_path):
    size = HEAD + 10 * ROW
    files = ColumnFiles(tmp_path, most_bytes=3 * size)
    for version in (1, 2, 3):
        files.put(version, "all", made(10))
        os.utime(tmp_path / f"{version:016x}-all.columns", (version, version))
    assert files.get(1, "all") is not None  # now it is the newest
    files.put(4, "all", made(10))
    assert [version for version in (1, 2, 3, 4) if files.get(version, "all")] == [1, 3, 4]
    files.put(5, "all", made(34))
    assert files.get(5, "all") is None  # larger than all that may be there
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 3 * size


def test_what_a_killed_process_left_goes_and_other_files_stay(tmp_path):
    left, foreign = tmp_path / "1-all.0123.tmp", tmp_path / "notes.txt"
    for path in (left, foreign):
        path.write_bytes(bytes(5_000))
        os.utime(path, (1, 1))
    ColumnFiles(tmp_path, most_bytes=4_000).put(1, "all", made(3))
    assert not left.exists()
    assert foreign.exists()


def test_a_full_disk_and_a_folder_that_cannot_be_are_done_without(files, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    for folder in ("file", "file/below"):
        in_the_way = ColumnFiles(tmp_path / folder)
        in_the_way.put(1, "all", made(3))
        assert in_the_way.get(1, "all") is None
    monkeypatch.setattr(mapped, "_LEFT_FREE", 2**62)
    files.put(1, "all", made(3))
    assert list(files.folder.iterdir()) == []


def test_many_at_once_see_whole_files_alone(tmp_path):
    files = ColumnFiles(tmp_path, most_bytes=4 * (HEAD + 500 * ROW))
    given = {version: made(500, version) for version in range(8)}

    def work(number):
        for step in range(40):
            version = (number + step) % 8
            found = files.get(version, "all")
            assert found is None or same(found, given[version])
            files.put(version, "all", given[version])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert not list(tmp_path.glob("*.tmp"))
    assert repr(files) == f"ColumnFiles({str(tmp_path)!r})"
