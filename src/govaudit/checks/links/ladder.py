"""The ladder of verdicts: in which of the known ways a look at a target ended, and how far that can be believed."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from govaudit.inspection.facts import Fetch


class Standing(Enum):
    """What it takes to call a rung a fault once two looks agree on it."""

    FINE = "fine"
    """None: the target opened, or other checks judge it."""
    ANSWERED = "answered"
    """Nothing more: the server itself said so."""
    CERTAIN = "certain"
    """A network of ours that works."""
    PASSING = "passing"
    """An own target, and other own pages that opened meanwhile."""
    DOUBT = "doubt"
    """Can never be one."""


class Rung(StrEnum):
    """One way in which a look may end. Values are keys of texts."""

    FINE = "fine"
    REDIRECTING = "redirecting"
    """Redirects without end or to nowhere; see ``redirects``."""
    NOT_FOUND = "not-found"
    REMOVED = "removed"
    BAD_REQUEST = "bad-request"
    PROGRAM_ERROR = "program-error"
    BAD_GATEWAY = "bad-gateway"
    OVERLOADED = "overloaded"
    GATEWAY_TIMEOUT = "gateway-timeout"
    ORIGIN_DOWN = "origin-down"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate-limited"
    NO_SUCH_NAME = "no-such-name"
    NO_ADDRESS = "no-address"
    NAME_SERVER = "name-server"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    NO_CONNECTION = "no-connection"
    NO_FIRST_BYTE = "no-first-byte"
    STALLED = "stalled"
    TLS_EXPIRED = "tls-expired"
    TLS_WRONG_HOST = "tls-wrong-host"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_CHAIN = "tls-chain"
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_PROTOCOL = "tls-protocol"
    PRIVATE = "private"
    NOT_UNDERSTOOD = "not-understood"
    UNREAD = "unread"


LADDER: dict[Rung, Standing] = {
    Rung.FINE: Standing.FINE,
    Rung.REDIRECTING: Standing.FINE,
    Rung.NOT_FOUND: Standing.ANSWERED,
    Rung.REMOVED: Standing.ANSWERED,
    Rung.BAD_REQUEST: Standing.ANSWERED,
    Rung.PROGRAM_ERROR: Standing.ANSWERED,
    Rung.BAD_GATEWAY: Standing.PASSING,
    Rung.OVERLOADED: Standing.PASSING,
    Rung.GATEWAY_TIMEOUT: Standing.PASSING,
    Rung.ORIGIN_DOWN: Standing.PASSING,
    Rung.BLOCKED: Standing.DOUBT,
    Rung.RATE_LIMITED: Standing.DOUBT,
    Rung.NO_SUCH_NAME: Standing.CERTAIN,
    Rung.NO_ADDRESS: Standing.PASSING,
    Rung.NAME_SERVER: Standing.PASSING,
    Rung.REFUSED: Standing.CERTAIN,
    Rung.UNREACHABLE: Standing.DOUBT,
    Rung.RESET: Standing.PASSING,
    Rung.NO_CONNECTION: Standing.PASSING,
    Rung.NO_FIRST_BYTE: Standing.PASSING,
    Rung.STALLED: Standing.PASSING,
    Rung.TLS_EXPIRED: Standing.DOUBT,
    Rung.TLS_WRONG_HOST: Standing.DOUBT,
    Rung.TLS_SELF_SIGNED: Standing.DOUBT,
    Rung.TLS_CHAIN: Standing.DOUBT,
    Rung.TLS_UNTRUSTED: Standing.DOUBT,
    Rung.TLS_PROTOCOL: Standing.DOUBT,
    Rung.PRIVATE: Standing.DOUBT,
    Rung.NOT_UNDERSTOOD: Standing.DOUBT,
    Rung.UNREAD: Standing.DOUBT,
}

_GONE = 410
_STATUSES = {
    404: Rung.NOT_FOUND,
    _GONE: Rung.REMOVED,
    400: Rung.BAD_REQUEST,
    414: Rung.BAD_REQUEST,
    429: Rung.RATE_LIMITED,
    500: Rung.PROGRAM_ERROR,
    501: Rung.PROGRAM_ERROR,
    502: Rung.BAD_GATEWAY,
    503: Rung.OVERLOADED,
    504: Rung.GATEWAY_TIMEOUT,
}
_WORDS: dict[Reason, tuple[dict[str, Rung], Rung]] = {
    Reason.RESET: ({}, Rung.RESET),
    Reason.ROBOTS: ({}, Rung.UNREAD),
    Reason.TOO_LARGE: ({"headers": Rung.NOT_UNDERSTOOD}, Rung.FINE),
    Reason.DNS: ({"nxdomain": Rung.NO_SUCH_NAME, "no-address": Rung.NO_ADDRESS}, Rung.NAME_SERVER),
    Reason.CONNECT: ({"refused": Rung.REFUSED, "private": Rung.PRIVATE}, Rung.UNREACHABLE),
    Reason.TIMEOUT: (
        {
            "no connection": Rung.NO_CONNECTION,
            "no TLS": Rung.NO_CONNECTION,
            "incomplete": Rung.STALLED,
        },
        Rung.NO_FIRST_BYTE,
    ),
    Reason.TLS: (
        {
            "expired": Rung.TLS_EXPIRED,
            "not-yet-valid": Rung.TLS_EXPIRED,
            "wrong-host": Rung.TLS_WRONG_HOST,
            "self-signed": Rung.TLS_SELF_SIGNED,
            "chain-incomplete": Rung.TLS_CHAIN,
            "untrusted": Rung.TLS_UNTRUSTED,
        },
        Rung.TLS_PROTOCOL,
    ),
}
"""Reason → first words of the detail that tell its rungs apart, and the rung of all others."""


def rung_of(fetch: Fetch) -> Rung:
    """On which rung one look ended."""
    if 300 <= fetch.status < 400:
        return Rung.PRIVATE if fetch.reason is Reason.CONNECT else Rung.REDIRECTING
    reason = fetch.reason
    if reason is None or reason is Reason.SERVER_ERROR:
        return _answered(fetch.status)
    if reason in {Reason.BLOCKED_STATUS, Reason.BLOCKED_PAGE}:
        return Rung.RATE_LIMITED if fetch.status == 429 else Rung.BLOCKED
    words, otherwise = _WORDS.get(reason, ({}, Rung.NOT_UNDERSTOOD))
    return next((rung for word, rung in words.items() if fetch.detail.startswith(word)), otherwise)


def _answered(status: int) -> Rung:
    if 200 <= status < 300:
        return Rung.FINE
    if status in _STATUSES:
        return _STATUSES[status]
    if status in BLOCKED_STATUSES or 400 <= status < 500 or status >= 600:
        return Rung.BLOCKED
    return Rung.ORIGIN_DOWN if status >= 500 else Rung.BAD_GATEWAY if status == 0 else Rung.NOT_UNDERSTOOD


def opened(rung: Rung) -> bool:
    """Whether a visitor got something, or the fault is one of redirects."""
    return LADDER[rung] is Standing.FINE


BEHIND = "-behind"
UNSURE = "-unsure"
FAULTS = tuple(
    key
    for rung, standing in LADDER.items()
    if standing is not Standing.FINE
    for key in ((rung.value,) if standing is Standing.DOUBT else (rung.value, rung + BEHIND, rung + UNSURE))
)
"""Keys of the texts of all rungs: as they are, behind a redirect, and where they are not certain."""
