"""Every reference of a page in document order, as written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import words
from govaudit.crawler.stylesheets import references_in
from govaudit.inspection.facts import RawLink, Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from govaudit.crawler.reading.outline import Attributes, Outline

_LONGEST_TEXT = 200
_LONGEST_ADDRESS = 16_384
_SCRIPT_SCHEME = "javascript:"
_NOT_FETCHED = ("data:", "about:", "blob:", _SCRIPT_SCHEME)
_BLANKS = "".join(map(chr, range(0x21)))
_REMOVED = str.maketrans("", "", "\t\n\r")
_PERHAPS_SCRIPT = frozenset(["", "j", "J", *_BLANKS])
"""First characters of what may be a ``javascript:`` address."""
_STRING = r"""(?:"(?:[^"\\\n]|\\.){1,2000}"|'(?:[^'\\\n]|\\.){1,2000}'|`[^`$\\]{1,2000}`)"""
_WINDOW = r"(?:(?:window|self|top|parent|opener|document|this)\s*\.\s*)"
_SCRIPTED = re.compile(
    rf"""
    /\*.*?(?:\*/|\Z) | //[^\n]*
    | (?<![\w$.])(?:
        {_WINDOW}*location(?:\.href)?\s*=(?!=)\s*\(?
        | {_WINDOW}*location\s*\.\s*(?:replace|assign)\s*\(
        | {_WINDOW}+open\s*\(
        | (?P<bare>open\s*\()
      )\s*(?P<literal>{_STRING})(?!\s*[+.\[])
    | {_STRING}
    """,
    re.VERBOSE | re.DOTALL,
)
_SCRIPT_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_REFRESH = re.compile(
    r"\s*(\d{1,9}(?=[\d.;,\s])|(?=\.))[\d.]*(?:\s*[;,]|\s)\s*(?:url\s*=\s*)?+(?:'([^']*)|\"([^\"]*)|(.+))",
    re.IGNORECASE | re.DOTALL,
)
_LINK_VALUE = re.compile(r"<([^>]{1,2000})>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)")
_LINK_PARAMETER = re.compile(r"([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))")
_LONGEST_DATA = 200_000
_NAMING = ("url", "mainEntityOfPage", "item")
_ADDRESS = re.compile(r"\s*(?:https?:)?/", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_BETWEEN = ", \t\n\r\f"
_DESCRIPTORS = re.compile(r"(?:[^,(]|\([^)]*\)?)*")
_DESCRIPTOR = re.compile(r"\d+w|\d+h|(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?x", re.IGNORECASE)
_PRELOADED = {"script": Tag.SCRIPT, "style": Tag.STYLE, "image": Tag.IMAGE, "font": Tag.FONT}
_ANYWHERE = frozenset(["style", "background", "data-src"])
# Frequent attributes that hold no reference on every element: one look at them all spares a look at each.
_PLAIN_ATTRIBUTES = frozenset(
    [
        *("align", "alt", "class", "content", "height", "href", "id", "name"),
        *("rel", "src", "target", "title", "type", "valign", "value", "width"),
    ]
)
_LATER: dict[str, Tag | None] = {
    "iframe": Tag.FRAME,
    "script": Tag.SCRIPT,
    "img": None,
    "image": None,
    **dict.fromkeys(["video", "audio", "source"], Tag.MEDIA),
}
_FOLLOWED_RELATIONS = frozenset(["canonical", "alternate", "next", "prev"])

Found = tuple[Tag, str, str]


def raw_links(page: Outline, elements: list[int] | None = None, *, nofollow: bool = False) -> list[RawLink]:
    """All references: what a visitor clicks, what the page loads, and plain literals in its scripts. ``nofollow``:
    without those that the page asks crawlers not to follow.

    ``raw`` is the attribute's value untouched; an ``a`` without text carries its image's alternative text or its
    title. Addresses that hold their own data (``data:``) are no references. ``elements``: filled with the element of
    each reference.
    """
    found: list[RawLink] = []
    for element, (tag, attributes) in enumerate(zip(page.tag, page.attributes, strict=True)):
        if (not attributes and tag != "style") or (nofollow and _is_nofollow(tag, attributes)):
            continue
        if tag == "a":
            raw = attributes.get("href")
            if raw is not None and raw[:1] not in _PERHAPS_SCRIPT:
                found.append(RawLink(Tag.A, raw[:_LONGEST_ADDRESS], anchor_text(page, element)))
            else:
                found.extend(_raw_links(_anchor(page, element, attributes)))
        elif tag in _READERS:
            found.extend(_raw_links(_READERS[tag](page, element, attributes)))
        if not _PLAIN_ATTRIBUTES.issuperset(attributes):
            found.extend(_of_other_attributes(page, element, attributes))
        if elements is not None:
            elements.extend([element] * (len(found) - len(elements)))
    return found


def _of_other_attributes(page: Outline, element: int, attributes: Iterable[str]) -> Iterator[RawLink]:
    for attribute in attributes:
        if attribute in _ANYWHERE or attribute[:2] == "on":
            yield from (RawLink(*one) for one in _of_any(page, element, attribute))


def asks_not_to_follow(page: Outline) -> bool:
    """Whether a ``<meta name="robots">`` of the page, or one that names us, says ``nofollow`` or ``none``."""
    return any(
        (attributes.get("name") or "").strip().lower() in {"robots", "govaudit"}
        and not {"nofollow", "none"}.isdisjoint(
            (attributes.get("content") or "").lower().replace(",", " ").split()
        )
        for attributes in map(page.attributes.__getitem__, page.of_tag("meta"))
    )


def _is_nofollow(tag: str, attributes: Attributes) -> bool:
    return tag == "a" and "nofollow" in (attributes.get("rel") or "").lower().split()


def _raw_links(found: Iterator[Found]) -> list[RawLink]:
    return [RawLink(tag, raw[:_LONGEST_ADDRESS], text) for tag, raw, text in found]


def refresh_target(page: Outline) -> tuple[str, float]:
    """Address of a meta refresh and its delay in seconds; ``("", 0)`` when there is none."""
    for element in page.of_tag("meta"):
        target = _refresh(page.attributes[element])
        if target is not None:
            return target
    return "", 0.0


def scripted_addresses(code: str, *, handler: bool = False) -> list[str]:
    """Literal addresses that a piece of script opens; what it puts together is none. ``handler``: the code of an
    attribute such as ``onclick``, where a bare ``open`` is the document's and opens nothing."""
    if "open" not in code and "location" not in code:
        return []
    return [
        _SCRIPT_ESCAPE.sub(_unescaped, match["literal"][1:-1])
        for match in _SCRIPTED.finditer(code)
        if match["literal"] and not (handler and match["bare"])
    ]


def _unescaped(escape: re.Match[str]) -> str:
    two, four, character = escape.groups()
    if character is not None:
        return _CONTROLS.get(character, character)
    number = int(two or four, 16)
    return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)


