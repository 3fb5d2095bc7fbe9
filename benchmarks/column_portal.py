"""A made-up portal of 2,000 pages in whose columns faults are planted, and the exact verdict for each column.

    python benchmarks/column_portal.py build DIR [--script traditional] [--encoding gbk|big5] [--home stale]
        [--pages 2000 | --short]
    python benchmarks/column_portal.py serve DIR [--port 8901]

``build`` writes ``DIR/site/`` (the files), and ``DIR/expected.yaml`` (see below); the same arguments give the same
bytes. Files carry the time at which a real server would have written them, so that Last-Modified tells the truth.
``serve`` answers on loopback only. What stands in which column is data: ``column_portal.yaml``. The plants:

==================  ================================================================================================
stale, boundary     newest entry past the period of its type by as little as a day; just inside it
ascending           oldest entries first: the newest one is on the last page of the list
pinned              entries of years ago stand on top of the list
blank, excused      nothing, or words; words that give a reason in a column that may be empty (暂无征集)
text, old-topic     introductions and finished topics: nothing new is owed
external            the navigation leads to another site
redated             many entries of years ago now all bear one recent day; their addresses (and labels) know better
list-newer, future  the list says another day than the article; an article of next year
opened-that-day     many entries of one day that were really published then
label-regenerated   PubDate says when the page was generated, everything else agrees
migrated            addresses of the day of a move to a new system, older dates shown: honest
undated, form       articles without any date; with the date written otherwise than YYYY-MM-DD HH:MM
deep, off-topic     a required column four clicks away; news in a column for guides
==================  ================================================================================================

``expected.yaml``: ``as_of``; ``site``: verdicts of FRE001 and COL001 with the missing names; ``columns``: for each
address, name as shown, canonical name, plant, newest date with the address that shows it, and the verdict for
FRE002–FRE007 and COL002–COL005 (``fail``, ``review``, ``pass``, ``not-applicable``; null: reasonable people differ);
``articles``: addresses behind FRE005, FRE006 and FRE007.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import opencc
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECIFICATION = Path(__file__).with_name("column_portal.yaml")
SITE_NAME = "澜溪市人民政府"
SITE_CODE = "9903000001"
MINUTES = "09:30"
_FEW, _FEW_REDATED, _FEW_THAT_DAY = 7, 11, 12
"""Articles of the columns of a shortened portal; so many of one day that a rule speaks of many."""
REDATED_DAYS_AGO = 1400
PINNED_DAYS_AGO = 1300
MIGRATED_ON = date(2026, 9, 1)
DEEP_PATH = (("zwgk/gkpt", "公开平台"), ("zwgk/fdnr", "法定主动公开内容"))

Verdict = Literal["fail", "review", "pass", "not-applicable"]
_CHECKS = ("FRE002", "FRE003", "FRE004", "FRE005", "FRE006", "FRE007", "COL002", "COL003", "COL004", "COL005")
_PERIOD_CHECK = {
    "news": "FRE002", "notices": "FRE003", "policy": "FRE003", "interpretation": "FRE003", "yearly": "FRE004",
}  # fmt: skip
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)
_WITHOUT_ENTRIES = frozenset({"blank", "excused", "text", "external", "deep"})
_REQUIRED = frozenset({"机构职能", "领导信息", "动态要闻", "通知公告", "政策文件", "政策解读"})
_SUBJECTS = (
    "城市供水管网改造", "不动产登记服务", "外贸稳定增长", "冬季供暖保障", "公共资源交易", "老旧小区改造",
    "普惠托育服务", "森林草原防火", "政务公开", "社会信用体系", "农村人居环境", "农民工工资支付", "全民健身活动",
    "道路运输安全", "公益性岗位", "数字政府建设", "食品安全监管", "防汛抗旱",
)  # fmt: skip
_NEWS_FORMS = ("市政府召开会议部署{}工作", "我市{}取得新进展", "市领导调研{}情况", "澜溪市举行{}现场推进会")
_NOTICE_FORMS = ("关于做好{}有关工作的通知", "澜溪市{}实施方案", "关于{}情况的公示", "{}工作要点")
_SENTENCES = (
    "会议强调，要提高政治站位，把各项工作任务抓细抓实，确保年度目标如期完成。",
    "各县区、各部门要结合实际制定工作方案，明确责任分工和完成时限。",
    "群众可以到市政务服务中心窗口咨询，工作人员将在五个工作日内答复。",
    "下一步，我市将持续优化营商环境，完善配套政策，支持各类经营主体健康发展。",
    "有关单位要加强跟踪督办，对落实不力、进度滞后的予以通报。",
)
_TEXTS = {
    "机构职能": "工作职能：负责全市行政事务的组织、协调和监督。"
    "内设机构：办公室、综合科、督查科。办公地址：澜溪市滨江路1号。",
    "政府信息公开指南": "公开机构：澜溪市人民政府办公室；地址：滨江路1号；办公时间：工作日8:30至17:30；"
    "电话：0991-2300001；"
    "传真：0991-2300002；互联网联系方式：gk@lanxi.gov.example。",
    "历史沿革": "澜溪建置于北宋熙宁五年，1949年10月1日设县，1988年6月撤县设市，至今已有九百余年历史。",
    "行政区划": "全市辖二区三县，共三十六个乡镇、十四个街道。区划数据截至2020年12月31日。",
    "领导信息": "姓名：陈明。简历：1970年5月出生。市长主持市人民政府全面工作；副市长负责发展改革、财政等工作。",
}


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A top entry of the navigation."""

    folder: str
    name: str


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column as ``column_portal.yaml`` describes it."""

    group: str
    folder: str
    name: str
    type: Literal[
        "news", "notices", "policy", "interpretation", "yearly", "free", "evergreen", "excused", "external"
    ]
    plant: str
    days: int = 0
    step: int = 0
    articles: int = 24
    order: Literal["newest-first", "ascending"] = "newest-first"
    pinned: int = 0
    layout: Literal["spans", "table", "pictures", "undated"] = "spans"
    form: Literal["full", "day", "slashes", "chinese", "none"] = "full"
    blank: str = ""
    url: str = ""
    redated: int = 0
    label: Literal["old", "new", ""] = ""
    list_days: int = 0
    missing_elements: list[str] = []
    verdicts: dict[str, Verdict | None] = {}

    @property
    def path(self) -> str:
        """Address of the list's first page, from the root."""
        return f"/{self.group}/{self.folder}/"


