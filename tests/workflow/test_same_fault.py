"""The same fault is the same finding, whatever a site's makers change around it: real crawls of one site over time."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.ledger.entries import Cause
from govaudit.inspection.ledger.filters import Filter
from govaudit.inspection.run import BEIJING, Network
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import State
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.findings import kept_ledger
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from tests.support.certificates import Authority
from tests.support.http_site import HttpSite, Reply, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from govaudit.inspection.ledger.entries import Entry

HOST = "www.ceshi.gov.cn"
CODE = "1234560001"
NEWS = [
    (f"/xwdt/2026{month:02}/t{month}.html", f"云澜市第{month}次工作会议召开", f"2026-{month:02}-15")
    for month in range(1, 9)
]
BROKEN, PICTURE, FORM = "/zwgk/old.html", "/images/missing.png", "/files/form.doc"


def simple(body: str, title: str, labels: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{labels}</head><body>{body}</body></html>"


def first_design(anchor: str = "旧文件") -> dict[str, str]:
    """Tables, as sites were made long ago."""
    menu = '<div class="nav"><a href="/">首页</a> <a href="/xwdt/">新闻动态</a> <a href="/tzgg/">通知公告</a></div>'
    rows = "".join(f'<tr><td><a href="{url}">{title}</a></td><td>{day}</td></tr>' for url, title, day in NEWS)
    pages = {
        "/": simple(
            f'{menu}<table>{rows}</table><a href="{BROKEN}">{anchor}</a><img src="{PICTURE}" alt="图">',
            "云澜市人民政府",
        ),
        "/xwdt/": simple(f"{menu}<h1>新闻动态</h1><table>{rows}</table>", "新闻动态"),
        "/tzgg/": simple(f"{menu}<h1>通知公告</h1><div>暂无内容</div>", "通知公告"),
    }
    for url, title, day in NEWS:
        text = f"{menu}<h1>{title}</h1><p>发布时间：{day}</p><p>会议研究了全市工作。</p><a href='{FORM}'>附件</a>"
        pages[url] = simple(text, title)
    return pages


def second_design() -> dict[str, str]:
    """Another template: other elements, much more above every fault, lists the other way round, other words."""
    menu = (
        '<header>\n\n\n<nav><ul><li><a href="/tzgg/">通知公告</a></li><li><a href="/xwdt/">新闻动态</a></li>'
        '<li><a href="/">首页</a></li></ul></nav></header>' + "\n<section class='banner'></section>" * 30
    )
    rows = "".join(
        f'<li><span>{day}</span><a href="{url}" title="{title}">{title}</a></li>'
        for url, title, day in reversed(NEWS)
    )
    pages = {
        "/": simple(
            f'{menu}<main><figure><img alt="" src="{PICTURE}"></figure>\n<ul class="list">{rows}</ul>\n'
            f'<footer><a class="more" href="{BROKEN}">查看历史文件 &gt;&gt;</a></footer></main>',
            "云澜市人民政府门户网站",
        ),
        "/xwdt/": simple(f"{menu}<main><h2>新闻动态</h2><ul>{rows}</ul></main>", "新闻动态_云澜市人民政府"),
        "/tzgg/": simple(f"{menu}<main><h2>通知公告</h2><p>暂无内容</p></main>", "通知公告_云澜市人民政府"),
    }
    for url, title, day in NEWS:
        pages[url] = simple(
            f'{menu}<article><h2>{title}</h2><div class="info"><span>发布时间：{day}</span></div>'
            f'<div class="text"><p>会议研究了全市工作。</p></div><ul><li><a href="{FORM}">下载申请表</a></li></ul>'
            "</article>",
            f"{title}_云澜市人民政府",
        )
    return pages


class Town:
    """A site that changes, and the office that inspects it every quarter."""

    def __init__(self, workspace: Workspace, servers: Mapping[int, HttpSite], trust: Path) -> None:
        self.workspace = workspace
        self.servers = servers
        self.trust = trust
        self.quarter = 0

    def serve(self, pages: Mapping[str, str], *, tls: bool = False) -> None:
        for path, html in pages.items():
            self.servers[443].add(path, Reply(body=html) if tls else Reply(404, "nothing"))
            self.servers[80].add(path, redirect(f"https://{HOST}{path}", 301) if tls else Reply(body=html))

    def inspect(self, url: str = f"http://{HOST}/", code: str = CODE) -> dict[tuple[str, str], Entry]:
        """Check and subject → entry, of what the run of the next quarter saw."""
        self.quarter += 1
        run = f"run-{self.quarter}"
        hosts = {HOST, "ceshi.gov.cn"}
        network = Network(
            resolve={f"{host}:{port}": ("127.0.0.1",) for host in hosts for port in self.servers},
            connect_port={
                f"{host}:{port}": server.port for host in hosts for port, server in self.servers.items()
            },
            allow_private=True, rate=0.0, browser="never", timeout=3.0, trust=str(self.trust),
        )  # fmt: skip
        options = RunOptions(
            run=run, as_of=datetime(2026, 8, self.quarter, tzinfo=BEIJING), network=network, formats=("json",)
        )
        record = begin_run(self.workspace, [Site(url=url, code=code, name="云澜市")], options, listed=True)
        inspect_run(self.workspace, record, options, lambda _: None)
        entries = kept_ledger(self.workspace).entries(Filter(day=date(2026, 8, 1), runs=(run,)))
        return {(one.finding.check, one.finding.identity): one for one in entries if one.last_run == run}

    def causes(self, entry: Entry) -> list[Cause]:
        return [one.cause for one in kept_ledger(self.workspace).changes(entry.id)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    authority = Authority(tmp_path)
    with ExitStack() as servers:
        plain = servers.enter_context(HttpSite())
        secure = servers.enter_context(HttpSite(tls=authority.server(HOST)))
        (tmp_path / "workspace").mkdir()
        yield Town(open_workspace(tmp_path / "workspace"), {80: plain, 443: secure}, authority.trusted)


def test_a_fault_is_known_again_after_all_that_changes_around_it(town: Town) -> None:
    town.serve(first_design())
    first = town.inspect(code="")
    own = {f"ceshi.gov.cn{path}" for path in (BROKEN, PICTURE, FORM)}
    assert {("LNK001", f"ceshi.gov.cn{BROKEN}"), ("LNK003", f"ceshi.gov.cn{PICTURE}")} <= first.keys()
    assert own == {subject for check, subject in first if check in {"LNK001", "LNK003", "LNK004"}}
    assert any(check == "COL002" for check, _ in first)
    assert any(check.startswith("IDN") for check, _ in first)
    assert any(check.startswith("TAG") for check, _ in first)

    town.serve(second_design())
    second = town.inspect(code="")
    assert {key: one.id for key, one in second.items()} == {key: one.id for key, one in first.items()}
    link = second["LNK001", f"ceshi.gov.cn{BROKEN}"]
    assert link.finding.locator != first["LNK001", f"ceshi.gov.cn{BROKEN}"].finding.locator
    assert {one.state for one in second.values()} <= {State.OPEN, State.REVIEW}
    assert all(town.causes(one) == [Cause.FOUND] for one in second.values())

    town.serve(second_design(), tls=True)
    third = town.inspect(f"https://{HOST}/", code="")
    assert third.keys() == first.keys()
    for key in first:
        assert (third[key].id, third[key].first_run, third[key].state) == (
            first[key].id,
            "run-1",
            first[key].state,
        )

    fourth = town.inspect(f"https://{HOST}/")
    assert fourth.keys() == third.keys()
    for key, entry in fourth.items():
        assert (entry.first_run, entry.site.key) == (third[key].first_run, CODE)
        assert town.causes(entry)[:2] == [Cause.FOUND, Cause.NEW_CODE]
        # What only a site list makes certain is so from now on.
        assert set(town.causes(entry)[2:]) <= {Cause.CERTAIN}
    old, new = third["LNK001", f"ceshi.gov.cn{BROKEN}"], fourth["LNK001", f"ceshi.gov.cn{BROKEN}"]
    assert old.id != new.id
    day = date(2026, 8, 1)
    assert kept_ledger(town.workspace).entries(Filter(day=day, ids=(old.id,))) == [new]
