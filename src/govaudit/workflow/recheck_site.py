"""The recheck of one site's findings: visit what they rest on, judge by the checks concerned, compare. Runs in a worker
process."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.fact_copy import copy_facts, keep_new, open_again
from govaudit.inspection.finding import CheckResult, Finding
from govaudit.inspection.own_tables import own_tables
from govaudit.inspection.site import Site, SiteScope
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import canonical
from govaudit.inspection.verdict import Reason
from govaudit.inspection.word_lists import read_word_lists
from govaudit.inspection.workdays import read_calendar
from govaudit.inspection.workspace import open_workspace
from govaudit.workflow.capture import with_pictures
from govaudit.workflow.evidence import keep_evidence
from govaudit.workflow.judge import CRASHED, context_of, finding_of, run_check
from govaudit.workflow.locate import located
from govaudit.workflow.peers import peers_in, told_to
from govaudit.workflow.recheck_answers import Answer, Seen, Told, Visits, answer, untold
from govaudit.workflow.recheck_places import BY_LOG, Places, more_pages, places_of
from govaudit.workflow.run_record import existing_record, plan_for_checks, profile_for, write_whole
from govaudit.workflow.site_job import previous_facts, read_judgement
from govaudit.workflow.watch_window import keep_watch_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from govaudit.inspection.run import CrawlPlan, Network, Progress
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord

_ROUNDS = (100, 1_000)
"""So many more pages of a finding are visited when those before do not show it any more; then all."""
_ALL = 1_000_000
_MOST_NEW = 400


@dataclass(frozen=True, slots=True)
class RecheckJob:
    """One site's part of a recheck. ``number``: of the recheck in its run; ``findings``: their ids; ``as_of``: the
    moment at which is judged."""

    root: Path
    run: str
    number: int
    site: Site
    findings: tuple[str, ...]
    as_of: datetime
    network: Network


class SiteRecheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a recheck says of one site; ``runs/<run>/recheck-<n>/<key>.json``. ``reached``: the home page opened as the
    site's own; ``reason`` with ``detail``: why it did not; ``began``, ``ended``: UTC seconds; ``visits``: requests that
    were answered or not; ``checks``: what the checks concerned said."""

    site: Site
    told: tuple[Told, ...]
    began: float
    ended: float
    visits: int
    reached: bool = True
    reason: Reason | None = None
    detail: str = ""
    checks: dict[str, CheckResult] = {}


def site_file(workspace: Workspace, run: str, number: int, site_key: str) -> Path:
    """Where the recheck of a site is written."""
    return recheck_folder(workspace, run, number) / f"{site_key}.json"


def recheck_folder(workspace: Workspace, run: str, number: int) -> Path:
    """Everything that a recheck leaves beside its run: what was seen, evidence, answers."""
    return workspace.run_folder(run) / f"recheck-{number}"


