"""How bytes become text."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.charset import decode

TEXT = "政府信息公开指南：欢迎访问本网站，镕锫喆祎"


@pytest.mark.parametrize(
    ("body", "content_type", "used", "contradiction"),
    [
        (TEXT.encode(), "", "utf-8", False),
        (TEXT.encode(), "text/html; charset=UTF-8", "utf-8", False),
        (TEXT.encode(), "text/html; charset=gbk", "utf-8", True),
        (TEXT.encode("gb18030"), "text/html; charset=GB2312", "gbk", False),
        (b'<meta charset="gb2312">' + TEXT.encode("gb18030"), "", "gbk", False),
        (b'<meta charset="gb2312">' + TEXT.encode("gb18030"), "text/html; charset=utf-8", "gbk", True),
        (b"<meta charset=gbk>" + TEXT.encode("gb18030"), "text/html; charset=ISO-8859-1", "gbk", True),
        (TEXT.encode("gb18030") * 10, "", "gbk", False),
        ("政府資訊公開".encode("big5") * 10, "text/html; charset=big5", "big5", False),
        (b"\xef\xbb\xbf" + TEXT.encode(), "", "utf-8", False),
        (TEXT.encode("utf-16"), "", "utf-16le", False),
        (TEXT.encode("utf-16-be"), "text/html; charset=utf-16be", "utf-16be", False),
        (b"<html>plain</html>", "text/html; charset=gbk", "gbk", False),
        (b"<html>plain</html>", "", "utf-8", False),
        ("<meta charset=utf-16>政府".encode(), "", "utf-8", False),
        (TEXT.encode()[:-1], "text/html; charset=utf-8", "utf-8", False),
    ],
)
def test_encoding_that_is_used(body: bytes, content_type: str, used: str, contradiction: bool) -> None:
    text, charset = decode(body, content_type)
    assert (charset.used, charset.contradiction) == (used, contradiction)
    assert "政府" in text or text.startswith("<html>")


def test_a_few_damaged_characters_do_not_change_the_encoding() -> None:
    text, charset = decode(TEXT.encode() * 5 + b"\xe6\x94 x " + TEXT.encode(), "text/html; charset=utf-8")
    assert charset.used == "utf-8"
    assert charset.damaged == text.count("\ufffd") == 1


def test_declarations_are_kept_as_written() -> None:
    _, charset = decode(
        b'<!-- <meta charset="x"> --><meta http-equiv=Content-Type content="text/html; charset=Gb2312">',
        "a;charset='GBK'",
    )
    assert (charset.header, charset.meta) == ("'GBK'", "Gb2312")


def test_two_byte_characters_that_pass_as_utf8() -> None:
    text, charset = decode("联通".encode("gbk"), "text/html; charset=gb2312")
    assert (text, charset.used) == ("联通", "gbk")
