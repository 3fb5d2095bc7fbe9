"""What certificates say, and how far chains lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from govaudit.checks.security.measurements import names_match
from govaudit.crawler.probes.certificates import Chain, chain_of, trust_store
from govaudit.inspection.errors import InputError
from tests.crawler.probes.tls_bench import AS_OF, HOST, intermediate, root
from tests.support.authority import ISSUER_AT, Issued, issue

SM2 = Path(__file__).with_name("sm2_certificate.pem")


def trusting(folder: Path, *roots: Issued) -> str:
    file = folder / "trusted.pem"
    file.write_bytes(b"".join(one.pem for one in roots))
    return str(file)


def of(*sent: Issued, trust: str) -> Chain:
    return chain_of([one.der for one in sent], trust_store(trust))


def test_what_a_certificate_says(tmp_path: Path) -> None:
    leaf = issue(HOST, intermediate(), as_of=AS_OF, names=(HOST, "127.0.0.1", "::1"))
    chain = of(leaf, intermediate(), trust=trusting(tmp_path, root()))
    own = chain.sent[0]
    assert (own.subject, own.issuer) == (f"CN={HOST}", "CN=Test Intermediate")
    assert own.names == (HOST, "127.0.0.1", "::1")
    assert (own.key, own.bits, own.signature, own.issuer_at) == ("ec", 256, "sha256", ISSUER_AT)
    assert (own.not_after - own.not_before) / 86_400 == 365
    assert own.pem.encode() == leaf.pem
    assert (chain.trust, chain.path, chain.anchor, chain.store) == (
        "trusted", (0, 1), "CN=Test Root", "option",
    )  # fmt: skip


def test_of_two_ways_the_one_that_stays_valid_longest_is_taken(tmp_path: Path) -> None:
    old, new = root("Old Root"), root("New Root")
    crossed = issue("New Root", old, as_of=AS_OF, days=(-900, -10), key="ec384", authority=True)
    leaf = issue(HOST, new, as_of=AS_OF, names=(HOST,))
    both = of(leaf, crossed, trust=trusting(tmp_path, old, new))
    assert (both.path, both.anchor) == ((0,), "CN=New Root")
    (tmp_path / "elsewhere").mkdir()
    only_old = of(leaf, crossed, trust=trusting(tmp_path / "elsewhere", old))
    assert (only_old.path, only_old.anchor) == ((0, 1), "CN=Old Root")


def test_a_name_is_no_signature(tmp_path: Path) -> None:
    impostor = issue("Test Root", None, as_of=AS_OF, key="rsa2048", authority=True)
    leaf = issue(HOST, impostor, as_of=AS_OF, names=(HOST,))
    trust = trusting(tmp_path, root())
    assert of(leaf, trust=trust).trust == "incomplete"
    assert of(leaf, impostor, trust=trust).trust == "untrusted-root"


def test_a_certificate_may_be_trusted_itself(tmp_path: Path) -> None:
    alone = issue(HOST, None, as_of=AS_OF, names=(HOST,), key="rsa2048")
    assert of(alone, trust=trusting(tmp_path, alone)).trust == "trusted"


def test_national_certificates_are_known_and_not_judged() -> None:
    der = issue_of(SM2)
    chain = chain_of([der], trust_store(""))
    assert (chain.trust, chain.sent[0].key, chain.sent[0].signature) == ("national", "sm2", "sm3")
    assert chain.sent[0].names == (HOST,)


def issue_of(file: Path) -> bytes:
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415

    return load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)


def test_what_is_no_certificate() -> None:
    chain = chain_of([b"\x30\x03abc"], trust_store(""))
    assert (chain.trust, chain.path) == ("unreadable", (0,))


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_file_without_certificates_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "none.pem"
    file.write_text(content)
    with pytest.raises(InputError) as refused:
        trust_store(str(file))
    assert refused.value.problems[0].key == "option.no-trust"


def test_public_authorities_are_trusted() -> None:
    assert len(trust_store("").by_subject) > 100


@pytest.mark.parametrize(
    ("host", "name", "fits"),
    [
        ("www.mou.gov.cn", "www.mou.gov.cn", True),
        ("www.mou.gov.cn", "WWW.MOU.GOV.CN.", True),
        ("www.mou.gov.cn", "*.mou.gov.cn", True),
        ("mou.gov.cn", "*.mou.gov.cn", False),
        ("a.www.mou.gov.cn", "*.mou.gov.cn", False),
        ("www.mou.gov.cn", "w*.mou.gov.cn", False),
        ("cn", "*", False),
        ("gov.cn", "*.cn", False),
        ("xn--fiq228c.cn", "中文.cn", True),
        ("www.xn--fiq228c.cn", "*.中文.cn", True),
        ("203.0.113.7", "203.0.113.7", True),
        ("2001:da8::7", "2001:0da8:0:0::7", True),
        ("203.0.113.7", "*.0.113.7", False),
        ("www.mou.gov.cn", "not a name", False),
    ],
)
def test_names(host: str, name: str, fits: bool) -> None:
    assert names_match(host, [name]) is fits
