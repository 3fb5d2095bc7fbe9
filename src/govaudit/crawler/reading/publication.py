"""When a page was published: every date that may say so, and the decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import Found, address_date, find_dates, looks_like_date, only_date
from govaudit.crawler.reading.entry_dates import is_today
from govaudit.crawler.reading.headings import has_line_words
from govaudit.crawler.reading.text import collapsed, comparable
from govaudit.crawler.reading.words import alternatives, word_set, words
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
_MEASURE = {
    "visible": 0.95,
    "beside": 0.9,
    "table": 0.9,
    "written": 0.8,
    "bare": 0.75,
    "label": 0.6,
    "address": 0.4,
}
_NEAR = 2
_NAMED_WITHIN = 200
_LEFT_OVER = 24
_ADDRESS_SCHEMES = ("http://", "https://")
_EMPTY_LABEL = re.compile(r"[ :]{0,4}$")
_CHINESE = re.compile("[一-龥]")
_LETTERS = re.compile("[A-Za-z]")
_PERIOD_BEHIND = re.compile(r" ?(?:至|到|[-~]{1,3} ?\d)|(?:起|止|前(?!一)|之前|以前|后|之后|以后|截止|截至)")
_PERIOD_BEFORE = re.compile(r"(?:[至到自从由]|截止|截至|\d日? ?[-~]{1,3}) ?$")
_LABEL_BEFORE = re.compile(r"([^ \n:]{1,16}) ?:[ \n(\[]{0,3}$")
_TOLD_BEHIND = re.compile(r" ?(?:发布|发表|刊发|登载|上网)(?= ?[)\]\n]|$)")
_WEAKEST = 2
_SHORT_LINE = 40
_MOST_LINES = 3
_CELLS = frozenset(["td", "th", "dd"])
_SPEAKER = re.compile(r"[一-龥·]{2,4}|[一-龥]{1,10} [一-龥·]{2,4}")
_WRITES = "document.write"
_SCRIPT_BETWEEN = 60
_LONG_SCRIPT = 50_000
_NEVER_FILLED = frozenset(["img", "input", "script", "link", "select", "meta", "a", "br", "hr"])


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
    return re.compile(
        f"^ ?[^ \\n]{{0,24}}(?:{alternatives('dates', 'adopted')})"
        r"|^\n[^ \n]{0,40}(?:通过|修订|修正|公布|施行)[^\n)]{0,10}\)"
    )


@cache
def _own_prefix() -> re.Pattern[str]:
    return re.compile(f"(?:{alternatives('dates', 'label-prefixes')})$")


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
        if page.hidden[owner] or zones[owner] in {Zone.FOOTER, Zone.NAVIGATION} or _of_another(page, found):
            continue
        one = _labelled(page, zones[owner], found, region) or _told_behind(page, zones[owner], found, heading)
        if one is None and zones[owner] is not Zone.BESIDE:
            one = _under_title(page, found, dates, heading, region=region, body=body)
        if one is not None:
            shown.append(one)
    if not shown and heading is not None:
        shown = _written_by_script(page, zones, heading)
    shown.sort(
        key=lambda one: (
            -one.candidate.confidence,
            _rank(one.candidate),
            not region[0] <= one.start < region[1],
            one.start,
        )
    )
    return shown


def _rank(candidate: DateCandidate) -> int:
    """Place of a table's label among those that say when a document was made public, best first."""
    known = words("dates", "table")
    return known.index(candidate.label) if candidate.source is DateSource.TABLE else 0


def _of_another(page: Outline, found: Found) -> bool:
    """Whether a date is labelled as that of something else, one end of a period, or a day from or until which
    something holds."""
    label = _labels("other").search(page.plain[max(0, found.start - _BEFORE) : found.start])
    # 会议 may end the title over a line that begins with 时间.
    if label is not None and "\n" not in label[1]:
        return True
    behind = page.plain[found.stop : found.stop + 4]
    before = page.plain[max(0, found.start - 4) : found.start]
    return bool(_PERIOD_BEHIND.match(behind) or _PERIOD_BEFORE.search(before))


