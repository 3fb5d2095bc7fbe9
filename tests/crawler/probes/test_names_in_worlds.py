"""What is found out about names and their servers, in small internets of the test's own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.crawler.probes import measure
from tests.support.certificates import Authority
from tests.support.dual_stack import Names, World, WorldSpec, can_stand_here, in_world
from tests.support.dual_stack_cases import plan_in

if TYPE_CHECKING:
    from pathlib import Path

BOTH: Names = {"www": {"A": ["four"], "AAAA": ["six"]}}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def found(spec: WorldSpec, authority: Authority) -> dict[str, list[dict[str, Any]]]:
    """Kind of probe → results, with words of addresses for addresses."""

    def visit(world: World) -> dict[str, list[dict[str, Any]]]:
        results: dict[str, list[dict[str, Any]]] = {}
        for probe in asyncio.run(measure(plan_in(world))):
            results.setdefault(probe.kind, []).append(_in_words(dict(probe.result), world))
        return results

    if not can_stand_here(spec):
        pytest.skip("this world needs a network namespace")
    return in_world(spec, authority, visit)


def _in_words(value: Any, world: World) -> Any:
    if isinstance(value, dict):
        return {world.words_in(key): _in_words(one, world) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_words(one, world) for one in value]
    return world.words_in(value) if isinstance(value, str) else value


def test_the_zone_is_found_by_asking_upwards(authority: Authority) -> None:
    spec = WorldSpec(
        url="http://a.b.mou.gov.cn/",
        names={"a.b": {"A": ["four"], "AAAA": ["six"]}, "@": {"CAA": ['0 issue "ca.example"']}},
        listens={"six": "page"},
    )
    (zone,) = found(spec, authority)["zone"]
    assert (zone["zone"], zone["error"], zone["servers"]) == ("mou.gov.cn", "", 2)
    assert zone["soa"].startswith("ns1.mou.gov.cn. admin.mou.gov.cn. 2026112201 ")
    assert [one["name"] for one in zone["nameservers"]] == ["ns1.mou.gov.cn", "ns2.mou.gov.cn"]
    assert (zone["caa"], zone["caa_at"]) == (['0 issue "ca.example"'], "mou.gov.cn")


def test_a_host_that_is_delegated_is_a_zone_of_its_own(authority: Authority) -> None:
    own: Names = {
        "www": {
            "A": ["four"],
            "SOA": ["gslb.mou.gov.cn. a.mou.gov.cn. 1 2 3 4 5"],
            "NS": ["gslb.mou.gov.cn."],
        },
        "gslb": {"A": ["cdn-four"]},
    }
    results = found(WorldSpec(names=own), authority)
    assert results["zone"][0]["zone"] == "www.mou.gov.cn"
    assert [one["name"] for one in results["zone"][0]["nameservers"]] == ["gslb.mou.gov.cn"]


def test_the_zone_of_an_alias_is_not_that_of_its_target(authority: Authority) -> None:
    names: Names = {
        "www": {"CNAME": ["a.cdn.example."]},
        "a.cdn.example.": {"CNAME": ["b.edge.example."]},
        "b.edge.example.": {"A": ["cdn-four"]},
        "cdn.example.": {"SOA": ["ns.cdn.example. a.cdn.example. 1 2 3 4 5"]},
        "edge.example.": {"SOA": ["ns.edge.example. a.edge.example. 1 2 3 4 5"]},
    }
    results = found(WorldSpec(names=names), authority)
    assert results["zone"][0]["zone"] == "mou.gov.cn"
    assert results["dns"][0]["chain"] == [
        {"name": "www.mou.gov.cn", "target": "a.cdn.example", "zone": "cdn.example"},
        {"name": "a.cdn.example", "target": "b.edge.example", "zone": "edge.example"},
    ]
    assert {one["alias"] for one in results["name-server"]} == {"a.cdn.example"}


@pytest.mark.parametrize(
    ("resolver", "records", "state"),
    [
        ("secure", {}, ("secure", "AD")),
        ("good", {}, ("insecure", "no DS")),
        ("good", {"DS": ["12345 13 2 " + "ab" * 32]}, ("indeterminate", "unchecked")),
        ("bogus", {}, ("bogus", "CD")),
        ("down", {}, ("indeterminate", "timeout")),
    ],
)
def test_what_can_be_told_of_signatures(
    resolver: str, records: dict[str, list[str] | str], state: tuple[str, str], authority: Authority
) -> None:
    (zone,) = found(WorldSpec(names={**BOTH, "@": records}, resolver=resolver), authority)["zone"]
    assert (zone["dnssec"], zone["dnssec_because"]) == state


@pytest.mark.parametrize(
    ("manner", "told"),
    [
        ("good", ("good", "", "", True)),
        ("no-edns", ("good", "", "", False)),
        ("no-tcp", ("good", "", "closed", True)),
        ("truncated", ("good", "", "", True)),
        ("lame", ("lame", "", "", True)),
        ("refused", ("refused", "", "", True)),
        ("servfail", ("servfail", "", "", True)),
        ("silent", ("timeout", "timeout", "closed", True)),
    ],
)
def test_how_a_name_server_answers_is_told_by_address_and_transport(
    manner: str, told: tuple[str, str, str, bool], authority: Authority
) -> None:
    servers = {
        "ns1": {"at": ("ns1-four", "ns1-six"), "answers": manner},
        "ns2": {"at": ("ns2-four", "ns2-six")},
    }
    results = found(WorldSpec.model_validate({"names": BOTH, "servers": servers}), authority)
    first = [one for one in results["name-server"] if one["server"] == "ns1.mou.gov.cn"]
    assert [one["family"] for one in first] == [4, 6]
    for one in first:
        assert (one["state"], one["udp"], one["tcp"], one["edns"]) == told
        assert one["AAAA"] == (["six"] if told[0] == "good" else [])
        assert len(one["exchanges"]) <= 5
    second = [one for one in results["name-server"] if one["server"] == "ns2.mou.gov.cn"]
    assert {one["state"] for one in second} == {"good"}


def test_a_truncated_answer_is_asked_for_over_tcp(authority: Authority) -> None:
    servers = {"ns1": {"at": ("ns1-four",), "answers": "truncated"}}
    (one,) = found(WorldSpec.model_validate({"names": BOTH, "servers": servers}), authority)["name-server"]
    asked = [(told["question"].split()[0], told["transport"], told["truncated"]) for told in one["exchanges"]]
    assert asked == [
        ("SOA", "udp", True),
        ("SOA", "tcp", False),
        ("AAAA", "udp", True),
        ("AAAA", "tcp", False),
    ]
    assert (one["state"], one["AAAA"]) == ("good", ["six"])


def test_without_ipv6_nobody_is_asked_over_it(authority: Authority) -> None:
    results = found(WorldSpec(names=BOTH, listens={"four": "page"}, machine="no-ipv6"), authority)
    states = {(one["family"], one["state"]) for one in results["name-server"]}
    assert states == {(4, "good"), (6, "no-route")}
    (own,) = results["self-check"]
    assert (own["route"], own["witness"], own["dns"]) == (False, "", "")


def test_a_translator_is_found_and_its_addresses_are_nobodys_own(authority: Authority) -> None:
    spec = WorldSpec(
        names={"www": {"A": ["four"]}},
        servers=WorldSpec.model_validate({"servers": {"ns1": {"at": ("ns1-four",)}}}).servers,
        resolver="dns64",
    )
    results = found(spec, authority)
    assert results["self-check"][0]["translation"] == ["2400:3200:64::/96"]
    assert results["dns"][0]["AAAA"] == []
    assert len(results["dns"][0]["made_up"]) == 1
    assert results["zone"][0]["nameservers"][0]["AAAA"] == []


def test_a_machine_says_what_answered_it(authority: Authority) -> None:
    silent = WorldSpec(names=BOTH, listens={"four": "page"}, machine="lost-upstream")
    assert [(one["witness"], one["dns"]) for one in found(silent, authority)["self-check"]] == [
        ("", "silent")
    ]
    (own,) = found(WorldSpec(names=BOTH, listens={"six": "page"}), authority)["self-check"]
    assert (own["witness"], own["dns"], own["controls"]) == ("six", "answers", [])


def test_control_hosts_are_left_alone_where_others_answer(authority: Authority) -> None:
    names: Names = {**BOTH, "known.example.": {"AAAA": ["control-six"]}}
    spec = WorldSpec(
        names=names,
        listens={"six": "page", "control-six": "page"},
        network={"ipv6_controls": ("known.example:80",)},
    )
    assert found(spec, authority)["self-check"][0]["controls"] == []


def test_an_authority_that_an_option_names_is_trusted(authority: Authority) -> None:
    spec = WorldSpec(
        url="https://www.mou.gov.cn/",
        names=BOTH,
        listens={"four": "page", "six": "page"},
        network={"trust": str(authority.trusted)},
    )
    ended = [way["steps"][-1] for way in found(spec, authority)["reach"]]
    assert [(step["step"], step["status"]) for step in ended] == [("http", 200), ("http", 200)]
