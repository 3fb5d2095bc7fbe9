"""SEC007: directories that list their files, and files that nobody meant to publish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.facts import Lane

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


class ExposedParams(Params):
    """``titles``: how titles of listings begin; ``entries``: what a listing holds besides; ``files``: pattern of the
    paths of files that are not for the public."""

    titles: tuple[str, ...] = ("Index of /", "Directory listing for", "Directory Listing For")
    entries: tuple[str, ...] = (
        "Parent Directory",
        "../",
        "Last modified",
        "[To Parent Directory]",
        "转到父目录",
    )
    files: str = (
        r"/\.(?:git|svn|hg|DS_Store|env|htpasswd)(?:/|$)|/WEB-INF/|"
        r"\.(?:sql|bak|old|swp|dump|mdb|log)(?:\.(?:gz|zip|rar|7z))?$|/(?:wwwroot|webroot|www|backup|database)\.(?:zip|rar|7z|tar|tar\.gz|tgz)$"
    )


@check("SEC007", name="exposed-file", faults=("listing", "file"), params=ExposedParams)
def exposed_file(context: Context, params: ExposedParams) -> Judgement:
    """Own addresses that answer with a listing of a directory, and files of version control, backups, data bases and
    logs that are linked and open.

    Only what pages link to is looked at; nothing is tried. A page that a server shows in place of such a file is none.

    Clause: 单项否决/安全、泄密事故等严重问题 as far as files leak; by itself shown without points.
    Reads: titles and texts of own pages, looks at own targets.
    Could not tell: the home page's reason when nothing was read.
    """
    examined = len(context.pages)
    if not examined:
        return unread_site(context)
    faults = [_listing(page) for page in context.pages if _is_listing(page, params)]
    pattern = re.compile(params.files, re.IGNORECASE)
    for target, looks in context.facts.all_looks():
        if target.lane is Lane.EXTERNAL or not context.scope.owns(target.url):
            continue
        examined += target.lane is Lane.ATTACHMENT
        fetch = looks[-1]
        path = unquote(urlsplit(target.url).path)
        if fetch.opened and fetch.size and fetch.magic != "html" and pattern.search(path):
            faults.append(_file(context, target.url, path))
    return Judgement(examined=examined, faults=faults)


def _is_listing(page: StoredPage, params: ExposedParams) -> bool:
    if not page.reading.title.strip().startswith(params.titles):
        return False
    return any(entry in page.text.main or entry in page.text.around for entry in params.entries)


def _listing(page: StoredPage) -> Fault:
    return Fault(
        subject=page.url,
        page=page.url,
        fault="listing",
        arguments={"title": page.reading.title.strip(), "address": page.url},
        aspect="listing",
    )


def _file(context: Context, url: str, path: str) -> Fault:
    page = next(
        (
            key.url
            for wanted in [{number for number, _, _ in _anchors(context, url)}]
            for key, references in context.facts.references()
            if wanted.intersection(references)
        ),
        url,
    )
    return Fault(
        subject=url,
        page=page,
        fault="file",
        arguments={"title": path.rpartition("/")[2] or path, "address": url},
        aspect="file",
    )


def _anchors(context: Context, url: str) -> list[tuple[int, int, str]]:
    return next((anchors for target, anchors in context.facts.anchors_by_target() if target == url), [])
