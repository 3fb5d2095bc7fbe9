"""SEC005: the site is not to be had over https, does not lead there, or pages over https mix in what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.checks.security.measurements import (
    Entrance,
    HomeAnswer,
    answer_transcript,
    entrance_transcript,
    entrances,
    home_answers,
    measured_at,
    names_match,
    secure_url,
)
from govaudit.checks.security.mixed_content import Mixed, mixed_content
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.urls import hostname_of, literal_address_kind, scheme_of, without_www
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context

Doubt = tuple[Reason, str]


@check(
    "SEC005",
    name="no-https",
    faults=("no-https", "no-redirect", "back-to-http", "mixed-active", "mixed-passive", "form-over-http"),
    params=NoParams,
    needs_host=True,
)
def no_https(context: Context, _: NoParams) -> Judgement:
    """Whether the home page is to be had over https, whether http leads there, and what pages over https load or send
    without it.

    No https: every address refuses or ignores connections to the port, or speaks no TLS there, on two tries, while the
    home page answers over http. No redirect: both schemes give the home page, the certificate is sound, and http stays
    http (a page that leads on by itself counts as a redirect, another host with https as https). Back to http: https
    answers and sends visitors back.
    Mixed content is told apart: active (scripts, styles, frames, fonts, plug-ins), which browsers refuse, passive
    (pictures, media), and forms that send over http; one finding for each kind and host. Pages that ask browsers to
    use https instead (upgrade-insecure-requests) are left out.

    Clause: none that was seen in an official text; common practice, shown without points.
    Reads: probes ``tls`` and ``home-answer``; references of own pages that came over https.
    Could not tell: not-measured; tls when the handshake fails, or only the national protocols are spoken;
    no-ipv6-here; browser-needed where a script may lead from http to https; the reason for which the home page did
    not answer over the other scheme.
    """
    if scheme_of(context.home_url) == "http" and literal_address_kind(context.home_url) == "loopback":
        return Judgement(examined=0, applicable=False)
    examined, mixed = mixed_content(context)
    faults = [_mixed_fault(one) for one in mixed]
    found, answers = entrances(context), home_answers(context)
    said = _entrance_fault(context, found, answers)
    doubt = said if isinstance(said, tuple) else None
    if isinstance(said, Fault):
        faults.insert(0, said)
    return Judgement(
        examined=examined + len(found),
        faults=faults,
        reason=doubt[0] if doubt else None,
        detail=doubt[1] if doubt else "",
    )


def _entrance_fault(
    context: Context, found: tuple[Entrance, ...], answers: dict[str, HomeAnswer]
) -> Fault | Doubt | None:
    here = [one for one in found if one.error != "no-ipv6-here"]
    if not found:
        return Reason.NOT_MEASURED, context.home_url
    if not here:
        return Reason.NO_IPV6_HERE, ", ".join(one.address for one in found)
    plain, secure = answers.get("http"), answers.get("https")
    if any(one.chain is not None for one in here):
        return _redirect_fault(context, here, plain, secure)
    return _closed(context, here, plain)


def _closed(context: Context, here: list[Entrance], plain: HomeAnswer | None) -> Fault | Doubt | None:
    """No address gave a handshake."""
    doubtful = next((one for one in here if not one.absent), None)
    if doubtful is not None:
        return doubtful.reason, doubtful.told
    if plain is None or not plain.hops or plain.reason:
        return _unopened(plain, here[0])
    if plain.ends_at == "https":
        # It is another name of the site that has https, and visitors are sent there.
        return None
    if plain.left:
        return Reason.NOT_MEASURED, plain.told
    return _fault(context, "no-https", here, [plain], {"entrances": "; ".join(one.said for one in here)})


def _unopened(plain: HomeAnswer | None, one: Entrance) -> Doubt:
    """Neither scheme answers: that says nothing of https."""
    if plain is None or not plain.reason:
        return one.reason, one.told
    return Reason(plain.reason), plain.told


def _redirect_fault(
    context: Context, here: list[Entrance], plain: HomeAnswer | None, secure: HomeAnswer | None
) -> Fault | Doubt | None:
    if secure is None:
        return Reason.NOT_MEASURED, context.home_url
    if secure.reason:
        return Reason(secure.reason), secure.told
    if secure.ends_at == "http" and not secure.left:
        return _fault(context, "back-to-http", here, [secure], {"way": secure.told})
    host = hostname_of(secure_url(context))
    if plain is None or secure.left or not all(_sound(context, host, one) for one in here):
        return None
    return _staying(context, here, plain, secure)


def _staying(
    context: Context, here: list[Entrance], plain: HomeAnswer, secure: HomeAnswer
) -> Fault | Doubt | None:
    """Where a visitor ends who comes over http to a site that is well to be had over https."""
    if plain.reason:
        # A closed port leads nobody astray.
        closed = plain.reason == Reason.CONNECT and not plain.hops
        return None if closed else (Reason(plain.reason), plain.told)
    if plain.left or plain.ends_at == "https":
        return None
    if plain.upgrades:
        return Reason.BROWSER_NEEDED, plain.told
    return _fault(context, "no-redirect", here, [plain, secure], {"way": plain.told})


def _sound(context: Context, host: str, one: Entrance) -> bool:
    """Whether browsers take the certificate, so that visitors may be sent there."""
    chain = one.chain
    if chain is None or chain.trust != "trusted":
        return False
    now = max(context.as_of.timestamp(), one.at)
    return names_match(host, chain.own.names) and all(
        sent.not_before <= now <= sent.not_after for sent in chain.used
    )


def _fault(
    context: Context, name: str, here: list[Entrance], answers: list[HomeAnswer], more: dict[str, str | int]
) -> Fault:
    url = context.home_url
    host = hostname_of(url)
    text = entrance_transcript(secure_url(context), here) if name == "no-https" else ""
    return Fault(
        subject=url,
        page=url,
        fault=name,
        identity=f"{name} {without_www(host)}",
        aspect=name,
        arguments={"host": host, "url": url, **more},
        evidence=(Evidence(kind="text", text=f"{text}{answer_transcript(answers)}"),),
        measured_at=measured_at(here[0].at),
    )


def _mixed_fault(one: Mixed) -> Fault:
    pages = tuple(one.pages)
    listed = "\n".join(one.examples)
    return Fault(
        subject=f"http://{one.host}/",
        page=pages[0],
        fault=one.mixture,
        identity=f"{one.mixture} {one.host}",
        aspect=one.mixture,
        locator=Locator(raw=one.first.raw, text=one.first.text),
        arguments={
            "host": one.host,
            "first": one.first.url or one.first.raw,
            "count": len(one.numbers),
            "pages": len(pages),
        },
        count=len(pages),
        pages=pages,
        evidence=(
            Evidence(
                kind="text",
                text=f"$ curl -sk '{pages[0]}' | grep -o 'http://{one.host}[^ \"]*'\n{listed}\n",
            ),
        ),
    )
