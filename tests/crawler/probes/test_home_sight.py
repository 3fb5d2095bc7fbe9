"""What the watch remembers of a home page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.probes.availability import HomePage
from govaudit.crawler.probes.home_sight import networks, sight
from govaudit.inspection.site import Site, SiteScope

OWN = SiteScope(Site(url="http://www.yunlan.gov.cn/", scope=("zwfw.yunlan.gov.cn",)))


def seen(html: str, charset: str = "utf-8", content_type: str = "text/html") -> dict[str, tuple[str, ...]]:
    return sight(HomePage("http://www.yunlan.gov.cn/", content_type, html.encode(charset)), OWN.owns)


def test_title_labels_and_whose_scripts_and_frames_are_loaded() -> None:
    html = """<html><head><base href="//www.yunlan.gov.cn/static/"><title>
      云岚市  人民政府</title><META NAME="sitename" content="云岚市人民政府">
      <meta name="SiteIDCode" content="4401000001">
      <script src="js/own.js"></script><script src="//hm.baidu.com/hm.js"></script><script>inline()</script>
      <script src="https://zwfw.yunlan.gov.cn/x.js"></script></head>
      <body><iframe src="http://evil.example/bet"></iframe><iframe src="javascript:1"></iframe>
      <svg><title>图</title></svg>
      <script src="http://HM.baidu.com/other.js"></script></body></html>"""
    assert seen(html) == {
        "title": ("云岚市 人民政府",),
        "label:SiteName": ("云岚市人民政府",),
        "label:SiteDomain": ("",),
        "label:SiteIDCode": ("4401000001",),
        "script": ("hm.baidu.com",),
        "frame": ("evil.example",),
    }


def test_pages_in_the_old_chinese_coding_are_understood() -> None:
    html = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>云岚市㎡</title>'
    assert seen(html, "gb18030")["title"] == ("云岚市㎡",)


def test_a_page_that_only_leads_on_says_nothing() -> None:
    assert seen('<meta http-equiv="Refresh" content="0;URL=/index.html"><title>跳转</title>') == {}
    assert seen('<meta http-equiv="refresh" content="600"><title>首页</title>')["title"] == ("首页",)


def test_addresses_in_one_network_are_one() -> None:
    assert networks(["203.0.113.7", "203.0.113.99", "2001:db8:7:1::1", "2001:db8:7:2::1"]) == (
        "2001:db8:7::/48",
        "203.0.113.0/24",
    )
    assert networks([]) == ()


@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/html; charset=gbk", ""]))
def test_any_bytes_are_survived(body: bytes, content_type: str) -> None:
    found = sight(HomePage("http://www.yunlan.gov.cn/", content_type, body), OWN.owns)
    assert all(value.isprintable() and len(value) <= 300 for values in found.values() for value in values)