def _labelled(page: Outline, zone: Zone, found: Found, region: tuple[int, int]) -> Shown | None:
    before = page.plain[max(0, found.start - _BEFORE) : found.start]
    in_region = region[0] <= found.start < region[1]
    match = _labels("table").search(before)
    if match and "\n" in match[0] and _among_document_elements(page, found.start):
        return _shown(page, found, match, DateSource.TABLE, _MEASURE["table"])
    if zone is Zone.HEADER and not in_region:
        return None
    if match := _labels("published").search(before):
        if _is_whole(page, found.start - len(before) + match.start(), match[1]):
            return _shown(page, found, match, DateSource.VISIBLE, _MEASURE["visible"])
        return None
    match = _labels("published-beside-title").search(before)
    if (
        match
        and _is_whole(page, found.start - len(before) + match.start(), match[1])
        and (in_region or _line_says_more(page, found, match.start()))
        and not _of_event(page, found)
    ):
        return _shown(page, found, match, DateSource.VISIBLE, _MEASURE["beside"])
    return None


def _is_whole(page: Outline, place: int, label: str) -> bool:
    """Whether the label at ``place`` is a word of its own and not the end of another one (成绩公布时间)."""
    if place == 0 or not (_CHINESE if _CHINESE.match(label) else _LETTERS).match(page.plain, place - 1):
        return True
    if page.run_start[page.run_at(place)] == place:
        return True
    before = page.plain[page.line_at(place)[0] : place]
    if _own_prefix().search(before):
        return True
    return len("".join(label.split())) > _WEAKEST and _words("line").search(before) is not None


@cache
def _event() -> re.Pattern[str]:
    return re.compile(alternatives("dates", "event", spaced=True))


def _of_event(page: Outline, found: Found) -> bool:
    """Whether place, audience or subject follow: then it is the time of an event."""
    return _event().search(page.plain, found.stop, found.stop + _BEFORE) is not None


@cache
def _spoken_or_enacted() -> re.Pattern[str]:
    return re.compile(alternatives("dates", "spoken-or-enacted"))


def _told_behind(page: Outline, zone: Zone, found: Found, heading: Heading | None) -> Shown | None:
    """A date with the verb behind it, alone or in brackets, as at the end of a text: （2026年9月8日发布）."""
    told = _TOLD_BEHIND.match(page.plain, found.stop) if zone is Zone.MAIN and heading is not None else None
    if told is None or heading is None or found.start < heading.stop:
        return None
    before = page.plain[page.line_at(found.start)[0] : found.start].strip()
    if (before and before[-1] not in "([") or _spoken_or_enacted().search(
        comparable(heading.text, "zh-Hant")
    ):
        return None
    text = collapsed(page.text[found.start : told.end()])
    label = "".join(told[0].split())
    return Shown(
        found.start,
        found.stop,
        DateCandidate(found.value, DateSource.VISIBLE, _MEASURE["beside"], text, label),
    )


@cache
def _written_label() -> re.Pattern[str]:
    return re.compile(f"({alternatives('dates', 'published')})")


def _written_by_script(page: Outline, zones: list[Zone], heading: Heading) -> list[Shown]:
    """The date that an inline script writes out behind its label, as ``document.write("发布时间：2026-09-30")``."""
    for element in page.of_tag("script"):
        code = page.code.get(element, "")
        if _WRITES not in code or page.start[element] < heading.stop or zones[element] is Zone.FOOTER:
            continue
        plain = comparable(code, "zh-Hant")
        label = _written_label().search(plain)
        dates = find_dates(plain[label.end() : label.end() + _SCRIPT_BETWEEN]) if label is not None else []
        if label is not None and len(dates) == 1:
            candidate = DateCandidate(
                dates[0].value,
                DateSource.VISIBLE,
                _MEASURE["written"],
                collapsed(f"{label[1]} {dates[0].value}"),
                label[1],
            )
            return [Shown(page.start[element], page.start[element], candidate)]
    return []


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
    page: Outline,
    found: Found,
    dates: list[Found],
    heading: Heading | None,
    *,
    region: tuple[int, int],
    body: int,
) -> Shown | None:
    """A date without a label under the title: one that an element called time or date holds, or one in a line
    with little else before the text begins. Dates of adoption, of speeches and in sentences are none."""
    if heading is None or not heading.start <= found.start < region[1] + _NAMED_WITHIN:
        return None
    named = _named_as_date(page, found.start)
    in_body = body >= 0 and heading.stop < page.start[body] <= found.start < page.stop[body]
    if not named and (
        in_body
        or not region[0] <= found.start < region[1]
        or _text_begins_before(page, heading.stop, found.start)
    ):
        return None
    if _adopted().search(page.plain[found.stop : found.stop + 5 * _BEHIND]) or _of_event(page, found):
        return None
    if not _stands_out(page, found, dates, heading, named=named):
        return None
    text = collapsed(page.text[found.start : found.stop])
    candidate = DateCandidate(found.value, DateSource.VISIBLE, _MEASURE["bare"], text)
    return Shown(found.start, found.stop, candidate)


