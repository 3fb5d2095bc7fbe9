from __future__ import annotations

import re

import pytest

from govaudit.demo.portal import build_portal, template_environment
from govaudit.demo.server import STATES
from govaudit.demo.specification import PORTALS, load_portal, load_states

MAGIC = {
    "pdf": b"%PDF-",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}


@pytest.mark.parametrize("state", STATES)
def test_about_three_hundred_pages(state: str) -> None:
    assert 280 <= sum(build_portal(key, state).page_count for key in PORTALS) <= 360


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", PORTALS)
def test_generation_is_deterministic(key: str, state: str) -> None:
    first = build_portal(key, state)
    build_portal.cache_clear()
    template_environment.cache_clear()
    second = build_portal(key, state)
    assert second is not first
    assert second.answers == first.answers


@pytest.mark.parametrize("state", STATES)
def test_the_department_sends_gbk_and_declares_gb2312(state: str) -> None:
    pages = {path: one for path, one in build_portal("zjj", state).answers.items() if one.page}
    for path, one in pages.items():
        assert b"charset=gb2312" in one.body, path
        assert "云澜市住房和城乡建设局" in one.body.decode("gbk"), path
        with pytest.raises(UnicodeDecodeError):
            one.body.decode("utf-8")


@pytest.mark.parametrize("state", STATES)
def test_the_district_writes_traditional_characters(state: str) -> None:
    for path, one in build_portal("qinghu", state).answers.items():
        if one.page:
            text = one.body.decode("utf-8")
            assert "雲瀾市青湖區人民政府" in text, path
            assert not re.search("[云关于务]{2}|领导|网站", text), path


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", PORTALS)
def test_nothing_is_dated_after_the_moment(key: str, state: str) -> None:
    content = build_portal(key, state)
    later = [path for path, one in content.answers.items() if one.modified and one.modified > content.as_of]
    assert later == []


@pytest.mark.parametrize("key", PORTALS)
def test_addresses_and_contents_last_into_the_next_quarter(key: str) -> None:
    first, second = (build_portal(key, state) for state in STATES)
    articles = {path for path, one in first.answers.items() if one.page and re.search(r"_\d+\.html$", path)}
    lists = {path for path in articles if "index_" in path}
    lost = {path for path in articles - lists if path not in second.answers}
    assert len(articles) > 20
    assert all("/csgx/" in path or "art_19_" in path for path in lost)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", PORTALS)
def test_attachments_are_real_files(key: str, state: str) -> None:
    seen = set()
    for path, one in build_portal(key, state).answers.items():
        extension = path.rpartition(".")[2]
        if extension in MAGIC and one.status == 200 and one.body:
            seen.add(extension)
            assert one.body.startswith(MAGIC[extension]), path
    assert len(seen) >= 3


@pytest.mark.parametrize("key", PORTALS)
def test_codes_and_hosts_agree(key: str) -> None:
    portal = load_portal(key)
    assert re.fullmatch(r"\d{10}", portal.code)
    assert portal.code in portal.footer["site-code"]
    assert portal.code in portal.footer["error-report"]


def test_the_states_are_a_quarter_apart() -> None:
    earlier, later = (load_states().states[name].as_of for name in STATES)
    assert (earlier.month, later.month) == (11, 2)
    assert earlier.date() == load_states().base