def recheck_site(job: RecheckJob, tell: Callable[[Progress], None]) -> None:
    """Recheck one site and write what came of it; done already: nothing. Raises ``KeyboardInterrupt`` when it was
    interrupted: it begins again at the next start."""
    workspace = open_workspace(job.root)
    file = site_file(workspace, job.run, job.number, job.site.key)
    if file.is_file():
        return
    done = _Recheck(workspace, existing_record(workspace, job.run), job, tell).run()
    write_whole(file, msgspec.json.encode(done))


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the checks concerned say after the visits. ``stored``: finding → what its check says of the stored facts,
    of those in which it still finds it under today's rules and at today's date: where it does not, the site is not what
    changed."""

    found: list[Finding]
    checks: dict[str, CheckResult]
    stored: dict[str, CheckResult] = field(default_factory=dict)


class _Recheck:
    """The steps of one site's recheck over a copy of its facts."""

    def __init__(
        self, workspace: Workspace, record: RunRecord, job: RecheckJob, tell: Callable[[Progress], None]
    ) -> None:
        self._workspace = workspace
        self._record = record
        self._job = job
        self._tell = tell
        self._began = time.time()
        self._judgement = read_judgement(workspace, record, job.site)
        wanted = set(job.findings)
        self._findings = [one for one in self._judgement.findings if one.id in wanted]
        self._profile = profile_for(record, job.site, workspace)
        self._checks = sorted({one.check for one in self._findings} & set(self._profile.checks))
        self._stored = workspace.facts_file(record.id, job.site.key)
        folder = recheck_folder(workspace, job.run, job.number)
        self._store = folder / f"{job.site.key}.sqlite"
        self._evidence = folder / "evidence" / job.site.key
        self._home = canonical(job.site.url) or job.site.url
        others = frozenset(one.host for one in record.sites if one.key != job.site.key)
        self._scope = SiteScope(job.site, others)

    def run(self) -> SiteRecheck:
        copy_facts(self._stored, self._store)
        with closing(SiteFacts.open(self._stored)) as stored:
            places = {one.id: places_of(one, stored, self._scope) for one in self._findings}
            self._visit([self._home, *(url for one in places.values() for url in one.all)], places.values())
            reached = self._home_answer(stored)
            judged = self._judge_anew()
            for most in (*_ROUNDS, _ALL):
                more = {
                    one.id: more_pages(one, places[one.id].all, most)
                    for one in judged.found
                    if one.id in places
                }
                if reached.reason is not None or not any(more.values()):
                    break
                places |= {one: places[one].with_pages(urls) for one, urls in more.items()}
                self._visit([url for urls in more.values() for url in urls], ())
                judged = self._judge_anew()
            told = self._answers(stored, reached, judged, places)
        visits = self._visits()
        keep_new(self._store, self._began)
        return SiteRecheck(
            site=self._job.site,
            told=tuple(told),
            began=self._began,
            ended=time.time(),
            visits=visits,
            reached=reached.reason is None,
            reason=reached.reason,
            detail=reached.url,
            checks=judged.checks,
        )

    # -- visiting ------------------------------------------------------------------------------------------

    def _visit(self, urls: Iterable[str], places: Iterable[Places]) -> None:
        from govaudit.crawler.crawl import crawl  # noqa: PLC0415 - loaded where it is used

        wanted = tuple(dict.fromkeys(urls))
        needs = list(places)
        plan = open_again(
            self._store,
            self._plan(wanted),
            wanted,
            sorted({kind for one in needs for kind in one.probes}),
            follow=min(_MOST_NEW, sum(one.follow for one in needs)),
            began=self._began,
        )
        if crawl(plan, self._store, self._tell).interrupted:
            raise KeyboardInterrupt

    def _plan(self, urls: tuple[str, ...]) -> CrawlPlan:
        plan = plan_for_checks(self._record, self._job.site, self._job.network, self._profile, self._checks)
        return msgspec.structs.replace(plan, as_of=self._job.as_of, revisited=urls)

    def _home_answer(self, stored: SiteFacts) -> Seen:
        """Whether the site answered as itself: its home page opened, and is not some other page in its place."""
        with closing(SiteFacts.open(self._store)) as facts:
            looks = [look for look in facts.looks(self._home) if look.at >= self._began]
            if not looks:
                refused = facts.why_left_out(self._home) is not None
                return Seen(url=self._home, reason=Reason.ROBOTS if refused else Reason.CONNECT)
            last = looks[-1]
            before = stored.page(self._home) or stored.page(last.final_url)
            now = facts.page(self._home) or facts.page(last.final_url)
            lost_its_menu = now is None or (
                before is not None and before.menu is not None and now.menu is None
            )
        if not last.opened:
            return Seen(url=self._home, reason=last.reason or Reason.SERVER_ERROR)
        return Seen(url=self._home, reason=Reason.PARSE if lost_its_menu else None)

    # -- judging -------------------------------------------------------------------------------------------

    def _judge_anew(self) -> _Judged:
        keep_watch_window(self._workspace, self._store)
        judged = self._judge(self._store)
        there = {one.id for one in judged.found}
        gone = {one.id for one in self._findings} - there
        if not gone:
            return judged
        stored = self._judge(self._stored)
        shown = {one.id: stored.checks[one.check] for one in stored.found if one.id in gone}
        return _Judged(judged.found, judged.checks, shown)

    def _judge(self, store: Path) -> _Judged:
        """Findings and results of the checks concerned over a store, as of this recheck."""
        before = previous_facts(self._workspace, self._record, self._job.site)
        with ExitStack() as stores:
            context = context_of(
                stores.enter_context(closing(SiteFacts.open(store))),
                self._profile,
                self._record.sites,
                previous=stores.enter_context(closing(SiteFacts.open(before))) if before else None,
                calendar=read_calendar(self._workspace.calendar),
                word_lists=read_word_lists(self._workspace.words),
                tables=own_tables(self._workspace.root),
                peers=peers_in(told_to(self._workspace, self._record, self._job.site)),
            )
            context.as_of = self._job.as_of
            found: list[Finding] = []
            results: dict[str, CheckResult] = {}
            for name in self._checks:
                check = all_checks()[name]
                judgement = run_check(check, context, self._profile)
                found += [finding_of(check, fault, context) for fault in judgement.faults]
                results[name] = CheckResult(
                    verdict=judgement.verdict,
                    findings=len(judgement.faults),
                    examined=judgement.examined,
                    reason=judgement.reason,
                    detail=judgement.detail,
                )
        return _Judged(found, results)

    # -- answers -------------------------------------------------------------------------------------------

    def _answers(
        self, stored: SiteFacts, reached: Seen, judged: _Judged, places: Mapping[str, Places]
    ) -> list[Told]:
        with closing(SiteFacts.open(self._store)) as facts:
            visits = Visits(facts, stored, self._began)
            told = [self._answer(one, places[one.id], reached, judged, visits) for one in self._findings]
            told = [self._with_evidence(self._with_terms(one), facts) for one in told]
        return self._with_pictures(told)

    def _answer(
        self, before: Finding, places: Places, reached: Seen, judged: _Judged, visits: Visits
    ) -> Told:
        result = judged.checks.get(before.check)
        if result is None:
            return untold(before, Reason.NOT_MEASURED, because="not-due")
        if result.detail.startswith(CRASHED):
            return untold(before, Reason.NOT_MEASURED, result.detail)
        if reached.reason is not None and before.check not in BY_LOG:
            return untold(before, reached.reason, reached.url)
        after = next((one for one in judged.found if one.id == before.id), None)
        moved = self._moved(before, judged.found, places, visits) if after is None else None
        if moved is not None:
            told = Told(before=before, answer=Answer.STILL, after=moved, because="moved", place=moved.page)
        else:
            told = answer(before, after, result, places, visits, stored=judged.stored.get(before.id))
        count = sum(visits.made(url) for url in places.all)
        return msgspec.structs.replace(told, visited=count)

    def _with_terms(self, told: Told) -> Told:
        check = all_checks().get(told.before.check)
        return msgspec.structs.replace(
            told,
            rule_changed=check is not None and check.version != told.before.rule_version,
            profile_changed=self._profile.digest != self._judgement.profile_hash,
        )

    def _moved(self, before: Finding, found: list[Finding], places: Places, visits: Visits) -> Finding | None:
        """The same fault on the page that the old address leads to now."""
        if places.target:
            return None
        arrived = {visits.arrival(url) for url in places.pages if url != self._home} - {*places.pages, ""}
        known = {one.id for one in self._judgement.findings}
        alike = (one for one in found if (one.check, one.fault) == (before.check, before.fault))
        return next((one for one in alike if one.id not in known and one.page in arrived), None)

    # -- what is kept --------------------------------------------------------------------------------------

    def _with_evidence(self, told: Told, facts: SiteFacts) -> Told:
        if told.after is None or told.answer is not Answer.STILL:
            return told
        before = told.before
        after = msgspec.structs.replace(
            told.after,
            kind=before.kind,
            effects=before.effects,
            clause=before.clause,
            first_seen=before.first_seen,
            last_seen=before.last_seen,
        )
        language = self._workspace.settings.language
        (after,) = keep_evidence(located([after], facts), facts, self._evidence, language)
        return msgspec.structs.replace(told, after=after)

    def _with_pictures(self, told: list[Told]) -> list[Told]:
        """Pictures of what is still wrong, and paths of evidence as they are from the run's folder."""
        still = [one.after for one in told if one.answer is Answer.STILL and one.after is not None]
        budget = self._record.budget
        shown = with_pictures(
            msgspec.structs.replace(self._judgement, findings=tuple(still)),
            self._evidence,
            msgspec.structs.replace(self._plan(()), budget=budget) if budget.screenshots else None,
            self._tell,
        )
        folder = recheck_folder(self._workspace, self._job.run, self._job.number).name
        by_id = {one.id: _filed_under(one, folder) for one in shown.findings}
        return [
            msgspec.structs.replace(one, after=by_id[one.after.id])
            if one.after is not None and one.after.id in by_id
            else one
            for one in told
        ]

    def _visits(self) -> int:
        with closing(SiteFacts.open(self._store)) as facts:
            return sum(look.at >= self._began for _, looks in facts.all_looks() for look in looks)


def _filed_under(finding: Finding, folder: str) -> Finding:
    evidence = tuple(
        msgspec.structs.replace(one, path=f"{folder}/{one.path}") if one.path else one
        for one in finding.evidence
    )
    return msgspec.structs.replace(finding, evidence=evidence)
