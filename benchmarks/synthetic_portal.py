"""A made-up city portal as static files: the same bytes for the same number of pages.

A home page, twelve columns with paged lists, articles and service guides; pages of about 29 KB with 130 to 141
links, a label block, breadcrumbs, dates and footer marks, so that every check has something to read. Planted:
one link to a page that is not there on every fiftieth page, each to another address.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AS_OF = date(2026, 11, 22)
BROKEN_EVERY = 50
IMAGES = 200
LIST_LENGTH = 20
PAGE_BYTES = 29_000
LINKS_OF_A_PAGE = 130
GUIDE_COLUMN = 7

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("gkxx", "概况信息", "概况信息"),
    ("jgzn", "机构职能", "机构设置"),
    ("ldxx", "领导信息", "领导信息"),
    ("dtyw", "动态要闻", "政务动态"),
    ("tzgg", "通知公告", "通知公告"),
    ("zcwj", "政策文件", "政策文件"),
    ("zcjd", "政策解读", "政策文件"),
    ("bsfw", "办事服务", "办事指南"),
    ("hdjl", "互动交流", "咨询投诉"),
    ("xxgk", "政府信息公开", "信息公开"),
    ("czxx", "财政预决算", "信息公开"),
    ("zdly", "重点领域信息公开", "信息公开"),
)
"""Folder, name, type of each column."""

SITE_NAME = "云川市人民政府"
SITE_CODE = "9901000001"

SENTENCES = (
    "会议强调，要进一步提高政治站位，把各项工作任务抓细抓实，确保年度目标如期完成。",
    "各县区、各部门要结合实际制定工作方案，明确责任分工和完成时限，并于每月底前报送进展情况。",
    "全市新开工建设项目一百二十六个，完成投资同比增长百分之六点八，民生支出占比保持在八成以上。",
    "市有关部门将加强跟踪督办，对落实不力、进度滞后的单位予以通报。",
    "群众可以通过市政务服务中心窗口或者网上办事大厅提交申请，工作人员将在五个工作日内答复。",
    "要坚持问题导向，聚焦企业和群众反映强烈的突出问题，推动政务服务提质增效。",
    "本办法自印发之日起施行，有效期五年，由市人民政府办公室负责解释。",
    "下一步，我市将持续优化营商环境，完善配套政策，支持各类经营主体健康发展。",
    "活动期间共发放宣传资料三千余份，接受群众咨询八百余人次，取得了良好的社会效果。",
    "请各单位于规定时间内将书面材料报送至市人民政府办公室，逾期未报视为无意见。",
    "水利、应急、气象等部门加强会商研判，及时发布预警信息，落实值班值守制度。",
    "教育、卫生健康部门统筹安排资金，重点支持乡镇寄宿制学校和基层卫生院建设。",
)
SUBJECTS = (
    "加强城市供水管网改造", "优化不动产登记服务", "促进外贸稳定增长", "做好冬季供暖保障", "规范公共资源交易",
    "推进老旧小区改造", "支持普惠托育服务发展", "加强森林草原防火", "深化政务公开", "完善社会信用体系",
    "改善农村人居环境", "保障农民工工资支付", "开展全民健身活动", "提升道路运输安全水平", "扩大公益性岗位供给",
    "建设数字政府", "加强食品安全监管",
)  # fmt: skip
FORMS = ("关于{}的通知", "云川市{}工作方案", "市政府召开会议部署{}", "《{}实施意见》解读", "我市{}取得新进展")
GUIDE_ELEMENTS = (
    ("设定依据", "《中华人民共和国行政许可法》第十二条；《云川市政务服务管理办法》第九条"),
    ("申请条件", "在本市行政区域内依法登记的法人、其他组织或者年满十八周岁的自然人"),
    ("办理材料", "申请表原件一份；身份证明复印件一份；场地使用证明复印件一份"),
    ("办理地点", "云川市政务服务中心二楼十二号窗口"),
    ("办理机构", "云川市行政审批局"),
    ("收费标准", "不收费"),
    ("办理时间", "工作日上午9:00至12:00，下午13:30至17:00"),
    ("联系电话", "0990-6600000"),
    ("办理流程", "申请—受理—审查—决定—送达"),
    ("办结时限", "五个工作日"),
)


@dataclass(frozen=True, slots=True)
class Portal:
    """What was built. ``pages`` and ``broken`` are paths from the root; ``links``: of an average page."""

    pages: tuple[str, ...]
    broken: frozenset[str]
    bytes_a_page: float
    links_a_page: float


@dataclass(frozen=True, slots=True)
class _Page:
    """``number`` counts within its kind and column; ``column`` is -1 for the home page."""

    path: str
    column: int
    number: int
    kind: str


def build(root: Path, page_count: int) -> Portal:
    """Write the portal below ``root``. Raises ``ValueError`` for fewer pages than the home page and two for each
    column."""
    if page_count < 1 + 2 * len(COLUMNS):
        raise ValueError(f"at least {1 + 2 * len(COLUMNS)} pages")
    pages = _layout(page_count)
    articles = tuple(page for page in pages if page.kind == "article")
    broken: set[str] = set()
    written = links = 0
    for index, page in enumerate(pages):
        missing = f"/wjk/yx{index:06d}.html" if index % BROKEN_EVERY == BROKEN_EVERY - 1 else ""
        if missing:
            broken.add(missing)
        html = _render(page, index, articles, missing)
        body = html.encode("utf-8")
        file = root / (page.path.lstrip("/") + ("index.html" if page.path.endswith("/") else ""))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        written += len(body)
        links += html.count("<a ")
    _write_resources(root)
    return Portal(
        tuple(page.path for page in pages), frozenset(broken), written / len(pages), links / len(pages)
    )


def _layout(page_count: int) -> tuple[_Page, ...]:
    """Home page, then for each column its list pages and articles, ``page_count`` together."""
    pages = [_Page("/", -1, 0, "home")]
    share, rest = divmod(page_count - 1, len(COLUMNS))
    for column in range(len(COLUMNS)):
        pages.extend(_column_pages(column, share + (1 if column < rest else 0)))
    return tuple(pages)


def _column_pages(column: int, count: int) -> Iterator[_Page]:
    folder = COLUMNS[column][0]
    lists = -(-count // (LIST_LENGTH + 1))
    for number in range(lists):
        yield _Page(
            f"/{folder}/" if number == 0 else f"/{folder}/index_{number}.html", column, number, "list"
        )
    for number in range(count - lists):
        day = _published(number)
        yield _Page(
            f"/{folder}/{day:%Y%m}/t{day:%Y%m%d}_{column:02d}{number:06d}.html", column, number, "article"
        )


def _published(number: int) -> date:
    return AS_OF - timedelta(days=1 + number)


@cache
def _title(column: int, number: int) -> str:
    subject = SUBJECTS[(number * 5 + column) % len(SUBJECTS)]
    if column == GUIDE_COLUMN:
        return f"{subject.removeprefix('加强').removeprefix('推进')}事项申请（{number + 1}号）"
    return f"{FORMS[(number + column) % len(FORMS)].format(subject)}（第{number + 1}期）"


@cache
def _by_column(articles: tuple[_Page, ...]) -> dict[int, tuple[_Page, ...]]:
    return {
        column: tuple(page for page in articles if page.column == column) for column in range(len(COLUMNS))
    }


def _render(page: _Page, index: int, articles: tuple[_Page, ...], missing: str) -> str:
    body = {"home": _home, "list": _list, "article": _article}[page.kind](page, articles)
    if missing:
        body += f'<p>附件：<a href="{missing}">原文件</a></p>'
    head = _head(page)
    navigation = _navigation()
    footer = _footer()
    used = sum(part.count("<a ") for part in (body, navigation, footer))
    more = _more(index, articles, LINKS_OF_A_PAGE + index % 12 - used)
    text = _padding(
        index, PAGE_BYTES - sum(len(part.encode()) for part in (head, navigation, body, more, footer))
    )
    image = f'<p><img src="/images/p{index % IMAGES:03d}.png" alt="配图" width="8" height="8"></p>'
    return f'{head}{navigation}<div class="main">{body}{image}{text}</div>{more}{footer}'


def _head(page: _Page) -> str:
    labels = [("SiteName", SITE_NAME), ("SiteDomain", "127.0.0.1"), ("SiteIDCode", SITE_CODE)]
    title = SITE_NAME
    if page.column >= 0:
        _, name, kind = COLUMNS[page.column]
        title = f"{name}_{SITE_NAME}"
        labels += [("ColumnName", name), ("ColumnType", kind)]
        labels += [("ColumnDescription", f"{SITE_NAME}{name}栏目"), ("ColumnKeywords", f"{name},云川市")]
    if page.kind == "article":
        headline = _title(page.column, page.number)
        title = f"{headline}_{title}"
        labels += [
            ("ArticleTitle", headline),
            ("PubDate", f"{_published(page.number):%Y-%m-%d} 09:30"),
            ("ContentSource", "云川市人民政府办公室"),
        ]
    metas = "\n".join(f'<meta name="{name}" content="{content}">' for name, content in labels)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n{metas}\n'
        '<link rel="stylesheet" href="/css/site.css">\n<script src="/js/site.js"></script>\n</head>\n<body>\n'
    )


@cache
def _navigation() -> str:
    entries = "".join(f'<li><a href="/{folder}/">{name}</a></li>' for folder, name, _ in COLUMNS)
    return (
        f'<div class="header"><h1><a href="/">{SITE_NAME}</a></h1></div>\n'
        f'<div class="nav"><ul><li><a href="/">首页</a></li>{entries}</ul></div>\n'
    )


@cache
def _footer() -> str:
    quick = "".join(f'<a href="/{folder}/">{name}</a> | ' for folder, name, _ in COLUMNS)
    return (
        f'<div class="footer"><p>{quick}<a href="/">网站地图</a></p>'
        f"<p>主办：{SITE_NAME}办公室　承办：云川市政务信息中心　联系电话：0990-6600000</p>"
        f"<p>网站标识码：{SITE_CODE}　宁ICP备19000001号-1　宁公网安备 99010002000001号</p>"
        '<p><span id="_ideConac"><img src="/images/p000.png" alt="党政机关"></span>'
        '<a href="/hdjl/">我为政府网站找错</a></p><p>本网站支持IPv6</p></div>\n</body>\n</html>\n'
    )


def _place(column: int) -> str:
    folder, name, _ = COLUMNS[column]
    return f'<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/{folder}/">{name}</a></div>'


def _entry(page: _Page, href: str) -> str:
    title = _title(page.column, page.number)
    return f'<li><a href="{href}" title="{title}">{title}</a><span>{_published(page.number):%Y-%m-%d}</span></li>'


def _home(_: _Page, articles: tuple[_Page, ...]) -> str:
    blocks = []
    for column, own in _by_column(articles).items():
        folder, name = COLUMNS[column][:2]
        entries = "".join(_entry(one, one.path) for one in own[:7])
        blocks.append(
            f'<div class="block"><h2><a href="/{folder}/">{name}</a></h2><ul class="list">{entries}</ul></div>'
        )
    return "\n".join(blocks)


def _list(page: _Page, articles: tuple[_Page, ...]) -> str:
    folder, name, _ = COLUMNS[page.column]
    own = _by_column(articles)[page.column]
    lists = max(1, -(-len(own) // LIST_LENGTH))
    shown = own[page.number * LIST_LENGTH : (page.number + 1) * LIST_LENGTH]
    # Hand-made lists write addresses relative to themselves.
    entries = "".join(_entry(one, one.path.replace(f"/{folder}/", "./", 1)) for one in shown)
    numbers = sorted({0, lists - 1, *range(max(0, page.number - 4), min(lists, page.number + 6))})
    pager = " ".join(
        f'<a href="./{"" if number == 0 else f"index_{number}.html"}">{number + 1}</a>' for number in numbers
    )
    return (
        f'{_place(page.column)}<h2>{name}</h2><ul class="list">{entries}</ul>'
        f'<div class="page">{pager} 共{lists}页</div>'
    )


def _article(page: _Page, articles: tuple[_Page, ...]) -> str:
    own = _by_column(articles)[page.column]
    title = _title(page.column, page.number)
    around = [own[at] for at in (page.number - 1, page.number + 1) if 0 <= at < len(own)]
    neighbours = "".join(
        f'<p>相邻：<a href="{one.path}">{_title(one.column, one.number)}</a></p>' for one in around
    )
    table = _guide(title) if page.column == GUIDE_COLUMN else ""
    return (
        f'{_place(page.column)}<h2 class="title">{title}</h2>'
        f'<div class="info">发布时间：{_published(page.number):%Y-%m-%d} 09:30　来源：云川市人民政府办公室</div>'
        f"{table}{neighbours}"
    )


def _guide(title: str) -> str:
    rows = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in GUIDE_ELEMENTS)
    return f'<table class="guide"><tr><th>事项名称</th><td>{title}</td></tr>{rows}</table>'


def _more(index: int, articles: tuple[_Page, ...], count: int) -> str:
    """Links across the site, other ones on every page."""
    chosen = (articles[(index * 31 + step * 97) % len(articles)] for step in range(max(0, count)))
    entries = "".join(
        f'<li><a href="{one.path}">{_title(one.column, one.number)}</a></li>' for one in islice(chosen, count)
    )
    return f'<div class="side"><h3>相关信息</h3><ul>{entries}</ul></div>'


def _padding(index: int, size: int) -> str:
    """Paragraphs of about ``size`` bytes."""
    paragraphs, used, at = [], 0, index
    while used < size:
        text = "".join(SENTENCES[(at * 7 + step * 5) % len(SENTENCES)] for step in range(3))
        paragraphs.append(f"<p>　　{text}</p>")
        used += len(text) * 3 + 13
        at += 1
    return "".join(paragraphs)


def _write_resources(root: Path) -> None:
    for folder in ("images", "css", "js"):
        (root / folder).mkdir(exist_ok=True)
    for number in range(IMAGES):
        (root / "images" / f"p{number:03d}.png").write_bytes(_picture(number))
    (root / "css" / "site.css").write_text("body{font:16px/1.8 sans-serif}\n", encoding="utf-8")
    (root / "js" / "site.js").write_text("document.documentElement.className='js';\n", encoding="utf-8")


def _picture(number: int) -> bytes:
    """A PNG of 8 by 8 points in one colour."""
    row = b"\0" + bytes((number, 255 - number, 80)) * 8
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 8)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
