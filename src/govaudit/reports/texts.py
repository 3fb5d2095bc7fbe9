"""Findings, results and moments in words. A text that is missing is an error, never an empty cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from govaudit.inspection.calendar import Period
from govaudit.inspection.messages import Catalogue, catalogue
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Kind, Verdict
from govaudit.reports.run_report import is_pending

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from govaudit.inspection.finding import Examined, Finding, Locator, PersonsRow, SiteJudgement
    from govaudit.inspection.site import Site
    from govaudit.reports.run_report import ProfileNote, RunReport

_NETWORK_ARGUMENTS = frozenset({"entrances", "error", "servers", "unusable", "ways"})
"""Arguments in which words of the network stand in double brackets: ``2400:3200::1 [[tcp]] [[refused]]``."""
_LISTS = frozenset({"examples", "found", "marks", "unusable", "years"})
"""Arguments that list what there is, and may hold nothing."""
_NETWORK_WORD = re.compile(r"\[\[([a-z0-9-]+)\]\]")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding as a person reads it."""

    title: str
    message: str
    expected: str
    observed: str
    fix: str


@dataclass(frozen=True)
class Texts:
    """All texts of a report in one language."""

    language: str

    @cached_property
    def _checks(self) -> Catalogue:
        return catalogue("checks", self.language)

    @cached_property
    def _reports(self) -> Catalogue:
        return catalogue("reports", self.language)

    @cached_property
    def _inspection(self) -> Catalogue:
        return catalogue("inspection", self.language)

    def text(self, key: str, **arguments: object) -> str:
        """A text of the reports' own catalogue. Raises ``KeyError`` naming what is missing."""
        return _filled(self._reports, key, arguments)

    def word(self, key: str) -> str:
        """A word of the field that all rooms share: a verdict, kind, state, reason …"""
        return _filled(self._inspection, key, {})

    def known_word(self, group: str, name: str) -> str:
        """The word for ``name``, or ``name`` itself when the field has none for it."""
        key = f"{group}.{name}"
        return self.word(key) if self._inspection.has(key) else name

    def finding(self, finding: Finding) -> FindingText:
        """The texts of a finding. Raises ``KeyError`` naming the missing text or argument."""
        arguments: dict[str, object] = dict(finding.arguments)
        if "reason" in arguments:
            arguments["reason"] = self.reason(str(arguments["reason"]))
        if "where" in arguments:
            arguments["where"] = self.text(
                f"words.spread.{arguments['where']}", pages=arguments.get("pages", finding.count)
            )
        for name in _LISTS & arguments.keys():
            arguments[name] = arguments[name] or self.text("words.nothing")
        for name in _NETWORK_ARGUMENTS & arguments.keys():
            arguments[name] = _NETWORK_WORD.sub(
                lambda found: self.known_word("network", found.group(1)), str(arguments[name])
            )
        if "advice" in arguments:
            arguments["rule"] = self.known_word("accessibility", str(arguments["rule"]))
            arguments["advice"] = self.known_word("accessibility-advice", str(arguments["advice"]))
        place = f"{finding.check}.faults.{finding.fault}"
        return FindingText(
            title=self.check_title(finding.check),
            message=_filled(self._checks, f"{place}.message", arguments),
            expected=_filled(self._checks, f"{place}.expected", arguments),
            observed=_filled(self._checks, f"{place}.observed", arguments),
            fix=_filled(self._checks, f"{place}.fix", arguments),
        )

    def examined(self, check: str, one: Examined) -> str:
        """What a check says of one thing it looked at; empty for a check that keeps no account."""
        key = f"{check}.examined"
        if not self._checks.has(key):
            return ""
        arguments: dict[str, object] = dict(one.arguments)
        if "period" in arguments:
            arguments["period"] = self.period(str(arguments["period"]))
        if arguments.get("newest") == "":
            arguments["newest"] = self.text("words.none")
        if "origin" in arguments:
            origin = str(arguments["origin"])
            arguments["origin"] = self.word(f"date-sources.{origin}") if origin else self.text("words.none")
        return _filled(self._checks, key, arguments)

    def check_title(self, check: str) -> str:
        """Name of a check."""
        return self._checks.text(f"{check}.title")

    def check_summary(self, check: str) -> str:
        """What a check looks at, one sentence."""
        return self._checks.text(f"{check}.summary")

    def reason(self, value: str) -> str:
        """A named reason in words."""
        return self.word(f"reasons.{value}")

    def why(self, reason: str) -> str:
        """A result's reason (``timeout: no answer within 15 s``) with its named beginning in words."""
        name, colon, detail = reason.partition(":")
        if self._reports.has(f"words.result-reasons.{name}"):
            words = self.text(f"words.result-reasons.{name}")
        elif self._inspection.has(f"reasons.{name}"):
            words = self.reason(name)
        else:
            return reason
        return f"{words}{self.text('words.colon')}{detail.strip()}" if colon and detail.strip() else words

    def nature(self, finding: Finding) -> str:
        """What a finding means for the site: its kind when it is certain, else that a person or nobody can tell, or
        that a person put it aside."""
        kind = self.word(f"kinds.{finding.kind.value}")
        if finding.standing is Verdict.PASS and finding.decided is not None:
            return self.word(f"states.{finding.decided.value}")
        if finding.kind is Kind.BONUS:
            return kind
        if finding.standing is Verdict.FAIL:
            return self.text("words.towards-veto") if finding.only_counts_towards_veto else kind
        if finding.standing is Verdict.REVIEW:
            return self.text("words.review-of", kind=kind)
        return self.word(f"verdicts.{finding.verdict.value}")

    def result(self, judgement: SiteJudgement) -> str:
        """Result of a site."""
        return (
            self.text("words.pending") if is_pending(judgement) else self.word(f"results.{judgement.result}")
        )

    def class_name(self, check: str) -> str:
        """Name of the class of problems that a check belongs to."""
        return self.text(f"words.classes.{class_of(check)}")

    def level(self, site: Site) -> str:
        """Level of a site; words of the list's own are kept."""
        key = f"words.levels.{site.level}"
        if self._reports.has(key):
            return self.text(key)
        return site.level or self.text("words.none")

    def site_kind(self, site: Site) -> str:
        """Kind of a site."""
        return self.word(f"site-kinds.{site.kind}")

    def undecided(self, name: str, profiles: Mapping[str, ProfileNote], profile: str) -> str:
        """Name of a check or row that could not be decided, with its id."""
        if self._checks.has(f"{name}.title"):
            return f"{self.check_title(name)} ({name})"
        rows = profiles[profile].rows if profile in profiles else {}
        if name in rows:
            return f"{rows[name]} ({name})"
        return name

    def persons_answer(self, row: PersonsRow) -> str:
        """What a person said of a row, in a few words."""
        if row.points is None:
            return self.text("site.persons.open")
        if row.part in {"deduct", "bonus"}:
            return self.text(f"site.persons.{row.part}", points=f"{row.points:g}")
        words = ("no", "yes") if row.part == "veto" else ("met", "not-met")
        return self.word(f"answers.{words[bool(row.points)]}")

    def place(self, locator: Locator) -> str:
        """Where on the page, in one line; empty when nothing is known."""
        parts = []
        if locator.heading:
            parts.append(self.text("words.place.heading", heading=locator.heading))
        if locator.text:
            parts.append(self.text("words.place.text", text=locator.text))
        if locator.line:
            key = "words.place.character" if locator.character else "words.place.line"
            parts.append(self.text(key, line=locator.line, character=locator.character))
        if locator.xpath:
            parts.append(locator.xpath)
        return self.text("words.place.separator").join(parts)

    def moment(self, moment: datetime | None) -> str:
        """A moment in Beijing time to the minute."""
        return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if moment else self.text("words.none")

    def subject(self, finding: Finding) -> str:
        """What a finding is about: an address as it is, a mark or a label in words."""
        label, at, place = finding.subject.partition("@")
        if at and label.isascii() and self._inspection.has(f"page-kinds.{place}"):
            return self.text("words.label-on", label=label, place=self.word(f"page-kinds.{place}"))
        for group in ("marks", "page-kinds"):
            if self._inspection.has(f"{group}.{finding.subject}"):
                return self.word(f"{group}.{finding.subject}")
        return finding.subject

    def period(self, period: str) -> str:
        """A period (``6 months``) in words."""
        if not period:
            return self.text("words.none")
        span = Period(period)
        return self.text(f"words.periods.{span.unit}", count=span.count)

    def spoken_moment(self, moment: datetime) -> str:
        """A moment in Beijing time as it stands in a sentence."""
        local = moment.astimezone(BEIJING)
        return self.text(
            "words.moment", year=local.year, month=local.month, day=local.day, time=local.strftime("%H:%M")
        )

    def report_title(self, report: RunReport) -> str:
        """Title of a run's report, as an office writes it."""
        quarter = _QUARTER.fullmatch(report.run)
        if quarter is None:
            return self.text("report.title-other", run=report.run)
        name = self.text(f"words.quarters.{quarter[2]}")
        return self.text("report.title-quarter", year=quarter[1], quarter=name)

    def run_name(self, run: str) -> str:
        """Name of a run as it stands in a sentence: the quarter, else its own."""
        quarter = _QUARTER.fullmatch(run)
        if quarter is None:
            return run
        name = self.text(f"words.quarters.{quarter[2]}")
        return self.text("words.quarter-of-year", year=quarter[1], quarter=name)

    def site_title(self, judgement: SiteJudgement) -> str:
        """Name of a site, its address when the list gives none."""
        return judgement.site.name or judgement.site.url


def class_of(check: str) -> str:
    """The class of problems of a check: the letters before its number (``LNK``, ``IP6``)."""
    return check[:3]


def _filled(texts: Catalogue, key: str, arguments: Mapping[str, object]) -> str:
    if key not in texts.entries:
        raise KeyError(f"{texts.room}/{texts.language}: {key}")
    try:
        return texts.entries[key].format(**arguments)
    except KeyError as error:
        raise KeyError(f"{texts.room}/{texts.language}: {key}: {{{error.args[0]}}}") from error
