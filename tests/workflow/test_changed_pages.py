"""Which pages changed, by a real git; and lists of pages."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.workflow.changed_pages import other_address, pages_changed_since, path_of, read_urls

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@x.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "source" / "public"
    (folder / "news").mkdir(parents=True)
    (tmp_path / "source" / "notes.html").write_text("not published")
    for name in ("index.html", "about.html", "news/index.html", "news/中文 1.html", "style.css"):
        (folder / name).write_text(name)
    git(tmp_path / "source", "init", "-b", "main")
    git(tmp_path / "source", "add", ".")
    git(tmp_path / "source", "commit", "-m", "first")
    return folder


def test_nothing_changed(built: Path) -> None:
    assert pages_changed_since(built, "HEAD") == []


def test_changed_and_new_pages_of_the_folder(built: Path) -> None:
    (built / "about.html").write_text("changed")
    (built / "news" / "index.html").write_text("changed")
    (built / "news" / "中文 1.html").write_text("changed")
    (built / "style.css").write_text("changed")
    (built / "new.htm").write_text("new")
    (built.parent / "notes.html").write_text("changed")
    expected = ["/about", "/new.htm", "/news/", "/news/%E4%B8%AD%E6%96%87%201"]
    assert pages_changed_since(built, "HEAD") == expected
    git(built, "add", ".")
    git(built, "commit", "-m", "second")
    assert pages_changed_since(built, "HEAD~1") == expected


@pytest.mark.parametrize("name", ["about.html", "_redirects"])
def test_what_may_break_pages_that_are_as_they_were_asks_for_all(built: Path, name: str) -> None:
    (built / "_redirects").write_text("/old /about\n")
    git(built, "add", ".")
    git(built, "commit", "-m", "redirects")
    (built / name).unlink()
    assert pages_changed_since(built, "HEAD") is None


@pytest.mark.parametrize("revision", ["no-such-branch", "--output=/tmp/x"])
def test_a_revision_that_there_is_not(built: Path, revision: str) -> None:
    with pytest.raises(InputError) as caught:
        pages_changed_since(built, revision)
    assert caught.value.problems[0].key == "gate.no-revision"


def test_a_folder_that_git_does_not_keep(built: Path, tmp_path: Path) -> None:
    (built.parent / "dist").mkdir()
    (built.parent / "dist" / "index.html").write_text("built")
    (built.parent / ".gitignore").write_text("dist\n")
    (tmp_path / "loose").mkdir()
    for folder in (built.parent / "dist", tmp_path / "loose"):
        with pytest.raises(InputError) as caught:
            pages_changed_since(folder, "HEAD")
        assert caught.value.problems[0].key == "gate.not-tracked"


@pytest.mark.parametrize(
    ("name", "path"),
    [("index.html", "/"), ("a/index.html", "/a/"), ("a/b.html", "/a/b.html"), ("a b.html", "/a%20b.html")],
)
def test_a_page_lies_where_hosts_serve_it(name: str, path: str) -> None:
    assert path_of(name) == path


@pytest.mark.parametrize(
    ("home", "expected"),
    [('<a href="/about">a</a>', "/about"), ("<a href=about.html>a</a><a href='/x'>x</a>", "/about.html")],
)
def test_pages_are_found_as_the_home_page_leads_to_them(built: Path, home: str, expected: str) -> None:
    (built / "index.html").write_text(home)
    git(built, "commit", "-am", "home")
    (built / "about.html").write_text("changed")
    assert pages_changed_since(built, "HEAD") == [expected]


@pytest.mark.parametrize(
    ("one", "other"), [("http://x/a/", "http://x/a/index.html"), ("http://x/a.html", "http://x/a")]
)
def test_a_page_of_a_folder_has_two_addresses(one: str, other: str) -> None:
    assert (other_address(one), other_address(other)) == (other, one)


def test_a_list_names_pages_by_path_or_address(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(
        "\ufeff# since yesterday\n/a.html#top\n\nhttps://www.x.gov.cn/中.html\n", encoding="utf-8"
    )
    assert read_urls(file, "https://www.x.gov.cn/") == [
        "https://www.x.gov.cn/a.html",
        "https://www.x.gov.cn/%E4%B8%AD.html",
    ]
