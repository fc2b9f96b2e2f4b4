
// The charts of a search. raw.levels, raw.heat and raw.slices rest on all complete settings.

const chosen = name => byId(name) ? Number(byId(name).value) : 0;
const order = raw.order || [], levelsOf = at => raw.levels[at].texts;

// Bright is good, whichever way the objective goes.
const SCALE = "Viridis";
const coloured = goal => ({ colorscale: SCALE, reversescale: goal.minimize });
const colourbar = goal => ({ title: { text: safe(goal.text), side: "top" }, thickness: 12, len: 0.9, outlinewidth: 0,
  tickformat: goal.percent ? ".1%" : "" });
const valueAxis = goal => ({ title: { text: safe(goal.text) }, tickformat: goal.percent ? ".1~%" : "" });
const ring = t => ({ symbol: "circle-open", size: 15, color: t.orange, line: { width: 3 } });

function onChange(names, act) {
  for (const name of names) if (byId(name)) byId(name).onchange = act;
}

// What decides: bars, the largest on top.

function importance(t) {
  const found = raw.importance[chosen("importance-objective")];
  const names = found ? found.names : [], shares = found ? found.shares : [];
  const at = names.map((_, index) => index), short = text => text.length > 34 ? `${text.slice(0, 33)}\u2026` : text;
  return { traces: [{ type: "bar", orientation: "h", x: shares, y: at, text: shares.map(one => `${(one * 100).toFixed(1)} %`),
      textposition: "outside", cliponaxis: false, hovertext: names.map(safe), hoverinfo: "text",
      marker: { color: at.map(index => index < found.alone ? t.blue : t.grey) } }],
    layout: { height: 60 + 26 * Math.max(names.length, 2), bargap: 0.35, margin: { l: 8, r: 50, t: 8, b: 8 },
      xaxis: { rangemode: "tozero", tickformat: ".0%" },
      yaxis: { autorange: "reversed", tickmode: "array", tickvals: at, ticktext: names.map(one => safe(short(one))),
        showgrid: false } } };
}

// The surface over two parameters.

function mapOf(x, y) {
  const found = raw.heat.find(one => (one.row === y && one.column === x) || (one.row === x && one.column === y));
  return { found, turned: found.row === x };
}

function grid(values, rows, columns, turned) {
  const cells = Array.from({ length: rows }, () => new Array(columns).fill(null));
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    const value = values[turned ? j * rows + i : i * columns + j];
    if (Number.isFinite(value)) cells[i][j] = value;
  }
  return cells;
}

function heat(t, width) {
  const mapped = order.slice(0, byId("heat-x").options.length).sort((a, b) => a - b);
  const x = mapped[chosen("heat-x")], y = mapped[chosen("heat-y")], what = chosen("heat-what");
  const at = chosen("heat-objective"), goal = raw.objectives[at], { found, turned } = mapOf(x, y);
  const columns = levelsOf(x), rows = levelsOf(y);
  const cells = text => grid(unpack(text), rows.length, columns.length, turned);
  const counts = cells(found.count), best = cells(found.values[at].best), median = cells(found.values[at].median);
  const shown = what === 2 ? counts.map(row => row.map(one => one || null)) : what === 1 ? median : best;
  const names = [safe(raw.dimensions[x]), safe(raw.dimensions[y])];
  const text = counts.map((row, i) => row.map((count, j) => `${names[0]} ${safe(columns[j])}<br>${names[1]} ` +
    `${safe(rows[i])}<br>best ${number(best[i][j], goal.percent)}, median ${number(median[i][j], goal.percent)}` +
    `<br>${number(count)} settings`));
  const bar = what === 2 ? { ...colourbar(goal), title: { text: "settings", side: "top" }, tickformat: "" } : colourbar(goal);
  return { traces: [
      { type: "heatmap", z: shown, text, hoverinfo: "text", hoverongaps: false, xgap: 1, ygap: 1, colorbar: bar,
        ...(what === 2 ? { colorscale: SCALE } : coloured(goal)) },
      { x: [raw.levels[x].best], y: [raw.levels[y].best], type: "scatter", mode: "markers", marker: ring(t), hoverinfo: "skip" }],
    layout: { xaxis: { title: { text: names[0] }, showgrid: false, zeroline: false, ...ticks(raw.levels[x].ticks, width - 150) },
      yaxis: { title: { text: names[1] }, showgrid: false, zeroline: false, ...ticks(raw.levels[y].ticks, 400, true) } } };
}

