"""What `import btbot` and the help may load, and how much time the help may take."""

import json
import subprocess
import sys

HEAVY = {"backtrader", "ccxt", "matplotlib", "numba", "numpy", "pandas", "plotly", "pydantic", "quantstats", "talib", "yaml"}  # fmt: skip
HELP_MAY_LOAD = {
    "_typeshed", "annotated_doc", "attr", "btbot", "click", "colorama", "markdown_it", "mdurl", "pygments", "rich",
    "shellingham", "typer", "typing_extensions",
}  # fmt: skip
PROBE = """\
import json, resource, sys
before = set(sys.modules)
{code}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([sorted({{name.partition('.')[0] for name in set(sys.modules) - before}}), used.ru_utime + used.ru_stime]), file=sys.stderr)
"""
HELP = """\
sys.argv = ["btbot", "--help"]
try:
    import runpy
    runpy.run_module("btbot", run_name="__main__")
except SystemExit as error:
    assert not error.code
"""


def probe(code, checkout):
    """Return the foreign top-level modules that `code` loads, and the seconds of CPU of its whole process."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)], capture_output=True, text=True, check=True, cwd=checkout
    )
    loaded, seconds = json.loads(done.stderr)
    return set(loaded) - set(sys.stdlib_module_names), seconds, done.stdout


def test_import_btbot_loads_the_standard_library_alone(checkout):
    loaded, _, _ = probe("import btbot", checkout)
    assert loaded == {"btbot"}


def test_the_help_loads_nothing_heavy_and_stays_pretty(checkout):
    loaded, _, text = probe(HELP, checkout)
    assert loaded <= HELP_MAY_LOAD
    assert not loaded & HEAVY
    assert "╭─ Run " in text
    assert "list-strategies" in text


def test_the_help_takes_less_than_half_a_second_of_cpu(checkout):
    seconds = min(probe(HELP, checkout)[1] for _ in range(3))
    assert seconds < 0.5


def test_the_configuration_loads_pydantic_and_yaml_and_nothing_heavier(checkout):
    loaded, _, _ = probe("import btbot.config", checkout)
    assert {"pydantic", "yaml"} <= loaded
    assert not loaded & (HEAVY - {"pydantic", "yaml"})


def test_the_plugins_load_nothing_heavy(checkout):
    loaded, _, _ = probe("import btbot.plugins", checkout)
    assert loaded == {"btbot"}
