"""Names of the files of a report, and places on the pages that it speaks of."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

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


def text_fragment(page: str, text: str) -> str:
    """What an address of a page ends with so that a browser scrolls to ``text`` and marks it; empty where that cannot
    be."""
    if not text.strip() or "#" in page:
        return ""
    return f"#:~:text={quote(text.strip(), safe='').replace('-', '%2D')}"
