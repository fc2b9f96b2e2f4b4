"""Draw the tearsheet in a process of its own, beside the other pictures.

quantstats takes seconds to import and to draw, and changes matplotlib, seaborn and warnings for everybody in its
process. The child is this module, started as a program: it reads a run's folder and writes one page.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

MODULE = "btbot.report.process"


class TearsheetProcess:
    """A child process that imports at once and draws when it is told what.

    Use it as a context manager: leaving it ends a child that still runs.

    Examples
    --------
    ::

        with TearsheetProcess() as child:
            child.start()                                # may be long before there is anything to draw
            child.draw(folder, folder / "tearsheet.html")
            ...                                          # other work
            seconds = child.finish()
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> TearsheetProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child and self._child.poll() is None:
            self._child.kill()
            self._child.communicate()
        self._child = None

    def start(self) -> None:
        """Start the child unless it runs already; where that is impossible, `finish` will say so."""
        if self._child or not sys.executable or getattr(sys, "frozen", False):
            return
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(Path(one).absolute()) for one in sys.path if one),
            "PYTHONWARNINGS": "ignore",
            "MPLBACKEND": "svg",
        }
        pipe = subprocess.PIPE
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell, no words from outside
                [sys.executable, "-m", MODULE],
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=environment,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            log.warning("no process for the tearsheet: %s", error)

    def draw(self, folder: Path, page: Path) -> None:
        """Tell the child to draw the run in `folder` into the file `page`, and return at once."""
        self.start()
        if self._child is None or self._child.stdin is None:
            return
        try:
            self._child.stdin.write(f"{folder.absolute()}\n{page.absolute()}\n")
            self._child.stdin.close()
        except OSError as error:
            log.warning("the tearsheet's process ended early: %s", error)
        self._child.stdin = None

    def finish(self) -> float | None:
        """Wait for the page; return the seconds it took, None if the child could not draw it."""
        if self._child is None:
            return None
        out, noise = self._child.communicate()
        if self._child.returncode == -signal.SIGINT:  # Ctrl-C reaches the whole group of processes
            raise KeyboardInterrupt
        done = self._child.returncode == 0
        if not done or noise.strip():
            log.log(logging.DEBUG if done else logging.WARNING, "tearsheet process: %s", noise.strip())
        self._child = None
        return float(out.split()[-1]) if done else None


def main() -> None:
    """Import, wait for two lines on standard input (folder, page), draw, and print the seconds."""
    from quantstats import reports  # noqa: F401

    from btbot.report import stored, tearsheet

    folder, page = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    if not folder or not page:
        return
    began = time.perf_counter()
    Path(page).write_text(tearsheet.render(stored.load(Path(folder))), encoding="utf-8")
    print(time.perf_counter() - began)  # noqa: T201 - the answer to the parent


if __name__ == "__main__":
    main()
