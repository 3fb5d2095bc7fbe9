"""The line and the character point at the tag in the source, and the XPath finds that very element in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.reading.charset import decode, text_of
from govaudit.crawler.reading.links import raw_links
from govaudit.crawler.reading.outline import outline
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Locator
from govaudit.workflow.locate import Source
from tests.reports.browser import running_chromium
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

HOSTILE = {
    "unclosed": "<p><a href=1>甲<p><a href=2>乙<div><a href=3>丙<table><a href=4>丁"
    "<tr><td><a href=5>戊<td><a href=6>己",
    "implied": "<table><tr><td><a href=1>甲</a></table><table><tbody><tr><td><a href=2>乙</table>"
    "<table><td><a href=3>丙<tr><a href=4>丁</table><ul><li><a href=5>戊<li><a href=6>己</ul>",
    "same": "<a href=x>甲</a>\r\n<a href=x>乙</a>\n\n  <div><a href=x>丙</a></div>\r<b><a\n\thref=x>丁</a></b>",
    "nested": "<a href=1>甲<b>乙<a href=2>丙</b>丁</a><i><p><a href=3>戊</i><a href=4>己</p></i>",
    "formatting": "<b><i><font><p><a href=1>甲</b></i><a href=2>乙</font><p><a href=3>丙",
    "quotes": "<p title='a<b href=no'><a title=\"<a href='no'>\" href=1>甲</a><a/href=2>乙</a><A HREF='3'/>丙</A>",
    "scripts": "<script>var s = '<a href=no>x</a>'; if (1<a && b>2) {}</script><a href=1>甲</a>"
    "<!-- <a href=no> --><a href=2>乙</a><textarea><a href=no></textarea><a href=3>丙</a>",
    "template": "<template><a href=no>x</a></template><a href=1>甲</a><noscript><p></p></noscript><a href=2>乙</a>",
    "svg": "<svg><a href=1><text>甲</text></a><image href=2 /><g><image xlink:href=3 /></g></svg><a href=4>丁</a>",
    "late": "</body></html><a href=1>甲</a><!-- x --><body class=x><a href=2>乙</a><html><a href=3>丙",
    "parts": "<img src=1 srcset='2 1x, 3 2x'><div style='background:url(4)'>甲</div><p onclick=\"location='5'\">乙</p>"
    "<style>b{background:url(6)}</style><div><div onclick='location=`7`'>丙</div></div>",
    "select": "<select><option value='http://x.cn/1'>甲<option value='http://x.cn/2'>乙</select><a href=3>丙</a>",
    "form": "<form action=1><form action=no><a href=2>甲</a></form><a href=3>乙</a></form><form action=4></form>",
    "base": "<base href=/deep/><a href=1>甲</a><meta http-equiv=refresh content='999;url=2'>",
    "marks": "<a href=1>a < b <3 <甲</a><a href=2>&lt;a href=3&gt;</a><4><a href=5>x</a></4>",
    "frames": "<frameset><frame src=1><frameset><frame src=2></frameset><noframes><a href=no></noframes></frameset>",
    "surrogates": "<a href=1>😀</a>\n😀😀<a href=2>乙</a>",
}
FOUND = """path => {
  const found = document.evaluate(path, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  const one = found.snapshotItem(0);
  return [found.snapshotLength, one && one.nodeName.toLowerCase(), one && one.outerHTML, one && one.textContent];
}"""


@pytest.fixture(scope="module")
def tab() -> Iterator[tuple[Page, HttpSite]]:
    for browser in running_chromium():
        with HttpSite(otherwise=lambda _: Reply(body="")) as site:
            yield browser.new_page(), site


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", HOSTILE)
def test_every_reference_is_found_again(tab: tuple[Page, HttpSite], name: str, encoding: str) -> None:
    page, site = tab
    head = f"<!DOCTYPE html>\n<meta charset={encoding}><title>t</title>"
    body = (HOSTILE[name] if name == "frames" else head + HOSTILE[name]).encode(encoding)
    content_type = f"text/html; charset={encoding}"
    site.add(f"/{name}-{encoding}", Reply(body=body, content_type=content_type))
    page.goto(f"{site.url}/{name}-{encoding}", wait_until="domcontentloaded")
    text, charset = decode(body, content_type)
    assert text_of(body, charset) == text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    source = Source.of(text)
    links = raw_links(outline(text))
    assert links
    for link in links:
        place = source.locate(Locator(raw=link.raw, text=link.text))
        count, tag, html, shown = page.evaluate(FOUND, place.xpath)
        assert (count, link.raw in html) == (1, True), (link, place)
        assert lines[place.line - 1][place.character - 1 :].lower().startswith(f"<{tag}"), (link, place)
        if link.tag in {Tag.A, Tag.SCRIPTED}:
            assert "".join(shown.split()) == "".join(link.text.split()), (link, place)
