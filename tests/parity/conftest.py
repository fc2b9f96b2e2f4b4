"""Make the reference (`reference`, `markets`, `compare`) importable; nothing in it is part of btbot."""

import sys
from pathlib import Path

_HERE = str(Path(__file__).parent)
if _HERE not in sys.path:
    sys.path.append(_HERE)
