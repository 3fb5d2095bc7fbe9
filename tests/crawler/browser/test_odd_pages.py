"""Pages as portals really have them: old charsets, endless reloads, pagers of ready-made components."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import Crawled, crawled, plan_for
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_chromium

JAVASCRIPT = "text/javascript; charset=utf-8"
LIST = """
let shown = 1;
function draw() {
  fetch("/api/" + shown + ".json").then((answer) => answer.json()).then((entries) => {
    document.getElementById("list").innerHTML = entries.map((one) =>
      `<li><a href="/a/${one}.html">关于第${one}号事项的通知</a><span>2026-09-${one}</span></li>`).join("");
  });
}
function to(number) { shown = number; draw(); }
draw();
"""
PAGERS = {
    "element": (
        '<div class="swiper"><button class="swiper-button-next" onclick="fetch(\'/wrong\')"></button></div>'
        '<div class="el-pagination"><button class="btn-prev"></button><button class="btn-next"'
        ' onclick="to(shown + 1)" style="width:20px;height:20px"><i></i></button></div>'
    ),
    "numbers": (
        '<p>共 <b>2</b> 条</p><div class="fenye"><span class="on">1</span><span onclick="to(2)">2</span>'
        '<span onclick="to(3)">3</span></div>'
    ),
    "marks": '<a onclick="fetch(\'/wrong\')">&gt;</a><ul class="page-list"><li onclick="to(shown + 1)">&gt;</li></ul>',
    "last": '<div class="pagination"><a class="next disabled" onclick="to(2)">下一页</a></div>',
    "ordinary": '<div class="pagination"><a href="/2.html">下一页</a></div>',
}  # fmt: skip
READ = {"element": 3, "numbers": 3, "marks": 3, "last": 1, "ordinary": 1}


def _column(name: str, pager: str) -> Reply:
    return Reply(
        body=f'<!DOCTYPE html><html><head><title>{name}</title><meta name="ColumnName" content="{name}"></head>'
        f'<body><h2>{name}</h2><p>{"正文" * 80}</p><ul id="list" class="list"></ul>{pager}<script>{LIST}</script>'
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Crawled, HttpSite]]:
    routes: dict[str, Reply] = {f"/{name}/": _column(name, pager) for name, pager in PAGERS.items()}
    routes |= {
        f"/api/{page}.json": Reply(
            body=json.dumps([30 - 2 * page, 29 - 2 * page]), content_type="application/json"
        )
        for page in range(1, 6)
    }
    gbk = (
        '<html><head><meta charset="gbk"><title>查询</title></head><body><div id="app"></div>'
        '<script src="/gbk.js"></script></body></html>'
    )
    routes["/gbk.html"] = Reply(body=gbk.encode("gbk"), content_type="text/html")
    routes["/gbk.js"] = Reply(
        body='document.getElementById("app").innerHTML = `<a href="/s?k=公租房">公租房</a>'
        + "正文" * 80
        + "`;",
        content_type=JAVASCRIPT,
    )
    routes["/reload.html"] = Reply(body='<div id="app"></div><script>location.reload()</script>')
    routes["/moved.html"] = Reply(body='<div id="app"></div><script src="/moved.js"></script>')
    routes["/moved.js"] = Reply(
        body='history.pushState(null, "", "/deep/er/view"); document.getElementById("app").innerHTML ='
        ' `<a href="one.html">一</a>` + "正文".repeat(80);',
        content_type=JAVASCRIPT,
    )
    entries = "".join(f'<a href="{path}">{path}</a> ' for path in routes if not path.startswith("/api/"))
    routes["/"] = Reply(body=f"<title>首页</title><p>{entries}</p>")
    with HttpSite(routes) as site:
        found = crawled(plan_for(f"{site.url}/"), tmp_path_factory.mktemp("odd") / "facts.sqlite")
        yield site.url, found, site
        found.facts.close()


@pytest.mark.parametrize("name", PAGERS)
def test_pagers(store: tuple[str, Crawled, HttpSite], name: str) -> None:
    url, found, site = store
    page = found.facts.page(f"{url}/{name}/")
    rendering = found.facts.rendering(f"{url}/{name}/")
    assert page is not None
    assert rendering is not None
    assert rendering[0].list_pages == READ[name]
    days = [int(item.date[-2:]) for item in page.reading.items]
    assert days == list(range(28, 28 - 2 * READ[name], -1))
    assert "/wrong" not in site.paths()


def test_addresses_of_an_old_page_stay_in_its_charset(store: tuple[str, Crawled, HttpSite]) -> None:
    url, found, _ = store
    page = found.facts.page(f"{url}/gbk.html")
    assert page is not None
    assert page.in_browser
    assert f"{url}/s?k=%B9%AB%D7%E2%B7%BF" in [link.url for link in found.links(f"{url}/gbk.html")]


def test_links_are_relative_to_where_a_script_moved_the_page(store: tuple[str, Crawled, HttpSite]) -> None:
    url, found, _ = store
    assert [link.url for link in found.links(f"{url}/moved.html") if link.raw == "one.html"] == [
        f"{url}/deep/er/one.html"
    ]


def test_a_page_that_loads_itself_for_ever_is_left_alone(store: tuple[str, Crawled, HttpSite]) -> None:
    url, found, site = store
    rendering = found.facts.rendering(f"{url}/reload.html")
    assert rendering is not None
    assert rendering[0].detail == "browser: the page loads itself again and again"
    assert site.paths().count("/reload.html") <= 4
