"""A run and the plan by which each of its sites is crawled. Plain data, stored with the facts."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import Literal

import msgspec

from govaudit.inspection.site import Site

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Official time of all inspections; China has had no other and no daylight saving since 1991."""

DEFAULT_USER_AGENT = "Mozilla/5.0 (compatible; govaudit/0.1; government website inspection)"

Family = Literal["auto", "4", "6"]
Nofollow = Literal["ignore", "respect"]
BrowserMode = Literal["auto", "never", "always"]
Archive = Literal["all", "flagged", "none"]
"""Whose bodies stay stored when a run was judged."""


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """How requests are made. ``resolve``: curl's meaning, ``host:port`` → addresses. ``rate``: requests a second
    and host, 0 = unlimited. ``headers``/``cookies`` never reach a report."""

    resolve: dict[str, tuple[str, ...]] = {}
    nameserver: str = ""
    connect_port: dict[str, int] = {}
    """``host:port`` → the port that is really connected to: served folders and the demo portals."""
    rate: float = 5.0
    concurrency: int = 8
    family: Family = "auto"
    browser: BrowserMode = "auto"
    user_agent: str = DEFAULT_USER_AGENT
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[str, ...] = ()
    ignore_robots: bool = False
    nofollow: Nofollow = "ignore"
    """``respect``: links marked ``nofollow`` are treated as if they were not there."""
    hours: str = ""
    """The only hours to ask in, Beijing time: ``22:00-06:00``; empty: any."""
    allow_private: bool = False
    connect_timeout: float = 10.0
    timeout: float = 15.0
    longest_outage: float = 300.0
    """Seconds without an answer from anybody after which the crawl breaks off; it goes on at the next start."""
    max_body_bytes: int = 20_000_000
    """Larger pages are cut and recorded as ``too-large``."""
    probe_bytes: int = 65_536
    """How much of a resource, attachment or external target is read to know its type."""
    trust: str = ""
    """File of certificates (PEM) that are trusted beside the public authorities and those of the system."""
    ipv6_controls: tuple[str, ...] = ()
    """Hosts (``host`` or ``host:port``) that are known to have IPv6: connected to when a site is silent over IPv6 and
    nothing else shows that this machine's IPv6 works."""
    stand_ins: dict[str, str] = {}
    """Origin (``https://www.x.gov.cn``) → origin that is really asked in its place: staging servers, served folders.
    Facts know the first one only."""
    client_certificate: str = ""
    """File (PEM) of the certificate that is shown to the inspected site; with ``client_key``, its key's file, and that
    key's password."""
    client_key: str = ""
    client_key_password: str = ""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one site's crawl; 0 means no limit."""

    max_pages: int = 20_000
    max_depth: int = 0
    max_seconds: float = 0.0
    browser_pages: int = 200
    """Pages that a browser opens when it is used where it is needed (``auto``)."""
    screenshots: int = 10
    """Flagged places that a browser takes a picture of when the site was judged; here 0 means none."""
    screenshot_seconds: float = 60.0
    """How long that may take."""
    sights: int = 0
    """Pages that a browser looks at for what only it can tell: accessibility, hidden links, narrow screens."""


