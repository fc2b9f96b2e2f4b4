// The charts of a walk-forward.

const NAMES = raw.windows.map(one => String(one.number));

function lines(t) {
  const styles = [{ color: t.blue, width: 2.4 }, { color: t.orange }, { color: t.green }, { color: t.grey },
    { color: t.amber, dash: "dot" }];
  return raw.lines.map((one, at) => ({ x: unpack(one.time), y: unpack(one.equity), name: safe(one.name), type: "scatter",
    mode: "lines", line: { width: 1.4, ...styles[at % styles.length] }, hovertemplate: "%{x}<br>%{y:,.2f}" }));
}

function equity() {
  const log = byId("scale").value === "1";
  draw("equity", t => ({
    traces: lines(t),
    layout: { showlegend: true, xaxis: { type: "date" }, yaxis: { type: log ? "log" : "linear" },
      shapes: raw.windows.map(one => ({ type: "line", x0: one.start, x1: one.start, y0: 0, y1: 1, yref: "paper",
        layer: "below", line: { color: t.line, width: 1 } })) },
  }));
}

function windows() {
  const found = raw.figures[Number(byId("figure").value)];
  const bars = (values, name, colour) => ({ type: "bar", x: NAMES, y: values, name, marker: { color: colour },
    hovertemplate: values.map(value => `window %{x}, ${name}: ${number(value, found.percent)}<extra></extra>`) });
  draw("windows", t => ({
    traces: [bars(found.before, "in sample", t.grey), bars(found.after, "out of sample", t.blue)],
    layout: { showlegend: true, barmode: "group", bargap: 0.25, xaxis: { type: "category", title: { text: "Window" } },
      yaxis: { tickformat: found.percent ? ".0~%" : "" } },
  }));
}

// One value lasts from the beginning of its test window to the end.
function parameter(found, at) {
  const x = [], y = [];
  found.values.forEach((value, index) => {
    x.push(raw.windows[index].start, raw.windows[index].end, raw.windows[index].end);
    y.push(value, value, null);
  });
  const axis = found.choices ? { type: "category", categoryorder: "array", categoryarray: found.choices.map(safe) } :
    { range: padded(found.range) };
  const shown = found.choices ? y.map(value => value === null ? null : safe(value)) : y;
  draw(`parameter-${at}`, t => ({
    traces: [{ x, y: shown, type: "scatter", mode: "lines", line: { color: t.blue, width: 3 }, connectgaps: false,
      hovertemplate: "%{x}<br>%{y}<extra></extra>" }],
    layout: { xaxis: { type: "date" }, yaxis: axis },
  }));
}

function padded([low, high]) {
  const room = 0.06 * (high - low || 1);
  return [low - room, high + room];
}

byId("scale").onchange = equity;
byId("figure").onchange = windows;
equity();
windows();
raw.parameters.forEach(parameter);
