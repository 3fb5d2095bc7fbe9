"""A portal of any size on loopback whose pages are made as they are asked for, by a process of its own.

A tree of list pages with fifty articles each; every page carries the template of a portal (menu, labels, trail, dates,
footer marks). Every two hundredth article links to a page that is not there.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import uvloop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.sharedctypes import Synchronized

ENTRIES = 50
BELOW = 20
BROKEN_EVERY = 200
COLUMNS = (
    "概况信息",
    "机构职能",
    "领导信息",
    "动态要闻",
    "通知公告",
    "政策文件",
    "政策解读",
    "办事服务",
    "互动交流",
)

_MENU = "".join(f'<li><a href="/list{at}/index.html">{name}</a></li>' for at, name in enumerate(COLUMNS))
_HEAD = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="SiteName" content="云川市人民政府"><meta name="SiteDomain" content="127.0.0.1">'
    '<meta name="SiteIDCode" content="9901000001">{labels}</head><body>'
    '<div class="header"><h1><a href="/">云川市人民政府</a></h1></div>'
    f'<div class="nav"><ul><li><a href="/">首页</a></li>{_MENU}</ul></div>'
)
_FOOT = (
    '<div class="footer"><p>主办：云川市人民政府办公室　联系电话：0990-6600000</p>'
    "<p>网站标识码：9901000001　宁ICP备19000001号-1　宁公网安备 99010002000001号</p></div></body></html>"
)
_TEXT = "<p>　　会议强调，要进一步提高政治站位，把各项工作任务抓细抓实，确保年度目标如期完成。</p>" * 4


@dataclass(frozen=True, slots=True)
class GeneratedSite:
    """``url``: the home page; ``served``: answers so far."""

    url: str
    served: Synchronized[int]


@contextmanager
def generated_site(addresses: int) -> Iterator[GeneratedSite]:
    """Serve a portal of about ``addresses`` different addresses while the context is open."""
    context = multiprocessing.get_context("spawn")
    served = context.Value("q", 0, lock=False)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(addresses, served, theirs), daemon=True)
    process.start()
    try:
        yield GeneratedSite(f"http://127.0.0.1:{ours.recv()}/", served)
    finally:
        process.kill()
        process.join()


def page(path: str, addresses: int) -> bytes | None:
    """The page at ``path``; ``None`` when there is none."""
    lists = max(1, addresses // (ENTRIES + 1))
    if path == "/":
        return _list(0, lists, title="云川市人民政府")
    folder, _, name = path.removesuffix(".html").rpartition("/")
    if folder.startswith("/list") and (name == "index" or name.startswith("index_")):
        number = int(folder.removeprefix("/list")) + len(COLUMNS) * int(name.partition("_")[2] or 0)
        return (
            _list(number, lists, title=f"{COLUMNS[number % len(COLUMNS)]}_云川市人民政府")
            if number < lists
            else None
        )
    if folder.startswith("/article/") and name.isdigit() and int(name) < lists * ENTRIES:
        return _article(int(name), lists * ENTRIES)
    return None


def _list_address(number: int) -> str:
    """The first page of a column, or a further one."""
    at, column = divmod(number, len(COLUMNS))
    return f"/list{column}/index{f'_{at}' if at else ''}.html"


def _address(article: int) -> str:
    return f"/article/{article // 1000}/{article}.html"


def _day(article: int) -> str:
    return f"2026-11-{1 + article % 20:02}"


def _list(number: int, lists: int, *, title: str) -> bytes:
    name = COLUMNS[number % len(COLUMNS)]
    entries = "".join(
        f'<li><a href="{_address(one)}">关于第{one}号事项的通知</a><span>{_day(one)}</span></li>'
        for one in range(number * ENTRIES, (number + 1) * ENTRIES)
    )
    below = range(number * BELOW + 1, min(lists, number * BELOW + BELOW + 1))
    pager = " ".join(f'<a href="{_list_address(one)}">{one}</a>' for one in below)
    labels = f'<meta name="ColumnName" content="{name}">'
    return (
        f"{_HEAD.format(title=title, labels=labels)}"
        f'<div class="position">当前位置：<a href="/">首页</a> &gt; {name}</div><h2>{name}</h2>'
        f'<ul class="list">{entries}</ul><div class="more">{pager}</div>{_FOOT}'
    ).encode()


def _article(number: int, articles: int) -> bytes:
    parent = number // ENTRIES
    name = COLUMNS[parent % len(COLUMNS)]
    title = f"关于第{number}号事项的通知"
    labels = (
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{_day(number)} 09:30">'
        '<meta name="ContentSource" content="云川市人民政府办公室">'
    )
    others = ((number + step) % articles for step in (-2, -1, 1, 2, 10, 20))
    related = "".join(f'<li><a href="{_address(one)}">关于第{one}号事项的通知</a></li>' for one in others)
    gone = f'<a href="/gone/{number}.html">附表</a>' if number % BROKEN_EVERY == 0 else ""
    return (
        f"{_HEAD.format(title=f'{title}_云川市人民政府', labels=labels)}"
        '<div class="position">当前位置：<a href="/">首页</a> &gt; '
        f'<a href="/list{parent % len(COLUMNS)}/index.html">{name}</a></div>'
        f'<h2 class="title">{title}</h2>'
        f'<div class="info">发布时间：{_day(number)} 09:30　来源：市政府办公室</div>'
        f'<div class="content">{_TEXT}{gone}</div><ul>{related}</ul>{_FOOT}'
    ).encode()


class _Connection(asyncio.Protocol):
    """Answers one request after another."""

    def __init__(self, addresses: int, served: Synchronized[int]) -> None:
        self._addresses = addresses
        self._served = served
        self._input = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._input += data
        while b"\r\n\r\n" in self._input:
            head, _, self._input = self._input.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("ascii")
            body = page(path, self._addresses)
            status, sent = (b"200 OK", body) if body is not None else (b"404 Not Found", b"not here")
            self._served.value += 1
            self._transport.write(
                b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(sent), sent)
            )


def _serve(addresses: int, served: Synchronized[int], told: Connection) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(addresses, served), "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())
