"""Which files of folders may hold data."""

import pytest

from btbot.data.formats.folders import find
from btbot.errors import ConfigError


def test_folders_are_searched_at_any_depth_and_hidden_files_left_out(tmp_path):
    for name in (
        "b/2.csv",
        "b/c/1.zip",
        "b/c/1.zip.CHECKSUM",
        "b/gone.zip.CHECKSUM",
        "b/.hidden.csv",
        "b/__MACOSX/x.csv",
        "b/read.me",
        "a.CSV",
        "b/x.h5",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = find([tmp_path])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == ["a.CSV", "b/2.csv", "b/c/1.zip", "b/x.h5"]
    assert set(found.files.values()) == {tmp_path}
    assert [path.name for path in found.orphans] == ["gone.zip.CHECKSUM"]
    assert found.others == 1


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path):
    path = tmp_path / "candles.dat"
    path.write_text("x")
    assert find([path, path]).files == {path: path}


def test_a_link_that_leads_back_ends(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.csv").write_text("x")
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    assert [path.name for path in find([tmp_path]).files] == ["1.csv"]


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError) as caught:
        find([tmp_path / "x"])
    assert str(caught.value) == f"{tmp_path / 'x'}: does not exist; a file or a folder is expected"
