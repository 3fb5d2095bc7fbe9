"""Publish a run: visit its vetoes once more, freeze numbers and files under their hashes. A published version is never
changed; a correction is the next one and says why."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.inspection.answers import read_answers
from govaudit.inspection.errors import GovauditError, InputError, Problem, UncheckedError
from govaudit.inspection.run import BEIJING, seed_of
from govaudit.inspection.verdict import Result, State
from govaudit.reports.edition import ChangedSite, Edition
from govaudit.reports.figures import figures
from govaudit.reports.findings_json import FindingsDocument
from govaudit.reports.texts import Texts
from govaudit.reports.write import write_reports
from govaudit.workflow.judge import scored_with
from govaudit.workflow.ledger import judgements_of
from govaudit.workflow.recheck import CLOSED
from govaudit.workflow.recheck_answers import Answer
from govaudit.workflow.recheck_site import recheck_folder
from govaudit.workflow.report import formats_here, run_report
from govaudit.workflow.run_record import profile_for, record_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.workspace import Workspace
    from govaudit.reports.run_report import RunReport
    from govaudit.workflow.recheck import Chosen, RecheckEnd
    from govaudit.workflow.run_record import RunRecord

SCHEMA: Literal["govaudit.version/1"] = "govaudit.version/1"
_MANIFEST = "manifest.json"
_READ_ONLY = 0o444


class HashedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its SHA-256. ``path``: from the version's folder, of the basis from the run's folder."""

    path: str
    sha256: str
    bytes: int


