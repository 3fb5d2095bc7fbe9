"""What the looks at one target amount to: opened, broken for certain, or could not tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.urls import extension_of, hostname_of
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.facts import Fetch

GONE = frozenset({404, 410})
REFUSED_REQUEST = frozenset({400, 414})
BROKEN_PROGRAM = frozenset({500, 501})
DOCUMENT_EXTENSIONS = frozenset(
    [
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "wps",
        "et",
        "dps",
        "ofd",
        "rtf",
        "zip",
        "rar",
        "7z",
        "tar",
        "gz",
    ]
)
"""Files that can never be a web page; others (pictures, text, data) are at times shown inside one."""

_CERTAIN = frozenset({"not-found", "error-answer", "program-error", "no-such-name", "refused"})
_TEMPORARY = frozenset({"timeout", "reset", "gateway", "name-server"})
_ANSWERS = frozenset({"not-found", "error-answer", "program-error", "gateway"})
CONFIRMING_LOOKS = 2
_KIND_OF_REASON = {
    Reason.TIMEOUT: "timeout",
    Reason.RESET: "reset",
    Reason.TOO_LARGE: "",
    Reason.BLOCKED_STATUS: "blocked",
    Reason.BLOCKED_PAGE: "blocked",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """``fault``: key of the text; ``fetch``: the last look."""

    fault: str
    verdict: Verdict
    fetch: Fetch
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Certainty:
    """What decides whether a failure is the target's own. ``own``: a page or file of the site itself;
    ``network_works``: our side was able to reach others of its kind; ``form_only``: only forms lead there, which
    were opened without the fields that they send."""

    own: bool
    network_works: bool
    form_only: bool = False


def kind_of(fetch: Fetch) -> str:
    """In which way one look ended; empty for a target that opened or whose fault is a redirect's."""
    if 300 <= fetch.status < 400:
        return ""
    return _answered(fetch.status) if fetch.reason is None else _unanswered(fetch)


def _unanswered(fetch: Fetch) -> str:
    if fetch.reason is Reason.DNS:
        return "no-such-name" if fetch.detail.startswith("nxdomain") else "name-server"
    if fetch.reason is Reason.CONNECT:
        return "refused" if fetch.detail.startswith("refused") else "unclear"
    if fetch.reason is Reason.SERVER_ERROR:
        return _answered(fetch.status) or "gateway"
    return _KIND_OF_REASON.get(fetch.reason or Reason.PARSE, "unclear")


def _answered(status: int) -> str:
    if status in GONE:
        return "not-found"
    if status in REFUSED_REQUEST:
        return "error-answer"
    if status in BROKEN_PROGRAM:
        return "program-error"
    if status in BLOCKED_STATUSES or 400 <= status < 500 or status >= 600:
        return "blocked"
    if status >= 500:
        return "gateway"
    return "" if status >= 200 else "unclear"


def outcome_of(looks: Sequence[Fetch], certainty: Certainty) -> Outcome | None:
    """Judge the looks at one target; ``None`` when it opened on any of them or redirects without end.

    Fails only on two looks that agree and leave no doubt, the last ones of three where the first did not;
    everything else is inconclusive with its reason.
    """
    kinds = [kind_of(fetch) for fetch in looks]
    last = looks[-1]
    if "" in kinds:
        return None
    kind = kinds[-1]
    if len(set(kinds[-CONFIRMING_LOOKS:])) > 1:
        return _doubt("uncertain", last, kind)
    if kind in {"blocked", "unclear"}:
        return _doubt("blocked" if kind == "blocked" else "uncertain", last, kind)
    if len(looks) < CONFIRMING_LOOKS:
        return Outcome("unconfirmed", Verdict.INCONCLUSIVE, last, Reason.NOT_MEASURED)
    if not _is_certain(kind, certainty):
        return _doubt("uncertain", last, kind)
    return Outcome(_fault_of(kind, last), Verdict.FAIL, last)


def _is_certain(kind: str, certainty: Certainty) -> bool:
    if certainty.form_only and kind in _ANSWERS - {"not-found"}:
        return False
    if kind in _TEMPORARY:
        return certainty.own and certainty.network_works
    return kind in _CERTAIN and (certainty.network_works or kind in _ANSWERS)


def _fault_of(kind: str, fetch: Fetch) -> str:
    if kind in _ANSWERS:
        if fetch.hops:
            return "behind-redirect"
        return "not-found" if kind == "not-found" else "error-answer"
    return kind if kind in {"no-such-name", "refused"} else "no-answer"


def _doubt(fault: str, fetch: Fetch, kind: str) -> Outcome:
    return Outcome(fault, Verdict.INCONCLUSIVE, fetch, fetch.reason or _REASON_OF_KIND[kind])


_REASON_OF_KIND = {
    "not-found": Reason.NOT_MEASURED,
    "error-answer": Reason.NOT_MEASURED,
    "program-error": Reason.SERVER_ERROR,
    "gateway": Reason.SERVER_ERROR,
    "blocked": Reason.BLOCKED_STATUS,
    "unclear": Reason.NOT_MEASURED,
}


def content_outcome(url: str, looks: Sequence[Fetch], home: frozenset[str]) -> Outcome | None:
    """For a file to download that answered: empty, or a web page in its place.

    A page that is the home page is a fault of redirects, and a file that merely calls itself something else is
    the server's matter: only bytes and header that both say HTML count.
    """
    last = looks[-1]
    if not all(fetch.opened and fetch.status == 200 for fetch in looks):
        return None
    for fault, holds in (("empty", _is_empty), ("wrong-type", _is_page_instead)):
        if not all(holds(url, fetch) for fetch in looks):
            continue
        if fault == "wrong-type" and last.final_url in home:
            return None
        if len(looks) < CONFIRMING_LOOKS:
            return Outcome("unconfirmed", Verdict.INCONCLUSIVE, last, Reason.NOT_MEASURED)
        return Outcome(fault, Verdict.FAIL, last)
    return None


def _is_empty(_: str, fetch: Fetch) -> bool:
    announced = next((value for name, value in fetch.headers if name.lower() == "content-length"), "0")
    return fetch.size == 0 and announced.strip() == "0" and not fetch.truncated


def _is_page_instead(url: str, fetch: Fetch) -> bool:
    says_page = "html" in fetch.content_type.lower()
    return "html" in fetch.magic and says_page and extension_of(url) in DOCUMENT_EXTENSIONS


def host_named(fetch: Fetch) -> str:
    """Host at which a chain of redirects ended."""
    return hostname_of(fetch.final_url or fetch.url)
