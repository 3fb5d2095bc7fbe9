"""Every planted fault and near miss is there over real HTTP in its states, and a fault is not there in the others."""

from __future__ import annotations

import re
import socket
import ssl
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

import pytest
from chinese_calendar import is_workday

from govaudit.checks.columns.vocabulary import column_vocabulary, place_words
from govaudit.demo.portal import planted_in
from govaudit.demo.server import STATES, running_portals
from govaudit.demo.specification import PORTALS, Planted, load_planted, load_portal
from govaudit.inspection.calendar import months_before
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.vocabulary import fold, simplified
from tests.demo.browsing import GBK_HOST, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from selectolax.lexbor import LexborNode

BROKEN = {404, 410, 500}
WALLS = {403, 405, 412}
ELEMENTS = {
    "事项名称": ("事项名称",),
    "设定依据": ("设定依据", "法律依据"),
    "申请条件": ("申请条件", "受理条件"),
    "办理材料": ("办理材料", "申请材料"),
    "办理地点": ("办理地点",),
    "办理机构": ("办理机构",),
    "收费标准": ("收费标准",),
    "办理时间": ("办理时间",),
    "联系电话": ("联系电话",),
    "办理流程": ("办理流程", "办理程序"),
}
MARKS = {
    "party-government": r"bszs\.conac\.cn/sitename\?method=show&amp;id=[0-9A-F]{32}|dcs\.conac\.cn/js/",
    "icp": r"浙ICP备\d{8}号",
    "police": r"浙公网安备\d{14}",
    "sponsor": r"主办(?:单位)?：云澜市",
    "contact": r"(?:联系方式|联系电话)：0591-",
}
LIST = ".panel ul.list li, .panel table.list-table tr"


def published(entries: Iterable[LexborNode], as_of: datetime) -> list[date]:
    """Dates of the entries of a column page, in all the styles of the portals."""
    found = []
    for entry in entries:
        text = entry.text(separator=" ")
        if match := re.search(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})", text):
            found.append(date(*map(int, match.groups())))
        elif match := re.search(r"\[(\d{2})-(\d{2})\]", text):
            month, day = map(int, match.groups())
            year = as_of.year if (month, day) <= (as_of.month, as_of.day) else as_of.year - 1
            found.append(date(year, month, day))
        elif match := re.match(r"\s*(\d{2})\s+(\d{4})-(\d{2})\s", text):
            day, year, month = map(int, match.groups())
            found.append(date(year, month, day))
    return found


def refers(visitor: Visitor, one: Planted) -> bool:
    """Whether the page refers to the subject."""
    return any(url == one.subject for _, url in visitor.references(visitor.get(one.page)))


def links(visitor: Visitor, one: Planted) -> bool:
    """LNK001, LNK003: the target is broken at every look."""
    if not refers(visitor, one):
        return False
    return all(visitor.get(one.subject, method=method).status in BROKEN for method in ("HEAD", "GET", "GET"))


def external(visitor: Visitor, one: Planted) -> bool:
    """LNK002: no such name, nobody listens, or not found."""
    if not refers(visitor, one):
        return False
    if visitor.ask(hostname_of(one.subject), "A")[0] == "NXDOMAIN":
        return True
    if one.subject.startswith("https:"):
        return False
    if not visitor.connects(one.subject, 4):
        return True
    return visitor.get(one.subject).status in BROKEN


def attachments(visitor: Visitor, one: Planted) -> bool:
    """LNK004: not there, empty, or a page."""
    if not refers(visitor, one):
        return False
    reply = visitor.get(one.subject)
    return reply.status in BROKEN or not reply.body or reply.body.lstrip().startswith(b"<!DOCTYPE html")


def unprompted(visitor: Visitor, one: Planted) -> bool:
    """LNK009: a link to the host, and neither words nor scripts that could ask first."""
    reply = visitor.get(one.page)
    if not any(hostname_of(url) == one.subject for _, url in visitor.references(reply)):
        return False
    scripts = [url for tag, url in visitor.references(reply) if url.endswith(".js")]
    return "即将离开" not in reply.body.decode("utf-8", "replace") and not scripts


