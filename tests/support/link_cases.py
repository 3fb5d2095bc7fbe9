"""A site on real sockets that holds every case of a link, with the verdict that each deserves.

``CASES`` is the one table. The site is ``www.cases.gov.cn``, its name server is ours, others are ``*.example.cn``;
every name leads to loopback.
"""

from __future__ import annotations

import datetime
import re
import ssl
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from govaudit.demo.dns_server import dns_server
from tests.support.http_site import HttpSite, Reply, closed_port, full_port, redirect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from govaudit.demo.dns_server import Records
    from tests.support.http_site import Request

OWN = "www.cases.gov.cn"
_FAILING_NAMES: dict[str, Records | str] = {
    "gone.example.cn": "NXDOMAIN",
    "broken.example.cn": "SERVFAIL",
    "bare.example.cn": {"TXT": ['"x"']},
}
_LONG = "正文。" * 500
_ERROR = (
    "<html><head><title>出错了</title></head><body><h1>您访问的页面不存在</h1><p>请返回</p></body></html>"
)
_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 3000
_FOREIGN_ERROR = "<html><head><title>某协会</title></head><body><h1>您访问的页面不存在</h1></body></html>"
_PDF = b"%PDF-1.4\n" + b"x" * 3000


@dataclass(frozen=True, slots=True)
class Case:
    """A reference on the page and what has to be said of it. ``name`` is the words of the link; ``url``: as written,
    with ``{port}``, ``{closed}`` and ``{tls-…}`` for ports; every other site is a host of its own;
    ``check`` and ``fault`` empty: nothing."""

    name: str
    url: str
    check: str = ""
    fault: str = ""
    verdict: str = "pass"
    markup: str = '<a href="{url}">{name}</a>'
    reply: Reply | tuple[Reply, ...] | None = None


SECURE = "secure.cases.gov.cn"
"""A further host of the site, with a good certificate."""
_GBK_NAME = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n" % len(
    _PDF
) + (b'Content-Disposition: attachment; filename="' + "年报.pdf".encode("gbk") + b'"\r\n\r\n' + _PDF)


def _unless(holds: Callable[[Request], bool], status: int) -> Reply:
    """A page for requests of one kind, and a status for others."""
    return Reply(choose=lambda asked: Reply(body=_LONG) if holds(asked) else Reply(status))


def _is_get(asked: Request) -> bool:
    return asked.method == "GET"


_OK_CSS = '<link rel="stylesheet" href="/ok.css">'
IMG = '<img src="{url}" alt="{name}">'


def _ok(name: str, url: str, **more: object) -> Case:
    return Case(name, url, reply=Reply(body=f"<html><body>{_LONG}</body></html>"), **more)  # type: ignore[arg-type]


