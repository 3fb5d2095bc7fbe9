"""Every target that own pages refer to: its class, whether it opens, and where the references stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from govaudit.checks.context import Reference
from govaudit.checks.home import home_addresses
from govaudit.checks.links.content import file_outcome, page_outcome
from govaudit.checks.links.foreign import foreign_outcome
from govaudit.checks.links.ladder import opened, rung_of
from govaudit.checks.links.outcome import Certainty, Outcome, outcome_of
from govaudit.checks.links.signs import has_leftover, is_inner
from govaudit.inspection.facts import RESOURCE_TAGS, Lane, PageKind, Tag
from govaudit.inspection.numbers import NumberSet
from govaudit.inspection.urls import hostname_of, is_attachment

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPageKey
    from govaudit.inspection.facts import Fetch

DOUBTFUL_HOSTS = 3
"""When so many foreign hosts were tried and not one answered, our own way out is the likelier fault."""

_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.REFRESH, Tag.SCRIPTED})
_UNFINISHED = frozenset("'\"+{}$<>| \t\r\n")
_NOT_OF_THE_SITE = frozenset({PageKind.ERROR.value, PageKind.CHALLENGE.value})


class LinkClass(StrEnum):
    """By what needs the target; each target belongs to one class only, the first that fits."""

    RESOURCE = "resource"
    ATTACHMENT = "attachment"
    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(slots=True)
class BrokenTarget:
    """A target that did not open, with its looks and all references, home page first."""

    url: str
    outcome: Outcome
    looks: list[Fetch]
    references: list[Reference] = field(default_factory=list)


@dataclass(slots=True)
class LinkSurvey:
    """Per class: how many targets own pages refer to, how many were visited, and those that did not open."""

    referred: dict[LinkClass, int]
    examined: dict[LinkClass, int]
    broken: dict[LinkClass, list[BrokenTarget]]


def survey_links(context: Context) -> LinkSurvey:
    """Survey all references of own pages. Takes two passes over them and keeps only those to broken targets."""
    home = home_addresses(context)
    foreign_network = _foreign_network_works(context)
    own_network = any(fetch.opened for looks in context.looks.values() for fetch in looks)
    survey = LinkSurvey(
        dict.fromkeys(LinkClass, 0), dict.fromkeys(LinkClass, 0), {one: [] for one in LinkClass}
    )
    leading: dict[int, BrokenTarget] = {}
    for url, numbers, tags in _targets(context):
        own = context.scope.owns(url)
        link_class = _class_of(context, url, tags, own=own)
        if link_class is None:
            continue
        survey.referred[link_class] += 1
        looks = context.looks.get(url)
        if not looks:
            continue
        survey.examined[link_class] += 1
        certainty = Certainty(own, own_network if own else foreign_network, tags == {Tag.FORM})
        outcome = outcome_of(looks, certainty)
        if outcome is None and _is_file(link_class, tags):
            outcome = file_outcome(url, looks, home, own=own, offered=link_class is LinkClass.ATTACHMENT)
        elif outcome is None and link_class is LinkClass.INTERNAL:
            outcome = page_outcome(url, looks)
        elif outcome is None and link_class is LinkClass.EXTERNAL:
            outcome = foreign_outcome(looks[-1])
        if outcome is not None:
            target = BrokenTarget(url, outcome, looks)
            leading.update(dict.fromkeys(numbers, target))
            survey.broken[link_class].append(target)
    for broken in survey.broken.values():
        broken.sort(key=lambda target: target.url)
    _gather_references(context, leading)
    return survey


def _is_file(link_class: LinkClass, tags: frozenset[Tag]) -> bool:
    return link_class is LinkClass.ATTACHMENT or tags <= {Tag.IMAGE, Tag.FONT, Tag.MEDIA}


def own_references(context: Context) -> Iterator[tuple[StoredPageKey, array[int]]]:
    """Own pages that a visitor reads, with the numbers of their references."""
    for page, numbers in context.facts.references():
        if page.kind not in _NOT_OF_THE_SITE and context.scope.owns(page.url):
            yield page, numbers


def _targets(context: Context) -> Iterator[tuple[str, list[int], frozenset[Tag]]]:
    """Every address that own pages refer to, with the numbers of the references to it and what kinds they are of.
    Each different reference is looked at once, however many pages repeat it."""
    standing = NumberSet()
    for _, numbers in own_references(context):
        for number in numbers:
            standing.add(number)
    for url, references in context.facts.anchors_by_target():
        taken = [
            (number, tag)
            for number, tag, raw in references
            if number in standing and _leads_somewhere(tag, raw)
        ]
        if taken:
            yield url, [number for number, _ in taken], frozenset(Tag(tag) for _, tag in taken)


def _leads_somewhere(tag: int, raw: str) -> bool:
    """Whether a reference can be taken at its word: an address put together by a script may be half of one, and
    one that a template left unfinished is none (LNK008)."""
    if tag in {Tag.CANONICAL, Tag.ANNOUNCED} or has_leftover(raw):
        return False
    if tag == Tag.SCRIPTED:
        return not raw.rstrip().endswith(("=", "?", "&", "/")) and not _UNFINISHED.intersection(raw.strip())
    return True


def _class_of(context: Context, url: str, tags: frozenset[Tag], *, own: bool) -> LinkClass | None:
    if not own and is_inner(url):
        return None
    if tags & RESOURCE_TAGS:
        return LinkClass.RESOURCE
    target = context.targets.get(url)
    if is_attachment(url) or (target is not None and target.lane is Lane.ATTACHMENT):
        return LinkClass.ATTACHMENT
    if tags & _CLICKED or Tag.FORM in tags:
        return LinkClass.INTERNAL if own else LinkClass.EXTERNAL
    return None


def _foreign_network_works(context: Context) -> bool:
    """Whether failures of foreign hosts can be believed."""
    tried: set[str] = set()
    for url, looks in context.looks.items():
        if context.scope.owns(url):
            continue
        if any(fetch.status > 0 for fetch in looks):
            return True
        if any(not opened(rung_of(fetch)) for fetch in looks):
            tried.add(hostname_of(url))
    return len(tried) < DOUBTFUL_HOSTS


def _gather_references(context: Context, leading: dict[int, BrokenTarget]) -> None:
    """``leading``: numbers of references → the broken target that they lead to."""
    if not leading:
        return
    for page, numbers in own_references(context):
        for number in numbers:
            target = leading.get(number)
            if target is not None:
                link = context.facts.link(number)
                target.references.append(Reference(page.url, page.depth, link, page.kind))
