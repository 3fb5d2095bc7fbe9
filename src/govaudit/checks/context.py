"""What a check may look at: a site's facts and the moment at which they are judged."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from govaudit.inspection.facts import Link, PageKind
from govaudit.inspection.own_tables import NO_TABLES, OwnTables
from govaudit.inspection.site_facts import Looks, Pages, SiteFacts, Targets
from govaudit.inspection.urls import canonical
from govaudit.inspection.watch_log import WatchWindow
from govaudit.inspection.word_lists import WordLists
from govaudit.inspection.workdays import WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.peers import Peer
    from govaudit.inspection.profile import Profile
    from govaudit.inspection.site import Site, SiteScope

_T = TypeVar("_T")

JUDGED_KINDS = frozenset(PageKind) - {PageKind.STUB, PageKind.ERROR, PageKind.CHALLENGE}
"""Kinds of page that a visitor reads; the others carry no marks, labels or dates to judge."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A link with the page it stands on. ``kind``: that page's."""

    page: str
    depth: int
    link: Link
    kind: str = ""


@dataclass
class Context:
    """Facts of one site, as of one moment. Everything derived is worked out once and shared by the checks."""

    facts: SiteFacts
    site: Site
    scope: SiteScope
    as_of: datetime
    profile: Profile
    registry: tuple[Site, ...] = ()
    previous: SiteFacts | None = None
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    ipv6_witness: str = ""
    """What another site of the run reached over IPv6 at about the same time; empty: nothing is known of that."""
    tables: OwnTables = NO_TABLES
    word_lists: WordLists = field(default_factory=WordLists)
    peers: tuple[Peer, ...] = ()
    """Other sites of the run that matter to this one, as far as they have told anything."""
    _derived: dict[Callable[[Context], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def derived(self, work: Callable[[Context], _T]) -> _T:
        """What ``work`` makes of this context, worked out on first use and shared by all checks."""
        if work not in self._derived:
            self._derived[work] = work(self)
        made: _T = self._derived[work]
        return made

    @cached_property
    def pages(self) -> Pages:
        """Own pages that were read and are pages for a visitor, nearest to the home page first.

        Go through them as often as need be, and keep numbers or addresses, not pages: there may be a million. What
        tells few of them apart (``kind``, ``depth``, ``url``) is cheaper to ask for than ``reading``."""
        own = (
            page.url_id
            for page in self.facts.pages()
            if page.kind in JUDGED_KINDS and self.scope.owns(page.final_url)
        )
        return Pages(self.facts, array("I", own))

    @cached_property
    def home(self) -> StoredPage | None:
        """The home page, if it could be read."""
        return next((page for page in self.pages if page.kind is PageKind.HOME), None)

    @cached_property
    def home_url(self) -> str:
        """Canonical registered address."""
        return canonical(self.site.url) or self.site.url

    @cached_property
    def watch(self) -> WatchWindow | None:
        """The watch log of the days before ``as_of``, as it was copied into the run; ``None`` without one."""
        copies = self.facts.probes("watch")
        return msgspec.convert(copies[-1].result, WatchWindow) if copies else None

    @cached_property
    def looks(self) -> Looks:
        """Every visited address with its looks, first to last."""
        return Looks(self.facts)

    @cached_property
    def targets(self) -> Targets:
        """Every visited address with the way it was treated."""
        return Targets(self.facts)

    @cached_property
    def framed(self) -> frozenset[str]:
        """Addresses that are referred to as the content of frames, and as nothing else."""
        return frozenset(self.facts.only_framed())

    def page_kinds(self) -> dict[str, int]:
        """How many pages of each kind were read."""
        return dict(sorted(Counter(page.kind.value for page in self.pages).items()))