def shown_columns(visitor: Visitor, host: str) -> set[str]:
    """Canonical columns that the site map and the home page name."""
    portal = next(one for one in map(load_portal, PORTALS) if one.host == host)
    words = place_words(portal.name, portal.short_name)
    found = set()
    for path in ("/", portal.words["map_path"], "/zwgk/", "/xxgk/"):
        reply = visitor.get(f"http://{host}{path}")
        for node in reply.tree.css("a") if reply.status == 200 else ():
            match = column_vocabulary().match(node.text(strip=True), words)
            if match is not None:
                found.add(match.rule.name)
    return found


def missing_column(visitor: Visitor, one: Planted) -> bool:
    return one.subject not in shown_columns(visitor, one.site)


def blank(visitor: Visitor, one: Planted) -> bool:
    """COL002: a column page with neither entries nor text of its own."""
    reply = visitor.get(one.page)
    assert reply.status == 200
    own = reply.tree.css(f"{LIST}, .panel.body p, .block")
    return not own


def home_stale(visitor: Visitor, one: Planted) -> bool:
    """FRE001: the newest entry of the home page's blocks is more than two weeks old."""
    days = []
    for node in visitor.get(one.page).tree.css(".block .date, .block .date-block"):
        numbers = sorted(re.findall(r"\d+", node.text(separator=" ")), key=len, reverse=True)
        year, *rest = map(int, numbers)
        first, second = rest
        is_block = "date-block" in (node.attributes.get("class") or "")
        days.append(date(year, second, first) if is_block else date(year, first, second))
    assert len(days) > 10
    return max(days) < two_weeks_before(visitor.portals.as_of.date())


def stale(limit: Callable[[date], date]) -> Callable[[Visitor, Planted], bool]:
    """FRE002-FRE004: the newest entry is older than the limit that ``limit`` gives for the moment's day."""

    def judge(visitor: Visitor, one: Planted) -> bool:
        as_of = visitor.portals.as_of
        days = published(visitor.get(one.page).tree.css(LIST), as_of)
        assert days, one.page
        return max(days) < limit(as_of.date())

    return judge


def two_weeks_before(day: date) -> date:
    return day - timedelta(days=14)


def six_months_before(day: date) -> date:
    return (
        day.replace(month=day.month - 6)
        if day.month > 6
        else day.replace(year=day.year - 1, month=day.month + 6)
    )


def a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def undated(visitor: Visitor, one: Planted) -> bool:
    article = visitor.get(one.page).tree.css_first(".article")
    assert article is not None
    return not re.search(r"\d{4}[-/年]\d|[〇一二三四五六七八九]{4}年", article.text())


def without_time(visitor: Visitor, one: Planted) -> bool:
    article = visitor.get(one.page).tree.css_first(".article")
    assert article is not None
    return not re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", article.text())


def no_statement(visitor: Visitor, one: Planted) -> bool:
    return "政府网站工作年度报表" not in (visitor.get(one.page).tree.html or "")


def says_not(pattern: str) -> Callable[[Visitor, Planted], bool]:
    """COL004, DOC007-DOC021: the page does not say it, in simplified or traditional characters."""

    def judge(visitor: Visitor, one: Planted) -> bool:
        return not re.search(pattern, plain(visitor.get(one.page).tree.html or ""))

    return judge


def footer(visitor: Visitor, page: str) -> str:
    node = visitor.get(page).tree.css_first(".footer")
    assert node is not None
    return node.html or ""


def plain(html: str) -> str:
    return simplified(re.sub(r"<[^>]+>|\s|&nbsp;", "", html))


def mark(visitor: Visitor, one: Planted) -> bool:
    html = footer(visitor, one.page)
    pattern = MARKS[one.subject]
    return not re.search(pattern, html if one.subject == "party-government" else plain(html))


def code(visitor: Visitor, one: Planted) -> bool:
    expected = next(site.code for site in visitor.portals.sites if site.host == one.site)
    if one.subject == "SiteIDCode":
        return labels(visitor, one.page).get("SiteIDCode") != expected
    digits = str.maketrans("０１２３４５６７８９", "0123456789")
    found = re.search(r"网站标识码：(\d{10})", plain(footer(visitor, one.page)).translate(digits))
    return found is None or found.group(1) != expected


