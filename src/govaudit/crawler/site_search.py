"""The site's own search, asked for titles of its own articles: whether visitors find by it what is there.

Only forms that ask by GET are used, with their hidden fields, as a browser sends them, under the rules of the crawl
(robots.txt, pace, hours). Titles are drawn by the run's seed. Before them something is asked for that cannot be there.
A title that is not among the results is asked for once more. For what is stored see ``inspection.searches``.
"""

from __future__ import annotations

import hashlib
import heapq
import random
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote

import msgspec

from govaudit.crawler.reading.charset import decode
from govaudit.crawler.reading.page import read_page
from govaudit.crawler.reading.words import words
from govaudit.inspection.facts import Lane, PageKind, Probe, RawLink, Tag
from govaudit.inspection.forms import Form, FormUse, forms_by_page
from govaudit.inspection.run import BEIJING
from govaudit.inspection.searches import BOX_KIND, KIND, Asked, Listed, SearchBox, SearchLook
from govaudit.inspection.urls import hostname_of, own_identity, resolve
from govaudit.inspection.verdict import BLOCKED, Reason
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from govaudit.crawler.browser.renderer import View
    from govaudit.crawler.downloader.visit import Visit, Visitor
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Reading
    from govaudit.inspection.site_facts import SiteFacts

    Look = Callable[[str, Callable[[View], Awaitable[None]]], Awaitable[View | None]]

MEASURE = "search"
"""Name in a plan's ``measures``."""
SHORTEST_TITLE, LONGEST_TITLE = 10, 32
MOST_LISTED = 60
_CONSIDERED = 400
_LONGEST = 2_097_152
_SAME_GOVERNMENT = ".gov.cn"
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script", re.IGNORECASE | re.DOTALL)
_SEARCHED_FOR = (PageKind.ARTICLE, PageKind.DOCUMENT)
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030"}


@dataclass(frozen=True, slots=True)
class Title:
    """An article and its title as shown."""

    article: str
    text: str


async def search_site(
    facts: SiteFacts, visitor: Visitor, *, home: str, owns: Callable[[str], bool],
    may_ask: Callable[[str], Awaitable[bool]], look: Look,
) -> AsyncIterator[Probe]:  # fmt: skip
    """Everything that the search is asked, and by which form, as probes; the form comes last, so that a search that
    was broken off is done again as a whole."""
    front = facts.page(home) or next(facts.pages(PageKind.HOME), None)
    if front is None:
        return
    search = _Search(facts, visitor, front, owns=owns, look=look)
    box = await search.find_box()
    titles = chosen_titles(facts, owns)
    if box.form is not None and not box.why:
        box.why, box.detail = await _hindrance(box.form, titles, owns, may_ask)
    if box.form is not None and not box.why:
        async for probe in search.ask_all(box.form, titles):
            yield probe
        if search.stopped:
            return
    yield Probe(kind=BOX_KIND, subject=front.url, at=facts.state.started_at, result=msgspec.to_builtins(box))


def chosen_titles(facts: SiteFacts, owns: Callable[[str], bool]) -> list[Title]:
    """Titles of own articles that are old enough for an index, drawn by the run's seed."""
    plan = facts.plan
    until = (plan.as_of.astimezone(BEIJING) - timedelta(days=plan.search.days)).date().isoformat()
    pages = (page for kind in _SEARCHED_FOR for page in facts.pages(kind) if owns(page.final_url))
    drawn = heapq.nsmallest(_CONSIDERED, ((_draw(plan.seed, page.url), page.url) for page in pages))
    found: dict[str, Title] = {}
    doubled: set[str] = set()
    for _, url in drawn:
        page = facts.page(url)
        title = _title_of(page, until) if page is not None else ""
        if not title:
            continue
        if fold(title) in found:
            doubled.add(fold(title))
        found.setdefault(fold(title), Title(url, title))
    return [one for key, one in found.items() if key not in doubled][: plan.search.titles]


