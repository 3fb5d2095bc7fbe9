"""The page as flat lists: elements in document order and the text that a visitor sees, with places in it.

Everything else in this package reads these lists, so the tree is walked once.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from govaudit.crawler.reading.floods import without_floods
from govaudit.crawler.reading.text import language_and_comparable
from govaudit.crawler.reading.words import word_set

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

Attributes = dict[str, str | None]
_Run = tuple[str, int, bool, bool, bool, bool]
_Kind = tuple[str, list[int], bool, bool]

_NO_ATTRIBUTES: Attributes = {}
_TEXT = 2
_DOCTYPE = 5
_LONGEST_NAME = 40
_MOST_NODES = 400_000
_INVISIBLE = frozenset(["script", "style", "noscript", "template", "noframes", "title", "head"])
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "iframe",
        "legend",
        "li",
        "main",
        "marquee",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_OPENED = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "frame",
        "p",
        "li",
        "option",
        "td",
        "tr",
        "th",
        "dd",
        "dt",
        "tbody",
    ]
)
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_DEEPEST = 512
_DEEPEST_FORMATTING = 48
_SUSPICIOUS = 2000
_SHORT_RUN = 100
_LONGEST_LINK_TEXT = 200


@dataclass(slots=True)
class Outline:
    """Parallel lists, one entry an element in document order.

    ``tag``: small letters; ``parent``: index, -1 for the root; ``last``: index of the last descendant, itself
    included; ``start``/``stop``: its place in ``text``; ``hidden``: not shown. ``text`` is what a visitor sees with
    single blanks, ``\\n`` between blocks; ``plain`` is the same, narrow and simplified, for comparing.
    """

    tag: list[str] = field(default_factory=list)
    attributes: list[Attributes] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    hidden: list[bool] = field(default_factory=list)
    run_start: list[int] = field(default_factory=list)
    run_stop: list[int] = field(default_factory=list)
    run_owner: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    """Class and id, as written, of the elements that have one."""
    by_tag: dict[str, list[int]] = field(default_factory=dict)
    code: dict[int, str] = field(default_factory=dict)
    """Source of inline scripts, styles and ``title`` elements by element."""
    link_texts: dict[int, str] = field(default_factory=dict)
    """What a visitor sees of links, as far as it is known."""
    text: str = ""
    plain: str = ""
    language: str = ""

    def __len__(self) -> int:
        return len(self.tag)

    def owner_at(self, place: int) -> int:
        """The innermost element that holds the character at ``place`` of ``text``."""
        run = self.run_at(place)
        return self.run_owner[run] if run >= 0 else 0

    def run_at(self, place: int) -> int:
        """The text run that holds ``place`` or ends before it, -1 before the first."""
        return bisect_right(self.run_start, place) - 1

    def ancestors(self, element: int) -> list[int]:
        """``element`` and its ancestors, innermost first."""
        chain = []
        while element >= 0:
            chain.append(element)
            element = self.parent[element]
        return chain

    def enclosing(self, element: int, tags: frozenset[str]) -> int:
        """The nearest of ``element`` and its ancestors with one of ``tags``, -1 when there is none."""
        while element >= 0 and self.tag[element] not in tags:
            element = self.parent[element]
        return element

    def shown(self, element: int) -> str:
        """Text of an element, as shown."""
        return self.text[self.start[element] : self.stop[element]]

    def compared(self, element: int) -> str:
        """Text of an element, for comparing."""
        return self.plain[self.start[element] : self.stop[element]]

    def line_at(self, place: int) -> tuple[int, int]:
        """Start and stop of the line of ``text`` that holds ``place``."""
        start = self.text.rfind("\n", 0, place) + 1
        stop = self.text.find("\n", place)
        return start, len(self.text) if stop < 0 else stop

    def children(self, element: int) -> list[int]:
        """Child elements in order."""
        found = []
        child = element + 1
        end = self.last[element]
        while child <= end:
            found.append(child)
            child = self.last[child] + 1
        return found

    def within(self, elements: list[int], outer: int) -> list[int]:
        """Those of ``elements`` (in document order) that ``outer`` contains, itself included."""
        return elements[bisect_left(elements, outer) : bisect_right(elements, self.last[outer])]

    def of_tag(self, *tags: str) -> list[int]:
        """All elements with one of ``tags``, in document order."""
        if len(tags) == 1:
            return self.by_tag.get(tags[0], [])
        return sorted(element for tag in tags for element in self.by_tag.get(tag, ()))

    def class_names(self, element: int) -> str:
        """Class and id of an element as one text, as written."""
        return self.names.get(element, "")


def outline(html: str) -> Outline:
    """The outline of a page. Never raises on rubbish; nesting deeper than any browser keeps is flattened."""
    tree = LexborHTMLParser(_bounded(without_floods(html)))
    page = Outline()
    if tree.root is not None:
        _walk(tree.root, page)
    page.language, page.plain = language_and_comparable(page.text)
    return page


def _bounded(html: str) -> str:
    """``html`` whose open elements never nest deeper than browsers allow: the parser's cost grows with its square."""
    opened = html.count("<")
    if opened < _SUSPICIOUS or opened - 2 * html.count("</") < _SUSPICIOUS:
        return html
    depth = dropped = formatting = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal depth, dropped, formatting
        name = match[2].lower()
        if name in _VOID:
            return match[0]
        if match[1]:
            if dropped:
                dropped -= 1
                return "<i hidden></i><x"
            depth = max(0, depth - 1)
            formatting = max(0, formatting - (name in _FORMATTING))
            return match[0]
        if depth >= _DEEPEST or (name in _FORMATTING and formatting >= _DEEPEST_FORMATTING):
            dropped += 1
            return "<wbr"
        depth += 1
        formatting += name in _FORMATTING
        return match[0]

    return _OPENED.sub(kept, html)


