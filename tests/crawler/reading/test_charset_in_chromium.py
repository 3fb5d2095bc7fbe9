"""What a browser decodes a page with is what we say that it does, and where nothing is wrong we read the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from govaudit.crawler.reading.charset import decode
from tests.reports.browser import running_chromium
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

SIMPLE = "政府信息公开指南：欢迎访问本网站。全市新开工建设项目一百二十六个，民生支出占比保持在八成以上"
TRADITIONAL = "政府資訊公開專區：歡迎光臨本網站，請點選下列連結查詢。機關介紹與業務說明，為民服務電話及地址"
FAR = "<!--" + "x" * 1100 + "-->"
HTML = "text/html"
Case = tuple[bytes, str]


def page(text: str, encoding: str, meta: str = "", before: str = "") -> bytes:
    html = f"{before}<html><head>{meta}<title>t</title></head><body>{text}</body></html>"
    return html.encode(encoding, "xmlcharrefreplace")


def with_bytes(raw: bytes, encoding: str, meta: str, text: str = SIMPLE) -> bytes:
    return page(f"\x01{text}", encoding, meta).replace(b"\x01", raw)


def meta(name: str) -> str:
    return f'<meta charset="{name}">'


def pragma(name: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={name}">'


def header(name: str) -> str:
    return f"{HTML}; charset={name}"


def cases() -> Iterator[tuple[str, Case]]:
    for real, text in (("utf-8", SIMPLE), ("gb18030", SIMPLE), ("big5", TRADITIONAL)):
        for said in ("utf-8", "gbk", "big5", "iso-8859-1"):
            yield f"{real}, header {said}", (page(text, real), header(said))
            yield f"{real}, meta {said}", (page(text, real, meta(said)), HTML)
            yield f"{real}, header {said}, meta gb2312", (page(text, real, meta("gb2312")), header(said))
        for said in ("utf-16", "x-user-defined"):
            yield f"{real}, meta {said}", (page(text, real, meta(said)), HTML)
            yield f"{real}, header {said}", (page(text, real), header(said))
    for said in (
        "gb_2312-80",
        "x-gbk",
        "chinese",
        "GB18030",
        '"GB2312"',
        "hz-gb-2312",
        "gb2312; charset=utf-8",
    ):
        yield f"gbk, header {said}", (page(SIMPLE, "gb18030"), header(said))
    yield "no declaration, gbk", (page(SIMPLE, "gb18030"), HTML)
    yield "no declaration, big5", (page(TRADITIONAL, "big5"), HTML)
    yield "no declaration, two characters of gbk", (page("政府", "gb18030"), HTML)
    yield "no declaration, two characters of big5", (page("政府", "big5"), HTML)
    yield "no declaration, few characters of gbk", (page("x" * 3000 + "政府信息", "gb18030"), HTML)
    yield "no declaration, characters behind 30 kB", (page("word " * 6000 + SIMPLE, "gb18030"), HTML)
    yield "no declaration, utf-8", (page(SIMPLE, "utf-8"), HTML)
    yield "mark utf-16le", (b"\xff\xfe" + page(SIMPLE, "utf-16-le"), HTML)
    yield "mark utf-16be", (b"\xfe\xff" + page(SIMPLE, "utf-16-be"), HTML)
    yield "mark utf-16le, header gbk", (b"\xff\xfe" + page(SIMPLE, "utf-16-le"), header("gbk"))
    yield (
        "mark utf-8, header gbk, meta big5",
        (b"\xef\xbb\xbf" + page(SIMPLE, "utf-8", meta("big5")), header("gbk")),
    )
    yield "utf-16le without mark", (page(SIMPLE, "utf-16-le"), header("utf-16le"))
    yield "utf-16be without mark", (page(SIMPLE, "utf-16-be"), header("utf-16be"))
    yield "utf-16be as utf-16", (page(SIMPLE, "utf-16-be"), header("utf-16"))
    yield "ascii as utf-16", (page("plain", "ascii"), header("utf-16"))
    for name, declared in {
        "late": FAR + meta("gb2312"),
        "very late": FAR * 5 + meta("gb2312"),
        "late and wrong": FAR + meta("utf-8"),
        "behind a script": f"<script>{'x' * 1100}</script>{meta('gb2312')}",
        "in a script": f"<script>var s='{meta('utf-8')}';</script>{meta('gb2312')}",
        "in a comment": f"<!-- {meta('utf-8')} -->{meta('gb2312')}",
        "in a title": f"<title>{meta('utf-8')}</title>{meta('gb2312')}",
        "pragma": pragma("gb2312"),
        "pragma, reversed": "<meta content='text/html; charset=gb2312' http-equiv=Content-Type>",
        "no pragma": '<meta name="x" content="text/html; charset=utf-8">',
        "two": pragma("gb2312") + pragma("utf-8"),
        "two, wrong first": pragma("utf-8") + pragma("gb2312"),
        "unknown first": meta("foo") + meta("gb2312"),
        "empty first": meta("") + meta("gb2312"),
        "no quotes": "<meta charset=gb2312/>",
        "blanks": "<meta  http-equiv = 'content-type'  content = 'text/html;charset = gb2312' />",
    }.items():
        yield f"meta {name}", (page(SIMPLE, "gb18030", declared), HTML)
    yield "meta in the body", (page(meta("gb2312") + SIMPLE, "gb18030"), HTML)
    xml = '<?xml version="1.0" encoding="gb2312"?>'
    yield "xml declaration in html", (page(SIMPLE, "gb18030", "", xml), HTML)
    yield "xml declaration and meta", (page(SIMPLE, "gb18030", meta("utf-8"), xml), HTML)
    xhtml, kind = (
        page(SIMPLE, "gb18030", "", xml).replace(b"<html", b'<html xmlns="http://www.w3.org/1999/xhtml"'),
        "application/xhtml+xml",
    )
    yield "xhtml with declaration", (xhtml, kind)
    yield "xhtml with header", (xhtml.replace(xml.encode(), b""), f"{kind}; charset=gbk")
    yield "cut utf-8", (page(SIMPLE, "utf-8", meta("utf-8")).removesuffix(b"</body></html>")[:-1], HTML)
    yield "cut gbk", (page(SIMPLE, "gb18030", meta("gbk")).removesuffix(b"</body></html>")[:-1], HTML)
    yield "overlong", (with_bytes(b"\xc0\xaf\xe0\x80\xaf", "utf-8", meta("utf-8")), HTML)
    yield "surrogates", (with_bytes(b"\xed\xa0\x80", "utf-8", meta("utf-8")), HTML)
    yield "damaged utf-8", (with_bytes(b"\xe6\x94 x", "utf-8", meta("utf-8")), HTML)
    yield "damaged gbk", (with_bytes(b"\xff \x80x\x81 y\xfe", "gb18030", meta("gbk")), HTML)
    yield "damaged big5", (with_bytes(b"\xa4<b>x</b>", "big5", meta("big5"), TRADITIONAL), HTML)
    yield "half a character before a tag", (with_bytes(b"\x81<b>x</b>", "gb18030", meta("gbk")), HTML)
    yield "four bytes in gbk", (page("㐀😀€" + SIMPLE, "gb18030", meta("gbk")), HTML)
    yield "euro of one byte", (with_bytes(b"\x80", "gb18030", meta("gb2312")), HTML)
    yield "blank of gb 18030-2022", (with_bytes(b"x\xa3\xa0x", "gb18030", meta("gbk")), HTML)
    yield "western bytes", (with_bytes(bytes(range(0x80, 0x100)), "latin-1", meta("latin1"), ""), HTML)
    yield "short and doubtful", (page("联通", "gb18030", meta("gb2312")), HTML)
    yield "seven bits", (page("日本語", "iso2022_jp"), header("iso-2022-jp"))
    yield "japanese", (page("日本語のテスト", "shift_jis"), header("x-sjis"))
    yield "korean", (page("한국어 테스트", "cp949"), header("ks_c_5601-1987"))


FRAMES = """numbers => Promise.all(numbers.map(number => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.onload = () => done([frame.contentDocument.characterSet, frame.contentDocument.body.textContent]);
  frame.src = '/' + number;
  document.body.append(frame);
})))"""


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, tuple[str, str]]]:
    """Case → name of the encoding and text of the page in Chromium."""
    numbered = dict(enumerate(cases()))
    routes = {
        f"/{number}": Reply(body=body, content_type=kind) for number, (_, (body, kind)) in numbered.items()
    }
    # A frame without a declaration takes the encoding of the page around it.
    alone = [
        number for number, (name, _) in numbered.items() if name.startswith(("no declaration", "meta no"))
    ]
    framed = [number for number in numbered if number not in alone]
    for browser in running_chromium():
        with HttpSite({**routes, "/": Reply(body="<body>")}) as site:
            tab = browser.new_page()
            tab.goto(f"{site.url}/")
            seen = dict(zip(framed, tab.evaluate(FRAMES, framed), strict=True))
            for number in alone:
                tab.goto(f"{site.url}/{number}")
                seen[number] = tab.evaluate("[document.characterSet, document.body.textContent]")
            yield {name: (seen[number][0].lower(), seen[number][1]) for number, (name, _) in numbered.items()}


def test_a_page_is_read_as_chromium_reads_it(shown: dict[str, tuple[str, str]]) -> None:
    wrong = []
    for name, (body, content_type) in cases():
        encoding, text = shown[name]
        html, charset = decode(body, content_type)
        read = LexborHTMLParser(html).body
        if charset.shown and charset.shown != charset.used:
            # The declaration is wrong: a browser believes it, we read what was meant and say so.
            right = charset.shown == encoding and charset.contradiction
        elif charset.shown:
            right = charset.used == encoding and read is not None and read.text() == text
        else:
            # Browsers do not look for UTF-8 where nothing is declared.
            right = charset.used == encoding or (charset.used, encoding) == ("utf-8", "windows-1252")
        if not right:
            wrong.append((name, charset, encoding))
    assert not wrong