def entry(visitor: Visitor, one: Planted) -> bool:
    expected = next(site.code for site in visitor.portals.sites if site.host == one.site)
    html = footer(visitor, one.page)
    right = rf"zfwzgl\.www\.gov\.cn/exposure/jiucuo\.html\?site_code={expected}|sitecode=\"{expected}\""
    return not re.search(right, html)


def labels(visitor: Visitor, page: str) -> dict[str, str]:
    return {
        node.attributes["name"] or "": node.attributes.get("content") or ""
        for node in visitor.get(page).tree.css("meta[name]")
    }


def missing_label(visitor: Visitor, one: Planted) -> bool:
    name = one.subject.partition("@")[0].lower()
    return name not in {label.lower() for label in labels(visitor, one.page)}


def bad_label(visitor: Visitor, one: Planted) -> bool:
    name = one.subject.partition("@")[0]
    value = labels(visitor, one.page)[name]
    if name == "PubDate":
        return not re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?", value)
    if name == "SiteIDCode":
        return value not in plain(footer(visitor, one.page))
    return value in {"", "null"}


def shown_elements(visitor: Visitor, one: Planted) -> dict[str, str]:
    tree = visitor.get(one.page).tree
    shown = {}
    for row in tree.css("table.guide tr"):
        name, text = row.css_first("th"), row.css_first("td")
        assert name is not None
        assert text is not None
        shown[fold(name.text())] = text.text().strip()
    for heading in tree.css("div.guide h3"):
        text = heading.next
        while text is not None and text.tag != "p":
            text = text.next
        assert text is not None
        shown[fold(heading.text())] = text.text().strip()
    return shown


def incomplete(visitor: Visitor, one: Planted) -> bool:
    shown = {name: fold(text) for name, text in shown_elements(visitor, one).items()}
    if not shown:
        return False
    missing = [one for one, names in ELEMENTS.items() if not any(shown.get(fold(name)) for name in names)]
    if one.aspect:
        return bool(missing) and (len(missing) >= 4) is (one.aspect == "many")
    return bool(missing)


def catch_all(visitor: Visitor, one: Planted) -> bool:
    return "其他材料" in shown_elements(visitor, one)["办理材料"]


def formless(visitor: Visitor, one: Planted) -> bool:
    materials = shown_elements(visitor, one)["办理材料"]
    if "以上材料均" in materials:
        return False
    return any(not re.search("[件版]", part) for part in re.split("[；。]", materials) if part)


def only_named(visitor: Visitor, one: Planted) -> bool:
    return not re.search("第.{1,6}条", shown_elements(visitor, one)["设定依据"])


def without_form(visitor: Visitor, one: Planted) -> bool:
    asked = re.search("申请[表书]", shown_elements(visitor, one)["办理材料"])
    offered = visitor.get(one.page).tree.css(".files a") or "领取" in shown_elements(visitor, one)["办理材料"]
    return bool(asked) and not offered


def repealed(visitor: Visitor, one: Planted) -> bool:
    return "《食品经营许可管理办法》" in shown_elements(visitor, one)["设定依据"]


def other_phone(visitor: Visitor, one: Planted) -> bool:
    """GUI008: the portal's guide of the same name is the same office's and names another phone."""
    own = document_facts(visitor, one.page)
    column = visitor.get("http://www.yunlan.gov.cn/bsfw/frfw/")
    links = [link for link in column.tree.css("a") if own["事项名称"] in link.text()]
    portal = visitor.get(urljoin(column.url, links[0].attributes.get("href") or "")).tree
    shown = [node.text(strip=True) for node in portal.css(".guide td, .guide p")]
    return own["办理机构"] in shown and own["联系电话"] not in shown


def document_facts(visitor: Visitor, url: str) -> dict[str, str]:
    """The table of a document, and what stands over and under its text."""
    tree = visitor.get(url).tree
    names = [simplified(node.text(strip=True)) for node in tree.css("table.facts th")]
    texts = [simplified(node.text(strip=True)) for node in tree.css("table.facts td")]
    shown = dict(zip(names, texts, strict=True))
    for name, selector in (("文号", "p.number"), ("成文日期", "p.signature:last-of-type")):
        node = tree.css_first(selector)
        if not shown.get(name) and node is not None:
            shown[name] = node.text(strip=True)
    return shown


