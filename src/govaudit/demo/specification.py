"""What a demo portal is made of: the data files of ``demo/data``, typed and checked when they are loaded."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.yaml_text import YamlDocument, load_yaml

PORTALS = ("yunlan", "zjj", "qinghu")
"""Names of the portals' data files, in the order of the site list."""

PageKind = Literal["home", "column", "article", "guide", "message", "search", "map"]
"""The kinds of page that footers and labels may differ by."""

Slot = Literal["head", "banner", "content", "footer"]
"""Where a page takes additional HTML."""

DateStyle = Literal["dashes", "brackets", "slashes", "chinese", "blocks", "none"]


class Data(BaseModel):
    """A part of a data file. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _titled(value: Any) -> Any:
    return {"title": value} if isinstance(value, str) else value


class Entry(Data):
    """An article. ``number``: 文号 of a document; ``explains``: 文号 of the document that an interpretation is about.
    ``files``: names of attachments as shown; ``picture``: file under ``images/``."""

    title: str
    number: str = ""
    explains: str = ""
    validity: str = "有效"
    topic: str = ""
    source: str = ""
    files: tuple[str, ...] = ()
    picture: str = ""
    paragraphs: tuple[str, ...] = ()


class Guide(Data):
    """A service guide. ``elements``: name as the page shows it → text; they replace the defaults of the column."""

    title: str
    code: str
    updated: date
    form: Literal["table", "sections"] = "table"
    elements: dict[str, str] = {}
    files: tuple[str, ...] = ()


class Message(Data):
    """A citizen's message. ``asked``/``answered``: days before the base day, negative ones after it;
    ``shown_open``: it is public before it is answered; ``unit_shown``: its page names the unit that answered."""

    title: str
    question: str
    answer: str
    unit: str
    asked: int
    answered: int
    shown_open: bool = False
    unit_shown: bool = True


class Leader(Data):
    """A leader with post, duties and career."""

    name: str
    post: str
    duties: str
    career: str


class Section(Data):
    """A headed part of a static page."""

    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


Entries = tuple[Annotated[Entry, BeforeValidator(_titled)], ...]


class Column(Data):
    """A column of the site. ``path``: below its parent, ``/`` at the end.

    ``entries`` are newest first, ``newest`` days before the base day and ``every`` days apart; ``later`` appears
    between the base day and the next quarter, its newest ``later_newest`` days before that quarter's moment.
    ``note``: what the page says above its entries. ``shows``: path of the group whose columns a group page shows.
    """

    path: str
    name: str
    kind: Literal["group", "list", "documents", "guides", "text", "leaders", "messages", "platform"]
    type: str = ""
    description: str = ""
    keywords: str = ""
    menu: bool = True
    dates: DateStyle = "dashes"
    per_page: int = 12
    source: str = ""
    bank: str = ""
    newest: int = 0
    every: int = 7
    entries: Entries = ()
    later_newest: int = 1
    later: Entries = ()
    sections: tuple[Section, ...] = ()
    defaults: dict[str, str] = {}
    guides: tuple[Guide, ...] = ()
    messages: tuple[Message, ...] = ()
    leaders: tuple[Leader, ...] = ()
    note: str = ""
    shows: str = ""
    children: tuple[Column, ...] = ()


class HomeBlock(Data):
    """A block of the home page: ``columns`` are paths whose newest ``count`` entries are shown."""

    style: str
    columns: tuple[str, ...]
    count: int = 6


class Link(Data):
    """A link of the home page's foot (政府网站群) or of another fixed place."""

    text: str
    url: str


class Portal(Data):
    """A portal. ``article_url``: pattern with ``{column}``, ``{date:…}``, ``{id}``. ``footer``: mark → its HTML."""

    key: str
    host: str
    name: str
    short_name: str
    code: str
    sponsor: str
    region: str
    level: str
    kind: Literal["portal", "department"]
    encoding: Literal["utf-8", "gbk"] = "utf-8"
    content_type: str
    visible_date: str = "%Y-%m-%d %H:%M"
    traditional: bool = False
    theme: str
    slogan: str
    office: str
    recipients: str
    agency_code: str
    article_url: str
    search_path: str
    words: dict[str, str]
    footer: dict[str, str]
    home: tuple[HomeBlock, ...]
    friends: tuple[Link, ...] = ()
    quick: tuple[Link, ...] = ()
    columns: tuple[Column, ...]


class Host(Data):
    """A host that the portals link to. ``paths``: path → text of its page (or script, or name of a badge);
    ``closed``: its port refuses connections; ``plain_tls``: its port 443 speaks no TLS."""

    host: str
    title: str
    paths: dict[str, str] = {}
    closed: bool = False
    plain_tls: bool = False


class InsertPlant(Data):
    """HTML that is added to a page (path), or to all pages (``*``)."""

    page: str
    slot: Slot = "content"
    html: str


class AnswerPlant(Data):
    """How the server answers for one path: with ``body`` (HTML), or like the path ``copy_of``.

    ``host``: one of the other hosts. ``first_status``: for the first request only; ``head_status``: for HEAD;
    ``encoded_query``: 404 unless the query holds these bytes, percent-encoded.
    """

    host: str = ""
    path: str
    status: int = 200
    location: str = ""
    content_type: str = ""
    body: str = ""
    copy_of: str = ""
    first_status: int = 0
    head_status: int = 0
    encoded_query: str = ""


