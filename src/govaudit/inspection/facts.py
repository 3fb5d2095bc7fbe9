"""Facts: what the crawl saw, never what it means. Plain records that the fact store keeps and checks read.

All of them are ``msgspec`` structs encoded as arrays: new fields go to the end and need a default, so that
a stored run stays readable. Dates are ISO text (``2026-09-30`` or ``2026-09-30 11:18``) as the page shows them.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec

from govaudit.inspection.forms import Form
from govaudit.inspection.page_text import PageText
from govaudit.inspection.private_numbers import PrivateNumber
from govaudit.inspection.verdict import Reason


class PageKind(StrEnum):
    """What a page is for a visitor."""

    HOME = "home"
    COLUMN = "column"
    ARTICLE = "article"
    DOCUMENT = "document"
    GUIDE = "guide"
    MESSAGE_BOARD = "message-board"
    MESSAGE = "message"
    SEARCH = "search"
    DISCLOSURE_PLATFORM = "disclosure-platform"
    ERROR = "error"
    CHALLENGE = "challenge"
    STUB = "stub"
    """Frames, framesets' shells, redirect and refresh stubs, printed versions: not pages to judge."""
    OTHER = "other"


class Lane(StrEnum):
    """How the crawl treats a target: ``page`` is read, the others are only opened."""

    PAGE = "page"
    RESOURCE = "resource"
    ATTACHMENT = "attachment"
    EXTERNAL = "external"


class Tag(IntEnum):
    """What refers to a target. The numbers are stored: never renumber."""

    A = 1
    AREA = 2
    FORM = 3
    """A form that asks (``method="get"``): its address is opened without the fields."""
    POST = 4
    """A form that sends something: recorded, never opened."""
    IMAGE = 10
    STYLE = 11
    SCRIPT = 12
    FRAME = 13
    FONT = 14
    MEDIA = 15
    OBJECT = 16
    ICON = 17
    REFRESH = 20
    SCRIPTED = 21
    """A literal address in ``onclick``, ``location.href`` or ``javascript:``."""
    CANONICAL = 22
    """``link rel=canonical|alternate|next|prev``: followed, but not something a visitor clicks."""
    ANNOUNCED = 23
    """What only machines read: JSON-LD, site maps, feeds. Followed, never a fault of the page."""


RESOURCE_TAGS = frozenset(
    {Tag.IMAGE, Tag.STYLE, Tag.SCRIPT, Tag.FRAME, Tag.FONT, Tag.MEDIA, Tag.OBJECT, Tag.ICON}
)
NAVIGATION_TAGS = frozenset({Tag.A, Tag.AREA, Tag.FORM, Tag.REFRESH, Tag.SCRIPTED})


class RawLink(msgspec.Struct, frozen=True, array_like=True):
    """A reference as the page writes it: ``raw`` is the attribute's value, ``text`` what a visitor sees."""

    tag: int
    raw: str
    text: str = ""


class Link(msgspec.Struct, frozen=True, array_like=True):
    """A reference with the address it leads to. ``url``: canonical without fragment; ``None``: malformed or
    not a web address (then ``raw`` says what was written)."""

    tag: int
    url: str | None
    raw: str
    text: str
    fragment: str = ""


class Label(msgspec.Struct, frozen=True, array_like=True):
    """A ``<meta name=… content=…>`` of the page, name and content as written."""

    name: str
    content: str


class Crumb(msgspec.Struct, frozen=True, array_like=True):
    """One step of the breadcrumb trail (当前位置), home page first, the page's own title not included.
    ``url`` absolute, empty for plain text."""

    text: str
    url: str = ""


class MenuEntry(msgspec.Struct, frozen=True, array_like=True):
    """An entry of the navigation. ``path``: texts from the top entry down to this one, itself included."""

    text: str
    url: str
    path: tuple[str, ...]


class DateSource(StrEnum):
    """Where a date was read, most trusted first."""

    VISIBLE = "visible"
    """Beside the title or with a label such as 发布时间."""
    TABLE = "table"
    """A labelled cell (发布日期, 生成日期 …) of the document's table."""
    LABEL = "label"
    """The ``PubDate`` meta label."""
    LIST = "list"
    """The entry of a list that leads here."""
    URL = "url"
    HEADER = "header"
    """Last-Modified."""


