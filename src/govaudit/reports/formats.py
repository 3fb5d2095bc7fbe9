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
        "circular": "circular_html",
        "docx": "papers_docx",
        "pdf": "circular_pdf",
        "sarif": "findings_sarif",
        "junit": "junit_xml",
        "gitlab": "gitlab_json",
        "github": "github_annotations",
    }
)
"""Name on the command line → module of this folder with ``write_<module>``. Loaded when written: a gate that writes
JSON alone does not wait for tables and spreadsheets."""


PAPERS = frozenset({"circular", "docx", "pdf"})
"""What is sent about a whole site list; a look at a few addresses leaves them out unless they are asked for."""
ON_REQUEST = frozenset({"gitlab", "github"})
"""What only one kind of pipeline reads."""
EXTRAS: MappingProxyType[str, str] = MappingProxyType({"pdf": "weasyprint"})
"""Formats that need a library which is an extra of this program, named like the format."""


def lacking(name: str) -> str:
    """Why a format cannot be written here, empty when it can."""
    library = EXTRAS.get(name)
    if library is None:
        return ""
    try:
        import_module(library)
    except (ImportError, OSError) as error:  # OSError: a library of the system is missing
        return str(error).partition("\n")[0]
    return ""


def writer(name: str) -> Format:
    """The writer of a format; it returns the files it wrote, its main file first."""
    module = FORMATS[name]
    return cast("Format", getattr(import_module(f"govaudit.reports.{module}"), f"write_{module}"))