class FamilySizes(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a site is asked for over each address family; 0: nothing of that sort.

    ``samples``: visits of the home page a family; ``interval``: mean seconds between two of them;
    ``second_level``, ``third_level``: pages opened over IPv6; ``hosts``: hosts of others whose records are asked for;
    ``contents``: the home page is compared.
    """

    samples: int = 0
    interval: float = 60.0
    second_level: int = 0
    third_level: int = 0
    hosts: int = 0
    contents: bool = False


class SearchSizes(msgspec.Struct, frozen=True, kw_only=True):
    """What the site's own search is asked. ``titles``: of articles; ``days``: age of an article that an index has to
    know."""

    titles: int = 0
    days: int = 14


class CrawlPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the crawl of one site depends on. A run resumes only under the same plan.

    ``measures``: facts beyond pages that the due checks read (``ipv6``); a check whose facts were not planned
    answers ``inconclusive: not-measured``. ``other_hosts``: hosts registered by other sites of the list.
    ``start_urls``: further addresses to begin with.
    """

    run: str
    site: Site
    as_of: datetime
    seed: int
    network: Network = Network()
    budget: Budget = Budget()
    measures: tuple[str, ...] = ()
    other_hosts: tuple[str, ...] = ()
    start_urls: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    """``name sha256:…`` of the rule books the run was planned for."""
    earlier: str = ""
    """The run whose answers of this site are confirmed where they still hold; empty: everything is fetched."""
    families: FamilySizes = FamilySizes()
    revisited: tuple[str, ...] = ()
    """Places of a finished crawl that are visited once more; only new pages and files that they lead to are visited
    besides, no further. Empty: an ordinary crawl."""
    search: SearchSizes = SearchSizes()

    def differences(self, other: CrawlPlan) -> list[str]:
        """What of the things that a run freezes is not the same in ``other``. Speed, addresses to connect to and
        credentials may change between a run and its resumption; what is measured may not."""
        frozen = ("run", "site", "as_of", "seed", "budget", "measures", "start_urls", "profiles")
        changed = [name for name in frozen if getattr(self, name) != getattr(other, name)]
        return changed + [
            name
            for name in ("family", "browser", "nofollow")
            if getattr(self.network, name) != getattr(other.network, name)
        ]

    def without_secrets(self) -> CrawlPlan:
        """The plan as it is stored: headers, cookies and keys may be credentials and stay out of every file."""
        bare = msgspec.structs.replace(
            self.network,
            headers=(), cookies=(), client_certificate="", client_key="", client_key_password="",
        )  # fmt: skip
        return msgspec.structs.replace(self, network=bare)


class CrawlState(msgspec.Struct, frozen=True, kw_only=True):
    """How the crawl of a site ended. ``finished_at``: UTC seconds, 0 while it runs or after a kill;
    ``network_lost``: it broke off because our own network was gone; ``revalidated``: answers of an earlier run
    were taken over; ``contradicted``: the address at which the site's word about them proved untrue;
    ``archive``: whose bodies are still stored: ``all`` pages', those of ``flagged`` ones, ``none``."""

    started_at: float = 0.0
    finished_at: float = 0.0
    interrupted: bool = False
    blocked_from: tuple[str, ...] = ()
    """Own addresses from which requests met a wall, as the machine sees them."""
    problem: str = ""
    """A named reason with detail when the home page could not be read: ``timeout: no answer within 15 s``."""
    network_lost: bool = False
    revalidated: bool = False
    contradicted: str = ""
    archive: Archive = "all"

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do: a crawl that broke off goes on at the next start."""
        return self.finished_at > 0 and not self.interrupted and not self.network_lost


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a running crawl tells its onlookers."""

    site: str
    stage: Literal[
        "probe", "crawl", "browser", "second-look", "capture", "paused", "done", "interrupted", "failed"
    ]
    fetched: int = 0
    pages: int = 0
    waiting: int = 0
    failed: int = 0
    detail: str = ""


def nameserver_address(written: str) -> tuple[str, int]:
    """``addr``, ``addr:port``, ``[addr]:port`` → address and port. Raises ``ValueError`` for anything else."""
    address, port = written, "53"
    if written.startswith("["):
        address, _, rest = written[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif written.count(":") == 1:
        address, _, port = written.partition(":")
    number = int(port)
    if not 0 < number < 65_536:
        raise ValueError(f"no port: {port}")
    return str(ip_address(address)), number


def seed_of(run: str, site_key: str) -> int:
    """The seed of all choices in a site's run: the same for the same run and site."""
    return int.from_bytes(hashlib.sha256(f"{run}\n{site_key}".encode()).digest()[:6], "big")


def quarter_of(moment: datetime) -> str:
    """Name of the quarterly run that ``moment`` falls in: ``2026Q4``."""
    local = moment.astimezone(BEIJING)
    return f"{local.year}Q{(local.month - 1) // 3 + 1}"


def parse_moment(text: str) -> datetime:
    """An ISO moment; without offset it is Beijing time, a bare date is the end of that day.

    Raises ``ValueError`` for anything else.
    """
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-11-22"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
