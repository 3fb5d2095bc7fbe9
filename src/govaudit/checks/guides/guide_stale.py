"""GUI007: guides that time has left behind."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from govaudit.checks.guides.phones import phones_in
from govaudit.checks.guides.states import laws_gone, units_gone
from govaudit.checks.guides.survey import BASIS, SeenGuide, fault_of, judge_guides, named
from govaudit.checks.guides.wording import word_list
from govaudit.checks.home import front_pages
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import day_of
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.facts import GuideReading

_DATE = re.compile(r"((?:19|20)[0-9]{2}) ?[-年./] ?([0-9]{1,2}) ?[-月./] ?([0-9]{1,2})")
_ENDS = re.compile(
    r"(?:至|到|截止(?:到|至|日期|时间)?[:：]?|截至|[—–~-])\s?"
    r"((?:19|20)[0-9]{2}) ?[-年./] ?([0-9]{1,2}) ?[-月./] ?([0-9]{1,2})"
)
_UNIT_ELEMENTS = ("办理机构", "办理地点", "联系电话", "监督电话")
_OFFICE = "办理机构"
_HOURS = "办理时间"
_CERTAIN = frozenset([BASIS, "收费标准"])
_UPDATED = "更新日期"


class GuideStaleParams(Params):
    """``years``: a guide whose newest date is older is stale; 0: age alone is none. ``watched``: elements whose change
    needs a new date."""

    years: int = 3
    watched: tuple[str, ...] = (
        "申请条件",
        "办理材料",
        "办理流程",
        "法定时限",
        "承诺时限",
        "办理时限",
        "收费标准",
        "办理地点",
        "办理时间",
        "联系电话",
        "设定依据",
    )


@check(
    "GUI007",
    name="guide-stale",
    faults=(
        "repealed-basis",
        "historic-basis",
        "abolished-unit",
        "period-over",
        "not-updated",
        "phone-differs",
        "changed-undated",
        "changed-no-date",
    ),
    params=GuideStaleParams,
    depends_on_date=True,
)
def guide_stale(context: Context, params: GuideStaleParams) -> Judgement:
    """Service guides that cite what is repealed, name units that are no more, or were changed without saying when.

    One finding for each guide and kind of fault. Fails: a basis in 《…》 that is repealed, or superseded under the
    number named (built-in table of laws, and ``laws.csv`` of the workspace); a unit that the reform of 2018 abolished
    (``units.csv``) as office, place or contact; office hours that ended on a day in the past; a newest date older
    than the profile's years; elements that differ from the last run's while the shown date is the same. To a person
    go a law that the text itself calls the former one or that stands elsewhere than in the basis, a phone number other
    than the one on the site's contact page for that unit, and a change in a guide that shows no date at all. “原…局”
    is no abolished unit.

    Clause: 办事条件发生变化…1个工作日内公开变更后的相关信息; 办事方式、办事条件等信息全面公开并及时更新.
    Reads: elements of the guides and their date, the last run's, contact pages that the home page links to, tables of
    laws and units.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read. Without an earlier run nothing is said of changes.
    """
    directory = context.derived(_directory)
    return judge_guides(context, lambda seen: list(_faults(context, seen, params, directory)))


def _faults(
    context: Context, seen: SeenGuide, params: GuideStaleParams, directory: dict[str, frozenset[str]]
) -> Iterator[Fault]:
    today = day_of(context.as_of)
    yield from _laws(context, seen, today)
    yield from _units(context, seen, today)
    yield from _hours(seen, today)
    yield from _age(seen, params, today)
    yield from _phone(seen, directory)
    yield from _change(context, seen, params)


def _laws(context: Context, seen: SeenGuide, today: date) -> Iterator[Fault]:
    found = {
        one.quoted: (one, one.historical or element not in _CERTAIN)
        for element, text in sorted(seen.guide.elements.items(), key=lambda one: one[0] in _CERTAIN)
        for one in laws_gone(text, today, context.tables)
    }
    for key, doubtful in (("repealed-basis", False), ("historic-basis", True)):
        laws = [one for one, doubt in found.values() if doubt is doubtful]
        if not laws:
            continue
        first = laws[0].law
        yield fault_of(
            seen,
            key,
            {
                "laws": "、".join(one.quoted for one in laws),
                "since": f"{first.since:%Y-%m-%d}",
                "successor": f"《{first.successor}》" if first.successor else "—",
                "source": first.source,
                "state": first.state,
            },
            verdict=Verdict.REVIEW if doubtful else Verdict.FAIL,
            aspect="basis",
            text=laws[0].quoted,
            part=key,
        )


def _units(context: Context, seen: SeenGuide, today: date) -> Iterator[Fault]:
    found = [
        (unit, shown, element)
        for element in _UNIT_ELEMENTS
        for unit, shown in units_gone(seen.text(element), today, context.tables)
    ]
    if found:
        unit, shown, element = found[0]
        yield fault_of(
            seen,
            "abolished-unit",
            {
                "unit": "、".join(dict.fromkeys(one for _, one, _ in found)),
                "element": element,
                "since": f"{unit.since:%Y-%m-%d}",
                "successor": unit.successor,
                "source": unit.source,
            },
            aspect="unit",
            text=shown,
            part="abolished-unit",
        )


def _hours(seen: SeenGuide, today: date) -> Iterator[Fault]:
    text = seen.text(_HOURS)
    ends = [day for match in _ENDS.finditer(text) if (day := _day(match)) is not None]
    later = [day for match in _DATE.finditer(text) if (day := _day(match)) is not None and day >= today]
    if ends and max(ends) < today and not later:
        yield fault_of(
            seen,
            "period-over",
            {"hours": text[:80], "end": f"{max(ends):%Y-%m-%d}"},
            aspect="hours",
            text=text[:40],
            part="period-over",
        )


def _age(seen: SeenGuide, params: GuideStaleParams, today: date) -> Iterator[Fault]:
    newest = _shown_date(seen)
    if newest is None or not params.years:
        return
    limit = date(today.year - params.years, today.month, min(today.day, 28))
    if newest < limit:
        yield fault_of(
            seen,
            "not-updated",
            {"updated": f"{newest:%Y-%m-%d}", "years": params.years},
            aspect="age",
            text=f"{newest:%Y-%m-%d}",
            part="not-updated",
        )


def _shown_date(seen: SeenGuide) -> date | None:
    """The newest date that the guide shows as its own."""
    match = _DATE.search(seen.text(_UPDATED))
    own = _day(match) if match else None
    published = seen.page.reading.published
    shown = _day(found) if published and (found := _DATE.match(published.value)) else None
    return max((day for day in (own, shown) if day is not None), default=None)


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _directory(context: Context) -> dict[str, frozenset[str]]:
    """Numbers of units (folded name → digits) on the contact pages that the home page links to."""
    words = word_list("contact_numbers", "contact-pages")
    wanted = {
        link.url
        for page in front_pages(context)
        for link in context.facts.links(page.url_id)
        if link.url and link.tag in NAVIGATION_TAGS and any(word in link.text for word in words)
    }
    found: dict[str, set[str]] = {}
    for url in sorted(wanted):
        page = context.facts.page(url) if context.scope.owns(url) else None
        if page is None or page.kind in {PageKind.HOME, PageKind.GUIDE}:
            continue
        for line in page.text.lines:
            numbers = {one.local for one in phones_in(line.text) if one.sound}
            if numbers:
                for cell in line.cells:
                    found.setdefault(fold(cell), set()).update(numbers)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _phone(seen: SeenGuide, directory: dict[str, frozenset[str]]) -> Iterator[Fault]:
    office = seen.text(_OFFICE)
    known = directory.get(fold(office)) if office else None
    own = [one for one in phones_in(seen.text("联系电话")) if one.sound]
    if known and own and known.isdisjoint(one.local for one in own):
        yield fault_of(
            seen,
            "phone-differs",
            {"unit": office, "phones": "、".join(one.text for one in own), "known": "、".join(sorted(known))},
            verdict=Verdict.REVIEW,
            aspect="phone",
            text=own[0].text,
            part="phone-differs",
        )


def _change(context: Context, seen: SeenGuide, params: GuideStaleParams) -> Iterator[Fault]:
    earlier = _earlier(context, seen)
    if earlier is None:
        return
    before, date_before = earlier
    changed = [
        name
        for name in params.watched
        if name in seen.guide.elements
        and name in before.elements
        and fold(seen.guide.elements[name]) != fold(before.elements[name])
    ]
    now = _shown_date(seen)
    if not changed or (now is not None and now != date_before):
        return
    yield fault_of(
        seen,
        "changed-no-date" if now is None else "changed-undated",
        {
            "elements": "、".join(changed),
            "date": "" if now is None else f"{now:%Y-%m-%d}",
            "now": named([seen.text(name)[:60] for name in changed], 2),
        },
        verdict=Verdict.REVIEW if now is None else Verdict.FAIL,
        aspect="change",
        text=seen.text(changed[0])[:40],
        part="changed",
    )


def _earlier(context: Context, seen: SeenGuide) -> tuple[GuideReading, date | None] | None:
    """The same guide as the last run read it, with the date that it showed."""
    page = context.previous.page(seen.page.url) if context.previous is not None else None
    if page is None or page.kind is not PageKind.GUIDE or page.in_browser != seen.page.in_browser:
        return None
    for guide in page.reading.guides:
        if (guide.code, guide.name) == (seen.guide.code, seen.guide.name):
            return guide, _shown_date(SeenGuide(page, page.url, guide, alone=True))
    return None
