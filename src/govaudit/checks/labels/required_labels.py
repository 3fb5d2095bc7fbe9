"""Labels that every page of a kind has to carry, and the pages that lack them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.home import front_pages
from govaudit.checks.registry import Fault, Judgement
from govaudit.checks.whole_pages import unread_site, whole_pages, written_by_script
from govaudit.inspection.facts import PageKind
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

SITE_LABELS = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN_LABELS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
ARTICLE_LABELS = ("ArticleTitle", "PubDate", "ContentSource")

PLACES = {
    PageKind.HOME: "home",
    PageKind.COLUMN: "column",
    PageKind.ARTICLE: "article",
    PageKind.DOCUMENT: "article",
}
"""Which labels a kind of page is judged by."""


def pages_at(context: Context, place: str) -> Sequence[StoredPage]:
    """Whole pages that are judged as ``home``, ``column`` or ``article``."""
    if place == PLACES[PageKind.HOME]:
        return front_pages(context)[:1]
    pages = whole_pages(context)
    return pages.where(PLACES.get(page.kind) == place for page in pages)


def judge_labels(context: Context, place: str, names: Iterable[str]) -> Judgement:
    """One finding for each label that pages of ``place`` lack, with all these pages.

    Names are compared in any letter case. A label that is there and empty is not missing (TAG004 judges values).
    """
    pages = pages_at(context, place)
    if not pages:
        if place == PLACES[PageKind.HOME] or not context.pages:
            return unread_site(context)
        return Judgement(examined=0, applicable=False)
    unread = [page for page in pages if written_by_script(page) and not page.reading.labels]
    judged = [page for page in pages if page not in unread]
    if not judged:
        return Judgement(
            examined=0, reason=Reason.BROWSER_NEEDED, detail=f"{unread[0].url} ({len(unread)}/{len(pages)})"
        )
    faults = list(_missing(tuple(names), place, judged))
    if unread and not faults:
        faults.append(_not_read(place, unread, len(judged)))
    return Judgement(examined=len(judged), faults=faults, population=tuple(page.url for page in judged))


def _missing(names: tuple[str, ...], place: str, pages: list[StoredPage]) -> Iterable[Fault]:
    lacking: dict[str, list[str]] = {name: [] for name in names}
    for page in pages:
        written = {label.name.strip().lower() for label in page.reading.labels}
        for name in names:
            if name.lower() not in written:
                lacking[name].append(page.url)
    for name, where in lacking.items():
        if where:
            yield Fault(
                subject=f"{name}@{place}",
                page=where[0],
                fault="missing" if len(where) == len(pages) else "missing-on-some",
                arguments={"name": name, "count": len(where), "examined": len(pages)},
                aspect=place,
                count=len(where),
                pages=tuple(where),
            )


def _not_read(place: str, unread: list[StoredPage], examined: int) -> Fault:
    return Fault(
        subject=place,
        page=unread[0].url,
        fault="not-read",
        arguments={"name": "meta", "count": len(unread), "examined": examined},
        verdict=Verdict.INCONCLUSIVE,
        reason=Reason.BROWSER_NEEDED,
        aspect=place,
        count=len(unread),
        pages=tuple(page.url for page in unread),
    )
