"""Markup of the tearsheet; quantstats fills ``{{...}}``, btbot what stands between ``@@`` afterwards."""

STYLE = """
  :root { --ink: #1f2933; --muted: #6b7785; --line: #e4e8ec; }
  body { margin: 0 auto; max-width: 1120px; padding: 0 24px 48px; color: var(--ink); background: #fff;
    font: 13px/1.45 system-ui, Arial, sans-serif; }
  h1 { font-size: 22px; margin: 22px 0 2px; } h3 { font-size: 14px; margin: 26px 0 6px; }
  p { color: var(--muted); margin: 2px 0; max-width: 92ch; }
  .synthetic { background: #fff4e0; color: #7a3e00; font-weight: 700; padding: 8px 14px; max-width: none; }
  .tiles { display: flex; flex-wrap: wrap; margin: 18px 0 22px; border: 1px solid var(--line);
    border-radius: 8px; }
  .tiles div { flex: 1 0 96px; padding: 10px 12px; }
  .tiles span { display: block; color: var(--muted); font-size: 12px; }
  .tiles b { font-size: 16px; font-weight: 600; font-variant-numeric: tabular-nums; }
  .sheet { display: grid; grid-template-columns: minmax(0, 1fr) 370px; gap: 30px; align-items: start; }
  .sheet svg, .sheet img { width: 100%; height: auto; display: block; margin-bottom: 6px; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: right; padding: 3px 4px; border-bottom: 1px solid var(--line); font-weight: 400;
    white-space: nowrap; }
  .short { max-width: 520px; }
  thead th { color: var(--muted); } th:first-child, td:first-child { text-align: left; }
  hr { border: 0; margin: 3px; }
  #ddinfo td:nth-child(-n+2), #ddinfo th:nth-child(-n+2) { text-align: left; }
  #ddinfo td:nth-child(3):after, #eoy td:nth-child(2):after, #eoy td:nth-child(3):after { content: "%"; }
  @media (max-width: 900px) { .sheet { grid-template-columns: 1fr; } }
"""
TOP = (
    """<!DOCTYPE html>@@comment@@
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
 style-src 'unsafe-inline'; img-src data:">
<title>@@title@@</title>
<style>"""
    + STYLE
    + """</style>
</head>
<body>
@@banner@@
<h1>@@name@@</h1>
<p>@@period@@</p>
<div class="tiles">@@tiles@@</div>
"""
)
SHEET = (
    TOP
    + """<p>@@notes@@</p>
<div class="sheet">
<main>
{{returns}}{{log_returns}}{{vol_returns}}{{eoy_returns}}{{monthly_dist}}{{daily_returns}}{{rolling_beta}}
{{rolling_vol}}{{rolling_sharpe}}{{rolling_sortino}}{{dd_periods}}{{dd_plot}}{{monthly_heatmap}}{{returns_dist}}
</main>
<aside>
<h3>Figures of daily returns</h3>
{{metrics}}
<div id="eoy">{{eoy_title}}{{eoy_table}}</div>
<div id="ddinfo"><h3>Worst 10 drawdowns of daily closes</h3>{{dd_info}}</div>
<p>Drawn with QuantStats {{v}}.</p>
</aside>
</div>
</body>
</html>
"""
)
SHORT = (
    TOP
    + """<h3>Why there are no charts</h3>
<p>@@notes@@</p>
<h3>Figures</h3>
<table class="short"><tbody>@@rows@@</tbody></table>
</body>
</html>
"""
)
