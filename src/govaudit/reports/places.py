"""Names of the files of a report, and places on the pages that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from govaudit.inspection.finding import Locator

SITES = "sites"


def site_folder(key: str) -> str:
    """Folder name of a site below ``sites/``: its key, with everything that could leave the folder written out."""
    safe = quote(key, safe=":")
    return safe.replace(".", "%2E") if not safe.strip(".") else safe


def site_page(key: str) -> str:
    """Relative address of a site's page from the run's page."""
    return f"{SITES}/{quote(site_folder(key), safe=':')}/index.html"


def file_of(page: str) -> str:
    """The file that a page of a built site is: its path, with the index of a folder."""
    path = unquote(urlsplit(page).path).lstrip("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


def text_fragment(page: str, locator: Locator) -> str:
    """What an address of a page ends with so that a browser scrolls to a place and marks its words; empty where that
    cannot be."""
    if "#" in page:
        return ""
    # Places that nobody worked out from the page's source have their words alone.
    prefix, first, last, suffix = locator.quote or ("", locator.text.strip(), "", "")
    if not first:
        return ""
    words = [
        *([f"{_quoted(prefix)}-"] if prefix else []),
        _quoted(first),
        *([_quoted(last)] if last else []),
        *([f"-{_quoted(suffix)}"] if suffix else []),
    ]
    return f"#:~:text={','.join(words)}"


def _quoted(words: str) -> str:
    """Hyphens, commas and ampersands part a text directive; within its words they are written out."""
    return quote(words, safe="").replace("-", "%2D")