// Two different parameters: choosing the other one's swaps them.
function chooseParameter(name, other, before) {
  if (chosen(name) === chosen(other)) byId(other).value = before[name];
  before["heat-x"] = byId("heat-x").value;
  before["heat-y"] = byId("heat-y").value;
  draw("heat", heat);
}

// Slices through the best setting.

function slice(at) {
  return (t, width) => {
    const goal = raw.objectives[chosen("slice-objective")], one = raw.slices[at];
    const found = one.values[chosen("slice-objective")], texts = levelsOf(at), exact = unpack(one.exact);
    const through = Array.from(unpack(found.through), value => Number.isFinite(value) ? value : null);
    const low = Array.from(unpack(found.worst)), high = Array.from(unpack(found.best)), median = unpack(found.median);
    const known = texts.map((_, index) => index).filter(index => Number.isFinite(median[index]));
    const of = values => known.map(index => values[index]);
    const text = known.map(index => `${safe(raw.dimensions[at])} ${safe(texts[index])}<br>` +
      `${number(through[index], goal.percent)}${exact[index] ? "" : " (nearest setting)"}<br>over all others: best ` +
      `${number(high[index], goal.percent)}, median ${number(median[index], goal.percent)}, worst ` +
      `${number(low[index], goal.percent)}`);
    const line = { type: "scatter", mode: "lines", x: known, hoverinfo: "skip" }, best = raw.levels[at].best;
    const many = known.length > 40;
    return { traces: [
        { ...line, y: of(low), line: { width: 0 } },
        { ...line, y: of(high), line: { width: 0 }, fill: "tonexty", fillcolor: `${t.grey}40` },
        { ...line, y: of(Array.from(median)), line: { color: t.muted, width: 1.5, dash: "dot" } },
        { ...line, y: known.map(index => exact[index] ? through[index] : null), line: { color: t.blue, width: 2 } },
        { ...line, y: of(through), mode: "markers", text, hoverinfo: "text",
          marker: { size: many ? 4 : 7, color: of(exact).map(one => one ? t.blue : t.paper), line: { color: t.blue, width: 1.5 } } },
        { ...line, x: [best], y: [through[best]], mode: "markers", marker: ring(t) }],
      layout: { xaxis: { ...ticks(raw.levels[at].ticks, width - 50), range: [-0.5, texts.length - 0.5], zeroline: false },
        yaxis: { ...valueAxis(goal), title: {}, range: raw.bounds[chosen("slice-objective")] } } };
  };
}

// Parallel coordinates: few traces of many lines, one for each colour, the good ones last and on top.

const PARTS = 12;

// The colours of the lines, from pale for poor to strong for good; the best part has a colour of its own.
function lineColours(t) {
  const channel = (colour, at) => parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16);
  return Array.from({ length: PARTS }, (_, part) => {
    if (part === PARTS - 1) return t.orange;
    const mixed = [0, 1, 2].map(at => channel(t.edge, at) + (channel(t.blue, at) - channel(t.edge, at)) * part / (PARTS - 2));
    return `rgb(${mixed.map(Math.round).join(",")})`;
  });
}

