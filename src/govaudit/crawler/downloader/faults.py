"""What a failed transfer means: libcurl's codes → the named reasons, with a detail that begins with a fixed word.

First words of a detail: ``no connection``, ``no TLS handshake``, ``no answer``, ``incomplete`` (time ran out);
``refused``, ``unreachable``, ``private`` (connecting); ``empty-reply``, ``reset``; ``expired``, ``wrong-host``,
``self-signed``, ``chain-incomplete``, ``handshake``, ``untrusted`` (TLS); ``encoding``, ``not-http``, ``headers``,
``address`` (an answer or address nobody can read). Those of names are in ``addresses``.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pycurl

from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.crawler.downloader.curl import Answer

_TLS_CODES = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT,
        pycurl.E_SSL_CIPHER, pycurl.E_SSL_ISSUER_ERROR, pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_CERTPROBLEM, pycurl.E_USE_SSL_FAILED,
    }
)  # fmt: skip
_TLS_WORDS = (
    ("expired", "expired"),
    ("not yet valid", "not-yet-valid"),
    ("self-signed certificate in certificate chain", "untrusted"),
    ("self-signed", "self-signed"),
    ("self signed", "self-signed"),
    ("unable to get local issuer", "chain-incomplete"),
    ("unable to verify the first", "chain-incomplete"),
    ("does not match", "wrong-host"),
    ("no alternative certificate subject name", "wrong-host"),
    ("verify", "untrusted"),
    ("certificate problem", "untrusted"),
)
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_NOT_HTTP = frozenset({pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_FTP_WEIRD_SERVER_REPLY})


_E_TOO_LARGE = 100
"""libcurl's code for a header that outgrows its own limit; pycurl has no name for it."""
_TOO_MANY_HEADERS = (Reason.TOO_LARGE, "headers: more than can be taken in")
_FIXED = {
    pycurl.E_GOT_NOTHING: (Reason.RESET, "empty-reply: connection closed without an answer"),
    pycurl.E_BAD_CONTENT_ENCODING: (Reason.PARSE, "encoding: the compressed body cannot be unpacked"),
    pycurl.E_WRITE_ERROR: _TOO_MANY_HEADERS,
    _E_TOO_LARGE: _TOO_MANY_HEADERS,
}
_WORDED = {
    **dict.fromkeys(_NOT_HTTP, (Reason.PARSE, "not-http")),
    pycurl.E_URL_MALFORMAT: (Reason.PARSE, "address"),
    pycurl.E_COULDNT_RESOLVE_HOST: (Reason.PARSE, "address"),
}


def fault_of(answer: Answer, connect_timeout: float, timeout: float) -> tuple[Reason | None, str]:
    """Reason and detail of a transfer that did not end well; reason ``None`` where a visitor still sees
    the thing (a body that is shorter than announced)."""
    code, text = answer.error, answer.error_text
    fixed = _TOO_MANY_HEADERS if "response headers" in text else _FIXED.get(code)
    if fixed is not None:
        return fixed
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return Reason.TIMEOUT, _timeout(answer, connect_timeout, timeout)
    if code == pycurl.E_COULDNT_CONNECT:
        return Reason.CONNECT, _connect(answer.os_error, text)
    if code in _TLS_CODES:
        return Reason.TLS, _tls(text)
    if code == pycurl.E_PARTIAL_FILE:
        return _partial(answer)
    reason, word = _WORDED.get(code, (Reason.RESET, "reset"))
    return reason, f"{word}: {text}"


def _timeout(answer: Answer, connect_timeout: float, timeout: float) -> str:
    if answer.status:
        return f"incomplete within {timeout:g} s ({len(answer.body)} bytes)"
    if answer.error_text.lower().startswith(("connection time", "ssl connection", "failed to connect")):
        lacking = "TLS handshake" if answer.connected else "connection"
        return f"no {lacking} within {min(connect_timeout, timeout):g} s"
    return f"no answer within {timeout:g} s"


def _connect(os_error: int, text: str) -> str:
    if os_error == errno.ECONNREFUSED or "refused" in text.lower():
        return "refused: connection refused"
    if os_error in _UNREACHABLE:
        return f"unreachable: {text}"
    if os_error == errno.ETIMEDOUT:
        return "unreachable: connection timed out"
    return f"unreachable: {text}"


def _tls(text: str) -> str:
    lowered = text.lower()
    word = next((word for sign, word in _TLS_WORDS if sign in lowered), "handshake")
    return f"{word}: {text}"


def _partial(answer: Answer) -> tuple[Reason | None, str]:
    if not answer.body:
        return Reason.RESET, "reset: connection closed before the body"
    length = answer.header("content-length")
    announced = f" of {length}" if length.isdigit() else ""
    return None, f"incomplete: {len(answer.body)}{announced} bytes"