def without_elements(visitor: Visitor, one: Planted) -> bool:
    shown = document_facts(visitor, one.subject)
    return not all(
        shown.get(name) for name in ("索引号", "主题分类", "发布机构", "成文日期", "文号", "发布日期")
    )


def uninterpreted(visitor: Visitor, one: Planted) -> bool:
    """DOC001: a document that holds and that leads to no interpretation."""
    related = " ".join(node.text() for node in visitor.get(one.page).tree.css(".related"))
    holds = document_facts(visitor, one.page).get("有效性") == "有效"
    return holds and not re.search("解[读讀]|一[图圖][读讀]懂", related)


def end_of_consultation(visitor: Visitor, page: str) -> tuple[date, date]:
    """First and last day of a consultation, by the words of the demo portals."""
    tree = visitor.get(page).tree
    shown = re.search(r"(\d{4})-(\d\d)-(\d\d)", tree.css_first(".meta").text())  # type: ignore[union-attr]
    assert shown is not None
    first = date(*map(int, shown.groups()))
    told = re.search(r"至(\d+)月(\d+)日", tree.css_first("#zoom").text())  # type: ignore[union-attr]
    return first, date(first.year, *map(int, told.groups())) if told else first + timedelta(days=30)


def short(visitor: Visitor, one: Planted) -> bool:
    first, last = end_of_consultation(visitor, one.page)
    return (last - first).days + 1 < 30


def without_draft(visitor: Visitor, one: Planted) -> bool:
    return not visitor.get(one.page).tree.css("#zoom a[href$='.docx'], .files a")


def answered_late(visitor: Visitor, one: Planted) -> bool:
    """DOC013: the result came more than a month after the end, or (where that is planted) never."""
    tree = visitor.get(one.page).tree
    name = re.search("《(.+?)（", tree.css_first("h1").text())  # type: ignore[union-attr]
    assert name is not None
    for node in visitor.get("http://www.yunlan.gov.cn/hdjl/yjzj/").tree.css(LIST):
        shown = re.search(r"(\d{4})-(\d\d)-(\d\d)", node.text())
        if f"《{name[1]}》意见征集结果" in node.text() and shown is not None:
            published_on = date(*map(int, shown.groups()))
            return months_before(published_on, 1) > end_of_consultation(visitor, one.page)[1]
    return one.aspect in {"missing", "answered"}


def unanswered_proposal(visitor: Visitor, one: Planted) -> bool:
    return "答复如下" not in (visitor.get(one.page).tree.html or "")


def gap(visitor: Visitor, one: Planted) -> bool:
    """DOC019: a month between the first and the last is missing, whichever words stand for it."""
    spans = {"一季度": 3, "上半年": 6, "前三季度": 9}
    found = set()
    for node in visitor.get(one.page).tree.css(LIST):
        title = node.text()
        if one.subject not in title:
            continue
        year = re.search(r"(20\d\d)年", title)
        month = re.search(r"(\d+)月", title)
        assert year is not None
        worded = next((end for words, end in spans.items() if words in title), 12)
        found.add(int(year[1]) * 12 + (int(month[1]) if month else worded))
    return set(range(min(found), max(found) + 1)) != found


def told_otherwise(visitor: Visitor, one: Planted) -> bool:
    """DOC020: the portal's page with the same number names another day of making."""
    own = document_facts(visitor, one.page)
    columns = visitor.get("http://www.yunlan.gov.cn/bmwj/")
    others = [
        document_facts(visitor, urljoin(columns.url, link.attributes.get("href") or ""))
        for node in columns.tree.css(LIST)
        if (link := node.css_first("a")) is not None
    ]
    other = next(facts for facts in others if facts.get("文号") == own["文号"])
    return own["成文日期"] != other["成文日期"]


