"""The trail from the home page to where the visitor is (当前位置)."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import alternatives, word_set
from govaudit.crawler.reading.zones import name_parts
from govaudit.inspection.facts import Crumb

if TYPE_CHECKING:
    from govaudit.crawler.reading.links_of_page import Anchor, Anchors
    from govaudit.crawler.reading.outline import Outline

_LONGEST = 240
_LONGEST_STEP = 40
_MOST_STEPS = 12
_SEPARATORS = r"-{1,2}>|=>|[>›»→\\/|·\n]|&gt;|\s-\s|::|--+|——+|(?<!\S)-(?!\S)"
_SPLIT = re.compile(_SEPARATORS)
_HIGHEST_CLIMB = 6
_NOWHERE = (0, 0)
_COLUMN_NAME = 8
_WHOLE = "channel_tab"


@cache
def _before() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternatives('breadcrumb', 'before', spaced=True)})(?:是|为)?[ \n]?"
        rf"(?:[:：>›»\]]|(?=[ \n]{{1,3}}(?:{_home()})))"
    )


@cache
def _home() -> str:
    return alternatives("breadcrumb", "home")


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(rf"(?m)(?:^|(?<=[ :]))(?:{_home()})[ \n]{{0,3}}(?:>{{1,3}}|›|»|→|&gt;)", re.IGNORECASE)


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(alternatives("breadcrumb", "ends", spaced=True))


def find_breadcrumb(page: Outline, anchors: Anchors) -> tuple[tuple[Crumb, ...], tuple[int, int]]:
    """The steps of the trail, home page first, and its place in the text; nothing and ``(0, 0)`` when there is
    none. Words like 正文 at its end are no steps."""
    for match in _before().finditer(page.plain):
        owner = page.owner_at(match.start())
        if page.hidden[owner]:
            continue
        found = _from(page, anchors, owner, match.end())
        if found[0]:
            return found
    found = _by_class(page, anchors)
    if found[0]:
        return found
    bare = _bare().search(page.plain)
    if bare is not None and not page.hidden[page.owner_at(bare.start())]:
        return _from(page, anchors, page.owner_at(bare.start()), bare.start())
    return (), _NOWHERE


def _from(
    page: Outline, anchors: Anchors, owner: int, start: int
) -> tuple[tuple[Crumb, ...], tuple[int, int]]:
    element = owner
    for _ in range(_HIGHEST_CLIMB):
        outer = page.parent[element]
        if outer < 0 or page.tag[outer] in {"body", "html"}:
            break
        has_step = any(anchor.start >= start for anchor in anchors.within(page, element))
        if has_step and not _goes_on(page, anchors, element, outer):
            break
        if page.stop[outer] - start > _LONGEST:
            break
        element = outer
    stop = min(page.stop[element], start + _LONGEST)
    return _steps(page, anchors, start, stop)


def _goes_on(page: Outline, anchors: Anchors, element: int, outer: int) -> bool:
    """Whether the trail goes on behind ``element``: a separator or a link follows in the same block."""
    rest = page.plain[page.stop[element] : page.stop[outer]]
    if not rest.strip():
        return page.stop[outer] - page.start[outer] <= _LONGEST and page.tag[outer] in {
            "span",
            "p",
            "font",
            "a",
        }
    if _SPLIT.match(rest.strip()):
        return True
    following = [anchor for anchor in anchors.within(page, outer) if anchor.start >= page.stop[element]]
    between = len(rest.strip())
    return (
        bool(following)
        and between <= 60
        and page.tag[element] in {"li", "td", "span", "a", "b", "em", "font"}
    )


def _by_class(page: Outline, anchors: Anchors) -> tuple[tuple[Crumb, ...], tuple[int, int]]:
    names = word_set("zones", "breadcrumb")
    called = (element for element, classes in page.names.items() if not names.isdisjoint(name_parts(classes)))
    tabs = (element for element, classes in page.names.items() if _WHOLE in classes)
    for element in chain(called, tabs):
        whole = _WHOLE in page.names[element]
        length = page.stop[element] - page.start[element]
        if page.hidden[element] or not 2 <= length <= _LONGEST or page.tag[element] in {"a", "body", "input"}:
            continue
        within = anchors.within(page, element)
        if not within or not (whole or _looks_like_trail(page, element, within)):
            continue
        found = _steps(page, anchors, page.start[element], page.stop[element])
        if found[0]:
            return found
    return (), _NOWHERE


def _looks_like_trail(page: Outline, element: int, within: list[Anchor]) -> bool:
    first = within[0].plain.lower()
    if re.fullmatch(_home(), first, re.IGNORECASE):
        return True
    between = page.plain[page.start[element] : page.stop[element]]
    return len(within) >= 2 and any(mark in between for mark in (">", "›", "»", "→"))


def _steps(
    page: Outline, anchors: Anchors, start: int, stop: int
) -> tuple[tuple[Crumb, ...], tuple[int, int]]:
    end = _ends().search(page.plain, start, stop)
    if end is not None:
        stop = end.start()
    steps: list[Crumb] = []
    place = start
    for anchor in anchors.all:
        # An element without text may stand one place before its neighbours.
        if anchor.start > stop:
            break
        if anchor.start < start or anchor.start >= stop or anchor.stop > stop + 1 or not anchor.plain:
            continue
        if anchor.start < place:
            continue
        steps += _plain_steps(page.text[place : anchor.start])
        if len(anchor.text) <= _LONGEST_STEP:
            steps += [Crumb(text, anchor.url) for text in _texts(anchor.text)]
        place = anchor.stop
    linked = len(steps)
    steps += _plain_steps(page.text[place:stop])
    if not linked and len(steps) < 2:
        return (), _NOWHERE
    return tuple(_without_ends(steps[:_MOST_STEPS])), (start, stop)


def _plain_steps(text: str) -> list[Crumb]:
    return [Crumb(one) for one in _texts(text) if len(one) <= _LONGEST_STEP]


def _texts(text: str) -> list[str]:
    narrow = text.replace("＞", ">").replace("：", ":").replace("／", "/")
    parts = [collapsed(part).strip(" :[]【】") for part in _SPLIT.split(narrow)]
    return [part for part in parts if part]


def _without_ends(steps: list[Crumb]) -> list[Crumb]:
    ignored = word_set("breadcrumb", "not-steps")
    kept = list(steps)
    while kept and squeezed(comparable(kept[-1].text, "zh-Hant")) in ignored:
        kept.pop()
    before = _before_squeezed()
    return [step for step in kept if squeezed(comparable(step.text, "zh-Hant")) not in before]


@cache
def _before_squeezed() -> frozenset[str]:
    return frozenset(map(squeezed, word_set("breadcrumb", "before")))


def without_title(steps: tuple[Crumb, ...], titles: list[str]) -> tuple[Crumb, ...]:
    """The trail of a page that is no column, without a last step that is the page's own title (``titles``) or
    its beginning."""
    if len(steps) < 2 or (len(steps) == 2 and len(steps[1].text) <= _COLUMN_NAME):
        return steps
    written = squeezed(comparable(steps[-1].text, "zh-Hant"))
    said = written.rstrip(".…")
    own = [squeezed(comparable(title, "zh-Hant")) for title in titles if title]
    if said in own or (said != written and any(title.startswith(said) for title in own)):
        return steps[:-1]
    return steps
