"""What ``govaudit gate`` says: the outcome, the gravest finding and the next step first, then the rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from govaudit.cli.speech import complain, language, say, text, word
from govaudit.reports.texts import Texts
from govaudit.workflow.gate_decision import why_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.finding import Finding
    from govaudit.workflow.gate_decision import GateEnd, RuleOutcome, Why

_FIRST = 20
"""How many findings over the gate are printed; the reports hold all."""
_FEW = 5
_CHECKS = 4


def tell(end: GateEnd, *, quiet: bool, explain: bool, report_only: bool) -> None:
    """Say how it ended. ``quiet``: only what keeps the release back."""
    code = end.exit_code(report_only=False)
    _outcome(end, code, report_only=report_only)
    for crash in end.crashes:
        click.echo(crash, err=True)
    complain(end.problems)
    if not (quiet and code == 0):
        _first(end)
        _next_step(end, code)
    if explain:
        _explain(end)
    if quiet:
        return
    _list("gate.over", end.over, _FIRST)
    _whys("gate.unchecked", end.unchecked)
    _whys("gate.warned", end.warned)
    _list("gate.shown", end.shown, _FEW)
    for file in end.files:
        if file.name in {"gate.json", "findings.json", "index.html"} and file.parent.parent.name != "sites":
            say("gate.file", file=file)


def _outcome(end: GateEnd, code: int, *, report_only: bool) -> None:
    """The first line: passed, not passed, or not decided, with what it rests on."""
    counts = Counter(one.check for one in end.over).most_common()
    checks = text("gate.comma").join(f"{check} ×{count}" for check, count in counts[:_CHECKS])
    say(
        f"gate.outcome.{code}" if not (code == 1 and report_only) else "gate.outcome.report-only",
        over=len(end.over),
        checks=checks + (" …" if len(counts) > _CHECKS else ""),
        known=len(end.known),
        shown=len(end.shown),
        pages=end.judgement.coverage.visited if end.judgement else 0,
    )


def _first(end: GateEnd) -> None:
    """The second line: the finding, or the reason, that weighs most."""
    if end.unchecked:
        say("gate.because", why=why_in_words(end.unchecked[0], language()))
    if end.over:
        finding = end.over[0]
        message = Texts(language()).finding(finding).message
        say("gate.gravest", check=finding.check, message=message, page=finding.page)


def _next_step(end: GateEnd, code: int) -> None:
    """The third line: what helps."""
    if code == 1:
        texts = Texts(language())
        say("gate.step.fix", fix=texts.finding(end.over[0]).fix or text("gate.step.report"))
    elif code in {3, 4}:
        say(f"gate.step.{code}")


def _explain(end: GateEnd) -> None:
    say("gate.explain.title")
    for outcome in end.rules:
        _explain_rule(outcome)
    for name in ("elsewhere", "not_applicable", "undecided"):
        listed = getattr(end, name)
        if listed:
            said = [one if isinstance(one, str) else one.check for one in listed]
            say(f"gate.explain.{name}", count=len(said), checks=" ".join(sorted(set(said))))
    judgement = end.judgement
    if judgement is not None:
        seen = judgement.coverage
        say("gate.explain.coverage", visited=seen.visited, failed=seen.failed, unread=seen.inconclusive)
    say("gate.explain.unchecked" if end.unchecked else "gate.explain.checked", count=len(end.unchecked))


def _explain_rule(outcome: RuleOutcome) -> None:
    rule = outcome.rule
    terms = [
        text(f"gate.explain.terms.{name}", values=" ".join(map(str, values)))
        for name, values in (
            ("kinds", [word(f"kinds.{kind.value}") for kind in rule.kinds]),
            ("checks", rule.checks),
            ("paths", rule.paths),
        )
        if values
    ]
    verdict = "shows" if not rule.closes else "closed" if outcome.closed else "held"
    say(
        "gate.explain.rule",
        name=rule.name or text("gate.explain.last"),
        terms=text("gate.comma").join(terms) or text("gate.explain.terms.usual"),
        found=len(outcome.found),
        known=len(outcome.known),
        counted=len(outcome.counted),
        at_most=rule.at_most,
        verdict=text(f"gate.explain.verdict.{verdict}"),
    )


def _whys(key: str, whys: Sequence[Why]) -> None:
    if not whys:
        return
    say(key, count=len(whys))
    for why in whys[:_FEW]:
        click.echo(f"  {why_in_words(why, language())}", err=True)
    if len(whys) > _FEW:
        say("gate.more", count=len(whys) - _FEW)


def _list(key: str, findings: Sequence[Finding], first: int) -> None:
    if not findings:
        return
    texts = Texts(language())
    say(key, count=len(findings))
    for finding in findings[:first]:
        click.echo(f"  {finding.check}  {texts.finding(finding).message}\n      {finding.page}", err=True)
    if len(findings) > first:
        say("gate.more", count=len(findings) - first)