def unlinked(visitor: Visitor, one: Planted) -> bool:
    """Whether the interpretation, or the document that issues what its title quotes, lacks the link to the other."""
    quoted = re.search(
        "《(?:关于)?(?:印发)?(.+?)(?:的通知)?》", visitor.get(one.subject).tree.css("h1")[-1].text()
    )
    assert quoted is not None
    column = visitor.get(f"http://{one.site}/zwgk/zfwj/")
    document = next(
        urljoin(column.url, node.attributes["href"] or "")
        for node in column.tree.css("ul.list a")
        if quoted[1] in (node.attributes["title"] or "")
    )
    pair = (one.subject, document) if one.aspect != "interpretation" else (document, one.subject)
    links = {
        urljoin(pair[0], node.attributes["href"] or "")
        for node in visitor.get(pair[0]).tree.css(".related a")
    }
    return pair[1] not in links


def explained_late(visitor: Visitor, one: Planted) -> bool:
    document = visitor.get(one.subject).tree.css_first(".related a")
    assert document is not None
    published = document_facts(visitor, urljoin(one.subject, document.attributes["href"] or ""))["发布日期"]
    first = date.fromisoformat(published)
    shown = re.search(r"发布(?:时间|日期)[:：\[ ]*(\d{4}-\d\d-\d\d)", visitor.get(one.subject).text)
    assert shown is not None
    days = (
        first + timedelta(days=step) for step in range(1, (date.fromisoformat(shown[1]) - first).days + 1)
    )
    return len([day for day in days if is_workday(day)]) > 3


def unmarked(visitor: Visitor, one: Planted) -> bool:
    """A normative document without a mark, or one that the site lists as repealed and shows as valid."""
    shown = document_facts(visitor, one.subject)
    if "规范性文件" in shown["主题分类"] and not {"有效性", "失效日期"} & shown.keys():
        return True
    lists = visitor.get(f"http://{one.site}/zwgk/zfwj/202606/t20260629_11002.html").text
    return f"（{shown['文号']}）" in lists and shown.get("有效性") == "有效"


def late(visitor: Visitor, one: Planted) -> bool:
    shown = document_facts(visitor, one.subject)
    made, published = (date.fromisoformat(shown[name]) for name in ("成文日期", "发布日期"))
    days = (made + timedelta(days=step) for step in range(1, (published - made).days + 1))
    return len([day for day in days if is_workday(day)]) > 20


def message_cells(visitor: Visitor, url: str) -> dict[str, str]:
    """Folded label → text of a message's table."""
    cells = {}
    for row in visitor.get(url).tree.css(".message tr"):
        name, text = row.css_first("th"), row.css_first("td")
        assert name is not None
        assert text is not None
        cells[fold(name.text())] = text.text(strip=True)
    return cells


def unsigned(visitor: Visitor, one: Planted) -> bool:
    """INT003: neither a row nor the answer names the unit."""
    cells = message_cells(visitor, one.page)
    return fold("答复单位") not in cells and not cells[fold("答复内容")].endswith("局")


def quiet(visitor: Visitor, one: Planted) -> bool:
    """INT004: no message of the list was asked or answered in the last two months."""
    reply = visitor.get(one.page)
    urls = {url for _, url in visitor.references(reply) if re.search(r"/hdjl/ly\d+\.html$", url)}
    assert urls
    cells = [message_cells(visitor, url) for url in urls]
    days = [one[fold(name)][:10] for one in cells for name in ("留言时间", "答复时间")]
    newest = max(date.fromisoformat(day) for day in days if day)
    return newest < months_before(visitor.portals.as_of.date(), 2)


def unanswered(visitor: Visitor, one: Planted) -> bool:
    """INT002: the message's table shows no answer, and it was asked more than three months ago."""
    cells = message_cells(visitor, one.page)
    asked = date.fromisoformat(cells[fold("留言时间")][:10])
    return not cells[fold("答复内容")] and asked < months_before(visitor.portals.as_of.date(), 3)


def without_figures(visitor: Visitor, one: Planted) -> bool:
    """INT005: the board says nothing of how many messages came and were answered."""
    text = visitor.get(one.page).text
    return re.search("来信总数|來信總數|办结|辦結", text) is None


