"""The closed word lists of an inspection: verdicts, kinds, reasons, states, results."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a check says. Only ``fail`` (and a confirmed ``review``) ever costs a site anything."""

    PASS = "pass"
    FAIL = "fail"
    REVIEW = "review"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"


class Kind(StrEnum):
    """The part of a profile that a finding feeds, gravest first."""

    VETO = "veto"
    DEDUCT = "deduct"
    BONUS = "bonus"
    OPEN = "open"
    WARN = "warn"


class Reason(StrEnum):
    """Why something could not be measured or reached. The list is closed and public."""

    DNS = "dns"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    TLS = "tls"
    RESET = "reset"
    TOO_LARGE = "too-large"
    BLOCKED_STATUS = "blocked-status"
    BLOCKED_PAGE = "blocked-page"
    SERVER_ERROR = "server-error"
    ROBOTS = "robots"
    BROWSER_NEEDED = "browser-needed"
    NO_IPV6_HERE = "no-ipv6-here"
    IPV6_UPSTREAM = "ipv6-upstream"
    NOT_MEASURED = "not-measured"
    CALENDAR = "calendar"
    BUDGET = "budget"
    PARSE = "parse"
    INTERRUPTED = "interrupted"


class State(StrEnum):
    """Where a finding stands between the inspection and the end of its rectification."""

    OPEN = "open"
    REVIEW = "review"
    REPORTED_FIXED = "reported-fixed"
    FIXED = "fixed"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    DISPUTED = "disputed"
    WAIVED = "waived"


class Result(StrEnum):
    """The result of one site in one run."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    INCONCLUSIVE = "inconclusive"
    NOT_INSPECTED = "not-inspected"


BLOCKED = frozenset({Reason.BLOCKED_STATUS, Reason.BLOCKED_PAGE})
"""A wall answered, not the site."""

BLOCKED_STATUSES = frozenset({401, 403, 405, 406, 412, 418, 429, 451, 521})
"""Answers of a wall, never a fault of the page behind it (503 joins them when it carries a challenge)."""
