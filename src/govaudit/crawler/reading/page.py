"""Reading a page: bytes → what it says. Pure, and never raises on rubbish."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.crawler.reading.breadcrumb import find_breadcrumb, without_title
from govaudit.crawler.reading.challenge import challenge_of, most_text
from govaudit.crawler.reading.charset import decode
from govaudit.crawler.reading.concealed import concealed
from govaudit.crawler.reading.datastore import stored_records
from govaudit.crawler.reading.dates import Found, find_dates
from govaudit.crawler.reading.entry_dates import attributes_in, latest_of, standing_alone
from govaudit.crawler.reading.forms import forms_of
from govaudit.crawler.reading.guides import filled_by_script, guides_of
from govaudit.crawler.reading.head import head_of
from govaudit.crawler.reading.headings import (
    Heading,
    body_element,
    find_heading,
    line_before,
    region_behind,
    title_candidates,
)
from govaudit.crawler.reading.kinds import Traits, kind_of
from govaudit.crawler.reading.labels import base_of, generated_on, label_value, labels_of, title_of
from govaudit.crawler.reading.links import asks_not_to_follow, raw_links, refresh_target, scripted_addresses
from govaudit.crawler.reading.links_of_page import Anchor, Anchors, Resolver
from govaudit.crawler.reading.lists import (
    Entry,
    Undated,
    dated_entries,
    empty_text,
    is_list_entry,
    is_related,
    items_of,
    may_name_next,
    next_page,
    undated_entries,
)
from govaudit.crawler.reading.marks import marks_of
from govaudit.crawler.reading.navigation import navigation_of
from govaudit.crawler.reading.outline import Outline, outline
from govaudit.crawler.reading.private import withhold, withhold_split
from govaudit.crawler.reading.publication import Shown, has_date_like_text, other_candidates, shown_dates
from govaudit.crawler.reading.roles import Role, roles_of
from govaudit.crawler.reading.scripted import scripted_parts
from govaudit.crawler.reading.shown_text import shown_text
from govaudit.crawler.reading.source import source_of
from govaudit.crawler.reading.words import word_set
from govaudit.crawler.reading.zones import Zone, zones
from govaudit.inspection.facts import RESOURCE_TAGS, PageKind, RawLink, Reading
from govaudit.inspection.urls import resolve, without_fragment

if TYPE_CHECKING:
    from govaudit.inspection.facts import Charset, Crumb, DateCandidate, Label, MenuEntry

_LEAST_TITLE = 8
_LEAST_ENTRIES = 2
_MANY_ENTRIES = 8
_STUB_TEXT = 120
_REFRESH_AT_ONCE = 10.0
_LEAVES = re.compile(r"location")
_PRINTED = re.compile(r"[/?&_-](?:print|dayin)(?:[=/._&-]|$)", re.IGNORECASE)
_KINDS_WITH_DATE = frozenset(
    [PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.GUIDE, PageKind.MESSAGE, PageKind.OTHER]
)
_KINDS_WITH_ITEMS = frozenset(
    [
        PageKind.HOME,
        PageKind.COLUMN,
        PageKind.MESSAGE_BOARD,
        PageKind.DISCLOSURE_PLATFORM,
        PageKind.SEARCH,
        PageKind.OTHER,
    ]
)


@dataclass(slots=True)
class _Parts:
    """A page on its way to a ``Reading``."""

    page: Outline
    zones: list[Zone]
    anchors: Anchors
    roles: dict[Role, list[Anchor]]
    title: str
    labels: tuple[Label, ...]
    breadcrumb: tuple[Crumb, ...]
    trail: tuple[int, int]
    heading: Heading | None
    body: int
    region: tuple[int, int]
    shown: list[Shown]
    entries: list[Entry]
    undated: list[Undated]
    source: str
    dated_somewhere: bool


def read_page(
    body: bytes, url: str, content_type: str = "", *, home: bool = False, nofollow: bool = False
) -> tuple[Reading, list[RawLink]]:
    """What the page at ``url`` (the final address) says, and all its references in document order as written.

    ``content_type``: the header as sent; ``home``: the page is the site's registered home page; ``nofollow``: leave out
    the references that it asks crawlers not to follow. Addresses in the
    reading are absolute, canonical and without fragment. Never raises on what a server may send.
    """
    reading, links, _ = read_and_withhold(body, url, content_type, home=home, nofollow=nofollow)
    return reading, links


def read_and_withhold(
    body: bytes, url: str, content_type: str = "", *, home: bool = False, nofollow: bool = False
) -> tuple[Reading, list[RawLink], bytes]:
    """What ``read_page`` says, and the body as it may be kept: with private numbers masked."""
    body, private = withhold(body, content_type)
    html, charset = decode(body, content_type)
    page = outline(html)
    body, split = withhold_split(body, page.plain)
    if split:
        html, charset = decode(body, content_type)
        page = outline(html)
    records = stored_records(page)
    if records:
        page = outline(_with_records(html, records))
    base = base_of(page)
    base_url = (resolve(url, base) or url) if base else url
    resolver = Resolver(base_url, charset.used)
    links = raw_links(page, nofollow=nofollow)
    if nofollow and asks_not_to_follow(page):
        links = [link for link in links if link.tag in RESOURCE_TAGS]
    text_length = len(page.text) - page.text.count(" ") - page.text.count("\n")
    reading = _read(page, url, resolver, charset=charset, text_length=text_length, html=html, home=home)
    reading.base = without_fragment(base_url) if base else ""
    reading.digest = _digest(page.text) if text_length else b""
    reading.private = private + split
    reading.concealed = concealed(page, url)
    if reading.kind is not PageKind.CHALLENGE:
        titles = " ".join((reading.title, reading.heading, *(crumb.text for crumb in reading.breadcrumb)))
        reading.forms = forms_of(
            page, resolver, kind=reading.kind, titles=titles, home=home, text_length=text_length
        )
    return reading, links, body


def _digest(text: str) -> bytes:
    encoded = text.encode(errors="replace")
    return _short(encoded) + _short(encoded.translate(None, b"0123456789"))


def _short(encoded: bytes) -> bytes:
    return hashlib.blake2b(encoded, digest_size=8).digest()


def _with_records(html: str, records: str) -> str:
    """``html`` with the records where their script stands, as a browser shows them."""
    place = html.lower().find("<datastore")
    script = html.lower().rfind("<script", 0, place)
    return html[:script] + records + html[script:]


def _read(
    page: Outline, url: str, resolver: Resolver, *, charset: Charset, text_length: int, html: str, home: bool
) -> Reading:
    title = title_of(page)
    wall = challenge_of(html, f"{title}\n{page.text}", text_length) if text_length <= most_text() else ""
    if wall:
        return Reading(
            PageKind.CHALLENGE,
            (f"challenge:{wall}",),
            title,
            charset,
            challenge=wall,
            text_length=text_length,
        )
    parts = _parts(page, resolver, title, html, home=home)
    marks = marks_of(page, parts.zones, parts.anchors, parts.roles, resolver)
    navigation = navigation_of(page, parts.zones, parts.anchors, parts.roles, resolver)
    guides = guides_of(
        page,
        parts.zones,
        parts.heading.text if parts.heading else "",
        title,
        anchors=parts.anchors,
        resolver=resolver,
    )
    own = [entry for entry in parts.entries if not is_related(page, entry)]
    following = resolver(
        next_page(page, parts.zones, parts.anchors, parts.roles, url, names_next=may_name_next(html))
    )
    nothing = "" if any(entry.item.date_text for entry in parts.entries) else empty_text(page, parts.zones)
    refresh = _refresh(page, resolver, text_length)
    traits = Traits(
        url=url,
        title=title,
        labels=parts.labels,
        breadcrumb=parts.breadcrumb,
        entries=len(own) or len(parts.undated),
        dated=len(own),
        lists=len({entry.item.heading for entry in own} or {entry.heading for entry in parts.undated}),
        heading=parts.heading,
        body=parts.body,
        date_shown=bool(parts.shown),
        source=parts.source,
        next_page=following,
        empty_text=nothing,
        guide=bool(guides),
        text_length=text_length,
    )
    kind, reasons = _kind(page, parts, traits, refresh, home=home)
    items = items_of(page, parts.entries, parts.undated) if kind in _KINDS_WITH_ITEMS else ()
    scripted = scripted_parts(
        page,
        marks,
        navigation=_has_main_entries(navigation),
        items=bool(parts.entries or parts.undated)
        or kind not in {PageKind.HOME, PageKind.COLUMN, PageKind.MESSAGE_BOARD, PageKind.OTHER},
        text_length=text_length,
        leads_on=bool(refresh),
    )
    if parts.anchors.written >= _LEAST_ENTRIES and not {"page", "list"} & {*scripted}:
        scripted = (*scripted, "list")
    if kind is PageKind.GUIDE and "page" not in scripted and filled_by_script(page, guides):
        scripted = (*scripted, "guide")
    return Reading(
        kind=kind,
        kind_reasons=reasons,
        title=title,
        charset=charset,
        labels=parts.labels,
        breadcrumb=_trail(parts, kind),
        navigation=navigation,
        marks=marks,
        items=items,
        dates=_candidates(parts, url),
        published=_published(parts, kind),
        source=parts.source if kind in _KINDS_WITH_DATE else "",
        heading=parts.heading.text if parts.heading else "",
        next_page=following,
        guides=guides if kind is PageKind.GUIDE else (),
        empty_text=nothing,
        text_length=text_length,
        scripted=scripted,
        language=page.language,
        date_like=parts.dated_somewhere or has_date_like_text(page, parts.zones),
        refresh=refresh,
        text=shown_text(page, parts.zones),
        head=head_of(page),
    )


def _parts(page: Outline, resolver: Resolver, title: str, html: str, *, home: bool) -> _Parts:
    dates = find_dates(page.plain)
    zone = zones(page, [one.start for one in dates])
    anchors = Anchors(page, resolver)
    labels = labels_of(page)
    steps, trail = find_breadcrumb(page, anchors)
    candidates = title_candidates(title, label_value(labels, "ArticleTitle"), label_value(labels, "SiteName"))
    heading = find_heading(page, zone, candidates, trail)
    body = body_element(page, zone, heading)
    region = region_behind(page, heading, body) if heading else (0, 0)
    if home:
        # A home page has no date of its own: what stands by its first title belongs to a list.
        region = (0, 0)
    latest = latest_of(page, zone, dates, generated_on(page))
    alone = standing_alone(page, zone, dates, latest.today, home=home, attributes=attributes_in(html))
    in_parts = [Found(one.start, one.stop, one.day) for one in alone if one.own]
    if in_parts:
        dates = sorted([*dates, *in_parts], key=attrgetter("start"))
    shown = [] if home else shown_dates(page, zone, dates, heading, region=region, body=body)
    entries = dated_entries(
        page,
        zone,
        anchors,
        dates=alone,
        heading=heading.start if heading else -1,
        latest=latest,
        home=home,
    )
    shown, entries = _shared_out(page, shown, entries, region)
    if heading is None and shown:
        heading = line_before(page, zone, shown[0].start, trail)
    undated = undated_entries(page, zone, anchors, trail, entries) if home or not entries else []
    source = source_of(page, zone, region)
    return _Parts(
        page=page,
        zones=zone,
        anchors=anchors,
        roles=roles_of(anchors),
        title=title,
        labels=labels,
        breadcrumb=steps,
        trail=trail,
        heading=heading,
        body=body,
        region=region,
        shown=shown,
        entries=entries,
        undated=undated,
        source=source,
        dated_somewhere=bool(alone),
    )


def _shared_out(
    page: Outline, shown: list[Shown], entries: list[Entry], region: tuple[int, int]
) -> tuple[list[Shown], list[Entry]]:
    """Which dates are the page's own, and which belong to the entries of a list.

    A date under the title is the page's own unless several there belong to entries whose links read like titles,
    or it stands without a label in an entry of a list; a labelled date elsewhere is the page's own unless an entry
    claims it and others have the same label.
    """
    claims = {entry.place: entry for entry in entries if entry.place >= 0}
    listed = {
        one.start
        for one in shown
        if one.start in claims
        and len(claims[one.start].item.title) >= _LEAST_TITLE
        and region[0] <= one.start < region[1]
    }
    if len(listed) == 1 and len(claims) < _LEAST_ENTRIES:
        listed = set()
    listed |= {
        one.start
        for one in shown
        if not one.candidate.label and one.start in claims and is_list_entry(page, claims[one.start])
    }
    labels = Counter(one.candidate.label for one in shown)
    own = [
        one
        for one in shown
        if one.start not in listed
        and (
            one.start not in claims or region[0] <= one.start < region[1] or labels[one.candidate.label] == 1
        )
    ]
    places = {one.start for one in own}
    return own, [entry for entry in entries if entry.place not in places]


def _trail(parts: _Parts, kind: PageKind) -> tuple[Crumb, ...]:
    if kind not in _KINDS_WITH_DATE:
        return parts.breadcrumb
    shown = parts.heading.text if parts.heading else ""
    return without_title(parts.breadcrumb, [shown, label_value(parts.labels, "ArticleTitle")])


def _has_main_entries(navigation: tuple[MenuEntry, ...]) -> bool:
    """Whether the source holds the site's navigation: a menu beside a list is none."""
    typical = word_set("navigation", "typical")
    return len(navigation) >= _MANY_ENTRIES or sum(entry.text in typical for entry in navigation) >= 2


