"""The rows of the local plans that ask for something of documents, consultations, proposals and regular figures: each
finds what its sentence asks for, under its own name, and not when the row is altered."""

# ruff: noqa: N802 - tests are named after the rows as the plans number them

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import load_profile
from govaudit.workflow.judge import judge_site
from tests.checks.fixture_site import FixtureSpec, build_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Judged = Callable[..., set[tuple[str, str]]]

CITY = {"url": "http://www.yunlan.gov.cn/", "name": "云澜市人民政府", "sponsor": "云澜市人民政府办公室"}
OFFICE = {
    "url": "http://zjj.yunlan.gov.cn/",
    "name": "云澜市住房和城乡建设局",
    "sponsor": "云澜市住房和城乡建设局",
    "kind": "department",
}
COLUMNS = {
    "/zcwj/": "政策文件",
    "/zcjd/": "政策解读",
    "/yjzj/": "意见征集",
    "/jyta/": "建议提案办理",
    "/sjfb/": "数据发布",
    "/tzgg/": "通知公告",
}
RULES = "云澜市人民政府办公室关于印发城市公园管理办法的通知"
HOUSES = "云澜市住房和城乡建设局关于印发物业服务管理办法的通知"
DRAFT = "关于《云澜市城市公园管理办法（征求意见稿）》公开征求意见的公告"
WHY = "为加强城市公园管理，根据《城市绿化条例》，起草了《云澜市城市公园管理办法（征求意见稿）》，现公开征求意见。"
WAY = "意见请寄云澜市市民大道1号，电话0877-2012345。"
RESULT = "关于《云澜市城市公园管理办法》征求意见采纳情况的通告"


def page(title: str, day: str, column: str, body: str, facts: dict[str, str] | None = None) -> str:
    rows = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in (facts or {}).items())
    table = f"<table>{rows}</table>" if rows else ""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{menu()}'
        f'<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="{column}">{COLUMNS[column]}</a></div>'
        f'{table}<h2 class="title">{title}</h2><p>发布时间：{day} 09:00</p><div id="zoom">{body}</div></body></html>'
    )


def menu() -> str:
    entries = {"/": "首页", **COLUMNS}
    links = "".join(f'<li><a href="{url}">{name}</a></li>' for url, name in entries.items())
    return f'<ul class="nav">{links}</ul>'


def site(*articles: tuple[str, str, str, str], own: dict[str, str] | None = None) -> dict[str, str]:
    """A whole site. ``articles``: column, title, day, HTML of the page."""
    name = (own or CITY)["name"]
    head = f'<html><head><meta charset="utf-8"><title>{name}</title></head><body><h1>{name}</h1>'
    pages = {"/": f"{head}{menu()}</body></html>"}
    for column, called in COLUMNS.items():
        listed = [(f"{column}0.html", f"{called}说明", "2023-01-05")]
        pages[f"{column}0.html"] = page(
            f"{called}说明", "2023-01-05", column, "<p>本栏目供公众查阅有关信息。</p>"
        )
        for number, (where, title, day, html) in enumerate(articles, 1):
            if where == column:
                listed.append((f"{column}{number}.html", title, day))
                pages[f"{column}{number}.html"] = html
        entries = "".join(
            f'<li><a href="{url}">{title}</a><span>{day}</span></li>' for url, title, day in listed
        )
        pages[column] = (
            f'<html><head><meta charset="utf-8"><title>{called}</title></head><body>{menu()}'
            f"<h2>{called}</h2><ul>{entries}</ul></body></html>"
        )
    return pages


def article(column: str, title: str, day: str, body: str, **facts: str) -> tuple[str, str, str, str]:
    return column, title, day, page(title, day, column, body, facts)


def rules(
    title: str = RULES, office: str = "云澜市人民政府办公室", **facts: str
) -> tuple[str, str, str, str]:
    number = "云建规〔2026〕5号" if title == HOUSES else "云政办发〔2026〕48号"
    shown = {"索引号": "YL-1", "文号": number, "发布机构": office, "成文日期": "2026-09-10", **facts}
    return article("/zcwj/", title, "2026-09-14", "<p>现将办法印发给你们，请认真贯彻执行。</p>", **shown)


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """What pages give under a rule book with one row: pairs of check and row, for findings of any effect."""

    def judge(
        checks: str,
        row: str,
        pages: dict[str, str],
        *,
        own: dict[str, str] | None = None,
        portal: dict[str, str] | None = None,
    ) -> set[tuple[str, str]]:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "plan.yaml").write_text(
            "name: plan\ntitle: plan\nbasis: plan\nchecks:\n"
            + "".join(f"  {line}\n" for line in checks.strip().splitlines())
            + f"rows:\n  - {{id: ROW, name: 要求, part: open, clause: 要求, sure: V, shown: {row}}}\n",
            encoding="utf-8",
        )
        data: dict[str, Any] = {
            "check": "DOC020",
            "site": own or CITY,
            "pages": pages,
            "peers": [{"site": CITY, "pages": portal}] if portal else [],
            "expect": {"verdict": "pass"},
        }
        context = build_context(FixtureSpec.model_validate(data), folder)
        with closing(context.facts):
            found = judge_site(
                context.facts, load_profile("plan", folder), (), folder / "evidence", peers=context.peers
            )
        assert not [one.detail for one in found.checks.values() if one.detail]
        return {(one.check, effect.row) for one in found.findings for effect in one.effects}

    return judge


