"""When a page was published: every date that may say so, and the decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import Found, address_date, looks_like_date, only_date
from govaudit.crawler.reading.headings import has_line_words
from govaudit.crawler.reading.text import collapsed, comparable
from govaudit.crawler.reading.words import alternatives, word_set
from govaudit.crawler.reading.zones import Zone, name_parts
from govaudit.inspection.facts import DateCandidate, DateSource

if TYPE_CHECKING:
    from govaudit.crawler.reading.headings import Heading
    from govaudit.crawler.reading.outline import Outline
    from govaudit.inspection.facts import Label

_BEFORE = 40
_BEHIND = 12
_TABLE_WITHIN = 500
_BETWEEN = r"[ \n:\[\])(|.-]{0,8}$"
_MEASURE = {"visible": 0.95, "beside": 0.9, "table": 0.9, "bare": 0.75, "label": 0.6, "address": 0.4}
_NEAR = 2
_NAMED_WITHIN = 200
_LEFT_OVER = 24
_ADDRESS_SCHEMES = ("http://", "https://")
_EMPTY_LABEL = re.compile(r"[ :]{0,4}$")


@dataclass(frozen=True, slots=True)
class Shown:
    """A date that the page shows as its own, with its place."""

    start: int
    stop: int
    candidate: DateCandidate


@cache
def _labels(*keys: str) -> re.Pattern[str]:
    return re.compile(f"({alternatives('dates', *keys, spaced=True)}){_BETWEEN}")


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(alternatives("dates", key, spaced=True))


@cache
def _adopted() -> re.Pattern[str]:
    return re.compile(f"^[ \\n]?[^ \\n]{{0,24}}(?:{alternatives('dates', 'adopted')})")


@cache
def _line_remains() -> re.Pattern[str]:
    keys = ("line", "published", "published-beside-title")
    return re.compile(
        rf"(?:{alternatives('dates', *keys, spaced=True)})[ :]{{0,3}}[^ \n]{{0,20}}|[\[\]()|:：<>·/\d ]+"
    )


def shown_dates(
    page: Outline,
    zones: list[Zone],
    dates: list[Found],
    heading: Heading | None,
    *,
    region: tuple[int, int],
    body: int,
) -> list[Shown]:
    """Dates that the page shows as the time of its publication, best first within equal confidence."""
    shown: list[Shown] = []
    for found in dates:
        owner = page.owner_at(found.start)
        if page.hidden[owner] or zones[owner] in {Zone.FOOTER, Zone.NAVIGATION}:
            continue
        one = _labelled(page, zones[owner], found, region)
        if one is None:
            one = _under_title(page, found, heading, region, body)
        if one is not None:
            shown.append(one)
    shown.sort(key=lambda one: (-one.candidate.confidence, not region[0] <= one.start < region[1], one.start))
    return shown


def _labelled(page: Outline, zone: Zone, found: Found, region: tuple[int, int]) -> Shown | None:
    before = page.plain[max(0, found.start - _BEFORE) : found.start]
    if _labels("other").search(before):
        return None
    in_region = region[0] <= found.start < region[1]
    match = _labels("table").search(before)
    if match and "\n" in match[0] and _among_document_elements(page, found.start):
        return _shown(page, found, match, DateSource.TABLE, _MEASURE["table"])
    if zone is Zone.HEADER and not in_region:
        return None
    if match := _labels("published").search(before):
        return _shown(page, found, match, DateSource.VISIBLE, _MEASURE["visible"])
    match = _labels("published-beside-title").search(before)
    if match and (in_region or _line_says_more(page, found, match.start())):
        return _shown(page, found, match, DateSource.VISIBLE, _MEASURE["beside"])
    return None


def _shown(page: Outline, found: Found, label: re.Match[str], source: DateSource, confidence: float) -> Shown:
    start = max(0, found.start - _BEFORE) + label.start()
    word = "".join(label[1].split())
    text = collapsed(page.text[start : found.stop])
    return Shown(found.start, found.stop, DateCandidate(found.value, source, confidence, text, word))


def _among_document_elements(page: Outline, place: int) -> bool:
    around = page.plain[max(0, place - _TABLE_WITHIN) : place + _TABLE_WITHIN // 2]
    return len(set(_words("table-neighbours").findall(around))) >= 2


def _line_says_more(page: Outline, found: Found, label_start: int) -> bool:
    """Whether the line with the date also says source, author, clicks …, as the line under a title does."""
    start, stop = page.line_at(found.start)
    before = page.plain[start : max(start, found.start - _BEFORE + label_start)]
    return len(page.plain[start:stop]) < 160 and bool(
        _words("line").search(before) or _words("line").search(page.plain[found.stop : stop])
    )


def _under_title(
    page: Outline, found: Found, heading: Heading | None, region: tuple[int, int], body: int
) -> Shown | None:
    """A date without a label under the title: one that an element called time or date holds, or one in a line
    with little else. Dates of adoption and days of speeches are none."""
    if heading is None or not heading.start <= found.start < region[1] + _NAMED_WITHIN:
        return None
    named = _named_as_date(page, found.start)
    in_body = body >= 0 and heading.stop < page.start[body] <= found.start < page.stop[body]
    if not named and (in_body or not region[0] <= found.start < region[1]):
        return None
    if _adopted().search(page.plain[found.stop : found.stop + 2 * _BEHIND + 8]) or not _stands_out(
        page, found, named=named
    ):
        return None
    text = collapsed(page.text[found.start : found.stop])
    candidate = DateCandidate(found.value, DateSource.VISIBLE, _MEASURE["bare"], text)
    return Shown(found.start, found.stop, candidate)


@cache
def _calendar() -> re.Pattern[str]:
    return re.compile(rf"[ \n]{{0,3}}[(]?(?:{alternatives('dates', 'calendar')})")


def _stands_out(page: Outline, found: Found, *, named: bool) -> bool:
    """Whether the line says little besides the date. A date in brackets alone is the day of a speech."""
    start, stop = page.line_at(found.start)
    before, behind = page.plain[start : found.start], page.plain[found.stop : stop]
    if _calendar().match(page.plain, found.stop):
        return False
    remains = _line_remains().sub("", before + behind)
    if len(remains) > _LEFT_OVER:
        return False
    alone = not remains.strip() and not has_line_words(before + behind)
    bracketed = before.strip().endswith("(") and "月" in page.plain[found.start : found.stop]
    return named or not (alone and bracketed)


def _named_as_date(page: Outline, place: int) -> bool:
    """Whether class or id of the element that holds the date call it one."""
    names = word_set("dates", "names")
    return any(
        name_parts(page.class_names(element)) & names
        for element in page.ancestors(page.owner_at(place))[:_NEAR]
    )


def other_candidates(labels: tuple[Label, ...], address: str) -> list[DateCandidate]:
    """What the ``PubDate`` label and the address say."""
    found: list[DateCandidate] = []
    for label in labels:
        if label.name.strip().lower() == "pubdate":
            date = only_date(comparable(label.content, "zh-Hant"))
            if date is not None:
                found.append(
                    DateCandidate(date.value, DateSource.LABEL, _MEASURE["label"], label.content, label.name)
                )
    day = address_date(address) if address.startswith(_ADDRESS_SCHEMES) else ""
    if day:
        found.append(DateCandidate(day, DateSource.URL, _MEASURE["address"], address))
    return found


def has_date_like_text(page: Outline, zones: list[Zone]) -> bool:
    """Whether text outside header, navigation and footer looks like a date, or a label of a date stands there
    with nothing behind it, which a script may fill."""
    for start, stop in _spans_of_text(page, zones):
        text = page.plain[start:stop]
        if looks_like_date(text):
            return True
        for match in _words("published").finditer(text):
            line_end = text.find("\n", match.end())
            if _EMPTY_LABEL.match(text[match.end() : len(text) if line_end < 0 else line_end]):
                return True
    return False


def _spans_of_text(page: Outline, zones: list[Zone]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    outside = (Zone.HEADER, Zone.NAVIGATION, Zone.FOOTER)
    hidden = page.hidden
    begin = before = -1
    for owner, start, stop in zip(page.run_owner, page.run_start, page.run_stop, strict=True):
        if hidden[owner] or zones[owner] in outside:
            if begin >= 0:
                spans.append((begin, before))
                begin = -1
            continue
        if begin < 0:
            begin = start
        before = stop
    if begin >= 0:
        spans.append((begin, before))
    return spans
