"""What one finding rests on, so that a few visits prove or disprove it: pages, target, lists, probes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.facts import Lane, PageKind
from govaudit.inspection.urls import canonical, without_fragment
from govaudit.reports.findings_json import seen_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.site import SiteScope
    from govaudit.inspection.site_facts import SiteFacts

BY_LOG = frozenset({"AVL001", "AVL002"})
"""Days of the watch log decide, no visit does."""
FIRST_PAGES = 20
"""So many of the pages of a finding are visited first; the others when the first do not show it any more."""
_AT_TARGET = frozenset({"LNK001", "LNK002", "LNK003", "LNK004", "LNK005", "LNK006", "LNK010"})
"""The address is at fault, wherever it is linked from."""
_NEW_PAGES = 40
"""New pages that are visited for a finding that new content may mend."""
_MOST_AROUND = 150
"""Pages of the navigation in which something missing is looked for."""
_LINKING = 20

_ANYWHERE = frozenset(
    {
        "COL001", "COL003", "DOC001", "DOC007", "DOC009", "DOC010", "DOC013", "DOC014", "DOC015", "DOC016",
        "DOC017", "DOC019", "DOC021", "FRE001", "GUI001", "INT001", "INT005", "INT006", "SCH001",
    }
)  # fmt: skip
"""What is missed may stand wherever the navigation leads to."""
_GROWING = ("COL", "DOC", "FRE", "GUI", "INT")
"""New content mends what these find."""
_LINKED = frozenset({"DOC002", "FRE006"})
"""What other pages say of this one counts."""
_WITH_FILES = frozenset({"GUI006"})

_NAME_KINDS = ("self-check", "dns", "reach", "port", "zone", "name-server")
_PROBES: dict[str, tuple[str, ...]] = {
    "ACC001": ("sight",),
    "ACC003": ("sight",),
    "AVL003": (*_NAME_KINDS, "samples"),
    "IP6004": (*_NAME_KINDS, "samples"),
    "IP6005": (*_NAME_KINDS, "contents", "ipv6-level"),
    "IP6006": (*_NAME_KINDS, "contents", "ipv6-level"),
    "IP6007": (*_NAME_KINDS, "contents", "ipv6-level"),
    "IP6008": (*_NAME_KINDS, "host-records"),
    "IP6009": (*_NAME_KINDS, "samples"),
    "LNK005": ("not-found",),
    "LNK006": ("not-found",),
    "LNK007": ("fragments",),
    "LNK009": ("leave-prompt",),
    "SCH001": ("search", "search-box"),
    "SCH002": ("search", "search-box"),
    "SEC001": ("sight",),
    "SEC004": ("tls", "home-answer"),
    "SEC005": ("tls", "home-answer"),
    "SEC006": ("tls", "home-answer"),
}


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """``target``: the address that is at fault itself, empty where pages are; ``pages``: those to visit, all of them
    have to be read before a fault is gone; ``around``: where else to look for what is missing; ``follow``: new pages to
    visit; ``probes``: kinds of measurements to repeat."""

    target: str = ""
    pages: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    follow: int = 0
    probes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every address to visit, each once."""
        return tuple(dict.fromkeys((*([self.target] if self.target else []), *self.pages, *self.around)))

    def with_pages(self, urls: tuple[str, ...]) -> Places:
        """The same with further pages."""
        return msgspec.structs.replace(self, pages=tuple(dict.fromkeys((*self.pages, *urls))))


def places_of(finding: Finding, facts: SiteFacts, scope: SiteScope, *, most: int = FIRST_PAGES) -> Places:
    """What to visit for a finding, by the stored ``facts`` of its site. ``most``: of the pages it stands on."""
    if finding.check in BY_LOG:
        return Places()
    target = _address(finding.subject)
    on = addresses_of(finding)[:most]
    if finding.check in _AT_TARGET and target:
        return Places(target=target, pages=tuple(on), probes=_PROBES.get(finding.check, ()))
    told = [str(value) for value in finding.arguments.values() if isinstance(value, str)]
    known = (one for one in _addresses([finding.page, finding.subject, *told]) if _was_visited(facts, one))
    pages = dict.fromkeys([*on, *known])
    if finding.check in _LINKED:
        pages |= dict.fromkeys(islice(_pages_linking(facts, set(pages)), _LINKING))
    if finding.check in _WITH_FILES:
        pages |= dict.fromkeys(file for page in on for file in _files_of(facts, page))
    probes = _PROBES.get(finding.check, _NAME_KINDS if finding.check.startswith("IP6") else ())
    return Places(
        pages=tuple(pages),
        around=_around(facts, scope, set(pages)) if finding.check in _ANYWHERE else (),
        follow=_NEW_PAGES if finding.check.startswith(_GROWING) else 0,
        probes=probes,
    )


def more_pages(finding: Finding, visited: Iterable[str], most: int) -> tuple[str, ...]:
    """Pages on which ``finding`` is said to stand and that were not visited; none when one of those that were shows
    it."""
    seen = set(visited)
    on = addresses_of(finding)
    if not on or not seen.isdisjoint(on):
        return ()
    return tuple(on[:most])


def addresses_of(finding: Finding) -> list[str]:
    """Canonical addresses of the pages on which a finding stands, home page first."""
    return list(dict.fromkeys(_addresses(seen_on(finding))))


def _address(written: str) -> str:
    url = canonical(written) if written.startswith(("http://", "https://")) else None
    return without_fragment(url) if url else ""


def _addresses(written: Iterable[str]) -> Iterator[str]:
    return (url for one in written if (url := _address(one)))


def _was_visited(facts: SiteFacts, url: str) -> bool:
    return facts.visited_target(url) is not None


def _pages_linking(facts: SiteFacts, targets: set[str]) -> Iterator[str]:
    """Pages with a reference to one of ``targets``, nearest to the home page first."""
    leading = {number for number, link in facts.every_anchor() if link.url in targets}
    for page, numbers in facts.references():
        if page.url not in targets and not leading.isdisjoint(numbers):
            yield page.url


def _files_of(facts: SiteFacts, url: str) -> list[str]:
    page = facts.page(url)
    if page is None:
        return []
    links = {link.url for link in facts.links(page.url_id) if link.url}
    found = (facts.visited_target(link) for link in sorted(links))
    return [target.url for target in found if target is not None and target.lane is Lane.ATTACHMENT]


def _around(facts: SiteFacts, scope: SiteScope, but: set[str]) -> tuple[str, ...]:
    """Own pages that the navigation of the home page leads to, then the columns nearest to it."""
    led_to = (
        entry.url for page in facts.pages(PageKind.HOME) for entry in page.reading.navigation if entry.url
    )
    columns = (page.url for page in facts.pages(PageKind.COLUMN))
    own = (url for url in (*_addresses(led_to), *columns) if scope.owns(url) and url not in but)
    return tuple(islice(dict.fromkeys(url for url in own if _was_visited(facts, url)), _MOST_AROUND))
