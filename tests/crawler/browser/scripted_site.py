"""A portal whose pages are written by scripts, each in its own way."""

from __future__ import annotations

import json

from tests.support.http_site import Reply

TEXT = "正文" * 200
MARKS = "网站标识码：1100000001 京ICP备05000001号 京公网安备 11010202000001号 主办：云岚市人民政府办公室"
MENU = (
    ("通知公告", "/tzgg/index.html"),
    ("机构职能", "/jgzn/t20260901_1.html"),
    ("政务公开", "/xxgk/index.html"),
    ("政策文件", "/zcwj/index.html"),
    ("领导信息", "/ldxx/index.html"),
)
ARTICLES = 5
"""Articles of one template, whose footer a script writes."""
LIST_PAGES = 5

_APP = """
fetch("/api/menu").then((answer) => answer.json()).then((menu) => {
  document.getElementById("app").innerHTML = "<div class='nav'>" + menu.map((one) =>
    `<a href="${one.url}">${one.text}</a>`).join("") + "</div><p>欢迎</p><img src='/logo.png'>";
});
"""
_FOOTER = f'document.getElementById("foot").innerHTML = "<p>{MARKS}</p>";'
_LIST = """
let number = 0;
function show() {
  fetch("/api/list?page=" + number, {method: "POST"}).then((answer) => answer.json()).then((entries) => {
    document.getElementById("list").innerHTML = entries.map((one) =>
      `<li><a href="${one.url}">${one.title}</a><span>${one.date}</span></li>`).join("");
  });
}
function turn() { number += 1; show(); }
show();
"""
_FORM = """
alert("欢迎访问");
document.getElementById("search").submit();
fetch("/api/menu", {method: "DELETE"}).catch(() => {});
"""


def _page(title: str, body: str, head: str = "") -> Reply:
    return Reply(
        body=f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def _json(content: object) -> Reply:
    return Reply(body=json.dumps(content, ensure_ascii=False), content_type="application/json")


def _script(code: str) -> Reply:
    return Reply(body=code, content_type="text/javascript; charset=utf-8")


def _article(number: int) -> Reply:
    links = "".join(
        f'<a href="/jgzn/t20260901_{other}.html">第{other}篇</a>' for other in range(1, ARTICLES + 1)
    )
    return _page(
        f"第{number}篇",
        f"<h1>关于第{number}项工作的说明</h1><p>{TEXT}</p>{links}"
        '<div class="footer" id="foot"></div><script src="/js/footer.js"></script>',
    )


def _entries(page: int) -> list[dict[str, str]]:
    return [
        {
            "url": f"/tzgg/t202610{day:02d}_{day}.html",
            "title": f"关于第{day}号事项有关安排的通知",
            "date": f"2026-10-{day:02d}",
        }
        for day in (28 - 2 * page, 27 - 2 * page)
    ]


def _column(name: str, script: str, pager: str = "") -> Reply:
    return _page(
        name, f'<h2>{name}</h2><ul class="list" id="list"></ul>{pager}<script>{script}</script>',
        f'<meta name="ColumnName" content="{name}">',
    )  # fmt: skip


def scripted_routes() -> dict[str, Reply]:
    """All pages of the portal, its scripts and what they load."""
    routes = {
        "/": _page("云岚市人民政府", '<div id="app"></div><script src="/js/app.js"></script>'),
        "/js/app.js": _script(_APP),
        "/js/footer.js": _script(_FOOTER),
        "/api/menu": _json([{"text": text, "url": url} for text, url in MENU]),
        "/tzgg/index.html": _column(
            "通知公告", _LIST, '<div class="pagination"><a href="javascript:;" onclick="turn()">下一页</a></div>'
        ),
        "/zcwj/index.html": _column(
            "政策文件", _LIST.replace("turn() {", 'turn() { location.href = "/zcwj/" + "index_1.html"; return;'),
            '<div class="pagination"><span onclick="turn()">下一页</span></div>',
        ),
        "/zcwj/index_1.html": _column("政策文件", ""),
        "/ldxx/index.html": _column("领导信息", _LIST.replace("/api/list", "/api/broken")),
        "/xxgk/index.html": _page("政务公开", '<script>location.replace("/" + "gk" + ".html")</script>'),
        "/gk.html": _page("政府信息公开", f'<p>{TEXT}</p><form id="search" method="post" action="/search"></form>'
                          '<div class="footer" id="foot"></div><script src="/js/footer.js"></script>'
                          f"<script>{_FORM}</script>"),
    }  # fmt: skip
    routes |= {f"/jgzn/t20260901_{number}.html": _article(number) for number in range(1, ARTICLES + 1)}
    routes |= {f"/api/list?page={page}": _json(_entries(page)) for page in range(LIST_PAGES)}
    return routes
