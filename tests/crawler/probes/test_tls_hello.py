"""The first message of TLS, its answers, and stapled proofs."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponderEncoding, OCSPResponseBuilder
from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.probes.tls_hello import (
    NATIONAL,
    STANDARD,
    HelloAnswer,
    client_hello,
    offered,
    read_answer,
    record_length,
)
from govaudit.crawler.probes.tls_talk import Place, TalkError, say_hello, shake_hands
from tests.crawler.probes.tls_bench import AS_OF, HOST, chain, listening, root, server_context
from tests.support.authority import issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("version", [*STANDARD, *NATIONAL])
def test_a_hello_is_one_whole_record(version: str) -> None:
    hello = client_hello(HOST, version)  # type: ignore[arg-type]
    assert record_length(hello[:5]) == len(hello) - 5
    assert int.from_bytes(hello[6:9], "big") == len(hello) - 9
    assert (HOST.encode() in hello) is (version not in {"SSLv3", "TLCP"})
    assert b"127.0.0.1" not in client_hello("127.0.0.1", version)  # type: ignore[arg-type]


@given(st.sampled_from([21, 22]), st.binary(max_size=200))
def test_damaged_answers_say_nothing_that_was_not_sent(kind: int, body: bytes) -> None:
    answer = read_answer(bytes([kind, 3, 3, 0, len(body)]), body)
    if kind == 21:
        assert answer.version == 0
    elif answer.version:
        assert body[0] == 2
        assert answer.version.to_bytes(2, "big") in body


@given(st.binary(min_size=5, max_size=5))
def test_what_is_no_record(head: bytes) -> None:
    if record_length(head) is not None:
        assert head[0] in {21, 22}
        assert head[1] in {1, 3}


def test_an_older_version_is_not_the_one_that_was_offered() -> None:
    assert not offered("TLSv1.2", HelloAnswer(version=0x0301))
    assert offered("TLSv1", HelloAnswer(version=0x0301))


async def test_versions_of_a_real_server(tmp_path: Path) -> None:
    tls = server_context(tmp_path, {"key": "rsa2048"}, "own", ("TLSv1_1", "TLSv1_3"))
    async with listening({}, tls=tls) as port:
        place = Place(host=HOST, address="127.0.0.1", port=port, seconds=2)
        spoken = [one for one in STANDARD[:3] if offered(one, await say_hello(place, one))]
        with pytest.raises(TalkError, match="closed: "):
            await say_hello(place, "SSLv3")
        hands = await shake_hands(place)
    assert spoken == ["TLSv1.3", "TLSv1.2", "TLSv1.1"]
    assert (hands.version, len(hands.chain), hands.stapled, hands.error) == ("TLSv1.3", 2, False, "")


def proof() -> bytes:
    leaf, issuer = (issue(HOST, root(), as_of=AS_OF, names=(HOST,)).certificate, root().certificate)
    made = OCSPResponseBuilder().add_response(
        leaf, issuer, SHA256(), OCSPCertStatus.GOOD, AS_OF, AS_OF, None, None
    )
    signed = made.responder_id(OCSPResponderEncoding.NAME, issuer).sign(root().key, SHA256())
    return signed.public_bytes(Encoding.DER)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here to serve with")
@pytest.mark.parametrize("stapling", [True, False])
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_a_stapled_proof_is_seen(tmp_path: Path, stapling: bool, version: str) -> None:
    certificates, key = chain()
    (tmp_path / "chain.pem").write_bytes(b"".join(certificates) + key)
    (tmp_path / "proof.der").write_bytes(proof())
    status = ["-status_file", str(tmp_path / "proof.der")] if stapling else []
    server = await asyncio.create_subprocess_exec(
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(tmp_path / "chain.pem"), version, *status,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        line = b""
        while not line.startswith(b"ACCEPT"):
            line = await server.stdout.readline()
            assert line
        port = int(line.rpartition(b":")[2])
        hands = await shake_hands(Place(host=HOST, address="127.0.0.1", port=port, seconds=5))
    finally:
        server.kill()
        await server.wait()
    assert (hands.stapled, len(hands.chain), hands.error) == (stapling, 1, "")
