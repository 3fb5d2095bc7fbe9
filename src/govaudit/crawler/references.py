"""References of a page as it writes them → stored anchors, without joining the same reference twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.rules.tables import traps
from govaudit.inspection.facts import Link, RawLink
from govaudit.inspection.urls import WEB_SCHEMES, resolve, scheme_of, without_fragment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_KEPT = 50_000
"""References and places in each of two generations; what the younger one needs again, it takes from the older."""


@dataclass(frozen=True, slots=True)
class Noted:
    """``anchors``: numbers of all references of the page in its order; ``new``: those never seen before."""

    anchors: list[int]
    new: list[Link]


class References:
    """Knows every reference that was resolved, by what it depends on: the origin, the folder, or the page."""

    def __init__(self, store: Callable[[Link], int]) -> None:
        """``store``: keeps a link and returns its number."""
        self._store = store
        self._by_place: dict[str, dict[RawLink, int]] = {}
        self._earlier: dict[str, dict[RawLink, int]] = {}
        self._kept = 0

    def note(self, links: Iterable[RawLink], url: str, base: str = "", charset: str = "utf-8") -> Noted:
        """Numbers of ``links`` on the page at ``url``. ``base``: its ``<base href>``, absolute;
        ``charset``: the encoding in which it is read."""
        address = base or url
        if self._kept > _MOST_KEPT:
            self._earlier, self._by_place, self._kept = self._by_place, {}, 0
        origin, folder = (f"{place} {charset}" for place in _places(address))
        of_origin, of_folder = self._place(origin), self._place(folder)
        earlier_origin, earlier_folder = self._earlier.get(origin, {}), self._earlier.get(folder, {})
        of_page: dict[RawLink, int] = {}
        anchors: list[int] = []
        new: list[Link] = []
        for raw in links:
            number = of_origin.get(raw) or of_folder.get(raw) or of_page.get(raw)
            if number is None:
                place = _place_of(raw.raw, of_origin, of_folder, of_page)
                number = earlier_origin.get(raw) or earlier_folder.get(raw)
                if number is None:
                    link = self._resolved(address, raw, charset)
                    number = self._store(link)
                    new.append(link)
                place[raw] = number
                self._kept += place is not of_page
            anchors.append(number)
        return Noted(anchors, new)

    def _place(self, name: str) -> dict[RawLink, int]:
        known = self._by_place.get(name)
        if known is None:
            known = self._by_place[name] = {}
            self._kept += 1
        return known

    def _resolved(self, address: str, raw: RawLink, encoding: str) -> Link:
        joined = resolve(address, raw.raw, encoding)
        if joined is None or scheme_of(joined) not in WEB_SCHEMES:
            return Link(raw.tag, None, raw.raw, raw.text)
        url, _, fragment = joined.partition("#")
        return Link(raw.tag, without_session(url), raw.raw, raw.text, fragment)


def _places(address: str) -> tuple[str, str]:
    scheme, _, rest = without_fragment(address).partition("?")[0].partition("://")
    return f"{scheme}://{rest.partition('/')[0]}", f"{scheme}://{rest.rpartition('/')[0]}/"


def _place_of(
    raw: str, of_origin: dict[RawLink, int], of_folder: dict[RawLink, int], of_page: dict[RawLink, int]
) -> dict[RawLink, int]:
    """The smallest circle in which ``raw`` always means the same."""
    first = raw[:1]
    if first == "/" or (first not in {"", "#", "?"} and scheme_of(raw) not in {"", "http", "https"}):
        return of_origin
    if raw[:7].lower() == "http://" or raw[:8].lower() == "https://":
        return of_origin
    if not first or first in "#?" or first.isspace() or scheme_of(raw):
        return of_page
    return of_folder


@cache
def _session_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(map(re.escape, traps().session_parameters))
    return (
        re.compile(f";(?:{names})=[^/;?]*", re.IGNORECASE),
        re.compile(f"(?<=[?&])(?:{names})=[^&]*(?:&|\\Z)", re.IGNORECASE),
    )


def without_session(url: str) -> str:
    """``url`` without the number of a visitor's session, which would make the same page new for ever."""
    in_path, in_query = _session_patterns()
    if ";" in url:
        url = in_path.sub("", url)
    path, question_mark, query = url.partition("?")
    if not query:
        return url
    shorter = in_query.sub("", question_mark + query)
    return url if shorter == question_mark + query else path + shorter.rstrip("?&")
