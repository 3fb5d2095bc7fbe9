"""The gate: may this release go out? Same input, same answer; what could not be checked is never a pass."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.site import Site
from govaudit.inspection.urls import canonical, host_of, literal_address_kind, port_of
from govaudit.inspection.verdict import Kind, Result, State, Verdict
from govaudit.inspection.workspace import NO_LEDGER, SETTINGS_FILE, Workspace, open_workspace
from govaudit.workflow.inspect import RunEnd, RunOptions, begin_run, inspect_run
from govaudit.workflow.judge import crashed
from govaudit.workflow.served_folder import served_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.run import Network, Progress

FOLDER_BASE = "http://preview.invalid/"
"""Address of a folder's pages when none is given; reserved, so it can never be a real site."""

_SETTLED = frozenset({State.DISMISSED, State.WAIVED, State.FIXED})


@dataclass(frozen=True, slots=True)
class GateEnd:
    """What the gate says. ``over``: findings that close it; ``known``: held by the baseline; ``shown``: the rest.
    ``unchecked``: why it could not be decided."""

    over: tuple[Finding, ...]
    known: tuple[Finding, ...]
    shown: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    judgement: SiteJudgement | None
    files: tuple[Path, ...]
    crashes: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    def exit_code(self, *, report_only: bool) -> int:
        """4 internal error, 3 could not be checked, 1 over the gate, 0 nothing over it."""
        if self.crashes or self.problems:
            return 4
        if self.unchecked:
            return 3
        return 1 if self.over and not report_only else 0


def gate(
    target: str,
    workspace: Workspace,
    options: RunOptions,
    tell: Callable[[Progress], None],
    *,
    kind: str = "portal",
    base_url: str = "",
    baseline: frozenset[str] = frozenset(),
    out: Path | None = None,
) -> GateEnd:
    """Inspect a URL or a folder of built pages and decide. ``baseline``: ids of findings that are known."""
    folder = Path(target) if "://" not in target else None
    if folder is not None and not folder.is_dir():
        raise InputError(Problem("gate.no-target", target))
    serving = served_folder(folder.resolve()) if folder is not None else nullcontext(0)
    with serving as port, _workshop(workspace) as workshop:
        url, network = _address(target, port, base_url, options.network)
        site = Site(url=url, kind=kind)
        options = RunOptions(
            run="gate",
            as_of=options.as_of,
            profile=options.profile,
            network=network,
            budget=msgspec.structs.replace(
                options.budget,
                screenshots=0,
                # A release waits for the gate: the browser only looks where somebody asks for it.
                sights=options.budget.sights if network.browser == "always" else 0,
            ),
            jobs=1,
            formats=options.formats or (("json", "html") if out else ("json",)),
        )
        record = begin_run(workshop, [site], options, listed=False)
        hostless = frozenset(check.id for check in all_checks().values() if check.needs_host)
        end = inspect_run(
            workshop, record, options, tell, not_applicable=hostless if folder is not None else frozenset()
        )
        files = _deliver(workshop.report_folder("gate"), out)
        return decide(end, baseline, files)


def on_this_machine(target: str) -> bool:
    """Whether a target is a folder, or an address of this machine."""
    url = canonical(target) if "://" in target else None
    return "://" not in target or (url is not None and literal_address_kind(url) == "loopback")


def decide(end: RunEnd, baseline: frozenset[str], files: tuple[Path, ...] = ()) -> GateEnd:
    """The contract's default policy: certain findings of kind veto or deduct on own pages close the gate, unless the
    baseline holds them. What depends on the date or on other sites is shown and closes nothing."""
    judgement = end.judgements[0] if end.judgements else None
    crashes = list(end.crashes)
    if judgement is not None:
        crashes += [f"{check}: {judgement.checks[check].detail}" for check in crashed(judgement)]
    findings = judgement.findings if judgement else ()
    checks = all_checks()
    closing = [
        finding
        for finding in findings
        if finding.verdict is Verdict.FAIL
        and finding.kind in {Kind.VETO, Kind.DEDUCT}
        and finding.state not in _SETTLED
        and not checks[finding.check].depends_on_date
        and not checks[finding.check].concerns_others
    ]
    over = tuple(finding for finding in closing if finding.id not in baseline)
    known = tuple(finding for finding in findings if finding.id in baseline)
    named = {finding.id for finding in (*over, *known)}
    return GateEnd(
        over=over,
        known=known,
        shown=tuple(finding for finding in findings if finding.id not in named),
        unchecked=tuple(_unchecked(judgement)),
        judgement=judgement,
        files=files,
        crashes=tuple(crashes),
        problems=end.problems,
    )


def read_baseline(file: Path) -> frozenset[str]:
    """Ids of the findings in a ``findings.json``. Raises ``InputError`` when it is none."""
    try:
        data: Any = msgspec.json.decode(file.read_bytes())
        return frozenset(finding["id"] for finding in data["findings"])
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.unreadable", str(file), arguments={"why": why})) from error
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise InputError(Problem("gate.no-baseline", str(file), arguments={"why": str(error)})) from error


def _unchecked(judgement: SiteJudgement | None) -> Iterator[str]:
    """Why the gate cannot say yes: nothing read, coverage under the limit, own pages that could not be read."""
    if judgement is None or judgement.result is Result.NOT_INSPECTED:
        yield judgement.reason if judgement else "not-measured"
        return
    if not judgement.coverage.visited:
        yield judgement.reason or "not-measured: no page was read"
        return
    coverage = judgement.checks.get("COV001")
    if coverage is not None and coverage.verdict is Verdict.INCONCLUSIVE:
        yield f"{coverage.reason}: {coverage.detail}"
    elif judgement.coverage.inconclusive:
        yield f"not-measured: {judgement.coverage.inconclusive} own pages could not be read"


def _address(target: str, port: int, base_url: str, network: Network) -> tuple[str, Network]:
    if port:
        url = canonical((base_url or FOLDER_BASE).replace("https://", "http://", 1))
        if url is None:
            raise InputError(Problem("gate.no-url", base_url))
        place = f"{host_of(url)}:{port_of(url)}" if ":" not in host_of(url) else host_of(url)
        return url, msgspec.structs.replace(
            network,
            allow_private=True,
            rate=0.0,
            hours="",
            resolve={**network.resolve, place: ("127.0.0.1",)},
            connect_port={**network.connect_port, place: port},
        )
    url = canonical(target)
    if url is None:
        raise InputError(Problem("gate.no-url", target))
    allow_private = network.allow_private or on_this_machine(target)
    return url, msgspec.structs.replace(network, allow_private=allow_private, hours="")


@contextmanager
def _workshop(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace of its own for one gate, with the user's settings and profiles: gates may run side by side."""
    with tempfile.TemporaryDirectory(prefix="govaudit-gate-") as root:
        if (workspace.root / SETTINGS_FILE).is_file():
            shutil.copy(workspace.root / SETTINGS_FILE, root)
        if workspace.profiles.is_dir():
            shutil.copytree(workspace.profiles, Path(root) / "profiles")
        opened = open_workspace(Path(root))
        yield Workspace(opened.root, opened.settings.model_copy(update={"ledger": NO_LEDGER}))


def _deliver(folder: Path, out: Path | None) -> tuple[Path, ...]:
    if out is None:
        return ()
    shutil.copytree(folder, out, dirs_exist_ok=True)
    return tuple(sorted(path for path in out.rglob("*") if path.is_file()))
