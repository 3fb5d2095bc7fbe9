"""Take bodies that nobody wants to keep out of a judged run, as the workspace says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.errors import GovauditError, InputError
from govaudit.inspection.pruning import prune_bodies
from govaudit.inspection.site_facts import read_state
from govaudit.workflow.responses import addresses_of, is_flagged
from govaudit.workflow.site_job import read_judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.inspection.errors import Problem
    from govaudit.inspection.run import Archive
    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord


def prune_run(workspace: Workspace, record: RunRecord, archive: Archive) -> tuple[int, list[Problem]]:
    """Prune the stores of all sites of a run that were judged. Returns the bytes that became free, and what went
    wrong: a store that cannot be pruned stays as it is."""
    freed = 0
    problems: list[Problem] = []
    for site in record.sites if archive != "all" else ():
        try:
            freed += _prune_site(workspace, record, site, archive)
        except GovauditError as error:
            problems += error.problems
    return freed, problems


def _prune_site(workspace: Workspace, record: RunRecord, site: Site, archive: Archive) -> int:
    file = workspace.facts_file(record.id, site.key)
    if not _is_judged(workspace, record, site):
        return 0
    flagged = _flagged(workspace, record, site) if archive == "flagged" else ()
    return prune_bodies(file, archive, flagged)


def _is_judged(workspace: Workspace, record: RunRecord, site: Site) -> bool:
    if not workspace.judgement_file(record.id, site.key).is_file():
        return False
    try:
        state = read_state(workspace.facts_file(record.id, site.key))
    except InputError:  # made by another version: nothing of this run is touched
        return False
    return state is not None and state.finished


def _flagged(workspace: Workspace, record: RunRecord, site: Site) -> Iterator[str]:
    for finding in read_judgement(workspace, record, site).findings:
        if is_flagged(finding):
            yield from addresses_of(finding)
