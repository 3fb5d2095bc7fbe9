"""Pictures of what a judgement flags: filed as evidence where there is one, told where there is none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.finding import Evidence
from govaudit.inspection.run import Progress
from govaudit.inspection.shots import KIND, NoShot, Spot
from govaudit.inspection.verdict import Verdict
from govaudit.reports.run_report import ordered_findings
from govaudit.workflow.run_record import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.run import CrawlPlan

_PRIVACY = "TXT001"
_UNSEEN = "/html/head"
"""Nothing in the head of a page is to be seen."""


def with_pictures(
    judgement: SiteJudgement, folder: Path, plan: CrawlPlan | None, tell: Callable[[Progress], None]
) -> SiteJudgement:
    """The judgement with a picture of every flagged place in ``folder``, the gravest first, or why there is none.

    Pictures that are there already are kept. ``plan``: how the browser may go about it; ``None``: not at all.
    """
    spots = {one.id: _spots(one) for one in ordered_findings(judgement) if _is_flagged(one)}
    private = {page for one in judgement.findings if one.check == _PRIVACY for page in (one.page, *one.pages)}
    all_spots = [spot for of_one in spots.values() for spot in of_one]
    wanted = [spot for spot in all_spots if spot.page not in private and not _file(folder, spot).is_file()]
    missing = {spot.name: NoShot.PRIVATE for spot in all_spots if spot.page in private} | _take_missing(
        wanted, folder, plan, tell
    )
    findings = tuple(
        _shown(one, spots[one.id], folder, missing) if one.id in spots else one for one in judgement.findings
    )
    return msgspec.structs.replace(judgement, findings=findings)


def _is_flagged(finding: Finding) -> bool:
    shows = finding.both_families or bool(finding.locator.raw)
    return shows and finding.verdict in {Verdict.FAIL, Verdict.REVIEW}


def _spots(finding: Finding) -> list[Spot]:
    where = finding.locator
    if finding.both_families:
        return [
            Spot(finding.id, finding.page, "", "", "", "4"),
            Spot(finding.id, finding.page, "", "", "", "6"),
        ]
    return [Spot(finding.id, finding.page, where.xpath, where.raw, where.text)]


def _file(folder: Path, spot: Spot) -> Path:
    return folder / f"{spot.name}-{KIND}.jpg"


def _take_missing(
    spots: list[Spot], folder: Path, plan: CrawlPlan | None, tell: Callable[[Progress], None]
) -> dict[str, NoShot]:
    """Take what is not there yet. Returns why some still are not, by finding."""
    if plan is None:
        return {spot.name: NoShot.OFFLINE for spot in spots}
    if not spots:
        return {}
    from govaudit.crawler.browser.capture import capture  # noqa: PLC0415 - only where there is something to see

    visible = [spot for spot in spots if not spot.xpath.startswith(_UNSEEN)]
    due, taken = min(len(visible), plan.budget.screenshots), 0

    def take(spot: Spot, picture: bytes) -> None:
        nonlocal taken
        write_whole(_file(folder, spot), picture)
        taken += 1
        tell(Progress(site=plan.site.key, stage="capture", detail=f"{taken}/{due}"))

    return {spot.name: NoShot.NOT_SHOWN for spot in spots} | capture(plan, visible, take)


def _shown(finding: Finding, spots: list[Spot], folder: Path, missing: dict[str, NoShot]) -> Finding:
    """The finding with its pictures; ``no_picture`` says why the first that is missing is not there."""
    taken = [_piece(_file(folder, spot)) for spot in spots if _file(folder, spot).is_file()]
    why = next((missing[spot.name].value for spot in spots if not _file(folder, spot).is_file()), "")
    return msgspec.structs.replace(finding, evidence=(*finding.evidence, *taken), no_picture=why)


def _piece(file: Path) -> Evidence:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Evidence(kind=KIND, path=f"evidence/{file.parent.name}/{file.name}", sha256=digest)
