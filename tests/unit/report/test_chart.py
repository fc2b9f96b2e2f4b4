import base64
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest

from btbot.report import chart

EVIL = "<script>alert(1)</script>&amp;</script><!--"


class Page(HTMLParser):
    """Elements with their attributes, and the texts of scripts and of everything else."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.scripts, self.texts, self._in_script = [], [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        (self.scripts if self._in_script else self.texts).append(data)


def content(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


def unpack(text):
    return np.frombuffer(base64.b64decode(text), "<f8")


@pytest.fixture(scope="module")
def page(make_result):
    return chart.render(make_result(bars=500, trades=10, symbols=("BTC/USDT", "ETH/USDT")))


def test_the_first_line_says_synthetic_and_only_then(make_result, page):
    synthetic = chart.render(make_result(bars=50, trades=2, synthetic=True))
    assert synthetic.splitlines()[0] == "<!DOCTYPE html><!-- SYNTHETIC -->"
    assert re.search(r'<body>\s*<p class="synthetic">SYNTHETIC DATA', synthetic)
    assert page.splitlines()[0] == "<!DOCTYPE html>"
    assert not any("SYNTHETIC" in text for text in Page(page).texts)


def test_nothing_is_fetched_from_anywhere(page):
    elements = Page(page).elements
    assert not [tag for tag, attrs in elements if "src" in attrs or "href" in attrs]
    assert not [tag for tag, _ in elements if tag in ("link", "iframe", "img", "object", "embed")]
    policy = next(attrs["content"] for tag, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_names_out_of_the_data_are_text_never_markup(make_result):
    result = make_result(bars=60, trades=3, symbols=(EVIL,), name=EVIL, strategy=EVIL)
    result.overlays[EVIL][EVIL] = np.ones(60)
    result.trades["exit_reason"] = EVIL
    html = chart.render(result)
    page = Page(html)
    assert len(page.scripts) == 3  # data, plotly.js, ours
    assert not [text for text in page.scripts if "alert(1)" in text and not text.startswith("{")]
    assert page.elements.count(("script", {})) == 2
    data = content(html)["symbols"][0]
    assert data["name"] == EVIL  # set as text by the page
    for shown in (*data["trades"]["strategy"], *data["trades"]["exit_reason"], data["overlays"][2]["name"]):
        assert "<" not in shown  # handed to plotly, which reads markup


def test_tokens_in_a_name_are_not_filled_in(make_result):
    html = chart.render(make_result(bars=60, trades=3, name="@@data@@ {{plotly}}"))
    assert "<h1>@@data@@ {{plotly}}</h1>" in html


def test_every_bar_overlay_and_trade_is_there_exactly(make_result, page):
    result = make_result(bars=500, trades=10, symbols=("BTC/USDT", "ETH/USDT"))
    data = content(page)
    assert [one["name"] for one in data["symbols"]] == ["BTC/USDT", "ETH/USDT"]
    for one in data["symbols"]:
        bars = result.bars[one["name"]]
        assert (unpack(one["time"]) == bars.time).all()
        assert (unpack(one["high"]) == bars.high).all()
        mine = result.trades[result.trades["symbol"] == one["name"]]
        assert one["trades"]["pnl"] == mine["pnl"].tolist()
        assert one["trades"]["exit_time"][-1] is None
        assert one["trades"]["entry_time"][0] == int(mine["entry_time"].iloc[0].timestamp() * 1000)
        assert [(o["name"], o["on_price"]) for o in one["overlays"]] == [("sma 20", True), ("adx", False)]
        np.testing.assert_array_equal(unpack(one["overlays"][0]["values"]), result.overlays[one["name"]]["sma 20"])
    assert (unpack(data["equity"]["equity"]) == result.equity["equity"].to_numpy()).all()


def test_more_bars_than_the_page_holds_are_put_together_and_it_says_so(make_result, monkeypatch):
    monkeypatch.setattr(chart, "CANDLES", 100)
    result = make_result(bars=250, trades=2)
    one = content(chart.render(result))["symbols"][0]
    bars = result.bars["BTC/USDT"]
    assert one["notes"] == ["one candle shows 3 bars of 1h"]
    assert one["candle_ms"] == 3 * 3_600_000
    assert len(unpack(one["time"])) == 84
    assert unpack(one["high"])[1] == bars.high[3:6].max()
    assert unpack(one["low"])[1] == bars.low[3:6].min()
    assert unpack(one["close"])[1] == bars.close[5]
    assert unpack(one["volume"])[-1] == bars.volume[249]
    assert unpack(one["overlays"][1]["values"])[-1] == result.overlays["BTC/USDT"]["adx"][249]


def test_more_trades_than_the_page_holds_keep_the_largest(make_result, monkeypatch):
    monkeypatch.setattr(chart, "TRADES", 5)
    result = make_result(bars=500, trades=20)
    one = content(chart.render(result))["symbols"][0]
    largest = sorted(result.trades["pnl"].abs(), reverse=True)[:5]
    assert sorted(map(abs, one["trades"]["pnl"]), reverse=True) == largest
    assert one["trades"]["entry_time"] == sorted(one["trades"]["entry_time"])
    assert one["notes"] == ["5 of 20 trades: those with the largest profit or loss"]


@pytest.mark.parametrize("choice", [{"bars": 1, "trades": 0}, {"bars": 5, "trades": 0}])
def test_short_runs_have_a_page_too(make_result, choice):
    assert content(chart.render(make_result(**choice)))["symbols"][0]["trades"]["pnl"] == []


def test_a_browser_draws_it_without_an_error(tmp_path, make_result):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on this machine: the page cannot be opened")
    result = make_result(bars=900, trades=10, symbols=("BTC/USDT", EVIL), name=EVIL, synthetic=True)
    probe = """<script>addEventListener("error", one => { document.body.dataset.error = one.message; });</script>"""
    click = """<script>setTimeout(async () => { document.getElementById("next").click();
      chooser.value = "1"; await show(1); await zoom(state.symbol.time[0], state.symbol.time[100]);
      document.body.dataset.axis = chart._fullLayout.xaxis.type;
      document.body.dataset.candles = chart.data[1].x.length; }, 3000);</script>"""
    (tmp_path / "page.html").write_text(
        chart.render(result).replace("<nav>", probe + "<nav>").replace("</html>", click + "</html>"), encoding="utf-8"
    )
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=15000", "--dump-dom"]
    dom = subprocess.run(
        [*command, f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "page.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    body = dict(re.findall(r'data-(\w+)="([^"]*)"', re.search(r"<body[^>]*>", dom)[0]))
    assert "error" not in body
    assert (body["ready"], body["axis"], body["candles"]) == ("yes", "date", "101")  # bars 0 to 100