CASES = (
    _ok("正常", "/ok.html"),
    Case("404", "/s404", "LNK001", "not-found", "fail", reply=Reply(404)),
    Case("410", "/s410", "LNK001", "removed", "fail", reply=Reply(410)),
    Case("400", "/s400", "LNK001", "bad-request", "fail", reply=Reply(400)),
    Case("500", "/s500", "LNK001", "program-error", "fail", reply=Reply(500)),
    Case("502", "/s502", "LNK001", "bad-gateway", "fail", reply=Reply(502)),
    Case("503", "/s503", "LNK001", "overloaded", "fail", reply=Reply(503)),
    Case("504", "/s504", "LNK001", "gateway-timeout", "fail", reply=Reply(504)),
    Case("522", "/s522", "LNK001", "origin-down", "fail", reply=Reply(522)),
    *(
        Case(str(status), f"/s{status}", "LNK001", "blocked", "inconclusive", reply=Reply(status))
        for status in (401, 403, 405, 406, 412, 418, 451, 521, 999)
    ),
    Case(
        "403 cf",
        "/cf",
        "LNK001",
        "blocked",
        "inconclusive",
        reply=Reply(403, headers=(("cf-mitigated", "challenge"),)),
    ),
    Case("429一直", "/s429", "LNK001", "rate-limited", "inconclusive", reply=Reply(429)),
    Case("429一次", "/once429", reply=(Reply(429, headers=(("Retry-After", "0"),)), Reply(body=_LONG))),
    Case("503一次", "/once503", reply=(Reply(503, headers=(("Retry-After", "0"),)), Reply(body=_LONG))),
    Case("跳到404", "/to404", "LNK001", "not-found-behind", "fail", reply=redirect("/s404-end")),
    Case("跳到500", "/to500", "LNK001", "program-error-behind", "fail", reply=redirect("/s500")),
    Case("永久跳转", "/moved", reply=redirect("/ok.html", 301)),
    Case("三次跳转", "/chain1", reply=redirect("/chain2")),
    Case("循环", "/loop1", "LNK006", "loop", "fail", reply=redirect("/loop2")),
    Case("跳十二次", "/far0", "LNK006", "too-many-hops", "fail", reply=redirect("/far1")),
    Case("跳到无效", "/nowhere", "LNK006", "nowhere", "fail", reply=redirect("http://[bad/")),
    Case("跳到首页", "/tohome", "LNK006", "home-perhaps", "review", reply=redirect("/")),
    Case("跳内网", "/toprivate", "LNK001", "private", "inconclusive", reply=redirect("http://192.168.1.9/x")),
    Case("软404", "/soft/a.html", "LNK005", "soft-404", "fail", reply=Reply(body=_ERROR)),
    Case(
        "疑似软404",
        "/gone.jsp?id=3",
        "LNK005",
        "says-missing",
        "review",
        reply=Reply(body="<html><title>文章不存在</title><body>文章不存在</body></html>"),
    ),
    Case("空页面", "/empty.html", "LNK001", "empty", "review", reply=Reply(body=b"")),
    Case("截断页面", "/cut.html", "LNK001", "truncated", "review", reply=Reply(body=_LONG, cut_at=900)),
    Case("重置", "/reset", "LNK001", "reset", "fail", reply=Reply(reset=True)),
    Case("关连接", "/drop", "LNK001", "reset", "fail", reply=Reply(drop=True)),
    Case("不应答", "/silent", "LNK001", "no-first-byte", "fail", reply=Reply(hold=Event())),
    Case("滴漏", "/drip", "LNK001", "stalled", "fail", reply=Reply(body="x" * 200, drip=0.2)),
    Case(
        "非HTTP",
        "/garbage",
        "LNK001",
        "not-understood",
        "inconclusive",
        reply=Reply(raw=b"SSH-2.0-OpenSSH_9\r\n\r\n"),
    ),
    Case("501", "/s501", "LNK001", "program-error", "fail", reply=Reply(501)),
    Case("414", "/s414", "LNK001", "bad-request", "fail", reply=Reply(414)),
    *(
        Case(f"HEAD得{status}", f"/head{status}", reply=_unless(_is_get, status))
        for status in (404, 405, 500)
    ),
    Case(
        "须Accept",
        "/accept",
        reply=_unless(lambda asked: "text/html" in asked.headers.get("accept", ""), 406),
    ),
    Case(
        "须Mozilla",
        "/mozilla",
        reply=_unless(lambda asked: "Mozilla" in asked.headers.get("user-agent", ""), 403),
    ),
    Case("降为http", f"https://{SECURE}:{{tls-own}}/down", "LNK006", "downgrade", "fail"),
    Case("中文路径", "/公告/一.html"),
    Case("外站正常", "http://ok.example.cn:{port}/ok.html"),
    Case("外站404", "http://s404.example.cn:{port}/s404", "LNK002", "not-found", "fail"),
    Case("外站502", "http://s502.example.cn:{port}/s502", "LNK002", "bad-gateway-unsure", "inconclusive"),
    Case(
        "外站不应答",
        "http://silent.example.cn:{port}/silent",
        "LNK002",
        "no-first-byte-unsure",
        "inconclusive",
    ),
    Case("外站重置", "http://reset.example.cn:{port}/reset", "LNK002", "reset-unsure", "inconclusive"),
    Case("外站412", "http://s412.example.cn:{port}/s412", "LNK002", "blocked", "inconclusive"),
    Case("外站循环", "http://loop.example.cn:{port}/loop1", "LNK006", "loop", "fail"),
    Case("无此域名", "http://gone.example.cn/", "LNK002", "no-such-name", "fail"),
    Case("解析失败", "http://broken.example.cn/", "LNK002", "name-server-unsure", "inconclusive"),
    Case("无地址", "http://bare.example.cn/", "LNK002", "no-address-unsure", "inconclusive"),
    Case("拒绝连接", "http://closed.example.cn:{closed}/", "LNK002", "refused", "fail"),
    Case(
        "连不上",
        "http://full.example.cn:{full}/",
        "LNK002",
        "no-connection-unsure",
        "inconclusive",
    ),
    Case(
        "外站软404",
        "http://soft.example.cn:{port}/soft-of-others.html",
        "LNK002",
        "says-missing",
        "review",
        reply=Reply(body=_FOREIGN_ERROR),
    ),
    Case(
        "外站跳首页", "http://front.example.cn:{port}/news/20200101.html", "LNK002", "home-instead", "review"
    ),
    Case("证书过期", "https://expired.example.cn:{tls-expired}/", "LNK002", "tls-expired", "inconclusive"),
    Case("证书错名", "https://wrong.example.cn:{tls-wrong}/", "LNK002", "tls-wrong-host", "inconclusive"),
    Case("自签名", "https://self.example.cn:{tls-self}/", "LNK002", "tls-self-signed", "inconclusive"),
    Case("缺中间证书", "https://chain.example.cn:{tls-chain}/", "LNK002", "tls-chain", "inconclusive"),
    Case("过时协议", "https://old.example.cn:{tls-old}/", "LNK002", "tls-protocol", "inconclusive"),
    Case(
        "停放域名",
        "http://parked.example.cn:{port}/parked",
        "LNK010",
        "closed",
        "review",
        reply=Reply(body="<title>此域名出售</title>"),
    ),
    Case("图片404", "/a.png", "LNK003", "not-found", "fail", IMG, Reply(404)),
    Case("空图片", "/b.png", "LNK003", "empty", "fail", IMG, Reply(body=b"", content_type="image/png")),
    Case(
        "图片集404",
        "/c.png",
        "LNK003",
        "not-found",
        "fail",
        '<img srcset="{url} 2x" alt="{name}">',
        Reply(404),
    ),
    Case(
        "样式404", "/a.css", "LNK003", "not-found", "fail", '<link rel="stylesheet" href="{url}">', Reply(404)
    ),
    Case("脚本404", "/a.js", "LNK003", "not-found", "fail", '<script src="{url}"></script>', Reply(404)),
    Case(
        "框架404", "/frame.html", "LNK003", "not-found", "fail", '<iframe src="{url}"></iframe>', Reply(404)
    ),
    Case(
        "背景404",
        "/bg.png",
        "LNK003",
        "not-found",
        "fail",
        '<div style="background:url({url})">{name}</div>',
        Reply(404),
    ),
    Case(
        "海报404", "/poster.jpg", "LNK003", "not-found", "fail", '<video poster="{url}"></video>', Reply(404)
    ),
    Case(
        "延迟图404",
        "/lazy.png",
        "LNK003",
        "not-found",
        "fail",
        '<img data-src="{url}" alt="{name}">',
        Reply(404),
    ),
    Case(
        "样式中404",
        "/in-css.png",
        "LNK003",
        "not-found",
        "fail",
        _OK_CSS,
        Reply(404),
    ),
    Case(
        "图片源404",
        "/source.webp",
        "LNK003",
        "not-found",
        "fail",
        '<picture><source srcset="{url}"><img src="/ok.png"></picture>',
        Reply(404),
    ),
    Case(
        "页内样式404",
        "/in-page.png",
        "LNK003",
        "not-found",
        "fail",
        "<style>.x{background:url({url})}</style>",
        Reply(404),
    ),
    Case("引入样式404", "/imported.css", "LNK003", "not-found", "fail", _OK_CSS, Reply(404)),
    Case("字体404", "/font.woff2", "LNK003", "not-found", "fail", _OK_CSS, Reply(404)),
    Case(
        "图标404", "/favicon.png", "LNK003", "not-found", "fail", '<link rel="icon" href="{url}">', Reply(404)
    ),
    Case("视频404", "/video.mp4", "LNK003", "not-found", "fail", '<video src="{url}"></video>', Reply(404)),
    Case("音频404", "/audio.mp3", "LNK003", "not-found", "fail", '<audio src="{url}"></audio>', Reply(404)),
    Case(
        "对象404", "/object.swf", "LNK003", "not-found", "fail", '<object data="{url}"></object>', Reply(404)
    ),
    Case(
        "空字体",
        "/empty.woff",
        "LNK003",
        "empty",
        "fail",
        "<style>@font-face{font-family:a;src:url({url})}</style>",
        Reply(body=b"", content_type="font/woff"),
    ),
    Case("附件正常", "/ok.pdf", reply=Reply(body=_PDF, content_type="application/pdf")),
    Case("附件404", "/gone.pdf", "LNK004", "not-found", "fail", reply=Reply(404)),
    Case(
        "空附件",
        "/empty.xls",
        "LNK004",
        "empty",
        "fail",
        reply=Reply(body=b"", content_type="application/vnd.ms-excel"),
    ),
    Case("附件是网页", "/page.docx", "LNK004", "wrong-type", "fail", reply=Reply(body=_ERROR)),
    Case(
        "截断附件",
        "/cut.pdf",
        "LNK004",
        "truncated",
        "fail",
        reply=Reply(body=_PDF, content_type="application/pdf", cut_at=900),
    ),
    Case("附件要登录", "/closed.doc", "LNK004", "login", "review", reply=redirect("/sso/login.jsp")),
    Case(
        "附件类型不符",
        "/png.pdf",
        "LNK004",
        "other-type",
        "review",
        reply=Reply(body=b"\x89PNG\r\n\x1a\n" + b"0" * 99, content_type="application/pdf"),
    ),
    Case(
        "附件中文名",
        "/download?name=%C4%EA%B1%A8",
        reply=Reply(
            body=_PDF,
            content_type="application/pdf",
            headers=(("Content-Disposition", "attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.pdf"),),
        ),
    ),
    Case(
        "附件口令页",
        "/secret.zip",
        "LNK004",
        "login",
        "review",
        reply=Reply(body="<html><title>用户登录</title><input type=password></html>"),
    ),
    Case("附件GBK路径", "/%B8%BD%BC%FE.doc", reply=Reply(body=_DOC, content_type="application/msword")),
    Case("附件中文路径", "/附件/年报.pdf"),
    Case("附件GBK文件名", "/down?id=7", reply=Reply(raw=_GBK_NAME)),
    Case("无此锚点", "/parts.html#p9", "LNK007", "missing", "fail"),
    Case("锚点", "/parts.html#p1"),
    Case("中文锚点", "/parts.html#附则"),
    Case("编码锚点", "/parts.html#%E9%99%84%E5%88%99"),
    Case("顶部", "#top"),
    Case("文本片段", "/ok.html#:~:text=正文"),
    Case("路由", "/ok.html#/list"),
    Case("叹号路由", "/ok.html#!/list"),
    Case("写坏的地址", "http://[bad/", "LNK008", "malformed", "fail"),
    Case("内网地址", "http://192.168.1.8/oa/", "LNK008", "inner", "fail"),
    Case("本机文件", "file:///C:/a.doc", "LNK008", "local-file", "fail"),
    Case("协议写错", "htp://www.gov.cn/", "LNK008", "misspelt-scheme", "fail"),
    Case("模板残留", "/&lt;%=url%&gt;", "LNK008", "template", "fail"),
    Case("邮箱", "mailto:a@cases.gov.cn"),
    Case("电话", "tel:0571-12345"),
    Case("脚本", "javascript:void(0)"),
)
"""Every case with its verdict."""

