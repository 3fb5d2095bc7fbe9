"""What belongs to one family, when a family is closed, and what is never closed."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler.families import family_of, repeats, shape_of
from govaudit.crawler.gist import Gist
from govaudit.crawler.rules.tables import traps
from govaudit.crawler.series import Series


def _rank(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def _digest(text: str) -> bytes:
    plain = "".join(one for one in text if not one.isdigit())
    return _rank(text) + _rank(plain)


def _series() -> Series:
    return Series(traps(), 2026, _rank)


@pytest.mark.parametrize(
    ("url", "family"),
    [
        ("http://www.x.cn/art/2026/11/22/art_12_3456.html", "x.cn/art/#/#/#/art_#_#.html"),
        ("https://x.cn/zwgk/t20261122_99.htm", "x.cn/zwgk/t#_#.htm"),
        ("http://x.cn/a/0123456789abcdef0123/b.html", "x.cn/a/#/b.html"),
        ("http://x.cn/%E6%96%B012/a", "x.cn/%E6%96%B0#/a"),
        ("http://x.cn/content.jsp?urltype=news&id=5&t=9", "x.cn/content.jsp?urltype=news"),
        ("http://x.cn/index.php?m=guide&a=list&page=2", "x.cn/index.php?a=list&m=guide"),
        ("http://x.cn/a/b/a/c/", "x.cn/a/…"),
        ("http://x.cn/", "x.cn/"),
    ],
)
def test_families(url: str, family: str) -> None:
    assert family_of(url) == family


@pytest.mark.parametrize(
    ("url", "year"),
    [
        ("http://x.cn/events/2031/02/", 2031), ("http://x.cn/a/202711/t2.html", 2027),
        ("http://x.cn/c?ym=1901-02", 1901), ("http://x.cn/node/2131/", 0),
        ("http://x.cn/c?id=2031", 0), ("http://x.cn/a/20310/b.html", 0), ("http://x.cn/c?date=2040-01-01&x=1", 2040),
        ("http://2031.x.cn/", 0), ("http://x.cn/2026-11-22/a.html", 2026),
    ],
)  # fmt: skip
def test_dates_in_addresses(url: str, year: int) -> None:
    assert shape_of(url).year == year


def test_repeated_parts() -> None:
    assert repeats(["a", "b", "a", "b", "a", "b"]) == 4
    assert repeats(["2026", "11", "11", "11", "1.html", "1.html"]) == 0


@given(some.text(alphabet="/?&=#%.0129abé…:[]@", max_size=60))
def test_any_address_has_a_shape(tail: str) -> None:
    assert shape_of(f"http://x.cn/{tail}").family.startswith("x.cn")


def _close(series: Series, pages: list[tuple[str, Gist]]) -> bool:
    series.judge(pages)
    return series.closed(family_of(pages[0][0]))


def test_the_same_text_under_many_addresses_closes_a_family() -> None:
    pages = [(f"http://x.cn/view?id={one}", Gist(_digest("文章"), is_text=True)) for one in range(70)]
    assert _close(_series(), pages)


def test_daily_figures_do_not() -> None:
    """Reports that differ in their numbers only are articles, and so is every one of them."""
    pages = [
        (f"http://x.cn/aqi/2026/{one % 12 + 1}/{one}.html", Gist(_digest(f"空气质量指数{one}"), is_text=True))
        for one in range(400)
    ]
    assert not _close(_series(), pages)


def test_missing_articles_among_real_ones_do_not() -> None:
    missing = [(f"http://x.cn/view?id={one}", Gist(_digest("文章不存在"))) for one in range(600)]
    real = [
        (
            f"http://x.cn/view?id={one}",
            Gist(
                _digest(
                    f"{one}号文",
                ),
                is_text=True,
            ),
        )
        for one in range(600, 1000)
    ]
    assert not _close(_series(), missing + real)


def test_empty_columns_that_their_names_tell_apart_do_not() -> None:
    pages = [
        (
            f"http://x.cn/list?tree={one}&page=1",
            Gist(_digest(f"{chr(0x4E00 + one)}栏目 暂无内容"), is_list=True),
        )
        for one in range(300)
    ]
    assert not _close(_series(), pages)


def test_lists_of_known_items_by_ever_new_parameters_do() -> None:
    items = tuple((f"http://x.cn/{one}", "") for one in range(20))
    pages = [
        (
            f"http://x.cn/list?colour={one}&sort={one % 3}",
            Gist(_digest(chr(0x4E00 + one)), is_list=True, items=items),
        )
        for one in range(70)
    ]
    assert _close(_series(), pages)


def test_only_calendars_walk_on_beyond_the_calendar() -> None:
    def pages(*, written: bool) -> list[tuple[str, Gist]]:
        return [
            (f"http://x.cn/{2030 + one}/01/", Gist(_digest(chr(0x4E00 + one)), is_text=written))
            for one in range(12)
        ]

    calendar, archive = _series(), _series()
    calendar.judge(pages(written=False))
    archive.judge(pages(written=True))
    assert calendar.walks_on("x.cn/#/#/")
    assert not archive.walks_on("x.cn/#/#/")
    assert [year for year in (0, 1948, 1949, 2026, 2028, 2029) if calendar.beyond_calendar(year)] == [
        1948,
        2029,
    ]


def test_a_fruitful_family_gets_larger_waves() -> None:
    series = _series()
    assert series.allowance("x.cn/view?") == 120
    series.judge(
        (f"http://x.cn/view?id={one}", Gist(_digest(chr(0x4E00 + one)), is_text=True)) for one in range(120)
    )
    assert series.allowance("x.cn/view?") == 480


def test_memory_of_families_is_bounded() -> None:
    series = _series()
    series.judge(
        (f"http://x.cn/{chr(0x4E00 + one % 20_000)}/{'x' * (one % 7)}", Gist(b"1" * 16))
        for one in range(24_000)
    )
    assert len(series._families) <= 20_000