def few_surveys(visitor: Visitor, one: Planted) -> bool:
    """INT006: a portal whose column of calls, if there is one, shows fewer than six of the last year; or a call of
    which no result tells."""
    reply = visitor.get(one.page)
    if one.aspect == "answered":
        return answered_late(visitor, one)
    since = months_before(visitor.portals.as_of.date(), 12)
    calls = [entry for entry in reply.tree.css(LIST) if not re.search("反馈|结果", entry.text())]
    held = published(calls, visitor.portals.as_of) if urlsplit(one.page).path != "/" else []
    return one.site != GBK_HOST and sum(day >= since for day in held) < 6


def without_search(visitor: Visitor, one: Planted) -> bool:
    """SCH001: no box to type into."""
    return visitor.get(one.page).tree.css_first("input") is None


def not_found(visitor: Visitor, one: Planted) -> bool:
    """SCH002: the portal's own search, asked for the title of the page, does not lead to it."""
    title = visitor.get(one.page).tree.css_first("h1")
    assert title is not None
    answer = visitor.get(f"http://{one.site}/search/?q={quote(title.text(strip=True))}")
    assert answer.status == 200
    return all(url != one.page for _, url in visitor.references(answer))


def without_aaaa(visitor: Visitor, one: Planted) -> bool:
    return not [
        address for address in visitor.ask(one.subject, "AAAA")[1] if not address.startswith("2001:db8:")
    ]


def few_name_servers(visitor: Visitor, one: Planted) -> bool:
    servers = visitor.ask(one.subject, "NS")[1]
    return sum(bool(visitor.ask(server, "AAAA")[1]) for server in servers) < 2


def closed_over_ipv6(visitor: Visitor, one: Planted) -> bool:
    return not visitor.connects(one.subject, 6)


def film(visitor: Visitor, one: Planted) -> bool:
    return any(
        (node.attributes.get("src") or "").endswith(".swf")
        and urljoin(one.page, node.attributes["src"] or "") == one.subject
        for node in visitor.get(one.page).tree.css("embed")
    )


def closed_to_https(visitor: Visitor, one: Planted) -> bool:
    """Played by a port that refuses; a host whose https nobody plays says nothing."""
    port = visitor.portals.connect_port.get(f"{urlsplit(one.subject).hostname}:443")
    if port is None:
        return False
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) != 0


def unprotected(visitor: Visitor, one: Planted) -> bool:
    headers = visitor.get(one.subject).headers
    return "frame-ancestors" not in headers.get("content-security-policy", "") or not all(
        headers.get(name) for name in ("x-content-type-options", "referrer-policy")
    )


def sky_window(visitor: Visitor, one: Planted) -> bool:
    """IP6008: the page refers to the host, which has an IPv4 address alone."""
    hosts = {hostname_of(url) for _, url in visitor.references(visitor.get(one.page))}
    return one.subject in hosts and without_aaaa(visitor, one)


def literal(visitor: Visitor, one: Planted) -> bool:
    """IP6010: the page refers to the address itself."""
    return any(url.startswith(one.subject) for _, url in visitor.references(visitor.get(one.page)))


def says(pattern: str) -> Callable[[Visitor, Planted], bool]:
    """TXT002-TXT005: the page says something that stands alone."""

    def judge(visitor: Visitor, one: Planted) -> bool:
        reply = visitor.get(one.page)
        return re.search(pattern, reply.tree.html or "") is not None

    return judge


def no_language(visitor: Visitor, one: Planted) -> bool:
    """ACC001: the page does not name its language."""
    return not visitor.get(one.page).tree.css("html[lang]")


def desktop_only(visitor: Visitor, one: Planted) -> bool:
    """ACC003: no viewport."""
    return visitor.get(one.page).tree.css_first("meta[name=viewport]") is None


def personal(visitor: Visitor, one: Planted) -> bool:
    """TXT001: an identity number that nobody masked."""
    shown = visitor.get(one.page).body.decode("utf-8", "ignore")
    return re.search("身份证号[0-9]{17}[0-9X]", shown) is not None


