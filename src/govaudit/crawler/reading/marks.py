"""Marks that a public site has to carry: who runs it, its numbers, its entries."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from govaudit.crawler.reading.roles import Role
from govaudit.crawler.reading.text import collapsed, squeezed
from govaudit.crawler.reading.words import alternatives, words
from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.facts import Mark, MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.crawler.reading.links_of_page import Anchor, Anchors, Resolver
    from govaudit.crawler.reading.outline import Attributes, Outline

_SITE_CODE = re.compile(
    r"(?:(?:网站|政府网站)?[ \n]?标识码|[Ii]dentification (?:[Cc]ode|[Nn]umber|[Nn]o\.?)|[Ss]ite (?:ID )?[Cc]ode)"
    r"[ \n]?(?:是|为)?[ \n:(\[]{0,4}"
    # Ten characters may stand in groups.
    r"(?P<value>(?<![A-Za-z])(?:[A-Za-z]{2}\d|\d{2})(?:[ \n]?\d){7,8}(?![\dA-Za-z]|[ \n]?\d{4})"
    r"|[A-Za-z]{0,3}\d[\dA-Za-z-]{2,19}|[A-Za-z]{2}[\dA-Za-z-]{2,18})?"
)
_POLICE_RECORD = re.compile(r"公安(?:机关)?备案(?:编)?号[ \n:]{0,4}(?P<value>[一-龥]{0,3}\d{6,16}号?)")
_FALLBACK_ICP = re.compile(
    r"(?<!公安)(?<!公安机关)(?:网站|ICP)?备案(?:编|序|许可证)?号[ \n:]{1,4}(?P<value>[^ \n,;|()]{4,30})"
)
_ICP_NAME = re.compile("icp", re.IGNORECASE)
_ICP_CORE = re.compile(r"[Cc][Pp][ \n]?[备证]")
_POLICE_CORE = re.compile(r"公(?:安|[ \n]?网[ \n]?安)")
_PHONE = re.compile(
    r"(?<![\d-])(?:(?:\(?0\d{2,3}\)?[- ]?)\d{7,8}(?:-\d{1,6})?|\d{7,8}|1\d{10}|12345|400-?\d{3}-?\d{4})(?![\d-])"
)
_MAIL = re.compile(
    r"[A-Za-z0-9._-]{1,40}(?:@|#|\(at\)|\[at\])[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,20}){1,4}"
)
_CODED_PHONE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|\(0\d{2,3}\) ?-?\d{7,8}(?!\d)")
_IPV6 = re.compile(
    r"[^\n| ]{0,16} ?(?:支持[^\n|]{0,6}IPV?6|IPV?6[^\n|]{0,8}(?:访问|支持|网络|协议))[^\n| ]{0,12}",
    re.IGNORECASE,
)
_IPV6_NAMES = ("V6", "v6", "P6", "p6")
_RECORD_CODE = re.compile(r"(?:recordcode|code)=(\d{6,20})", re.IGNORECASE)
_CODE_IN_ADDRESS = re.compile(r"(?:site_?code|[?&]v)=([A-Za-z0-9]{4,24})", re.IGNORECASE)
_CONAC_ID = re.compile(r"[?&]id=([0-9A-Za-z]{4,40})|/(CA\d{6,30})\.js")
_CONAC_SCRIPT = re.compile(r"[^\"'\s<>]{0,100}conac\.cn[^\"'\s<>]{0,200}")
_JIUCUO_SCRIPT = re.compile(r"[^\"'\s<>]{0,100}exposure/jiucuo\.js[^\"'\s<>]{0,60}")
_SITE_CODE_ATTRIBUTE = re.compile(r"sitecode\s*=\s*\\?[\"']?([A-Za-z0-9]{4,24})", re.IGNORECASE)
_SERVICE_TAGS = frozenset(["a", "script", "area", "iframe", "span"])
_CLICKED = frozenset(["a", "area"])
_LONGEST_TEXT = 120
_LONGEST_KEPT = 300
_LONGEST_NAME = 60
_LONGEST_FOOT = 4000
# No pattern looks further back than this.
_SEEN_BEFORE = 8
_NAME_TAIL = " ,.;:|·、-["


@cache
def _icp() -> re.Pattern[str]:
    provinces = "".join(words("marks", "provinces"))
    return re.compile(
        rf"(?P<value>[{provinces}]?[ \n]?ICP[ \n]?[备证](?!案)[ \n]?"
        r"(?:[\dXx*][\dXx* \n]{0,16})?号?(?:[ \n]?-[ \n]?\d{1,4})?)",
        re.IGNORECASE,
    )


@cache
def _police() -> re.Pattern[str]:
    provinces = "".join(words("marks", "provinces"))
    return re.compile(
        rf"(?P<value>[{provinces}]?[ \n]?公[ \n]?网[ \n]?安[ \n]?备[ \n]?(?:案)?[ \n:]{{0,4}}(?:\d[\d \n]{{0,22}})?号?)"
    )


@cache
def _named(key: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:本(?:网)?站由[ \n]?)?(?:{alternatives('marks', key, spaced=True)})[ \n]?[:][ \n]{{0,3}}"
    )


@cache
def _unpunctuated(key: str) -> re.Pattern[str]:
    longer = [word for word in words("marks", key) if len(word) >= 4]
    return re.compile(rf"(?:{'|'.join(map(re.escape, longer))})[ \n]{{1,3}}(?=[一-龥]{{4}})")


@cache
def _said_behind(verb: str) -> re.Pattern[str]:
    return re.compile(rf"(?:由[ ]?)?(?P<value>[一-龥()]{{4,40}}?)[ ]?{verb}(?![单方机:]|[ \n]{{0,2}}:)")


@cache
def _name_end() -> re.Pattern[str]:
    ends = alternatives("marks", "name-ends")
    return re.compile(rf"[\n|;]|(?<=[一-龥)])(?:{ends})[一-龥]{{0,4}}[:]| {{1,3}}(?=\S)")


@cache
def _contact() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternatives('marks', 'contact', spaced=True)})[ \n]?[:][ \n]{{0,2}}(?P<value>[^\n|;]{{2,60}})"
    )


def marks_of(
    page: Outline, zones: list[Zone], anchors: Anchors, roles: dict[Role, list[Anchor]], resolver: Resolver
) -> tuple[Mark, ...]:
    """All marks that a visitor sees or that the page's scripts put there, malformed ones as they are written.

    Numbers and names are those of the foot; a page that has no foot to be told is searched as a whole for numbers.
    """
    marks: list[Mark] = []
    feet = _feet(page, zones)
    for found in (
        _numbers(page, zones, anchors, feet),
        _names(page, zones, feet),
        _contacts(page, zones, roles, feet),
        _entries(page, zones, roles),
        _services(page, resolver),
    ):
        marks += found
    return tuple(dict.fromkeys(marks))


def _feet(page: Outline, zones: list[Zone]) -> list[tuple[int, int]]:
    """Where in the text the foot stands. Patterns that hold only there need not look at the rest of the page."""
    feet: list[tuple[int, int]] = []
    inside = -1
    footer = Zone.FOOTER
    for element in [element for element, zone in enumerate(zones) if zone is footer]:
        # What a foot holds is foot too.
        if element <= inside:
            continue
        inside = page.last[element]
        start, stop = page.start[element], page.stop[element]
        if feet and start <= feet[-1][1] + 1:
            feet[-1] = (feet[-1][0], max(feet[-1][1], stop))
        elif stop > start:
            feet.append((start, stop))
    return feet


def _matches(pattern: re.Pattern[str], page: Outline, places: list[tuple[int, int]]) -> Iterator[_Match]:
    for start, stop in places:
        # Behind the end of a line nothing before it counts.
        begin = start - 1 if start and page.plain[start - 1] == "\n" else max(0, start - _SEEN_BEFORE)
        seen = page.plain[begin:stop]
        search = _matches_of_short if len(seen) <= _LONGEST_FOOT else _matches_of
        for match in search(pattern, seen, start - begin):
            yield match if begin == 0 else _moved(match, begin)


class _Match(msgspec.Struct, frozen=True, gc=False):
    """What a pattern found in the text: its place and that of what it is about, -1 for none."""

    start: int
    stop: int
    value_start: int
    value_stop: int


def _moved(match: _Match, by: int) -> _Match:
    has_value = match.value_start >= 0
    return _Match(
        match.start + by,
        match.stop + by,
        match.value_start + by if has_value else -1,
        match.value_stop + by if has_value else -1,
    )


@lru_cache(maxsize=1024)
def _matches_of_short(pattern: re.Pattern[str], text: str, start: int) -> tuple[_Match, ...]:
    """Kept over pages: the foot says the same on all of them."""
    return _matches_of(pattern, text, start)


def _matches_of(pattern: re.Pattern[str], text: str, start: int) -> tuple[_Match, ...]:
    return tuple(map(_match, pattern.finditer(text, start)))


def _match(match: re.Match[str]) -> _Match:
    return _Match(*match.span(), *(match.span("value") if "value" in match.re.groupindex else (-1, -1)))


def _numbers(page: Outline, zones: list[Zone], anchors: Anchors, feet: list[tuple[int, int]]) -> list[Mark]:
    found: list[Mark] = []
    patterns = ((MarkKind.SITE_CODE, _SITE_CODE), (MarkKind.ICP, _icp()), (MarkKind.POLICE, _police()))
    for kind, pattern in patterns:
        found += _of_pattern(page, zones, anchors, feet, kind=kind, pattern=pattern)
    if any(_is_record(mark) for mark in found):
        found = [mark for mark in found if mark.kind is not MarkKind.ICP or _is_record(mark)]
    kinds = {mark.kind for mark in found}
    if MarkKind.POLICE not in kinds:
        found += _of_pattern(page, zones, anchors, feet, kind=MarkKind.POLICE, pattern=_POLICE_RECORD)
        found += _police_links(anchors) if MarkKind.POLICE not in {mark.kind for mark in found} else []
    if MarkKind.ICP not in kinds:
        found += [
            mark
            for mark in _of_pattern(page, zones, anchors, feet, kind=MarkKind.ICP, pattern=_FALLBACK_ICP)
            if "公网安备" not in mark.value
        ]
    return found


def _is_record(mark: Mark) -> bool:
    """An ICP record (备案), not the licence (证) that commercial operators show."""
    return mark.kind is MarkKind.ICP and "ICP备" in mark.value and any(map(str.isdigit, mark.value))


def _of_pattern(
    page: Outline,
    zones: list[Zone],
    anchors: Anchors,
    feet: list[tuple[int, int]],
    *,
    kind: MarkKind,
    pattern: re.Pattern[str],
) -> list[Mark]:
    in_foot = [
        _numbered(page, anchors, kind, match)
        for match in _matches(pattern, page, feet)
        if _in_foot(page, zones, match.start)
    ]
    if in_foot:
        return in_foot
    if not _stands_in(kind, pattern, page.plain):
        return []
    everywhere = (
        _numbered(page, anchors, kind, _match(match))
        for match in pattern.finditer(page.plain)
        if not page.hidden[page.owner_at(match.start())]
    )
    return [mark for mark in everywhere if mark.value]


def _stands_in(kind: MarkKind, pattern: re.Pattern[str], text: str) -> bool:
    """A quick look for what every match of the pattern holds, before it is tried at each place of a whole page."""
    if pattern is _FALLBACK_ICP:
        return "备案" in text
    if kind is MarkKind.SITE_CODE:
        return "标识码" in text or "dentification " in text or "ite code" in text or "ite Code" in text
    core = _ICP_CORE if kind is MarkKind.ICP else _POLICE_CORE
    return core.search(text) is not None


def _numbered(page: Outline, anchors: Anchors, kind: MarkKind, match: _Match) -> Mark:
    written = page.plain[match.value_start : match.value_stop] if match.value_start >= 0 else ""
    anchor = anchors.around(page, match.value_start if written else match.start)
    text = collapsed(page.text[match.start : match.stop], _LONGEST_TEXT)
    return Mark(kind, _number(kind, written), text, anchor.url if anchor else "")


def _number(kind: MarkKind, written: str) -> str:
    value = squeezed(written)
    if kind is MarkKind.SITE_CODE:
        return value
    value = _ICP_NAME.sub("ICP", value)
    return value.replace(":", "").rstrip("-")


def _police_links(anchors: Anchors) -> Iterator[Mark]:
    """A record that is shown as a picture: the link to the register knows its number."""
    for anchor in anchors.all:
        if _addresses("police-addresses").search(anchor.url):
            code = _RECORD_CODE.search(anchor.url)
            yield Mark(MarkKind.POLICE, f"公网安备{code[1]}号" if code else "", anchor.text, anchor.url)


def _names(page: Outline, zones: list[Zone], feet: list[tuple[int, int]]) -> list[Mark]:
    found: list[Mark] = []
    for kind, key, verb in (
        (MarkKind.SPONSOR, "sponsor", "主办"),
        (MarkKind.ORGANISER, "organiser", "承办"),
    ):
        for pattern in (_named(key), _unpunctuated(key)):
            for match in _matches(pattern, page, feet):
                if _in_foot(page, zones, match.start):
                    name = _name_at(page, match.stop)
                    if name:
                        text = collapsed(page.text[match.start : match.stop] + name, _LONGEST_TEXT)
                        found.append(Mark(kind, squeezed(name), text))
            if found and found[-1].kind is kind:
                break
        else:
            for match in _matches(_said_behind(verb), page, feet):
                if _in_foot(page, zones, match.start):
                    name = (
                        page.text[match.value_start : match.value_stop]
                        .removeprefix("本网站由")
                        .removeprefix("本站由")
                    )
                    found.append(Mark(kind, squeezed(name), collapsed(page.text[match.start : match.stop])))
                    break
    return found


def _name_at(page: Outline, place: int) -> str:
    stop = min(len(page.text), place + _LONGEST_NAME)
    end = _name_end().search(page.plain, place, stop)
    return page.text[place : end.start() if end else stop].strip(_NAME_TAIL + "　，。；：")


def _in_foot(page: Outline, zones: list[Zone], place: int) -> bool:
    owner = page.owner_at(place)
    return zones[owner] is Zone.FOOTER and not page.hidden[owner]


def _contacts(
    page: Outline, zones: list[Zone], roles: dict[Role, list[Anchor]], feet: list[tuple[int, int]]
) -> list[Mark]:
    found: list[Mark] = []
    places: list[tuple[int, int]] = []
    for match in _matches(_contact(), page, feet):
        if _in_foot(page, zones, match.start):
            written = page.text[match.value_start : match.value_stop]
            value = _contact_value(page.plain[match.value_start : match.value_stop]) or collapsed(written)
            text = collapsed(page.text[match.start : match.stop], _LONGEST_TEXT)
            found.append(Mark(MarkKind.CONTACT, value, text))
            places.append((match.start, match.stop))
    for pattern in (_CODED_PHONE, _MAIL):
        for match in _matches(pattern, page, feet):
            known = any(start <= match.start < stop for start, stop in places)
            if not known and _in_foot(page, zones, match.start):
                said = page.plain[match.start : match.stop]
                found.append(Mark(MarkKind.CONTACT, said, said))
    found.extend(
        Mark(MarkKind.CONTACT, "", anchor.text, anchor.url) for anchor in roles[Role.CONTACT] if anchor.url
    )
    return found


def _contact_value(text: str) -> str:
    match = _PHONE.search(text) or _MAIL.search(text)
    return match[0] if match else ""


def _entries(page: Outline, zones: list[Zone], roles: dict[Role, list[Anchor]]) -> list[Mark]:
    found: list[Mark] = []
    for match in _ipv6_statements(page.plain):
        owner = page.owner_at(match.start())
        if zones[owner] is not Zone.MAIN and not page.hidden[owner]:
            text = collapsed(page.text[match.start() : match.end()], _LONGEST_TEXT)
            found.append(Mark(MarkKind.IPV6_STATEMENT, text, text))
    named = [(anchor, MarkKind.SITE_MAP) for anchor in roles[Role.SITE_MAP]]
    named += [(anchor, MarkKind.ERROR_REPORT) for anchor in roles[Role.ERROR_REPORT]]
    for anchor, kind in sorted(named, key=lambda one: one[0].element):
        if kind is MarkKind.SITE_MAP:
            found.append(Mark(kind, anchor.text, anchor.text, anchor.url))
        elif _service(anchor.url) is not MarkKind.ERROR_REPORT:
            found.append(Mark(kind, "", anchor.text, anchor.url))
    return found


def _ipv6_statements(text: str) -> Iterator[re.Match[str]]:
    """Statements about IPv6, each line that names it looked at once: the pattern begins with anything."""
    searched = 0
    for named in sorted(place for name in _IPV6_NAMES for place in _places(name, text)):
        if named < searched:
            continue
        start = max(searched, text.rfind("\n", 0, named) + 1)
        stop = text.find("\n", named)
        searched = stop if stop >= 0 else len(text)
        yield from _IPV6.finditer(text, start, searched)


def _places(word: str, text: str) -> Iterator[int]:
    place = text.find(word)
    while place >= 0:
        yield place
        place = text.find(word, place + 1)


@cache
def _addresses(key: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words("marks", key))), re.IGNORECASE)


def _service(address: str) -> MarkKind | None:
    """The national service that an address leads to: error reports, or the certificates of public bodies."""
    return _service_of_short(address) if len(address) <= _LONGEST_KEPT else _service_of(address)


@lru_cache(maxsize=16384)
def _service_of_short(address: str) -> MarkKind | None:
    return _service_of(address)


def _service_of(address: str) -> MarkKind | None:
    if _addresses("error-report-addresses").search(address):
        return MarkKind.ERROR_REPORT
    if _addresses("party-government-addresses").search(address):
        return MarkKind.PARTY_GOVERNMENT
    return None


def _may_serve(page: Outline) -> list[int]:
    """Elements that may show or load an entry to a service, in document order: pictures, inline scripts, whatever
    a service's name or address calls so."""
    found = {*page.of_tag("img")}
    found.update(element for element in page.code if page.tag[element] == "script")
    found.update(
        element
        for element, names in page.names.items()
        if "jiucuo" in names.lower() and page.tag[element] in _SERVICE_TAGS
    )
    for tag in _SERVICE_TAGS:
        elements = page.of_tag(tag)
        name = _address_name(tag)
        written = map(page.attributes.__getitem__, elements)
        addresses = [own.get(name) or own.get("onclick") or "" for own in written]
        if _any_service("\n".join(addresses)):
            found.update(
                element
                for element, address in zip(elements, addresses, strict=True)
                if address and _service(address)
            )
    return sorted(found)


