"""URL identity by the WHATWG rules: what browsers request is what we request and compare."""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from typing import Literal

import ada_url

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")

_INDEX_FILE = re.compile(r"/((?:index|default|main)\.(?:s?html?|jsp|jspx|php|aspx?|do))\Z", re.IGNORECASE)

_QUERY_SET = frozenset(b"\"#<>'")
"""Printable bytes that the WHATWG query percent-encode set escapes."""
_BEHIND_PATH = re.compile(r"[?#]")
_CODECS = {"gbk": "gb18030", "euc-kr": "cp949", "shift_jis": "cp932", "x-user-defined": "utf-8"}
"""WHATWG encodings under another name in Python."""
_LATER_IN_BIG5 = frozenset("\u2550\u255e\u2561\u256a\u5341\u5345")
"""Characters that Big5 holds twice and of which the second is written."""

WEB_SCHEMES = frozenset({"http", "https"})

ATTACHMENT_EXTENSIONS = frozenset(
    ("pdf doc docx xls xlsx ppt pptx wps et dps ofd rtf txt csv zip rar 7z tar gz jpg jpeg tif tiff").split()  # noqa: SIM905
    + ("mp3 mp4 wmv avi mov flv apk exe msi xml json").split()  # noqa: SIM905
)
"""Addresses that end so are files to download, not pages to read."""


def resolve(base: str, raw: str, encoding: str = "utf-8") -> str | None:
    """The absolute canonical address that a browser requests for ``raw`` on a page at ``base``.

    The fragment is kept. Characters of a query outside ASCII are written in the page's ``encoding`` (its name in the
    WHATWG standard; the query rule), those of a path always in UTF-8. ``None``: a browser could not parse it either.
    """
    written = raw
    if encoding != "utf-8" and not raw.isascii():
        written = _encode_query(raw, encoding)
    try:
        joined: str = ada_url.join_url(base, written)
    except ValueError:
        return None
    return _barred(joined) if "|" in joined else joined


def _barred(url: str) -> str:
    """``url`` with the bars of its path escaped: the standard leaves them, Chromium does not, and Tomcat refuses
    them bare."""
    stop = _BEHIND_PATH.search(url)
    end = stop.start() if stop else len(url)
    return url[:end].replace("|", "%7C") + url[end:]


def _encode_query(raw: str, encoding: str) -> str:
    before, hash_mark, fragment = raw.partition("#")
    path, question_mark, query = before.partition("?")
    if not question_mark or query.isascii() or encoding.startswith("utf-16"):
        return raw
    encoded = "".join(
        character if character.isascii() else _encoded(character, encoding) for character in query
    )
    return f"{path}?{encoded}{hash_mark}{fragment}"


def _encoded(character: str, encoding: str) -> str:
    try:
        written = _bytes_of(character, encoding)
    except (UnicodeEncodeError, LookupError):
        return f"%26%23{ord(character)}%3B"
    return "".join(
        chr(byte) if 0x20 < byte < 0x7F and byte not in _QUERY_SET else f"%{byte:02X}" for byte in written
    )


def _bytes_of(character: str, encoding: str) -> bytes:
    """The bytes with which the WHATWG encoder of that name writes ``character``."""
    if encoding == "big5":
        return _big5_bytes()[character] if character in _big5_bytes() else character.encode("ascii")
    written = character.encode(_CODECS.get(encoding, encoding))
    if encoding != "gbk":
        return written
    if character == "€":
        return b"\x80"
    # GBK knows no characters of four bytes.
    return written if len(written) <= 2 else character.encode("ascii")


