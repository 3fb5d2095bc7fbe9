"""A government site with a search of its own, in several makes, for a real server."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs

from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

TITLES = (
    "云澜市召开全市防汛工作视频会议",
    "云澜市人民政府关于表彰先进集体的决定",
    "我市开展食品安全专项整治行动",
    "云澜市启动新一轮老旧小区改造工程",
    "市领导调研重点项目建设进展情况",
)
NEWS = "云澜市举行新闻发布会介绍经济运行情况"
"""Too new for an index."""

Make = Literal["highlighted", "gbk-table", "cut", "script", "data"]


@dataclass
class SearchEngine:
    """A site with five articles and a new one. ``knows``: titles that its search finds; ``answer``: what the search
    answers instead; ``form``: the box of the home page instead of the make's own."""

    make: Make = "highlighted"
    knows: frozenset[str] = frozenset(TITLES)
    answer: Callable[[str], Reply] | None = None
    form: str = ""
    robots: str = ""
    asked: list[str] = field(default_factory=list)

    def site(self) -> HttpSite:
        """The server, not yet running."""
        routes = {"/": self._reply(self._home())}
        for number, title in enumerate((*TITLES, NEWS)):
            day = "2026-11-20" if title == NEWS else f"2026-10-{number + 10}"
            routes[f"/art/{number}.html"] = self._reply(self._article(title, day))
        if self.robots:
            routes["/robots.txt"] = Reply(body=self.robots, content_type="text/plain")
        return HttpSite(routes, self._otherwise)

    @property
    def _charset(self) -> str:
        return "gbk" if self.make == "gbk-table" else "utf-8"

    def _reply(self, html: str) -> Reply:
        return Reply(body=html.encode(self._charset), content_type=f"text/html; charset={self._charset}")

    def _home(self) -> str:
        links = "".join(
            f'<li><a href="/art/{number}.html">{title}</a> 2026-10-{number + 10}</li>'
            for number, title in enumerate((*TITLES, NEWS))
        )
        return _page("云澜市人民政府", f"{self.form or self.own_form()}<ul>{links}</ul>")

    def own_form(self) -> str:
        """The box of the make."""
        match self.make:
            case "gbk-table":
                return (
                    '<form action="/jsearch/s.asp" accept-charset="gb2312"><table><tr><td><input name="kw" size="20">'
                    '</td><td><input type="image" src="/so.gif"></td></tr></table></form>'
                )
            case "script":
                return (
                    '<form method="get" action="/search4/s" id="f"><input type="hidden" name="siteCode" value="1">'
                    '<input name="searchWord" placeholder="请输入关键字"><input type="button" onclick="go()"></form>'
                )
        return (
            '<form method="get" action="/search/index.html"><input type="hidden" name="siteid" value="7&8">'
            '<select name="scope"><option value="a">全部</option><option value="t" selected>标题</option></select>'
            '<input type="text" name="q" placeholder="请输入关键词"><button>搜索</button></form>'
        )

    def _article(self, title: str, day: str) -> str:
        text = "<p>各有关单位要高度重视，压实责任，确保各项措施落到实处，切实维护人民群众的利益。</p>" * 4
        return _page(
            title, f"<h1>{title}</h1><p>发布时间：{day} 来源：云澜市人民政府办公室</p><div>{text}</div>"
        )

    def _otherwise(self, path: str) -> Reply:
        address, _, query = path.partition("?")
        if address not in {"/search/index.html", "/jsearch/s.asp", "/search4/s"} or not query:
            return Reply(404, "not here", content_type="text/plain")
        fields = parse_qs(query, keep_blank_values=True, encoding=self._charset)
        if self.make == "highlighted" and (fields.get("siteid"), fields.get("scope")) != (["7&8"], ["t"]):
            return Reply(500, "no site")
        asked = next(fields[name][0] for name in ("q", "kw", "searchWord") if name in fields)
        self.asked.append(asked)
        return self.answer(asked) if self.answer is not None else self._reply(self._results(asked))

    def _results(self, asked: str) -> str:
        found = [
            (number, title)
            for number, title in enumerate(TITLES)
            if title in self.knows and any(part in title for part in (asked, *_pieces(asked)))
        ]
        best = sorted(found, key=lambda one: one[1] != asked)
        match self.make:
            case "script":
                return _page("搜索", "<div id='app'></div><script src='/app.js'></script>", foot=False)
            case "data":
                rows = ",".join(f'{{"id":{number},"title":"{title}"}}' for number, title in best)
                listed = (
                    f"<div class='list'></div><script>var key='{asked}';var rows=[{rows}];show(rows)</script>"
                )
            case "gbk-table":
                listed = "".join(
                    f"<tr><td>{title.replace(asked, f'<font color=red>{asked}</font>')}</td>"
                    f"<td><a href='/art/{number}.html'>查看</a></td></tr>"
                    for number, title in best
                )
            case "cut":
                listed = "".join(f"<a href='/go?to={n}&k=1'>{title[:13]}...</a><br>" for n, title in best)
            case _:
                listed = "".join(
                    f"<li><a href='/link?url={number}'>{title.replace(asked[:4], f'<em>{asked[:4]}</em>')}</a></li>"
                    for number, title in best
                )
        count = (
            f"<p>为您找到“{escape(asked)}”相关结果{len(best)}条</p>"
            if best
            else "<p>抱歉，没有找到相关内容</p>"
        )
        box = f"<input name=q value='{escape(asked)}'><a href='?q={escape(asked)}&sort=time'>按时间排序</a>"
        return _page("站内搜索", box + count + listed)


def _pieces(asked: str) -> tuple[str, ...]:
    return tuple(word for word in ("云澜市", "工作", "关于", "通知") if word in asked)


def _page(title: str, body: str, *, foot: bool = True) -> str:
    around = (
        "<div class='foot'><a href='/about.html'>关于我们</a> 主办：云澜市人民政府办公室</div>"
        if foot
        else ""
    )
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}{around}</body></html>"
