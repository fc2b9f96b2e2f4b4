"""Markup, style and behaviour of the chart page; pieces between ``@@`` are filled in by `chart`."""

# The policy keeps the page offline even if something in it tried to fetch: only what is inside may run.
_HEAD = """<!DOCTYPE html>@@comment@@
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline';
 style-src 'unsafe-inline'; img-src data: blob:">
<title>@@title@@</title>
<style>
  :root { --ink: #1f2933; --muted: #6b7785; --line: #e4e8ec; --blue: #0072b2; --orange: #d55e00; }
  body { margin: 0; color: var(--ink); background: #fff; font: 14px/1.45 system-ui, sans-serif; }
  header, footer { padding: 14px 22px 6px; }
  h1 { font-size: 20px; margin: 0 0 2px; }
  p { margin: 0; color: var(--muted); }
  .synthetic { background: #fff4e0; color: #7a3e00; font-weight: 700; padding: 8px 22px; }
  nav { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 6px 22px; }
  nav .gap { width: 14px; }
  button, select { font: inherit; color: inherit; background: #fff; border: 1px solid #cbd2d9;
    border-radius: 6px; padding: 3px 10px; cursor: pointer; }
  button:hover { background: #f5f7fa; }
  button[aria-pressed="true"] { background: #e6f1f8; border-color: var(--blue); color: #00527f; }
  #chart { height: 76vh; min-height: 520px; }
  .scroll { max-height: 420px; overflow: auto; border-top: 1px solid var(--line); }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: 4px 10px; white-space: nowrap; }
  th { position: sticky; top: 0; background: #fff; color: var(--muted); font-weight: 600; }
  tbody tr { cursor: pointer; border-top: 1px solid var(--line); }
  tbody tr:hover, tbody tr.chosen { background: #eef5fa; }
  .left { text-align: left; }
  .gain { color: var(--blue); } .loss { color: var(--orange); }
</style>
</head>
"""
_BODY = """<body>
@@banner@@
<header><h1>@@name@@</h1><p>@@summary@@. <span id="notes"></span></p></header>
<nav>
  <select id="symbol" aria-label="Symbol"></select>
  <span class="gap"></span>
  <button data-days="0">All</button><button data-days="365">1 year</button><button data-days="91">3 months</button>
  <button data-days="30">1 month</button><button data-days="7">1 week</button>
  <span class="gap"></span>
  <button id="previous">&#8592; trade</button><button id="next">trade &#8594;</button>
  <span class="gap"></span>
  <button id="volume" aria-pressed="false">Volume</button><button id="log" aria-pressed="false">Log price</button>
</nav>
<div id="chart"></div>
<footer><p>Triangles are entries (up: long, down: short), squares are exits: blue earned, orange lost. Times are
UTC and mark the opening of the bar. Zoom in for candles; a click on a row shows the trade.</p></footer>
<div class="scroll"><table><thead><tr><th class="left">Entry</th><th class="left">Exit</th>
<th class="left">Side</th><th>Size</th><th>Entry price</th><th>Exit price</th><th>Profit</th><th>Bars</th>
<th class="left">Reason</th></tr></thead><tbody id="trades"></tbody></table></div>
<script type="application/json" id="data">@@data@@</script>
<script>@@plotly@@</script>
"""
_SCRIPT = """<script>
"use strict";
const INK = "#1f2933", MUTED = "#6b7785", LINE = "#e4e8ec", BLUE = "#0072b2", ORANGE = "#d55e00", GREY = "#9aa5b1";
const OVERLAYS = ["#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6bb1", "#a6761d"];
const MOST_CANDLES = 400, DAY = 86400000;
const CONFIG = { responsive: true, displaylogo: false, scrollZoom: true, plotlyServerURL: "",
  modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d"]] };
const unpack = text => new Float64Array(Uint8Array.from(atob(text), one => one.charCodeAt(0)).buffer);
const raw = JSON.parse(document.getElementById("data").textContent);
const equity = { time: unpack(raw.equity.time), own: unpack(raw.equity.equity), held: unpack(raw.equity.benchmark) };
const chart = document.getElementById("chart"), chooser = document.getElementById("symbol");
const state = { symbol: null, volume: false, log: false, trade: -1, drawn: 0, busy: false };

const number = value => value === null ? "" : value.toLocaleString("en-US",
  { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 10 ? 6 : 2 });
const stamp = ms => ms === null ? "open" : new Date(ms).toISOString().slice(0, 16).replace("T", " ");
const colour = pnl => pnl > 0 ? BLUE : ORANGE;

function load(index) {
  const one = raw.symbols[index];
  for (const name of ["time", "open", "high", "low", "close", "volume"])
    if (typeof one[name] === "string") one[name] = unpack(one[name]);
  for (const overlay of one.overlays)
    if (typeof overlay.values === "string") overlay.values = unpack(overlay.values);
  return one;
}

// First position whose time is not before ms.
function at(times, ms) {
  let low = 0, high = times.length;
  while (low < high) { const mid = (low + high) >> 1; if (times[mid] < ms) low = mid + 1; else high = mid; }
  return low;
}

function whole() {
  const s = state.symbol, last = s.time.length - 1;
  if (last < 0) return [0, DAY];
  return [s.time[0] - s.candle_ms, s.time[last] + 2 * s.candle_ms];
}

function entries(s, size) {
  const t = s.trades;
  return { x: t.entry_time, y: t.entry_price, name: "Entry", type: "scatter", mode: "markers", yaxis: "y",
    text: t.side.map((side, i) => `<b>${side}</b> ${number(t.size[i])} at ${number(t.entry_price[i])}<br>` +
      `${stamp(t.entry_time[i])}<br>${t.strategy[i]}`),
    hovertemplate: "%{text}<extra></extra>",
    marker: { size, color: INK, line: { color: "#fff", width: 1 },
      symbol: t.side.map(side => side === "long" ? "triangle-up" : "triangle-down") } };
}

function exits(s, size) {
  const t = s.trades, ended = t.exit_time.map((_, i) => i).filter(i => t.exit_time[i] !== null);
  return { x: ended.map(i => t.exit_time[i]), y: ended.map(i => t.exit_price[i]), name: "Exit", type: "scatter",
    mode: "markers", yaxis: "y", hovertemplate: "%{text}<extra></extra>",
    text: ended.map(i => `<b>${t.exit_reason[i]}</b> ${t.side[i]} ${number(t.size[i])} at ` +
      `${number(t.exit_price[i])}<br>${stamp(t.exit_time[i])}<br>profit ${number(t.pnl[i])}, fees ` +
      `${number(t.fees[i])}<br>${t.bars_held[i]} bars held`),
    marker: { size, symbol: "square", color: ended.map(i => colour(t.pnl[i])), line: { color: "#fff", width: 1 } } };
}

function ways(s, earned) {
  const x = [], y = [], t = s.trades;
  t.exit_time.forEach((ms, i) => { if (ms !== null && (t.pnl[i] > 0) === earned) {
    x.push(t.entry_time[i], ms, null); y.push(t.entry_price[i], t.exit_price[i], null); } });
  return { x, y, type: "scatter", mode: "lines", yaxis: "y", hoverinfo: "skip", showlegend: false,
    line: { color: earned ? BLUE : ORANGE, width: 1.5, dash: "dot" } };
}

function traces(s, first, last) {
  const candles = last - first <= MOST_CANDLES, part = name => candles ? s[name].slice(first, last) : [];
  const line = { type: "scatter", mode: "lines", hovertemplate: "%{y:,.6~f}<extra>%{fullData.name}</extra>" };
  const list = [
    { ...line, x: s.time, y: s.close, name: "Close", yaxis: "y", visible: !candles,
      line: { color: "#52606d", width: 1.2 } },
    { type: "candlestick", x: part("time"), open: part("open"), high: part("high"), low: part("low"),
      close: part("close"), name: "Candles", yaxis: "y", visible: candles,
      increasing: { line: { color: "#52606d", width: 1 }, fillcolor: "#fff" },
      decreasing: { line: { color: "#52606d", width: 1 }, fillcolor: "#9aa5b1" } },
    { ...line, x: s.time, y: s.volume, name: "Volume", yaxis: "y4", fill: "tozeroy", visible: state.volume,
      line: { color: "#b8c4d0", width: 1, shape: "hvh" }, fillcolor: "rgba(154,165,177,0.3)" }];
  s.overlays.forEach((o, i) => list.push({ ...line, x: s.time, y: o.values, name: o.name,
    yaxis: o.on_price ? "y" : "y3", line: { color: OVERLAYS[i % OVERLAYS.length], width: 1.4 } }));
  list.push({ ...line, x: equity.time, y: equity.held, name: "Buy and hold", yaxis: "y2",
    line: { color: GREY, width: 1.2 } });
  list.push({ ...line, x: equity.time, y: equity.own, name: "Equity", yaxis: "y2",
    line: { color: BLUE, width: 1.6 } });
  const t = s.trades, seen = t.entry_time.filter(ms => ms >= s.time[first] && ms <= s.time[last - 1]).length;
  const size = seen > 150 ? 6 : seen > 50 ? 8 : 11;
  return list.concat([ways(s, true), ways(s, false), entries(s, size), exits(s, size - 1)]);
}

function layout(s, range, first, last) {
  const own = s.overlays.some(o => !o.on_price), top = own ? 0.42 : 0.27;
  const axis = { gridcolor: LINE, zeroline: false, tickfont: { color: MUTED }, fixedrange: true, side: "right",
    automargin: true, tickformat: ",.6~f" };
  const name = (text, y) => ({ text, x: 0.004, y, xref: "paper", yref: "paper", xanchor: "left", yanchor: "top",
    showarrow: false, font: { color: MUTED, size: 12 }, bgcolor: "rgba(255,255,255,0.8)" });
  const over = s.overlays.filter(o => o.on_price).map(o => o.values);
  const under = s.overlays.filter(o => !o.on_price).map(o => o.values);
  const volume = spread([s.volume], first, last, false);
  const from = Math.max(at(equity.time, range[0]) - 1, 0);
  const to = Math.min(at(equity.time, range[1]) + 1, equity.time.length);
  return { margin: { l: 22, r: 66, t: 8, b: 34 }, font: { family: "system-ui, sans-serif", color: INK },
    paper_bgcolor: "#fff", plot_bgcolor: "#fff", dragmode: "pan", hovermode: "closest", hoverdistance: 12,
    hoverlabel: { bgcolor: "#fff", bordercolor: "#cbd2d9", font: { color: INK } }, uirevision: s.name,
    legend: { orientation: "h", x: 0, y: 1.0, yanchor: "bottom", xanchor: "left", font: { size: 12 } },
    xaxis: { type: "date", range, gridcolor: LINE, tickfont: { color: MUTED }, rangeslider: { visible: false },
      showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: GREY, anchor: "y2",
      uirevision: ++state.drawn },
    yaxis: { ...axis, domain: [top, 1], type: state.log ? "log" : "linear",
      range: spread([s.high, s.low, ...over], first, last, state.log) },
    yaxis2: { ...axis, domain: [0, 0.23], range: spread([equity.own, equity.held], from, to, false) },
    yaxis3: { ...axis, domain: [0.26, own ? 0.39 : 0.27], visible: own, range: spread(under, first, last, false) },
    yaxis4: { overlaying: "y", side: "left", visible: false, fixedrange: true, range: [0, volume[1] * 4] },
    annotations: [name("Equity against buy and hold", 0.235)] };
}

function spread(parts, first, last, log) {
  let low = Infinity, high = -Infinity;
  for (const part of parts) for (let i = first; i < last; i++) {
    if (part[i] < low) low = part[i];
    if (part[i] > high) high = part[i];
  }
  if (!(low <= high)) return [0, 1];
  if (log && low > 0) { low = Math.log10(low); high = Math.log10(high); }
  const pad = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1;
  return [low - pad, high + pad];
}

const moment = one => typeof one === "number" ? one
  : Date.parse(one.replace(" ", "T") + (one.length > 10 ? "Z" : "T00:00Z"));

// Draw the window: candles where there is room for them, every vertical axis fitted to what is visible.
async function zoom(from, to) {
  const s = state.symbol, last = Math.min(at(s.time, to) + 1, s.time.length);
  const first = Math.min(at(s.time, from - s.candle_ms), Math.max(last - 1, 0));
  state.busy = true;
  await Plotly.react(chart, traces(s, first, last), layout(s, [from, to], first, last), CONFIG);
  state.busy = false;
}

const again = () => zoom(...chart.layout.xaxis.range.map(moment));

function choose(index) {
  const t = state.symbol.trades, rows = document.getElementById("trades").rows;
  if (!rows.length) return;
  if (rows[state.trade]) rows[state.trade].classList.remove("chosen");
  state.trade = (index + rows.length) % rows.length;
  rows[state.trade].classList.add("chosen");
  const start = t.entry_time[state.trade], end = t.exit_time[state.trade] ?? whole()[1];
  const room = Math.max((end - start) * 0.6, 30 * state.symbol.candle_ms);
  zoom(start - room, end + room);
}

function list(s) {
  const body = document.getElementById("trades"), t = s.trades;
  body.replaceChildren();
  const cell = (row, text, kind) => { const td = row.insertCell(); td.innerHTML = text; td.className = kind || ""; };
  t.side.forEach((side, i) => {
    const row = body.insertRow();
    cell(row, stamp(t.entry_time[i]), "left"); cell(row, stamp(t.exit_time[i]), "left"); cell(row, side, "left");
    for (const name of ["size", "entry_price", "exit_price"]) cell(row, number(t[name][i]));
    cell(row, number(t.pnl[i]), t.pnl[i] > 0 ? "gain" : "loss");
    cell(row, t.bars_held[i]); cell(row, t.exit_reason[i], "left");
    row.onclick = () => { choose(i); chart.scrollIntoView({ behavior: "smooth", block: "center" }); };
  });
}

async function show(index) {
  state.symbol = load(index); state.trade = -1;
  document.getElementById("notes").textContent = state.symbol.notes.join("; ");
  list(state.symbol);
  await zoom(...whole());
}

function toggle(name) {
  document.getElementById(name).onclick = event => {
    state[name] = !state[name];
    event.target.setAttribute("aria-pressed", state[name]);
    again();
  };
}

raw.symbols.forEach((one, index) => chooser.add(new Option(`${one.name}  ${one.timeframe}`, index)));
chooser.onchange = () => show(Number(chooser.value));
if (raw.symbols.length < 2) chooser.disabled = true;
document.querySelectorAll("button[data-days]").forEach(button => { button.onclick = () => {
  const [start, end] = whole(), days = Number(button.dataset.days);
  zoom(days ? Math.max(end - days * DAY, start) : start, end);
}; });
document.getElementById("previous").onclick = () => choose(state.trade - 1);
document.getElementById("next").onclick = () => choose(state.trade + 1);
toggle("volume");
toggle("log");
if (raw.symbols.length) show(0).then(() => {
  chart.on("plotly_relayout", () => { if (!state.busy) again(); });
  document.body.dataset.ready = "yes";
});
</script>
</body>
</html>
"""
PAGE = _HEAD + _BODY + _SCRIPT
