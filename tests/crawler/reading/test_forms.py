"""Forms of pages: boxes to search by, forms to write, to tick and to log in."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.reading.page import read_page
from govaudit.crawler.site_search import query_address
from govaudit.inspection.forms import Form, FormField, FormUse

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("GOVAUDIT_CORPUS", ROOT.parent / "shared" / "corpus")) / "pages"
HOME = "http://www.yunlan.gov.cn/"
LONG = "<p>云澜市召开全市政府网站工作会议，部署下一阶段重点任务，要求各单位落实责任。</p>" * 30


def forms(body: str, *, home: bool = True, title: str = "云澜市人民政府") -> tuple[Form, ...]:
    html = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}{LONG}</body></html>"
    return read_page(html.encode(), HOME, "text/html; charset=utf-8", home=home)[0].forms


@pytest.mark.parametrize(
    "box",
    [
        "<form action='/s'><input name='q'><button>搜索</button></form>",
        "<div class='header_search'><input type='text' id='a'><img src='/so.png' onclick='go()'></div>",
        "<table><tr><td><input value='请输入关键字' onfocus='x()'></td></tr></table>",
        "<form id='searchForm' method='post'><input type='search' name='x'></form>",
        "<div id='sousuo'><span><input type='text' name='t'></span></div>",
        "<input type='text' placeholder='請輸入關鍵字'>",
    ],
)
def test_a_search_box_is_known_by_what_it_says_or_is_called(box: str) -> None:
    (form,) = forms(box)
    assert form.use is FormUse.SEARCH
    assert form.asked >= 0


@pytest.mark.parametrize(
    "box",
    [
        "<form action='/login'><input name='user'><input type='password' name='p'></form>",
        "<form action='/rss'><input type='text' name='mail'><button>订阅</button></form>",
        "<form action='/so'><input type='hidden' name='q' value='1'><button>提交</button></form>",
    ],
)
def test_other_boxes_are_no_search(box: str) -> None:
    assert [form for form in forms(box) if form.asked >= 0] == []


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("<div class='top search-wrap'></div>", "div top search-wrap"),
        ("<script src='/js/header.js?v=1'></script>", "script header.js"),
        ("<script>$('#a').load('/common/search.html')</script>", "script: "),
        ("<iframe src='/common/jiansuo.html'></iframe>", "/common/jiansuo.html"),
        ("<div role='search'></div>", "div role=search"),
    ],
)
def test_signs_of_a_box_that_the_source_does_not_show_are_kept(sign: str, words: str) -> None:
    (form,) = forms(sign)
    assert (form.use, form.asked) == (FormUse.SEARCH, -1)
    assert words in form.words


def test_a_plain_page_has_no_sign() -> None:
    assert forms("<script>var key = location.search; $('.menu').show();</script>") == ()


def test_a_form_is_kept_as_a_browser_would_send_it() -> None:
    (form,) = forms(
        "<form method='GET' action='/jsearch/s.do' accept-charset='GB2312'><input type='hidden' name='site' value='7'>"
        "<select name='sort'><option value='a'>时间</option><option value='b' selected>相关度</option></select>"
        "<input type='checkbox' name='all' value='1'><input name='q'><input type='submit' value='搜'></form>"
    )
    assert (form.method, form.action, form.charset, form.scripted) == (
        "get", "http://www.yunlan.gov.cn/jsearch/s.do", "gb2312", False,
    )  # fmt: skip
    address = query_address(form, "防汛 工作")
    assert urlsplit(address).path == "/jsearch/s.do"
    assert parse_qsl(urlsplit(address).query, encoding="gbk") == [
        ("site", "7"), ("sort", "b"), ("q", "防汛 工作"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [
        "<form action='/s' onsubmit='return go()'><input name='q'><button>搜</button></form>",
        "<form action='/s'><input name='q'><input type='button' value='搜' onclick='go()'></form>",
        "<form action='javascript:go()'><input name='q'><button>搜</button></form>",
    ],
)
def test_what_a_script_sends_is_told_apart(form: str) -> None:
    assert forms(form)[0].scripted


def test_a_form_to_write_is_known_by_its_field_and_a_survey_by_its_questions() -> None:
    box = "<form method='post' action='/send'>留言内容<textarea name='n'></textarea></form>"
    (form,) = forms(box, home=False, title="我要写信")
    assert (form.use, form.method, form.words) == (FormUse.WRITING, "post", "留言内容")
    ticks = "<form method='post' action='/v'><input type='radio' name='a'>是<input type='radio' name='a'>否</form>"
    assert [one.use for one in forms(ticks, home=False, title="网上调查")] == [FormUse.CHOOSING]
    assert forms(ticks, home=False, title="排序方式") == ()


@given(
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20)), min_size=1, max_size=5),
    st.text(max_size=30),
    st.sampled_from(["utf-8", "gbk", "gb2312", "big5", "no such charset"]),
)
def test_every_query_is_one_address_that_asks_for_it(
    fields: list[tuple[str, str]], query: str, charset: str
) -> None:
    listed = tuple(FormField(name, "hidden", value) for name, value in fields)
    form = Form(
        FormUse.SEARCH,
        "get",
        "http://x.gov.cn/s?a=1#b",
        (*listed, FormField("q", "text")),
        len(listed),
        charset,
    )
    address = query_address(form, query)
    assert address.startswith("http://x.gov.cn/s?")
    assert address.isascii()
    assert "#" not in address
    names = [
        name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True, encoding="latin-1")
    ]
    assert len(names) == sum(bool(name) for name, _ in fields) + 1


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder of real pages is not there")
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("f01_nfra_rendered.html", "search"), ("g01_zj_fzggw_article.html", "q"),
        ("g03_govcn_gazette_article.html", "headSearchword"), ("p01_nmpa_article.html", ""),
        ("q01_govcn_guowuyuanxinxi_column.html", "headSearchword"), ("s02_yichun_home.html", "searchWord"),
    ],
)  # fmt: skip
def test_boxes_of_real_sites_are_found(file: str, name: str) -> None:
    reading, _ = read_page((CORPUS / file).read_bytes(), HOME, "text/html", home=True)
    boxes = [form for form in reading.forms if form.use is FormUse.SEARCH and form.asked >= 0]
    assert boxes
    assert {form.fields[form.asked].name for form in boxes} == {name}
