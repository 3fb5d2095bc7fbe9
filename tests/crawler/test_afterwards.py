"""What is measured when all pages were visited: impossible addresses, fragments, prompts before leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.absent import MOST_ASKED, impossible_addresses
from govaudit.crawler.page_text import PageText, heading_of, text_of, title_of
from tests.crawler.crawling import QUICK, Crawled, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.facts import Probe

ERROR = "<html><head><title>出错了</title></head><body><h1>您访问的页面不存在</h1><p>{}</p></body></html>"
LONG = "<p>云澜市召开全市政府网站工作会议，部署下一阶段重点任务。</p>" * 20


def measured(site: HttpSite, path: Path) -> Crawled:
    plan = plan_for(site.url, msgspec.structs.replace(QUICK, browser="never"))
    return crawled(msgspec.structs.replace(plan, measures=("links",)), path)


def probes(run: Crawled, kind: str) -> list[Probe]:
    try:
        return run.facts.probes(kind)
    finally:
        run.facts.close()


def test_nothing_is_asked_for_unless_a_check_needs_it(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/a.html")), "/a.html": Reply(body=LONG)}) as site:
        run = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert probes(run, "not-found") == []
        assert site.paths() == ["/", "/a.html"]


def test_an_honest_site_is_asked_once(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/a.html")), "/a.html": Reply(body=LONG)}) as site:
        (probe,) = probes(measured(site, tmp_path / "facts.sqlite"), "not-found")
        assert probe.result["status"] == 404
        assert probe.result["alike"] == []
        assert len(site.paths()) == 3


def test_what_a_site_says_for_everything_is_compared_with_its_pages(tmp_path: Path) -> None:
    def otherwise(path: str) -> Reply:
        return Reply(body=ERROR.format(f"编号 {len(path)}"))

    routes = {"/": Reply(body=page("/zwgk/lost.html", "/zwgk/a.html")), "/zwgk/a.html": Reply(body=LONG)}
    with HttpSite(routes, otherwise) as site:
        found = probes(measured(site, tmp_path / "facts.sqlite"), "not-found")
    assert [probe.result["status"] for probe in found] == [200, 200]
    for probe in found:
        assert probe.result["alike"] == [[f"{site.url}/zwgk/lost.html", 1.0]]
        assert float(str(probe.result["home"])) < 0.5


def test_a_home_page_for_everything_is_told_apart(tmp_path: Path) -> None:
    home = Reply(body=page("/lost.html", extra=LONG))
    routes = {"/": home, "/lost.html": redirect("/")}
    with HttpSite(routes, lambda _path: home) as site:
        found = probes(measured(site, tmp_path / "facts.sqlite"), "not-found")
        assert {float(str(probe.result["home"])) for probe in found} == {1.0}


def test_a_wall_before_impossible_addresses_is_named(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}, lambda _path: Reply(412)) as site:
        (probe,) = probes(measured(site, tmp_path / "facts.sqlite"), "not-found")
        assert (probe.result["status"], probe.result["reason"]) == (412, "blocked-status")


def test_robots_are_heard_for_impossible_addresses(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body=page()),
        "/robots.txt": Reply(body="User-agent: *\nDisallow: /*.html", content_type="text/plain"),
    }
    with HttpSite(routes) as site:
        assert probes(measured(site, tmp_path / "facts.sqlite"), "not-found") == []
        assert site.paths() == ["/"]


def test_impossible_addresses_are_few_and_always_the_same() -> None:
    suspects = [f"http://www.x.gov.cn/d{number}/a.jsp?id=1" for number in range(40)]
    chosen = impossible_addresses("http://www.x.gov.cn/", suspects, 7)
    assert chosen == impossible_addresses("http://www.x.gov.cn/", reversed(suspects), 7)
    assert len(chosen) == MOST_ASKED
    assert chosen[0].count("/") == 3
    assert all(url.endswith(".jsp") for url in chosen[1:])


def test_fragments_are_looked_up_raw_and_decoded(tmp_path: Path) -> None:
    body = '<h2 id="p1">一</h2><a name="附则"></a><script>x</script>'
    links = (
        "/b.html#p1",
        "/b.html#附则",
        "/b.html#%E9%99%84%E5%88%99",
        "/b.html#p9",
        "/b.html#:~:text=x",
        "#/r",
        "#top",
    )
    with HttpSite({"/": Reply(body=page(*links)), "/b.html": Reply(body=body)}) as site:
        (probe,) = probes(measured(site, tmp_path / "facts.sqlite"), "fragments")
        assert probe.subject == f"{site.url}/b.html"
        assert probe.result == {"missing": ["p9"], "found": 2, "scripts": 1, "idle": []}


def prompt_of(tmp_path: Path, extra: str, script: Reply) -> dict[str, object]:
    routes = {
        "/": Reply(body=page("http://127.0.0.1:9/", extra=f'<script src="/a.js"></script>{extra}')),
        "/a.js": script,
    }
    with HttpSite(routes) as site:
        (probe,) = probes(measured(site, tmp_path / "facts.sqlite"), "leave-prompt")
        return probe.result


def test_prompts_before_leaving_are_found_in_scripts(tmp_path: Path) -> None:
    asking = Reply(body='if(!confirm("您访问的链接即将离开本网站")){}', content_type="text/javascript")
    assert prompt_of(tmp_path, "", asking)["words"] == "即将离开"


def test_code_that_takes_hold_of_links_leaves_it_open(tmp_path: Path) -> None:
    taking = Reply(body='$("a[href^=http]").on("click", ask)', content_type="text/javascript")
    result = prompt_of(tmp_path, '<a href="http://x.example/" onclick="return ask()">x</a>', taking)
    assert result == {
        "words": "",
        "guarded": ["http://x.example/"],
        "handlers": True,
        "unread": 0,
        "clicked": {},
    }


def test_scripts_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    result = prompt_of(tmp_path, '<script src="/jquery.min.js"></script>', Reply(404))
    assert result == {"words": "", "guarded": [], "handlers": False, "unread": 1, "clicked": {}}


def test_texts_are_compared_without_what_changes() -> None:
    one = text_of("<title>甲</title><body>今天 2026 年<script>x</script></body>".encode(), "utf-8")
    assert (one.title, one.text) == ("甲", "今天年")
    assert one.likeness(text_of("<body>今天1999年</body>".encode("gb18030"), "gb18030")) == 1.0
    assert PageText("", "").likeness(one) == 0.0


def test_titles_of_other_sites_are_read_in_both_encodings() -> None:
    assert title_of("<title> 此域名\n可转让 &amp; 出售</title>".encode("gb18030")) == "此域名 可转让 & 出售"
    assert title_of("<TITLE lang=zh>首页</TITLE>".encode()) == "首页"
    assert title_of(b"<p>x</p>") == ""
    page = (
        "<title>某网</title><h3>小</h3><H1 class=x><a href=y>您访问的 <b>页面</b></a>\n不存在</H1><h1>二</h1>"
    )
    assert heading_of(page.encode("gb18030")) == "您访问的 页面 不存在"
    assert heading_of(b"<header>x</header>") == ""
