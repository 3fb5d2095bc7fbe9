"""What kind of page it is: traits that speak for kinds, each with its weight; the reasons are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.crawler.reading.text import comparable, squeezed
from govaudit.crawler.reading.words import alternatives, load, word_set, words
from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.facts import PageKind

if TYPE_CHECKING:
    from govaudit.crawler.reading.headings import Heading
    from govaudit.crawler.reading.links_of_page import Anchors
    from govaudit.crawler.reading.outline import Outline
    from govaudit.inspection.facts import Crumb, Item, Label

_ARTICLE_ADDRESS = re.compile(
    r"/t\d{8}_\d+|/art/\d{4}|/art_\d+|/content(?:_|/post_)\d+|/post_\d+|/info/\d+/\d+|/c\d+/content|/detail|itemdetail"
    r"|/show[-_/]?\d*|/article|/view|[?&](?:id|aid|contentid|docid|articleid|infoid|newsid)=|/20\d\d[-/]?\d\d[-/]?\d\d/[^/]+\."
    r"|/20\d\d[-/]?\d\d/[0-9a-z_-]{6,}\.s?html?$|/[0-9a-f]{24,32}\.s?html?$|/\d{6,20}\.s?html?$|t20\d{6}_\d+",
    re.IGNORECASE,
)
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
_PAGE_WITHOUT_ARTICLE = frozenset([PageKind.HOME, PageKind.COLUMN, PageKind.SEARCH])


@dataclass(frozen=True, slots=True)
class Traits:
    """What the other readers found, as far as it tells the kind."""

    url: str
    title: str
    labels: tuple[Label, ...]
    breadcrumb: tuple[Crumb, ...]
    items: tuple[Item, ...]
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
    page: Outline, zones: list[Zone], anchors: Anchors, traits: Traits
) -> tuple[PageKind, tuple[str, ...]]:
    """The kind with the most weight and the traits that speak for it; ``other`` when none has enough."""
    if _is_error(page, traits):
        return PageKind.ERROR, ("error-sentence",)
    found = _traits_found(page, zones, anchors, traits)
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


def _traits_found(page: Outline, zones: list[Zone], anchors: Anchors, traits: Traits) -> list[str]:
    labelled = {label.name.strip().lower() for label in traits.labels if label.content.strip()}
    path = urlsplit(traits.url).path
    address = f"{path}?{urlsplit(traits.url).query}" if urlsplit(traits.url).query else path
    name = _name(traits)
    dated = sum(bool(item.date or item.date_text) for item in traits.items)
    elements, platform_parts = _document_elements(page, zones), _platform_parts(zones, anchors)
    message_fields = _message_fields(page, zones)
    running = _running_text(page, zones)
    platform_titled = _platform_titled(name)
    article = bool({"articletitle", "pubdate"} & labelled)
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
        "undated-list": not dated and len(traits.items) >= _LEAST_ROWS,
        "several-lists": len({item.heading for item in traits.items}) >= 3,
        "pages": bool(traits.next_page),
        "nothing-here": bool(traits.empty_text) and not traits.items and not traits.date_shown,
        "address-article": bool(_ARTICLE_ADDRESS.search(address)),
        "address-column": not _ARTICLE_ADDRESS.search(address) and bool(_COLUMN_ADDRESS.search(path)),
        "address-root": bool(_ROOT.match(path))
        and len(traits.items) >= 2 * _LEAST_ROWS
        and not traits.breadcrumb,
        "trail-ends-here": _trail_ends_here(traits),
        "document-table": elements >= _LEAST_ROWS,
        "guide-elements": traits.guide,
        "guide-title": any(word in name for word in words("guides", "titles")),
        "message-fields": message_fields >= _LEAST_ROWS and dated < _LEAST_ROWS,
        "message-list": _message_titled(name, traits) and dated >= 2,
        "message-form": _message_titled(name, traits) and _has_text_form(page),
        "message-title": _message_titled(name, traits),
        "search-title": any(name.startswith(word) for word in words("kinds", "search-titles")),
        "search-address": any(part in address.lower() for part in words("kinds", "search-addresses")),
        "platform-title": platform_titled,
        "platform-parts": platform_titled and platform_parts >= _LEAST_ROWS,
    }
    return [trait for trait, holds in tests.items() if holds]


def _name(traits: Traits) -> str:
    """What the page calls itself, squeezed and comparable: its shown title, else the first part of ``<title>``."""
    shown = traits.heading.text if traits.heading is not None else ""
    written = shown or re.split(r"[-_|—–]", traits.title)[0]
    return squeezed(comparable(written, "zh-Hant"))


def _is_error(page: Outline, traits: Traits) -> bool:
    if traits.text_length > _SHORT_PAGE or traits.date_shown:
        return False
    pattern = _error_sentence()
    title = comparable(traits.title, "zh-Hant").lower()
    if pattern.search(title) and len(title) < 60:
        return True
    if traits.heading is not None and pattern.search(comparable(traits.heading.text, "zh-Hant").lower()):
        return True
    if traits.text_length > _SHORT_PAGE / 2 and traits.items:
        return False
    match = pattern.search(page.plain.lower())
    if match is None:
        return False
    start, stop = page.line_at(match.start())
    return traits.text_length <= _VERY_SHORT_PAGE or stop - start <= 60


@cache
def _error_sentence() -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9a-z])(?:{alternatives('kinds', 'errors')})(?![0-9])")


def _running_text(page: Outline, zones: list[Zone]) -> int:
    """Characters in long lines of the main area that are no links."""
    total = 0
    place = 0
    for line in page.plain.split("\n"):
        if len(line) >= _RUNNING_LINE:
            owner = page.owner_at(place + len(line) // 2)
            if (
                zones[owner] is Zone.MAIN
                and not page.hidden[owner]
                and page.enclosing(owner, frozenset("a")) < 0
            ):
                total += len(line)
        place += len(line) + 1
    return total


def _trail_ends_here(traits: Traits) -> bool:
    if not traits.breadcrumb:
        return False
    last = squeezed(comparable(traits.breadcrumb[-1].text, "zh-Hant"))
    if not last:
        return False
    parts = [squeezed(comparable(part, "zh-Hant")) for part in re.split(r"[-_|—–\s]+", traits.title)]
    if traits.breadcrumb[-1].url and traits.breadcrumb[-1].url == traits.url:
        return True
    return last in parts and last not in {"首页", "正文"} and len(last) < 16


@cache
def _words(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=[ \n\[(|])){_group(key)}(?=[ \n]{{0,3}}[:\])]|[ ]?\n|[ ]?$)", re.MULTILINE)


def _group(key: str) -> str:
    return f"({alternatives('kinds', key, spaced=True)})"


def _document_elements(page: Outline, zones: list[Zone]) -> int:
    """How many different elements of a document's table the main area shows as labels."""
    found = set()
    for match in _words("document-elements").finditer(page.plain):
        owner = page.owner_at(match.start(1))
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.enclosing(owner, frozenset("a")) < 0:
            found.add(squeezed(match[1]))
    if {"索引号", "文号", "发文字号", "信息索引号", "信息索引"} & found:
        return len(found)
    return 0


