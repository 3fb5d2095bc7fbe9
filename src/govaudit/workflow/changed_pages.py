"""Which pages a gate is asked about: those that changed since a revision of git, or those of a list."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.urls import resolve, without_fragment

if TYPE_CHECKING:
    from pathlib import Path

PAGE_ENDINGS = (".html", ".htm")
_LONGEST_GIT = 120
_ENDED = re.compile(rb"""href\s*=\s*["']?[^"'\s>]+\.html?["'\s>#?]""", re.IGNORECASE)
_NAMING_FILES = frozenset({"_redirects", "404.html"})
"""Files that decide over the addresses of all others."""


def pages_changed_since(folder: Path, revision: str) -> list[str] | None:
    """Paths (``/news/1.html``) of the pages of a built folder that are not as they were in ``revision``, those that git
    does not know yet among them. ``None``: a page is gone or what decides over addresses has changed, so that pages
    which are as they were may have become wrong.

    Raises ``InputError`` when the folder is not tracked by git, or when there is no such revision.
    """
    if not _git(folder, "ls-files", "--", "."):
        raise InputError(Problem("gate.not-tracked", str(folder)))
    if revision.startswith("-"):
        raise InputError(Problem("gate.no-revision", "--changed-since", arguments={"revision": revision}))
    try:
        listed = _git(
            folder, "diff", "--name-status", "--no-renames", "--relative", "-z", revision, "--", "."
        )
    except subprocess.CalledProcessError as error:
        problem = Problem("gate.no-revision", "--changed-since", arguments={"revision": revision})
        raise InputError(problem) from error
    new = _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    fields = [field for field in listed.split("\0") if field]
    changes = [
        *zip(fields[::2], fields[1::2], strict=True),
        *(("A", name) for name in new.split("\0") if name),
    ]
    if any(name in _NAMING_FILES or status == "D" for status, name in changes):
        return None
    clean = links_are_clean(folder)
    return sorted({path_of(name, clean=clean) for _, name in changes if name.lower().endswith(PAGE_ENDINGS)})


def path_of(name: str, *, clean: bool = False) -> str:
    """The path at which a file of a folder is found: the index of a folder at the folder itself, with ``clean``
    addresses other pages without their ending."""
    folder, slash, file = name.rpartition("/")
    if file == "index.html":
        return "/" + quote(f"{folder}{slash}")
    return "/" + quote(name.removesuffix(".html") if clean else name)


def links_are_clean(folder: Path) -> bool:
    """Whether the home page of a folder leads to its pages by addresses without ``.html``."""
    home = folder / "index.html"
    return home.is_file() and _ENDED.search(home.read_bytes()) is None


def other_address(url: str) -> str:
    """The other address at which a static host gives out the same page: with its ending, or without."""
    if url.endswith("/"):
        return f"{url}index.html"
    if url.endswith("/index.html"):
        return url.removesuffix("index.html")
    return url.removesuffix(".html") if url.endswith(".html") else f"{url}.html"


def read_urls(file: Path, base: str) -> list[str]:
    """Addresses of a list, one a line, as they are found at ``base``; a path is enough. Empty lines and those that
    begin with ``#`` are left out. Raises ``InputError`` naming each line that is no page of the target."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem("file.unreadable", str(file), arguments={"why": why})) from error
    found: list[str] = []
    problems = []
    for number, line in enumerate(lines, 1):
        written = line.strip()
        if not written or written.startswith("#"):
            continue
        url = resolve(base, written)
        if url is None or urlsplit(url).netloc != urlsplit(base).netloc:
            problems.append(Problem("gate.no-page", str(file), number, None, {"value": written}))
        else:
            found.append(without_fragment(url))
    if problems:
        raise InputError(*problems)
    if not found:
        raise InputError(Problem("gate.no-pages", str(file)))
    return found


def _git(folder: Path, *arguments: str) -> str:
    """What git says. Raises ``CalledProcessError`` when it refuses, ``InputError`` when there is none, or no
    repository."""
    try:
        inside = _run(folder, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError as error:
        raise InputError(Problem("gate.no-git", "--changed-since")) from error
    if inside.returncode:
        raise InputError(Problem("gate.not-tracked", str(folder)))
    end = _run(folder, *arguments)
    end.check_returncode()
    return end.stdout.decode("utf-8", "surrogateescape")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - git with arguments of our own, the revision behind a check
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - the git of the search path
        capture_output=True,
        check=False,
        timeout=_LONGEST_GIT,
    )
