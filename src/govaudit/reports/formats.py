"""The formats of a report, each an equal plug-in: a function that writes its files into a folder."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import cast

from govaudit.reports.run_report import RunReport

Format = Callable[[RunReport, Path], list[Path]]

FORMATS: MappingProxyType[str, str] = MappingProxyType(
    {
        "html": "html_report",
        "json": "findings_json",
        "csv": "findings_csv",
        "xlsx": "problems_xlsx",
        "md": "summary_markdown",
    }
)
"""Name on the command line → module of this folder with ``write_<module>``. Loaded when written: a gate that writes
JSON alone does not wait for tables and spreadsheets."""


def writer(name: str) -> Format:
    """The writer of a format; it returns the files it wrote, its main file first."""
    module = FORMATS[name]
    return cast("Format", getattr(import_module(f"govaudit.reports.{module}"), f"write_{module}"))