class Visited(msgspec.Struct, frozen=True, kw_only=True):
    """The last visit of the vetoes. ``recheck``: its number in the run; the others: ids of findings."""

    recheck: int
    at: datetime
    still: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``reports/<run>/final-v<n>/manifest.json``. ``numbers``: what the circular counts; ``visited``: ``None`` where
    the vetoes were not visited again; ``gone_count``: vetoes that are gone count all the same; ``files``: everything
    that was published; ``basis``: what it was made from."""

    schema: Literal["govaudit.version/1"] = SCHEMA
    run: str
    number: int
    published_at: datetime
    reason: str
    numbers: dict[str, int | str]
    visited: Visited | None
    gone_count: bool
    files: tuple[HashedFile, ...]
    basis: tuple[HashedFile, ...]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of ``reports/<run>/versions.json``. ``manifest``: SHA-256 of the version's manifest."""

    number: int
    published_at: datetime
    reason: str
    folder: str
    manifest: str


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was published. ``recheck``: of its vetoes, ``None`` when there were none or nothing was
    visited."""

    version: Version
    folder: Path
    files: tuple[Path, ...]
    edition: Edition
    recheck: RecheckEnd | None


def publish(
    workspace: Workspace,
    record: RunRecord,
    visit: Callable[[Chosen], RecheckEnd] | None,
    *,
    reason: str = "",
    gone_count: bool = False,
    formats: Sequence[str] = (),
    language: str = "",
) -> Published:
    """Publish the run as its next version. ``visit``: rechecks its vetoes, ``None``: they are not visited; ``reason``:
    why a version replaces the one before; ``gone_count``: vetoes that are not found any more count all the same.

    Raises ``InputError`` when the run is not finished, an earlier version was tampered with, or a second version gives
    no reason; ``UncheckedError`` when not one of the vetoes could be visited.
    """
    folder = workspace.report_folder(record.id)
    versions = read_versions(workspace, record.id)
    _refuse(folder, record, versions, reason.strip())
    vetoes = _vetoes(workspace, record)
    end = _visited_once_more(visit, vetoes, record) if visit and vetoes else None
    report = run_report(workspace, record, language)
    if end is not None and not gone_count:
        report = _without(workspace, record, report, set(_ids(end, Answer.FIXED)))
    edition = _edition(len(versions) + 1, reason.strip(), end, vetoes, gone_count=gone_count)
    if versions:
        edition = _compared(edition, folder / versions[-1].folder, report)
    names = list(dict.fromkeys(["json", *formats_here(workspace, record, formats)]))
    report = replace(report, final=True, edition=edition)
    version, files = _freeze(workspace, record, report, end, names)
    _write_versions(folder, record.id, (*versions, version))
    return Published(version, folder / version.folder, files, edition, end)


def _refuse(folder: Path, record: RunRecord, versions: Sequence[Version], reason: str) -> None:
    if record.finished_at is None:
        raise InputError(Problem("final.unfinished", record.id))
    if altered := [path for one in versions for path in altered_files(folder, one)]:
        raise InputError(*(Problem("final.altered", str(path)) for path in altered))
    if versions and not reason:
        raise InputError(Problem("final.published", "--reason", arguments={"number": versions[-1].number}))


def read_versions(workspace: Workspace, run: str) -> tuple[Version, ...]:
    """What was published of a run, first version first. Raises ``InputError`` when the list is damaged."""
    file = workspace.report_folder(run) / "versions.json"
    if not file.is_file():
        return ()
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Versions).versions
    except msgspec.DecodeError as error:
        raise InputError(Problem("run.damaged", str(file), arguments={"why": str(error)})) from error


def altered_files(folder: Path, version: Version) -> list[Path]:
    """Files of a published version that are not what they were, or not there."""
    place = folder / version.folder
    manifest = place / _MANIFEST
    if not manifest.is_file() or _digest(manifest) != version.manifest:
        return [manifest]
    files = msgspec.json.decode(manifest.read_bytes(), type=Manifest).files
    return [
        place / one.path
        for one in files
        if not (place / one.path).is_file() or _digest(place / one.path) != one.sha256
    ]


class _Versions(msgspec.Struct, frozen=True, kw_only=True):
    run: str
    versions: tuple[Version, ...]


def _write_versions(folder: Path, run: str, versions: tuple[Version, ...]) -> None:
    content = msgspec.json.encode(_Versions(run=run, versions=versions))
    write_whole(folder / "versions.json", msgspec.json.format(content, indent=1) + b"\n")


# -- the last visit ----------------------------------------------------------------------------------------


def _vetoes(workspace: Workspace, record: RunRecord) -> Chosen:
    """Findings on which vetoes rest that stand, site by site."""
    found = {}
    for judgement in judgements_of(workspace, record):
        standing = {one for hit in judgement.vetoes if not hit.provisional for one in hit.findings}
        open_ones = [one.id for one in judgement.findings if one.id in standing and one.state not in CLOSED]
        if open_ones:
            found[judgement.site.key] = tuple(open_ones)
    return found


def _visited_once_more(
    visit: Callable[[Chosen], RecheckEnd], vetoes: Chosen, record: RunRecord
) -> RecheckEnd:
    end = visit(vetoes)
    if end.crashes:
        raise RuntimeError("\n".join(end.crashes))
    if end.problems:
        raise GovauditError(*end.problems)
    if all(told.answer is Answer.UNTOLD for told in end.told):
        raise UncheckedError(Problem("final.not-visited", record.id, arguments={"count": len(end.told)}))
    return end


def _ids(end: RecheckEnd, answer: Answer) -> tuple[str, ...]:
    return tuple(told.before.id for told in end.told if told.answer is answer)


def _edition(
    number: int, reason: str, end: RecheckEnd | None, vetoes: Chosen, *, gone_count: bool
) -> Edition:
    if end is None:
        return Edition(number=number, reason=reason, still=sum(map(len, vetoes.values())))
    return Edition(
        number=number,
        reason=reason,
        visited_at=end.record.started_at,
        still=len(_ids(end, Answer.STILL)),
        gone=len(_ids(end, Answer.FIXED)),
        untold=len(_ids(end, Answer.UNTOLD)),
        gone_count=gone_count,
    )


def _without(workspace: Workspace, record: RunRecord, report: RunReport, gone: set[str]) -> RunReport:
    """The report without the vetoes that the last visit did not find: nobody is accused in public of what is not
    there."""
    answers = read_answers(workspace.answers_file(record.id))

    def again(judgement: SiteJudgement) -> SiteJudgement:
        dropped = {one.id: State.DISMISSED for one in judgement.findings if one.id in gone}
        if not dropped:
            return judgement
        decided = {one.id: one.decided for one in judgement.findings if one.decided is not None}
        site = judgement.site
        return scored_with(
            judgement,
            profile_for(record, site, workspace),
            decided | dropped,
            answers.points(site.key),
            seed_of(record.id, site.key),
        )

    return replace(report, sites=tuple(map(again, report.sites)))


# -- what is different -------------------------------------------------------------------------------------


def _compared(edition: Edition, before: Path, report: RunReport) -> Edition:
    earlier = msgspec.json.decode((before / "findings.json").read_bytes(), type=FindingsDocument)
    results = {site.code: site.result for site in earlier.sites}
    texts = Texts(report.language)
    known = {one.id: (one.verdict, one.state) for one in earlier.findings}
    now = {one.id: (one.verdict, one.state) for site in report.sites for one in site.findings}
    return replace(
        edition,
        sites=tuple(
            ChangedSite(
                title=texts.site_title(one),
                before=results.get(one.site.key, Result.NOT_INSPECTED),
                after=one.result,
            )
            for one in report.sites
            if results.get(one.site.key, Result.NOT_INSPECTED) is not one.result
        ),
        added=len(now.keys() - known.keys()),
        removed=len(known.keys() - now.keys()),
        moved=sum(known[one] != now[one] for one in known.keys() & now.keys()),
    )


# -- what is frozen ----------------------------------------------------------------------------------------


def _freeze(
    workspace: Workspace, record: RunRecord, report: RunReport, end: RecheckEnd | None, formats: list[str]
) -> tuple[Version, tuple[Path, ...]]:
    """Write the version beside its place and move it there whole."""
    folder, edition = workspace.report_folder(record.id), report.edition
    assert edition is not None, "a report to be frozen says which version it is"  # noqa: S101
    place = folder / f"final-v{edition.number}"
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".publishing-", dir=folder))
    try:
        written = write_reports(report, draft, formats)
        published_at = datetime.now(BEIJING).replace(microsecond=0)
        manifest = Manifest(
            run=record.id,
            number=edition.number,
            published_at=published_at,
            reason=edition.reason,
            numbers=_numbers(report),
            visited=_visited(end),
            gone_count=edition.gone_count,
            files=tuple(_hashed(draft, written)),
            basis=tuple(_hashed(workspace.run_folder(record.id), _basis(workspace, record, end))),
        )
        write_whole(draft / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
        version = Version(
            number=edition.number,
            published_at=published_at,
            reason=edition.reason,
            folder=place.name,
            manifest=_digest(draft / _MANIFEST),
        )
        files = sorted(path for path in draft.rglob("*") if path.is_file())
        for file in files:
            file.chmod(_READ_ONLY)
        draft.chmod(0o755)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return version, tuple(place / file.relative_to(draft) for file in files)


def _numbers(report: RunReport) -> dict[str, int | str]:
    counted = figures(report.sites)
    names = (
        "listed",
        "inspected",
        "qualified",
        "unqualified",
        "pending",
        "inconclusive",
        "not_inspected",
        "fail",
        "review",
    )
    return {name: int(getattr(counted, name)) for name in names} | {"pass_rate": counted.pass_rate}


def _visited(end: RecheckEnd | None) -> Visited | None:
    if end is None:
        return None
    return Visited(
        recheck=end.record.number,
        at=end.record.started_at,
        still=_ids(end, Answer.STILL),
        gone=_ids(end, Answer.FIXED),
        untold=_ids(end, Answer.UNTOLD),
    )


def _basis(workspace: Workspace, record: RunRecord, end: RecheckEnd | None) -> Iterator[Path]:
    yield record_file(workspace, record.id)
    files = [workspace.answers_file(record.id)]
    files += [workspace.judgement_file(record.id, site.key) for site in record.sites]
    if end is not None:
        files += sorted(recheck_folder(workspace, record.id, end.record.number).glob("*.json"))
    yield from (file for file in files if file.is_file())


def _hashed(folder: Path, files: Iterable[Path]) -> Iterator[HashedFile]:
    for file in sorted(files):
        yield HashedFile(
            path=file.relative_to(folder).as_posix(), sha256=_digest(file), bytes=file.stat().st_size
        )


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
