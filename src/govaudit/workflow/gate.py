"""The gate: may this release go out? Same input, same answer; what could not be checked is never a pass."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.gate_policy import GatePolicy
from govaudit.inspection.profile import builtin_profiles
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts, read_state
from govaudit.inspection.urls import canonical, host_of, literal_address_kind, scheme_of, without_www
from govaudit.inspection.workspace import NO_LEDGER, SETTINGS_FILE, Workspace, open_workspace
from govaudit.workflow.changed_pages import pages_changed_since, read_urls
from govaudit.workflow.gate_baseline import known_findings
from govaudit.workflow.gate_decision import GateEnd, Terms, decide, refuse_unknown_checks
from govaudit.workflow.inspect import RunOptions, begin_run, crawl_run
from govaudit.workflow.run_record import usable_profile
from govaudit.workflow.served_folder import served_folder
from govaudit.workflow.site_job import read_judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.inspection.run import Budget, Network, Progress

FOLDER_BASE = "http://preview.invalid/"
"""Address of a folder's pages when none is given; reserved, so it can never be a real site."""
RUN = "gate"
USUAL_FORMATS = ("json", "html")

_LENT = ("profiles", "words", "calendar.csv", "laws.csv", "units.csv", "items.csv")
"""What of the user's workspace a gate goes by, beside the settings."""


@dataclass(frozen=True, slots=True)
class GateOptions:
    """What a user may say about a gate. ``base_url``: where the target will be published; ``kind``: of the site,
    empty: as the site list says, else a portal; ``baseline``: where the known findings stand, a file or ``LEDGER``,
    empty: nowhere; ``changed_since``: a revision of
    git; ``urls``: a list of the pages that it is about; ``out``: folder for the reports; ``output``: format that goes
    to standard output."""

    policy: GatePolicy = field(default_factory=GatePolicy)
    base_url: str = ""
    kind: str = ""
    baseline: str | Path = ""
    changed_since: str = ""
    urls: Path | None = None
    out: Path | None = None
    output: str = ""


def gate(
    target: str,
    workspace: Workspace,
    options: RunOptions,
    tell: Callable[[Progress], None],
    asked: GateOptions | None = None,
) -> GateEnd:
    """Inspect a URL or a folder of built pages and decide. Raises ``InputError`` for what cannot be asked so."""
    asked = asked or GateOptions()
    folder = _folder(target)
    base = _base(target if folder is None else "", asked.base_url)
    if literal_address_kind(canonical(target) or "") == "private" and not options.network.allow_private:
        raise InputError(Problem("target.private", target))
    site = _site(workspace, base, asked.kind)
    profile = usable_profile(
        options.profile or site.profile or workspace.settings.profile, workspace.profiles
    )
    refuse_unknown_checks(asked.policy, profile, str(workspace.root / SETTINGS_FILE))
    known = known_findings(workspace, site.key, asked.baseline)
    pages = _pages(asked, folder, base)
    swapped = folder is not None or base != canonical(target)
    hostless = frozenset(check.id for check in all_checks().values() if check.needs_host) if swapped else ()
    with ExitStack() as stack:
        port = stack.enter_context(served_folder(folder, _root(base)) if folder else nullcontext(0))
        workshop = stack.enter_context(_workshop(workspace))
        place = f"http://127.0.0.1:{port}" if folder else _origin(canonical(target) or "")
        network = _hurried(
            _network(options.network, target, base, place if swapped else ""), asked.policy.seconds
        )
        options = replace(
            options,
            run=RUN,
            network=network,
            budget=_budget(options, asked.policy, only_some=pages is not None),
            jobs=1,
            start_urls=tuple(sorted(pages or ())),
            formats=options.formats or USUAL_FORMATS,
        )
        terms = Terms(asked.policy, known, pages, frozenset(hostless), same_page=folder is not None)
        return _inspected(workshop, site, options, tell, terms=terms, asked=asked)


def on_this_machine(target: str) -> bool:
    """Whether a target is a folder, or an address of this machine."""
    url = canonical(target) if "://" in target else None
    return "://" not in target or (url is not None and literal_address_kind(url) == "loopback")


def _inspected(
    workshop: Workspace,
    site: Site,
    options: RunOptions,
    tell: Callable[[Progress], None],
    *,
    terms: Terms,
    asked: GateOptions,
) -> GateEnd:
    record = begin_run(workshop, [site], options, listed=False)
    ends = crawl_run(workshop, record, options, tell, judge=True, not_applicable=terms.hostless)
    terms = _with_facts(terms, workshop.facts_file(record.id, site.key))
    end = decide(read_judgement(workshop, record, site), terms)
    end = replace(
        end,
        crashes=(*(one.crash for one in ends if one.crash), *end.crashes),
        problems=tuple(problem for one in ends for problem in one.problems),
    )
    if not (asked.out or asked.output):
        return end
    from govaudit.workflow.gate_reports import gate_output, write_gate_reports  # noqa: PLC0415 - many libraries

    record = msgspec.structs.replace(record, finished_at=record.started_at)
    if asked.out:
        end = replace(end, files=write_gate_reports(workshop, record, end, asked.out, options.formats))
    return replace(end, output=gate_output(workshop, record, end, asked.output)) if asked.output else end