@cache
def _service_words() -> tuple[str, ...]:
    keys = ("error-report-addresses", "party-government-addresses")
    return tuple(word.casefold() for key in keys for word in words("marks", key))


def _any_service(addresses: str) -> bool:
    """A quick look at all addresses at once: hardly any link leads to a service."""
    folded = addresses.casefold()
    return any(word in folded for word in _service_words())


def _address_name(tag: str) -> str:
    return "href" if tag in _CLICKED else "src"


def _written_address(tag: str, attributes: Attributes) -> str:
    return attributes.get(_address_name(tag)) or attributes.get("onclick") or ""


def _services(page: Outline, resolver: Resolver) -> list[Mark]:
    """Marks by the addresses that links, scripts and images hold, and by what inline scripts write."""
    entries: list[Mark] = []
    pictures: list[Mark] = []
    authority: list[Mark] = []
    authority_pictures: list[Mark] = []
    for element in _may_serve(page):
        tag = page.tag[element]
        attributes = page.attributes[element]
        if tag == "script" and element in page.code:
            entries += _jiucuo_of_script(page.code[element], resolver)
            authority += _conac_of_script(page.code[element], resolver)
            continue
        if not attributes:
            continue
        raw = _written_address(tag, attributes)
        # A script's entry is there for the visitor whatever its element's own style is.
        if page.hidden[element] and tag != "script":
            continue
        service = _service(raw)
        if service is MarkKind.ERROR_REPORT or attributes.get("id") == "_jiucuo_":
            (pictures if tag == "img" else entries).append(_error_report(page, element, raw, resolver))
        elif service is MarkKind.PARTY_GOVERNMENT:
            match = _CONAC_ID.search(raw)
            value = (match[1] or match[2]) if match else ""
            mark = Mark(MarkKind.PARTY_GOVERNMENT, value, collapsed(page.shown(element)), resolver(raw))
            (authority_pictures if tag == "img" else authority).append(mark)
        elif tag == "span" and (attributes.get("id") or "").lower() == "_span_jiucuo":
            pictures.append(Mark(MarkKind.ERROR_REPORT, ""))
        elif tag == "img" and (
            (attributes.get("id") or "") == "imgConac"
            or "党政机关" in (attributes.get("alt") or attributes.get("title") or "")
        ):
            authority_pictures.append(
                Mark(MarkKind.PARTY_GOVERNMENT, "", attributes.get("alt") or "", resolver(raw))
            )
    return (authority or authority_pictures[:1]) + (entries or _best(pictures))