def script_of(address: str) -> str:
    """The code of a ``javascript:`` address, empty for any other."""
    written = address.lstrip(_BLANKS).translate(_REMOVED)
    return unquote(written[11:]) if written[:11].lower() == _SCRIPT_SCHEME else ""


def _refresh(attributes: Attributes) -> tuple[str, float] | None:
    if (attributes.get("http-equiv") or "").strip().lower() != "refresh":
        return None
    match = _REFRESH.match(attributes.get("content") or "")
    if match is None:
        return None
    target = (match[2] or match[3] or match[4] or "").strip()
    return (target, float(match[1] or 0)) if target else None


def anchor_text(page: Outline, element: int) -> str:
    """What a visitor sees of a link: its text, else its image's alternative text, else its title."""
    known = page.link_texts.get(element)
    if known is None:
        known = page.link_texts[element] = _link_text(page, element)
    return known


def _link_text(page: Outline, element: int) -> str:
    text = page.shown(element)
    if text:
        return collapsed(text, _LONGEST_TEXT)
    for inner in range(element + 1, page.last[element] + 1):
        if page.tag[inner] == "img":
            alternative = page.attributes[inner].get("alt") or page.attributes[inner].get("title") or ""
            if alternative.strip():
                return collapsed(alternative, _LONGEST_TEXT)
    attributes = page.attributes[element]
    return collapsed(attributes.get("title") or attributes.get("aria-label") or "", _LONGEST_TEXT)


def _anchor(page: Outline, element: int, attributes: Attributes) -> Iterator[Found]:
    raw = attributes.get("href", attributes.get("xlink:href") if "xlink:href" in attributes else None)
    if raw is None and "href" not in attributes:
        return
    written = raw or ""
    text = anchor_text(page, element)
    yield Tag.A, written, text
    yield from ((Tag.SCRIPTED, address, text) for address in scripted_addresses(script_of(written)))


