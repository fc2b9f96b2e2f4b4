"""Make the stock host of this folder and the random markets of the parity tests importable."""

import sys
from pathlib import Path

_HERE = Path(__file__).parent
for _folder in (_HERE, _HERE.parent / "parity"):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))
