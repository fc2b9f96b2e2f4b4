import json
import re
from html.parser import HTMLParser

import numpy as np

from btbot.report import page

EVIL = "</script><script>alert(1)</script>\"'&<!--"


def test_texts_are_escaped_everywhere():
    parts = [
        page.section(EVIL, page.paragraph(EVIL), page.bullets([EVIL]), page.facts([(EVIL, EVIL)])),
        page.table([EVIL], [[EVIL]], sortable=True),
        page.tiles([(EVIL, EVIL)]),
        page.titled(EVIL, page.chart(EVIL, EVIL)),
        page.controls(page.chooser(EVIL, EVIL, [EVIL])),
        page.command(EVIL, EVIL, EVIL),
        page.panel(page.paragraph(EVIL)),
    ]
    html = page.page(title=EVIL, lead=EVIL, body=parts, data={"name": EVIL}, script="", synthetic=False)
    scripts = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag == "script":
                scripts.append(dict(attrs))

    Reader().feed(html)
    assert scripts == [{"type": "application/json", "id": "data"}, {}, {}]
    content = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(content) == {"name": EVIL}


def test_nothing_may_be_fetched():
    html = page.page(title="a", lead="b", body=[], data={}, script="", synthetic=False)
    assert "default-src 'none'; script-src 'unsafe-inline'" in html
    assert not re.search(r"<(link|img|iframe)|<script[^>]*src", html)


def test_the_first_line_says_synthetic_and_only_then():
    made = page.page(title="a", lead="b", body=[], data={}, script="", synthetic=True)
    assert made.splitlines()[0] == "<!DOCTYPE html><!-- SYNTHETIC -->"
    assert '<p class="synthetic">SYNTHETIC DATA' in made
    real = page.page(title="a", lead="b", body=[], data={}, script="", synthetic=False)
    assert real.splitlines()[0] == "<!DOCTYPE html>"
    assert "SYNTHETIC" not in real


def test_a_table_stands_right_where_it_holds_numbers_and_knows_what_to_sort_by():
    html = page.table(["name", "value"], [["a", page.Cell("1.50 %", 0.015)], ["b", page.Cell("-")]], sortable=True)
    assert '<table class="sortable">' in html
    assert '<th scope="col"><button type="button">name</button></th><th scope="col" class="n">' in html
    assert '<tr><td>a</td><td class="n" data-value="0.015">1.50 %</td></tr>' in html
    assert '<td class="n">-</td>' in html


def test_a_chooser_marks_the_choice():
    assert page.chooser("x", "Across", ["a", "b"], 1) == (
        '<label>Across <select id="x"><option value="0">a</option><option value="1" selected>b</option></select></label>'
    )


def test_numbers_are_packed_exactly():
    values = np.array([0.1, np.nan, -np.inf, 1e300])
    import base64

    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(page.packed(values)), "<f8"), values)