def _with_facts(terms: Terms, file: Path) -> Terms:
    """The terms with what the crawl says of itself: how long it took, and which of the wanted pages it did not get."""
    state = read_state(file)
    if state is None or not state.finished_at:
        return terms
    terms = replace(terms, took=state.finished_at - state.started_at)
    if not terms.pages:
        return terms
    unread = dict.fromkeys(terms.pages, "")
    with closing(SiteFacts.open(file)) as facts:
        for target, looks in facts.all_looks():
            if target.url in unread and looks[-1].opened:
                del unread[target.url]
            elif target.url in unread:
                unread[target.url] = looks[-1].detail or f"status {looks[-1].status}"
    return replace(terms, unread=unread)


def _folder(target: str) -> Path | None:
    if "://" in target:
        return None
    folder = Path(target)
    if not folder.is_dir():
        raise InputError(Problem("gate.no-target", target))
    return folder.resolve()


def _base(target: str, base_url: str) -> str:
    """The address under which the target is or will be published."""
    written = base_url or target or FOLDER_BASE
    url = canonical(written)
    if url is None or scheme_of(url) not in {"http", "https"} or not host_of(url):
        raise InputError(Problem("gate.no-url", written))
    return url


def _site(workspace: Workspace, base: str, kind: str) -> Site:
    """The site as the workspace's list has it, whose code is part of all ids; else one made of the address."""
    if workspace.site_list.is_file():
        from govaudit.inspection.site_list import read_site_list  # noqa: PLC0415 - reads spreadsheets

        names = {*builtin_profiles(), *(file.stem for file in workspace.profiles.glob("*.yaml"))}
        listed = read_site_list(workspace.site_list, known_profiles=names, allow_private=True)
        host = without_www(host_of(base))
        for site in listed.sites:
            if without_www(site.host) == host:
                return msgspec.structs.replace(site, url=base, kind=kind or site.kind, enabled=True)
    return Site(url=base, kind=kind or "portal")


def _pages(asked: GateOptions, folder: Path | None, base: str) -> frozenset[str] | None:
    """The pages that the gate is about, ``None``: all."""
    if asked.urls is not None:
        return frozenset(read_urls(asked.urls, base))
    if not asked.changed_since:
        return None
    if folder is None:
        raise InputError(Problem("gate.changed-needs-folder", "--changed-since"))
    paths = pages_changed_since(folder, asked.changed_since)
    if paths is None:
        return None
    urls = (canonical(f"{_origin(base)}{_root(base)}{path[1:]}") for path in paths)
    return frozenset(url for url in urls if url is not None)


def _budget(options: RunOptions, policy: GatePolicy, *, only_some: bool) -> Budget:
    budget = msgspec.structs.replace(
        options.budget,
        screenshots=0,
        # A release waits for the gate: a browser only looks where somebody asks for it.
        sights=options.budget.sights if options.network.browser == "always" else 0,
        max_seconds=policy.seconds,
    )
    return msgspec.structs.replace(budget, max_depth=1) if only_some else budget


def _network(network: Network, target: str, base: str, place: str) -> Network:
    """How the target is asked: ``place`` stands in for the origins under which it will be published."""
    own_machine = on_this_machine(target)
    network = msgspec.structs.replace(network, hours="", allow_private=network.allow_private or own_machine)
    if "://" not in target:
        network = msgspec.structs.replace(network, rate=0.0)
    if not place:
        return network
    host = without_www(host_of(base))
    origins = [
        _origin(base),
        *(f"{scheme}://{www}{host}" for scheme in ("https", "http") for www in ("", "www.")),
    ]
    return msgspec.structs.replace(network, stand_ins=dict.fromkeys(origins, place))


def _hurried(network: Network, seconds: float) -> Network:
    """No answer is waited for longer than the whole gate may take; 0: no limit."""
    if not seconds:
        return network
    return msgspec.structs.replace(
        network,
        connect_timeout=min(network.connect_timeout, seconds),
        timeout=min(network.timeout, seconds),
        longest_outage=min(network.longest_outage, seconds),
    )


def _root(url: str) -> str:
    """The folder in which an address lies."""
    path = urlsplit(url).path
    return path[: path.rindex("/") + 1]


def _origin(url: str) -> str:
    return f"{scheme_of(url)}://{host_of(url)}"


@contextmanager
def _workshop(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace of its own for one gate, with the user's settings, profiles and tables: gates may run side by side,
    and none sees what another left."""
    with tempfile.TemporaryDirectory(prefix="govaudit-gate-") as root:
        for name in (SETTINGS_FILE, *_LENT):
            if (workspace.root / name).exists():
                (Path(root) / name).symlink_to((workspace.root / name).resolve())
        opened = open_workspace(Path(root))
        yield Workspace(opened.root, opened.settings.model_copy(update={"ledger": NO_LEDGER}))
