"""At which step a visit ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.inspection.facts import Fetch

Step = Literal["", "dns", "tcp", "tls", "http"]

_STEPS: dict[Reason, Step] = {Reason.DNS: "dns", Reason.CONNECT: "tcp", Reason.TLS: "tls"}
_STEPS_OF_TIME: tuple[tuple[str, Step], ...] = (("no connection", "tcp"), ("no TLS handshake", "tls"))


def failed_step(status: int, reason: Reason | None, detail: str) -> Step:
    """The step that failed: ``dns``, ``tcp``, ``tls`` or ``http``; empty when the page answered."""
    if reason is None:
        return "" if 200 <= status < 300 else "http"
    if reason is Reason.TIMEOUT:
        return next((step for beginning, step in _STEPS_OF_TIME if detail.startswith(beginning)), "http")
    return _STEPS.get(reason, "http")


def step_of(fetch: Fetch) -> Step:
    """The step that failed on a visit; empty when it opened the page."""
    return failed_step(fetch.status, fetch.reason, fetch.detail)


def error_of(fetch: Fetch) -> str:
    """What went wrong on a visit, beginning with its named reason; empty when it opened the page."""
    if fetch.opened:
        return ""
    if fetch.reason is None:
        return fetch.detail or f"status {fetch.status}"
    return f"{fetch.reason.value}: {fetch.detail}"
