"""Make a workspace: settings, a site list with an example, a local profile to edit."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.site_list import write_example
from govaudit.inspection.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def new_workspace(folder: Path, language: str) -> Iterator[Path]:
    """Write what a workspace starts with; yields each file. Files that are there stay as they are.

    Raises ``InputError`` when the folder cannot be written.
    """
    profile = folder / "profiles" / "local.yaml"
    try:
        profile.parent.mkdir(parents=True, exist_ok=True)
        if not (folder / SETTINGS_FILE).exists():
            yield write_settings(folder)
        if not (folder / "sites.csv").exists():
            write_example(folder / "sites.csv", language)
            yield folder / "sites.csv"
        if not profile.exists():
            template = files("govaudit") / "templates" / "workspace" / "local.yaml"
            profile.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
            yield profile
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.cannot-write", str(folder), arguments={"why": why})) from error


def write_settings(folder: Path) -> Path:
    """``govaudit.toml`` with the defaults, if there is none yet. Raises ``InputError`` when it cannot be written."""
    file = folder / SETTINGS_FILE
    template = files("govaudit") / "templates" / "workspace" / SETTINGS_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.cannot-write", str(file), arguments={"why": why})) from error
    return file
