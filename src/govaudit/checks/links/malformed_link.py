"""LNK008: links that nobody can open because of how they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.links.references import CLICKED, references_where
from govaudit.checks.links.signs import is_inner, signs
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.facts import RESOURCE_TAGS, Tag
from govaudit.inspection.urls import WEB_SCHEMES, scheme_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

_WRITTEN = CLICKED | RESOURCE_TAGS | {Tag.FORM, Tag.REFRESH}
_DRIVE = re.compile(r"[a-z]:[\\/]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+", re.IGNORECASE)
_NUMBER = re.compile(r"[+\d][\d()\-.\s转#*,;]{2,}")
_MISSPELT = re.compile(
    r"h{0,3}t{1,4}p{1,3}s{0,2}|htt|hppt|hptts?|thtps?|https?[a-z]|[a-z]https?", re.IGNORECASE
)
_VERDICTS = {"empty": Verdict.REVIEW, "unfilled": Verdict.REVIEW, "unknown-scheme": Verdict.REVIEW}


@check(
    "LNK008",
    name="malformed-link",
    faults=(
        "malformed", "template", "unfilled", "inner", "local-file", "misspelt-scheme", "unknown-scheme", "bad-mail",
        "bad-number", "empty",
    ),
    params=NoParams,
)  # fmt: skip
def malformed_link(context: Context, params: NoParams) -> Judgement:  # noqa: ARG001
    """Links that are written wrongly: no address at all, a file of somebody's own disk, an inner network, a misspelt
    ``http``, pieces of a template that nobody filled in, a mail address or number that is none.

    Never asked for, so one look at the page proves it. What a script may fill in, an empty link and an unknown scheme
    go to a person. Mail addresses and numbers are judged by their form alone.

    Clause: 功能设计/可用性 “…链接(包括图片、附件、外部链接等)打不开或错误的…”.
    Reads: references of own pages as they are written.
    Could not tell: interrupted, the home page's reason when nothing was read.
    """

    def key_of(link: Link) -> str:
        fault = fault_of(link) if link.tag in _WRITTEN else ""
        if fault == "inner" and link.url is not None and context.scope.owns(link.url):
            return ""
        return f"{fault} {link.url if fault == 'inner' else link.raw.strip()}" if fault else ""

    found = references_where(context, key_of)
    examined = sum(1 for _ in context.facts.every_anchor())
    faults = []
    for key, references in found.items():
        fault, _, written = key.partition(" ")
        subject = written or f"{references[0].page}#{references[0].link.text}"
        faults.append(
            fault_at(
                context,
                references,
                context.derived(counted_as_home),
                subject=subject,
                fault=fault,
                verdict=_VERDICTS.get(fault, Verdict.FAIL),
                more={"written": written},
            )
        )
    faults.sort(key=lambda fault: fault.aspect != "home")
    stopped = unfinished(context, examined)
    if stopped is not None and stopped.reason is not Reason.INTERRUPTED:
        return stopped
    return Judgement(examined=examined, faults=faults, reason=stopped.reason if stopped else None)


def fault_of(link: Link) -> str:
    """What is wrong with how a reference is written; empty when nothing is."""
    raw = link.raw.strip()
    if not raw:
        return "empty" if link.tag in CLICKED and link.text.strip() else ""
    template = signs().template
    if any(sign in raw for sign in template.server):
        return "template"
    if any(sign in raw for sign in template.browser):
        return "unfilled"
    if link.url is not None:
        return "inner" if is_inner(link.url) else ""
    return _of_other(raw)


def _of_other(raw: str) -> str:
    """Of a reference that is no web address."""
    scheme = scheme_of(raw)
    if _DRIVE.match(raw) or scheme == "file":
        return "local-file"
    if scheme in WEB_SCHEMES or not scheme:
        return "malformed"
    rest = raw.partition(":")[2].strip()
    if scheme == "mailto":
        return "" if _is_mail(rest) else "bad-mail"
    if scheme in {"tel", "sms"}:
        return "" if not rest or _NUMBER.match(rest) else "bad-number"
    if scheme in signs().schemes:
        return ""
    return "misspelt-scheme" if _MISSPELT.fullmatch(scheme) else "unknown-scheme"


def _is_mail(rest: str) -> bool:
    """Whether ``rest`` of a ``mailto:`` may be right: addresses with commas, or none and a subject."""
    to = rest.partition("?")[0].replace("%40", "@").replace("%2C", ",")
    if not to:
        return "?" in rest
    return all(_ADDRESS.search(one) for one in re.split(r"[,;，；]", to) if one.strip())
