"""The record of a run: what it froze when it began, so that it can only go on under the same terms."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.profile import Profile, ProfileSource, load_profile
from govaudit.inspection.run import Budget, CrawlPlan, FamilySizes, Network, SearchSizes, seed_of
from govaudit.inspection.site import Site

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace


_MEASURED_SEARCH = frozenset({"SCH001", "SCH002"})
_MEASURED_TLS = frozenset({"SEC004", "SEC005", "SEC006"})
_MEASURED_SIGHTS = frozenset({"ACC001", "ACC003", "SEC001"})
SPARE_SAMPLES = 1.2
"""Visits for each one that has to count: some say nothing of IPv6, because IPv4 failed beside them."""
_MEASURED_ATTACHMENTS = frozenset({"TXT001", "TXT002", "TXT005"})
_MEASURED_LINKS = frozenset({"LNK005", "LNK006", "LNK007", "LNK009"})


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """``runs/<run>/run.json``. ``profile``: given for all sites on the command line, or empty;
    ``profiles``: name → digest of every rule book in use."""

    id: str
    as_of: datetime
    sites: tuple[Site, ...]
    budget: Budget
    family: str
    browser: str
    profiles: dict[str, str]
    profile: str = ""
    default_profile: str = ""
    ignore_robots: bool = False
    started_at: datetime
    finished_at: datetime | None = None
    listed: bool = True
    """The sites come from a site list, not from addresses on the command line."""

    def differences(self, other: RunRecord) -> list[str]:
        """What a resumption may not change, and did."""
        frozen = ("as_of", "sites", "budget", "family", "browser", "profiles", "ignore_robots")
        return [name for name in frozen if getattr(self, name) != getattr(other, name)]

    def profile_of(self, site: Site) -> str:
        """Name of the rule book for a site: command line, site list, default."""
        return self.profile or site.profile or self.default_profile


def record_file(workspace: Workspace, run: str) -> Path:
    """Where the record of a run lies."""
    return workspace.run_folder(run) / "run.json"


def read_record(workspace: Workspace, run: str) -> RunRecord | None:
    """The record of a run, ``None`` when there is no such run. Raises ``InputError`` when it is damaged."""
    file = record_file(workspace, run)
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=RunRecord)
    except msgspec.DecodeError as error:
        raise InputError(Problem("run.damaged", str(file), arguments={"why": str(error)})) from error


def existing_record(workspace: Workspace, run: str) -> RunRecord:
    """The record of a run. Raises ``InputError`` when there is no such run."""
    record = read_record(workspace, run)
    if record is None:
        known = ", ".join(known_runs(workspace)) or "-"
        raise InputError(Problem("run.unknown", str(workspace.root), arguments={"run": run, "known": known}))
    return record


def known_runs(workspace: Workspace) -> list[str]:
    """Runs of the workspace, oldest start first."""
    files = (workspace.root / "runs").glob("*/run.json")
    records = [
        record
        for file in files
        if (record := read_record(workspace, file.parent.name)) is not None and record.id == file.parent.name
    ]
    return [record.id for record in sorted(records, key=lambda one: (one.as_of, one.started_at))]


def write_record(workspace: Workspace, record: RunRecord) -> None:
    """Write the record, whole or not at all."""
    write_whole(record_file(workspace, record.id), msgspec.json.format(msgspec.json.encode(record), indent=1))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new content, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def profile_for(record: RunRecord, site: Site, workspace: Workspace) -> Profile:
    """The rule book of a site, with every check and parameter of it validated."""
    return usable_profile(record.profile_of(site), workspace.profiles)


def usable_profile(name: str, folder: Path | None) -> Profile:
    """A profile whose checks all exist, whose rows name due checks and its own columns only, whose parameters fit.

    Raises ``InputError`` naming every mistake.
    """
    profile = load_profile(name, folder)
    known = all_checks()
    source = ProfileSource(name, folder)
    problems = []
    for check, values in profile.checks.items():
        if check not in known:
            where, line = source.place_of("checks", check)
            problems.append(
                Problem("profile.unknown-check", where, line, f"checks.{check}", {"check": check})
            )
            continue
        try:
            known[check].parameters(values, name)
        except InputError as error:
            problems += [_placed(one, source) for one in error.problems]
    for row in profile.rows:
        where, line = source.place_of("rows", row.id)
        problems += [
            Problem("profile.check-not-due", where, line, f"rows.{row.id}", {"check": check})
            for check in sorted(row.check_ids() - set(profile.checks))
        ]
        problems += [
            Problem("profile.unknown-topic", where, line, f"rows.{row.id}", {"topic": topic})
            for topic in sorted(set(row.topics) - {column.name for column in profile.columns})
        ]
    if problems:
        raise InputError(*problems)
    return profile


def _placed(problem: Problem, source: ProfileSource) -> Problem:
    """A problem with a parameter, at the line that gives it."""
    where, line = source.place_of(*(problem.column or "").split("."))
    return replace(problem, where=where, line=line)


def plan_for(
    record: RunRecord,
    site: Site,
    network: Network,
    workspace: Workspace,
    not_applicable: frozenset[str] = frozenset(),
) -> CrawlPlan:
    """The plan by which a site is crawled: what its profile's checks must have measured, within the run's terms.
    ``not_applicable``: due checks for which nothing is measured."""
    profile = profile_for(record, site, workspace)
    return plan_for_checks(record, site, network, profile, profile.checks.keys() - not_applicable)


def plan_for_checks(
    record: RunRecord, site: Site, network: Network, profile: Profile, checks: Collection[str]
) -> CrawlPlan:
    """The plan for some checks of a rule book alone."""
    hosts = frozenset(other.host for other in record.sites if other.key != site.key)
    return CrawlPlan(
        run=record.id,
        site=site,
        as_of=record.as_of,
        seed=seed_of(record.id, site.key),
        network=network,
        budget=record.budget,
        measures=_measures(checks),
        other_hosts=tuple(sorted(hosts)),
        profiles=(f"{profile.name} {profile.digest}",),
        families=_family_sizes(profile, checks),
        search=_search_sizes(profile, checks),
    )


def _family_sizes(profile: Profile, checks: Collection[str]) -> FamilySizes:
    """How much ``checks`` need asked for over both address families."""

    def wanted(check: str, parameter: str) -> float:
        if check not in checks:
            return 0
        return float(getattr(all_checks()[check].parameters(profile.checks[check], profile.name), parameter))

    needed = max(wanted("IP6004", "probes"), wanted("IP6009", "probes"))
    return FamilySizes(
        samples=math.ceil(needed * SPARE_SAMPLES),
        interval=wanted("IP6004", "interval") or FamilySizes().interval,
        second_level=int(wanted("IP6006", "pages")),
        third_level=int(wanted("IP6007", "pages")),
        hosts=int(wanted("IP6008", "hosts")),
        contents="IP6005" in checks,
    )


def _search_sizes(profile: Profile, checks: Collection[str]) -> SearchSizes:
    """What the site's own search is to be asked."""
    if "SCH002" not in checks:
        return SearchSizes()
    params = all_checks()["SCH002"].parameters(profile.checks["SCH002"], profile.name)
    return SearchSizes(titles=params.titles, days=params.days)


def _measures(checks: Iterable[str]) -> tuple[str, ...]:
    """What the checks that are due read beyond pages."""
    due = set(checks)
    measures = {
        "ipv6": any(check.startswith("IP6") and all_checks()[check].needs_host for check in due),
        "links": bool(due & _MEASURED_LINKS),
        "attachments": bool(due & _MEASURED_ATTACHMENTS),
        "tls": bool(due & _MEASURED_TLS),
        "sights": bool(due & _MEASURED_SIGHTS),
        "search": bool(due & _MEASURED_SEARCH),
    }
    return tuple(name for name, wanted in measures.items() if wanted)
