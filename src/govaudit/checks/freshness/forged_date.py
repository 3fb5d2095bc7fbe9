"""FRE006: publication dates that other traces contradict."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages
from govaudit.inspection.calendar import as_day, day_of
from govaudit.inspection.facts import DateSource, PageKind
from govaudit.inspection.finding import Arguments, Evidence, Locator, Said
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_DATED_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_WITH_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d|[〇零一二三四五六七八九]{4}")


class ForgedDateParams(Params):
    """``tolerance``: days by which a publication date may be newer than another trace of the article.
    ``many``: how many articles that were moved to one day are told as one. ``listed``: of how many articles a list has
    to show a later day than they do."""

    tolerance: int = 30
    many: int = 10
    listed: int = 3


@dataclass(frozen=True, slots=True)
class _Trace:
    """Something that tells another day than the page shows. ``kind``: a key of ``traces`` in the messages."""

    kind: str
    day: date
    where: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """The oldest and the newest day that lists show for an article, each with the list's page."""

    oldest: tuple[date, str]
    newest: tuple[date, str]


@dataclass(frozen=True, slots=True)
class _Suspect:
    page: StoredPage
    shown: date
    traces: tuple[_Trace, ...]


@check(
    "FRE006",
    name="forged-date",
    faults=("future", "newer-than-traces", "moved-together", "newer-in-list"),
    params=ForgedDateParams,
    needs_host=True,
)
def forged_date(context: Context, params: ForgedDateParams) -> Judgement:
    """Articles whose visible publication date lies in the future, or is newer than other traces of the article say.

    A list that shows later days than its articles, though nothing else of these does, is one finding too: it makes
    an old column look new.

    Traces: the day in the address, the list that leads to it (when it shows the year), Last-Modified, and the run
    before: the page was already there, or showed an earlier date. Only a visible date that is *newer* than a trace
    is suspicious; a PubDate label alone is none, since systems write the moment of regeneration there. Many articles
    that were moved to the same day are one finding. Always for review by a person: migrations and corrections
    leave the same traces.

    Clause: 单项否决 安全、泄密事故等严重问题 “5.存在弄虚作假行为(如伪造发稿日期等)”.
    Reads: visible dates, PubDate labels, addresses, lists, Last-Modified of article pages; the run before.
    Could not tell: parse when no article shows a date that was understood; the reason of the crawl when no page
    was read.
    """
    if not context.pages:
        return unread_site(context)
    articles = [page for page in whole_pages(context) if page.reading.kind in _DATED_KINDS]
    dated = [page for page in articles if _shown(page) is not None]
    if not dated:
        if not articles:
            return Judgement(examined=0, applicable=False)
        return Judgement(examined=0, reason=Reason.PARSE, detail=articles[0].url)
    listed = _listed_days(context)
    earlier = _EarlierRun(context)
    today = day_of(context.as_of)
    faults = [_future(page) for page in dated if (day := _shown(page)) is not None and day > today]
    suspects = []
    for page in dated:
        shown = _shown(page)
        if shown is None or shown > today:
            continue
        oldest = shown - timedelta(days=params.tolerance)
        traces = tuple(
            one for one in (*_traces(page, context, listed), *earlier.traces(page, shown)) if one.day < oldest
        )
        if traces:
            suspects.append(_Suspect(page, shown, traces))
    return Judgement(
        examined=len(dated),
        faults=[*faults, *_told(suspects, params.many), *_newer_lists(context, dated, listed, params)],
        population=tuple(page.url for page in dated),
    )


def _shown(page: StoredPage) -> date | None:
    published = page.reading.published
    if published is None or published.source is not DateSource.VISIBLE:
        return None
    return as_day(published.value)


def _traces(page: StoredPage, context: Context, listed: dict[str, _Listed]) -> Iterator[_Trace]:
    for candidate in page.reading.dates:
        day = as_day(candidate.value)
        if candidate.source is DateSource.URL and day is not None:
            yield _Trace("address", day, page.url)
    on_lists = listed.get(address_key(page.url))
    if on_lists is not None:
        yield _Trace("list", *on_lists.oldest)
    modified = _last_modified(page, context)
    if modified is not None:
        yield modified


def _last_modified(page: StoredPage, context: Context) -> _Trace | None:
    looks = context.looks.get(page.url)
    written = dict(looks[-1].headers).get("last-modified", "") if looks else ""
    day = _header_day(written) if written else None
    return _Trace("last-modified", day, written) if day is not None else None


def _header_day(written: str) -> date | None:
    try:
        return day_of(parsedate_to_datetime(written))
    except ValueError:
        return None


def _listed_days(context: Context) -> dict[str, _Listed]:
    """Article → what lists show for it. Lists without a year say too little."""
    found: dict[str, _Listed] = {}
    for page in context.pages:
        for item in page.reading.items:
            day = as_day(item.date)
            if day is None or not item.url or not _WITH_YEAR.search(item.date_text):
                continue
            key, seen = address_key(item.url), (day, page.url)
            known = found.get(key, _Listed(seen, seen))
            found[key] = _Listed(min(known.oldest, seen), max(known.newest, seen))
    return found


