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

from govaudit.crawler.reading.text import comparable, language_of
from govaudit.crawler.reading.words import word_set

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

Attributes = dict[str, str | None]

_NO_ATTRIBUTES: Attributes = {}
_TEXT = 2
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
    code: dict[int, str] = field(default_factory=dict)
    """Source of inline scripts, styles and ``title`` elements by element."""
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

    def class_names(self, element: int) -> str:
        """Class and id of an element as one text, in small letters."""
        attributes = self.attributes[element]
        if not attributes:
            return ""
        return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip().lower()


def outline(html: str) -> Outline:
    """The outline of a page. Never raises on rubbish; nesting deeper than any browser keeps is flattened."""
    tree = LexborHTMLParser(_bounded(html))
    page = Outline()
    if tree.root is not None:
        _walk(tree.root, page)
    page.language = language_of(page.text)
    page.plain = comparable(page.text, page.language)
    return page


def _bounded(html: str) -> str:
    """``html`` whose open elements never nest deeper than browsers allow: the parser's cost grows with its square."""
    if html.count("<") - 2 * html.count("</") < _SUSPICIOUS:
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


class _Writer:
    """Collects the visible text: single blanks, one line break between blocks."""

    __slots__ = ("blank", "digit", "line", "page", "pieces", "place")

    def __init__(self, page: Outline) -> None:
        self.page = page
        self.pieces: list[str] = []
        self.place = 0
        self.line = False
        self.blank = False
        self.digit = False

    def text(self, raw: str, owner: int) -> None:
        parts = raw.split()
        if not parts:
            self.blank = True
            return
        core = " ".join(parts) if len(parts) > 1 else parts[0]
        if not core.isascii() and _ZERO_WIDTH.search(core):
            core = _ZERO_WIDTH.sub("", core)
            if not core:
                return
        self._separate(leading=raw[0].isspace(), first=core[0])
        self.page.run_start.append(self.place)
        self.page.run_owner.append(owner)
        self.pieces.append(core)
        self.place += len(core)
        self.page.run_stop.append(self.place)
        self.blank = raw[-1].isspace()
        self.digit = core[-1].isdigit()

    def _separate(self, *, leading: bool, first: str) -> None:
        if self.place:
            if self.line:
                self._add("\n")
            elif self.blank or leading or (self.digit and first.isdigit()):
                # Digits of neighbouring elements stand apart on the screen more often than they form one number.
                self._add(" ")
        self.line = self.blank = False

    def _add(self, separator: str) -> None:
        self.pieces.append(separator)
        self.place += 1


def _walk(root: LexborNode, page: Outline) -> None:
    writer = _Writer(page)
    tag, attributes, parent, last = page.tag, page.attributes, page.parent, page.last
    start, stop, hidden = page.start, page.stop, page.hidden
    names: dict[int, str] = {}
    stack: list[tuple[LexborNode, int, bool]] = []
    invisible = 0
    current = -1
    node: LexborNode | None = root
    nodes = 0
    while node is not None:
        nodes += 1
        child = None
        tag_id = node.tag_id
        if tag_id == _TEXT:
            if not invisible:
                raw = node.text_content
                if raw:
                    writer.text(raw, current)
            elif tag[current] in _INVISIBLE:
                page.code[current] = page.code.get(current, "") + (node.text_content or "")
        elif node.is_element_node:
            name = names.get(tag_id)
            if name is None:
                name = names.setdefault(tag_id, (node.tag or "")[:_LONGEST_NAME])
            own = node.attributes or _NO_ATTRIBUTES
            index = len(tag)
            tag.append(name)
            attributes.append(own)
            parent.append(current)
            last.append(index)
            if name in _BLOCKS:
                writer.line = True
            start.append(writer.place)
            stop.append(writer.place)
            hidden.append(
                (current >= 0 and hidden[current])
                or (
                    bool(own)
                    and ("hidden" in own or _is_hidden(own.get("style") or "", own.get("class") or ""))
                )
            )
            child = node.child
            if child is not None and nodes < _MOST_NODES:
                stack.append((node, index, name in _BLOCKS))
                invisible += name in _INVISIBLE
                current = index
                node = child
                continue
            if name in _BLOCKS:
                writer.line = True
        following = node.next
        while following is None and stack:
            node, index, block = stack.pop()
            invisible -= tag[index] in _INVISIBLE
            last[index] = len(tag) - 1
            stop[index] = writer.place
            current = parent[index]
            if block:
                writer.line = True
            following = node.next
        node = following
    page.text = "".join(writer.pieces)
    _skip_separators(page)


def _skip_separators(page: Outline) -> None:
    """Starts of elements were noted before the separator was written: move them behind it."""
    text, start, stop = page.text, page.start, page.stop
    end = len(text)
    for index, place in enumerate(start):
        if place < end and place < stop[index] and text[place] in " \n":
            start[index] = place + 1
