"""What a site tells the others of its guides, and which of them is about the same item as a guide here."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from govaudit.checks.guides.differing import stated
from govaudit.checks.guides.survey import seen_guides
from govaudit.inspection.peers import Peer, ToldGuide, is_portal_of
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.checks.guides.survey import SeenGuide

OFFICE = "办理机构"
_MOST_GUIDES = 5_000
_LONGEST_TEXT = 2_000
_WHOLE_CODE = 25
"""From this length a code of an item names its office too (统一社会信用代码); shorter ones are those of a catalogue."""


def told_guides(context: Context, elements: tuple[str, ...]) -> tuple[ToldGuide, ...]:
    """The guides of the site by which its items can be found again, with those of the elements that they state."""
    named = (
        ToldGuide(
            code=seen.guide.code,
            name=seen.guide.name,
            office=seen.text(OFFICE),
            url=seen.shown_on,
            elements={
                element: text
                for element in elements
                if (text := stated(context, seen, element)) and len(text) <= _LONGEST_TEXT
            },
        )
        for seen in seen_guides(context)
        if _keys(seen.guide.code, seen.guide.name, seen.text(OFFICE))
    )
    return tuple(islice(named, _MOST_GUIDES))


Told = dict[str, list[tuple[Peer, ToldGuide]]]


def guides_of_portals(context: Context) -> Told:
    """The guides that the portals of the site's government told, by what their items have in common with others."""
    found: defaultdict[str, list[tuple[Peer, ToldGuide]]] = defaultdict(list)
    for peer in context.peers:
        if is_portal_of(peer.site, context.site):
            for guide in peer.guides:
                for key in _keys(guide.code, guide.name, guide.office):
                    found[key].append((peer, guide))
    return found


def of_same_item(told: Told, seen: SeenGuide) -> Iterator[tuple[Peer, ToldGuide]]:
    """Guides elsewhere that are about the item of a guide here beyond doubt: by whole codes, and a name that does not
    tell of another case; without whole codes on both sides by name and office."""
    own = seen.guide
    for key in _keys(own.code, own.name, seen.text(OFFICE)):
        for peer, guide in told.get(key, ()):
            by_code = key == fold(own.code)
            if _alike(own.name, guide.name) if by_code else not _other_code(own.code, guide.code):
                yield peer, guide


def _keys(code: str, name: str, office: str) -> list[str]:
    found = [fold(code)] if len(fold(code)) >= _WHOLE_CODE else []
    return [*found, f"{fold(name)}/{fold(office)}"] if fold(name) and fold(office) else found


def _alike(one: str, other: str) -> bool:
    return fold(one) in fold(other) or fold(other) in fold(one)


def _other_code(one: str, other: str) -> bool:
    """Whether two codes of one kind are those of two items."""
    first, second = fold(one), fold(other)
    return bool(first and second) and len(first) == len(second) and first != second
