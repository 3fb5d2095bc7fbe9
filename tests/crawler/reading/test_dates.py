"""The grammar of dates."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.dates import (
    MonthDay,
    address_date,
    find_dates,
    month_day,
    relative_day,
    with_year,
)
from govaudit.crawler.reading.text import comparable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-09-30", "2026-09-30"),
        ("2026-9-3 8:05", "2026-09-03 08:05"),
        ("2026/09/30 11:18:59", "2026-09-30 11:18"),
        ("2026.9.30", "2026-09-30"),
        ("2026年9月30日", "2026-09-30"),
        ("2026年09月30日11:18", "2026-09-30 11:18"),
        ("2026 年 9 月 30 日", "2026-09-30"),
        ("２０２６－０９－３０　１１：１８", "2026-09-30 11:18"),
        ("2026-09-30T11:18:00", "2026-09-30 11:18"),
        ("二〇二六年九月三十日", "2026-09-30"),
        ("二○○九年十月一日", "2009-10-01"),
        ("二零一二年十二月廿五日", "2012-12-25"),
        ("民國115年9月30日", "2026-09-30"),
        ("中華民國一百一十五年九月三十日", "2026-09-30"),
    ],
)
def test_forms(text: str, value: str) -> None:
    assert [one.value for one in find_dates(comparable(text, "zh-Hant"))] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "2303-350725-04-01-948890",
        "192.168.2020.1.2",
        "2026-02-30",
        "2026-13-01",
        "1234567890",
        "2026-09",
        "GB/T 2260-2007",
        "110101000000",
        "版本2020.1.2.3",
        "2026-09-301",
        "电话0571-2026-0930",
    ],
)
def test_no_dates(text: str) -> None:
    assert find_dates(comparable(text, "")) == []


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("http://x.cn/art/2016/11/22/art_1_2.html", "2016-11-22"),
        ("https://x.cn/202605/t20260511_14.html", "2026-05-11"),
        ("https://x.cn/a/20200911083851127.html", "2020-09-11"),
        ("https://x.cn/content/2026-10/23/content_5.html", "2026-10-23"),
        ("https://x.cn/202310/ab.shtml", ""),
        ("https://x.cn/20231399.html", ""),
    ],
)
def test_dates_in_addresses(address: str, day: str) -> None:
    assert address_date(address) == day


@pytest.mark.parametrize(
    ("month", "day", "address", "latest", "expected"),
    [
        (1, 4, "", "2026-01-05", "2026-01-04"),
        (12, 28, "", "2026-01-05", "2025-12-28"),
        (2, 29, "", "2026-01-05", "2024-02-29"),
        (9, 30, "", "", ""),
        (12, 31, "https://x.cn/202601/a.html", "2026-05-01", "2025-12-31"),
        (10, 11, "https://x.cn/202310/a.html", "2026-05-01", "2023-10-11"),
        (10, 11, "https://x.cn/2023/a.html", "", "2023-10-11"),
    ],
)
def test_the_year_of_a_date_without_year(
    month: int, day: int, address: str, latest: str, expected: str
) -> None:
    assert with_year(MonthDay(month, day), address, latest) == expected


def test_month_and_day() -> None:
    found = month_day("09-30")
    assert found is not None
    assert found[0] == MonthDay(9, 30)
    assert month_day("13-30") is None
    assert month_day("2026-09-30") is None


def test_words_need_a_day_to_count_from() -> None:
    assert relative_day("昨天", "2026-03-01") == "2026-02-28"
    assert relative_day("3天前", "2026-03-01") == "2026-02-26"
    assert relative_day("5小时前", "2026-03-01") == "2026-03-01"
    assert relative_day("昨天", "") == ""
    assert relative_day("明天会更好", "2026-03-01") == ""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1920 2026-09-30", ["2026-09-30"]),
        ("20202026-09-30", []),
        ("2020-2026-09-30", []),
        ("2026-09-302019-08-20", []),
        ("1949年10月1日至2019年10月1日20时", ["1949-10-01", "2019-10-01"]),
        ("20 2026年20月 2026.9.30 19", ["2026-09-30"]),
    ],
)
def test_dates_among_other_digits(text: str, values: list[str]) -> None:
    assert [one.value for one in find_dates(text)] == values