class DateCandidate(msgspec.Struct, frozen=True, array_like=True):
    """A date that a page shows. ``value``: ISO date, with ``HH:MM`` when shown; ``confidence``: 0–1;
    ``text``: as written, with its label; ``label``: the label's word (发布时间), empty when there is none."""

    value: str
    source: DateSource
    confidence: float
    text: str = ""
    label: str = ""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """An entry of a list. ``date``: ISO date, empty when the entry shows none; ``date_text``: as written;
    ``url``: absolute, empty when the entry is no link; ``heading``: name of the block it stands in."""

    title: str
    url: str
    date: str = ""
    date_text: str = ""
    heading: str = ""


class MarkKind(StrEnum):
    """What a government site has to show on every page."""

    PARTY_GOVERNMENT = "party-government"
    SITE_CODE = "site-code"
    ICP = "icp"
    POLICE = "police"
    SPONSOR = "sponsor"
    ORGANISER = "organiser"
    CONTACT = "contact"
    ERROR_REPORT = "error-report"
    IPV6_STATEMENT = "ipv6-statement"
    SITE_MAP = "site-map"


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A mark that the page carries. ``value``: normal form (number without spaces, name), ``text``: as written,
    ``url``: the address it links to or loads, empty when none."""

    kind: MarkKind
    value: str
    text: str = ""
    url: str = ""


class Charset(msgspec.Struct, frozen=True, array_like=True):
    """``used``: what the bytes are and were decoded with; declarations as written; ``damaged``: how many characters
    could not be decoded; ``shown``: what a browser decodes with, because it believes declarations, empty when nothing
    is declared and it has to guess. Where the two differ visitors see rubbish. Names of the WHATWG standard in small
    letters."""

    used: str
    header: str = ""
    meta: str = ""
    bom: bool = False
    contradiction: bool = False
    damaged: int = 0
    shown: str = ""


class Material(msgspec.Struct, frozen=True, array_like=True):
    """One thing that a guide asks applicants to bring.

    ``original`` (原件, 复印件, 原件和复印件), ``copies`` (份数) and ``medium`` (纸质, 电子, 纸质或电子): as far as the
    guide says them, else empty; ``urls``: of forms and samples offered with it,
    empty ones where only a script knows the address; ``text``: all that is said of it."""

    name: str
    original: str = ""
    copies: str = ""
    medium: str = ""
    urls: tuple[str, ...] = ()
    text: str = ""


class GuideLink(msgspec.Struct, frozen=True, array_like=True):
    """A link or picture inside an element. ``url``: absolute, empty when it leads to no web address;
    ``picture``: an image stands there, whose text nobody has read."""

    element: str
    text: str
    url: str
    picture: bool = False


class GuideReading(msgspec.Struct, frozen=True, array_like=True):
    """A service guide (办事指南). ``elements``: canonical element name → its text as shown, empty text kept;
    ``materials``: what 办理材料 lists, one by one, as far as it could be told apart; ``links``: of its elements;
    ``from_data``: read from data in the page from which a script makes the guide; ``repeated``: elements that stand
    there once more with another text, and that text."""

    name: str
    code: str
    elements: dict[str, str]
    materials: tuple[Material, ...] = ()
    links: tuple[GuideLink, ...] = ()
    from_data: bool = False
    repeated: tuple[tuple[str, str], ...] = ()


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The head of a page. ``there``: the page has one; ``names``: what it says that reads like the name of a site, in
    words or as the words of a picture; none where its name is drawn in a way that cannot be read."""

    there: bool
    names: tuple[str, ...] = ()


class Concealed(msgspec.Struct, frozen=True, array_like=True):
    """A link that visitors do not see, or a script that hides something from them. ``how``: name of the sign; ``raw``:
    the address as written, empty for scripts; ``text``: of the link, or the beginning of the script."""

    how: str
    raw: str
    text: str


