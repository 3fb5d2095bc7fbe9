"""Terms of consultations as sentences tell them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.checks.documents.periodic_series import told_in
from govaudit.checks.documents.terms import longest_term
from govaudit.inspection.workdays import WorkCalendar

ISSUED = date(2026, 6, 1)
CALENDAR = WorkCalendar()
DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))
STYLES = (
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y-%m-%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year} 年 {0.month} 月 {0.day} 日",
)


def days(sentence: str, issued: date | None = ISSUED) -> int | None:
    term = longest_term([sentence], issued, CALENDAR)
    return term.days if term else None


@pytest.mark.parametrize(
    ("sentence", "lasts"),
    [
        ("公开征求意见时间为2026年6月1日至2026年6月30日。", 30),
        ("征求意见期限：自2026年6月1日起至2026年6月30日止", 30),
        ("征求意见时间：6月1日-30日。", 30),
        ("征集时间：2026-06-01 至 2026-06-30", 30),
        ("時間：2026.06.01-2026.07.01 徵集中", 31),
        ("意见反馈截止时间为2026年7月1日。", 31),
        ("请将意见于2026年6月20日17时前反馈", 20),
        ("请于6月20日前（含20日）将修改意见反馈", 20),
        ("公示时间：2026年6月1日8:30至2026年6月8日17:30", 8),
        ("自本通告发布之日起３０日内，提出意见", 31),
        ("公示期限为10个工作日", 15),
        ("征求意见期为三十日", 31),
        ("公开征求意见为期一个月", 31),
        ("开始时间: 2026-06-01 09:00:00 结束时间: 2026-06-30 18:00:00", 30),
        ("自发布之日起至2026年7月3日，可将意见发送至邮箱", 33),
        ("征集时间：即日起—2026年6月30日", 30),
        ("公开征求意见时间为7天（2026年6月1日至6月7日）", 8),
        ("意见反馈时间：2026年12月20日至1月20日", 234),
        ("根据2025年6月1日印发的《意见》，征求意见", None),
        ("本办法自2026年7月1日起施行，有效期至2031年6月30日，征求意见", None),
        ("申请人应当自收到意见之日起5日内答复", None),
        ("截止到6月底提出意见", None),
        ("“征求意见截止2026年6月5日”", None),
    ],
)
def test_sentences_are_read(sentence: str, lasts: int | None) -> None:
    assert days(sentence) == lasts


def test_nothing_counts_behind_the_beginning_of_the_draft() -> None:
    lines = ["征求意见期限为7日。", "第一条 为了加强管理，制定本办法。", "公示期为60日，公众可以提出意见。"]
    term = longest_term(lines, ISSUED, CALENDAR)
    assert term is not None
    assert term.days == 8


def test_without_a_first_day_there_is_no_length() -> None:
    assert days("请于2026年6月20日前反馈意见", None) is None
    assert days("征求意见时间为2026年6月1日至6月20日", None) == 20


@given(DAYS, st.integers(0, 300), st.sampled_from(STYLES), st.sampled_from(["至", "—", "~", "到"]))
def test_a_term_is_read_in_every_way_of_writing(first: date, more: int, style: str, between: str) -> None:
    last = first + timedelta(days=more)
    term = longest_term(
        [f"征求意见时间：{style.format(first)}{between}{style.format(last)}。"], first, CALENDAR
    )
    assert term is not None
    assert (term.first, term.last) == (first, last)


@given(st.text(alphabet="征求意见2026年1月3日至前截止时间为个工作天内起自（）:-—~. \t", max_size=60))
def test_any_text_gives_a_term_of_at_least_a_day_or_none(text: str) -> None:
    term = longest_term([text], ISSUED, CALENDAR)
    assert term is None or term.days >= 1


@pytest.mark.parametrize(
    ("title", "first", "last", "step"),
    [
        ("2026年3月市区商品房销售情况", 3, 3, 1),
        ("2026年03月份市区商品房销售情况", 3, 3, 1),
        ("市区商品房销售情况（2026年三月）", 3, 3, 1),
        ("2026年1-3月市区商品房销售情况", 1, 3, 1),
        ("2026年7月和8月市区商品房销售情况", 7, 8, 1),
        ("2026年十二月市区商品房销售情况", 12, 12, 1),
        ("2026年第一季度市区商品房销售情况", 1, 3, 3),
        ("2026年上半年市区商品房销售情况", 1, 6, 12),
        ("2026年市区商品房销售情况", 1, 12, 12),
    ],
)
def test_months_of_titles_are_read(title: str, first: int, last: int, step: int) -> None:
    told = told_in(title)
    assert told is not None
    assert (told.first - 2026 * 12 + 1, told.last - 2026 * 12 + 1, told.step) == (first, last, step)
    assert told.name == "市区商品房销售情况"


@pytest.mark.parametrize(
    "title", ["3月15日市区空气质量", "2026年3月", "9月底前完成改造", "三月的风", "12345热线办理情况"]
)
def test_titles_of_days_and_of_no_month_are_of_no_series(title: str) -> None:
    assert told_in(title) is None
