import base64
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

from btbot.report.search import drawing, page

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>&amp;<!--"
TWO = (("sharpe", "maximize"), ("max_drawdown", "minimize"))
MIXED = {
    "strategies.0.params.ma_fast": {"low": 5, "high": 50, "step": 5},
    "strategies.0.params.ma_slow": {"low": 20, "high": 200, "step": 20},
    f"strategies.0.params.{EVIL.replace('.', '')}": {"low": 0.1, "high": 1.0, "log": True},
    "allow_short": [True, False],
    "strategies.0.params.kind": ["ema", EVIL],
}
TWENTY = {f"strategies.0.params.p{at}": {"low": 0.0, "high": 1.0} for at in range(20)}


def unpack(text):
    return np.frombuffer(base64.b64decode(text), "<f8")


class Tags(HTMLParser):
    """Elements with their attributes, and the text of the page outside scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self._in_script = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        self.text += "" if self._in_script else data


@pytest.fixture(scope="module")
def made(make_search, make_overfit):
    """Pages of searches of every shape."""
    evil = make_search(
        space=MIXED, trials=400, sampler="nsga2", objectives=TWO, name=EVIL, notes=[EVIL], failures=[(3, EVIL)],
        statuses=[0] * 380 + [1, 2] * 5 + [3] * 10, obstacle=EVIL,
    )  # fmt: skip
    nothing = make_search(statuses=[0] * 300, verification=[])
    nothing.trials.column("objective 0")[:] = np.nan
    nothing.best_trial = None
    return {
        "grid": page.render(make_search(), make_overfit(neighbours=(165, 167, 136, 196))),
        "evil": page.render(evil, make_overfit("luck", neighbours=(1, 2, 3))),
        "one": page.render(make_search(space={"a.b": {"low": 5, "high": 50}}, trials=200, sampler="random"), None),
        "single": page.render(make_search(trials=1, sampler="random"), make_overfit()),
        "failed": page.render(make_search(statuses=[3] * 300, failures=[(0, "ValueError: no")]), None),
        "nothing": page.render(nothing, None),
        "twenty": page.render(make_search(space=TWENTY, trials=300, sampler="tpe"), make_overfit("skill")),
    }


def test_the_first_line_says_synthetic_and_only_then(made, make_search):
    assert made["grid"].splitlines()[0] == "<!DOCTYPE html><!-- SYNTHETIC -->"
    assert "SYNTHETIC" not in Tags(page.render(make_search(synthetic=False), None)).text


def test_names_and_errors_are_text_never_markup(made):
    tags = Tags(made["evil"])
    assert [attrs for tag, attrs in tags.elements if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
        {},
    ]
    assert not [tag for tag, _ in tags.elements if tag in ("img", "link", "iframe", "object")]
    assert tags.text.count(EVIL) >= 5  # name twice, note, error, engine


def test_the_verdict_and_the_best_setting_stand_on_top(made):
    text = re.sub(r"\s+", " ", Tags(made["grid"]).text)
    assert text.index("Not proven: it may be luck") < text.index("Ranked settings")
    assert "strategies.0.params.ma_fast30strategies.0.params.ma_slow120exits.trailing.atr3" in text
    assert "python -m btbot run best.yml" in text
    assert "Not examined: how much of it is luck is unknown" in Tags(made["one"]).text


def test_every_page_says_what_it_cannot_draw(made):
    assert "No best setting" in Tags(made["failed"]).text
    assert "300 settings raised an error" in Tags(made["failed"]).text
    assert "No setting could be ranked" in Tags(made["nothing"]).text
    assert "There are maps of the 12 parameters that decide most." in Tags(made["twenty"]).text
    assert "What decides" not in Tags(made["single"]).text


def test_heat_maps_are_those_of_all_trials(make_search):
    result = make_search()
    data = drawing.drawing(result, None)
    fast, slow, value = (result.trials.column(name) for name in ("ma_fast", "ma_slow", "sharpe"))
    found = next(one for one in data["heat"] if (one["row"], one["column"]) == (0, 1))
    best, median, count = (unpack(one).reshape(10, 10) for one in (*found["values"][0].values(), found["count"]))
    cell = value[(fast == 15) & (slow == 40)]
    assert (best[2, 1], median[2, 1], count[2, 1]) == (cell.max(), np.median(cell), 3)
    assert data["levels"][0]["texts"][2] == "15"


def test_settings_that_did_not_come_to_an_end_leave_their_cell_empty(make_search):
    statuses = np.zeros(300, int)
    statuses[:3] = (1, 2, 3)  # the three of ma_fast 5, ma_slow 20
    data = drawing.drawing(make_search(statuses=statuses), None)
    found = next(one for one in data["heat"] if (one["row"], one["column"]) == (0, 1))
    assert np.isnan(unpack(found["values"][0]["best"])[0])
    assert unpack(found["count"])[:2].tolist() == [0, 3]


def test_a_slice_of_a_grid_goes_exactly_through_the_best(make_search):
    result = make_search()
    data = drawing.drawing(result, None)
    best = result.trials.setting(result.best_trial)
    fast, slow, atr, value = (result.trials.column(name) for name in ("ma_fast", "ma_slow", "atr", "sharpe"))
    along = (slow == best["strategies.0.params.ma_slow"]) & (atr == [2.0, 3.0, 4.0].index(best["exits.trailing.atr"]))
    expected = value[along][np.argsort(fast[along])]
    assert unpack(data["slices"][0]["values"][0]["through"]).tolist() == expected.tolist()
    assert unpack(data["slices"][0]["exact"]).tolist() == [1.0] * 10
    low, high = data["bounds"][0]
    assert low < expected.min() < expected.max() < high


def test_a_slice_of_random_trials_takes_the_nearest(make_search):
    data = drawing.drawing(make_search(trials=500, sampler="random"), None)
    assert unpack(data["slices"][0]["exact"]).tolist().count(1.0) < 10
    assert np.isfinite(unpack(data["slices"][0]["values"][0]["through"])).all()


def test_neighbours_and_marks_of_luck_are_handed_over(make_search, make_overfit):
    result = make_search(statuses=[0] * 299 + [3])
    data = drawing.drawing(result, make_overfit(neighbours=(165, 299, 167)))["luck"]
    value = result.trials.column("sharpe")
    assert unpack(data["neighbours"]["values"]).tolist() == [value[165], value[167]]  # 299 failed
    assert (data["best"], data["expected"]) == (2.25, 1.9)
    assert unpack(data["sharpes"]["counts"]).sum() == 299
    assert len(unpack(data["halves"]["inside"])) == 924
    unknown = make_overfit(expected_max_sharpe=float("nan"))
    assert drawing.drawing(result, type(unknown)(unknown.values))["luck"]["halves"] is None


def test_a_page_stays_small_with_many_parameters(make_search, make_overfit):
    result = make_search(space=TWENTY, trials=20_000, sampler="random", objectives=TWO)
    data = json.dumps(drawing.drawing(result, make_overfit()))
    assert len(data) < 8_000_000


PROBE = """<script>addEventListener("error", one => { (window.seen = window.seen || []).push(one.message); });
addEventListener("securitypolicyviolation", one => { (window.seen = window.seen || []).push(one.violatedDirective); });
const log = console.error; console.error = (...one) => { (window.seen = window.seen || []).push(one.join(" ")); };
</script>"""
HOST = """<!DOCTYPE html><body><pre id="out"></pre>@@frames@@<script>
const all = Array.from(document.querySelectorAll("iframe")), wait = ms => new Promise(done => setTimeout(done, ms));
const pick = (page, id, value) => { const one = page.getElementById(id); one.value = value; one.onchange(); };
async function look(frame) {
  const page = frame.contentDocument, own = frame.contentWindow, found = { ready: page.body.dataset.ready };
  found.charts = Array.from(page.querySelectorAll(".chart")).filter(one => one.data && one.data.length).map(one => one.id);
  found.empty = Array.from(page.querySelectorAll(".chart")).filter(one => !one.data).map(one => one.id);
  found.fetched = own.performance.getEntriesByType("resource").map(one => one.name);
  const table = page.querySelector("table.sortable");
  if (table) {
    const column = at => Array.from(table.tBodies[0].rows, row => row.cells[at].textContent);
    const names = Array.from(table.tHead.rows[0].cells, one => one.textContent), at = names.indexOf("Max drawdown");
    table.tHead.rows[0].cells[at].querySelector("button").click(); found.down = column(at).slice(0, 5);
    table.tHead.rows[0].cells[at].querySelector("button").click(); found.up = column(at).slice(0, 5);
  }
  const heat = page.getElementById("heat");
  if (heat) {
    const title = () => [heat.layout.xaxis.title.text, heat.layout.yaxis.title.text];
    found.before = title();
    pick(page, "heat-x", page.getElementById("heat-y").value);
    found.swapped = title();
    pick(page, "heat-what", "2");
    found.counts = heat.data[0].z[0].slice(0, 3);
    pick(page, "parallel-what", "0");
    found.lines = page.getElementById("parallel").data.reduce((sum, one) => sum + one.x.filter(x => x === null).length, 0);
  }
  for (const one of page.querySelectorAll("select")) { one.selectedIndex = one.options.length - 1; one.onchange(); }
  await wait(50);
  found.wide = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  found.seen = own.seen || [];
  return found;
}
addEventListener("load", async () => {
  const out = {};
  for (const frame of all) out[frame.id] = await look(frame);
  document.getElementById("out").textContent = JSON.stringify(out);
});
</script></body>"""


def look(pages, folder):
    """Use everything on some pages in a browser at the width of a phone; return what was seen on each."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on this machine: the pages cannot be opened")
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text.replace("</head>", PROBE + "</head>", 1), encoding="utf-8")
    style = "width:390px;height:800px"
    frames = "".join(f'<iframe id="{name}" src="{name}.html" style="{style}"></iframe>' for name in pages)
    (folder / "host.html").write_text(HOST.replace("@@frames@@", frames), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]
    dom = subprocess.run(
        [
            *command,
            "--virtual-time-budget=8000",
            f"--user-data-dir={folder / 'profile'}",
            (folder / "host.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    return json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)[1]))


def healthy(found):
    return (found["ready"], found["seen"], found["fetched"], found["empty"], found["wide"]) == ("yes", [], [], [], 0)


@pytest.fixture(scope="module")
def opened(made, tmp_path_factory):
    return look({"evil": made["evil"]}, tmp_path_factory.mktemp("pages"))["evil"]


def test_a_browser_draws_everything_without_an_error(opened):
    assert healthy(opened), opened
    assert set(opened["charts"]) == {
        "importance", "heat", *(f"slice-{at}" for at in range(5)), "parallel", "front", "luck-sharpes", "luck-logits",
        "luck-halves", "luck-neighbours",
    }  # fmt: skip


def test_the_table_sorts_both_ways(opened):
    down, up = ([float(text.removesuffix(" %")) for text in opened[way]] for way in ("down", "up"))
    assert down == sorted(down, reverse=True)
    assert up == sorted(up)
    assert up[0] < down[-1]


def test_the_choosers_choose(opened):
    assert opened["before"] == ["ma_fast", "ma_slow"]
    assert opened["swapped"] == ["ma_slow", "ma_fast"]
    assert all(isinstance(count, int | None) for count in opened["counts"])
    assert opened["lines"] == 50


@pytest.mark.slow
def test_a_browser_draws_searches_of_every_shape(made, tmp_path):
    found = look(made, tmp_path)
    assert {name: one for name, one in found.items() if not healthy(one)} == {}
    assert found["one"]["charts"] == ["importance", "slice-0"]
    assert found["failed"]["charts"] == found["nothing"]["charts"] == []
    assert len(found["twenty"]["charts"]) == 3 + 20 + 3
