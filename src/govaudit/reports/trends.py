"""This run beside the last one and that of a year ago: pass rates, and what became of the problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Kind, Result
from govaudit.reports.comparison import Comparison, compare
from govaudit.reports.figures import Figures, figures
from govaudit.reports.texts import class_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence, Set

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.reports.earlier import EarlierRun, EarlierSite
    from govaudit.reports.run_report import RunReport
    from govaudit.reports.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of problems: ``then`` = still + fixed + unclear, ``now`` = still + new + reopened + first."""

    new: int = 0
    reopened: int = 0
    still: int = 0
    first: int = 0
    fixed: int = 0
    unclear: int = 0

    @property
    def then(self) -> int:
        """Problems in the earlier run."""
        return self.still + self.fixed + self.unclear

    @property
    def now(self) -> int:
        """Problems in this run."""
        return self.still + self.new + self.reopened + self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTrend:
    """Sites of a region or a unit: their results then and now, and their problems."""

    name: str
    then: Figures
    now: Figures
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """This run beside an earlier one, over the sites that both inspected. ``which``: ``last`` or ``year``; ``classes``:
    by class of problems; ``other_rules``: sites judged by another rule book than then; ``other_checks``: ids of the
    checks that judge by another rule than then."""

    which: str
    run: str
    sites: int
    total: Change
    classes: dict[str, Change]
    regions: tuple[GroupTrend, ...]
    units: tuple[GroupTrend, ...]
    other_rules: int
    other_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """``rates``: every run with its figures, oldest first, this one last."""

    rates: tuple[tuple[str, Figures], ...]
    besides: tuple[Beside, ...]


def trends(report: RunReport, texts: Texts, kinds: Set[Kind] = frozenset(Kind)) -> Trends | None:
    """The trends of a run; ``None`` when there is no earlier one. ``kinds``: of the problems that count."""
    if report.previous is None:
        return None
    rates = [(one.run, figures(one.sites.values())) for one in report.earlier]
    besides = [_beside("last", report, report.previous, texts, kinds)]
    if report.year_ago is not None and report.year_ago is not report.previous:
        besides.append(_beside("year", report, report.year_ago, texts, kinds))
    return Trends((*rates, (report.run, figures(report.sites))), tuple(besides))


def _beside(which: str, report: RunReport, then: EarlierRun, texts: Texts, kinds: Set[Kind]) -> Beside:
    pairs = [
        (judgement, then.sites[judgement.site.key], comparison)
        for judgement in report.sites
        if judgement.result is not Result.NOT_INSPECTED
        and (comparison := compare(report, judgement, then, kinds)) is not None
    ]
    everything = [comparison for _, _, comparison in pairs]
    return Beside(
        which=which,
        run=then.run,
        sites=len(pairs),
        total=_change(everything),
        classes=_by_class(everything),
        regions=_groups(pairs, lambda one: one.site.region or texts.text("columns.unnamed-region")),
        units=_groups(pairs, lambda one: one.site.sponsor or texts.site_title(one)),
        other_rules=sum(now.profile_hash != before.profile_hash for now, before, _ in pairs),
        other_checks=_other_checks([(now, before) for now, before, _ in pairs]),
    )


def _change(comparisons: Iterable[Comparison]) -> Change:
    known = list(comparisons)
    return Change(
        new=sum(len(one.new) for one in known),
        reopened=sum(len(one.reopened) for one in known),
        still=sum(len(one.still) for one in known),
        first=sum(len(one.first) for one in known),
        fixed=sum(len(one.fixed) for one in known),
        unclear=sum(len(one.unclear) for one in known),
    )


def _by_class(comparisons: Sequence[Comparison]) -> dict[str, Change]:
    """Class → change, the class with most problems in both runs first."""
    counts: dict[str, Counter[str]] = {}
    for one in comparisons:
        for name in Change.__dataclass_fields__:
            for finding in getattr(one, name):
                counts.setdefault(class_of(finding.check), Counter())[name] += 1
    changes = {name: Change(**counted) for name, counted in counts.items()}
    return dict(sorted(changes.items(), key=lambda one: (-max(one[1].then, one[1].now), one[0])))


def _groups(
    pairs: Sequence[tuple[SiteJudgement, EarlierSite, Comparison]], name_of: Callable[[SiteJudgement], str]
) -> tuple[GroupTrend, ...]:
    groups: dict[str, list[tuple[SiteJudgement, EarlierSite, Comparison]]] = {}
    for pair in pairs:
        groups.setdefault(name_of(pair[0]), []).append(pair)
    return tuple(
        GroupTrend(
            name=name,
            then=figures(before for _, before, _ in members),
            now=figures(now for now, _, _ in members),
            change=_change(comparison for _, _, comparison in members),
        )
        for name, members in groups.items()
    )


def _other_checks(pairs: Sequence[tuple[SiteJudgement, EarlierSite]]) -> tuple[str, ...]:
    changed = (
        check
        for now, before in pairs
        for check in now.checks.keys() & before.checks.keys()
        if now.checks[check].rule_version != before.checks[check].rule_version
    )
    return tuple(sorted(set(changed)))
