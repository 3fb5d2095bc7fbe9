"""Charts as own SVG: drawn for colour and for grey print, with all of their numbers in the text alternative."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import resvg_py

from govaudit.reports.templating import environment_of_pages

if TYPE_CHECKING:
    from markupsafe import Markup

    from govaudit.reports.texts import Texts

_LABEL_CELLS = 32
"""Half-width characters of a label that there is room for beside a bar."""
_FONTS = (
    "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimHei, PingFang SC, WenQuanYi Micro Hei, "
    "WenQuanYi Zen Hei, SimSun, Noto Serif CJK SC, DejaVu Sans, Liberation Sans, Arial, sans-serif"
)
"""By name: what draws the pictures knows no fall-back but from a font that is there."""
_PICTURE_ZOOM = 3
WIDTH = 720
_LINE_HEIGHT = 280
_BARS_HEAD = 44
_BAR = 18
_BARS_GAP = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``bars``: a bar for each label and series; ``line``: labels from left to right, in per cent. ``values``: a
    row for each series, as long as ``labels``; ``None``: there is no value. ``shown``: the values as they are
    written. ``description``: what a reader is told who does not see it."""

    kind: Literal["bars", "line"]
    title: str
    series: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    shown: tuple[tuple[str, ...], ...]
    description: str

    @property
    def most(self) -> float:
        """The largest value, at least 1."""
        return max([1.0, *(value for row in self.values for value in row if value is not None)])

    @property
    def height(self) -> int:
        """Height where the width is ``WIDTH``."""
        if self.kind == "line":
            return _LINE_HEIGHT
        return _BARS_HEAD + len(self.labels) * (len(self.series) * _BAR + _BARS_GAP)


def bar_chart(
    title: str,
    series: tuple[str, ...],
    rows: tuple[tuple[str, tuple[int, ...]], ...],
    texts: Texts,
) -> Chart:
    """Bars of counted things. ``rows``: label and a number for each series."""
    values = tuple(tuple(numbers[place] for _, numbers in rows) for place in range(len(series)))
    told = (
        texts.text(
            "trends.chart-entry",
            label=label,
            values=texts.text("report.list-separator").join(
                f"{name} {number}" for name, number in zip(series, numbers, strict=True)
            ),
        )
        for label, numbers in rows
    )
    return Chart(
        kind="bars",
        title=title,
        series=series,
        labels=tuple(_fitted(label) for label, _ in rows),
        values=values,
        shown=tuple(tuple(str(value) for value in row) for row in values),
        description=_described("bars", title, told, texts),
    )


def line_chart(title: str, points: tuple[tuple[str, float | None, str], ...], texts: Texts) -> Chart:
    """One line in per cent. ``points``: label, value, and the value as it is written."""
    told = (f"{label} {shown}" for label, _, shown in points)
    return Chart(
        kind="line",
        title=title,
        series=(title,),
        labels=tuple(_fitted(label) for label, _, _ in points),
        values=(tuple(value for _, value, _ in points),),
        shown=(tuple(shown for _, _, shown in points),),
        description=_described("line", title, told, texts),
    )


def _described(kind: str, title: str, told: Any, texts: Texts) -> str:
    separator = texts.text("words.example-separator")
    return texts.text(f"trends.chart-{kind}", title=title, values=separator.join(told))


def drawn(chart: Chart, name: str) -> Markup:
    """The chart as an SVG element. ``name``: letters that no other chart of the page has."""
    element: Markup = _drawing().chart(chart, name, _FONTS)
    return element


def png_of(chart: Chart) -> bytes | None:
    """The chart as a picture; ``None`` when this machine has no font for Chinese."""
    if not _has_chinese_font():
        return None
    return resvg_py.svg_to_bytes(
        svg_string=str(drawn(chart, "chart")).strip(), background="#ffffff", zoom=_PICTURE_ZOOM
    )


@cache
def _drawing() -> Any:
    return environment_of_pages().get_template("charts.html").module


@cache
def _has_chinese_font() -> bool:
    """Tried, not guessed: two characters that are drawn alike are both missing."""
    one, other = (
        resvg_py.svg_to_bytes(
            svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text y="30" font-size="28" font-family="{_FONTS}">{character}</text></svg>'
        )
        for character in "中国"
    )
    return one != other


def _fitted(label: str) -> str:
    """``label`` in one line, cut where its place ends."""
    tidy = " ".join(label.split())
    room = _LABEL_CELLS
    for place, character in enumerate(tidy):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return f"{tidy[: place - 1]}…"
    return tidy