@cache
def _big5_bytes() -> dict[str, bytes]:
    """Big5 as browsers write it: without the Hong Kong characters, which they only read."""
    known = {"€": b"\xa3\xe1"}
    for lead in range(0xA1, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            pair = bytes((lead, trail))
            character = pair.decode("big5hkscs", "ignore")
            if len(character) == 1 and (character not in known or character in _LATER_IN_BIG5):
                known[character] = pair
    return known


def canonical(url: str) -> str | None:
    """``url`` in its canonical form without fragment, or ``None`` when it cannot be parsed."""
    try:
        normal: str = ada_url.normalize_url(url.strip())
    except ValueError:
        return None
    return without_fragment(_barred(normal) if "|" in normal else normal)


def without_fragment(url: str) -> str:
    """``url`` up to its ``#``."""
    return url.partition("#")[0]


def scheme_of(url: str) -> str:
    """Lower-case scheme of an address, empty when it has none."""
    match = _SCHEME.match(url)
    return match.group(0)[:-1].lower() if match else ""


def host_of(url: str) -> str:
    """Host of a canonical address with its port when that is not the scheme's own (``[::1]:8080``)."""
    rest = url.partition("://")[2]
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return authority.rpartition("@")[2].lower()


def hostname_of(url: str) -> str:
    """Host of a canonical address without port and brackets."""
    host = host_of(url)
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def port_of(url: str) -> int:
    """Port that a browser connects to."""
    host = host_of(url)
    after = host.rpartition("]")[2] if host.startswith("[") else host
    _, colon, port = after.partition(":")
    if colon and port.isdigit():
        return int(port)
    return 443 if scheme_of(url) == "https" else 80


def without_www(host: str) -> str:
    """``host`` without a leading ``www.``."""
    return host.removeprefix("www.")


def own_identity(url: str) -> str:
    """The part of an own address that stays when a site moves to https or drops ``www.``."""
    rest = without_fragment(url).partition("://")[2]
    return without_www(rest) or url


def index_file_of(url: str) -> str:
    """Name of the file that a folder's address stands for (``index.html``), empty when ``url`` names none."""
    match = _INDEX_FILE.search(url)
    return match[1] if match else ""


def extension_of(url: str) -> str:
    """Lower-case file extension of the path, empty when there is none."""
    path = without_fragment(url).partition("?")[0].partition("://")[2]
    name = path.rpartition("/")[2] if "/" in path else ""
    dot = name.rpartition(".")
    return dot[2].lower() if dot[1] and dot[2].isalnum() and len(dot[2]) <= 5 else ""


def is_attachment(url: str) -> bool:
    """Whether the address looks like a file to download."""
    return extension_of(url) in ATTACHMENT_EXTENSIONS


_ENDING_IN_IPV4 = tuple(
    map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
)
_MORE_PRIVATE = tuple(
    map(ipaddress.ip_network, ("64:ff9b:1::/48", "fec0::/10", "192.0.0.0/24", "240.0.0.0/4"))
)
"""Networks that are not everybody's, whatever the version of the standard library says."""

AddressKind = Literal["public", "private", "loopback"]


def literal_address_kind(url: str) -> AddressKind | None:
    """For an address whose host is an IP literal or ``localhost``: which kind; ``None`` for names."""
    hostname = hostname_of(url)
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return "loopback"
    try:
        return address_kind(hostname)
    except ValueError:
        return None


def address_kind(address: str) -> AddressKind:
    """Which kind of network an IP address leads to, through gateways between IPv6 and IPv4 too. Raises
    ``ValueError`` for anything else."""
    parsed = reached_address(address)
    if parsed.is_loopback:
        return "loopback"
    if not parsed.is_global or parsed.is_multicast or any(parsed in one for one in _MORE_PRIVATE):
        return "private"
    return "public"


def reached_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for (mapped, translated, NAT64, 6to4, Teredo), else itself. Raises
    ``ValueError`` for what is no address."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if not isinstance(parsed, ipaddress.IPv6Address):
        return parsed
    if parsed.sixtofour is not None:
        return parsed.sixtofour
    if parsed.teredo is not None:
        return parsed.teredo[1]
    if any(parsed in one for one in _ENDING_IN_IPV4) and int(parsed) > 1:
        return ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    return parsed