def _best(pictures: list[Mark]) -> list[Mark]:
    return sorted(pictures, key=lambda mark: not mark.value)[:1]


def _error_report(page: Outline, element: int, raw: str, resolver: Resolver) -> Mark:
    attributes = page.attributes[element]
    code = attributes.get("sitecode") or attributes.get("data-sitecode") or ""
    if not code:
        match = _CODE_IN_ADDRESS.search(unquote(raw))
        code = match[1] if match else ""
    text = collapsed(page.shown(element)) or attributes.get("alt") or attributes.get("title") or ""
    return Mark(MarkKind.ERROR_REPORT, code, text, resolver(raw))


def _jiucuo_of_script(code: str, resolver: Resolver) -> list[Mark]:
    if "jiucuo" not in code:
        return []
    found = []
    for match in _JIUCUO_SCRIPT.finditer(unquote(code)):
        site_code = _SITE_CODE_ATTRIBUTE.search(unquote(code))
        found.append(Mark(MarkKind.ERROR_REPORT, site_code[1] if site_code else "", "", resolver(match[0])))
    return found


def _conac_of_script(code: str, resolver: Resolver) -> list[Mark]:
    if "conac" not in code:
        return []
    match = _CONAC_SCRIPT.search(unquote(code))
    if match is None:
        return []
    value = _CONAC_ID.search(match[0])
    address = match[0] if "//" in match[0] else f"//{match[0].lstrip('/')}"
    return [Mark(MarkKind.PARTY_GOVERNMENT, (value[1] or value[2]) if value else "", "", resolver(address))]