JUDGES: dict[str, Callable[[Visitor, Planted], bool]] = {
    "LNK001": links,
    "LNK002": external,
    "LNK003": links,
    "LNK004": attachments,
    "LNK009": unprompted,
    "COL001": missing_column,
    "COL002": blank,
    "FRE001": home_stale,
    "FRE002": stale(two_weeks_before),
    "FRE003": stale(six_months_before),
    "FRE004": stale(a_year_before),
    "COL004": says_not("办公时间"),
    "DOC001": uninterpreted,
    "DOC002": unlinked,
    "DOC003": explained_late,
    "DOC004": unmarked,
    "DOC005": without_elements,
    "DOC006": late,
    "DOC007": says_not("信息公开制度"),
    "DOC008": says_not("传真号码"),
    "DOC009": says_not("2025年政府信息公开工作年度报告"),
    "DOC010": no_statement,
    "DOC011": short,
    "DOC012": without_draft,
    "DOC013": answered_late,
    "DOC014": unanswered_proposal,
    "DOC019": gap,
    "DOC020": told_otherwise,
    "DOC015": says_not("2026年[^调]{0,6}预算公开"),
    "DOC016": says_not("权责清单"),
    "DOC017": says_not("基层政务公开"),
    "DOC021": says_not("信函|邮寄|邮政"),
    "FRE005": undated,
    "FRE007": without_time,
    "IDN001": mark,
    "IDN002": code,
    "IDN003": mark,
    "IDN004": mark,
    "IDN005": mark,
    "IDN006": mark,
    "IDN007": entry,
    "TAG001": missing_label,
    "TAG002": missing_label,
    "TAG003": missing_label,
    "TAG004": bad_label,
    "TXT001": personal,
    "TXT002": says("[县縣]攻府"),
    "TXT003": says("焚烧秸杆"),
    "TXT004": says("<p>测试[0-9]*</p>"),
    "TXT005": says("[内內]部[资資]料\\s注意保存"),
    "GUI002": incomplete,
    "GUI003": catch_all,
    "GUI004": formless,
    "GUI005": only_named,
    "GUI006": without_form,
    "GUI007": repealed,
    "GUI008": other_phone,
    "INT002": unanswered,
    "INT003": unsigned,
    "INT004": quiet,
    "INT005": without_figures,
    "INT006": few_surveys,
    "SCH001": without_search,
    "SCH002": not_found,
    "IP6001": without_aaaa,
    "IP6002": few_name_servers,
    "IP6003": closed_over_ipv6,
    "ACC002": film,
    "ACC001": no_language,
    "ACC003": desktop_only,
    "SEC002": says("六合彩开奖"),
    "SEC001": says("left:-9999px"),
    "SEC003": says("<iframe src=.http://mp.yunlan-media"),
    "SEC007": says("beifen.sql"),
    "SEC005": closed_to_https,
    "SEC006": unprotected,
    "IP6008": sky_window,
    "IP6010": literal,
}
OLD_ON_PURPOSE = {"fre004-evergreen"}


def finding(one: Planted) -> tuple[str, ...]:
    """What makes two planted things the same finding."""
    return one.site, one.check, one.verdict, one.subject, one.aspect


CASES = [(one, state) for one in load_planted() for state in STATES]


@pytest.mark.parametrize(("one", "state"), CASES, ids=lambda value: getattr(value, "id", value))
def test_planted(visitors: dict[str, Visitor], one: Planted, state: str) -> None:
    visitor = visitors[state]
    if one.needs_ipv6 and not visitor.portals.ipv6:
        pytest.skip("this machine has no IPv6 on loopback")
    same = [other for other in planted_in(state) if finding(other) == finding(one)]
    due = bool(same)
    if not due and (one.verdict == "near-miss" or visitor.get(one.page).status == 404):
        return
    assert visitor.get(one.page).status == 200
    faulty = JUDGES[one.check](visitor, one)
    if one.id in OLD_ON_PURPOSE:
        assert faulty
    else:
        assert faulty is (due and one.verdict == "fail")


