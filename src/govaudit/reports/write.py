"""Write a run's reports: all files of all formats, or none."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from govaudit.inspection.errors import InputError, Problem
from govaudit.reports.formats import EXTRAS, FORMATS, ON_REQUEST, PAPERS, lacking, writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.reports.run_report import RunReport


def known_formats(formats: Sequence[str] | None) -> list[str]:
    """The formats that are named, the usual ones when none is. Raises ``InputError`` for one that there is not, and
    for one that cannot be written here."""
    names = list(dict.fromkeys(formats or (name for name in FORMATS if name not in ON_REQUEST)))
    known = ", ".join(FORMATS)
    if unknown := [name for name in names if name not in FORMATS]:
        raise InputError(
            *(
                Problem("report.unknown-format", name, arguments={"name": name, "known": known})
                for name in unknown
            )
        )
    if formats and (problems := [one for name in names if (one := _lacking(name)) is not None]):
        raise InputError(*problems)
    return names


def usual_formats(*, listed: bool) -> tuple[list[str], list[Problem]]:
    """What is written when nothing is named: all that this installation can write, and what it cannot. ``listed``:
    the run is one over a site list."""
    names = [name for name in FORMATS if name not in ON_REQUEST and (listed or name not in PAPERS)]
    left_out = {name: problem for name in names if (problem := _lacking(name)) is not None}
    return [name for name in names if name not in left_out], list(left_out.values())


def _lacking(name: str) -> Problem | None:
    why = lacking(name)
    if not why:
        return None
    return Problem(
        "report.lacking-format",
        name,
        arguments={"name": name, "why": why, "extra": name, "library": EXTRAS[name]},
    )


def write_reports(report: RunReport, folder: Path, formats: Sequence[str] | None = None) -> list[Path]:
    """Write the report in ``formats`` (``None`` or empty: all) into ``folder`` and return the files.

    Everything is written beside the old files first and moved into place at the end, so a reader never meets a part.
    Raises ``InputError`` for a format that there is not, before anything is written, and ``OSError`` when the disk is
    full or the folder cannot be written; earlier reports then stand as they were.
    """
    names = known_formats(formats)
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        written = [path for name in names for path in writer(name)(report, draft)]
        places = [folder / path.relative_to(draft) for path in written]
        for place in places:
            place.parent.mkdir(parents=True, exist_ok=True)
        for path, place in zip(written, places, strict=True):
            path.replace(place)
        return places
    finally:
        shutil.rmtree(draft, ignore_errors=True)
