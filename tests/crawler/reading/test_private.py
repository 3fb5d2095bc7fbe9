"""Private numbers are masked in a page before it is read, and in the body that is kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.reading.page import read_and_withhold, read_page
from govaudit.crawler.reading.worker import ReadRequest, read_here
from govaudit.inspection.packed_reading import Unpacker

if TYPE_CHECKING:
    from govaudit.inspection.facts import Reading

URL = "http://www.yunlan.gov.cn/gs/1.html"
IDENTITY = "330106199003078120"
CARD = "6222021202041701419"
MOBILE = "13805710000"
HEAD = "<html><head><meta charset='{0}'><title>{1}</title></head><body><h1>公示名单</h1>{2}</body></html>"


def _read(body: str, title: str = "公示", charset: str = "utf-8") -> tuple[Reading, list[str], bytes]:
    html = HEAD.format(charset, title, body).encode(charset)
    reading, links, kept = read_and_withhold(html, URL, "text/html")
    return reading, [link.text for link in links], kept


def _kinds(reading: Reading) -> list[str]:
    return [one.kind for one in reading.private]


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "utf-16"])
def test_an_identity_number_is_in_nothing_that_is_kept(charset: str) -> None:
    reading, texts, kept = _read(
        f"<p>张某某，身份证号{IDENTITY}，家住云澜街道。</p><a href='/a' title='{IDENTITY}'></a>",
        title=f"{IDENTITY}公示",
        charset=charset,
    )
    assert IDENTITY not in repr(reading) + repr(texts)
    assert IDENTITY.encode(charset) not in kept
    assert "identity" in _kinds(reading)
    assert any(one.masked == "330*************20" and "张某某" in one.sentence for one in reading.private)
    assert "330*************20" in reading.text.main


@pytest.mark.parametrize(
    "written",
    [
        "330106 19900307 8120",
        "330106<span>19900307</span>8120",
        "３３０１０６１９９００３０７８１２０",
        "&#51;30106199003078120",
        "<b>330</b>106199003078120",
    ],
)
def test_a_number_written_in_pieces_is_found(written: str) -> None:
    reading, _, kept = _read(f"<p>身份证号：{written}</p>")
    assert _kinds(reading) == ["identity"]
    again, _ = read_page(kept, URL)
    assert "8120" not in reading.text.main
    assert not [one for one in again.private if one.kind == "identity"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"<p>开户银行：云澜农商行，卡号{CARD}</p>", ["card"]),
        ("<p>卡号 6222 0212 0204 1701 419</p>", ["card"]),
        (f"<p>户主张某某，{MOBILE}</p>", ["mobile"]),
        (f"<p>联系人：李科长，联系电话：{MOBILE}</p>", ["contact"]),
        (f"<p>张某某 身份证{IDENTITY} 电话{MOBILE}</p>", ["identity", "mobile"]),
        (f"<table><tr><th>姓名</th><th>手机</th></tr><tr><td>张某</td><td>{MOBILE}</td></tr></table>", ["contact"]),
        (f"<table><tr><th>姓名<th>身份证号<th>电话<tr><td>张某<td>3301**<td>{MOBILE}</table>", ["mobile"]),
        (f"<table><tr><th>户主</th><th>银行账号</th></tr><tr><td>张某</td><td>{CARD}</td></tr></table>", ["card"]),
        ("<p>居住证号码 830000199003078125</p>", ["identity"]),
        ("<p>身份证号：330106199003078121</p>", []),
        ("<p>没有这样的地市 332001199003078125</p>", []),
        ("<p>身份证号：330106********8126</p>", []),
        (f"<p>订单编号：{CARD}</p>", []),
        ("<p>统一社会信用代码：113301060024848000</p>", []),
        (f"<p>总投资{MOBILE}元</p>", []),
        ("<p>电话：0571-87010000，0571-12345</p>", []),
        (f"<a href='/list?id={MOBILE}&card={CARD}'>更多</a>", []),
        (f"<script>var a = {MOBILE};</script>", []),
        (f"<script>var list = [{{\"sfz\": \"{IDENTITY}\"}}];</script>", ["identity"]),
        (f"<!-- 张某 {IDENTITY} -->", ["identity"]),
    ],
)  # fmt: skip
def test_what_is_a_number_of_a_person(text: str, kinds: list[str]) -> None:
    reading, _, _ = _read(text)
    assert _kinds(reading) == kinds


def test_addresses_keep_their_numbers() -> None:
    html = HEAD.format("utf-8", "公示", f"<p>{IDENTITY}</p><a href='/f/{IDENTITY}.html'>张某</a>").encode()
    reading, links, _ = read_and_withhold(html, URL)
    assert [link.raw for link in links] == [f"/f/{IDENTITY}.html"]
    assert IDENTITY not in reading.text.main


def test_the_contact_of_an_office_stays() -> None:
    reading, _, kept = _read(f"<p>联系电话：{MOBILE}</p>")
    assert MOBILE in reading.text.main
    assert MOBILE.encode() in kept
    assert MOBILE not in repr(reading.private)


def test_the_hash_of_the_page_as_it_came_is_told() -> None:
    html = HEAD.format("utf-8", "公示", f"<p>{IDENTITY}</p>").encode()
    reply = read_here(ReadRequest(html, URL, "text/html", home=False))
    assert reply.original == hashlib.sha256(html).hexdigest()
    assert len(Unpacker().body(reply.body)) == len(html)
    clean = read_here(ReadRequest(html.replace(IDENTITY.encode(), b""), URL, "text/html", home=False))
    assert clean.original == ""
