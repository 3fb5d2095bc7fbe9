"""One file a site with everything that proves what is said of it, made so that anybody can check it.

The bundle is a ZIP: ``manifest.json`` lists all other files with their sizes and hashes. The same reports of the same
stored run give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from govaudit import __version__
from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.run import BEIJING
from govaudit.reports.findings_json import document
from govaudit.reports.places import SITES, site_folder
from govaudit.workflow.evidence import SUMS_NAME
from govaudit.workflow.report import run_report
from govaudit.workflow.run_record import usable_profile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.workspace import Workspace
    from govaudit.reports.run_report import RunReport
    from govaudit.workflow.run_record import RunRecord

SCHEMA_NAME: Literal["govaudit.bundle/1"] = "govaudit.bundle/1"
MANIFEST = "manifest.json"
FINDINGS = "findings.json"
PROFILE = "profile.json"
_PAPERS = ("index.html", "notice.docx")
"""Reports of a site that go along, as far as they were written."""
_CHUNK = 1 << 20
_PACKED = frozenset({".docx", ".gz", ".jpg"})
"""Endings of files that are compressed already."""


class BundledFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a bundle. ``size`` in bytes; ``sha256`` as 64 hexadecimal digits."""

    path: str
    size: int
    sha256: str


class Absent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that belongs in the bundle and is not in it. ``why``: ``missing`` or ``changed``."""

    path: str
    why: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``manifest.json``. ``profile``: name → digest of the rule book that was judged by."""

    schema: Literal["govaudit.bundle/1"]
    tool: dict[str, str]
    run: str
    as_of: datetime
    started_at: datetime | None
    finished_at: datetime | None
    site: dict[str, str]
    profile: dict[str, str]
    files: tuple[BundledFile, ...]
    absent: tuple[Absent, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was written. ``digest``: SHA-256 of its manifest, by which it is known."""

    file: Path
    digest: str
    absent: tuple[Absent, ...]


def bundle_run(
    workspace: Workspace,
    record: RunRecord,
    written: Collection[Path],
    codes: Sequence[str] = (),
    language: str = "",
) -> Iterator[Bundle]:
    """Write a bundle for every site of a run that was judged, or for those named, beside its reports. ``written``: the
    files of the report that was just written; others may be left of an earlier judgement.

    Raises ``InputError`` for a site that the run does not have or did not judge, and where a file of evidence is not
    what the findings say; ``GovauditError`` when a bundle cannot be written. A bundle is there whole or not at all."""
    report = run_report(workspace, record, language)
    known = {
        one.site.key: one
        for one in report.sites
        if workspace.judgement_file(record.id, one.site.key).is_file()
    }
    if unknown := [code for code in codes if code not in known]:
        listed = ", ".join(known) or "-"
        raise InputError(
            *(
                Problem("run.no-site", record.id, arguments={"run": record.id, "site": one, "known": listed})
                for one in unknown
            )
        )
    for key in codes or known:
        yield _bundle(workspace, replace(report, sites=(known[key],)), known[key], written)


def bundle_name(run: str, site_key: str) -> str:
    """What the bundle of a site is called."""
    return f"evidence-{quote(run, safe='')}-{site_folder(site_key)}.zip"


@dataclass(frozen=True, slots=True)
class _Named:
    """A file that goes along. ``sha256``: what findings say of it, empty where they say nothing."""

    name: str
    file: Path
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What goes into a bundle. ``made``: name → content of what is written for it."""

    made: dict[str, bytes]
    files: tuple[_Named, ...]
    absent: tuple[Absent, ...]


def _bundle(
    workspace: Workspace, report: RunReport, judgement: SiteJudgement, written: Collection[Path]
) -> Bundle:
    papers = workspace.report_folder(report.run) / SITES / site_folder(judgement.site.key)
    reports = [_Named(name, papers / name) for name in _PAPERS if papers / name in written]
    contents = _contents(workspace, report, judgement, reports)
    place = papers / bundle_name(report.run, judgement.site.key)
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        papers.mkdir(parents=True, exist_ok=True)
        _clear_drafts(place)
        try:
            with zipfile.ZipFile(draft, "w") as archive:
                digest = _fill(archive, report, judgement, contents)
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise GovauditError(Problem("file.cannot-write", str(place), arguments={"why": why})) from error
    return Bundle(place, digest, contents.absent)


def _contents(
    workspace: Workspace, report: RunReport, judgement: SiteJudgement, reports: Iterable[_Named]
) -> _Contents:
    made = {FINDINGS: msgspec.json.format(msgspec.json.encode(document(report)), indent=1) + b"\n"}
    absent = []
    profile = usable_profile(judgement.profile, workspace.profiles)
    if profile.digest == judgement.profile_hash:
        made[PROFILE] = profile.content
    else:
        absent.append(Absent(path=PROFILE, why="changed"))
    named = [*_evidence(workspace, report.run, judgement), *reports]
    absent += [Absent(path=one.name, why="missing") for one in named if not one.file.is_file()]
    return _Contents(made, tuple(one for one in named if one.file.is_file()), tuple(absent))


def _clear_drafts(place: Path) -> None:
    """Take away what a bundling that was killed left."""
    for old in place.parent.glob(f".{place.name.replace('[', '[[]')}.*"):
        with suppress(OSError):
            old.unlink()


def _evidence(workspace: Workspace, run: str, judgement: SiteJudgement) -> Iterator[_Named]:
    """What the findings name, each file once, with the index of the responses and the list of hashes."""
    root = workspace.run_folder(run)
    pieces = {piece.path: piece.sha256 for one in judgement.findings for piece in one.evidence if piece.path}
    for path, digest in sorted(pieces.items()):
        yield _Named(path, root / path, digest)
    folder = workspace.evidence_folder(run, judgement.site.key)
    if pieces:
        for file in sorted((*folder.glob("*.cdxj"), *folder.glob(SUMS_NAME))):
            yield _Named(f"evidence/{folder.name}/{file.name}", file)


def _fill(archive: zipfile.ZipFile, report: RunReport, judgement: SiteJudgement, contents: _Contents) -> str:
    """Put everything in, the manifest at the end. Returns the hash of the manifest."""
    moment = report.as_of.astimezone(BEIJING)
    listed = []
    for name, content in contents.made.items():
        with archive.open(_entry(name, moment, len(content)), "w") as out:
            out.write(content)
        listed.append(_bundled(name, len(content), hashlib.sha256(content).hexdigest()))
    for one in contents.files:
        with one.file.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            with archive.open(_entry(one.name, moment, size), "w") as out:
                copied, digest = _copied(source, out)
        if one.sha256 and digest != one.sha256:
            raise InputError(Problem("bundle.evidence-changed", str(one.file)))
        listed.append(_bundled(one.name, copied, digest))
    manifest = _manifest(report, judgement, sorted(listed, key=lambda file: file.path), contents.absent)
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    with archive.open(_entry(MANIFEST, moment, len(content)), "w") as out:
        out.write(content)
    return hashlib.sha256(content).hexdigest()


def _entry(name: str, moment: datetime, size: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_STORED if name[name.rfind(".") :] in _PACKED else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    entry.file_size = size
    return entry


def _copied(source: IO[bytes], target: IO[bytes]) -> tuple[int, str]:
    """Copy in pieces. Returns how many bytes there were, and their hash."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return size, digest.hexdigest()


def _bundled(name: str, size: int, digest: str) -> BundledFile:
    return BundledFile(path=name, size=size, sha256=digest)


def _manifest(
    report: RunReport, judgement: SiteJudgement, files: Iterable[BundledFile], absent: Iterable[Absent]
) -> Manifest:
    def beijing(moment: datetime | None) -> datetime | None:
        return moment.astimezone(BEIJING) if moment else None

    return Manifest(
        schema=SCHEMA_NAME,
        tool={"name": "govaudit", "version": __version__},
        run=report.run,
        as_of=report.as_of.astimezone(BEIJING),
        started_at=beijing(judgement.started_at),
        finished_at=beijing(judgement.finished_at),
        site={"code": judgement.site.key, "name": judgement.site.name, "url": judgement.site.url},
        profile={judgement.profile: judgement.profile_hash},
        files=tuple(files),
        absent=tuple(absent),
    )
