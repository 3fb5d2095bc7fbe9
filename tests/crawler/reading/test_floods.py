"""Pages made to keep the parser busy for hours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from govaudit.crawler.reading.floods import MOST_ATTRIBUTES, MOST_OPTIONS, without_floods
from govaudit.crawler.reading.outline import outline

PICTURE = "A/b+" * 30_000


def test_options_beyond_any_form_are_no_elements_and_their_text_stays() -> None:
    html = (
        "<select>"
        + "".join(f"<option value={number}>选{number}" for number in range(40_000))
        + "</select><p>末尾"
    )
    page = outline(html)
    assert len(page.by_tag["option"]) == MOST_OPTIONS
    assert page.text.endswith("末尾")
    assert "选39999" in page.text


def test_an_element_keeps_its_first_attributes() -> None:
    flood = " ".join(f"a{number}=1" for number in range(60_000))
    page = outline(f'<a href="/one" {flood}>第一个链接</a><a href="/two">第二个链接</a>')
    first, second = page.by_tag["a"]
    assert page.attributes[first]["href"] == "/one"
    assert len(page.attributes[first]) <= MOST_ATTRIBUTES + 1
    assert page.attributes[second]["href"] == "/two"
    assert page.text == "第一个链接第二个链接"


def test_a_long_value_is_no_flood() -> None:
    html = f'<img alt="一 张 图" src="data:image/png;base64,{PICTURE}"><script>{"var a = 1;" * 20_000}</script><p>文'
    assert without_floods(html) == html


@given(st.text(alphabet="<>ab\"'=/ \n选", max_size=200), st.integers(0, 70_000))
def test_what_is_cut_down_still_parses(part: str, size: int) -> None:
    html = part + "x" * size + part
    assert LexborHTMLParser(without_floods(html)).root is not None