@pytest.mark.parametrize("state", STATES)
def test_near_misses_of_links_look_like_faults(visitors: dict[str, Visitor], state: str) -> None:
    visitor = visitors[state]
    for one in planted_in(state):
        if not one.check.startswith("LNK00") or one.check == "LNK009" or one.verdict == "fail":
            continue
        assert refers(visitor, one), one.id
        if one.inconclusive == "tls":
            continue
        reply = visitor.get(one.subject)
        expected = {"blocked-status": WALLS, "server-error": {503}}.get(one.inconclusive, {200})
        assert reply.status in expected, one.id


def test_the_tls_near_miss_fails_in_the_handshake(visitors: dict[str, Visitor]) -> None:
    port = visitors[STATES[0]].portals.connect_port["www.yunlan-bank.com:443"]
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as made,
        pytest.raises(ssl.SSLError),
        context.wrap_socket(made, server_hostname="www.yunlan-bank.com"),
    ):
        pass


@pytest.mark.parametrize("state", STATES)
def test_a_page_that_fails_once_and_one_that_refuses_head(state: str) -> None:
    with running_portals(state) as portals:
        visitor = Visitor(portals)
        by_id = {one.id: one for one in portals.planted}
        once = by_id["lnk001-fails-once"].subject
        assert [visitor.get(once).status for _ in range(3)] == [503, 200, 200]
        head = by_id["lnk001-refuses-head"].subject
        assert visitor.get(head, method="HEAD").status == 405
        assert visitor.get(head).status == 200
        encoded = by_id["lnk001-gbk-query"].subject
        assert visitor.get(encoded).status == 200
        assert visitor.get(encoded.partition("?")[0] + "?lm=%E5%85%AC%E7%A7%9F%E6%88%BF").status == 404


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", PORTALS)
def test_nothing_else_is_broken(visitors: dict[str, Visitor], state: str, key: str) -> None:
    """Every page is reached from the home page, and every reference that is not planted opens."""
    visitor, host = visitors[state], load_portal(key).host
    planted = {one.subject for one in planted_in(state, host) if one.check.startswith(("LNK", "IP6010"))}
    planted |= {"http://pucha.kaipuyun.cn/exposure/jiucuo.html"}
    waiting, seen, pages = [f"http://{host}/"], {f"http://{host}/"}, 0
    while waiting:
        reply = visitor.get(waiting.pop())
        assert reply.status == 200, reply.url
        if not reply.headers["content-type"].startswith("text/html"):
            continue
        pages += hostname_of(reply.url) == host
        for _, url in visitor.references(reply) if hostname_of(reply.url) == host else ():
            if url not in seen and url not in planted and url.partition("?")[0] not in planted:
                seen.add(url)
                waiting.append(url)
    assert pages >= 70


@pytest.mark.parametrize("state", STATES)
def test_every_check_is_planted_as_fault_and_as_near_miss(state: str) -> None:
    planted = {(one.check, one.verdict) for one in planted_in(state)}
    missing = {
        (check, verdict)
        for check in JUDGES
        for verdict in ("fail", "near-miss")
        if (check, verdict) not in planted
    }
    assert missing <= {("FRE001", "near-miss"), ("FRE001", "fail"), ("FRE003", "near-miss"), ("FRE002", "near-miss"),
                       ("IDN001", "fail"), ("IDN003", "fail"), ("IDN004", "fail"), ("IP6003", "fail"),
                       ("LNK009", "fail"), ("SEC003", "fail"), ("INT002", "fail"), ("INT004", "fail"),
                       ("SCH001", "fail"), ("SCH002", "fail"), ("SCH002", "near-miss")}  # fmt: skip


def test_both_quarters_together_plant_everything() -> None:
    planted = {(one.check, one.verdict) for one in load_planted()}
    assert planted == {(check, verdict) for check in JUDGES for verdict in ("fail", "near-miss")}


def test_some_faults_stay_some_go_and_some_are_new() -> None:
    faults = [one.states for one in load_planted() if one.verdict == "fail"]
    assert {states: faults.count(states) >= 5 for states in (STATES, STATES[:1], STATES[1:])} == {
        STATES: True,
        STATES[:1]: True,
        STATES[1:]: True,
    }


def test_ids_are_unique() -> None:
    ids = [one.id for one in load_planted()]
    assert len(ids) == len(set(ids))
