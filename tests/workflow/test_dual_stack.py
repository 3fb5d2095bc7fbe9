"""Small internets, well and badly set up: what is measured in them and judged of them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from govaudit.crawler.crawl import crawl
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import Budget
from govaudit.inspection.site import Site
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.ipv6_witnesses import settle_silence
from govaudit.workflow.run_record import RunRecord, write_record
from govaudit.workflow.site_job import judge_stored, read_judgement
from tests.support.certificates import Authority
from tests.support.dual_stack import NameServerSpec, World, WorldSpec, can_stand_here, in_world
from tests.support.dual_stack_cases import (
    AT,
    Case,
    differences,
    judged,
    load_cases,
    plan_in,
    said,
    store_probes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = load_cases(Path(__file__).with_name("dual_stack.yaml"))

AT_ONCE = 4
"""Worlds that stand beside one another: most of their time is waiting for what does not come."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    made = Authority(tmp_path_factory.mktemp("authority"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made.trusted))
        yield made


@pytest.fixture(scope="module")
def visits(
    authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Visit]]]:
    """Every world that can stand here, under its name."""
    folder = tmp_path_factory.mktemp("facts")

    def visited(case: Case, file: Path) -> Visit:
        return in_world(case, authority, lambda world: visit(case, world, file))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            case.case: pool.submit(visited, case, folder / f"{number}.sqlite")
            for number, case in enumerate(CASES)
            if can_stand_here(case)
        }


class Visit(NamedTuple):
    """What was said of a world, a line for each check, and where that is not what the table says."""

    said: list[str]
    differences: list[str]


def visit(case: Case, world: World, file: Path) -> Visit:
    store_probes(plan_in(world), file)
    judgements = judged(file, case.expect)
    lines = [f"{case.case:<56} {check}  {said(one, world.words_in)}" for check, one in judgements.items()]
    return Visit(lines, differences(case, judgements, world.words_in))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case.replace(" ", "-"))
def test_a_world_is_judged_as_the_table_says(case: Case, visits: dict[str, Future[Visit]]) -> None:
    if case.case not in visits:
        pytest.skip("this world needs a network namespace")
    told = visits[case.case].result()
    print("\n".join(told.said))
    assert not told.differences


BESIDE = {"both families", "the port is closed over IPv6", "404 over IPv6", "name servers without IPv6"}


@pytest.mark.parametrize(
    "case", [one for one in CASES if one.case in BESIDE], ids=lambda case: case.case.replace(" ", "-")
)
def test_the_crawl_beside_it_changes_nothing(case: Case, authority: Authority, tmp_path: Path) -> None:
    if not can_stand_here(case):
        pytest.skip("this world needs a network namespace")
    file = tmp_path / "facts.sqlite"

    def inspected(world: World) -> list[str]:
        assert crawl(plan_in(world), file, lambda _: None).finished
        return differences(case, judged(file, case.expect), world.words_in)

    assert not in_world(case, authority, inspected)


@pytest.mark.parametrize("machine", ["no-ipv6", "lost-upstream"])
def test_a_machine_without_ipv6_accuses_nobody_of_having_none(
    machine: str, authority: Authority, tmp_path: Path
) -> None:
    spec = WorldSpec(
        names={"www": {"A": ["four"], "AAAA": ["six"]}}, listens={"four": "page"}, machine=machine
    )
    if not can_stand_here(spec):
        pytest.skip("this world needs a network namespace")
    file = tmp_path / "facts.sqlite"
    due = [one for one in load_profile("gov-2019").checks if one.startswith("IP6")]

    def inspected(world: World) -> dict[str, str]:
        assert crawl(plan_in(world), file, lambda _: None).finished
        return {check: said(one, world.words_in) for check, one in judged(file, due).items()}

    lines = in_world(spec, authority, inspected)
    assert {"IP6001", "IP6002", "IP6003"} <= set(lines)
    assert not [line for line in lines.values() if line.startswith(("fail", "review"))]


class Ran(NamedTuple):
    """A run whose sites were measured in one world and judged."""

    workspace: Workspace
    record: RunRecord

    def verdicts(self) -> dict[str, str]:
        """Site → what IP6003 says."""
        judged_sites = [read_judgement(self.workspace, self.record, site) for site in self.record.sites]
        return {
            hostname_of(one.site.url): " ".join(
                filter(None, (one.checks["IP6003"].verdict.value, one.checks["IP6003"].reason))
            )
            for one in judged_sites
        }


def ran(root: Path, world: World, moments: dict[str, datetime]) -> Ran:
    """Measure and judge the hosts of ``moments`` as sites of one run, each at its moment."""
    workspace = Workspace(root, Settings())
    sites = tuple(Site(url=f"http://{host}.mou.gov.cn/") for host in moments)
    digest = load_profile("gov-2019").digest
    record = RunRecord(
        id="2026Q4",
        as_of=AT,
        sites=sites,
        budget=Budget(),
        family="auto",
        browser="auto",
        profiles={"gov-2019": digest},
        profile="gov-2019",
        default_profile="gov-2019",
        ignore_robots=False,
        started_at=AT,
    )
    write_record(workspace, record)
    for site, moment in zip(sites, moments.values(), strict=True):
        plan = msgspec.structs.replace(plan_in(world), site=site)
        file = workspace.facts_file(record.id, site.key)
        file.parent.mkdir(parents=True, exist_ok=True)
        store_probes(plan, file, moment)
        judge_stored(workspace, record, site)
    return Ran(workspace, record)


PEERS = WorldSpec(
    names={
        "www": {"A": ["four"], "AAAA": ["silent-six"]},
        "zjj": {"A": ["four"], "AAAA": ["silent-six"]},
        "sjj": {"A": ["four"], "AAAA": ["six"]},
    },
    servers={"ns1": NameServerSpec(at=("ns1-four",)), "ns2": NameServerSpec(at=("ns2-four",))},
    listens={"four": "page", "six": "page"},
)


@pytest.mark.parametrize(
    ("moments", "settled", "silent"),
    [
        ({"www": AT, "zjj": AT}, [], "inconclusive ipv6-upstream"),
        ({"www": AT, "sjj": AT + timedelta(minutes=50)}, ["www.mou.gov.cn"], "fail"),
        ({"www": AT, "sjj": AT + timedelta(hours=3)}, [], "inconclusive ipv6-upstream"),
    ],
    ids=["all-silent", "one-reached", "reached-long-after"],
)
def test_silence_counts_where_another_site_of_the_run_was_reached(
    moments: dict[str, datetime], settled: list[str], silent: str, authority: Authority, tmp_path: Path
) -> None:
    if not can_stand_here(PEERS):
        pytest.skip("this world needs a network namespace")

    run = in_world(PEERS, authority, lambda world: ran(tmp_path, world, moments))
    assert run.verdicts()["www.mou.gov.cn"] == "inconclusive ipv6-upstream"
    assert settle_silence(run.workspace, run.record) == settled
    assert run.verdicts()["www.mou.gov.cn"] == silent
