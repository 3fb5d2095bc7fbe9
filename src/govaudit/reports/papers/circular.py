"""The circular (通报) of a run: what was inspected, what was found, what has to be done, and the lists behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, reduce
from typing import TYPE_CHECKING

from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.comparison import Comparison, compare
from govaudit.reports.edition import correction, last_look, objection
from govaudit.reports.figures import Figures, figures, per_cent
from govaudit.reports.ipv6_table import ipv6_by_region
from govaudit.reports.papers.paper import Annex, Paper, Paragraph, Section, printable, rows_of
from govaudit.reports.run_report import has_score, is_pending, ordered_findings, veto_names
from govaudit.reports.texts import Texts, class_of
from govaudit.reports.trend_tables import Block, sentences, trend_parts
from govaudit.reports.trends import Beside, Trends, trends

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.reports.run_report import RunReport

MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 120
MOST_GOOD = 5
MOST_PROBLEMS = 500
"""Entries of the problem list that are printed; the workbook holds all."""
_TRENDS = ("rates", "classes-last", "classes-year", "regions-last")
_FEW, _MOST = Decimal("0.1"), Decimal("0.5")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_COUNTED = frozenset({Kind.VETO, Kind.DEDUCT, Kind.OPEN})
"""Kinds of problems that a circular speaks of: hints are for webmasters."""
_LEFT_OUT = frozenset({Result.INCONCLUSIVE, Result.NOT_INSPECTED})


def circular(report: RunReport) -> Paper:
    """The circular of a run. Every number in it is counted from the same judgements as the other reports."""
    return _Circular(report, Texts(report.language)).paper()


@dataclass(frozen=True)
class _Circular:
    report: RunReport
    texts: Texts

    def paper(self) -> Paper:
        """The whole paper."""
        report, annexes = self.report, self._annexes()
        sections = [self._overall(annexes), self._problems(), self._requirements()]
        return Paper(
            language=report.language,
            title=self._title(),
            head=printable(report.organiser),
            number=printable(report.paper.number),
            status="" if report.final else self._text("draft"),
            addressees=self._addressees(),
            opening=tuple(text for text in (correction(report, self.texts), self._opening()) if text),
            sections=tuple(
                Section(
                    heading=self._text("section", number=self._number(place), heading=name), paragraphs=parts
                )
                for place, (name, parts) in enumerate(sections, 1)
            ),
            annex_lines=self._annex_lines(annexes),
            signature=printable(report.organiser),
            date=self._day(report.as_of),
            annexes=tuple(annexes.values()),
        )

    # -- words ---------------------------------------------------------------------------------------------

    def _text(self, key: str, **arguments: object) -> str:
        return self.texts.text(f"circular.{key}", **arguments)

    def _number(self, place: int) -> str:
        return self._text(f"numbers.{place}")

    def _day(self, moment: datetime | date) -> str:
        return self._text("day", year=moment.year, month=moment.month, day=moment.day)

    def _joined(self, words: Iterable[str]) -> str:
        return self.texts.text("report.list-separator").join(words)

    def _title(self) -> str:
        arguments = {"organiser": printable(self.report.organiser), "area": printable(self.report.paper.area)}
        quarter = _QUARTER.fullmatch(self.report.run)
        if quarter is None:
            return self._text("title-other", run=printable(self.report.run), **arguments).lstrip(":： ")
        name = self.texts.text(f"words.quarters.{quarter[2]}")
        return self._text("title-quarter", year=quarter[1], quarter=name, **arguments).lstrip(":： ")

    def _addressees(self) -> str:
        named = printable(self.report.paper.addressees).rstrip("：:")
        return named + self._text("addressees-end") if named else ""

    def _opening(self) -> str:
        organiser = printable(self.report.organiser)
        by = self._text("by-organiser", organiser=organiser) if organiser else self._text("by-us")
        bases = self._joined(dict.fromkeys(note.basis for note in self.report.profiles))
        return self._text(
            "opening", basis=bases, by=by, when=self._when(), area=printable(self.report.paper.area)
        )

    def _when(self) -> str:
        start = (self.report.started_at or self.report.as_of).astimezone(BEIJING)
        end = (self.report.finished_at or start).astimezone(BEIJING)
        if start.date() == end.date():
            return self._text("when-day", day=self._day(start))
        return self._text("when", start=self._day(start), end=self._day(end))

    # -- figures -------------------------------------------------------------------------------------------

    @cached_property
    def figures(self) -> Figures:
        return figures(self.report.sites)

    @cached_property
    def comparisons(self) -> list[Comparison]:
        compared = (compare(self.report, judgement, kinds=_COUNTED) for judgement in self.report.sites)
        return [one for one in compared if one is not None]

    @cached_property
    def trends(self) -> Trends | None:
        return trends(self.report, self.texts, _COUNTED)

    @cached_property
    def problems(self) -> list[tuple[SiteJudgement, Finding]]:
        """Certain problems that count, gravest first within their site, sites in the order of the list."""
        return [
            (judgement, finding)
            for judgement in self.report.sites
            for finding in ordered_findings(judgement)
            if finding.standing is Verdict.FAIL and finding.kind in _COUNTED
        ]

    # -- 一、总体情况 ------------------------------------------------------------------------------------------

    def _overall(self, annexes: dict[str, Annex]) -> tuple[str, tuple[Paragraph, ...]]:
        said = [
            self._listed(),
            self._result(),
            self._left_out(annexes),
            self._last_look(),
            self._again(),
            self._year(),
            self._good(),
        ]
        return self._text("overall"), tuple(Paragraph(text=text) for text in said if text)

    def _listed(self) -> str:
        counted = self.figures
        levels = Counter(
            self.texts.level(one.site) if one.site.level else self.texts.site_kind(one.site)
            for one in self.report.sites
        )
        named = self._joined(
            self._text("level", name=name, count=count) for name, count in levels.most_common()
        )
        return self._text(
            "overall-listed",
            listed=counted.listed,
            levels=self._text("levels", levels=named) if len(levels) > 1 else "",
            inspected=counted.inspected,
            share=per_cent(counted.inspected, counted.listed),
            moment=self.texts.spoken_moment(self.report.as_of),
        )

    def _result(self) -> str:
        counted = self.figures
        if not counted.judged:
            return self._text("overall-none")
        key = "overall-result" if counted.unqualified else "overall-all-qualified"
        return self._text(
            key,
            qualified=counted.qualified,
            unqualified=counted.unqualified,
            rate=counted.pass_rate,
            change=self._change(),
        )

    def _change(self) -> str:
        """The pass rate beside that of the run before, both over their judged sites."""
        before = figures(self.report.previous.sites.values()) if self.report.previous else None
        if before is None or not before.judged:
            return ""
        then = Decimal(100 * before.qualified) / before.judged
        now = Decimal(100 * self.figures.qualified) / self.figures.judged
        points = (now - then).quantize(Decimal("0.1"), ROUND_HALF_UP)
        key = "change-none" if not points else "change-up" if points > 0 else "change-down"
        return self._text(
            key, previous=printable(self.texts.run_name(self.report.previous_run)), points=abs(points)
        )

    def _left_out(self, annexes: dict[str, Annex]) -> str:
        counted = self.figures
        counts = {
            "inconclusive": counted.inconclusive,
            "not-inspected": counted.not_inspected,
            "pending": counted.pending,
        }
        parts = [self._text(f"left-out-{name}", count=count) for name, count in counts.items() if count]
        if not parts:
            return ""
        place = [*annexes].index("left-out") + 1
        return self._text("overall-left-out", parts=self._joined(parts), annex=place)

    def _last_look(self) -> str:
        return last_look(self.report, self.texts)

    def _again(self) -> str:
        compared = self.comparisons
        still = sum(len(one.still) for one in compared)
        fixed = sum(len(one.fixed) for one in compared)
        unclear = sum(len(one.unclear) for one in compared)
        reopened = sum(len(one.reopened) for one in compared)
        before = still + fixed + unclear
        if not before:
            return ""
        return self._text(
            "overall-again",
            previous=printable(self.texts.run_name(self.report.previous_run)),
            before=before,
            fixed=fixed,
            still=still,
            unclear=unclear,
            rate=per_cent(fixed, before),
            new=sum(len(one.new) for one in compared),
            reopened=self._text("again-reopened", count=reopened) if reopened else "",
        )

    def _year(self) -> str:
        """The same quarter a year ago."""
        known = self.trends
        beside = next((one for one in known.besides if one.which == "year"), None) if known else None
        if known is None or beside is None or not beside.sites:
            return ""
        then = next(counted for run, counted in known.rates if run == beside.run)
        return self._text(
            "overall-year",
            run=printable(self.texts.run_name(beside.run)),
            then=then.pass_rate,
            now=self.figures.pass_rate,
            sites=beside.sites,
            before=beside.total.then,
            after=beside.total.now,
        )

    def _good(self) -> str:
        troubled = {
            judgement.site.key for judgement, finding in self.problems if finding.kind is not Kind.OPEN
        }
        good = [
            printable(self.texts.site_title(one))
            for one in self.report.sites
            if one.result is Result.QUALIFIED
            and not is_pending(one)
            and not one.partial
            and one.site.key not in troubled
        ]
        if not good:
            return ""
        others = self._text("good-others", count=len(good)) if len(good) > MOST_GOOD else ""
        return self._text("overall-good", names=self._joined(good[:MOST_GOOD]), others=others)

    # -- 二、发现的主要问题 --------------------------------------------------------------------------------------

    def _problems(self) -> tuple[str, tuple[Paragraph, ...]]:
        by_class: dict[str, list[tuple[SiteJudgement, Finding]]] = {}
        for judgement, finding in self.problems:
            by_class.setdefault(class_of(finding.check), []).append((judgement, finding))
        if not by_class:
            return self._text("problems"), (Paragraph(text=self._text("no-problems")),)
        ranked = sorted(by_class.items(), key=lambda one: (-_gravity(one[1]), -_sites(one[1]), one[0]))
        return self._text("problems"), tuple(
            self._class_of_problems(place, name, found) for place, (name, found) in enumerate(ranked, 1)
        )

    def _class_of_problems(
        self, place: int, name: str, found: list[tuple[SiteJudgement, Finding]]
    ) -> Paragraph:
        sites = _sites(found)
        share = Decimal(sites) / max(1, self.figures.inspected)
        word = "share-few" if share < _FEW else "share-some" if share < _MOST else "share-most"
        lead = self._text(
            "problem-lead", share=self._text(word), summary=self._text(f"problem-summaries.{name}")
        )
        examples = [
            self._text(
                "problem-example",
                site=printable(self.texts.site_title(judgement)),
                message=_clause(printable(self.texts.finding(finding).message, LONGEST_EXAMPLE)),
            )
            for judgement, finding in _worst(found)
        ]
        figures_ = self._text("problem-figures", sites=sites, problems=len(found))
        shown = self._text(
            "problem-examples", examples=self.texts.text("words.example-separator").join(examples)
        )
        return Paragraph(
            lead=self._text("part", number=self._number(place), heading=lead),
            text=self.texts.text("words.two-sentences", first=figures_, second=shown),
        )

    # -- 三、下一步工作要求 ---------------------------------------------------------------------------------------

    def _requirements(self) -> tuple[str, tuple[Paragraph, ...]]:
        deadline = self.report.paper.deadline
        fix = (
            self._text("require-fix-text", deadline=self._day(deadline))
            if deadline is not None
            else self._text("require-fix-text-open")
        )
        said = {"fix": fix}
        said |= {name: self._text(f"require-{name}-text") for name in ("watch", "review", "safe")}
        return self._text("requirements"), tuple(
            Paragraph(
                lead=self._text("part", number=self._number(place), heading=self._text(f"require-{name}")),
                text=text,
            )
            for place, (name, text) in enumerate(said.items(), 1)
        )

    # -- annexes -------------------------------------------------------------------------------------------

    def _annexes(self) -> dict[str, Annex]:
        tables = {
            "regions": (self._regions(), (3, 2, 2, 2, 2, 2, 2)),
            "unqualified": (self._unqualified(), (2, 3, 5, 6, 4, 6, 8)),
            "problems": (self._problem_list(), (2, 7, 4, 9, 15)),
            "left-out": (self._left_out_sites(), (2, 4, 8, 8, 4, 10)),
            "ipv6": (self._ipv6(), (3, 2, 2, 2, 4, 4, 2, 2)),
        }
        filled = [(name, *table) for name, table in tables.items() if table[0][1]]
        annexes = {
            name: self._annex(place, name, rows, widths)
            for place, (name, rows, widths) in enumerate(filled, 1)
        }
        return annexes | {
            name: self._chart_annex(place, name, block)
            for place, (name, block) in enumerate(self._blocks().items(), len(annexes) + 1)
        }

    def _blocks(self) -> dict[str, Block]:
        """What a circular shows of the trends; the web page and the workbook have all."""
        if self.trends is None:
            return {}
        blocks = {block.name: block for part in trend_parts(self.trends, self.texts) for block in part.blocks}
        return {name: blocks[name] for name in _TRENDS if name in blocks}

    def _chart_annex(self, place: int, name: str, block: Block) -> Annex:
        notes = (
            {f"classes-{one.which}": self._trend_note(one) for one in self.trends.besides}
            if self.trends
            else {}
        )
        return Annex(
            label=self._text("annex", number=place),
            title=self._text(f"annex-{name}"),
            headings=block.table.headings,
            rows=rows_of(block.table.rows),
            widths=(4, *(2 for _ in block.table.headings[1:])),
            note=notes.get(name, ""),
            chart=block.chart,
        )

    def _trend_note(self, beside: Beside) -> str:
        _, *others = sentences(beside, self.trends, self.texts) if self.trends else ("",)
        first, *more = others or [""]
        return reduce(
            lambda said, one: self.texts.text("words.two-sentences", first=said, second=one), more, first
        )

    def _annex(
        self,
        place: int,
        name: str,
        rows: tuple[tuple[str, ...], list[tuple[str | int, ...]]],
        widths: tuple[int, ...],
    ) -> Annex:
        columns, content = rows
        left = len(self.problems) - MOST_PROBLEMS if name == "problems" else 0
        note = self._text("annex-more", count=left) if left > 0 else ""
        return Annex(
            label=self._text("annex", number=place),
            title=self._text(f"annex-{name}"),
            headings=tuple(self._text(f"columns.{column}") for column in columns),
            rows=rows_of(content),
            widths=widths,
            note=note,
        )

    def _ipv6(self) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
        """The columns of the table of regions that a sheet of paper has room for."""
        table = ipv6_by_region(self.report, self.texts)
        places = {"region": 0, "listed": 1, "aaaa": 2, "reachable": 5, "second-level": 8, "third-level": 9,
                  "window-sites": 10, "reach-unsure": 7}  # fmt: skip
        rows = [tuple(row[place] for place in places.values()) for row in table.rows] if table else []
        return tuple(places), rows

    def _annex_lines(self, annexes: dict[str, Annex]) -> tuple[str, ...]:
        entries = [
            self._text("annex-entry", number=place, title=annex.title)
            for place, annex in enumerate(annexes.values(), 1)
        ]
        return (self._text("annex-line", entries=entries[0]), *entries[1:])

    def _regions(self) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
        columns = ("region", "listed", "inspected", "share", "qualified", "unqualified", "rate")
        groups: dict[str, list[SiteJudgement]] = {}
        for judgement in self.report.sites:
            region = judgement.site.region or self.texts.text("columns.unnamed-region")
            groups.setdefault(region, []).append(judgement)
        rows = [_region_row(name, figures(part)) for name, part in groups.items()]
        if len(rows) > 1:
            rows.append(_region_row(self._text("total"), self.figures))
        return columns, rows

    def _unqualified(self) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
        columns = ("number", "region", "sponsor", "site", "code", "url", "why")
        failed = [one for one in self.report.sites if one.result is Result.UNQUALIFIED]
        return columns, [
            (
                place, one.site.region, one.site.sponsor, self.texts.site_title(one), one.site.code, one.site.url,
                self._why_unqualified(one),
            )
            for place, one in enumerate(failed, 1)
        ]  # fmt: skip

    def _why_unqualified(self, judgement: SiteJudgement) -> str:
        named = list(veto_names(judgement))
        if not named and judgement.score is not None and has_score(judgement):
            line = next((one.pass_line for one in self.report.profiles if one.name == judgement.profile), 0.0)
            named = [self._text("score-why", score=f"{judgement.score.total:g}", line=f"{line:g}")]
        return self._joined(named)

    def _problem_list(self) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
        columns = ("number", "site", "class", "subject", "problem")
        return columns, [
            (
                place, self.texts.site_title(judgement), self.texts.class_name(finding.check),
                self.texts.subject(finding),
                self.texts.finding(finding).message + objection(finding, self.texts),
            )
            for place, (judgement, finding) in enumerate(self.problems[:MOST_PROBLEMS], 1)
        ]  # fmt: skip

    def _left_out_sites(self) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
        columns = ("number", "region", "site", "url", "result", "reason")
        concerned = [one for one in self.report.sites if one.result in _LEFT_OUT or is_pending(one)]
        return columns, [
            (
                place, one.site.region, self.texts.site_title(one), one.site.url, self.texts.result(one),
                self._text("pending-why", count=one.provisional) if is_pending(one) else self.texts.why(one.reason),
            )
            for place, one in enumerate(concerned, 1)
        ]  # fmt: skip


def _region_row(name: str, counted: Figures) -> tuple[str | int, ...]:
    share = per_cent(counted.inspected, counted.listed)
    return (
        name, counted.listed, counted.inspected, share, counted.qualified, counted.unqualified, counted.pass_rate,
    )  # fmt: skip


def _sites(found: list[tuple[SiteJudgement, Finding]]) -> int:
    return len({judgement.site.key for judgement, _ in found})


def _gravity(found: list[tuple[SiteJudgement, Finding]]) -> int:
    """Whether a class of problems vetoes a site."""
    return int(
        any(effect.kind is Kind.VETO and effect.applies for _, finding in found for effect in finding.effects)
    )


def _worst(found: list[tuple[SiteJudgement, Finding]]) -> list[tuple[SiteJudgement, Finding]]:
    """One problem each of the sites that have most of them, the gravest one of the site."""
    counts = Counter(judgement.site.key for judgement, _ in found)
    first: dict[str, tuple[SiteJudgement, Finding]] = {}
    for judgement, finding in found:
        first.setdefault(judgement.site.key, (judgement, finding))
    return [first[key] for key, _ in counts.most_common(MOST_EXAMPLES)]


def _clause(message: str) -> str:
    """A sentence as a part of another one."""
    return message.rstrip("。. ")
