"""The wheel carries everything, adds one name to site-packages, and runs away from the checkout."""

import configparser
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from btbot import __version__
from btbot.kernel.compiling import fingerprint

pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ("strategies", "feeds", "analyzers", "configs", "configs/faults", "configs/presets")
STRATEGY = '''\
"""Mine, not the shipped one."""

from btbot import Signals, Strategy


class TrendFollowing(Strategy):
    params = dict(ma_fast=1, ma_slow=2, adx_period=3, adx_threshold=4.0, atr_period=5, atr_critical_multiplier=6.0)

    @staticmethod
    def signals(bars, p):
        return Signals(enter_long=bars.close > bars.open, exit_long=bars.close < bars.open)
'''


def _settings():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser["options"]


def test_the_listed_packages_are_those_of_the_tree():
    listed = set(_settings()["packages"].split())
    in_tree = {str(path.parent.relative_to(ROOT)).replace("/", ".") for path in (ROOT / "btbot").rglob("__init__.py")}
    assert listed == in_tree | {f"btbot._bundled.{folder.replace('/', '.')}" for folder in BUNDLED}


def test_every_folder_of_python_files_is_a_package():
    folders = {path.parent for path in (ROOT / "btbot").rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_the_bundled_packages_are_the_folders_beside_the_framework():
    pairs = dict(line.split(" = ") for line in _settings()["package_dir"].strip().splitlines())
    assert pairs == {f"btbot._bundled.{folder.replace('/', '.')}": folder for folder in BUNDLED}


def _shell(*command, cwd, **environ):
    """Run a command as a user without the checkout would, and return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BTBOT__"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env={**kept, **environ}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built from a source distribution, built from a copy of the tree without what git ignores."""
    folder = tmp_path_factory.mktemp("build")
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(".git", *ignored))
    _shell(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", cwd=folder / "tree")
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A new environment that holds the wheel, and sees the dependencies of this one through a path file.

    A path file is not followed into further ones, so an editable btbot of this environment stays out.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    _shell(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin/python" if os.name == "posix" else folder / "Scripts/python.exe"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    _shell(*pip, "install", "--no-deps", "--no-index", wheel, cwd=folder.parent)
    own = _site_packages(python, folder)
    here = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (own / "dependencies.pth").write_text("\n".join(here))
    return python


def _site_packages(python, cwd):
    return Path(_shell(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=cwd).strip())


def test_the_wheel_holds_one_package_and_all_shipped_files(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"btbot", f"btbot-{__version__}.dist-info"}
    shipped = {
        f"btbot/_bundled/{path.relative_to(ROOT)}"
        for folder in BUNDLED
        for path in (ROOT / folder).iterdir()
        if path.suffix in {".py", ".yml"}
    }
    assert {name for name in names if name.startswith("btbot/_bundled/")} == shipped
    assert "btbot/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)


def test_site_packages_receives_one_name(python, tmp_path):
    names = {path.name for path in _site_packages(python, tmp_path).iterdir()}
    assert names == {"btbot", f"btbot-{__version__}.dist-info", "dependencies.pth"}


def test_the_quick_start_runs_away_from_the_checkout(python, tmp_path):
    where = _shell(python, "-c", "import btbot; print(btbot.__file__)", cwd=tmp_path)
    assert Path(where.strip()) == _site_packages(python, tmp_path) / "btbot/__init__.py"
    printed = _shell(python, "-m", "btbot", "run", "configs/trend.yml", cwd=tmp_path, BTBOT__FEED__BARS="3000")
    assert "configs/trend.yml is not here; using the one that comes with btbot" in printed
    (run,) = (tmp_path / "results").iterdir()
    assert {"tearsheet.html", "trades.html", "equity.png", "report.txt"} <= {path.name for path in run.iterdir()}


def test_a_search_writes_its_page_away_from_the_checkout(python, tmp_path):
    # Through Cerebro, since the same kernel is compiled by other tests; the next one says that it is the same.
    (tmp_path / "small.yml").write_text(
        "extends: optimize.yml\nfills: stock\nfeed: {name: sample, bars: 2000}\n"
        "optimize: {sampler: random, trials: 3, workers: {backend: none}, verify: {best: 1, sample: 0}}\n"
    )
    _shell(python, "-m", "btbot", "optimize", "small.yml", "--out", "found", cwd=tmp_path)
    assert {"search.html", "best.yml", "trials.csv"} <= {path.name for path in (tmp_path / "found").iterdir()}


def test_the_kernel_is_the_one_that_is_tested_here(python, tmp_path):
    ask = "import btbot.kernel.loop; from btbot.kernel.compiling import fingerprint; print(fingerprint())"
    assert _shell(python, "-c", ask, cwd=tmp_path).strip() == fingerprint()


def test_shipped_strategies_are_there_and_a_users_own_wins(python, tmp_path):
    listed = _shell(python, "-m", "btbot", "list-strategies", cwd=tmp_path)
    for path in (ROOT / "strategies").glob("*.py"):
        assert f" {path.stem} " in listed
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies/trend_following.py").write_text(STRATEGY)
    assert "Mine, not the shipped one." in _shell(python, "-m", "btbot", "list-strategies", cwd=tmp_path)
    printed = _shell(
        python, "-m", "btbot", "run", "configs/trend.yml", "--set", "feed.bars=500", cwd=tmp_path,
        BTBOT__REPORT="[text]",
    )  # fmt: skip
    own, shipped = "strategies/trend_following.py, which hides ", "_bundled/strategies/trend_following.py"
    assert any(own in line and line.endswith(shipped) for line in printed.splitlines())


def test_the_console_script_starts(python, tmp_path):
    assert _shell(python.with_name("btbot"), "--version", cwd=tmp_path).strip() == f"btbot {__version__}"