class ColumnPlant(Data):
    """A change of a column (path from the root). ``blank``: no entry at all; ``note``: what the page says above or
    instead of its entries; ``remove``: the column is not there; ``rows``: of a static page, that it lacks (``~``) or
    that say something else."""

    path: str
    blank: bool = False
    note: str = ""
    remove: bool = False
    rows: dict[str, str | None] = {}


class ArticlePlant(Data):
    """A change of one article, by title. ``date``: text in place of the publish date and its label; ``facts``: rows of
    a document's table that it lacks (``null``) or shows otherwise; ``linked``: false when it does not lead to its
    interpretation, or to the document that it interprets;
    ``signed``: ISO day under the text of a document."""

    title: str
    date: str | None = None
    labels: dict[str, str | None] = {}
    facts: dict[str, str | None] = {}
    linked: bool = True
    signed: str = ""


class FooterPlant(Data):
    """Marks that the given kinds of page lack (``null``) or write otherwise."""

    kinds: tuple[PageKind, ...] = ()
    column: str = ""
    marks: dict[str, str | None]


class LabelPlant(Data):
    """Meta labels that the given kinds of page lack (``null``) or write otherwise. ``column``: only below that path."""

    kinds: tuple[PageKind, ...] = ()
    column: str = ""
    labels: dict[str, str | None]


class GuidePlant(Data):
    """Elements that a guide lacks (``null``) or leaves empty."""

    title: str
    elements: dict[str, str | None]


class NetworkPlant(Data):
    """Records of the portal's host, and whether its server listens over IPv6. ``refuses_https``: the port is closed;
    ``bare``: its answers bear none of the headers that protect visitors."""

    host: str = ""
    records: dict[str, tuple[str, ...]] = {}
    behaviour: str = ""
    listens_on_ipv6: bool = True
    refuses_https: bool = False
    bare: bool = False


class SearchPlant(Data):
    """Titles that the portal's search does not find; ``gone``: there is no search at all."""

    misses: tuple[str, ...] = ()
    gone: bool = False


class Plant(Data):
    """One thing that is done to a portal to plant a fault or near miss: exactly one of the parts is given."""

    insert: InsertPlant | None = None
    answer: AnswerPlant | None = None
    column: ColumnPlant | None = None
    article: ArticlePlant | None = None
    footer: FooterPlant | None = None
    labels: LabelPlant | None = None
    guide: GuidePlant | None = None
    network: NetworkPlant | None = None
    search: SearchPlant | None = None


class Planted(Data):
    """A planted fault or near miss.

    ``subject`` is that of the finding; ``page`` one on which it is seen; ``inconclusive``: the named reason with
    which a near miss may be listed as could not tell. ``aspect``: the finding's, where a subject may have several.
    ``needs_ipv6``: seen only where the inspecting machine has IPv6.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    site: str
    states: tuple[str, ...] = Field(min_length=1)
    check: str = Field(pattern=r"^[A-Z0-9]{3}\d{3}$")
    verdict: Literal["fail", "near-miss"]
    subject: str
    page: str
    note: str
    inconclusive: str = ""
    aspect: str = ""
    needs_ipv6: bool = False
    plant: tuple[Plant, ...] = ()


class State(Data):
    """A moment of the portals."""

    as_of: datetime


class States(Data):
    """All states, by name. ``base``: the day that the data files count from."""

    base: date
    states: dict[str, State]


D = TypeVar("D", bound=Data)


def _typed(model: type[D], data: Any, document: YamlDocument, prefix: tuple[str | int, ...] = ()) -> D:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(
            *(
                Problem(
                    "profile.invalid",
                    document.where,
                    document.line_of((*prefix, *one["loc"])),
                    ".".join(map(str, (*prefix, *one["loc"]))),
                    {"why": one["msg"]},
                )
                for one in error.errors()
            )
        ) from error


def _document(name: str) -> YamlDocument:
    return load_yaml(files("govaudit") / "demo" / "data" / f"{name}.yaml")


@cache
def load_states() -> States:
    """The states of the portals."""
    document = _document("states")
    return _typed(States, document.data, document)


@cache
def load_portal(key: str) -> Portal:
    """One portal's data. Raises ``InputError`` naming file, line and key of each mistake."""
    document = _document(key)
    return _typed(Portal, document.data, document)


@cache
def load_hosts() -> tuple[Host, ...]:
    """The other hosts that pages of the portals link to."""
    document = _document("other-hosts")
    return tuple(_typed(Host, entry, document, (index,)) for index, entry in enumerate(document.data))


@cache
def load_planted() -> tuple[Planted, ...]:
    """Everything that is planted, in the order of the file.

    Raises ``InputError`` naming file, line and key of each mistake.
    """
    document = _document("planted")
    return tuple(_typed(Planted, entry, document, (index,)) for index, entry in enumerate(document.data))


@cache
def load_paragraphs() -> dict[str, tuple[str, ...]]:
    """Paragraph banks that articles without own paragraphs are written from."""
    return {name: tuple(texts) for name, texts in _document("paragraphs").data.items()}
