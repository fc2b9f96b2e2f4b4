"""The colours of every picture: few, and told apart by a colour-blind reader (Okabe and Ito 2008)."""

INK = "#1f2933"
MUTED = "#6b7785"
GRID = "#e4e8ec"
PAPER = "#ffffff"
STRATEGY = "#0072b2"
BENCHMARK = "#9aa5b1"
LOSS = "#d55e00"
GAIN = "#0072b2"
WARNING = "#b45309"
LINES = ("#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6bb1", "#a6761d")
