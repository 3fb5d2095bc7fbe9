"""Every kind of https entrance on real sockets, and what the checks say of it."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.checks.context import Context
from govaudit.checks.registry import Judgement, all_checks
from govaudit.crawler.probes.tls import measure_tls
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.profile import Profile
from govaudit.inspection.run import CrawlState
from govaudit.inspection.site import SiteScope
from govaudit.inspection.site_facts import SiteFacts
from tests.crawler.probes.test_measurement import has_ipv6_loopback
from tests.crawler.probes.tls_bench import (
    CASES,
    HOST,
    MEASURED,
    listening,
    plan_for,
    root,
    server_context,
)

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.facts import Probe
    from govaudit.inspection.run import CrawlPlan


async def measured(case: dict[str, Any], folder: Path) -> tuple[CrawlPlan, list[Probe]]:
    """Set the servers of a case up and measure them."""
    trusted = folder / "root.pem"
    trusted.write_bytes(root().pem)
    host, versions = case.get("host", HOST), tuple(case.get("versions", ("TLSv1_2", "TLSv1_3")))
    redirect = {"status": 301, "headers": {"Location": f"https://{host}/"}}
    plain, manner = case.get("plain", redirect), case.get("manner", "")
    tls = None if manner else server_context(folder, case.get("certificate", {}), "own", versions)
    if tls is not None and "sni" in case:
        named = server_context(folder, case["sni"], "named")
        tls.sni_callback = lambda one, asked, _: setattr(one, "context", named) if asked == host else None
    async with AsyncExitStack() as stack:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            ports = dict.fromkeys((443, 80), closed.getsockname()[1])
            if manner != "refused":
                ports[443] = await stack.enter_async_context(
                    listening(case.get("secure"), tls=tls, manner=manner)
                )
            if plain != "closed":
                ports[80] = await stack.enter_async_context(listening(plain))
            addresses: tuple[str, ...] = ("127.0.0.1",)
            if "certificate6" in case:
                addresses = ("127.0.0.1", "::1")
                other = server_context(folder, case["certificate6"], "other")
                await stack.enter_async_context(listening({}, host="::1", port=ports[443], tls=other))
            plan = plan_for(
                ports, addresses, host=host, url=f"{case.get('url', 'https')}://{host}/",
                trust=str(trusted) if case.get("trust", True) else "",
            )  # fmt: skip
            return plan, await measure_tls(plan, clock=lambda: MEASURED)


def judged(check: str, plan: CrawlPlan, probes: list[Probe], folder: Path) -> Judgement:
    """What a check says of nothing but these measurements."""
    path = folder / f"{check}.sqlite"
    with closing(FactWriter.open(path, plan)) as writer:
        writer.add_probes(probes)
        writer.set_state(CrawlState(started_at=MEASURED, finished_at=MEASURED + 1))
    with closing(SiteFacts.open(path)) as facts:
        context = Context(
            facts, plan.site, SiteScope(plan.site), plan.as_of, Profile(name="x", title="x", basis="")
        )
        found = all_checks()[check]
        return found.function(context, found.parameters({}, "x"))


def told(judgement: Judgement) -> str:
    """``fail expired``, ``inconclusive (tls)``, ``pass``."""
    words = [judgement.verdict.value, *sorted(fault.fault for fault in judgement.faults)]
    return " ".join([*words, *([f"({judgement.reason.value})"] if judgement.reason else [])])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
async def test_what_is_said_of_an_entrance(case: dict[str, Any], tmp_path: Path) -> None:
    if "certificate6" in case and not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6 loopback")
    plan, probes = await measured(case, tmp_path)
    said = {check: told(judged(check, plan, probes, tmp_path)) for check in case["expect"]}
    for check, verdict in said.items():
        print(f"{case['name']:48} {check} {verdict}")
    assert said == case["expect"]
