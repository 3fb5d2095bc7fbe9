"""Visits → facts: what is written to the store, and which further addresses a page leads to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.politeness import HOST_FAULTS
from govaudit.crawler.downloader.visit import is_readable
from govaudit.crawler.gist import gist_of
from govaudit.crawler.reading.links import header_links
from govaudit.crawler.reading.worker import ReadRequest
from govaudit.crawler.references import Noted, References
from govaudit.crawler.sitemaps import feed_entries
from govaudit.crawler.stylesheets import references as stylesheet_references
from govaudit.inspection.facts import Charset, Fetch, Lane, PageKind, Reading, Tag
from govaudit.inspection.numbers import NumberSet
from govaudit.inspection.packed_reading import PackedPart, Unpacker
from govaudit.inspection.urls import canonical, hostname_of, resolve, without_fragment
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.crawler.browser.stage import Shown
    from govaudit.crawler.downloader.visit import Visit
    from govaudit.crawler.frontier import Frontier
    from govaudit.crawler.reading.worker import ReadReply
    from govaudit.crawler.second_looks import SecondLooks
    from govaudit.inspection.fact_tables import ScriptedPage, Target
    from govaudit.inspection.fact_writer import FactWriter
    from govaudit.inspection.facts import Rendering
    from govaudit.inspection.site import SiteScope

BATCH = 200
"""Fetches that are committed together: what a kill may cost."""
BATCH_SECONDS = 5.0
_MOST_MENUS = 1000


class Recorder:
    """Writes down the visits of one crawl."""

    def __init__(
        self,
        writer: FactWriter,
        frontier: Frontier,
        scope: SiteScope,
        *,
        home: str,
        nofollow: bool,
        again: SecondLooks,
        clock: Callable[[], float],
    ) -> None:
        """``home``: canonical registered address; ``nofollow``: links so marked are not read; ``again``: told of
        every look; ``clock``: seconds that only grow."""
        self._writer = writer
        self._frontier = frontier
        self._scope = scope
        self._clock = clock
        self._nofollow = nofollow
        self._references = References(writer.anchor)
        self._homes = {home}
        self._read = NumberSet()
        self._menus: set[bytes] = set()
        self._unpacker = Unpacker()
        self._batch = 0
        self._committed_at = clock()
        self.again = again
        self.home_fetch: Fetch | None = None
        self.answered = False
        """Whether anybody answered before a restart."""
        self.fetched = 0
        self.pages = 0

    def restore(self) -> dict[str, int]:
        """Take up the pages, the failures and the addresses of the home page that the store holds. Returns how often
        each host was asked that never answered."""
        for number in self._writer.page_numbers():
            self._read.add(number)
            self.pages += 1
        self._frontier.restore_notes(
            (wave, url, gist_of(reading)) for wave, url, reading in self._writer.readings()
        )
        answered: set[str] = set()
        silent: Counter[str] = Counter()
        self._restore_homes()
        for target, fetch in self._writer.looked():
            self.fetched += 1
            if fetch.look > 1 and not fetch.opened:
                self.again.remember(target, self._writer.first_look(target.url_id))
            self._remember(target, fetch)
            if fetch.status:
                answered.add(hostname_of(target.url))
            elif fetch.reason in HOST_FAULTS:
                silent[hostname_of(target.url)] += 1
        self.answered = bool(answered)
        return {host: count for host, count in silent.items() if host not in answered}

    def _restore_homes(self) -> None:
        unfollowed = list(self._homes)
        while unfollowed:
            url = unfollowed.pop()
            before = set(self._homes)
            for final_url in self._writer.arrivals(url):
                self._homes.add(final_url)
            way_on = self._writer.way_on(url)
            if way_on is not None:
                self._follow_home(*way_on)
            unfollowed += sorted(self._homes - before)

    def record(self, target: Target, visit: Visit, reply: ReadReply | None) -> None:
        """Write down one look, and the page if it is one; its references go to the frontier. ``reply``: what the
        page says, read as ``to_read`` asked."""
        fetch = visit.fetch
        body = reply.body if reply is not None else None
        read = reply
        if reply is not None:
            fetch.original = reply.original
        if reply is not None and reply.packed.kind == PageKind.CHALLENGE.value:
            fetch.reason = Reason.BLOCKED_PAGE
            fetch.detail = f"wall: {reply.challenge}"
            read = None
        if fetch.look == 1:
            self._writer.finish_target(target.url_id)
        moved_to = self._moved(target, fetch) if read is not None else None
        number = self._writer.add_fetch(fetch, packed_body=None if moved_to is not None else body)
        self._remember(target, fetch)
        if read is not None:
            self._keep_page(target, fetch, number, read, moved_to=moved_to)
        elif target.lane is Lane.RESOURCE and fetch.opened:
            self._keep_stylesheet(target, fetch, number, visit.body)
        elif fetch.magic == "xml" and fetch.opened:
            self._follow_feed(target, fetch, visit.body)
        self.fetched += 1
        self._count()

    def _count(self) -> None:
        self._batch += 1
        if self._batch >= BATCH or self._clock() - self._committed_at >= BATCH_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Make everything durable. Raises ``GovauditError`` when the disk is full; nothing that was committed
        before is lost."""
        self._writer.commit()
        self._batch = 0
        self._committed_at = self._clock()

    # -- pages ---------------------------------------------------------------------------------------------

    def to_read(self, target: Target, visit: Visit) -> ReadRequest | None:
        """The page of a visit, if it is one of the site's that can be read."""
        fetch = visit.fetch
        if target.lane is not Lane.PAGE or not visit.body or not 200 <= fetch.status < 300:
            return None
        if fetch.reason is not None and fetch.reason is not Reason.TOO_LARGE:
            return None
        if not self._scope.owns(fetch.final_url) or not _is_page(fetch):
            return None
        home = target.url in self._homes
        return ReadRequest(visit.body, fetch.final_url, fetch.content_type, home, self._nofollow)

    def _moved(self, target: Target, fetch: Fetch) -> int | None:
        """Number of the own address that a redirect led to, 0 when that one is recorded by itself; ``None`` when
        there was no redirect to another address."""
        if fetch.final_url == target.url:
            return None
        if self.was_read(fetch.final_url):
            return 0
        return self._frontier.adopt(fetch.final_url, target.depth) or 0

    def was_read(self, url: str) -> bool:
        """Whether the page at ``url`` is in the store."""
        number = self._writer.number_of(url)
        return number is not None and number in self._read

    def _keep_page(
        self, target: Target, fetch: Fetch, number: int, read: ReadReply, *, moved_to: int | None
    ) -> None:
        url, url_id = target.url, target.url_id
        if target.url in self._homes:
            self._follow_home(fetch.final_url, read.refresh)
        if moved_to == 0:
            return
        if moved_to is not None:
            url, url_id = fetch.final_url, moved_to
            self._writer.finish_target(url_id)
            number = self._writer.add_fetch(_arrival(fetch), packed_body=read.body)
        links = [*read.links, *header_links(fetch.headers)]
        noted = self._references.note(links, fetch.final_url, read.base, read.charset)
        self._writer.add_packed_page(url, number, target.depth, read.packed, noted.anchors)
        unmarked = read.packed.marks is None
        if read.scripted or unmarked:
            self._writer.note_scripted(url_id, read.scripted, unmarked=unmarked)
        self._read.add(url_id)
        self._frontier.take_note(url, read.gist)
        self.pages += 1
        self._follow_menu(read.packed.navigation)
        self._follow(noted, target.depth, url_id)

    def _follow(self, noted: Noted, depth: int, url_id: int) -> None:
        for link in noted.new:
            if link.url is not None:
                self._frontier.consider(link.url, link.tag, depth + 1, url_id)

    def is_home(self, url: str) -> bool:
        """Whether ``url`` is the home page, or the page that the home address leads to."""
        return url in self._homes

    def record_rendering(self, page: ScriptedPage, look: Rendering, shown: Shown | None) -> None:
        """Write down what a browser showed of a page; its references go to the frontier."""
        if shown is None:
            self._writer.add_rendering(page.url_id, look)
        else:
            reading = shown.reading
            if page.url in self._homes:
                self._follow_home(page.final_url, reading.refresh)
            noted = self._references.note(shown.links, page.final_url, reading.base, reading.charset.used)
            self._writer.add_rendering(page.url_id, look, reading, noted.anchors, shown.html.encode())
            navigation = (canonical(entry.url) for entry in reading.navigation if entry.url)
            self._frontier.mark_navigation(address for address in navigation if address)
            self._follow(noted, page.depth, page.url_id)
        self._count()

    def _follow_menu(self, menu: PackedPart | None) -> None:
        """Tell the frontier what a menu leads to; the menu of a template is looked into once."""
        if menu is None or menu.digest in self._menus:
            return
        if len(self._menus) >= _MOST_MENUS:
            self._menus.clear()
        self._menus.add(menu.digest)
        entries = self._unpacker.navigation(menu.content)
        addresses = (canonical(entry.url) for entry in entries if entry.url)
        self._frontier.mark_navigation(address for address in addresses if address)

    def _follow_home(self, final_url: str, refresh: str) -> None:
        """Where the home address sends its visitors at once is the home page, too."""
        self._homes.add(final_url)
        if refresh:
            following = resolve(final_url, refresh)
            if following is not None and self._scope.owns(following):
                self._homes.add(without_fragment(following))

    def _keep_stylesheet(self, target: Target, fetch: Fetch, number: int, body: bytes) -> None:
        if not fetch.content_type.lower().startswith("text/css"):
            return
        links, charset = stylesheet_references(body, fetch.content_type)
        if not links or self.was_read(fetch.final_url):
            return
        noted = self._references.note(links, fetch.final_url, charset=charset)
        reading = Reading(PageKind.STUB, ("style-sheet",), "", Charset(charset))
        self._writer.add_page(target.url, number, target.depth, reading, noted.anchors)
        for link in noted.new:
            if link.url is not None:
                self._frontier.consider(link.url, link.tag, target.depth + 1, target.url_id)

    def _follow_feed(self, target: Target, fetch: Fetch, body: bytes) -> None:
        if not self._scope.owns(fetch.final_url):
            return
        for written in feed_entries(body):
            url = resolve(fetch.final_url, written)
            if url is not None and self._scope.owns(url):
                self._frontier.consider(without_fragment(url), Tag.ANNOUNCED, target.depth + 1, target.url_id)

    # -- the second look -----------------------------------------------------------------------------------

    def _remember(self, target: Target, fetch: Fetch) -> None:
        if target.url in self._homes and (self.home_fetch is None or fetch.look >= self.home_fetch.look):
            self.home_fetch = fetch
        self.again.remember(target, fetch)

    def home_was_read(self, home: str) -> bool:
        """Whether the page behind the registered address is among the pages."""
        if self.was_read(home):
            return True
        return self.home_fetch is not None and self.was_read(self.home_fetch.final_url)


def _is_page(fetch: Fetch) -> bool:
    if not is_readable(fetch.content_type):
        return False
    return bool(fetch.content_type) or fetch.magic == "html"


def _arrival(fetch: Fetch) -> Fetch:
    """The look at the address that a redirect ended at, as a look of its own."""
    return Fetch(
        url=fetch.final_url, look=1, at=fetch.at, status=fetch.status, reason=fetch.reason, detail=fetch.detail,
        final_url=fetch.final_url, content_type=fetch.content_type, size=fetch.size, truncated=fetch.truncated,
        magic=fetch.magic, address=fetch.address, seconds=fetch.seconds, headers=fetch.headers,
        revalidated=fetch.revalidated, original=fetch.original,
    )  # fmt: skip
