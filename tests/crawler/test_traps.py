"""Sites without end: the crawl ends by itself, reads every real page, and says what it left out."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import Skipped
from govaudit.inspection.run import Budget
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.certificates import trusted_server
from tests.support.endless_sites import ENDLESS, REAL_PAGES, WORDS, article, endless_site
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAST = msgspec.structs.replace(QUICK, concurrency=16)
NO_LIMIT = Budget(max_pages=0)


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_site_ends(tmp_path: Path, name: str) -> None:
    trap = ENDLESS[name]
    with HttpSite(otherwise=endless_site(trap)) as site:
        store = crawled(plan_for(site.url, FAST, NO_LIMIT), tmp_path / "facts.sqlite")
        assert store.facts.still_waiting() == 0
        asked = [path for path in site.paths() if path.startswith(trap.paths)]
        assert len(asked) <= trap.most
        assert {f"{site.url}/news/{number}.html" for number in range(REAL_PAGES)} <= set(store.pages())
        left_out = store.left_out()
        assert set(left_out.values()) <= {Skipped.TRAP, Skipped.DUPLICATE}
        assert bool(left_out) is trap.ends
        assert all(url.removeprefix(site.url).startswith(trap.paths) for url in left_out)


def test_many_pages_of_one_make_are_no_trap(tmp_path: Path) -> None:
    """Four hundred articles, and empty columns that only their numbers tell apart."""

    def answer(path: str) -> Reply:
        name, _, number = path.partition("=")
        if name == "/view.jsp?id":
            return Reply(body=page("/", title="文章", extra=article(int(number))))
        if name == "/list.jsp?id":
            first = int(number) * 20
            links = [f"/view.jsp?id={one}" for one in range(first, first + 20)] if first < 400 else []
            following = [f"/list.jsp?id={int(number) + 1}"] if int(number) < 49 else []
            return Reply(
                body=page(*links, *following, title=f"第{number}栏", extra="<p>暂无内容</p>" * (not links))
            )
        return Reply(404, "x", content_type="text/plain")

    with HttpSite({"/": Reply(body=page("/list.jsp?id=0"))}, otherwise=answer) as site:
        store = crawled(plan_for(site.url, FAST, NO_LIMIT), tmp_path / "facts.sqlite")
        assert store.left_out() == {}
        assert len(store.pages()) == 1 + 400 + 50


TREE = [f"/col{number}/" for number in range(20)]


def _portal(*origins: str) -> dict[str, Reply]:
    """Every page links to every page under each origin and by both names."""
    links = [f"{origin}{path}" for origin in origins for path in TREE]
    routes = {
        path: Reply(body=page(*links, title=path, extra=article(index))) for index, path in enumerate(TREE)
    }
    return {"/": Reply(body=page(*links)), **routes}


def _twins(left_out: dict[str, Skipped | None], pages: list[str], first: str, second: str) -> int:
    """How many addresses were left out as copies; each of them stands for a page that was read."""
    copies = [url for url, why in left_out.items() if why is Skipped.DUPLICATE]
    for url in copies:
        twins = {url.replace(first, second, 1), url.replace(second, first, 1)} - {url}
        assert twins & set(pages), url
    return len(copies)


def test_a_tree_with_and_without_www_is_read_once(tmp_path: Path) -> None:
    with HttpSite() as site:
        with_www, without = f"http://www.portal.test:{site.port}", f"http://portal.test:{site.port}"
        deeper = [f"{origin}/deep{number}" for origin in (with_www, without) for number in range(40)]
        for path, reply in _portal(with_www, without).items():
            site.add(path, reply)
        for path in TREE:
            site.add(path, Reply(body=page(*deeper, title=path, extra=article(TREE.index(path)))))
        for number in range(40):
            site.add(f"/deep{number}", Reply(body=page(title="深处", extra=article(100 + number))))
        network = msgspec.structs.replace(
            FAST,
            resolve={f"{host}:{site.port}": ("127.0.0.1",) for host in ("portal.test", "www.portal.test")},
        )
        store = crawled(plan_for(with_www, network), tmp_path / "facts.sqlite")
        assert _twins(store.left_out(), store.pages(), with_www, without) == 40
        assert {url.rpartition("/")[2] for url in store.pages() if "/deep" in url} == {
            f"deep{n}" for n in range(40)
        }
        assert set(store.left_out().values()) == {Skipped.DUPLICATE}


def test_a_folder_and_its_index_file_are_one_page(tmp_path: Path) -> None:
    names = [*TREE, *(f"{path}index.html" for path in TREE)]
    deeper = [f"/deep{number}/{name}" for number in range(30) for name in ("", "index.html")]

    def answer(path: str) -> Reply:
        folder = path.removesuffix("index.html")
        number = int("".join(filter(str.isdigit, folder)) or 0) + 100 * ("deep" in folder)
        return Reply(body=page(*deeper, title=folder, extra=article(number)))

    with HttpSite({"/": Reply(body=page(*names))}, otherwise=answer) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        copies = [url for url, why in store.left_out().items() if why is Skipped.DUPLICATE]
        assert len(copies) == 30
        assert len({url.removesuffix("index.html") for url in store.pages()}) == 1 + 20 + 30


def test_trees_that_differ_are_both_read(tmp_path: Path) -> None:
    with HttpSite() as site:
        with_www, without = f"http://www.portal.test:{site.port}", f"http://portal.test:{site.port}"
        served = count()

        def answer(path: str) -> Reply:
            links = [f"{origin}{one}" for origin in (with_www, without) for one in TREE]
            return Reply(body=page(*links, title=path, extra=article(next(served) + 1000)))

        site.otherwise = answer
        network = msgspec.structs.replace(
            FAST,
            resolve={f"{host}:{site.port}": ("127.0.0.1",) for host in ("portal.test", "www.portal.test")},
        )
        store = crawled(plan_for(with_www, network), tmp_path / "facts.sqlite")
        assert store.left_out() == {}
        assert len(store.pages()) == 1 + 2 * len(TREE)


def test_a_copy_under_https_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = trusted_server(tmp_path, monkeypatch, "portal.test")
    routes = _portal("http://portal.test", "https://portal.test")
    more = {
        f"/deep{number}": Reply(body=page(title="深处", extra=article(100 + number))) for number in range(20)
    }
    links = [f"{scheme}://portal.test{path}" for scheme in ("http", "https") for path in more]
    routes["/col0/"] = Reply(body=page(*links, title="/col0/", extra=article(0)))
    with HttpSite({**routes, **more}) as plain, HttpSite({**routes, **more}, tls=context) as secure:
        network = msgspec.structs.replace(
            FAST,
            resolve={"portal.test:80": ("127.0.0.1",), "portal.test:443": ("127.0.0.1",),
                     f"portal.test:{plain.port}": ("127.0.0.1",), f"portal.test:{secure.port}": ("127.0.0.1",)},
            connect_port={"portal.test:80": plain.port, "portal.test:443": secure.port},
        )  # fmt: skip
        store = crawled(plan_for("http://portal.test/", network), tmp_path / "facts.sqlite")
        assert _twins(store.left_out(), store.pages(), "http://", "https://") == 20
        assert {url.rpartition("/")[2] for url in store.pages() if "/deep" in url} == {
            path[1:] for path in more
        }


def _late(seed: int) -> Callable[[str], Reply]:
    """The pages of ``large_portal`` after a moment that differs from page to page and run to run."""
    lots = random.Random(seed)  # noqa: S311 - waiting times

    def answer(path: str) -> Reply:
        gate = threading.Event()
        threading.Timer(lots.random() * 0.02, gate.set).start()
        return replace(large_portal(path), hold=gate)

    return answer


MENU = "".join(f'<li><a href="/col{number}/">{name}栏目</a></li>' for number, name in enumerate(WORDS))


def large_portal(path: str) -> Reply:
    """Ten columns with thirty pages of lists each, twenty articles to a list: six thousand articles, newest first."""
    if path == "/":
        return Reply(body=page(title="首页", extra=f'<div class="nav"><ul>{MENU}</ul></div>'))
    column, _, rest = path.removeprefix("/col").partition("/")
    if not column.isdigit():
        return Reply(404, "x", content_type="text/plain")
    if rest.startswith("t"):
        return Reply(body=page("/", title="文章", extra=article(int(column) * 10_000 + int(rest[1:-5]))))
    number = int(rest.removeprefix("list").partition(".")[0] or 1) - 1
    day = date(2026, 11, 20) - timedelta(days=number * 20)
    rows = "".join(
        f'<li><a href="/col{column}/t{number * 20 + row}.html">'
        f"关于{WORDS[row % 10]}{WORDS[number % 10]}工作的通知公告</a>"
        f"<span>{day - timedelta(days=row)}</span></li>"
        for row in range(20)
    )
    following = f'<a href="/col{column}/list{number + 2}.html">下一页</a>' if number < 29 else ""
    return Reply(
        body=page(title=f"{WORDS[int(column)]}栏目", extra=f'<ul class="list">{rows}</ul>{following}')
    )


def test_a_budget_takes_columns_then_the_newest_then_some_of_each_and_the_same_in_every_run(
    tmp_path: Path,
) -> None:
    chosen = []
    for run, concurrency in enumerate((1, 16)):
        with HttpSite() as site:
            site.otherwise = _late(run)
            network = msgspec.structs.replace(QUICK, concurrency=concurrency)
            plan = msgspec.structs.replace(
                plan_for("http://www.portal.test/", network, Budget(max_pages=120)), seed=11
            )
            network = msgspec.structs.replace(
                network,
                resolve={
                    "www.portal.test:80": ("127.0.0.1",),
                    f"www.portal.test:{site.port}": ("127.0.0.1",),
                },
                connect_port={"www.portal.test:80": site.port},
            )
            store = crawled(msgspec.structs.replace(plan, network=network), tmp_path / f"{run}.sqlite")
            chosen.append({url.removeprefix("http://www.portal.test") for url in store.pages()})
            assert set(store.left_out().values()) == {Skipped.BUDGET}
    first, second = chosen
    assert first == second
    assert len(first) == 120
    assert {f"/col{number}/" for number in range(10)} < first
    assert {f"/col{number}/list2.html" for number in range(10)} < first
    newest = {f"/col{column}/t{row}.html" for column in range(10) for row in range(2)}
    assert newest < first
    sampled = Counter(path.partition("/t")[0] for path in first if "/t" in path)
    assert min(sampled.values()) >= 5
