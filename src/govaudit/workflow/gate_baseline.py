"""Findings that a gate knows already, by their ids: of an earlier report, or of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.gate_policy import LEDGER
from govaudit.inspection.verdict import State

if TYPE_CHECKING:
    from govaudit.inspection.workspace import Workspace


def known_findings(workspace: Workspace, site: str, baseline: str | Path) -> frozenset[str]:
    """Ids of the findings of a site (its key) that stand in a baseline: a file, ``LEDGER``, or none. Raises
    ``InputError`` when there is nothing to be read."""
    if not baseline:
        return frozenset()
    return _in_ledger(workspace, site) if baseline == LEDGER else read_baseline(Path(baseline))


def _in_ledger(workspace: Workspace, site: str) -> frozenset[str]:
    """All that the ledger knows and that was not mended: what comes back is new."""
    from govaudit.workflow.ledger import ledger_of  # noqa: PLC0415 - a large library, rarely asked for

    if not workspace.settings.ledger and not workspace.ledger.is_file():
        raise InputError(Problem("gate.no-ledger", str(workspace.ledger)))
    ledger = ledger_of(workspace)
    if ledger is None:
        raise InputError(Problem("gate.no-ledger", str(workspace.root)))
    with ledger.reading() as pages:
        return frozenset(
            name for name, entry in pages.entries_of_site(site).items() if entry.state is not State.FIXED
        )


def read_baseline(file: Path) -> frozenset[str]:
    """Ids of the findings in a ``findings.json``. Raises ``InputError`` when it is none."""
    try:
        data: Any = msgspec.json.decode(file.read_bytes())
        return frozenset(str(finding["id"]) for finding in data["findings"])
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.unreadable", str(file), arguments={"why": why})) from error
    except msgspec.DecodeError as error:
        raise InputError(Problem("gate.no-baseline", str(file), arguments={"why": str(error)})) from error
    except (KeyError, TypeError) as error:
        raise InputError(Problem("gate.no-findings", str(file))) from error