def under(*checks: str) -> set[tuple[str, str]]:
    return {(check, "要求") for check in checks}


ANSWERED = article("/jyta/", "对市人大第12号代表建议的答复", "2026-06-12", "<p>代表：您提出的建议收悉，已列入改造计划，"
                   "预计年底前建成，并配套座椅、饮水点和无障碍坡道，感谢您的关心。</p>")  # fmt: skip
UNANSWERED = article("/jyta/", "对市政协第45号提案的答复", "2026-06-12", "<p>（此件公开）</p>")


def test_G02_answers_to_proposals_are_public_in_full(judged: Judged) -> None:
    assert judged("DOC014: {}", "[DOC014]", site(UNANSWERED)) == under("DOC014")
    assert judged("DOC014: {}", "[DOC014]", site()) == under("DOC014")
    assert judged("DOC014: {characters: 1}", "[DOC014]", site(UNANSWERED)) == set()
    assert judged("DOC014: {}", "[DOC014]", site(ANSWERED)) == set()


def test_T03_answers_to_proposals_of_the_last_year_in_full(judged: Judged) -> None:
    old = article("/jyta/", ANSWERED[1], "2024-06-12", "<p>代表：您提出的建议收悉，已经办结。</p>")
    assert judged("DOC014: {}", "[DOC014]", site(old)) == under("DOC014")
    assert judged("DOC014: {within: 3 years, characters: 5}", "[DOC014]", site(old)) == set()


def test_G07_documents_are_interpreted_soon_and_linked(judged: Judged) -> None:
    checks = "DOC001: {}\nDOC002: {}\nDOC003: {}"
    row = "[DOC001, DOC002, DOC003]"
    assert judged(checks, row, site(rules())) == under("DOC001")
    late = article(
        "/zcjd/", "《城市公园管理办法》政策解读", "2026-09-29", "<p>办法的背景和主要内容如下。</p>"
    )
    assert judged(checks, row, site(rules(), late)) == under("DOC002", "DOC003")
    altered = "DOC001: {within: 1 month}\nDOC002: {}\nDOC003: {working_days: 20}"
    assert judged(altered, row, site(rules())) == set()
    assert judged(altered, row, site(rules(), late)) == under("DOC002")


def test_Z16_documents_and_interpretations_lead_to_each_other(judged: Judged) -> None:
    soon = article(
        "/zcjd/", "《城市公园管理办法》政策解读", "2026-09-15", "<p>办法的背景和主要内容如下。</p>"
    )
    checks = "DOC001: {}\nDOC002: {}\nDOC003: {}"
    assert judged(checks, "[DOC001, DOC002, DOC003]", site(rules(), soon)) == under("DOC002")
    assert judged(checks, "[DOC001, DOC003]", site(rules(), soon)) == set()


def test_T04_who_drafts_interprets(judged: Judged) -> None:
    assert judged("DOC001: {}", "[DOC001]", site(rules())) == under("DOC001")
    assert judged("DOC001: {grace: 90}", "[DOC001]", site(rules())) == set()


def consultation(term: str, way: str = WAY, day: str = "2026-07-01") -> tuple[str, str, str, str]:
    files = '<p><a href="/files/1.docx">征求意见稿</a></p>'
    return article("/yjzj/", DRAFT, day, f"<p>{WHY}</p><p>{term}</p><p>{way}</p>{files}")


ADOPTED = article(
    "/yjzj/", RESULT, "2026-08-03", "<p>共收到意见12条，采纳9条，未采纳3条，理由是不符合上位法。</p>"
)


def test_Z17_opinions_are_asked_for_and_their_adoption_is_told(judged: Judged) -> None:
    checks = "DOC011: {}\nDOC012: {}\nDOC013: {}"
    row = "[DOC011, DOC012, DOC013]"
    short = consultation("征求意见时间为2026年7月1日至7月15日。", way="欢迎参与。")
    assert judged(checks, row, site(short)) == under("DOC011", "DOC012", "DOC013")
    altered = "DOC011: {days: 15}\nDOC012: {elements: [征求意见期限]}\nDOC013: {months: 6}"
    assert judged(altered, row, site(short)) == set()
    whole = consultation("征求意见时间为2026年7月1日至7月31日。")
    assert judged(checks, row, site(whole, ADOPTED)) == set()