class Reading(msgspec.Struct, array_like=True):
    """What one page says.

    ``scripted``: parts that only a script writes (``footer``, ``navigation``, ``list``, ``guide``, ``page``): what is
    absent there is unknown, not missing. What was seen in a browser lacks the parts that the browser answered;
    ``more``: a script shows further pages of the list, which were not all looked at.
    ``challenge``: signature of the wall that answered instead of the page.
    ``empty_text``: the words with which a column says that it has nothing (暂无内容).
    ``columns``: names under which the page presents itself as a column (heading, own title part).
    """

    kind: PageKind
    kind_reasons: tuple[str, ...]
    title: str
    charset: Charset
    labels: tuple[Label, ...] = ()
    breadcrumb: tuple[Crumb, ...] = ()
    navigation: tuple[MenuEntry, ...] = ()
    marks: tuple[Mark, ...] = ()
    items: tuple[Item, ...] = ()
    dates: tuple[DateCandidate, ...] = ()
    published: DateCandidate | None = None
    source: str = ""
    heading: str = ""
    next_page: str = ""
    guides: tuple[GuideReading, ...] = ()
    empty_text: str = ""
    text_length: int = 0
    scripted: tuple[str, ...] = ()
    challenge: str = ""
    base: str = ""
    language: str = ""
    date_like: bool = False
    """Some text outside header and footer looks like a date, whether or not it was understood."""
    refresh: str = ""
    """Target of a meta refresh or script redirect that leaves the page at once."""
    digest: bytes = b""
    """Of the page's text, then of its text without digits, 8 bytes each; empty for a page without text."""
    text: PageText = PageText()
    """All that it says. Of a stored page it is read apart (``StoredPage.text``)."""
    head: Head | None = None
    """``None`` where nobody looked."""
    private: tuple[PrivateNumber, ...] = ()
    """Numbers of persons that were in it; they are masked in all the rest. Of a stored page: the probe ``private``."""
    concealed: tuple[Concealed, ...] = ()
    """What it conceals from visitors. Of a stored page: the probe ``concealed``."""
    forms: tuple[Form, ...] = ()
    """What visitors can fill in. Of a stored page: the probe ``forms``."""


class Rendering(msgspec.Struct, frozen=True, array_like=True):
    """One look at a page with a browser. ``browser``: its name and version; ``status`` 0: no answer, ``reason`` says
    why; ``settled``: everything that the page loads was there; ``list_pages``: pages of its list that were looked
    at; ``failed``: requests of its scripts that were not answered well, each with what happened; ``complaints``:
    errors of its scripts. ``at``: UTC seconds; ``seconds``: whole duration."""

    at: float
    browser: str
    seconds: float = 0.0
    status: int = 0
    reason: Reason | None = None
    detail: str = ""
    settled: bool = False
    list_pages: int = 1
    failed: tuple[tuple[str, str], ...] = ()
    complaints: tuple[str, ...] = ()


class Hop(msgspec.Struct, frozen=True, array_like=True):
    """One step of a redirect chain: the address that answered and its status."""

    url: str
    status: int


class Revalidated(msgspec.Struct, frozen=True, array_like=True):
    """The server said that a stored answer still holds, which stands in for this look. ``status``: what was really
    sent (304); ``run``: the run whose answer it was; ``since``: when the body came, UTC seconds."""

    status: int
    run: str
    since: float


class Fetch(msgspec.Struct, kw_only=True):
    """One look at one target.

    ``status`` 0: no answer, ``reason`` says why; ``reason`` is also set for answers that could not be used
    (blocked, server error). ``look``: 1, 2 …; ``at``: UTC seconds; ``seconds``: whole duration;
    ``size``: bytes received (decoded); ``content_type``: as sent; ``magic``: type told by the first bytes;
    ``title``, ``heading``: of a page outside the site, or in the place of a file.
    """

    url: str
    look: int = 1
    at: float = 0.0
    status: int = 0
    reason: Reason | None = None
    detail: str = ""
    final_url: str = ""
    hops: tuple[Hop, ...] = ()
    content_type: str = ""
    size: int = 0
    truncated: bool = False
    magic: str = ""
    address: str = ""
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    revalidated: Revalidated | None = None
    """Set where everything but address, time and duration speaks of an earlier answer."""
    title: str = ""
    heading: str = ""
    original: str = ""
    """SHA-256 of the body as it came, where the stored one has private numbers masked."""

    @property
    def opened(self) -> bool:
        """Whether a visitor would have seen the thing itself."""
        return self.reason is None and 200 <= self.status < 300


class Skipped(StrEnum):
    """Why a discovered address was not visited."""

    ROBOTS = "robots"
    BUDGET = "budget"
    SCOPE = "scope"
    TRAP = "trap"
    ACTION = "action"
    """A link that acts (logout, delete): never followed."""
    PRIVATE = "private"
    """An address inside a private network: refused."""
    HOST_DOWN = "host-down"
    """Its host had stopped answering; asking on would only have cost time-outs."""
    DUPLICATE = "duplicate"
    """A copy of a page that was read at another address (http/https, ``www.``, index file, idle parameter)."""


class Probe(msgspec.Struct, kw_only=True):
    """One measurement outside the crawl. ``kind``: ``dns``, ``reach``, ``self-check``, ``watch`` (the copy of a part of
    the watch log: ``watch_log.WatchWindow``); ``subject``: host or address;
    ``result``: plain data, its shape documented by the probe module that writes it."""

    kind: str
    subject: str
    at: float
    result: dict[str, object]
