"""SEC006: headers by which a page tells browsers to protect its visitors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.security.measurements import (
    HomeAnswer,
    answer_transcript,
    entrances,
    home_answers,
    measured_at,
)
from govaudit.inspection.finding import Evidence
from govaudit.inspection.urls import scheme_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context

_MAX_AGE = re.compile(r'(?:^|;)\s*max-age\s*=\s*"?(\d+)', re.IGNORECASE)
_FRAME_OPTIONS = frozenset({"deny", "sameorigin"})


class HeaderParams(Params):
    """``max_age``: least seconds of Strict-Transport-Security."""

    max_age: int = Field(default=15_552_000, ge=0)


@check("SEC006", name="security-headers", faults=("missing",), params=HeaderParams, needs_host=True)
def security_headers(context: Context, params: HeaderParams) -> Judgement:
    """The answer with which the home page reaches a visitor, redirects followed: Strict-Transport-Security (over https
    alone) of at least ``max_age`` seconds, Content-Security-Policy, X-Content-Type-Options: nosniff, X-Frame-Options or
    the policy's frame-ancestors, Referrer-Policy. Policies that stand in the page (``<meta>``) count where browsers
    heed them. What lacks is one finding with the list.

    Clause: none that was seen in an official text; common practice, shown without points.
    Reads: probes ``home-answer``, and ``tls`` where there is none.
    Could not tell: not-measured; the reason for which the home page did not answer; a wall that answered for it.
    """
    answer = home_answers(context).get(scheme_of(context.home_url))
    if answer is None:
        closed = next((one for one in entrances(context) if one.chain is None), None)
        if closed is None:
            return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
        return Judgement(examined=0, reason=closed.reason, detail=closed.told)
    if not answer.opened:
        reason = Reason(answer.reason) if answer.reason else Reason.NOT_MEASURED
        return Judgement(examined=0, reason=reason, detail=answer.told)
    lacking = list(_lacking(answer, params))
    if not lacking:
        return Judgement(examined=1)
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="missing",
        arguments={"url": answer.end.url, "missing": ", ".join(lacking), "count": len(lacking)},
        evidence=(Evidence(kind="headers", text=answer_transcript([answer])),),
        measured_at=measured_at(answer.at),
    )
    return Judgement(examined=1, faults=[fault])


def _lacking(answer: HomeAnswer, params: HeaderParams) -> Iterator[str]:
    end = answer.end
    if scheme_of(end.url) == "https":
        said = end.header("strict-transport-security")
        match = _MAX_AGE.search(said)
        if match is None:
            yield "Strict-Transport-Security"
        elif int(match[1]) < params.max_age:
            yield f"Strict-Transport-Security (max-age={match[1]})"
    policies = [value for name, value in end.headers if name == "content-security-policy" and value]
    if not (policies or answer.meta.get("content-security-policy")):
        yield "Content-Security-Policy"
    if "nosniff" not in _words(end.header("x-content-type-options")):
        yield "X-Content-Type-Options"
    # A browser does not heed frame-ancestors out of <meta>.
    ancestors = any("frame-ancestors" in policy.lower() for policy in policies)
    if not (ancestors or _words(end.header("x-frame-options")) & _FRAME_OPTIONS):
        yield "X-Frame-Options"
    if not (end.header("referrer-policy") or answer.meta.get("referrer")):
        yield "Referrer-Policy"


def _words(value: str) -> set[str]:
    """A header that two servers set holds its word twice."""
    return {word.strip().lower() for word in value.split(",")}
