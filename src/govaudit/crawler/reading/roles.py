"""What a link's text alone tells about it: most links of a page say a title, a few name what every site has."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from govaudit.crawler.reading.words import word_set, words

if TYPE_CHECKING:
    from govaudit.crawler.reading.links_of_page import Anchor, Anchors

_LONGEST_KEPT = 300
_LONGEST_NUMBER = 4


class Role(int):
    """What a link may be by its text."""

    SITE_MAP: ClassVar[Role]
    ERROR_REPORT: ClassVar[Role]
    CONTACT: ClassVar[Role]
    NEXT: ClassVar[Role]
    NEXT_MARK: ClassVar[Role]
    TYPICAL: ClassVar[Role]
    PLATFORM_PART: ClassVar[Role]
    NUMBER: ClassVar[Role]


_ALL = tuple(map(Role, range(8)))
(
    Role.SITE_MAP,
    Role.ERROR_REPORT,
    Role.CONTACT,
    Role.NEXT,
    Role.NEXT_MARK,
    Role.TYPICAL,
    Role.PLATFORM_PART,
    Role.NUMBER,
) = _ALL


def roles_of(anchors: Anchors) -> dict[Role, list[Anchor]]:
    """The links that have a role, by role, in document order."""
    found: dict[Role, list[Anchor]] = {role: [] for role in _ALL}
    with_roles = [
        (anchor, roles)
        for anchor in anchors.all
        if (roles := _roles_of_short(said) if len(said := anchor.plain) <= _LONGEST_KEPT else _roles_of(said))
    ]
    for anchor, roles in with_roles:
        for role in roles:
            found[role].append(anchor)
    return found


@lru_cache(maxsize=16384)
def _roles_of_short(said: str) -> tuple[Role, ...]:
    """Kept over pages: menus and lists repeat their links on all of them."""
    return _roles_of(said)


def _roles_of(said: str) -> tuple[Role, ...]:
    small = said.lower()
    site_map = small in word_set("marks", "site-map")
    tests = {
        Role.SITE_MAP: site_map,
        Role.ERROR_REPORT: not site_map and any(word in said for word in words("marks", "error-report")),
        Role.CONTACT: said in word_set("marks", "contact-links"),
        Role.NEXT: small.strip("[]()") in word_set("lists", "next"),
        Role.NEXT_MARK: small in word_set("lists", "next-marks"),
        Role.TYPICAL: said in word_set("navigation", "typical"),
        Role.PLATFORM_PART: said in word_set("kinds", "platform-parts"),
        Role.NUMBER: said.isdecimal() and len(said) <= _LONGEST_NUMBER,
    }
    return tuple(role for role, holds in tests.items() if holds)
