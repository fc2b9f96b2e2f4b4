"""What is inside a file: plain, gzip, zip, damaged, too large."""

import gzip
import io
import zipfile

import pytest

from btbot.data import archive
from btbot.data.archive import unpack
from btbot.errors import DataError

TEXT = b"timestamp,open,high,low,close,volume\n1704067200000,1,2,0.5,1.5,10\n"


def zipped(files, **options):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", **options) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return memory.getvalue()


def stored(folder, content, name="x.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path):
    with pytest.raises(DataError) as caught:
        unpack(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.zip", "x"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: zipped({"in.csv": text})])
def test_the_content_decides_not_the_name(tmp_path, name, pack):
    assert unpack(stored(tmp_path, pack(TEXT), name)) == TEXT


def test_files_of_macos_in_a_zip_do_not_count(tmp_path):
    assert unpack(stored(tmp_path, zipped({"__MACOSX/._in.csv": b"x", "in.csv": TEXT}))) == TEXT


def test_gzip_of_several_members_is_one_file(tmp_path):
    assert unpack(stored(tmp_path, gzip.compress(TEXT) + gzip.compress(TEXT))) == TEXT + TEXT


def test_missing_file(tmp_path):
    path = tmp_path / "none.csv"
    assert refusal(path) == f"{path}: cannot be read (No such file or directory); check the path and its rights"


def test_a_folder_is_no_file(tmp_path):
    assert "cannot be read (Is a directory)" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"", mtime=0)])
def test_empty(tmp_path, content):
    assert refusal(stored(tmp_path, content)) == (
        "x.csv: is empty; candles are needed, download or export the file again"
    )


@pytest.mark.parametrize("cut", [3, 12, -9, -1])
def test_cut_gzip(tmp_path, cut):
    found = refusal(stored(tmp_path, gzip.compress(TEXT)[:cut], "x.csv.gz"))
    assert found.startswith("x.csv.gz: is a damaged or cut archive (")
    assert found.endswith("); download the file again")


def test_gzip_with_a_flipped_byte(tmp_path):
    content = bytearray(gzip.compress(TEXT))
    content[20] ^= 0xFF
    assert "is a damaged or cut archive" in refusal(stored(tmp_path, bytes(content)))


def test_cut_zip(tmp_path):
    assert "is a damaged or cut archive" in refusal(stored(tmp_path, zipped({"in.csv": TEXT})[:-30]))


def test_zip_of_two_files(tmp_path):
    assert refusal(stored(tmp_path, zipped({"a.csv": TEXT, "b.csv": TEXT}), "x.zip")) == (
        "x.zip: the zip holds 2 files (a.csv, b.csv), one is allowed; unpack it and name the file"
    )


def test_zip_of_nothing(tmp_path):
    assert refusal(stored(tmp_path, zipped({}), "x.zip")) == (
        "x.zip: the zip holds 0 files (nothing), one is allowed; unpack it and name the file"
    )


def test_encrypted_zip(tmp_path):
    content = bytearray(zipped({"in.csv": TEXT}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    found = refusal(stored(tmp_path, bytes(content), "x.zip"))
    assert found.startswith("x.zip: the archive cannot be opened (File ")
    assert "is encrypted" in found
    assert found.endswith("; unpack it and use what is inside")


def test_archive_in_an_archive(tmp_path):
    assert refusal(stored(tmp_path, zipped({"in.csv.gz": gzip.compress(TEXT)}), "x.zip")) == (
        "x.zip: holds an archive inside an archive; unpack it once and use what is inside"
    )


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda text: zipped({"in.csv": text}, compression=zipfile.ZIP_DEFLATED)]
)
def test_a_bomb_is_stopped_at_the_bound(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(archive, "MAX_BYTES", 1 << 23)
    bomb = stored(tmp_path, pack(bytes(1 << 26)), "bomb")
    assert bomb.stat().st_size < 1 << 18
    assert refusal(bomb) == "bomb: unpacks to more than 0.0078125 GiB, which is the limit; split the file by year"


def test_the_bound_is_four_gibibytes():
    assert archive.MAX_BYTES == 4 * 1024**3