_FURTHER: dict[str, Reply] = {
    "/chain2": redirect("/chain3"),
    "/chain3": redirect("/ok.html"),
    "/loop2": redirect("/loop1"),
    **{f"/far{number}": redirect(f"/far{number + 1}") for number in range(1, 14)},
    "/sso/login.jsp": Reply(body="<html><title>统一登录</title><body>请登录</body></html>"),
    "/ok.css": Reply(
        body='@import "/imported.css";@font-face{font-family:b;src:url(/font.woff2)}'
        'div{background:url("/in-css.png")}',
        content_type="text/css",
    ),
    "/ok.png": Reply(body=b"\x89PNG\r\n\x1a\n" + b"0" * 99, content_type="image/png"),
    "/%E9%99%84%E4%BB%B6/%E5%B9%B4%E6%8A%A5.pdf": Reply(body=_PDF, content_type="application/pdf"),
    "/soft-of-others.html": Reply(body=_FOREIGN_ERROR),
    "/news/20200101.html": Reply(choose=lambda asked: redirect(f"http://{asked.headers['host']}/")),
    "/parts.html": Reply(body='<html><body><h2 id="p1">一</h2><h2 id="附则">附则</h2></body></html>'),
    "/%E5%85%AC%E5%91%8A/%E4%B8%80.html": Reply(body=f"<html><body>{_LONG}</body></html>"),
}


