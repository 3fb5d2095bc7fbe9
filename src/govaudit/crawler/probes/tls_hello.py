"""The first message of a TLS connection and the server's answer to it, written and read byte by byte.

Which versions a server speaks is asked so, since a TLS library of today no longer offers the old versions or the
suites that go with them, and none here speaks the national ones: the answer would tell of the library.
"""

from __future__ import annotations

import ipaddress
import secrets
from struct import pack, unpack_from
from typing import Literal

import msgspec

Version = Literal["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLCP", "TLSv1.3-SM"]
"""``TLCP``: GB/T 38636; ``TLSv1.3-SM``: TLS 1.3 with the national suites of RFC 8998."""

STANDARD: tuple[Version, ...] = ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3")
NATIONAL: tuple[Version, ...] = ("TLCP", "TLSv1.3-SM")

_NUMBERS = {
    "SSLv3": 0x0300, "TLSv1": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304,
    "TLCP": 0x0101, "TLSv1.3-SM": 0x0304,
}  # fmt: skip
_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO = 2
_SUPPORTED_VERSIONS = 43
_X25519, _CURVE_SM2 = 29, 41

_OLD_SUITES = (
    0xC02F, 0xC030, 0xC02B, 0xC02C, 0xCCA8, 0xCCA9, 0x009E, 0x009F, 0xCCAA, 0xC027, 0xC028, 0xC023, 0xC024,
    0xC013, 0xC014, 0xC009, 0xC00A, 0x0067, 0x006B, 0x0033, 0x0039, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035,
    0x0041, 0x0084, 0x0096, 0xC012, 0xC008, 0x0016, 0x000A, 0xC011, 0xC007, 0x0005, 0x0004, 0x0009, 0x0015, 0x00FF,
)  # fmt: skip
"""From ECDHE with GCM down to RC4 and DES: a server is not to be called silent for want of its suite."""
_NEW_SUITES = (0x1301, 0x1302, 0x1303)
_SUITES = {
    "TLSv1.3": _NEW_SUITES,
    "TLCP": (0xE053, 0xE013, 0xE051, 0xE011, 0xE059, 0xE019, 0x00FF),
    "TLSv1.3-SM": (0x00C6, 0x00C7),
}
_SIGNATURES = (
    0x0804, 0x0403, 0x0805, 0x0503, 0x0806, 0x0603, 0x0807, 0x0401, 0x0501, 0x0601, 0x0301, 0x0203, 0x0201, 0x0202,
)  # fmt: skip
_SM2_WITH_SM3 = 0x0708


class HelloAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``version``: number that the server chose; ``alert``: number with which it refused; ``plain``: beginning of
    what it said instead, when that was no TLS at all."""

    version: int = 0
    alert: int = -1
    plain: bytes = b""


def client_hello(host: str, version: Version) -> bytes:
    """The record by which a client offers ``version`` alone. ``host``: name for SNI; an address is not sent."""
    number = _NUMBERS[version]
    modern = number == _NUMBERS["TLSv1.3"]
    suites = _SUITES.get(version, _OLD_SUITES)
    body = pack(">H", 0x0303 if modern else number) + secrets.token_bytes(32)
    body += _short(secrets.token_bytes(32) if modern else b"")
    body += _vector(b"".join(pack(">H", suite) for suite in suites)) + b"\x01\x00"
    if version not in {"SSLv3", "TLCP"}:
        body += _vector(_extensions(host, version))
    message = b"\x01" + pack(">I", len(body))[1:] + body
    # Middle boxes expect the oldest version here, national servers their own.
    outer = number if version in {"SSLv3", "TLCP"} else 0x0301
    return pack(">BHH", _HANDSHAKE, outer, len(message)) + message


def offered(version: Version, answer: HelloAnswer) -> bool:
    """Whether the server took up what it was offered."""
    return answer.version == _NUMBERS[version]


def record_length(head: bytes) -> int | None:
    """Bytes that follow the 5 of a record's head; ``None``: this is no TLS."""
    kind, major, _, length = unpack_from(">BBBH", head)
    return length if kind in {_HANDSHAKE, _ALERT} and major in {1, 3} and length <= 0x4800 else None


def read_answer(head: bytes, body: bytes) -> HelloAnswer:
    """What the first record says. Damaged ones say nothing: neither version nor alert."""
    if head[0] == _ALERT:
        return HelloAnswer(alert=body[1] if len(body) > 1 else -1)
    if len(body) < 38 or body[0] != _SERVER_HELLO:
        return HelloAnswer()
    version: int = unpack_from(">H", body, 4)[0]
    # Type and length 4, version 2, random 32, session number, suite 2, compression 1.
    at = 39 + body[38] + 3 if len(body) > 38 else len(body)
    if at + 2 <= len(body):
        version = _chosen(body[at + 2 : at + 2 + unpack_from(">H", body, at)[0]]) or version
    return HelloAnswer(version=version)


def _chosen(extensions: bytes) -> int:
    """The version that the answer's extensions name, 0 when they name none."""
    at = 0
    while at + 4 <= len(extensions):
        kind, length = unpack_from(">HH", extensions, at)
        at += 4
        if kind == _SUPPORTED_VERSIONS and length == 2 and at + 2 <= len(extensions):
            return int(unpack_from(">H", extensions, at)[0])
        at += length
    return 0


def _extensions(host: str, version: Version) -> bytes:
    national = version == "TLSv1.3-SM"
    groups = (_CURVE_SM2,) if national else (_X25519, 23, 24, 25, 256, 257)
    signatures = (_SM2_WITH_SM3,) if national else _SIGNATURES
    parts = [] if _is_address(host) else [_extension(0, _vector(b"\x00" + _vector(host.encode("ascii"))))]
    parts.append(_extension(10, _vector(b"".join(pack(">H", group) for group in groups))))
    parts.append(_extension(11, _short(b"\x00")))
    if _NUMBERS[version] >= _NUMBERS["TLSv1.2"]:
        parts.append(_extension(13, _vector(b"".join(pack(">H", one) for one in signatures))))
    if _NUMBERS[version] == _NUMBERS["TLSv1.3"]:
        parts.append(_extension(_SUPPORTED_VERSIONS, _short(pack(">H", 0x0304))))
        # Any 32 bytes are a key of X25519. For the other curve the server is left to ask.
        share = b"" if national else pack(">H", _X25519) + _vector(secrets.token_bytes(32))
        parts.append(_extension(51, _vector(share)))
    return b"".join(parts)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _extension(kind: int, content: bytes) -> bytes:
    return pack(">H", kind) + _vector(content)


def _vector(content: bytes) -> bytes:
    return pack(">H", len(content)) + content


def _short(content: bytes) -> bytes:
    return bytes([len(content)]) + content
