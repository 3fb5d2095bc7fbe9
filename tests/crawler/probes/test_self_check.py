"""Whether this machine could have measured IPv6 at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from govaudit.crawler.probes.self_check import FAR_ADDRESS, SelfCheck, check_route, judged


@pytest.mark.parametrize(
    ("target", "source", "route", "scope"),
    [
        ("2400:3200::1", "240e:1::5", True, "global"),
        ("2400:3200::1", "fd00::2", False, "global"),
        ("2400:3200::1", "::1", False, "global"),
        ("fd00::9", "fd00::2", True, "private"),
        ("fd00::9", "240e:1::5", True, "private"),
        ("fd00::9", "::1", False, "private"),
        ("::1", "::1", True, "loopback"),
    ],
)
def test_a_route_needs_an_own_address_that_answers_can_come_back_to(
    target: str, source: str, route: bool, scope: str
) -> None:
    found = judged(target, source)
    assert (found.route, found.scope, found.detail) == (route, scope, source)


def test_an_error_is_no_route() -> None:
    assert judged(FAR_ADDRESS, "", "Network is unreachable") == SelfCheck(
        route=False, scope="global", detail="Network is unreachable"
    )


def test_the_widest_scope_of_the_addresses_is_tested() -> None:
    assert check_route(["::1"]).scope == "loopback"
    assert check_route(["::1", "fd00::7"]).scope == "private"
    assert check_route(["::1", "2400:3200::1"]).scope == "global"
    assert check_route([]).scope == "global"


def test_a_machine_without_any_network_has_no_route() -> None:
    unshare = shutil.which("unshare")
    inside = [str(unshare), "--user", "--map-root-user", "--net"]
    if unshare is None or subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("network namespaces are not permitted here")
    code = (
        "import msgspec; from govaudit.crawler.probes.self_check import check_route as c;"
        "print(msgspec.json.encode([c([]), c(['fd00::7'])]).decode())"
    )
    told = subprocess.run([*inside, sys.executable, "-c", code], capture_output=True, check=True, text=True)
    found = json.loads(told.stdout)
    assert [(one["route"], one["scope"]) for one in found] == [(False, "global"), (False, "private")]
    assert all(one["detail"] for one in found)
