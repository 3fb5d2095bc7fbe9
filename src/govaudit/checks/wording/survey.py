"""One way through the texts of all pages for every check of words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.checks.registry import Fault, Judgement
from govaudit.checks.whole_pages import unread_site
from govaudit.checks.wording.attachments import attachment_texts, page_with
from govaudit.checks.wording.matcher import Matcher
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.checks.wording.matcher import Hit
    from govaudit.inspection.fact_tables import StoredPage

_MOST_PAGES = 5000
"""Pages of a word that are kept; its count goes on."""
_MOST_WORDS = 5000
_SHOWN = 20


@dataclass(slots=True)
class Sighting:
    """A word with the pages that say it. ``place``: ``title``, ``text``, ``around`` or ``attachment``; ``plain``: some
    page where it is said was not seen in a browser, and scripts write parts of pages."""

    hit: Hit
    place: str
    pages: list[str] = field(default_factory=list)
    sentences: dict[str, None] = field(default_factory=dict)
    count: int = 0
    in_browser: bool = False
    address: str = ""


@dataclass(slots=True)
class Survey:
    """``words``: list → its words as they were seen; ``examined``: pages and attachments."""

    words: dict[str, dict[str, Sighting]] = field(default_factory=lambda: defaultdict(dict))
    examined: int = 0

    def note(self, hit: Hit, place: str, page: str, *, in_browser: bool = False, address: str = "") -> None:
        """Write down a hit."""
        words = self.words[hit.list]
        sighting = words.get(hit.word)
        if sighting is None:
            if len(words) >= _MOST_WORDS:
                return
            sighting = words[hit.word] = Sighting(hit, place, in_browser=in_browser, address=address or page)
        sighting.count += 1
        sighting.in_browser = sighting.in_browser or in_browser
        if len(sighting.pages) < _MOST_PAGES and (not sighting.pages or sighting.pages[-1] != page):
            sighting.pages.append(page)
        if len(sighting.sentences) < _SHOWN:
            sighting.sentences[hit.sentence] = None


def survey(context: Context) -> Survey:
    """All words of all lists, on every page and attachment; worked out once for all checks."""
    return context.derived(_survey)


def _survey(context: Context) -> Survey:
    found, matcher = Survey(), Matcher(context.word_lists)
    around: dict[int, tuple[Hit, ...]] = {}
    for page in context.pages:
        found.examined += 1
        for hit, place in _hits_of(page, matcher, around):
            found.note(hit, place, page.url, in_browser=page.in_browser)
    for text in attachment_texts(context):
        found.examined += 1
        page_url = page_with(context, text.url)
        for hit in matcher.hits(text.text):
            found.note(hit, "attachment", page_url, address=text.url)
    return found


def _hits_of(
    page: StoredPage, matcher: Matcher, around: dict[int, tuple[Hit, ...]]
) -> Iterator[tuple[Hit, str]]:
    reading, text = page.reading, page.text
    traditional = reading.language == "zh-Hant"
    for hit in matcher.hits(reading.title, traditional=traditional):
        yield hit, "title"
    for hit in matcher.hits(text.main, traditional=traditional):
        yield hit, "text"
    key = hash(text.around)
    if key not in around:
        if len(around) >= _MOST_WORDS:
            around.clear()
        around[key] = tuple(matcher.hits(text.around, traditional=traditional))
    for hit in around[key]:
        yield hit, "around"


def judge_words(
    context: Context, of: str, verdict: Verdict, fault: str, plain: str = "", *, each_page: bool = False
) -> Judgement:
    """One finding for each word of a list; ``each_page``: with the address as its subject. ``plain``: fault where a
    word was only seen in the source, and a script may replace it."""
    found = survey(context)
    if not found.examined:
        return unread_site(context)
    faults = []
    for sighting in found.words[of].values():
        unsure = bool(plain) and not sighting.in_browser
        hit, pages = sighting.hit, tuple(sighting.pages)
        faults.append(
            Fault(
                subject=sighting.address if each_page else hit.word,
                identity=f"{sighting.address} {hit.word}" if each_page else hit.word,
                page=pages[0],
                fault=plain if unsure else fault,
                arguments={
                    "word": hit.word,
                    "right": hit.right,
                    "sentence": hit.sentence,
                    "pages": len(pages),
                    "address": sighting.address,
                },
                verdict=Verdict.INCONCLUSIVE if unsure else verdict,
                reason=Reason.BROWSER_NEEDED if unsure else None,
                aspect=sighting.place,
                count=sighting.count,
                pages=pages,
                locator=Locator(text=hit.sentence),
                evidence=(Evidence(kind="text", text="\n".join(sighting.sentences)),),
            )
        )
    return Judgement(examined=found.examined, faults=faults)
