"""IP6001: the site's host has no usable AAAA record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.ipv6.measurements import (
    NameAnswer,
    measured_at,
    name_answer,
    name_transcript,
    server_answers,
)
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context

NO_ANSWER = frozenset({"servfail", "timeout", "refused"})
"""Errors that say nothing of the record."""


@check(
    "IP6001", name="no-aaaa", faults=("no-aaaa", "unusable", "name-denied"), params=NoParams, needs_host=True
)
def no_aaaa(context: Context, _: NoParams) -> Judgement:
    """A usable AAAA record for the registered host.

    Mapped, documentation and link-local addresses and the like do not count: they are listed with the reason. Nor do
    addresses that a resolver behind NAT64 makes up. A record that the authoritative servers give counts even where the
    resolver does not pass it on. A name server that denies the name when asked for AAAA while it has an A record is a
    fault of its own. What ``--resolve`` gives counts as the answer. A site registered by its IP address has no name to
    ask for.

    Clause: 国办秘函〔2019〕19号 功能设计/IPv6改造: 未按照要求完成IPv6改造的，扣1分.
    Reads: the name answers that were measured for the registered host, of the resolver and of the authoritative
    servers.
    Could not tell: not-measured when the run did not ask; dns when the name server failed, timed out or refused,
    knows no such name at all, or passes on nobody's AAAA records and no authoritative server says the same.
    """
    host = hostname_of(context.home_url)
    answer = name_answer(context)
    if answer is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=f"AAAA {host}")
    if answer.source == "literal":
        return Judgement(examined=0, applicable=False)
    if answer.usable:
        return Judgement(examined=1)
    error = answer.error.get("AAAA", "")
    server = f" @{answer.nameserver}" if answer.nameserver else ""
    if error in NO_ANSWER or (error == "nxdomain" and not answer.A):
        return Judgement(examined=0, reason=Reason.DNS, detail=f"AAAA {host}{server}: {error}")
    if answer.hides_aaaa and not _confirmed(context):
        return Judgement(examined=0, reason=Reason.DNS, detail=f"AAAA{server}: hidden")
    return Judgement(examined=1, faults=[_fault(context, host, answer)])


def _confirmed(context: Context) -> bool:
    """Whether an authoritative server itself says that there is no AAAA record."""
    return any(one.state == "good" and not one.alias and not one.AAAA for one in server_answers(context))


def _fault(context: Context, host: str, answer: NameAnswer) -> Fault:
    unusable = answer.unusable_v6
    denied = answer.error.get("AAAA") == "nxdomain"
    return Fault(
        subject=host,
        page=context.home_url,
        fault="unusable" if unusable else "name-denied" if denied else "no-aaaa",
        arguments={
            "host": host,
            "addresses": ", ".join(answer.A) or "-",
            "unusable": "; ".join(f"{address} ([[{why}]])" for address, why in sorted(unusable.items())),
            "nameserver": answer.nameserver or answer.source,
        },
        evidence=(Evidence(kind="dns", text=name_transcript(host, answer, server_answers(context))),),
        measured_at=measured_at(answer.at),
    )