function parallelLines(t, some, axes, width) {
  return lineColours(t).map((color, part) => {
    const from = Math.floor(part * some.length / PARTS), to = Math.floor((part + 1) * some.length / PARTS);
    const x = [], y = [];
    for (const index of some.slice(from, to)) {
      axes.forEach((axis, at) => { x.push(at); y.push(axis.share[index]); });
      x.push(null); y.push(null);
    }
    return { type: "scatter", mode: "lines", x, y, hoverinfo: "skip", line: { width, color }, opacity: 0.75 };
  });
}

function objectiveAxis(goal, values, some) {
  let low = Infinity, high = -Infinity;
  for (const index of some) { low = Math.min(low, values[index]); high = Math.max(high, values[index]); }
  return { name: goal.text, ends: [number(low, goal.percent), number(high, goal.percent)],
    share: values.map(one => (one - low) / ((high - low) || 1)) };
}

function parallel(t, width) {
  const goal = raw.objectives[chosen("parallel-objective")], most = [50, 200, 1000][chosen("parallel-what")];
  const rank = unpack(raw.parallel.rank), values = unpack(raw.parallel.values[chosen("parallel-objective")]);
  let some = Array.from(rank.keys());
  some = most ? some.filter(index => rank[index] < most) : raw.parallel.even;
  some = Array.from(some).sort((a, b) => goal.minimize ? values[b] - values[a] : values[a] - values[b]);
  const axes = raw.parallel.axes.map((one, at) => ({ name: raw.dimensions[order[at]], ends: one.ends, share: unpack(one.share) }));
  axes.push(objectiveAxis(goal, values, some));
  const text = (at, y, yanchor, said, colour) => ({ x: at, y, text: said, showarrow: false, yanchor, font: { color: colour, size: 11 } });
  const short = one => safe(one.length > 13 ? `${one.slice(0, 12)}\u2026` : one);
  return { traces: parallelLines(t, some, axes, some.length > 300 ? 1 : 1.6),
    layout: { width: Math.max(width, axes.length * 100), height: 400, margin: { l: 50, r: 50, t: 8, b: 8 },
      annotations: axes.flatMap((axis, at) => [
        text(at, 1.1, "bottom", `<b>${short(axis.name)}</b>`, t.ink), text(at, 1.02, "bottom", short(axis.ends[1]), t.muted),
        text(at, -0.02, "top", short(axis.ends[0]), t.muted)]),
      shapes: axes.map((_, at) => ({ type: "line", x0: at, x1: at, y0: 0, y1: 1, line: { color: t.edge, width: 1.5 } })),
      xaxis: { visible: false, range: [-0.1, axes.length - 0.9], fixedrange: true },
      yaxis: { visible: false, range: [-0.12, 1.22], fixedrange: true } } };
}

// The Pareto front of two objectives.

function front(t) {
  const x = chosen("front-x"), y = chosen("front-y"), goals = raw.objectives, found = raw.front;
  const across = unpack(found.front[x]), up = unpack(found.front[y]);
  const along = Array.from(across.keys()).sort((a, b) => across[a] - across[b]);
  const text = along.map(index => `${safe(goals[x].text)} ${number(across[index], goals[x].percent)}<br>` +
    `${safe(goals[y].text)} ${number(up[index], goals[y].percent)}<br>${safe(found.settings[index]).replace(/, /g, "<br>")}`);
  return { traces: [
      { type: "scatter", mode: "markers", x: unpack(found.all[x]), y: unpack(found.all[y]), hoverinfo: "skip",
        marker: { color: t.grey, size: 4, opacity: 0.5 } },
      { type: "scatter", mode: goals.length === 2 ? "lines+markers" : "markers", x: along.map(one => across[one]),
        y: along.map(one => up[one]), text, hoverinfo: "text", line: { color: t.blue, width: 1.5, shape: "linear" },
        marker: { color: t.blue, size: 8 } }],
    layout: { xaxis: { ...valueAxis(goals[x]) }, yaxis: { ...valueAxis(goals[y]) } } };
}

// Is it luck?

