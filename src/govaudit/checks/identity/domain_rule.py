"""IDN008: the domain name of the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.urls import hostname_of, literal_address_kind
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context

_STATE_COUNCIL_CODE = re.compile(r"bm\d{8}", re.IGNORECASE)


class DomainRuleParams(Params):
    """``suffixes``: endings that government domain names may have; Chinese ones as they are written in DNS.
    ``suffix``: the ending under which the structure is prescribed. ``national``: levels of organs of the State Council,
    whose sites are named like portals."""

    suffix: str = "gov.cn"
    suffixes: tuple[str, ...] = ("gov.cn", "xn--zfr164b")
    national: tuple[str, ...] = ("national", "ministry", "state-council", "国家", "国务院部门", "部委")


@check(
    "IDN008",
    name="domain-rule",
    faults=("suffix", "address", "portal", "portal-below", "department", "label-differs"),
    params=DomainRuleParams,
    needs_host=True,
)
def domain_rule(context: Context, params: DomainRuleParams) -> Judgement:
    """The domain name under which the site is registered or to which its home page leads.

    Portals: ``www.x.gov.cn``; a portal below another one's domain (``www.x.y.gov.cn``, as functional areas often
    have it) is for a person to decide. Departments: a name below the portal of their government
    (``y.x.gov.cn``, with or without www); organs of the State Council are named like portals. Chinese domain names
    end in 政务. A site that is only reached by an IP address has no domain name at all. A SiteDomain label that names
    another domain is shown for review, as the main domain may not be settled. A site inspected at a private address
    is one in preparation: the rule does not apply.

    Clause: 国办发〔2017〕47号 “政府网站要使用以.gov.cn为后缀的英文域名和符合要求的中文域名…其他政府门户网站使用
    “www.□□□.gov.cn”结构的域名…部门网站要使用本级政府或上级部门门户网站的下级域名,其结构应为“○○○.□□□.gov.cn””;
    国办函〔2018〕55号 “如已有多个符合要求的域名,应明确主域名”.
    Reads: the site list, the final address and the SiteDomain label of the home page.
    Could not tell: the reason for which the home page was not read, when the registered name alone does not follow
    the rule (it may only lead on to the right one).
    """
    if literal_address_kind(context.home_url) in {"private", "loopback"}:
        return Judgement(examined=0, applicable=False)
    registered = hostname_of(context.home_url)
    pages = front_pages(context)
    hosts = {registered, *(hostname_of(page.final_url) for page in pages)}
    if any(not _problem(host, context, params) for host in hosts):
        return Judgement(examined=1, faults=list(_label_faults(context, hosts)))
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=1, reason=problem[0], detail=problem[1])
    host = hostname_of(pages[0].final_url) if pages else registered
    fault = _problem(host, context, params)
    return Judgement(
        examined=1,
        faults=[
            Fault(
                subject=host,
                page=context.home_url,
                fault=fault,
                verdict=Verdict.REVIEW if fault == "portal-below" else Verdict.FAIL,
                arguments={"host": host},
                aspect="domain",
            ),
            *_label_faults(context, hosts),
        ],
    )


def _problem(host: str, context: Context, params: DomainRuleParams) -> str:
    """What is wrong with a host name, empty when nothing is."""
    if literal_address_kind(f"http://{f'[{host}]' if ':' in host else host}/") is not None:
        return "address"
    ending = next((one for one in params.suffixes if host == one or host.endswith(f".{one}")), None)
    if ending is None:
        return "suffix"
    if ending != params.suffix:
        return ""
    labels = host.removesuffix(ending).rstrip(".").split(".")
    national = (
        context.site.level.lower() in params.national
        or _STATE_COUNCIL_CODE.fullmatch(context.site.code) is not None
    )
    if context.site.kind == "portal":
        return _problem_of_portal(labels)
    if context.site.kind == "department" and not national:
        own = labels[1:] if labels[0] == "www" else labels
        return "department" if len(own) < 2 else ""
    return ""


def _problem_of_portal(labels: list[str]) -> str:
    """``labels``: parts before the prescribed ending; ``[""]`` and ``["www"]`` are the central portal's own."""
    if labels in ([""], ["www"]):
        return ""
    if labels[0] != "www":
        return "portal"
    return "" if len(labels) == 2 else "portal-below"


def _label_faults(context: Context, hosts: set[str]) -> Iterator[Fault]:
    for page in front_pages(context):
        for label in page.reading.labels:
            said = label.content.strip().lower()
            if label.name.lower() != "sitedomain" or "." not in said:
                continue
            host = hostname_of(said) if "://" in said else said.split("/")[0].split(":")[0]
            if host.removeprefix("www.") not in {one.removeprefix("www.") for one in hosts}:
                yield Fault(
                    subject=f"SiteDomain {host}",
                    page=page.url,
                    fault="label-differs",
                    verdict=Verdict.REVIEW,
                    arguments={"host": hostname_of(page.final_url), "label": label.content.strip()},
                    aspect="label",
                )
                return
