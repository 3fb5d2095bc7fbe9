"""Sites without end, as they are met in the wild: each answers every address of its kind, and names new ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from tests.support.http_site import Reply, page, redirect

if TYPE_CHECKING:
    from collections.abc import Callable

REAL_PAGES = 30
WORDS = ("城管", "教育", "卫生", "财政", "审计", "统计", "民政", "水利", "农业", "旅游")


def article(number: int) -> str:
    """Text of the real page ``number``: no two say the same."""
    words = "".join(WORDS[int(digit)] for digit in str(number))
    return (
        f"<h1>关于{words}工作的通知</h1><p>发布时间:2026-10-{number % 28 + 1:02d}</p>"
        + f"<p>{words}工作安排。</p>" * 9
    )


def _page(*links: str, title: str, extra: str) -> str:
    """A page whose links all read the same."""
    anchors = "".join(f'<a href="{link}">更多</a>\n' for link in links)
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{extra}{anchors}</body></html>"


def _month(year: int, month: int, shown: str, link: str) -> str:
    before = (year, month - 1) if month > 1 else (year - 1, 12)
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    links = (link.format(*one) for one in (before, after))
    return _page(*links, title=f"{year}年{month}月", extra=f"<h2>{year}年{month}月 活动日历</h2>{shown}")


def _calendar(path: str) -> str | None:
    if path == "/trap":
        return _month(2026, 11, "没有活动", "/cal?year={}&month={}")
    fields = dict(parse_qsl(path.partition("?")[2]))
    if not path.startswith("/cal?"):
        return None
    return _month(int(fields["year"]), int(fields["month"]), "没有活动", "/cal?year={}&month={}")


def _calendar_of_folders(path: str) -> str | None:
    parts = path.strip("/").split("/")
    year, month = (2026, 11) if path == "/trap" else (int(parts[1]), int(parts[2]))
    return _month(year, month, "没有活动", "/events/{}/{}/")


def _talking_calendar(path: str) -> str | None:
    """Every year says something else: only its dates tell that it goes on for ever."""
    year = int(path.rpartition("=")[2]) if "=" in path else 2026
    saying = "".join(WORDS[int(digit)] for digit in str(year))
    links = (f"/moon?year={one}" for one in (year - 1, year + 1))
    return _page(*links, title="农历", extra=f"<p>{saying}</p>")


def _session(path: str, _serial: count[int] = count()) -> str | None:  # noqa: B008 - one series for all requests
    name = path.partition("?")[0]
    number = 0 if name == "/trap" else int(name.removeprefix("/page"))
    links = [f"/page{other}?visit={next(_serial):09x}" for other in range(25)]
    return _page(*links, title=WORDS[number % 10], extra=article(1000 + number))


def _filters(path: str) -> str | None:
    """Forty things, filtered by any mixture of six values and four orders: each mixture has an address of its own."""
    fields = parse_qsl(path.partition("?")[2])
    links = [
        f"/goods?{urlencode([*fields, (f'f{number}', str(value))])}"
        for number in range(6)
        for value in range(3)
    ]
    links += [f"/goods?{urlencode([*fields, ('sort', way)])}" for way in ("time", "name", "hits", "size")]
    first = sum(map(ord, path)) % 30
    rows = "".join(
        f'<li><a href="/news/{one}.html">关于{WORDS[one % 10]}{WORDS[one // 10]}事项的公示公告</a>'
        f"<span>2026-10-{one % 28 + 1:02d}</span></li>"
        for one in range(first, first + 10)
    )
    shown = " ".join(f"{name}:{value}" for name, value in fields)
    return _page(*links, title="筛选", extra=f'<h1>公示公告</h1><p>{shown}</p><ul class="list">{rows}</ul>')


def _deeper(path: str) -> str | None:
    """Relative links from pages that every path answers."""
    words = ("news/", "notice/", "about/")
    name = path.strip("/").rpartition("/")[2]
    return _page(*words, title=name or "trap", extra=f"<p>{name}栏目的内容都在这里</p>")


def _round_and_round(_path: str) -> str | None:
    return _page("a/b/", title="迷路", extra="<p>同一个地方</p>")


def _same_text(path: str) -> str | None:
    number = int(path.rpartition("=")[2]) if "=" in path else 0
    links = [f"/view.jsp?urltype=news&id={number * 3 + step}" for step in (1, 2, 3)]
    return _page(*links, title="文章", extra=article(77))


def _redirects(path: str) -> Reply | None:
    number = int(path.rpartition("=")[2]) if "=" in path else 0
    if path == "/trap":
        return Reply(body=_page(*(f"/jump?n={one * 1000}" for one in range(8)), title="跳转", extra=""))
    return redirect(f"/jump?n={number + 1}")


def _refreshing(path: str) -> str | None:
    number = int(path.rpartition("=")[2]) if "=" in path else 0
    return f'<meta http-equiv="refresh" content="0;url=/next?n={number + 1}"><p>请稍候</p>'


@dataclass(frozen=True, slots=True)
class Endless:
    """``answer``: what stands at an address of the trap, which begins with one of ``paths``; ``most``: how many pages
    of it a crawl may visit; ``ends``: whether the crawl leaves addresses out to end it."""

    answer: Callable[[str], str | Reply | None]
    paths: tuple[str, ...]
    most: int
    ends: bool = True


ENDLESS = {
    "calendar": Endless(_calendar, ("/cal?",), 160),
    "calendar-of-folders": Endless(_calendar_of_folders, ("/events/",), 160),
    "talking-calendar": Endless(_talking_calendar, ("/moon?",), 2028 - 1949 + 1 + 12),
    "session": Endless(_session, ("/page",), 400),
    "filters": Endless(_filters, ("/goods?",), 1000),
    "deeper": Endless(_deeper, ("/trap", "/news/", "/notice/", "/about/"), 500),
    "round-and-round": Endless(_round_and_round, ("/a/",), 10),
    "same-text": Endless(_same_text, ("/view.jsp?",), 200),
    "redirects": Endless(_redirects, ("/jump?",), 8 * 11 * 2, ends=False),
    "refreshing": Endless(_refreshing, ("/next?",), 110),
}


def endless_site(trap: Endless) -> Callable[[str], Reply]:
    """A small real site that leads into ``trap``."""
    real = {f"/news/{number}.html": article(number) for number in range(REAL_PAGES)}

    def answer(path: str) -> Reply:
        if path == "/":
            return Reply(body=page("/trap", *real, title="首页"))
        if path in real:
            return Reply(body=page("/", title=path, extra=real[path]))
        if path == "/trap" or path.startswith(trap.paths):
            found = trap.answer(path)
            if found is not None:
                return found if isinstance(found, Reply) else Reply(body=found)
        return Reply(404, "x", content_type="text/plain")

    return answer
