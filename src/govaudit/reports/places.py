"""Names of the files of a report."""

from __future__ import annotations

from urllib.parse import quote

SITES = "sites"


def site_folder(key: str) -> str:
    """Folder name of a site below ``sites/``: its key, with everything that could leave the folder written out."""
    safe = quote(key, safe=":")
    return safe.replace(".", "%2E") if not safe.strip(".") else safe


def site_page(key: str) -> str:
    """Relative address of a site's page from the run's page."""
    return f"{SITES}/{quote(site_folder(key), safe=':')}/index.html"
