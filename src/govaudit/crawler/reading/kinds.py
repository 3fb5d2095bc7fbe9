"""What kind of page it is: traits that speak for kinds, each with its weight; the reasons are kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.crawler.reading.roles import Role
from govaudit.crawler.reading.text import comparable, squeezed
from govaudit.crawler.reading.words import alternatives, load, word_set, words, words_not_behind
from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.facts import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.crawler.reading.headings import Heading
    from govaudit.crawler.reading.links_of_page import Anchor
    from govaudit.crawler.reading.outline import Outline
    from govaudit.inspection.facts import Crumb, Label

_ARTICLE_ADDRESS = re.compile(
    r"/t\d{8}_\d+|/art/\d{4}|/art_\d+|/content(?:_|/post_)\d+|/post_\d+|/info/\d+/\d+|/c\d+/content|/detail|itemdetail"
    r"|/show[-_/]?\d*|/article|/view|[?&](?:id|aid|contentid|docid|articleid|infoid|newsid)=|/20\d\d[-/]?\d\d[-/]?\d\d/[^/]+\."
    r"|/20\d\d[-/]?\d\d/[0-9a-z_-]{6,}\.s?html?$|/[0-9a-f]{24,32}\.s?html?$|/\d{6,20}\.s?html?$|t20\d{6}_\d+",
    re.IGNORECASE,
)
_STATUS_ALONE = "(?<![0-9a-z一-龥])404(?![0-9一-龥])"
"""The status as it stands on error pages, not a count or the number of a document (第404号)."""
_COLUMN_ADDRESS = re.compile(
    r"/$|/(?:index|list|default|node|channel|col|column|more|lists?)(?:[_-]?\d*)?\.(?:s?html?|jsp|aspx?|php|jhtml)$"
    r"|/col/col\d+|/[a-z]*list[a-z_]*\d*\.|[?&](?:columnid|channelid|catid|classid|itempid|nodeid|page)=|/node_\d+|/channel_?\d+"
    r"|itemlist",
    re.IGNORECASE,
)
_ROOT = re.compile(r"^/?(?:index|default|home)?(?:\.(?:s?html?|jsp|aspx?|php))?$", re.IGNORECASE)
_RUNNING_LINE = 40
_RUNNING_TEXT = 120
_LONG_TEXT = 400
_LEAST_ROWS = 3
_SHORT_PAGE = 600
_VERY_SHORT_PAGE = 120
_TITLE_PARTS = re.compile(r"[-_|—–]")
_TITLE_WORDS = re.compile(r"[-_|—–\s]+")
_SENTENCE_END = re.compile("[。!]")
_SHORTEST_SENTENCE = 5
_LINKS = frozenset(["a"])
_FORMS = frozenset(["form"])
# One of these makes other elements a document's.
_DOCUMENT_NUMBERS = frozenset(["索引号", "文号", "发文字号", "信息索引号", "信息索引"])


@dataclass(frozen=True, slots=True)
class Traits:
    """What the other readers found, as far as it tells the kind. ``entries``: of lists; ``dated``: those with a
    date; ``lists``: different names of the blocks that they stand in."""

    url: str
    title: str
    labels: tuple[Label, ...]
    breadcrumb: tuple[Crumb, ...]
    entries: int
    dated: int
    lists: int
    heading: Heading | None
    body: int
    date_shown: bool
    source: str
    next_page: str
    empty_text: str
    guide: bool
    text_length: int


@cache
def weights() -> tuple[dict[str, dict[PageKind, float]], float]:
    document = load("kinds")
    try:
        table = {
            trait: {PageKind(kind): float(weight) for kind, weight in kinds.items()}
            for trait, kinds in document.data["weights"].items()
        }
        return table, float(document.data["least"])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise InputError(
            Problem("words.no-list", document.where, document.line_of(("weights",)), str(error))
        ) from error


def kind_of(
    page: Outline, zones: list[Zone], roles: dict[Role, list[Anchor]], traits: Traits
) -> tuple[PageKind, tuple[str, ...]]:
    """The kind with the most weight and the traits that speak for it; ``other`` when none has enough."""
    if _is_error(page, traits):
        return PageKind.ERROR, ("error-sentence",)
    return _kind_by(tuple(_traits_found(page, zones, roles[Role.PLATFORM_PART], traits)))


@lru_cache(maxsize=4096)
def _kind_by(found: tuple[str, ...]) -> tuple[PageKind, tuple[str, ...]]:
    """Kept over pages: pages of a site have few sets of traits."""
    table, least = weights()
    sums: dict[PageKind, float] = {}
    for trait in found:
        for kind, weight in table[trait].items():
            sums[kind] = sums.get(kind, 0) + weight
    if not sums:
        return PageKind.OTHER, ()
    best = max(sums, key=lambda kind: sums[kind])
    if sums[best] < least:
        return PageKind.OTHER, ()
    return best, tuple(trait for trait in found if best in table[trait])


def _traits_found(
    page: Outline, zones: list[Zone], platform_parts: list[Anchor], traits: Traits
) -> list[str]:
    labelled = {label.name.strip().lower() for label in traits.labels if label.content.strip()}
    parts = urlsplit(traits.url)
    path = parts.path
    address = f"{path}?{parts.query}" if parts.query else path
    name = _name(traits)
    dated = traits.dated
    running = _running_text(page, zones)
    platform_titled = _platform_titled(name)
    article = bool({"articletitle", "pubdate"} & labelled)
    article_address = _ARTICLE_ADDRESS.search(address) is not None
    message_titled = _message_titled(name, traits)
    # One look for both.
    labelled_parts = _either().search(page.plain) is not None
    fields = _message_fields(page, zones) if labelled_parts else {}
    several = bool(fields) and any(fields.get(asker, 0) > 1 for asker in words("kinds", "message-askers"))
    column_address = not article_address and bool(_COLUMN_ADDRESS.search(path))
    trail_ends = _trail_ends_here(traits)
    short_text = (
        not (traits.date_shown or running >= _RUNNING_TEXT or dated >= _LEAST_ROWS)
        and not (column_address or trail_ends or "columnname" in labelled)
        and traits.heading is not None
        and traits.heading.certain
        and _has_sentence(page, zones, traits.heading.stop)
    )
    tests = {
        "label-article": article,
        "label-column": "columnname" in labelled and not article,
        "date-shown": traits.date_shown,
        "title-shown": traits.heading is not None and traits.heading.certain,
        "text-block": traits.body >= 0,
        "running-text": running >= _RUNNING_TEXT,
        "long-text": running >= _LONG_TEXT,
        "source-shown": bool(traits.source),
        "dated-list": dated >= _LEAST_ROWS,
        "short-dated-list": 0 < dated < _LEAST_ROWS,
        "undated-list": not dated and traits.entries >= _LEAST_ROWS,
        "several-lists": traits.lists >= 3,
        "pages": bool(traits.next_page),
        "nothing-here": bool(traits.empty_text) and not traits.entries and not traits.date_shown,
        "address-article": article_address,
        "address-column": column_address,
        "address-root": bool(_ROOT.match(path))
        and traits.entries >= 2 * _LEAST_ROWS
        and not traits.breadcrumb,
        "trail-ends-here": trail_ends,
        "short-text": short_text,
        "document-table": labelled_parts and _document_elements(page, zones) >= _LEAST_ROWS,
        "guide-elements": traits.guide,
        "guide-title": any(word in name for word in words("guides", "titles")),
        "message-fields": dated < _LEAST_ROWS and len(fields) >= _LEAST_ROWS and not several,
        "several-messages": len(fields) >= _LEAST_ROWS and several,
        "message-list": message_titled and dated >= 2,
        "message-form": message_titled and _has_text_form(page),
        "message-title": message_titled,
        "search-title": any(name.startswith(word) for word in words("kinds", "search-titles")),
        "search-address": any(part in address.lower() for part in words("kinds", "search-addresses")),
        "platform-title": platform_titled,
        "platform-parts": platform_titled and _platform_parts(zones, platform_parts) >= _LEAST_ROWS,
    }
    return [trait for trait, holds in tests.items() if holds]


def _name(traits: Traits) -> str:
    """What the page calls itself, squeezed and comparable: its shown title, else the first part of ``<title>``."""
    shown = traits.heading.text if traits.heading is not None else ""
    return _bare(shown or _TITLE_PARTS.split(traits.title)[0])


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    """``text`` squeezed and comparable. Kept over pages: most titles name the site and the column."""
    return squeezed(comparable(text, "zh-Hant"))


def _is_error(page: Outline, traits: Traits) -> bool:
    if traits.text_length > _SHORT_PAGE or traits.date_shown:
        return False
    pattern = _error_sentence()
    title = comparable(traits.title, "zh-Hant").lower()
    if pattern.search(title) and len(title) < 60:
        return True
    if traits.heading is not None and pattern.search(comparable(traits.heading.text, "zh-Hant").lower()):
        return True
    if traits.text_length > _SHORT_PAGE / 2 and traits.entries:
        return False
    match = pattern.search(page.plain.lower())
    if match is None:
        return False
    start, stop = page.line_at(match.start())
    return traits.text_length <= _VERY_SHORT_PAGE or stop - start <= 60


@cache
def _error_sentence() -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9a-z])(?:{alternatives('kinds', 'errors')})(?![0-9])|{_STATUS_ALONE}")


def _running_text(page: Outline, zones: list[Zone]) -> int:
    """Characters in long lines of the main area that are no links."""
    total = 0
    place = 0
    main, hidden, starts, owners = Zone.MAIN, page.hidden, page.run_start, page.run_owner
    for length in map(len, page.plain.split("\n")):
        if length >= _RUNNING_LINE:
            owner = owners[bisect_right(starts, place + length // 2) - 1]
            if zones[owner] is main and not hidden[owner] and page.enclosing(owner, _LINKS) < 0:
                total += length
        place += length + 1
    return total


def _has_sentence(page: Outline, zones: list[Zone], place: int) -> bool:
    """Whether a sentence that is no link follows the title in the main area."""
    for match in _SENTENCE_END.finditer(page.plain, place):
        owner = page.owner_at(match.start())
        if match.start() - page.line_at(match.start())[0] < _SHORTEST_SENTENCE:
            continue
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.enclosing(owner, _LINKS) < 0:
            return True
    return False


def _trail_ends_here(traits: Traits) -> bool:
    if not traits.breadcrumb:
        return False
    last = _bare(traits.breadcrumb[-1].text)
    if not last:
        return False
    if traits.breadcrumb[-1].url and traits.breadcrumb[-1].url == traits.url:
        return True
    if len(last) >= 16 or last in {"首页", "正文"}:
        return False
    return any(_bare(part) == last for part in _TITLE_WORDS.split(traits.title))


def _shown_labels(chosen: Iterable[str]) -> re.Pattern[str]:
    """The words where each stands alone or before a colon or bracket, as labels do."""
    behind = words_not_behind(chosen, r"[^ \n\[(|]")
    return re.compile(rf"({behind})(?=[ \n]{{0,3}}[:\])]|[ ]?\n|[ ]?$)", re.MULTILINE)


@cache
def _labels(key: str) -> re.Pattern[str]:
    return _shown_labels(words("kinds", key))


@cache
def _document_numbers() -> re.Pattern[str]:
    return _shown_labels(_DOCUMENT_NUMBERS.intersection(words("kinds", "document-elements")))


@cache
def _either() -> re.Pattern[str]:
    return _shown_labels(
        {
            *words("kinds", "message-fields"),
            *_DOCUMENT_NUMBERS.intersection(words("kinds", "document-elements")),
        }
    )


def _document_elements(page: Outline, zones: list[Zone]) -> int:
    """How many different elements of a document's table the main area shows as labels."""
    if _document_numbers().search(page.plain) is None:
        return 0
    found = set()
    for match in _labels("document-elements").finditer(page.plain):
        owner = page.owner_at(match.start(1))
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.enclosing(owner, _LINKS) < 0:
            found.add(squeezed(match[1]))
    return len(found) if _DOCUMENT_NUMBERS & found else 0


def _message_fields(page: Outline, zones: list[Zone]) -> dict[str, int]:
    """How often the main area shows each of the labels of messages."""
    found: Counter[str] = Counter()
    for match in _labels("message-fields").finditer(page.plain):
        owner = page.owner_at(match.start(1))
        if zones[owner] is Zone.MAIN and not page.hidden[owner]:
            found[squeezed(match[1])] += 1
    return found


def _message_titled(name: str, traits: Traits) -> bool:
    titles = word_set("kinds", "message-titles")
    last = _bare(traits.breadcrumb[-1].text) if traits.breadcrumb else ""
    return len(name) <= 20 and any(word in name or word in last for word in titles)


def _has_text_form(page: Outline) -> bool:
    return any(page.enclosing(element, _FORMS) >= 0 for element in page.of_tag("textarea"))


def _platform_titled(name: str) -> bool:
    """Whether the page calls itself the disclosure platform, and not one of its parts."""
    titles = words("kinds", "platform-titles")
    return any(name.startswith(word) for word in titles) and name not in word_set("kinds", "platform-parts")


def _platform_parts(zones: list[Zone], parts: list[Anchor]) -> int:
    return len({anchor.plain for anchor in parts if zones[anchor.element] is not Zone.FOOTER})
