"""The browser of this machine: found, never downloaded, and named when it is missing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec

from govaudit.inspection.errors import Problem

VARIABLE = "GOVAUDIT_BROWSER"
"""Environment variable with the path of the browser to use."""
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
_LIBRARY_LINE = "pip install 'govaudit[browser]'"
_PROGRAM_LINE = "apt-get install chromium-headless-shell"


@dataclass(frozen=True, slots=True)
class Installed:
    """``program``: path of the browser, empty when none was found; ``library``: whether Playwright is there."""

    program: str
    library: bool

    @property
    def usable(self) -> bool:
        """Whether pages can be opened in a browser here."""
        return bool(self.program) and self.library

    @property
    def missing(self) -> str:
        """What is not there, for people."""
        lacking = [
            *([] if self.library else ["Playwright"]),
            *([] if self.program else [f"Chromium ({', '.join(NAMES)}; {VARIABLE})"]),
        ]
        return " + ".join(lacking)

    @property
    def install(self) -> str:
        """The commands that install what is missing."""
        lines = [*([] if self.library else [_LIBRARY_LINE]), *([] if self.program else [_PROGRAM_LINE])]
        return "; ".join(lines)

    def problem(self) -> Problem:
        """What to tell a user who wants a browser."""
        return Problem(
            "option.no-browser", "--browser", arguments={"missing": self.missing, "install": self.install}
        )


def find_browser() -> Installed:
    """Look for a browser: the one that the environment names, else the first of ``NAMES`` on the path."""
    named = os.environ.get(VARIABLE, "")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
    return Installed(found or "", find_spec("playwright") is not None)
