"""The shell of an offline page: markup, style, and the script that pages with charts share.

Takes texts, finished markup and data, gives one file that fetches nothing. What a function here takes as text
it escapes; what it returns as `Html` is markup.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NewType

import numpy as np

from btbot.report.layout import NOTHING
from btbot.report.text import SYNTHETIC

Html = NewType("Html", str)
_HERE = Path(__file__).parent
# The policy keeps the page offline even if something in it tried to fetch: only what is inside may run.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"

_READY = 'document.body.dataset.ready = "yes";\n'


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a table.

    Parameters
    ----------
    text
        What is shown.
    value
        What the table is sorted by; None for words, and for a number that is missing.
    """

    text: str
    value: float | None = None


def page(*, title: str, lead: str, body: Sequence[Html], data: dict[str, Any], script: str, synthetic: bool) -> str:
    """Return a whole page with plotly.js inside.

    Parameters
    ----------
    title, lead
        The heading, also the window's title, and one line under it.
    body
        What stands below, see `section`.
    data
        What `script` finds as ``raw``; finite numbers, text, lists, mappings and None.
    script
        JavaScript that is run after ``page.js``, whose functions it may use.
    synthetic
        True if the candles were generated: the first line and a banner say so.
    """
    from plotly.offline import get_plotlyjs

    banner = f'<p class="synthetic">{html.escape(SYNTHETIC)}</p>' if synthetic else ""
    parts = [
        f"<!DOCTYPE html>{'<!-- SYNTHETIC -->' if synthetic else ''}\n",
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="color-scheme" content="light dark">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n',
        f"<title>{html.escape(f'SYNTHETIC {title}' if synthetic else title)}</title>\n",
        f"<style>\n{read(_HERE / 'page.css')}</style>\n</head>\n<body>\n{banner}\n",
        f"<header><h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p></header>\n",
        f"<main>\n{join(body)}\n</main>\n",
        f'<script type="application/json" id="data">{for_script(data)}</script>\n',
        f"<script>{get_plotlyjs()}</script>\n",
        f"<script>\n{read(_HERE / 'page.js')}{script}{_READY}</script>\n</body>\n</html>\n",
    ]
    return "".join(parts)


@cache
def read(path: Path) -> str:
    """Return the text of a style or script that comes with btbot."""
    return path.read_text(encoding="utf-8")


def join(parts: Sequence[Html]) -> Html:
    """Return the parts below each other."""
    return Html("\n".join(parts))


def section(title: str, *parts: Html) -> Html:
    """Return parts under a heading.

    Examples
    --------
    >>> section("A < B").strip()
    '<section><h2>A &lt; B</h2></section>'
    """
    return Html(f"<section><h2>{html.escape(title)}</h2>{join(parts)}</section>\n")


def paragraph(text: str, kind: str = "") -> Html:
    """Return one paragraph; `kind` is a class of ``page.css``."""
    return Html(f"<p{_class(kind)}>{html.escape(text)}</p>")


def command(before: str, text: str, after: str) -> Html:
    """Return a paragraph with something to type in it."""
    return Html(f"<p>{html.escape(before)} <code>{html.escape(text)}</code> {html.escape(after)}</p>")


def panel(*parts: Html, kind: str = "") -> Html:
    """Return parts in a box that stands out; `kind` is ``good``, ``open``, ``bad`` or empty."""
    return Html(f"<div{_class(f'banner {kind}'.strip())}>{join(parts)}</div>")


def grid(*parts: Html, kind: str = "") -> Html:
    """Return parts side by side, as many as there is room for; of kind ``two`` no more than two."""
    return Html(f"<div{_class(f'grid {kind}'.strip())}>{''.join(parts)}</div>")


def titled(title: str, *parts: Html) -> Html:
    """Return parts under a small heading."""
    return Html(f"<div><h3>{html.escape(title)}</h3>{join(parts)}</div>")


def tiles(items: Sequence[tuple[str, str]]) -> Html:
    """Return labels, each with its value large below it."""
    inner = "".join(f"<div><span>{html.escape(name)}</span><b>{html.escape(text)}</b></div>" for name, text in items)
    return Html(f'<div class="tiles">{inner}</div>')


def table(columns: Sequence[str], rows: Sequence[Sequence[Cell | str]], *, sortable: bool = False) -> Html:
    """Return rows under their column names; a column that holds a `Cell` with a value stands right.

    Parameters
    ----------
    columns
        Names, one a field of each row.
    sortable
        A click on a name sorts by that column, missing values last.
    """
    fields = [[one if isinstance(one, Cell) else Cell(one) for one in row] for row in rows]
    right = [any(row[at].value is not None for row in fields) for at in range(len(columns))]
    kinds = ["n" if one else "" for one in right]
    heads = [
        f'<button type="button">{html.escape(name)}</button>' if sortable else html.escape(name) for name in columns
    ]
    head = "".join(f'<th scope="col"{_class(kind)}>{text}</th>' for text, kind in zip(heads, kinds, strict=True))
    body = "".join(f"<tr>{_fields(row, kinds)}</tr>\n" for row in fields)
    kind = ' class="sortable"' if sortable else ""
    return Html(
        f'<div class="scroll"><table{kind}><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'
    )


def _fields(row: Sequence[Cell], kinds: Sequence[str]) -> str:
    return "".join(_field(one, kind) for one, kind in zip(row, kinds, strict=True))


def _field(one: Cell, kind: str) -> str:
    value = "" if one.value is None else f' data-value="{float(one.value)!r}"'
    return f"<td{_class(kind)}{value}>{html.escape(one.text)}</td>"


def facts(items: Sequence[tuple[str, str]]) -> Html:
    """Return names and texts in two columns."""
    inner = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text or NOTHING)}</dd>" for name, text in items)
    return Html(f"<dl>{inner}</dl>")


def bullets(texts: Sequence[str]) -> Html:
    """Return texts as a list."""
    return Html(f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in texts)}</ul>")


def chart(name: str, label: str, kind: str = "") -> Html:
    """Return the place of a chart, which the page's script draws by its name.

    Parameters
    ----------
    name
        Its id.
    label
        What it shows, for readers who do not see it.
    kind
        A class of ``page.css`` that gives another size.
    """
    inner = f'id="{html.escape(name)}" role="img" aria-label="{html.escape(label)}"'
    return Html(f"<div{_class(f'chart {kind}'.strip())} {inner}></div>")


def chooser(name: str, label: str, texts: Sequence[str], chosen: int = 0) -> Html:
    """Return a labelled list to choose from; its value is the position of the choice."""
    options = "".join(
        f'<option value="{at}"{" selected" if at == chosen else ""}>{html.escape(text)}</option>'
        for at, text in enumerate(texts)
    )
    return Html(f'<label>{html.escape(label)} <select id="{html.escape(name)}">{options}</select></label>')


def controls(*parts: Html) -> Html:
    """Return choosers in one row."""
    return Html(f'<div class="controls">{"".join(parts)}</div>')


def _class(kind: str) -> str:
    return f' class="{html.escape(kind)}"' if kind else ""


def for_script(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the script element which holds it."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def packed(values: Any) -> str:
    """Return numbers as base64 of little-endian float64: half the size of digits, and exact, NaN included."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode("ascii")