@dataclass
class Served:
    """The running site. ``words``: what the placeholders of addresses stand for."""

    url: str
    nameserver: str
    server: HttpSite
    words: dict[str, str] = field(default_factory=dict)

    def address(self, case: Case) -> str:
        """The reference of a case as the page writes it."""
        address = case.url
        for name, value in self.words.items():
            address = address.replace(name if "." in name else f"{{{name}}}", value)
        return address

    def without_names(self) -> Served:
        """The same site for visitors that cannot be given our name server: by numbers and ``localhost``. What fails by
        its name keeps it."""
        words = self.words | dict.fromkeys((SECURE, *_other_hosts()), "localhost")
        return Served(f"http://127.0.0.1:{self.server.port}/", self.nameserver, self.server, words)


@contextmanager
def served_cases(folder: Path) -> Iterator[Served]:
    """Serve the cases. ``folder`` gets ``trusted.pem``: the authority that visitors have to trust."""
    with ExitStack() as stack:
        routes = {case.url: case.reply for case in CASES if case.reply is not None and case.url[0] == "/"}
        routes |= _FURTHER
        routes["/parked"] = Reply(body="<html><title>此域名出售</title><body>x</body></html>")
        server = stack.enter_context(HttpSite(routes, _missing))
        hosts = (OWN, SECURE, *_other_hosts())
        zone: dict[str, Records | str] = {name: {"A": ["127.0.0.1"]} for name in hosts}
        nameserver = stack.enter_context(dns_server(zone | _FAILING_NAMES))
        served = Served(f"http://{OWN}:{server.port}/", nameserver, server)
        full = stack.enter_context(full_port())
        served.words = {"port": str(server.port), "closed": str(closed_port()), "full": str(full)}
        for name, context in _contexts(folder).items():
            down = Reply(choose=_down_to(server.port))
            secure = stack.enter_context(HttpSite({"/": Reply(body=_LONG), "/down": down}, tls=context))
            served.words[name] = str(secure.port)
        server.add("/", Reply(body=home_of(served)))
        yield served


