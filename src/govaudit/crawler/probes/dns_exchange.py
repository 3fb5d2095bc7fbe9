"""One question to one address of a name server, and what came back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import msgspec

if TYPE_CHECKING:
    from dns.rdatatype import RdataType

Transport = Literal["udp", "tcp"]

EDNS_BYTES = 1232
"""What passes every link without fragments (DNS flag day 2020)."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """``question``: ``AAAA www.mou.gov.cn``. ``error``: ``timeout``, ``unreachable``, ``closed``, ``malformed``,
    ``not-asked`` (time or questions were used up); empty when there was an answer, of which the rest tells."""

    question: str
    transport: Transport
    edns: bool
    error: str = ""
    rcode: str = ""
    authoritative: bool = False
    truncated: bool = False
    seconds: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether anything came back."""
        return not self.error


@dataclass(slots=True)
class Patience:
    """What a site's name servers may cost: ``seconds`` for one answer, ``questions`` that are left, and the loop's time
    ``until`` which they are asked."""

    seconds: float
    questions: int
    until: float

    def spend(self) -> bool:
        """Take one question; ``False``: there is none left."""
        if self.questions <= 0 or asyncio.get_running_loop().time() >= self.until:
            return False
        self.questions -= 1
        return True


@dataclass(frozen=True, slots=True)
class Server:
    """An address of a name server. ``port``: the one that is really connected to."""

    name: str
    address: str
    port: int = 53

    @property
    def family(self) -> Literal[4, 6]:
        """Of its address."""
        return 6 if ":" in self.address else 4


async def exchange(
    server: Server,
    name: str,
    kind: RdataType,
    patience: Patience,
    *,
    transport: Transport = "udp",
    edns: bool = True,
) -> tuple[Exchange, dns.message.Message | None]:
    """Ask a server itself, not through a resolver: recursion is not desired. Nothing is raised."""
    question = f"{dns.rdatatype.to_text(kind)} {name}"
    if not patience.spend():
        return Exchange(question=question, transport=transport, edns=edns, error="not-asked"), None
    query = dns.message.make_query(
        name, kind, flags=0, use_edns=0 if edns else -1, payload=EDNS_BYTES if edns else None
    )
    loop = asyncio.get_running_loop()
    start = loop.time()
    answer: dns.message.Message | None = None
    error = ""
    try:
        if transport == "udp":
            answer = await dns.asyncquery.udp(
                query, server.address, patience.seconds, server.port, ignore_unexpected=True
            )
        else:
            answer = await dns.asyncquery.tcp(query, server.address, patience.seconds, server.port)
    except dns.exception.Timeout:
        error = "timeout"
    except (ConnectionError, EOFError):
        error = "closed"
    except OSError:
        error = "unreachable"
    except dns.exception.DNSException:
        error = "malformed"
    seconds = round(loop.time() - start, 4)
    if answer is None:
        return Exchange(question=question, transport=transport, edns=edns, error=error, seconds=seconds), None
    return Exchange(
        question=question,
        transport=transport,
        edns=edns,
        rcode=dns.rcode.to_text(answer.rcode()).lower(),
        authoritative=bool(answer.flags & dns.flags.AA),
        truncated=bool(answer.flags & dns.flags.TC),
        seconds=seconds,
    ), answer