def _newer_lists(
    context: Context, dated: list[StoredPage], listed: dict[str, _Listed], params: ForgedDateParams
) -> Iterator[Fault]:
    """A finding for every list that shows later days than so many of its articles."""
    today = day_of(context.as_of)
    suspects: dict[str, list[_Suspect]] = defaultdict(list)
    for page in dated:
        shown, on_lists = _shown(page), listed.get(address_key(page.url))
        if shown is None or on_lists is None or on_lists.newest[0] > today:
            continue
        day, where = on_lists.newest
        agreed = day - timedelta(days=params.tolerance)
        if shown < agreed and not any(other >= agreed for other in _other_days(page, context)):
            suspects[where].append(_Suspect(page, shown, (_Trace("list", day, where),)))
    by_column: dict[str, list[_Suspect]] = defaultdict(list)
    columns = {url: one for one in context.derived(column_tree).own() for url in one.pages_read}
    for url, found in suspects.items():
        by_column[columns[url].url if url in columns else url] += found
    for url, found in sorted(by_column.items()):
        if len(found) >= params.listed:
            yield _newer_in_list(columns.get(url), url, found)


def _other_days(page: StoredPage, context: Context) -> Iterator[date]:
    """What else than its visible date and lists tells a day for an article."""
    days = (as_day(one.value) for one in page.reading.dates if one.source is not DateSource.LIST)
    yield from (day for day in days if day is not None)
    modified = _last_modified(page, context)
    if modified is not None:
        yield modified.day


def _newer_in_list(column: Column | None, url: str, found: list[_Suspect]) -> Fault:
    days = max((one.traces[0].day - one.shown).days for one in found)
    return Fault(
        subject=column.label if column is not None else url,
        identity=column.identity if column is not None else "",
        page=url,
        fault="newer-in-list",
        verdict=Verdict.REVIEW,
        arguments={"list": column.label if column is not None else url, "count": len(found), "days": days},
        column=column.name if column is not None else "",
        count=len(found),
        pages=(url, *(one.page.url for one in found)),
        evidence=(_evidence(found),),
    )


class _EarlierRun:
    """What the run before knows of a page: that it was there, and which date it showed."""

    def __init__(self, context: Context) -> None:
        self._facts = context.previous
        self._at = day_of(self._facts.plan.as_of) if self._facts is not None else None

    def traces(self, page: StoredPage, shown: date) -> Iterator[_Trace]:
        if self._facts is None or self._at is None:
            return
        before = self._facts.page(page.url)
        if before is None or before.reading.kind not in _DATED_KINDS:
            return
        day = _shown(before)
        same = before.reading.heading == page.reading.heading
        if day is not None and same and day != shown:
            yield _Trace("earlier-date", day, self._facts.plan.run)
        elif same and shown > self._at:
            yield _Trace("seen-before", self._at, self._facts.plan.run)


def _future(page: StoredPage) -> Fault:
    published = page.reading.published
    text = published.text if published else ""
    return Fault(
        subject=page.url,
        page=page.url,
        fault="future",
        verdict=Verdict.REVIEW,
        arguments={"title": page.reading.heading or page.reading.title, "text": text},
        locator=Locator(text=text),
    )


def _told(suspects: list[_Suspect], many: int) -> Iterator[Fault]:
    """One finding an article; one for a day to which many were moved."""
    by_day: dict[date, list[_Suspect]] = defaultdict(list)
    for suspect in suspects:
        by_day[suspect.shown].append(suspect)
    for day, moved in sorted(by_day.items()):
        if len(moved) >= many:
            yield _moved_together(day, moved)
        else:
            yield from map(_newer, moved)


def _newer(suspect: _Suspect) -> Fault:
    page, oldest = suspect.page, min(suspect.traces, key=lambda one: one.day)
    published = page.reading.published
    return Fault(
        subject=page.url,
        page=page.url,
        fault="newer-than-traces",
        verdict=Verdict.REVIEW,
        arguments={
            "title": page.reading.heading or page.reading.title,
            "shown": suspect.shown.isoformat(),
            "day": oldest.day.isoformat(),
            "traces": len(suspect.traces),
        },
        locator=Locator(text=published.text if published else ""),
        evidence=(_evidence([suspect]),),
    )


def _moved_together(day: date, moved: list[_Suspect]) -> Fault:
    oldest = min(trace.day for one in moved for trace in one.traces)
    return Fault(
        subject=f"re-dated {day.isoformat()}",
        page=moved[0].page.url,
        fault="moved-together",
        verdict=Verdict.REVIEW,
        arguments={"count": len(moved), "shown": day.isoformat(), "day": oldest.isoformat()},
        count=len(moved),
        pages=tuple(one.page.url for one in moved),
        evidence=(_evidence(moved),),
    )


def _evidence(suspects: Iterable[_Suspect]) -> Evidence:
    return Evidence(kind="text", said=tuple(line for one in suspects for line in _lines(one)))


def _lines(suspect: _Suspect) -> Iterator[Said]:
    """The page, what it shows, every trace that tells another day, and its label."""
    page = suspect.page
    published = page.reading.published
    yield Said(key="FRE006.traces.page", arguments={"url": page.url})
    shown: Arguments = {"day": suspect.shown.isoformat(), "text": published.text if published else ""}
    yield Said(key="FRE006.traces.visible", arguments=shown)
    for trace in suspect.traces:
        arguments: Arguments = {"day": trace.day.isoformat(), "where": trace.where}
        yield Said(key=f"FRE006.traces.{trace.kind}", arguments=arguments)
    for one in page.reading.dates:
        if one.source is DateSource.LABEL:
            yield Said(key="FRE006.traces.label", arguments={"value": one.value})