def _down_to(port: int) -> Callable[[Request], Reply]:
    """Leads from https to the site without it, under the name that the visitor knows."""

    def answer(asked: Request) -> Reply:
        name = OWN if asked.headers["host"].startswith(SECURE) else "127.0.0.1"
        return redirect(f"http://{name}:{port}/ok.html")

    return answer


def _other_hosts() -> list[str]:
    """Hosts of other sites that have an address."""
    hosts = {host for case in CASES for host in re.findall(r"//([a-z0-9.-]+\.example\.cn)", case.url)}
    return sorted(hosts - _FAILING_NAMES.keys())


def _missing(path: str) -> Reply:
    """Below ``/soft/`` the site says 200 for everything."""
    return (
        Reply(body=_ERROR) if path.startswith("/soft/") else Reply(404, "not here", content_type="text/plain")
    )


def home_of(served: Served) -> str:
    """The page with all cases."""
    rows = (case.markup.replace("{url}", served.address(case)).replace("{name}", case.name) for case in CASES)
    return (
        "<!DOCTYPE html><html><head><title>案例</title></head><body>\n"
        + "<br>\n".join(rows)
        + "</body></html>"
    )


_ANOTHER = "another.example.cn"
"""Whom the certificate of the wrong host is for."""


def _contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    """One server context for each fault of certificates."""
    root = _Issued("authority", None)
    between = _Issued("between", root, ca=True)
    (folder / "trusted.pem").write_bytes(root.pem)
    made = {
        "tls-expired": _Issued("expired.example.cn", root, days=-1),
        "tls-wrong": _Issued(_ANOTHER, root),
        "tls-self": _Issued("self.example.cn", None, ca=False),
        "tls-chain": _Issued("chain.example.cn", between),
        "tls-old": _Issued("old.example.cn", root),
        "tls-own": _Issued(SECURE, root),
    }
    contexts = {name: one.context(folder) for name, one in made.items()}
    with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        contexts["tls-old"].minimum_version = contexts["tls-old"].maximum_version = ssl.TLSVersion.TLSv1_1
    return contexts


class _Issued:
    """A certificate with its key."""

    def __init__(self, name: str, issuer: _Issued | None, *, ca: bool | None = None, days: int = 30) -> None:
        self.name = name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_ca = issuer is None if ca is None else ca
        today = datetime.datetime.now(datetime.UTC)
        alternatives = [x509.DNSName(name)]
        if name != _ANOTHER:
            alternatives.append(x509.DNSName("localhost"))
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer.subject if issuer else self.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - datetime.timedelta(days=60))
            .not_valid_after(today + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        )
        made = builder.sign(issuer.key if issuer else self.key, hashes.SHA256())
        self.pem = made.public_bytes(serialization.Encoding.PEM)

    def context(self, folder: Path) -> ssl.SSLContext:
        """A server that shows this certificate and nothing above it."""
        file = folder / f"{self.name}.pem"
        file.write_bytes(
            self.pem
            + self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