def _candidates(parts: _Parts, url: str) -> tuple[DateCandidate, ...]:
    shown = [one.candidate for one in parts.shown]
    return tuple(dict.fromkeys([*shown, *other_candidates(parts.labels, url)]))


def _published(parts: _Parts, kind: PageKind) -> DateCandidate | None:
    """The date that the page shows as its publication. What only a label or the address says is a candidate, no
    decision: visitors do not see it, and systems write the moment of regeneration there."""
    if kind not in _KINDS_WITH_DATE or not parts.shown:
        return None
    return parts.shown[0].candidate


def _kind(
    page: Outline, parts: _Parts, traits: Traits, refresh: str, *, home: bool
) -> tuple[PageKind, tuple[str, ...]]:
    stub = _stub(page, traits, refresh)
    if stub:
        return PageKind.STUB, (stub,)
    if home:
        return PageKind.HOME, ("registered",)
    return kind_of(page, parts.zones, parts.roles, traits)


def _stub(page: Outline, traits: Traits, refresh: str) -> str:
    if "frameset" in page.by_tag:
        return "frameset"
    if refresh and traits.text_length <= _STUB_TEXT:
        return "refresh"
    if _PRINTED.search(urlsplit(traits.url).path + "?" + urlsplit(traits.url).query):
        return "printed"
    only_frame = traits.text_length == 0 and "iframe" in page.by_tag
    return "frame" if only_frame else ""


def _refresh(page: Outline, resolver: Resolver, text_length: int) -> str:
    target, delay = refresh_target(page)
    if target and delay <= _REFRESH_AT_ONCE:
        return resolver(target)
    if text_length > _STUB_TEXT:
        return ""
    for element, code in page.code.items():
        if page.tag[element] == "script" and _LEAVES.search(code):
            for address in scripted_addresses(code):
                return resolver(address)
    return ""