def _area(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    if "href" in attributes:
        yield Tag.AREA, attributes["href"] or "", collapsed(attributes.get("alt") or "", _LONGEST_TEXT)


def _form(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    action = attributes.get("action") or ""
    if action.strip() and not action.strip().lower().startswith(("javascript:", "#")):
        yield _form_tag(attributes.get("method") or "get"), action, ""


def _form_tag(method: str) -> Tag:
    return Tag.FORM if method.strip().lower() == "get" else Tag.POST


def _link(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    raw = attributes.get("href")
    if raw is None or _own_data(raw):
        return
    relations = set((attributes.get("rel") or "").lower().split())
    if "stylesheet" in relations:
        yield Tag.STYLE, raw, ""
    elif any("icon" in relation for relation in relations):
        yield Tag.ICON, raw, ""
    else:
        yield from _of_relations(raw, relations, (attributes.get("as") or "").lower())


def _of_relations(raw: str, relations: set[str], kind: str) -> Iterator[Found]:
    if relations & _FOLLOWED_RELATIONS:
        yield Tag.CANONICAL, raw, ""
    elif relations & {"preload", "modulepreload"}:
        kind = "script" if "modulepreload" in relations else kind
        if kind in _PRELOADED:
            yield _PRELOADED[kind], raw, ""


def header_links(headers: Iterable[tuple[str, str]]) -> list[RawLink]:
    """References of the answer itself: ``Link`` and ``Refresh``. ``headers``: names in small letters."""
    found: list[RawLink] = []
    for name, value in headers:
        if name == "link":
            for raw, rest in _LINK_VALUE.findall(value):
                parameters = {
                    key.lower(): quoted or bare for key, quoted, bare in _LINK_PARAMETER.findall(rest)
                }
                relations = set(parameters.get("rel", "").lower().split())
                found += _raw_links(_of_relations(raw.strip(), relations, parameters.get("as", "").lower()))
        elif name == "refresh":
            target = _refresh({"http-equiv": "refresh", "content": value})
            if target is not None:
                found.append(RawLink(Tag.REFRESH, target[0]))
    return found


def _script(page: Outline, element: int, attributes: Attributes) -> Iterator[Found]:
    kind = attributes.get("type")
    if kind and kind.strip().lower() == "application/ld+json":
        yield from ((Tag.ANNOUNCED, raw, "") for raw in linked_data(page.code.get(element, "")))
    else:
        yield from _plain("src", Tag.SCRIPT, attributes)


def linked_data(code: str) -> list[str]:
    """Addresses of pages that JSON-LD names: ``url``, ``mainEntityOfPage`` and the ``item`` of a breadcrumb."""
    try:
        waiting: list[object] = [msgspec.json.decode(code[:_LONGEST_DATA].strip().encode())]
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return []
    found: dict[str, None] = {}
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            for key in () if value.get("@type") == "ImageObject" else _NAMING:
                named = value.get(key)
                address = named.get("@id") if isinstance(named, dict) else named
                if isinstance(address, str) and _ADDRESS.match(address):
                    found[address.strip()] = None
            waiting += [one for one in reversed(value.values()) if isinstance(one, (dict, list))]
    return list(found)


def _image(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    text = collapsed(attributes.get("alt") or "", _LONGEST_TEXT)
    yield from _plain("src", Tag.IMAGE, attributes, text)
    yield from _candidates(attributes.get("srcset"), text)
    for name in words("links", "lazy"):
        value = attributes.get(name)
        if value and name.endswith("srcset"):
            yield from _candidates(value, text)
        elif value and value.strip() and not _own_data(value):
            yield Tag.IMAGE, value, text


def _source(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    yield from _plain("src", Tag.MEDIA, attributes)
    yield from _candidates(attributes.get("srcset"), "")


def _video(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    yield from _plain("src", Tag.MEDIA, attributes)
    yield from _plain("poster", Tag.IMAGE, attributes)


def _input(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    if (attributes.get("type") or "").lower() == "image":
        yield from _plain("src", Tag.IMAGE, attributes)
    action = attributes.get("formaction") or ""
    if action.strip():
        yield _form_tag(attributes.get("formmethod") or "post"), action, ""


def _option(page: Outline, element: int, attributes: Attributes) -> Iterator[Found]:
    value = attributes.get("value") or ""
    if _WEB_ADDRESS.match(value):
        yield Tag.SCRIPTED, value, collapsed(page.shown(element), _LONGEST_TEXT)


def _object(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    yield from _plain("data", Tag.OBJECT, attributes)
    if attributes.get("classid"):
        yield from _plain("classid", Tag.OBJECT, attributes)


def _param(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    if (attributes.get("name") or "").lower() in {"movie", "src", "filename", "url"}:
        yield from _plain("value", Tag.OBJECT, attributes)


def _meta(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    target = _refresh(attributes)
    if target is not None:
        yield Tag.REFRESH, target[0], ""


def _svg_image(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    yield from _plain("href" if "href" in attributes else "xlink:href", Tag.IMAGE, attributes)


def _svg_use(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
    for tag, raw, text in _svg_image(_page, _element, attributes):
        if not raw.strip().startswith("#"):
            yield tag, raw, text


def _style(page: Outline, element: int, _attributes: Attributes) -> Iterator[Found]:
    yield from _of_css(page.code.get(element, ""))


def _reader(attribute: str, tag: Tag) -> Callable[[Outline, int, Attributes], Iterator[Found]]:
    def read(_page: Outline, _element: int, attributes: Attributes) -> Iterator[Found]:
        return _plain(attribute, tag, attributes)

    return read


def _plain(attribute: str, tag: Tag, attributes: Attributes, text: str = "") -> Iterator[Found]:
    raw = attributes.get(attribute)
    if raw is not None and not _own_data(raw):
        yield tag, raw, text


def _own_data(raw: str) -> bool:
    return raw[:16].strip().lower().startswith(_NOT_FETCHED)


def _candidates(srcset: str | None, text: str) -> Iterator[Found]:
    """Addresses of a ``srcset`` by the rules of HTML: an address may hold commas, never blanks."""
    rest = srcset or ""
    for part in _split_srcset(rest):
        if not _own_data(part):
            yield Tag.IMAGE, part, text


def _split_srcset(srcset: str) -> list[str]:
    found: list[str] = []
    rest = srcset.lstrip(_BETWEEN)
    while rest:
        address, *after = rest.split(None, 1)
        rest = after[0] if after else ""
        if address.endswith(","):
            found.append(address.rstrip(","))
        else:
            match = _DESCRIPTORS.match(rest)
            descriptors = match[0] if match else ""
            rest = rest[len(descriptors) :]
            if all(map(_DESCRIPTOR.fullmatch, descriptors.split())):
                found.append(address)
        rest = rest.lstrip(_BETWEEN)
    return [address for address in found if address]


def _of_css(css: str) -> Iterator[Found]:
    if "url(" not in css and "@import" not in css and "URL(" not in css:
        return
    yield from ((Tag(link.tag), link.raw, "") for link in references_in(css))


def _of_any(page: Outline, element: int, attribute: str) -> Iterator[Found]:
    """References in an attribute that any element may carry."""
    attributes = page.attributes[element]
    value = attributes[attribute] or ""
    if attribute == "style":
        yield from _of_css(value)
    elif attribute == "background":
        yield from _plain("background", Tag.IMAGE, attributes)
    elif attribute == "data-src":
        tag = _LATER.get(page.tag[element], Tag.IMAGE)
        if tag is not None:
            yield from _plain("data-src", tag, attributes)
    else:
        for address in scripted_addresses(value, handler=True):
            yield Tag.SCRIPTED, address, anchor_text(page, element)


_READERS: dict[str, Callable[[Outline, int, Attributes], Iterator[Found]]] = {
    "a": _anchor,
    "area": _area,
    "form": _form,
    "link": _link,
    "img": _image,
    "source": _source,
    "video": _video,
    "audio": _reader("src", Tag.MEDIA),
    "track": _reader("src", Tag.MEDIA),
    "bgsound": _reader("src", Tag.MEDIA),
    "script": _script,
    "iframe": _reader("src", Tag.FRAME),
    "frame": _reader("src", Tag.FRAME),
    "object": _object,
    "embed": _reader("src", Tag.OBJECT),
    "param": _param,
    "input": _input,
    "button": _input,
    "option": _option,
    "meta": _meta,
    "image": _svg_image,
    "use": _svg_use,
    "style": _style,
}
