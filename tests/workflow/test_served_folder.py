"""A folder of built pages is served the way static hosts do, and nothing outside it."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from govaudit.workflow.served_folder import file_for, served_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "site" / "docs").mkdir(parents=True)
    (tmp_path / "secret.html").write_text("secret")
    for name, text in {
        "index.html": "home",
        "about.html": "about",
        "docs/index.html": "docs",
        "404.html": "own 404",
        "中文.html": "zh",
    }.items():
        (tmp_path / "site" / name).write_text(text)
    return tmp_path / "site"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "index.html"),
        ("/index.html", "index.html"),
        ("/about", "about.html"),
        ("/docs/", "docs/index.html"),
        ("/%E4%B8%AD%E6%96%87.html", "中文.html"),
        ("/none", None),
        ("/../secret.html", None),
        ("/%2e%2e/secret.html", None),
    ],
)
def test_addresses_and_files(built: Path, path: str, name: str | None) -> None:
    assert file_for(built.resolve(), path) == (built.resolve() / name if name else None)


def test_served_over_http(built: Path) -> None:
    with served_folder(built) as port:
        home = f"http://127.0.0.1:{port}"
        assert urllib.request.urlopen(f"{home}/about").read() == b"about"
        assert urllib.request.urlopen(f"{home}/docs").url == f"{home}/docs/"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{home}/none")
        with caught.value as answer:
            assert (answer.code, answer.read()) == (404, b"own 404")