function histogram(found, colour) {
  const edges = unpack(found.edges), counts = unpack(found.counts), middle = Array.from(counts, (_, at) => (edges[at] + edges[at + 1]) / 2);
  return { type: "bar", x: middle, y: Array.from(counts), width: edges[1] - edges[0], marker: { color: middle.map(colour) },
    text: middle.map((_, at) => `${number(edges[at])} to ${number(edges[at + 1])}: ${number(counts[at])}`), hoverinfo: "text",
    textposition: "none" };
}

function sharpes(t) {
  const found = raw.luck, marks = [];
  if (found.expected !== null) marks.push(mark(found.expected, "by luck", t.amber));
  if (found.best !== null) marks.push(mark(found.best, "best", t.orange, 0.88));
  return { traces: [histogram(found.sharpes, () => t.grey)], layout: { bargap: 0.05, xaxis: { title: { text: "Sharpe ratio" } },
    yaxis: { title: { text: "settings" } }, shapes: marks.map(one => one.shape), annotations: marks.map(one => one.annotation) } };
}

function logits(t) {
  return { traces: [histogram(raw.luck.logits, middle => middle < 0 ? t.orange : t.blue)],
    layout: { bargap: 0.05, xaxis: { title: { text: "logit of the rank in the other half" } }, yaxis: { title: { text: "splits" } },
      shapes: [mark(0, "", t.muted).shape] } };
}

function neighbours(t) {
  const found = raw.luck.neighbours, goal = raw.objectives[0], values = Array.from(unpack(found.values));
  const level = (y, text, colour) => ({ shape: { type: "line", x0: 0, x1: 1, xref: "paper", y0: y, y1: y,
      line: { color: colour, width: 2 } }, annotation: { x: 1, xref: "paper", y, text, showarrow: false, xanchor: "right",
      yanchor: "bottom", font: { color: colour, size: 12 } } });
  const lines = [level(found.best, "best", t.orange), level(found.median, "median of all", t.muted)];
  const text = values.map((one, at) => `${safe(found.settings[at]).replace(/, /g, "<br>")}<br>${number(one, goal.percent)}`);
  return { traces: [{ type: "scatter", mode: "markers", x: Array.from(values.keys(), at => at + 1), y: values, text, hoverinfo: "text",
      marker: { color: t.blue, size: 7 } }],
    layout: { xaxis: { title: { text: "neighbours, the nearest first" } }, yaxis: { ...valueAxis(goal) },
      shapes: lines.map(one => one.shape), annotations: lines.map(one => one.annotation) } };
}

function halves(t) {
  return { traces: [{ type: "scatter", mode: "markers", x: unpack(raw.luck.halves.inside), y: unpack(raw.luck.halves.outside),
      hovertemplate: "chosen %{x:.2f}, other half %{y:.2f}<extra></extra>", marker: { color: t.blue, size: 5, opacity: 0.4 } }],
    layout: { xaxis: { title: { text: "where it was chosen" } }, yaxis: { title: { text: "in the other half" } } } };
}

if (order.length) {
  draw("importance", importance);
  onChange(["importance-objective"], () => draw("importance", importance));
  if (byId("heat")) {
    const before = {};
    chooseParameter("heat-x", "heat-y", before);
    byId("heat-x").onchange = () => chooseParameter("heat-x", "heat-y", before);
    byId("heat-y").onchange = () => chooseParameter("heat-y", "heat-x", before);
    onChange(["heat-what", "heat-objective"], () => draw("heat", heat));
  }
  const slices = () => order.forEach(at => draw(`slice-${at}`, slice(at)));
  slices();
  onChange(["slice-objective"], slices);
  draw("parallel", parallel);
  onChange(["parallel-what", "parallel-objective"], () => draw("parallel", parallel));
  draw("front", front);
  onChange(["front-x", "front-y"], () => draw("front", front));
  draw("luck-sharpes", sharpes);
  draw("luck-logits", logits);
  draw("luck-halves", halves);
  draw("luck-neighbours", neighbours);
}
