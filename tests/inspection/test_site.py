"""What belongs to a site: its host with the www twin, both schemes, the scope of the list and nothing else."""

from __future__ import annotations

import pytest

from govaudit.inspection.site import Site, SiteScope

SITE = Site(url="http://www.x.gov.cn/", code="1234560001", scope=("zwfw.x.gov.cn", "www.y.gov.cn/bm/"))


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://www.x.gov.cn/a", True),
        ("https://x.gov.cn/", True),
        ("http://x.gov.cn:8080/", False),
        ("http://sub.x.gov.cn/", False),
        ("http://zwfw.x.gov.cn/guide", True),
        ("http://www.y.gov.cn/bm/a.html", True),
        ("http://www.y.gov.cn/other.html", False),
        ("ftp://www.x.gov.cn/", False),
        ("mailto:a@x.gov.cn", False),
    ],
)
def test_scope(url: str, own: bool) -> None:
    assert SiteScope(SITE).owns(url) is own


def test_a_host_that_another_site_of_the_list_is_registered_under_is_not_own() -> None:
    scope = SiteScope(Site(url="http://www.x.gov.cn/"), frozenset({"x.gov.cn"}))
    assert scope.owns("http://www.x.gov.cn/")
    assert not scope.owns("http://x.gov.cn/")


def test_the_port_is_part_of_a_registered_site() -> None:
    scope = SiteScope(Site(url="http://127.0.0.1:8000/"))
    assert scope.owns("http://127.0.0.1:8000/a")
    assert not scope.owns("http://127.0.0.1/a")


def test_a_site_without_a_code_is_filed_under_its_host() -> None:
    assert SITE.key == "1234560001"
    assert Site(url="http://x.gov.cn:8080/").key == "x.gov.cn_8080"
    assert Site(url="http://[::1]:81/").key == "__1_81"