def test_an_element_of_consultations_that_nobody_knows_is_refused() -> None:
    check = all_checks()["DOC012"]
    with pytest.raises(InputError) as refused:
        check.parameters({"elements": ["征求意见期限", "二维码"]}, "plan")
    assert [one.column for one in refused.value.problems] == ["checks.DOC012.elements.1"]


def test_T05_five_working_days_and_reasons_for_what_is_not_adopted(judged: Judged) -> None:
    checks = "DOC011: {working_days: 5}\nDOC013: {}"
    row = "[DOC011, DOC013]"
    bare = article("/yjzj/", RESULT, "2026-08-03", "<p>共收到意见12条，采纳9条，未采纳3条。</p>")
    four = consultation("征求意见时间为2026年7月1日至7月6日。")
    five = consultation("征求意见时间为2026年7月1日至7月7日。")
    assert judged(checks, row, site(four, ADOPTED)) == under("DOC011")
    assert judged(checks, row, site(five, ADOPTED)) == set()
    assert judged(checks, row, site(five, bare)) == under("DOC013")
    assert judged("DOC011: {}\nDOC013: {}", row, site(five, ADOPTED)) == under("DOC011")
    assert judged("DOC011: {working_days: 5}\nDOC013: {reasons: 'false'}", row, site(five, bare)) == set()


def sales(*numbers: int) -> dict[str, str]:
    return site(
        *(
            article(
                "/sjfb/",
                f"2026年{number}月商品房销售情况",
                f"2026-{number + 1:02d}-12",
                "<p>销售面积如下。</p>",
            )
            for number in numbers
        )
    )


def test_S09_sales_of_houses_are_published_every_month(judged: Judged) -> None:
    asked = "DOC019: {series: [商品房销售]}"
    assert judged(asked, "[DOC019]", sales(1, 2, 3, 5, 6, 7, 8, 9)) == under("DOC019")
    assert judged(asked, "[DOC019]", sales(3, 5)) == under("DOC019")
    assert judged(asked, "[DOC019]", site()) == under("DOC019")
    assert judged("DOC019: {}", "[DOC019]", sales(3, 5)) == set()
    assert judged("DOC019: {}", "[DOC019]", site()) == set()
    assert judged(asked, "[DOC019]", sales(1, 2, 3, 4, 5, 6, 7, 8, 9)) == set()


def houses(**facts: str) -> dict[str, str]:
    return site(rules(HOUSES, "云澜市住房和城乡建设局", **facts), own=OFFICE)


def test_Z05_normative_documents_stand_on_the_portal_too(judged: Judged) -> None:
    asked = "DOC020: {on_portal: 'true'}"
    found = judged(asked, "[DOC020]", houses(), own=OFFICE, portal=site())
    assert found == under("DOC020")
    assert judged("DOC020: {}", "[DOC020]", houses(), own=OFFICE, portal=site()) == set()
    both = site(rules(HOUSES, "云澜市住房和城乡建设局"))
    assert judged(asked, "[DOC020]", houses(), own=OFFICE, portal=both) == set()


def test_S04_platforms_tell_the_same(judged: Judged) -> None:
    other = site(rules(HOUSES, "云澜市住房和城乡建设局", 成文日期="2026-08-01"))
    assert judged("DOC020: {}", "[DOC020]", houses(), own=OFFICE, portal=other) == under("DOC020")
    assert judged(
        "DOC020: {}\nDOC005: {}", "[DOC005]", houses(有效性="有效"), own=OFFICE, portal=other
    ) == under("DOC005")


def test_Z13_the_same_document_says_the_same_everywhere_on_the_site(judged: Judged) -> None:
    twice = site(rules(), rules(成文日期="2026-09-01"))
    assert judged("DOC020: {}", "[DOC020]", twice) == under("DOC020")
    assert judged("DOC020: {}", "[DOC020]", site(rules(), rules(成文日期="2026年9月10日"))) == set()


def test_P03_the_site_agrees_with_the_portal_of_the_district(judged: Judged) -> None:
    other = site(rules(HOUSES, "云澜市住房和城乡建设局", 有效性="废止"))
    own = houses(有效性="有效")
    assert judged("DOC020: {}", "[DOC020]", own, own=OFFICE, portal=other) == under("DOC020")
    assert judged("DOC020: {}", "[DOC020]", own, own=OFFICE) == set()
