"""Series that a site publishes by month or quarter, told from the titles of their members."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.tree import column_tree
from govaudit.inspection.errors import InputError
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.validation import problems_of
from govaudit.inspection.vocabulary import simplified
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context

_MONTHS = 12
_QUARTER = 3
_LONGEST_TITLE = 100
_SHORTEST_NAME = 4
_NO_NAME = re.compile(r"[\W\d_]+")
_LATEST = 6
"""Months after the usual delay from which a title is rather wrong than late."""
_REGULAR = 2 / 3
"""Share of members that follow the one before by one step, from which a series is regular."""


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    month: re.Pattern[str]
    quarter: re.Pattern[str]
    year: re.Pattern[str]
    spans: dict[str, int]
    months: dict[str, int]
    quarters: dict[str, int]
    figures: re.Pattern[str]
    events: re.Pattern[str]


@cache
def _words() -> _Words:
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "series.yaml")
    try:
        return _Words.model_validate(document.data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error


@dataclass(frozen=True, slots=True)
class Told:
    """The time that a title tells. Months are counted from the year 0; ``first`` and ``last`` are both in it;
    ``step``: 1 for months, 3 for quarters, 12 for years and their halves, which stand for their last month."""

    name: str
    first: int
    last: int
    step: int


@dataclass(slots=True)
class Series:
    """What has one name. ``title``: of the newest member; ``newest``: its last month; ``told``: the times of all
    members; ``columns``: own columns that list some, one for each entry; ``published``: address of an entry → month
    of its day and the last one that it tells."""

    name: str
    title: str = ""
    newest: int = 0
    told: list[Told] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    published: dict[str, tuple[int, int]] = field(default_factory=dict)

    def may_be_mistitled(self, month: int) -> bool:
        """Whether an entry of the days in which that month was due tells one that another entry tells too, or one long
        past: its title may be wrong."""
        lags = sorted(day - last for day, last in self.published.values())
        usual = lags[len(lags) // 2] if lags else 0
        told = Counter(last for _, last in self.published.values())
        return any(
            day - month in {usual, usual + 1}
            and (day - last > usual + _LATEST or (told[last] > 1 and day - last > usual))
            for day, last in self.published.values()
        )

    def homes(self) -> list[Column]:
        """Columns that list at least half as many as the one that lists most, which comes first; others, such as those
        above it, show some of their entries."""
        counted = Counter(column.key for column in self.columns)
        by_key = {column.key: column for column in self.columns}
        most = max(counted.values(), default=0)
        ordered = sorted(counted, key=lambda key: (-counted[key], -len(by_key[key].path), key))
        return [by_key[key] for key in ordered if 2 * counted[key] >= most]

    def members(self, step: int) -> list[int]:
        """Months that members of that step end with, in order."""
        return sorted({one.last for one in self.told if one.step == step})

    def step(self, since: int, fewest: int) -> int:
        """1 for a monthly series, 3 for a quarterly one, 0 where its titles show neither: too few members since the
        month ``since``, or irregular ones."""
        for step in (1, _QUARTER):
            recent = [month for month in self.members(step) if month >= since]
            needed = fewest if step == 1 else max(4, fewest // 2)
            ends = [one.last for one in self.told if one.last >= since and one.step >= step]
            gaps = [later - earlier for earlier, later in pairwise(sorted({*ends}))]
            if len(recent) >= needed and sum(gap == step for gap in gaps) >= _REGULAR * len(gaps):
                return step
        return 0

    def filled(self) -> set[int]:
        """Months that members tell of. Where titles count from January on, a title is of its last month alone."""
        ranges = [one for one in self.told if one.step == 1 and one.first != one.last]
        singles = sum(one.first == one.last for one in self.told if one.step == 1)
        cumulative = sum(one.first % _MONTHS == 0 for one in ranges) > singles
        found: set[int] = set()
        for one in self.told:
            short = one.last - one.first <= 1
            last_alone = one.step == _MONTHS or (cumulative and not short)
            found.update(range(one.last if last_alone else one.first, one.last + 1))
        if cumulative:
            # Figures from January on begin with those of January and February together.
            found.update(month - 1 for month in list(found) if month % _MONTHS == 1)
        return found


def all_series(context: Context) -> dict[str, Series]:
    """Every name that is published with months or quarters on the site. Use ``context.derived(all_series)``."""
    found: defaultdict[str, Series] = defaultdict(lambda: Series(""))
    years: list[Told] = []
    for title, day, column, url in _titles(context):
        told = told_in(title, day)
        if told is None:
            continue
        if told.step == _MONTHS:
            years.append(told)
            continue
        series = found[told.name]
        series.name = told.name
        series.told.append(told)
        if told.last >= series.newest:
            series.newest, series.title = told.last, title.strip()
        if column is not None:
            series.columns.append(column)
        if day is not None and url:
            series.published[url] = index_of(day), told.last
    for told in years:
        if told.name in found:
            found[told.name].told.append(told)
    return dict(found)


def is_of_figures(name: str) -> bool:
    """Whether a name is that of figures, which are due again and again, not of things that happen."""
    words = _words()
    plain = simplified(name)
    return bool(words.figures.search(plain)) and not words.events.search(plain)


def untimed(context: Context) -> tuple[tuple[str, int], ...]:
    """Names of entries whose titles tell no month that was understood, with the month of their day. Use
    ``context.derived(untimed)``."""
    return tuple(
        (name, index_of(day))
        for title, day, column, _ in _titles(context)
        if column is not None and day is not None and told_in(title, day) is None
        if _SHORTEST_NAME
        <= len(name := _NO_NAME.sub("", unicodedata.normalize("NFKC", title)))
        <= _LONGEST_TITLE
    )


def _titles(context: Context) -> Iterator[tuple[str, date | None, Column | None, str]]:
    for column in context.derived(column_tree).own():
        if not column.archive:
            for item in column.items:
                yield _whole(context, item.title, item.url), item.day, column, item.url
    for _, link in context.facts.every_anchor():
        if link.tag in NAVIGATION_TAGS and link.url and _may_tell(link.text):
            yield _whole(context, link.text, link.url), None, None, link.url


def _may_tell(text: str) -> bool:
    return _SHORTEST_NAME < len(text) <= _LONGEST_TITLE and any(character.isdigit() for character in text)


def _whole(context: Context, title: str, url: str) -> str:
    """Lists cut long titles short; the page behind says them whole."""
    if not title.rstrip().endswith(("...", "…")):
        return title
    page = page_at(context, url)
    return page.reading.heading or title if page is not None else title


def told_in(title: str, day: date | None = None) -> Told | None:
    """The month, months or quarter that a title is of; ``None`` when it names none. ``day``: of its entry, from which a
    month without a year has its year."""
    words = _words()
    plain = unicodedata.normalize("NFKC", title)
    if (match := words.quarter.search(plain)) is not None:
        quarter = words.quarters.get(match["quarter"]) or int(match["quarter"])
        last = _index(int(match["year"]), quarter * _QUARTER)
        return _told(plain, match, last - _QUARTER + 1, last, _QUARTER)
    if (match := words.month.search(plain)) is not None:
        first, last = (_month(written) for written in (match["first"], match["last"] or match["first"]))
        year = int(match["year"]) if match["year"] else _year_of(last, day)
        if not year:
            return None
        return _told(plain, match, _index(year, first), _index(year, last), 1) if first <= last else None
    if (match := words.year.search(plain)) is not None:
        last = _index(int(match["year"]), words.spans.get(match["span"] or "", _MONTHS))
        return _told(plain, match, last - last % _MONTHS, last, _MONTHS)
    return None


def _told(plain: str, match: re.Match[str], first: int, last: int, step: int) -> Told | None:
    rest = plain[: match.start()] + plain[match.end() :]
    name = _NO_NAME.sub("", rest)
    return Told(name, first, last, step) if len(name) >= _SHORTEST_NAME else None


def _month(written: str) -> int:
    return _words().months.get(written) or int(written)


def _year_of(month: int, day: date | None) -> int:
    if day is None:
        return 0
    return day.year if month <= day.month else day.year - 1


def _index(year: int, month: int) -> int:
    return year * _MONTHS + month - 1


def index_of(day: date) -> int:
    """The month of a day, counted from the year 0."""
    return _index(day.year, day.month)


def shown(month: int) -> str:
    """A month as YYYY-MM."""
    return f"{month // _MONTHS}-{month % _MONTHS + 1:02d}"