def _draw(seed: int, url: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{KIND}\n{url}".encode()).digest()[:8]


def _title_of(page: StoredPage, until: str) -> str:
    """The shown title of an article that was published by the day ``until``; empty when it does not serve."""
    reading = page.reading
    title = " ".join(reading.heading.split())
    if reading.published is None or reading.published.value[:10] > until or "*" in title:
        return ""
    return title if len(fold(title)) >= SHORTEST_TITLE and len(title) <= LONGEST_TITLE else ""


async def _hindrance(
    form: Form, titles: list[Title], owns: Callable[[str], bool], may_ask: Callable[[str], Awaitable[bool]]
) -> tuple[str, str]:  # fmt: skip
    if form.method != "get" or not form.action or not form.fields[form.asked].name:
        return "not-get", form.action
    if not owns(form.action) and not _is_of_same_government(form.action, titles):
        return "elsewhere", form.action
    if not titles:
        return "no-titles", ""
    address = query_address(form, titles[0].text)
    return ("", "") if await may_ask(address) else ("robots", form.action)


def _is_of_same_government(url: str, titles: list[Title]) -> bool:
    """Whether the host lies under the same name of a government (search.x.gov.cn for www.x.gov.cn)."""
    host = hostname_of(url)
    return (
        host.endswith(_SAME_GOVERNMENT)
        and bool(titles)
        and _government(host) == _government(hostname_of(titles[0].article))
    )


def _government(host: str) -> str:
    return ".".join(host.split(".")[-3:])


def query_address(form: Form, query: str) -> str:
    """The address that a browser opens when ``query`` is typed and the form is sent."""
    codec = _CHARSETS.get(form.charset, form.charset)
    pairs = []
    for place, one in enumerate(form.fields):
        if not one.name or (one.kind == "choice" and not one.value and place != form.asked):
            continue
        value = query if place == form.asked else one.value
        pairs.append(f"{_encoded(one.name, codec)}={_encoded(value, codec)}")
    return f"{form.action.partition('?')[0].partition('#')[0]}?{'&'.join(pairs)}"


def _encoded(text: str, codec: str) -> str:
    try:
        return quote_plus(text.encode(codec, "xmlcharrefreplace"))
    except LookupError:
        return quote_plus(text)


class _Search:
    """The questions to one site, one after another."""

    def __init__(
        self,
        facts: SiteFacts,
        visitor: Visitor,
        front: StoredPage,
        *,
        owns: Callable[[str], bool],
        look: Look,
    ) -> None:
        self.stopped = False
        self._facts = facts
        self._visitor = visitor
        self._front = front
        self._owns = owns
        self._look = look
        self._usual = {
            own_identity(link.url)
            for link in facts.links(front.url_id)
            if link.url and facts.kind_of(link.url) not in _SEARCHED_FOR
        }
        self._always: set[str] = set()
        self._echoes = 0
        self._browser = True

    async def find_box(self) -> SearchBox:
        """The form to search by. Where the home page's source shows none, a browser looks."""
        forms = [one for one in forms_by_page(self._facts).get(self._front.url, ()) if _has_field(one)]
        if forms or self._front.in_browser:
            return SearchBox(form=_best(forms), why="" if forms else "none")
        seen: list[Form] = []
        complete = False

        async def read(view: View) -> None:
            nonlocal complete
            if 200 <= view.status < 300:
                reading, _ = read_page(
                    view.html.encode(),
                    view.address or self._front.final_url,
                    "text/html; charset=utf-8",
                    home=True,
                )
                seen.extend(reading.forms)
                complete = view.complete

        if await self._look(self._front.final_url, read) is None:
            return SearchBox(why="none")
        found = _best([one for one in seen if _has_field(one)])
        return SearchBox(form=found, why="" if found else "none", seen=tuple(seen), whole=complete)

    async def ask_all(self, form: Form, titles: list[Title]) -> AsyncIterator[Probe]:
        """Ask for what cannot be there, for the titles, and, if none is found, for what is sure to be there."""
        choice = random.Random(f"{self._facts.plan.seed}\n{KIND}")  # noqa: S311 - repeatable on purpose
        nonsense = f"{choice.getrandbits(48):012x}"
        first = await self._ask(form, SearchLook(query=nonsense, asked=Asked.NOTHING), Title("", nonsense))
        if first is None:
            return
        yield _probe(*first)
        self._always = {one.text for one in first[1].listed}
        self._echoes = first[1].echoes
        worked = False
        for title in titles:
            for number in (1, 2):
                query = SearchLook(query=title.text, asked=Asked.TITLE, article=title.article, look=number)
                heard = await self._ask(form, query, title)
                if heard is None:
                    return
                yield _probe(*heard)
                if query.wall:
                    return
                worked = worked or bool(query.shown or query.listed)
                if query.shown or not (query.listed or query.nothing):
                    break
        for word in () if worked else words("search-results", "control"):
            query = SearchLook(query=word, asked=Asked.CONTROL)
            heard = await self._ask(form, query, Title("", word))
            if heard is None:
                return
            yield _probe(*heard)
            if query.listed or query.wall or not query.status:
                return

    async def _ask(self, form: Form, said: SearchLook, title: Title) -> tuple[str, SearchLook, float] | None:
        """One question: its address, what came, when. ``None``: the crawl was stopped."""
        address = query_address(form, said.query)
        lane = Lane.PAGE if self._owns(address) else Lane.EXTERNAL
        visit = await self._visitor.visit(
            address, lane, 2 if lane is Lane.EXTERNAL else said.look, limit=_LONGEST
        )
        if visit.stopped:
            self.stopped = True
            return None
        self._take(said, visit, title)
        if said.status and not (said.shown or said.listed or said.nothing or said.wall) and self._browser:
            await self._take_in_browser(said, address, title)
        return address, said, visit.fetch.at

    def _take(self, said: SearchLook, visit: Visit, title: Title) -> None:
        fetch = visit.fetch
        said.status, said.final_url, said.detail = fetch.status, fetch.final_url, fetch.detail
        said.reason = fetch.reason.value if fetch.reason else (Reason.ROBOTS.value if visit.left_out else "")
        if fetch.reason in BLOCKED:
            said.wall = fetch.detail or fetch.reason.value
        if not fetch.opened or not visit.body:
            return
        html, _ = decode(visit.body, fetch.content_type)
        self._take_page(said, html, read_page(visit.body, fetch.final_url, fetch.content_type), title)

    def _take_page(
        self, said: SearchLook, html: str, read: tuple[Reading, list[RawLink]], title: Title
    ) -> None:
        reading, links = read
        listed = _links(reading.base or said.final_url, links)
        own = said.final_url.partition("?")[0]
        said.listed = tuple(
            one
            for one in listed
            if own_identity(one.url) not in self._usual
            and one.text not in self._always
            and one.url.partition("?")[0] != own
        )[:MOST_LISTED]
        said.echoes = sum(code.count(title.text) for code in _SCRIPT.findall(html))
        said.shown = _shown(reading, listed, title)
        if not said.shown and said.asked is Asked.TITLE and said.echoes > self._echoes:
            said.shown = "code"
        text = simplified("\n".join(line.text for line in reading.text.lines))
        said.nothing = next((word for word in words("search-results", "nothing") if word in text), "")
        said.wall = reading.challenge or next(
            (word for word in words("search-results", "wall") if word in text), ""
        )
        said.scripted = reading.scripted

    async def _take_in_browser(self, said: SearchLook, address: str, title: Title) -> None:
        """Look once more in a browser, if there is one: scripts may write the results."""

        async def read(view: View) -> None:
            if not 200 <= view.status < 300 or not view.html:
                return
            said.final_url = view.address or said.final_url
            read = read_page(view.html.encode(), said.final_url, "text/html; charset=utf-8")
            self._take_page(said, view.html, read, title)
            said.in_browser = True
            said.scripted = () if view.complete else read[0].scripted or ("list",)

        if not self._owns(address) or await self._look(address, read) is None:
            self._browser = False


def _has_field(form: Form) -> bool:
    return form.use is FormUse.SEARCH and form.asked >= 0


def _best(forms: list[Form]) -> Form | None:
    """The form that can be used with the most certainty; the first of those."""
    return min(
        forms,
        key=lambda one: (
            one.method != "get", not one.action, not one.fields[one.asked].name, _is_narrow(one), one.scripted,
        ),
        default=None,
    )  # fmt: skip


def _is_narrow(form: Form) -> bool:
    """Whether only a part of the site seems to be searched: services, documents, lists."""
    said = f"{form.words} {form.fields[form.asked].words}"
    return any(word in said for word in words("forms", "narrow"))


def _probe(address: str, said: SearchLook, at: float) -> Probe:
    return Probe(kind=KIND, subject=address, at=at, result=msgspec.to_builtins(said))


def _links(base: str, links: list[RawLink]) -> list[Listed]:
    """Links with a text, each once."""
    found: dict[Listed, None] = {}
    for link in links:
        if link.tag in {Tag.A, Tag.SCRIPTED} and link.text.strip():
            url = resolve(base, link.raw)
            if url is not None:
                found[Listed(link.text, url)] = None
    return list(found)


def _shown(reading: Reading, listed: list[Listed], title: Title) -> str:
    """How the page shows the title, empty when it does not."""
    wanted = fold(title.text)
    path = own_identity(title.article).partition("/")[2]
    for one in listed:
        text = fold(one.text)
        if wanted in text or _is_cut(text, one.text, wanted) or (path and path in unquote(one.url)):
            return "link"
    echo = words("search-results", "echo")
    for line in reading.text.lines:
        rest = simplified(line.text.replace(title.text, ""))
        if wanted in fold(line.text) and not any(word in rest for word in echo):
            return "text"
    return ""


def _is_cut(text: str, written: str, wanted: str) -> bool:
    """Whether the text of a link is the beginning of the title, cut for want of room."""
    return (
        len(text) >= SHORTEST_TITLE
        and written.rstrip().endswith(("…", "...", ".."))
        and wanted.startswith(text)
    )