class Specification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole portal. ``required_missing``: required columns that it lacks."""

    as_of: date
    groups: list[Group]
    columns: list[Column]
    required_missing: list[str]
    page_length: int = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """An article. ``shown``: date on its page; ``listed``: in the list; ``address``: in its address and text;
    ``label``: in PubDate; ``written``: when its file was written."""

    title: str
    path: str
    shown: date
    listed: date
    address: date
    label: date
    written: date


@dataclass(frozen=True, slots=True)
class Look:
    """In which characters and bytes the portal is written."""

    script: str
    encoding: str

    def bytes_of(self, html: str) -> bytes:
        """``html`` as the server sends it."""
        return self.shown(html).encode(self.encoding, "xmlcharrefreplace")

    def shown(self, text: str) -> str:
        """``text`` in the portal's characters."""
        return str(_converter().convert(text)) if self.script == "traditional" else text


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def load() -> Specification:
    """Read ``column_portal.yaml``. Raises ``msgspec.ValidationError``."""
    return msgspec.convert(yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8")), Specification)


def shortened(spec: Specification) -> Specification:
    """The same plants in a fifth of the pages: short columns on short list pages."""
    columns = [
        msgspec.structs.replace(
            one,
            articles=_FEW_REDATED + 3
            if one.redated
            else _FEW_THAT_DAY
            if one.plant == "opened-that-day"
            else _FEW,
            redated=min(one.redated, _FEW_REDATED),
            pinned=min(one.pinned, 2),
        )
        for one in spec.columns
    ]
    return msgspec.structs.replace(spec, columns=columns, page_length=_FEW - 2)


def build(
    root: Path, look: Look, page_count: int, *, stale_home: bool, spec: Specification | None = None
) -> dict[str, object]:
    """Write site and expectation below ``root``; what was expected. ``page_count``: 0 for as few as ``spec`` needs.

    Raises ``ValueError`` when so few pages cannot hold the plants.
    """
    spec = spec or load()
    entries = {column.path: _entries(column, spec.as_of) for column in spec.columns}
    _fill_up(spec, entries, page_count or _count(spec, entries))
    pages = dict(_pages(spec, entries, stale_home=stale_home))
    for path, (html, written) in pages.items():
        file = root / "site" / (path.lstrip("/") + ("index.html" if path.endswith("/") else ""))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(look.bytes_of(html.replace("{charset}", look.encoding)))
        moment = datetime(written.year, written.month, written.day, 2, 0, tzinfo=UTC).timestamp()
        os.utime(file, (moment, moment))
    picture = root / "site" / "images" / "p.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(_PICTURE)
    expected = _expected(spec, entries, look, len(pages), stale_home=stale_home)
    text = yaml.safe_dump(expected, allow_unicode=True, sort_keys=False, width=110)
    (root / "expected.yaml").write_text(text, encoding="utf-8")
    return expected


def _entries(column: Column, as_of: date) -> list[Entry]:
    """The column's articles, newest first by the date they show, pinned ones left in their place by date."""
    if column.plant in _WITHOUT_ENTRIES:
        return []
    return [_entry(column, as_of, number) for number in range(column.articles)]


def _entry(column: Column, as_of: date, number: int) -> Entry:
    age = column.days + (0 if column.plant == "opened-that-day" else number * column.step)
    if number >= column.articles - column.pinned:
        age = PINNED_DAYS_AGO + number
    shown = as_of - timedelta(days=age)
    listed = address = label = written = shown
    if column.plant == "redated" and number < column.redated:
        address = as_of - timedelta(days=REDATED_DAYS_AGO + number * column.step)
        shown = listed = as_of - timedelta(days=column.days)
        label = address if column.label == "old" else shown
        written = shown
    elif column.plant == "list-newer":
        listed = as_of - timedelta(days=column.list_days + number // 5)
    elif column.plant == "future" and number == 0:
        shown = listed = label = as_of + timedelta(days=130)
        address = written = as_of - timedelta(days=column.days)
    elif column.plant == "label-regenerated":
        label = written = as_of - timedelta(days=1)
    elif column.plant == "migrated":
        address = written = MIGRATED_ON
    forms = _NEWS_FORMS if column.type == "news" or column.plant == "off-topic" else _NOTICE_FORMS
    seed = sum(column.folder.encode()) + number
    title = forms[seed % len(forms)].format(_SUBJECTS[(seed * 7) % len(_SUBJECTS)])
    if number % 6 == 1:
        title = f"{title}（第{number}号）"
    path = f"{column.path}{address:%Y%m}/t{address:%Y%m%d}_{10000 + number}.html"
    return Entry(title, path, shown, listed, address, label, written)


def _in_order(column: Column, entries: list[Entry]) -> list[Entry]:
    """As the list shows them: pinned ones on top, else by date."""
    if column.order == "ascending":
        return sorted(entries, key=lambda one: one.listed)
    if not column.pinned:
        return sorted(entries, key=lambda one: one.listed, reverse=True)
    rest = sorted(entries, key=lambda one: one.listed, reverse=True)
    return rest[-column.pinned :] + rest[: -column.pinned]


def _fill_up(spec: Specification, entries: dict[str, list[Entry]], page_count: int) -> None:
    """Lengthen lists in which that changes nothing until the portal has exactly so many pages."""
    growing = [
        one for one in spec.columns if one.plant in {"stale", "boundary", "migrated"} and not one.pinned
    ]
    missing = page_count - _count(spec, entries)
    if missing < 0:
        raise ValueError(f"at least {page_count - missing} pages")
    turn = 0
    while missing:
        column = growing[turn % len(growing)]
        turn += 1
        own = entries[column.path]
        opens_page = len(own) % spec.page_length == 0
        if 1 + opens_page > missing:
            continue
        own.append(_entry(column, spec.as_of, len(own)))
        missing -= 1 + opens_page


def _count(spec: Specification, entries: dict[str, list[Entry]]) -> int:
    lists = sum(
        max(1, -(-len(entries[one.path]) // spec.page_length))
        for one in spec.columns
        if one.type != "external"
    )
    return 1 + len(spec.groups) + len(DEEP_PATH) + lists + sum(map(len, entries.values()))


def _pages(
    spec: Specification, entries: dict[str, list[Entry]], *, stale_home: bool
) -> Iterator[tuple[str, tuple[str, date]]]:
    yield "/", (_home(spec, entries, stale_home=stale_home), spec.as_of)
    for group in spec.groups:
        yield f"/{group.folder}/", (_group_page(spec, group, entries), spec.as_of)
    deep = next(one for one in spec.columns if one.plant == "deep")
    steps = [*(f"/{folder}/" for folder, _ in DEEP_PATH), deep.path]
    for (folder, name), following in zip(DEEP_PATH, steps[1:], strict=True):
        label = next((one for path, one in DEEP_PATH if f"/{path}/" == following), deep.name)
        body = f'<div class="gk"><p>本栏目按照《政府信息公开条例》设置。</p><a href="{following}">{label}</a></div>'
        yield (
            f"/{folder}/",
            (_frame(spec, name, (("/zwgk/", "政务公开"), (f"/{folder}/", name)), body), spec.as_of),
        )
    for column in spec.columns:
        if column.type != "external":
            yield from _column_pages(spec, column, entries[column.path])


def _home(spec: Specification, entries: dict[str, list[Entry]], *, stale_home: bool) -> str:
    folders = ("bmdt", "tzgg", "zcjd") if stale_home else ("snyw", "tzgg", "zcwj")
    blocks = "".join(
        _block(one, _in_order(one, entries[one.path])[one.pinned : one.pinned + 6])
        for one in spec.columns
        if one.folder in folders
    )
    return _frame(spec, "", (), blocks)


def _group_page(spec: Specification, group: Group, entries: dict[str, list[Entry]]) -> str:
    own = [one for one in spec.columns if one.group == group.folder and one.plant != "deep"]
    lists = "".join(
        _block(one, _in_order(one, entries[one.path])[one.pinned : one.pinned + 4])
        for one in own
        if entries[one.path] and one.order == "newest-first" and one.layout != "undated"
    )
    links = "".join(f'<li><a href="{one.url or one.path}">{one.name}</a></li>' for one in own)
    deep = f'<li><a href="/{DEEP_PATH[0][0]}/">{DEEP_PATH[0][1]}</a></li>' if group.folder == "zwgk" else ""
    body = f'<div class="subs"><ul>{links}{deep}</ul></div>{lists}'
    return _frame(spec, group.name, ((f"/{group.folder}/", group.name),), body, column=group.name)


def _block(column: Column, entries: list[Entry]) -> str:
    rows = "".join(
        f'<li><a href="{one.path}">{one.title}</a><span>{one.listed}</span></li>' for one in entries
    )
    more = f'<a class="more" href="{column.path}">更多&gt;&gt;</a>'
    return f'<div class="block"><h3><a href="{column.path}">{column.name}</a></h3>{more}<ul>{rows}</ul></div>'


def _column_pages(
    spec: Specification, column: Column, entries: list[Entry]
) -> Iterator[tuple[str, tuple[str, date]]]:
    trail = _trail(spec, column)
    ordered = _in_order(column, entries)
    length = spec.page_length
    count = max(1, -(-len(ordered) // length))
    for number in range(count):
        part = ordered[number * length : (number + 1) * length]
        body = _list_body(column, part) + (_pager(number, count) if entries else "")
        path = column.path + (f"index_{number}.html" if number else "")
        yield path, (_frame(spec, column.name, trail, body, column=column.name), spec.as_of)
    for entry in entries:
        yield entry.path, (_article(spec, column, entry), entry.written)


def _trail(spec: Specification, column: Column) -> tuple[tuple[str, str], ...]:
    group = next(one for one in spec.groups if one.folder == column.group)
    between = tuple((f"/{folder}/", name) for folder, name in DEEP_PATH) if column.plant == "deep" else ()
    return ((f"/{group.folder}/", group.name), *between, (column.path, column.name))


def _list_body(column: Column, entries: list[Entry]) -> str:
    if column.plant in {"text", "deep"}:
        return f'<div class="text"><h1>{column.name}</h1><p>{_TEXTS[column.name]}</p></div>'
    if not entries:
        words = {"list": '<ul class="list"></ul>', "nothing": '<div class="list"></div>'}
        return words.get(column.blank, f'<div class="list"><p class="none">{column.blank}</p></div>')
    if column.layout == "table":
        rows = "".join(
            f'<tr><td>{number}</td><td><a href="{one.path}">{one.title}</a></td><td>{one.listed}</td></tr>'
            for number, one in enumerate(entries, 1)
        )
        return f'<table class="list"><tr><th>序号</th><th>标题</th><th>发布日期</th></tr>{rows}</table>'
    if column.layout == "pictures":
        return "".join(
            f'<div class="pic"><a href="{one.path}"><img src="/images/p.png" alt="{one.title}"></a>'
            f'<p><a href="{one.path}">{one.title}</a></p><span>{one.listed}</span></div>'
            for one in entries
        )
    dates = ["" if column.layout == "undated" else f"<span>{one.listed}</span>" for one in entries]
    rows = "".join(
        f'<li><a href="{one.path}">{one.title}</a>{day}</li>' for one, day in zip(entries, dates, strict=True)
    )
    return f'<ul class="list">{rows}</ul>'


def _pager(number: int, count: int) -> str:
    def page(index: int) -> str:
        return f"index_{index}.html" if index else "./"

    back = f'<a href="{page(number - 1)}">上一页</a>' if number else ""
    on = f'<a href="{page(number + 1)}">下一页</a>' if number + 1 < count else ""
    last = f'<a href="{page(count - 1)}">尾页</a>' if number + 1 < count else ""
    return f'<div class="page">共{count}页 第{number + 1}页 {back} {on} {last}</div>'


def _article(spec: Specification, column: Column, entry: Entry) -> str:
    shown = {
        "full": f"发布时间：{entry.shown} {MINUTES}",
        "day": f"发布时间：{entry.shown}",
        "slashes": f"发布时间：{entry.shown:%Y/%m/%d} {MINUTES}",
        "chinese": f"发布时间：{entry.shown.year}年{entry.shown.month}月{entry.shown.day}日",
        "none": "",
    }[column.form]
    first = f"　　{entry.title}。" + (
        "" if column.form == "none" else f"（{entry.address.year}年度工作安排）"
    )
    text = "".join(f"<p>　　{one}</p>" for one in _SENTENCES)
    body = (
        f'<div class="article"><h1>{entry.title}</h1><div class="info"><span>{shown}</span>'
        f'<span>来源：澜溪市人民政府办公室</span></div><div class="text"><p>{first}</p>{text}</div></div>'
    )
    labels = f'<meta name="ArticleTitle" content="{entry.title}">'
    if column.form != "none":
        labels += f'<meta name="PubDate" content="{entry.label} {MINUTES}">'
    labels += '<meta name="ContentSource" content="澜溪市人民政府办公室">'
    return _frame(spec, entry.title, _trail(spec, column), body, column=column.name, labels=labels)


def _frame(
    spec: Specification,
    title: str,
    trail: tuple[tuple[str, str], ...],
    body: str,
    *,
    column: str = "",
    labels: str = "",
) -> str:
    crumbs = "".join(f' &gt; <a href="{path}">{name}</a>' for path, name in trail)
    place = f'<div class="place">当前位置：<a href="/">首页</a>{crumbs}</div>' if trail else ""
    if column:
        described = "".join(
            f'<meta name="{name}" content="{column}">'
            for name in ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
        )
        labels = described + labels
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="{{charset}}">'
        f'<title>{title + "_" if title else ""}{SITE_NAME}</title><meta name="SiteName" content="{SITE_NAME}">'
        f'<meta name="SiteDomain" content="www.lanxi.gov.example"><meta name="SiteIDCode" content="{SITE_CODE}">'
        f'{labels}</head><body><div class="head"><span>今天是{spec.as_of.year}年{spec.as_of.month}月'
        f'{spec.as_of.day}日 星期日</span><a href="/">{SITE_NAME}</a></div>{_menu(spec)}{place}'
        f'<div class="main">{body}</div>{_FOOT}</body></html>'
    )


def _menu(spec: Specification) -> str:
    def subs(group: Group) -> str:
        own = [one for one in spec.columns if one.group == group.folder and one.plant != "deep"]
        return "".join(f'<li><a href="{one.url or one.path}">{one.name}</a></li>' for one in own)

    entries = "".join(
        f'<li><a href="/{one.folder}/">{one.name}</a><ul>{subs(one)}</ul></li>' for one in spec.groups
    )
    return f'<div class="nav"><ul><li><a href="/">首页</a></li>{entries}</ul></div>'


_FOOT = (
    '<div class="footer"><p>主办单位：澜溪市人民政府办公室 联系电话：0991-2300001</p>'
    f'<p>网站标识码：{SITE_CODE} <a href="https://beian.miit.gov.cn/">川ICP备19000001号</a> '
    "川公网安备 99030002000001号</p>"
    '<a href="https://bszs.conac.cn/sitename?method=show&amp;id=0AA1"><img src="/images/p.png" alt="党政机关"></a>'
    f'<a href="https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code={SITE_CODE}">我为政府网站找错</a></div>'
)


def _expected(
    spec: Specification,
    entries: dict[str, list[Entry]],
    look: Look,
    pages: int,
    *,
    stale_home: bool,
) -> dict[str, object]:
    columns = [_expected_column(spec, one, entries[one.path], look) for one in spec.columns]
    articles = {
        "FRE005": [
            one.path for column in spec.columns if column.form == "none" for one in entries[column.path]
        ],
        "FRE006": [
            one.path for column in spec.columns for one in entries[column.path] if _contradicts(column, one)
        ],
        "FRE007": [
            one.path
            for column in spec.columns
            if column.form in {"day", "slashes", "chinese"}
            for one in entries[column.path]
        ],
    }
    return {
        "as_of": spec.as_of.isoformat(),
        "site_name": look.shown(SITE_NAME),
        "site_code": SITE_CODE,
        "kind": "portal",
        "script": look.script,
        "encoding": look.encoding,
        "pages": pages,
        "site": {
            "FRE001": "fail" if stale_home else "pass",
            "COL001": {"verdict": "fail", "missing": spec.required_missing},
        },
        "columns": columns,
        "articles": articles,
    }


def _contradicts(column: Column, entry: Entry) -> bool:
    """Whether the article takes part in what FRE006 has to bring up."""
    if column.plant == "redated":
        return entry.shown != entry.address
    return column.plant in {"list-newer", "future"} and not entry.listed == entry.shown == entry.address


def _expected_column(
    spec: Specification, column: Column, entries: list[Entry], look: Look
) -> dict[str, object]:
    row: dict[str, object] = {
        "path": column.url or column.path,
        "name": look.shown(column.name),
        "canonical": column.name,
        "group": look.shown(next(one.name for one in spec.groups if one.folder == column.group)),
        "plant": column.plant,
        "entries": len(entries),
    }
    known = [one for one in entries if one.shown <= spec.as_of]
    if known and column.form != "none":
        newest = max(known, key=lambda one: one.shown)
        ordered = _in_order(column, entries)
        row["newest"] = newest.shown.isoformat()
        row["newest_article"] = newest.path
        row["newest_on_list_page"] = ordered.index(newest) // spec.page_length + 1
    if column.missing_elements:
        row["missing_elements"] = column.missing_elements
    row["verdicts"] = {**_usual(column, has_entries=bool(entries)), **column.verdicts}
    return row


def _usual(column: Column, *, has_entries: bool) -> dict[str, Verdict | None]:
    """What is to be said of a column of this type in which nothing is wrong."""
    verdicts: dict[str, Verdict | None] = dict.fromkeys(_CHECKS, "not-applicable")
    if column.type == "external":
        return verdicts
    if column.type != "excused":
        verdicts["COL002"] = "pass"
    if column.name in _REQUIRED:
        verdicts["COL003"] = "pass"
    if has_entries:
        if column.type in _PERIOD_CHECK:
            verdicts[_PERIOD_CHECK[column.type]] = "pass"
        verdicts.update(dict.fromkeys(("FRE005", "FRE006", "FRE007", "COL005"), "pass"))
    if column.form == "none":
        verdicts["FRE006"] = verdicts["FRE007"] = "not-applicable"
    return verdicts


class _Handler(SimpleHTTPRequestHandler):
    """Sends pages without a charset in the header, as many servers do; says nothing on the terminal."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet: a crawl asks for thousands of files."""


@contextmanager
def served(root: Path, port: int = 0) -> Iterator[str]:
    """Serve ``root/site`` on 127.0.0.1, by a thread of its own; yields the address of the home page."""
    handler = partial(_Handler, directory=str(root / "site"))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def serve(root: Path, port: int) -> None:
    """Serve ``root/site`` until interrupted."""
    with served(root, port) as url:
        print(url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


def main() -> int:
    """Build the portal or serve one that was built."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="write files and expected.yaml")
    building.add_argument("root", type=Path)
    building.add_argument("--script", choices=("simplified", "traditional"), default="simplified")
    building.add_argument("--encoding", choices=("utf-8", "gbk", "big5"), default="utf-8")
    building.add_argument("--home", choices=("fresh", "stale"), default="fresh")
    building.add_argument("--pages", type=int, default=2000)
    building.add_argument("--short", action="store_true", help="as few pages as the plants need")
    serving = commands.add_parser("serve", help="serve it on loopback")
    serving.add_argument("root", type=Path)
    serving.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.command == "serve":
        serve(options.root, options.port)
        return 0
    look = Look(options.script, options.encoding)
    spec, pages = (shortened(load()), 0) if options.short else (load(), options.pages)
    expected = build(options.root, look, pages, stale_home=options.home == "stale", spec=spec)
    print(
        f"{expected['pages']} pages in {options.root / 'site'}, verdicts in {options.root / 'expected.yaml'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
