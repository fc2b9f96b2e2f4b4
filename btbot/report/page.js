"use strict";
// What every page of charts uses: its data, numbers, the theme, tables that sort, charts that follow the theme.

const raw = JSON.parse(document.getElementById("data").textContent);
const unpack = text => new Float64Array(Uint8Array.from(atob(text), one => one.charCodeAt(0)).buffer);
const byId = name => document.getElementById(name);

// Plotly reads markup in every text that it draws.
const safe = text => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function number(value, percent) {
  if (value === null || !Number.isFinite(value)) return "-";
  if (percent) return `${(value * 100).toLocaleString("en-US", { maximumFractionDigits: 2 })} %`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e12)) return value.toExponential(3);
  return value.toLocaleString("en-US", { maximumFractionDigits: size < 10 ? 4 : 2 });
}

function theme() {
  const style = getComputedStyle(document.documentElement), of = name => style.getPropertyValue(`--${name}`).trim();
  return { ink: of("ink"), muted: of("muted"), line: of("line"), paper: of("paper"), edge: of("edge"),
    blue: of("blue"), orange: of("orange"), green: of("green"), amber: of("amber"), grey: of("grey") };
}

// Where a finger scrolls the page, a chart must not catch it.
const TOUCH = matchMedia("(pointer: coarse)").matches;
const CONFIG = { responsive: true, displayModeBar: false, scrollZoom: false, plotlyServerURL: "" };

function layout(t, own) {
  const axis = { gridcolor: t.line, zerolinecolor: t.edge, linecolor: t.edge, tickfont: { color: t.muted },
    automargin: true, fixedrange: TOUCH, title: { standoff: 8 } };
  const all = { margin: { l: 8, r: 12, t: 14, b: 8 }, paper_bgcolor: t.paper, plot_bgcolor: t.paper,
    font: { family: "system-ui, sans-serif", size: 12, color: t.ink }, hovermode: "closest", showlegend: false,
    dragmode: TOUCH ? false : "zoom", hoverlabel: { bgcolor: t.paper, bordercolor: t.edge, align: "left",
      font: { color: t.ink } }, legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" }, ...own };
  for (const name of Object.keys(all).filter(one => /^[xy]axis/.test(one))) {
    const title = { ...axis.title, ...all[name].title };
    all[name] = { ...axis, ...all[name], title };
  }
  return all;
}

const charts = new Map();

// Draw a chart by its id: build(theme, width) gives { traces, layout }. It is drawn again when theme or width change.
function draw(id, build) {
  const place = byId(id);
  if (!place) return;
  charts.set(id, build);
  const t = theme(), made = build(t, place.clientWidth);
  if (made.layout.height) place.style.height = `${made.layout.height}px`;
  Plotly.react(place, made.traces, layout(t, { xaxis: {}, yaxis: {}, ...made.layout }), CONFIG);
}

function drawAgain() {
  for (const [id, build] of charts) draw(id, build);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);

// How many names an axis has room for depends on the width; a height changes whenever a phone hides its address.
let drawnWidth = innerWidth, resized = 0;
addEventListener("resize", () => {
  if (innerWidth === drawnWidth) return;
  drawnWidth = innerWidth;
  clearTimeout(resized);
  resized = setTimeout(drawAgain, 200);
});

// Names at positions 0, 1, ... of an axis, as many as there is room for.
function ticks(names, pixels, upward = false) {
  const short = names.map(name => name.length > 18 ? `${name.slice(0, 17)}\u2026` : name);
  const wide = upward ? 22 : 7 * Math.max(...short.map(name => name.length)) + 16;
  const step = Math.max(Math.ceil(names.length * wide / Math.max(pixels, 1)), 1);
  const at = Array.from(names.keys()).filter(index => index % step === 0);
  return { tickmode: "array", tickangle: 0, tickvals: at, ticktext: at.map(index => safe(short[index])) };
}

// A vertical line with a name at a value of the x axis.
function mark(x, text, colour, height = 1) {
  return { shape: { type: "line", x0: x, x1: x, y0: 0, y1: height, yref: "paper", line: { color: colour, width: 2 } },
    annotation: { x, y: height, yref: "paper", text: safe(text), showarrow: false, xanchor: "left", yanchor: "top",
      xshift: 4, font: { color: colour, size: 12 } } };
}

function sortBy(table, column, header) {
  const up = header.getAttribute("aria-sort") === "descending";
  for (const one of header.parentNode.cells) one.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", up ? "ascending" : "descending");
  const body = table.tBodies[0], numeric = header.classList.contains("n");
  const key = row => {
    const cell = row.cells[column];
    return numeric ? (cell.dataset.value === undefined ? NaN : Number(cell.dataset.value)) : cell.textContent;
  };
  const compare = (a, b) => numeric ? a - b : a.localeCompare(b, "en", { numeric: true });
  const rows = Array.from(body.rows, row => ({ row, key: key(row) }));
  rows.sort((a, b) => {
    if (Number.isNaN(a.key) || Number.isNaN(b.key)) return Number.isNaN(a.key) - Number.isNaN(b.key);
    return up ? compare(a.key, b.key) : compare(b.key, a.key);
  });
  body.append(...rows.map(one => one.row));
}

for (const table of document.querySelectorAll("table.sortable"))
  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    header.querySelector("button").onclick = () => sortBy(table, column, header);
  });
