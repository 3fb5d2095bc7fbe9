"""The text of a page as it is kept for the checks that read words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.reading.outline import outline
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.page_text import Line, PageText

PAGE = """
<html><body>
<div class="header"><a href="/">云澜市人民政府</a></div>
<div class="nav"><ul><li><a href="/a/">政务公开</a></li><li><a href="/b/">办事服务</a></li></ul></div>
<div class="content">
<h1>机构职能</h1>
<p>负责全市 <b>营商环境</b>工作。</p>
<table>
<tr><th>办公地址</th><td>云澜大道1号</td></tr>
<tr><th>办公时间</th><td><p>上午</p><p>下午</p></td></tr>
</table>
<dl><dt>联系电话</dt><dd>0123-1234567</dd></dl>
<div style="display:none">受理条件：年满十八周岁</div>
</div>
<div class="footer">主办单位：云澜市人民政府办公室 ICP备案号：云ICP备12345678号</div>
</body></html>
"""


def text_of(html: str) -> PageText:
    return read_page(html.encode(), "https://www.yunlan.gov.cn/jgzn/index.html")[0].text


def test_a_page_is_kept_line_by_line_with_headings_rows_and_hidden_parts() -> None:
    assert list(text_of(PAGE).lines) == [
        Line("机构职能", heading=True),
        Line("负责全市 营商环境工作。"),
        Line("办公地址\t云澜大道1号"),
        Line("办公时间"),
        Line("上午"),
        Line("下午"),
        Line("联系电话\t0123-1234567"),
        Line("受理条件：年满十八周岁", hidden=True),
    ]


def test_the_cells_of_a_row_can_be_told_apart() -> None:
    (row,) = [line for line in text_of(PAGE).lines if line.text.startswith("办公地址")]
    assert row.cells == ["办公地址", "云澜大道1号"]


def test_what_a_template_repeats_stands_apart() -> None:
    around = [line.text for line in text_of(PAGE).lines_around]
    assert around[:3] == ["云澜市人民政府", "政务公开", "办事服务"]
    assert "主办单位：云澜市人民政府办公室" in around[-1]


def test_characters_of_the_code_are_no_code_when_a_page_writes_them() -> None:
    lines = list(text_of("<body><p>甲\x02乙\x03</p><p>\x03丙</p></body>").lines)
    assert [line.text.split() for line in lines] == [["甲", "乙"], ["丙"]]
    assert not any(line.heading or line.hidden for line in lines)


TAGS = "table tr td th /td /tr /table h2 /h2 dl dt dd p div /div footer /footer br"
MARKUP = st.lists(
    st.sampled_from(
        [*(f"<{tag}>" for tag in TAGS.split()), "<div hidden>", "甲", "乙 丙", " ", "\t", "2026", "\x02"]
    ),
    max_size=40,
)


@given(MARKUP)
def test_nothing_that_is_shown_is_lost_whatever_the_markup(pieces: list[str]) -> None:
    html = "".join(pieces)
    kept = text_of(html)
    said = "".join(line.text for line in (*kept.lines, *kept.lines_around))
    shown = outline(html).text.replace("\x02", " ")
    assert sorted("".join(said.split())) == sorted("".join(shown.split()))