def _text_begins_before(page: Outline, title_end: int, place: int) -> bool:
    """Whether something stands between title and date that no dateline has: a sentence, a salutation."""
    lines = [line.strip() for line in page.plain[title_end : page.line_at(place)[0]].split("\n")]
    lines = [line for line in lines if line]
    return len(lines) > _MOST_LINES or any(
        "。" in line or ((len(line) > _SHORT_LINE or line[-1] == ":") and not has_line_words(line))
        for line in lines
    )


def _stands_out(page: Outline, found: Found, dates: list[Found], heading: Heading, *, named: bool) -> bool:
    """Whether the line says little besides the date, and no other label stands before it."""
    start, stop = page.line_at(found.start)
    before, behind = page.plain[start : found.start], page.plain[found.stop : stop]
    if is_today(page, found) or _has_foreign_label(page, found) or _in_sentence(page, found, before, behind):
        return False
    if any(start <= one.start < stop for one in dates if one is not found and one.start >= heading.stop):
        return False
    remains = _line_remains().sub("", before + behind)
    if len(remains) > _LEFT_OVER:
        return False
    alone = not remains.strip() and not has_line_words(before + behind)
    bracketed = before.strip().endswith("(") and "月" in page.plain[found.start : found.stop]
    return named or not (alone and bracketed and _is_day_of_text(page, heading, stop))


def _has_foreign_label(page: Outline, found: Found) -> bool:
    """Whether the date stands behind a label, or in a row behind a cell, that does not speak of publication."""
    match = _LABEL_BEFORE.search(page.plain[max(0, found.start - _BEFORE) : found.start])
    if match is not None:
        return not _of_dateline(match[1])
    cell = page.enclosing(page.owner_at(found.start), _CELLS)
    if cell < 0 or page.plain[page.start[cell] : found.start].strip():
        return False
    row = page.children(page.parent[cell])
    said = [page.compared(one) for one in row if one < cell and page.stop[one] > page.start[one]]
    return bool(said) and not (_of_dateline(said[-1]) or (":" in said[-1] and has_line_words(said[-1])))


@cache
def _dateline_label() -> re.Pattern[str]:
    keys = ("line", "published", "published-beside-title")
    return re.compile(f"({alternatives('dates', *keys, spaced=True)})$")


def _of_dateline(label: str) -> bool:
    """Whether a label is one of the line under a title."""
    match = _dateline_label().search(label.strip(" :"))
    if match is None:
        return False
    before = label[: match.start()]
    return not before or _own_prefix().search(before) is not None


def _in_sentence(page: Outline, found: Found, before: str, behind: str) -> bool:
    """Whether words stand right beside the date in the same text, or the line is a sentence."""
    if behind.rstrip().endswith(("。", ";", ",")):
        return True
    if _CHINESE.match(before[-1:]) and page.run_start[page.run_at(found.start)] != found.start:
        return not has_line_words(before)
    if _CHINESE.match(behind[:1]) and page.run_stop[page.run_at(found.stop - 1)] != found.stop:
        return not has_line_words(behind[:6])
    return False


def _is_day_of_text(page: Outline, heading: Heading, line_end: int) -> bool:
    """Whether a date in brackets alone is the day on which the text was spoken or enacted: the title says so, or
    the speaker's name follows."""
    if _spoken_or_enacted().search(comparable(heading.text, "zh-Hant")):
        return True
    following = page.plain[line_end : line_end + _BEFORE].strip().partition("\n")[0].strip()
    return _SPEAKER.fullmatch(following) is not None and not has_line_words(following)


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
    return _may_be_filled(page, zones)


@cache
def _date_in_code() -> re.Pattern[str]:
    words_of_code = alternatives("dates", "in-code")
    return re.compile(
        f"{alternatives('dates', 'published', 'published-beside-title')}|{words_of_code}", re.IGNORECASE
    )


def _may_be_filled(page: Outline, zones: list[Zone]) -> bool:
    """Whether a script may show a date: one speaks of the date of publication, or an element called so is empty."""
    if any(
        page.tag[element] == "script" and (len(code) > _LONG_SCRIPT or _date_in_code().search(code))
        for element, code in page.code.items()
    ):
        return True
    names = word_set("dates", "names")
    return any(
        page.start[element] == page.stop[element]
        and not names.isdisjoint(name_parts(classes))
        and zones[element] in {Zone.MAIN, Zone.BESIDE}
        and page.tag[element] not in _NEVER_FILLED
        for element, classes in page.names.items()
    )


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
