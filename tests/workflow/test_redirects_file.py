"""The redirects of a built folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.errors import InputError
from govaudit.workflow.redirects_file import read_redirects
from govaudit.workflow.served_folder import Answer, StaticHost

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
# moved
/old            /new
/blog/*         /news/:splat        302
/:year/:month   /archive/:year-:month
/app/*          /app.html           200
/new            /never-reached
/taken          /new                302
/forced         /new                302!
/gone           /gone.html          410
/far            https://other.example/:splat  301
/cn             /zh                 302  Country=cn
/query id=:id   /new/:id
"""


@pytest.fixture
def host(tmp_path: Path) -> StaticHost:
    for name in ("new.html", "app.html", "taken.html", "forced.html", "gone.html", "index.html"):
        (tmp_path / name).write_text(name)
    (tmp_path / "_redirects").write_text(RULES)
    return StaticHost(tmp_path, read_redirects(tmp_path))


@pytest.mark.parametrize(
    ("path", "status", "there"),
    [
        ("/old", 301, "/new"),
        ("/old/", 301, "/new"),
        ("/old?page=2", 301, "/new?page=2"),
        ("/blog/2026/1.html", 302, "/news/2026/1.html"),
        ("/blog", 302, "/news/"),
        ("/2026/11", 301, "/archive/2026-11"),
        ("/2026/a%0d%0aX:1", 301, "/archive/2026-a%0D%0AX%3A1"),
        ("/app/anything/at/all", 200, "app.html"),
        ("/new", 200, "new.html"),
        ("/taken", 200, "taken.html"),
        ("/forced", 302, "/new"),
        ("/gone", 200, "gone.html"),
        ("/far", 301, "https://other.example/:splat"),
        ("/cn", 404, ""),
        ("/query", 404, ""),
        ("/older", 404, ""),
        ("/_redirects", 404, ""),
    ],
)
def test_addresses_are_answered_as_hosts_do(host: StaticHost, path: str, status: int, there: str) -> None:
    answer = host.answer(path)
    assert answer.status == status
    assert (answer.file.name if answer.file else answer.location) == there


def test_every_line_that_is_no_rule_is_named(tmp_path: Path) -> None:
    (tmp_path / "_redirects").write_text("/a /b 301\nc /d\n/e\n/f /g 999\n/h/*/i /j\n")
    with pytest.raises(InputError) as caught:
        read_redirects(tmp_path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4, 5]


@given(target=st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: f"/{text}"))
def test_no_address_brings_the_host_down_or_leaves_the_folder(
    tmp_path_factory: pytest.TempPathFactory, target: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "static-host"
    folder.mkdir(exist_ok=True)
    (folder / "_redirects").write_text("/a/* /b/:splat\n/:x/c /d/:x\n")
    answer = StaticHost(folder.resolve(), read_redirects(folder)).answer(target)
    assert isinstance(answer, Answer)
    assert answer.file is None or answer.file.is_relative_to(folder.resolve())
    assert not {"\r", "\n"} & set(answer.location.partition("?")[0])
