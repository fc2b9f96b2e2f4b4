const DASHES = ["solid", "dash", "dot"];

// The line of the run at a position: five colours, then the same with dashes.
function line(t, at) {
  const colours = [t.blue, t.orange, t.green, t.amber, t.grey];
  return { color: colours[at % colours.length], dash: DASHES[Math.floor(at / colours.length) % DASHES.length], width: 1.6 };
}

function equity() {
  const log = byId("scale").value === "1";
  draw("equity", t => ({
    traces: raw.runs.map((one, at) => ({ x: unpack(one.time), y: unpack(one.growth), name: safe(one.name),
      type: "scatter", mode: "lines", line: line(t, at), hovertemplate: "%{x}<br>%{y:.4f}" })),
    layout: { showlegend: true, hovermode: "closest", xaxis: { type: "date" },
      yaxis: { title: { text: "Growth of 1" }, type: log ? "log" : "linear" } },
  }));
}

byId("scale").onchange = equity;
equity();