def _message_fields(page: Outline, zones: list[Zone]) -> int:
    found = set()
    for match in _words("message-fields").finditer(page.plain):
        owner = page.owner_at(match.start(1))
        if zones[owner] is Zone.MAIN and not page.hidden[owner]:
            found.add(squeezed(match[1]))
    return len(found)


def _message_titled(name: str, traits: Traits) -> bool:
    titles = word_set("kinds", "message-titles")
    last = squeezed(comparable(traits.breadcrumb[-1].text, "zh-Hant")) if traits.breadcrumb else ""
    return any(word in name[:20] or word in last for word in titles) and len(name) <= 20


def _has_text_form(page: Outline) -> bool:
    return any(page.enclosing(element, frozenset(["form"])) >= 0 for element in page.of_tag("textarea"))


def _platform_titled(name: str) -> bool:
    """Whether the page calls itself the disclosure platform, and not one of its parts."""
    titles = words("kinds", "platform-titles")
    return any(name.startswith(word) for word in titles) and name not in word_set("kinds", "platform-parts")


def _platform_parts(zones: list[Zone], anchors: Anchors) -> int:
    parts = word_set("kinds", "platform-parts")
    return len(
        {
            anchor.plain
            for anchor in anchors.all
            if anchor.plain in parts and zones[anchor.element] is not Zone.FOOTER
        }
    )
