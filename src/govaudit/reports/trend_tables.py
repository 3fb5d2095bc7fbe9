"""Trends as they are shown: sentences, charts, and the table under every chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.reports.charts import Chart, bar_chart, line_chart
from govaudit.reports.frames import Table
from govaudit.reports.papers.paper import printable

if TYPE_CHECKING:
    from govaudit.reports.figures import Figures
    from govaudit.reports.texts import Texts
    from govaudit.reports.trends import Beside, Change, GroupTrend, Trends

MOST_BARS = 20
"""Regions that a chart shows, those with most problems; the table holds all."""
_PROBLEMS = ("then", "now", "new", "reopened", "still", "first", "fixed", "unclear")
_RATES = ("run", "listed", "inspected", "qualified", "unqualified", "pending", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A table, with a chart above it where one helps. ``name`` is the same in every report."""

    name: str
    title: str
    table: Table
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is said under one heading."""

    heading: str
    sentences: tuple[str, ...]
    blocks: tuple[Block, ...]


def trend_parts(trends: Trends, texts: Texts) -> tuple[Part, ...]:
    """Pass rates of all runs, then this run beside each of those that it is compared with."""
    rates = Part(heading=texts.text("trends.rates"), sentences=(), blocks=(_rates(trends, texts),))
    return (rates, *(_part(one, trends, texts) for one in trends.besides))


def _rates(trends: Trends, texts: Texts) -> Block:
    title = texts.text("trends.rates")
    points = tuple(
        (printable(texts.run_name(run)), _share(counted), counted.pass_rate) for run, counted in trends.rates
    )
    rows = tuple(
        (
            printable(texts.run_name(run)), counted.listed, counted.inspected, counted.qualified,
            counted.unqualified, counted.pending, counted.pass_rate,
        )
        for run, counted in trends.rates
    )  # fmt: skip
    headings = tuple(texts.text(f"trends.columns.{name}") for name in _RATES)
    return Block(
        name="rates", title=title, table=Table(headings, rows), chart=line_chart(title, points, texts)
    )


def _share(counted: Figures) -> float | None:
    return 100 * counted.qualified / counted.judged if counted.judged else None


def _part(beside: Beside, trends: Trends, texts: Texts) -> Part:
    blocks = [_classes(beside, trends, texts)]
    if len(beside.regions) > 1:
        blocks.append(_regions(beside, trends, texts))
    if beside.units:
        blocks.append(_units(beside, texts))
    return Part(
        heading=texts.text(f"trends.beside-{beside.which}", run=printable(texts.run_name(beside.run))),
        sentences=sentences(beside, trends, texts),
        blocks=tuple(blocks) if beside.sites else (),
    )


def sentences(beside: Beside, trends: Trends, texts: Texts) -> tuple[str, ...]:
    """What became of sites and problems, and what the comparison does not say."""
    name = printable(texts.run_name(beside.run))
    said = [rate_sentence(beside, trends, texts)]
    if not beside.sites:
        return (*said, texts.text("trends.no-sites", run=name))
    total = beside.total
    said += [
        texts.text(
            "trends.problems", run=name, sites=beside.sites, then=total.then, now=total.now, new=total.new,
            reopened=total.reopened, still=total.still, first=total.first, fixed=total.fixed,
            unclear=total.unclear,
        ),
        texts.text("trends.scope"),
    ]  # fmt: skip
    if beside.other_rules:
        said.append(texts.text("trends.other-rules", count=beside.other_rules))
    if beside.other_checks:
        names = texts.text("report.list-separator").join(
            f"{texts.check_title(check)} ({check})" for check in beside.other_checks
        )
        said.append(texts.text("trends.other-checks", checks=names))
    return tuple(said)


def rate_sentence(beside: Beside, trends: Trends, texts: Texts) -> str:
    """The pass rates of both runs, each over its own judged sites."""
    then = next(counted for run, counted in trends.rates if run == beside.run)
    now = trends.rates[-1][1]
    name = printable(texts.run_name(beside.run))
    if not then.judged or not now.judged:
        return texts.text("trends.rate-unknown", run=name)
    return texts.text("trends.rate", run=name, then=then.pass_rate, now=now.pass_rate)


def _classes(beside: Beside, trends: Trends, texts: Texts) -> Block:
    title = texts.text("trends.classes")
    named = [(texts.text(f"words.classes.{name}"), change) for name, change in beside.classes.items()]
    rows: list[tuple[str | int, ...]] = [(name, *_problems(change)) for name, change in named]
    rows.append((texts.text("columns.total"), *_problems(beside.total)))
    return Block(
        name=f"classes-{beside.which}",
        title=title,
        table=Table((texts.text("columns.class"), *_headings(beside, texts)), tuple(rows)),
        chart=_bars(title, [(name, change) for name, change in named], beside, trends, texts),
    )


def _regions(beside: Beside, trends: Trends, texts: Texts) -> Block:
    title = texts.text("trends.regions")
    headings = ("region", "sites", "rate-then", "rate-now")
    ranked = sorted(beside.regions, key=lambda one: -max(one.change.then, one.change.now))[:MOST_BARS]
    if len(beside.regions) > MOST_BARS:
        title = texts.text("trends.regions-most", shown=MOST_BARS)
    return Block(
        name=f"regions-{beside.which}",
        title=texts.text("trends.regions"),
        table=Table(
            (*(texts.text(f"trends.columns.{name}") for name in headings), *_headings(beside, texts)),
            tuple(_region(one) for one in beside.regions),
        ),
        chart=_bars(title, [(printable(one.name), one.change) for one in ranked], beside, trends, texts),
    )


def _region(one: GroupTrend) -> tuple[str | int, ...]:
    return (
        printable(one.name), one.now.listed, one.then.pass_rate, one.now.pass_rate, *_problems(one.change)
    )  # fmt: skip


def _units(beside: Beside, texts: Texts) -> Block:
    headings = ("unit", "sites", "qualified-then", "qualified-now")
    return Block(
        name=f"units-{beside.which}",
        title=texts.text("trends.units"),
        table=Table(
            (*(texts.text(f"trends.columns.{name}") for name in headings), *_headings(beside, texts)),
            tuple(_unit(one) for one in beside.units),
        ),
    )


def _unit(one: GroupTrend) -> tuple[str | int, ...]:
    return (
        printable(one.name),
        one.now.listed,
        one.then.qualified,
        one.now.qualified,
        *_problems(one.change),
    )


def _bars(
    title: str, changes: list[tuple[str, Change]], beside: Beside, trends: Trends, texts: Texts
) -> Chart:
    series = tuple(printable(texts.run_name(run)) for run in (beside.run, trends.rates[-1][0]))
    return bar_chart(
        title, series, tuple((name, (change.then, change.now)) for name, change in changes), texts
    )


def _problems(change: Change) -> tuple[int, ...]:
    return tuple(getattr(change, name) for name in _PROBLEMS)


def _headings(beside: Beside, texts: Texts) -> tuple[str, ...]:
    return tuple(
        texts.text(
            f"trends.columns.{name}-{beside.which}" if name in {"then", "first"} else f"trends.columns.{name}"
        )
        for name in _PROBLEMS
    )
