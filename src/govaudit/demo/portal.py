"""From a portal's data to the answers of its server: every page, picture, style and attachment of one state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import opencc
from jinja2 import Environment, FunctionLoader, StrictUndefined

from govaudit.demo import pictures
from govaudit.demo.files import MEDIA_TYPES, attachment
from govaudit.demo.serving import Answer
from govaudit.demo.specification import (
    AnswerPlant,
    ArticlePlant,
    ColumnPlant,
    FooterPlant,
    GuidePlant,
    InsertPlant,
    LabelPlant,
    PageKind,
    Plant,
    Planted,
    Portal,
    SearchPlant,
    load_paragraphs,
    load_planted,
    load_portal,
    load_states,
)
from govaudit.demo.timeline import (
    Article,
    Placed,
    articles_of,
    interpretation_after,
    placed_columns,
    stable_number,
)
from govaudit.inspection.run import BEIJING
from govaudit.inspection.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from govaudit.demo.specification import Column, DateStyle, Guide, Message, Section

_DATE_FORMATS: dict[DateStyle, str] = {
    "dashes": "%Y-%m-%d",
    "brackets": "[%m-%d]",
    "slashes": "%Y/%m/%d",
    "chinese": "%Y年%m月%d日",
    "blocks": "%Y-%m",
    "none": "",
}
_BADGES = {"red.png": (196, 26, 34), "ga.png": (32, 74, 150), "jiucuo.png": (214, 120, 20)}


@dataclass(frozen=True, slots=True)
class PortalContent:
    """All that a portal's server knows. ``answers``: canonical path → answer; ``search``: query text → answer."""

    portal: Portal
    as_of: datetime
    answers: dict[str, Answer]
    search: Callable[[str], Answer]

    @property
    def page_count(self) -> int:
        """How many HTML pages the portal has, its search page included."""
        return sum(answer.page for answer in self.answers.values()) + 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a list as a template shows it."""

    title: str
    path: str
    at: datetime | None
    style: DateStyle
    picture: str = ""

    @property
    def date_text(self) -> str:
        return self.at.strftime(_DATE_FORMATS[self.style]) if self.at else ""

    @property
    def day(self) -> str:
        return self.at.strftime("%d") if self.at else ""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page before it is rendered."""

    path: str
    kind: PageKind
    template: str
    title: str
    place: Placed | None = None
    labels: tuple[tuple[str, str], ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    modified: datetime | None = None
    article_title: str = ""


@dataclass(frozen=True, slots=True)
class _Plants:
    """What is planted in one portal and state, by kind."""

    inserts: tuple[InsertPlant, ...]
    answers: tuple[AnswerPlant, ...]
    columns: tuple[ColumnPlant, ...]
    articles: tuple[ArticlePlant, ...]
    footers: tuple[FooterPlant, ...]
    labels: tuple[LabelPlant, ...]
    guides: tuple[GuidePlant, ...]
    searches: tuple[SearchPlant, ...]


def planted_in(state: str, host: str = "") -> tuple[Planted, ...]:
    """What is planted in ``state`` (empty: in any), in all portals or in the one at ``host``."""
    return tuple(
        one for one in load_planted() if (not state or state in one.states) and host in {"", one.site}
    )


def plants_in(state: str, host: str = "") -> list[Plant]:
    """What has to be done to the portals for that."""
    return [plant for one in planted_in(state, host) for plant in one.plant]


@cache
def build_portal(key: str, state: str) -> PortalContent:
    """Generate a portal as of ``state``. Raises ``KeyError`` for an unknown state."""
    return _Builder(load_portal(key), state).build()


class _Builder:
    """One portal in one state; what all of its pages share."""

    def __init__(self, portal: Portal, state: str) -> None:
        self.plants = _sorted_plants(plants_in(state, portal.host))
        if any(plant.gone for plant in self.plants.searches):
            portal = portal.model_copy(update={"search_path": ""})
        self.portal = portal
        self.states = load_states()
        self.as_of = self.states.states[state].as_of.astimezone(BEIJING)
        self.base_url = f"http://{portal.host}"
        removed = {plant.path for plant in self.plants.columns if plant.remove}
        self.places = [
            place
            for place in placed_columns(portal)
            if not removed & {place.path, *(parent.path for parent in place.parents)}
        ]
        self.by_path = {place.path: place for place in self.places}
        self.articles = {place.path: self._articles(place) for place in self.places}
        self._date_interpretations()
        self.by_number = {
            one.entry.number: one for found in self.articles.values() for one in found if one.entry.number
        }
        self.explained_by = {
            one.entry.explains: one for found in self.articles.values() for one in found if one.entry.explains
        }
        self.environment = template_environment()
        self.index: list[_Entry] = []

    def build(self) -> PortalContent:
        """Every answer of the portal."""
        pages = [self._home(), self._map(), *self._column_pages(), *self._content_pages()]
        answers = {page.path: self._rendered(page) for page in pages}
        answers |= self._files()
        for plant in self.plants.answers:
            if not plant.host:
                answers[_canonical_path(plant.path)] = self._planted_answer(plant, answers)
        return PortalContent(self.portal, self.as_of, answers, self._search)

    # what is published

    def _plant_of(self, place: Placed) -> ColumnPlant | None:
        return next((plant for plant in self.plants.columns if plant.path == place.path), None)

    def _articles(self, place: Placed) -> list[Article]:
        plant = self._plant_of(place)
        if plant and plant.blank:
            return []
        return articles_of(place, self.portal, self.states, self.as_of)

    def _date_interpretations(self) -> None:
        """An interpretation comes out on the day after its document."""
        documents = {
            one.entry.number: one for found in self.articles.values() for one in found if one.entry.number
        }
        for path, found in self.articles.items():
            if any(one.entry.explains for one in found):
                dated = [
                    interpretation_after(documents[one.entry.explains], one, self.portal) for one in found
                ]
                self.articles[path] = sorted(dated, key=lambda one: one.at, reverse=True)

    def _children(self, place: Placed) -> list[Placed]:
        return [one for one in self.places if one.parents and one.parents[-1] is place]

    def _entries(self, place: Placed, style: DateStyle | None = None) -> list[_Entry]:
        dates = style or place.column.dates
        if place.column.kind == "guides":
            return [
                _Entry(guide.title, self._guide_path(place, guide), None, "none")
                for guide in place.column.guides
            ]
        if place.column.kind == "messages":
            return [
                _Entry(message.title, self._message_path(place, message), self._day(message.asked), dates)
                for message in self._messages(place)
            ]
        return [
            _Entry(one.entry.title, one.path, one.at, dates, one.entry.picture)
            for one in self.articles[place.path]
        ]

    def _messages(self, place: Placed) -> list[Message]:
        """Messages that have been answered or are public before, newest first."""
        public = [
            one
            for one in place.column.messages
            if self._day(one.asked if one.shown_open else one.answered) <= self.as_of
        ]
        return sorted(public, key=lambda message: message.asked)

    def _day(self, days: int) -> datetime:
        """In the morning of the day ``days`` before the base day."""
        day = datetime.combine(self.states.base, time(10, 20), BEIJING)
        return day - timedelta(days=days)

    def _guide_path(self, place: Placed, guide: Guide) -> str:
        return f"{place.path}{guide.code}.html"

    def _message_path(self, place: Placed, message: Message) -> str:
        return f"{place.path}ly{stable_number(message.title) % 100000:05d}.html"

    # pages

    def _home(self) -> _Page:
        blocks: list[dict[str, Any]] = []
        for block in self.portal.home:
            columns = [
                {"place": self.by_path[path], "entries": self._entries(self.by_path[path])[: block.count]}
                for path in block.columns
                if path in self.by_path
            ]
            blocks.append({"style": block.style, "columns": columns})
        illustrated = [
            entry for block in blocks for one in block["columns"] for entry in one["entries"] if entry.picture
        ]
        context = {"blocks": blocks, "illustrated": illustrated}
        return _Page(
            "/", "home", f"home/{self.portal.key}.html", self.portal.name, None, self._site_labels(), context
        )

    def _map(self) -> _Page:
        title = self.portal.words["map"]
        return _Page(self.portal.words["map_path"], "map", "map.html", title, None, self._named_labels(title))

    def _column_pages(self) -> Iterable[_Page]:
        for place in self.places:
            plant = self._plant_of(place)
            note = plant.note if plant and (plant.note or plant.blank) else place.column.note
            match place.column.kind:
                case "group" | "platform":
                    yield self._group(place, note)
                case "text":
                    yield self._column_page(
                        place, "text.html", {"sections": _sections(place.column, plant), "note": note}
                    )
                case "leaders":
                    yield self._column_page(
                        place, "leaders.html", {"leaders": place.column.leaders, "note": note}
                    )
                case _:
                    yield from self._paged(place, note)

    def _paged(self, place: Placed, note: str) -> Iterable[_Page]:
        entries = self._entries(place)
        size = place.column.per_page
        pages = max(1, -(-len(entries) // size))
        for number in range(pages):
            shown = entries[number * size : (number + 1) * size]
            path = place.path if number == 0 else f"{place.path}index_{number}.html"
            context = {
                "entries": shown,
                "note": note,
                "pager": {
                    "number": number,
                    "count": pages,
                    "paths": [_page_path(place.path, one) for one in range(pages)],
                },
            }
            modified = max((entry.at for entry in shown if entry.at), default=None)
            yield self._column_page(place, "list.html", context, path, modified)

    def _group(self, place: Placed, note: str) -> _Page:
        shown = self.by_path[place.column.shows] if place.column.shows else place
        blocks = [
            {"place": child, "entries": self._entries(child)[:6], "sections": child.column.sections[:1]}
            for child in self._children(shown)
        ]
        template = "platform.html" if place.column.kind == "platform" else "group.html"
        return self._column_page(place, template, {"blocks": blocks, "note": note})

    def _column_page(
        self,
        place: Placed,
        template: str,
        context: Mapping[str, Any],
        path: str = "",
        modified: datetime | None = None,
    ) -> _Page:
        labels = self._site_labels() + self._column_labels(place.column)
        return _Page(
            path or place.path, "column", template, place.column.name, place, labels, context, modified
        )

    def _content_pages(self) -> Iterable[_Page]:
        for place in self.places:
            found = self.articles[place.path]
            for position, article in enumerate(found):
                newer = found[position - 1] if position else None
                older = found[position + 1] if position + 1 < len(found) else None
                yield self._article_page(article, newer, older)
            for guide in place.column.guides:
                yield self._guide_page(place, guide)
            for message in self._messages(place):
                yield self._message_page(place, message)

    def _article_page(self, article: Article, newer: Article | None, older: Article | None) -> _Page:
        plants = [one for one in self.plants.articles if one.title == article.entry.title]
        plant = next((one for one in plants if one.date is not None), None)
        linked = all(one.linked for one in plants)
        shown = article.at.strftime(self.portal.visible_date)
        context = {
            "article": article,
            "published": self.portal.words["published"] + shown
            if plant is None or plant.date is None
            else plant.date,
            "paragraphs": self._paragraphs(article),
            "files": self._article_files(article),
            "document": self.by_number.get(article.entry.explains) if linked else None,
            "interpretation": self.explained_by.get(article.entry.number)
            if article.entry.number and linked
            else None,
            "facts": self._facts(article, plants),
            "signed": next((date.fromisoformat(one.signed) for one in plants if one.signed), article.made),
            "newer": newer,
            "older": older,
            "views": 80 + stable_number(article.path) % 900,
        }
        template = "document.html" if article.place.column.kind == "documents" else "article.html"
        labels = self._content_labels(article.place.column, article.entry.title, article.at, article.source)
        return _Page(
            article.path, "article", template, article.entry.title, article.place, labels, context, article.at,
            article.entry.title,
        )  # fmt: skip

    def _facts(self, article: Article, plants: list[ArticlePlant]) -> list[tuple[str, str]]:
        """Rows of a document's table."""
        shown: dict[str, str | None] = {
            "索引号": f"{self.portal.agency_code}/{article.made.year}-{article.id % 100000:05d}",
            "主题分类": article.entry.topic,
            "发布机构": article.entry.source or self.portal.sponsor,
            "成文日期": article.made.strftime("%Y-%m-%d"),
            "文号": article.entry.number,
            "发布日期": article.at.strftime("%Y-%m-%d"),
            "名称": article.entry.title,
            "有效性": article.entry.validity,
        }
        for plant in plants:
            shown.update(plant.facts)
        return [(name, text) for name, text in shown.items() if text is not None]

    def _guide_page(self, place: Placed, guide: Guide) -> _Page:
        changed: dict[str, str | None] = {**place.column.defaults, **guide.elements}
        for plant in self.plants.guides:
            if plant.title == guide.title:
                changed |= plant.elements
        order = (
            "设定依据",
            "申请条件",
            "办理材料",
            "办理流程",
            "办理机构",
            "收费标准",
            "办理地点",
            "办理时间",
            "联系电话",
        )
        names = [
            *(name for name in order if name in changed),
            *(name for name in changed if name not in order),
        ]
        elements = [(name, changed[name]) for name in names if changed[name] is not None]
        at = datetime(guide.updated.year, guide.updated.month, guide.updated.day, 9, 0, tzinfo=BEIJING)
        labels = self._content_labels(place.column, guide.title, at, self.portal.sponsor)
        context = {
            "guide": guide,
            "elements": elements,
            "updated": at,
            "files": self._guide_files(place, guide),
        }
        return _Page(
            self._guide_path(place, guide),
            "guide",
            "guide.html",
            guide.title,
            place,
            labels,
            context,
            at,
            guide.title,
        )

    def _message_page(self, place: Placed, message: Message) -> _Page:
        asked, answered = self._day(message.asked), self._day(message.answered)
        is_open = answered > self.as_of
        labels = self._content_labels(
            place.column, message.title, asked if is_open else answered, message.unit
        )
        context = {"message": message, "asked": asked, "answered": answered, "is_open": is_open}
        path = self._message_path(place, message)
        return _Page(
            path,
            "message",
            "message.html",
            message.title,
            place,
            labels,
            context,
            asked if is_open else answered,
            message.title,
        )

    def _search(self, query: str) -> Answer:
        words = query.split()
        titles = [
            entry
            for place in self.places
            if place.column.kind in {"list", "documents", "guides", "messages"}
            for entry in self._entries(place, "dashes")
            if not any(entry.title in plant.misses for plant in self.plants.searches)
        ]
        written = [(entry, self._script(entry.title)) for entry in titles]
        found = [entry for entry, title in written if words and all(word in title for word in words)]
        context = {"query": query, "results": found}
        title = self.portal.words["search"]
        labels = self._named_labels(title)
        return self._rendered(
            _Page(self.portal.search_path, "search", "search.html", title, None, labels, context)
        )

    # labels

    def _site_labels(self) -> tuple[tuple[str, str], ...]:
        portal = self.portal
        return (("SiteName", portal.name), ("SiteDomain", portal.host), ("SiteIDCode", portal.code))

    def _column_labels(self, column: Column) -> tuple[tuple[str, str], ...]:
        return (
            ("ColumnName", column.name),
            ("ColumnDescription", column.description),
            ("ColumnKeywords", column.keywords),
            ("ColumnType", column.type),
        )

    def _named_labels(self, title: str) -> tuple[tuple[str, str], ...]:
        """Labels of a page that the publishing system keeps as a column of its own."""
        names = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
        return self._site_labels() + tuple((name, title) for name in names)

    def _content_labels(
        self, column: Column, title: str, at: datetime, source: str
    ) -> tuple[tuple[str, str], ...]:
        content = (
            ("ArticleTitle", title),
            ("PubDate", at.strftime("%Y-%m-%d %H:%M")),
            ("ContentSource", source),
        )
        return self._site_labels() + self._column_labels(column) + content

    def _planted_labels(self, page: _Page) -> tuple[tuple[str, str], ...]:
        labels = dict(page.labels)
        changes = [plant.labels for plant in self.plants.labels if _concerns(plant.kinds, plant.column, page)]
        changes += [plant.labels for plant in self.plants.articles if plant.title == page.article_title]
        for change in changes:
            for name, content in change.items():
                if content is None:
                    labels.pop(name, None)
                else:
                    labels[name] = content
        return tuple(labels.items())

    def _footer(self, page: _Page, url: str) -> dict[str, str]:
        marks = dict(self.portal.footer)
        for plant in self.plants.footers:
            if _concerns(plant.kinds, plant.column, page):
                for mark, html in plant.marks.items():
                    if html is None:
                        marks.pop(mark, None)
                    else:
                        marks[mark] = html
        return {mark: html.replace("{page_url}", quote(url, safe="")) for mark, html in marks.items()}

    # bytes

    def _rendered(self, page: _Page) -> Answer:
        url = self.base_url + quote(page.path)
        inserted = [
            one for one in self.plants.inserts if one.page in {"*", page.path, page.article_title or None}
        ]
        crumbs = (
            []
            if page.place is None
            else [(one.column.name, one.path) for one in (*page.place.parents, page.place)]
        )
        html = self.environment.get_template(page.template).render(
            layout=f"layout/{self.portal.key}.html",
            portal=self.portal,
            words=self.portal.words,
            page=page,
            url=url,
            top=[place for place in self.places if not place.parents and place.column.menu],
            children=self._children,
            labels=self._planted_labels(page),
            footer=self._footer(page, url),
            inserts={
                slot: [one.html for one in inserted if one.slot == slot]
                for slot in ("head", "banner", "content", "footer")
            },
            crumbs=crumbs,
            as_of=self.as_of,
            weekday="一二三四五六日"[self.as_of.weekday()],
            **page.context,
        )
        body = self._script(html).encode(self.portal.encoding, "xmlcharrefreplace")
        return Answer(200, self.portal.content_type, body, page.modified or self.as_of, page=True)

    def _script(self, text: str) -> str:
        return str(_traditional().convert(text)) if self.portal.traditional else text

    def _paragraphs(self, article: Article) -> list[str]:
        if article.entry.paragraphs:
            return list(article.entry.paragraphs)
        first, *rest, last = load_paragraphs()[article.place.column.bank]
        if article.place.column.bank == "news":
            rest = [text for text in rest if stable_number(article.entry.title + text) % 4]
        values = {
            "title": article.entry.title,
            "city": self.portal.short_name,
            "day": f"{article.at.month}月{article.at.day}日",
            "recipients": self.portal.recipients,
        }
        return [text.format(**values) for text in (first, *rest, last)]

    def _article_files(self, article: Article) -> list[tuple[str, str]]:
        folder = article.path.rpartition("/")[0]
        return [
            (name, f"{folder}/P0{article.id}{number}.{_extension(name)}")
            for number, name in enumerate(article.entry.files, start=1)
        ]

    def _guide_files(self, place: Placed, guide: Guide) -> list[tuple[str, str]]:
        return [
            (name, f"{place.path}files/{guide.code}_{number}.{_extension(name)}")
            for number, name in enumerate(guide.files, start=1)
        ]

    def _files(self) -> dict[str, Answer]:
        portal = self.portal
        style = self.environment.get_template("style.css").render(portal=portal)
        found = {
            "/css/style.css": Answer(200, "text/css", style.encode()),
            "/images/logo.svg": Answer(200, "image/svg+xml", pictures.emblem(portal.theme)),
            "/images/portrait.svg": Answer(200, "image/svg+xml", pictures.portrait()),
            "/images/banner.png": Answer(
                200, "image/png", pictures.landscape(stable_number(portal.key) % 50)
            ),
            "/js/portal.js": Answer(200, "application/javascript", _template_text("portal.js").encode()),
            "/robots.txt": Answer(200, "text/plain", b"User-agent: *\nDisallow: /admin/\n"),
        }
        for name, colour in _BADGES.items():
            found[f"/images/{name}"] = Answer(200, "image/png", pictures.badge(colour))
        for articles in self.articles.values():
            for article in articles:
                if article.entry.picture:
                    seed = stable_number(article.entry.picture) % 50
                    found[f"/images/{article.entry.picture}"] = Answer(
                        200, "image/png", pictures.landscape(seed)
                    )
                for name, path in self._article_files(article):
                    found[path] = self._attachment(name, article.entry.title, article.at.date())
        for place in self.places:
            for guide in place.column.guides:
                for name, path in self._guide_files(place, guide):
                    found[path] = self._attachment(name, guide.title, guide.updated)
        return {
            path: replace(answer, modified=answer.modified or self.as_of) for path, answer in found.items()
        }

    def _attachment(self, name: str, title: str, day: date) -> Answer:
        extension = _extension(name)
        lines = [self._script(line) for line in (title, name, self.portal.name, day.isoformat())]
        modified = datetime(day.year, day.month, day.day, 9, 0, tzinfo=BEIJING)
        return Answer(200, MEDIA_TYPES[extension], attachment(extension, lines), modified)

    def _planted_answer(self, plant: AnswerPlant, answers: Mapping[str, Answer]) -> Answer:
        if plant.copy_of:
            answer = answers[_canonical_path(plant.copy_of)]
            answer = replace(answer, content_type=plant.content_type or answer.content_type)
        else:
            body = plant.body.encode()
            answer = Answer(plant.status, plant.content_type or "text/html", body, None, plant.location)
        return replace(
            answer,
            first_status=plant.first_status,
            head_status=plant.head_status,
            encoded_query=plant.encoded_query,
        )


def _sorted_plants(plants: list[Plant]) -> _Plants:
    return _Plants(
        inserts=tuple(plant.insert for plant in plants if plant.insert),
        answers=tuple(plant.answer for plant in plants if plant.answer),
        columns=tuple(plant.column for plant in plants if plant.column),
        articles=tuple(plant.article for plant in plants if plant.article),
        footers=tuple(plant.footer for plant in plants if plant.footer),
        labels=tuple(plant.labels for plant in plants if plant.labels),
        guides=tuple(plant.guide for plant in plants if plant.guide),
        searches=tuple(plant.search for plant in plants if plant.search),
    )


def _concerns(kinds: tuple[PageKind, ...], column: str, page: _Page) -> bool:
    if kinds and page.kind not in kinds:
        return False
    return (
        not column
        or page.path.startswith(column)
        or (page.place is not None and page.place.path.startswith(column))
    )


def _sections(column: Column, plant: ColumnPlant | None) -> tuple[Section, ...]:
    """The parts of a static page with the rows that are planted."""
    changed = plant.rows if plant else {}
    return tuple(
        section.model_copy(
            update={
                "rows": tuple(
                    (name, text)
                    for name, said in section.rows
                    if (text := changed.get(name, said)) is not None
                )
            }
        )
        for section in column.sections
    )


def _page_path(column: str, number: int) -> str:
    return column if number == 0 else f"{column}index_{number}.html"


def _extension(name: str) -> str:
    return name.rpartition(".")[2]


def _canonical_path(path: str) -> str:
    address = canonical(f"http://portal{path}")
    if address is None:
        raise ValueError(path)
    return address.removeprefix("http://portal")


def _template_text(name: str) -> str:
    return (files("govaudit") / "demo" / "templates" / name).read_text(encoding="utf-8")


@cache
def template_environment() -> Environment:
    """Renders the files of ``demo/templates``, everything escaped, nothing undefined."""
    return Environment(
        loader=FunctionLoader(_template_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")