@lru_cache(maxsize=4096)
def _is_hidden(style: str, classes: str) -> bool:
    if style and _NOT_SHOWN.search(style):
        return True
    return bool(classes) and not word_set("zones", "hidden").isdisjoint(classes.split())


def _run(raw: str) -> _Run | None:
    """A text as shown, its length, whether it begins and ends with a blank, whether it begins and ends with a
    digit; ``None`` when it is nothing but blanks."""
    parts = raw.split()
    if not parts:
        return None
    shown = " ".join(parts)
    if not shown.isascii() and _ZERO_WIDTH.search(shown):
        shown = _ZERO_WIDTH.sub("", shown)
    opens_blank, ends_blank = raw[0].isspace(), raw[-1].isspace()
    return shown, len(shown), opens_blank, ends_blank, shown[:1].isdigit(), shown[-1:].isdigit()


@lru_cache(maxsize=16384)
def _short_run(raw: str) -> _Run | None:
    """Kept over pages: menus, feet and side lists say the same on all pages of a site."""
    return _run(raw)


def _walk(root: LexborNode, page: Outline) -> None:  # noqa: C901, PLR0912, PLR0915
    # One loop with local names on purpose: it runs for every node of every page, and calls cost more than its work.
    tags, all_attributes, parents, lasts = page.tag, page.attributes, page.parent, page.last
    starts, stops, hidden, names = page.start, page.stop, page.hidden, page.names
    run_start, run_stop, run_owner, by_tag = page.run_start, page.run_stop, page.run_owner, page.by_tag
    pieces: list[str] = []
    known: dict[int, _Kind] = {}
    stack: list[tuple[LexborNode, int, bool, bool, bool]] = []
    node: LexborNode | None = root
    current, place, invisible, nodes, elements = -1, 0, 0, 0, 0
    line = blank = after_digit = not_shown = outer_hidden = False
    while node is not None:
        nodes += 1
        tag_id = node.tag_id
        if tag_id == _TEXT:
            raw = node.text_content or ""
            if invisible:
                if tags[current] in _INVISIBLE:
                    page.code[current] = page.code.get(current, "") + raw
            else:
                run = _short_run(raw) if len(raw) <= _SHORT_RUN else _run(raw)
                if run is None:
                    blank = True
                elif run[0]:
                    shown, length, opens_blank, ends_blank, opens_digit, ends_digit = run
                    if place:
                        # Digits of neighbouring elements stand apart on the screen more often than they form
                        # one number.
                        if line:
                            pieces.append("\n")
                            place += 1
                        elif blank or opens_blank or (after_digit and opens_digit):
                            pieces.append(" ")
                            place += 1
                    line = False
                    run_start.append(place)
                    run_owner.append(current)
                    pieces.append(shown)
                    place += length
                    run_stop.append(place)
                    blank = ends_blank
                    after_digit = ends_digit
        elif tag_id > _DOCTYPE:
            kind = known.get(tag_id)
            if kind is None:
                kind = known[tag_id] = _kind_of(node, by_tag)
            name, of_name, block, conceals = kind
            if block:
                line = True
            not_shown = outer_hidden
            own = node.attributes
            if own:
                classes = own.get("class") or ""
                identity = own.get("id")
                if classes or identity:
                    names[elements] = f"{classes} {identity or ''}"
                if not not_shown and (classes or "style" in own or "hidden" in own):
                    not_shown = "hidden" in own or _is_hidden(own.get("style") or "", classes)
                all_attributes.append(own)
            else:
                all_attributes.append(_NO_ATTRIBUTES)
            tags.append(name)
            parents.append(current)
            lasts.append(elements)
            starts.append(place)
            stops.append(place)
            hidden.append(not_shown)
            of_name.append(elements)
            elements += 1
            child = node.child
            if child is not None and nodes < _MOST_NODES:
                stack.append((node, current, block, conceals, outer_hidden))
                invisible += conceals
                outer_hidden = not_shown
                current = elements - 1
                node = child
                continue
        following = node.next
        while following is None and stack:
            node, outer, block, conceals, outer_hidden = stack.pop()
            if conceals:
                invisible -= 1
            if block:
                line = True
            lasts[current] = elements - 1
            stops[current] = place
            current = outer
            following = node.next
        node = following
    page.text = "".join(pieces)
    _skip_separators(page)
    _tell_texts_of_links(page)


def _kind_of(node: LexborNode, by_tag: dict[str, list[int]]) -> _Kind:
    """Name of an element, the list of those with its name, whether it begins a line, whether it hides its text."""
    name = (node.tag or "")[:_LONGEST_NAME]
    return name, by_tag.setdefault(name, []), name in _BLOCKS, name in _INVISIBLE


def _tell_texts_of_links(page: Outline) -> None:
    """Of links that hold nothing but text, as most do, the text is known as it is."""
    text, start, stop, last = page.text, page.start, page.stop, page.last
    page.link_texts = {
        element: text[start[element] : stop[element]][:_LONGEST_LINK_TEXT]
        for element in page.by_tag.get("a", ())
        if last[element] == element and start[element] != stop[element]
    }


def _skip_separators(page: Outline) -> None:
    """Starts of elements were noted before the separator was written: move them behind it."""
    text, start = page.text, page.start
    for index, (place, stop) in enumerate(zip(start, page.stop, strict=True)):
        if place < stop and text[place] in " \n":
            start[index] = place + 1
