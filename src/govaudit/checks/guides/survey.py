"""The service guides of a site, each with the page on which a visitor sees it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.checks.home import front_pages
from govaudit.checks.registry import Fault, Judgement
from govaudit.checks.whole_pages import unread_site, written_by_script
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind, Tag
from govaudit.inspection.finding import Arguments, Locator
from govaudit.inspection.site_facts import Pages
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import GuideReading

NAME_ELEMENT = "事项名称"
MATERIALS = "办理材料"
BASIS = "设定依据"
_ANSWERS = "guide_answers"
_LONGEST_REFERRAL = 24
_EMPTY_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class SeenGuide:
    """``page``: the one that was read; ``shown_on``: address that a visitor opens (the page around a frame);
    ``alone``: no other guide stands on the page."""

    page: StoredPage
    shown_on: str
    guide: GuideReading
    alone: bool

    @property
    def item(self) -> str:
        """Code or name of the item."""
        return self.guide.code or self.name

    @property
    def name(self) -> str:
        """Name of the item as shown."""
        return self.guide.name or self.page.reading.heading or self.page.reading.title

    @property
    def subject(self) -> str:
        """What a finding about the guide is about."""
        return self.shown_on if self.alone else f"{self.shown_on}#{self.item}"

    def text(self, element: str) -> str:
        """Text of an element, empty when there is none."""
        return self.guide.elements.get(element, "")


def guide_pages(context: Context) -> Pages:
    """Own pages that are guides, each final address once; those in frames included."""
    return context.derived(_guide_pages)


def _guide_pages(context: Context) -> Pages:
    taken: set[str] = set()
    numbers = array("I")
    framing = set(context.derived(_frames).values())
    for page in context.pages:
        if page.kind is not PageKind.GUIDE or page.final_url in taken or page.reading.refresh:
            continue
        if page.url in framing and not page.reading.guides:
            continue
        taken.add(page.final_url)
        numbers.append(page.url_id)
    return Pages(context.facts, numbers)


def _frames(context: Context) -> dict[str, str]:
    """Guides that stand in a frame of another page: address → address of that page."""
    framed = {
        page.url for page in context.pages if page.kind is PageKind.GUIDE and page.url in context.framed
    }
    if not framed:
        return {}
    found: dict[str, str] = {}
    for key, numbers in context.facts.references():
        for number in numbers:
            link = context.facts.link(number)
            if link.tag == Tag.FRAME and link.url in framed:
                found.setdefault(link.url, key.url)
    return found


def seen_guides(context: Context) -> Iterator[SeenGuide]:
    """All guides that were read, nearest to the home page first."""
    frames = context.derived(_frames)
    for page in guide_pages(context):
        guides = page.reading.guides
        shown_on = frames.get(page.url, page.url)
        for guide in guides:
            yield SeenGuide(page, shown_on, guide, alone=len(guides) == 1)


def unread_guides(context: Context) -> Iterator[tuple[StoredPage, Reason]]:
    """Pages that are guides and whose elements were not recognised, with the reason."""
    for page in guide_pages(context):
        if not page.reading.guides:
            yield page, Reason.BROWSER_NEEDED if page.reading.scripted else Reason.PARSE


def judge_guides(context: Context, look: Callable[[SeenGuide], list[Fault]]) -> Judgement:
    """What ``look`` finds in each guide. A site without guides has none to judge."""
    faults: list[Fault] = []
    population: list[str] = []
    examined = 0
    for seen in seen_guides(context):
        examined += 1
        if seen.shown_on not in population[-1:]:
            population.append(seen.shown_on)
        faults.extend(look(seen))
    if not examined:
        return nothing_read(context)
    return Judgement(examined=examined, faults=faults, population=tuple(dict.fromkeys(population)))


def nothing_read(context: Context) -> Judgement:
    """The judgement of a site of which no guide was read."""
    if not context.pages:
        return unread_site(context)
    unread = next(unread_guides(context), None)
    if unread is not None:
        page, reason = unread
        return Judgement(examined=0, reason=reason, detail=page.url)
    return Judgement(examined=0, applicable=False)


def fault_of(
    seen: SeenGuide,
    fault: str,
    arguments: Arguments,
    *,
    verdict: Verdict = Verdict.FAIL,
    reason: Reason | None = None,
    aspect: str = "",
    text: str = "",
    count: int = 1,
    part: str = "",
    parts: tuple[str, ...] = (),
) -> Fault:
    """A fault of one guide. ``part``: tells several faults of a guide apart; ``text``: by which the place is found;
    ``parts``: what it lacks."""
    return Fault(
        subject=seen.subject,
        page=seen.shown_on,
        fault=fault,
        arguments={"guide": seen.name, **arguments},
        verdict=verdict,
        reason=reason,
        identity=f"{own_identity(seen.shown_on)}#{seen.item}" + (f"#{part}" if part else ""),
        locator=Locator(text=text or seen.guide.name),
        aspect=aspect,
        count=count,
        pages=(seen.shown_on,),
        parts=parts,
    )


def is_scripted(seen: SeenGuide) -> bool:
    """Whether scripts write the page, so that what is absent may only not have been seen."""
    return seen.guide.from_data or written_by_script(seen.page, "guide")


def says(context: Context, seen: SeenGuide, element: str) -> bool:
    """Whether an element is there and says something."""
    text = seen.text(element)
    if any(link.element == element for link in seen.guide.links):
        return True
    folded = fold(text)
    if not folded or (len(folded) <= _EMPTY_AT_MOST and folded in folded_set(_ANSWERS, "blank")):
        return False
    if folded in folded_set(_ANSWERS, "none"):
        return element in word_list(_ANSWERS, "may-be-none")
    return not refers_elsewhere(text) or offers_files(context, seen)


def refers_elsewhere(text: str) -> bool:
    """Whether a text only sends the reader to something else."""
    return len(text) <= _LONGEST_REFERRAL and fold(text) in folded_set(_ANSWERS, "elsewhere")


def offers_files(context: Context, seen: SeenGuide) -> bool:
    """Whether the guide's page links to files or shows pictures within the guide."""
    return any(link.picture for link in seen.guide.links) or any(files_of(context, seen.page))


def files_of(context: Context, page: StoredPage) -> Iterator[tuple[str, str]]:
    """Text and address of the page's links to files, and of links whose text offers one and that the home page does
    not repeat. The address is as written where only a script knows it."""
    general = word_list(_ANSWERS, "files")
    for link in context.facts.links(page.url_id):
        if link.tag not in NAVIGATION_TAGS:
            continue
        offering = any(word in link.text for word in general) and link.raw not in context.derived(_repeated)
        if is_file(link.url or "") or is_file(link.text) or offering:
            yield link.text, link.url or link.raw


def _repeated(context: Context) -> frozenset[str]:
    """Links of the home page as written, which a template may show on every page."""
    return frozenset(link.raw for page in front_pages(context) for link in context.facts.links(page.url_id))


def is_file(address: str) -> bool:
    """Whether an address or a link's text ends like a file's name."""
    path = urlsplit(address).path if "://" in address else address.strip()
    return path.rpartition(".")[2].lower() in _extensions()


@cache
def _extensions() -> frozenset[str]:
    return frozenset(word_list(_ANSWERS, "extensions"))


def named(items: list[str], most: int = 5) -> str:
    """Texts in a row, the first ones only."""
    return "；".join(items[:most]) + ("……" if len(items) > most else "")
