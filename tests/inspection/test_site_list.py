"""Site lists as officials write them: every good row is read, every bad one named with line, column, reason."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govaudit.inspection.messages import LANGUAGES, catalogue
from govaudit.inspection.site import Site
from govaudit.inspection.site_list import SiteList, read_site_list, write_example

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = ("gov-2019", "tongzhou-2018")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
CHINESE_HEADER = "网站标识码,网站名称,首页网址,主办单位,地区,级别,网站类型,是否启用"
CHINESE_ROW = "4401000001,某市人民政府,https://www.mou.gov.cn/,某市人民政府办公室,某市,市级,门户,是"


def read(
    path: Path, content: str | bytes, *, encoding: str = "utf-8", allow_private: bool = False
) -> SiteList:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return read_site_list(path, known_profiles=PROFILES, allow_private=allow_private)


def keys(found: SiteList) -> list[str]:
    return [problem.key for problem in found.problems]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sites.csv"


@pytest.mark.parametrize("encoding", [*ENCODINGS, "utf-16"])
def test_a_chinese_list_is_read_in_every_encoding(file: Path, encoding: str) -> None:
    found = read(file, f"{CHINESE_HEADER}\r\n{CHINESE_ROW}\r\n", encoding=encoding)
    assert found.problems == ()
    assert found.sites == (
        Site(
            code="4401000001",
            name="某市人民政府",
            url="https://www.mou.gov.cn/",
            sponsor="某市人民政府办公室",
            region="某市",
            level="city",
            kind="portal",
        ),
    )


def test_all_columns_with_english_headings(file: Path) -> None:
    found = read(
        file,
        "Code,NAME,Url,Sponsor,Region,Level,Kind,Profile,Scope,Main Host,Tags,owner-email,Enabled\n"
        "BM07000001,Ministry,www.a.gov.cn,Office,Capital,national,department,tongzhou-2018,"
        "https://zwfw.a.gov.cn b.gov.cn/Bm/,WWW.B.gov.cn,one、two,web@a.gov.cn,no\n",
    )
    assert found.problems == ()
    assert found.sites == (
        Site(
            code="bm07000001",
            name="Ministry",
            url="http://www.a.gov.cn/",
            sponsor="Office",
            region="Capital",
            level="national",
            kind="department",
            profile="tongzhou-2018",
            scope=("zwfw.a.gov.cn", "b.gov.cn/Bm/"),
            main_host="www.b.gov.cn",
            tags=("one", "two"),
            owner_email="web@a.gov.cn",
            enabled=False,
        ),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_told_by_the_headings(file: Path, delimiter: str) -> None:
    rows = [["name", "tags", "url"], ["a", "x,y;z", "http://a.gov.cn/"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    found = read(file, text.getvalue())
    assert found.problems == ()
    assert found.sites == (Site(name="a", tags=("x", "y", "z"), url="http://a.gov.cn/"),)


def test_headings_in_other_widths_cases_and_traditional_characters(file: Path) -> None:
    found = read(file, "網站標識碼, 網站名稱 ,首頁　ＵＲＬ\n4401000001,甲,http://a.gov.cn\n")
    assert found.problems == ()
    assert found.sites[0].code == "4401000001"


def test_title_rows_comments_and_blank_lines_are_passed_over(file: Path) -> None:
    found = read(
        file,
        "某市政府网站名录,,\n\n# a comment, with a comma\n＃全角\n填报单位：某办,,\n序号,网站名称,网址\n,,\n"
        '1,甲,http://a.gov.cn\n"# quoted, comment",,\n2,乙,http://b.gov.cn\n',
    )
    assert found.problems == ()
    assert [site.name for site in found.sites] == ["甲", "乙"]


def test_an_unknown_heading_is_a_notice_and_an_ignored_one_is_silent(file: Path) -> None:
    found = read(file, "备注,favourite colour,url\n,blue,a.gov.cn\n")
    assert [(one.key, one.line, one.column) for one in found.notices] == [
        ("site-list.unknown-column", 1, "favourite colour")
    ]
    assert found.errors == ()
    assert len(found.sites) == 1


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("", "missing-url"),
        ("http://a.gov.cn http://b.gov.cn", "url-spaces"),
        ("ftp://a.gov.cn/", "url-scheme"),
        ("mailto:web@a.gov.cn", "url-credentials"),
        ("http://user:secret@a.gov.cn/", "url-credentials"),
        ("http:/a.gov.cn/", "url-malformed"),
        ("http//a.gov.cn/", "url-malformed"),
        ("http://", "url-malformed"),
        ("http://a.gov.cn:99999/", "url-malformed"),
        ("http://a.gov.cn:0/", "url-port"),
        ("暂无", "url-host"),
        ("http://www/", "url-host"),
        ("http://a..gov.cn/", "url-host"),
        ("http://a.gov.cn。/", "url-host"),
        ("http://a.gov.cn；b.gov.cn", "url-host"),
        ("http://-a.gov.cn/", "url-host"),
        ("http://192.168.1.8/", "url-private"),
        ("http://[::1]:8080/", "url-private"),
        ("localhost", "url-private"),
        ("http://[::ffff:10.0.0.1]/", "url-private"),
        ("http://a.gov.cn/\x01", "control-character"),
        ("http://a.gov.cn/" + "x" * 2000, "cell-too-long"),
        ("#REF!", "formula-error"),
    ],
)
def test_impossible_addresses(file: Path, cell: str, key: str) -> None:
    found = read(file, f"name,url\nfirst,http://ok.gov.cn/\nsecond,{cell}\nthird,http://fine.gov.cn/\n")
    assert [(one.key, one.line, one.column) for one in found.problems] == [(f"site-list.{key}", 3, "url")]
    assert [site.name for site in found.sites] == ["first", "third"]


@pytest.mark.parametrize(
    ("cell", "url"),
    [
        ("www.a.gov.cn", "http://www.a.gov.cn/"),
        ("www.a.gov.cn:8080/x", "http://www.a.gov.cn:8080/x"),
        ("http.gov.cn", "http://http.gov.cn/"),
        ("HTTPS://WWW.A.GOV.CN/Index.html#top", "https://www.a.gov.cn/Index.html"),
        ("ｈｔｔｐ：／／www.a.gov.cn", "http://www.a.gov.cn/"),
        ("http://某市.政务.cn/", "http://xn--7st21t.xn--zfr164b.cn/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
    ],
)
def test_possible_addresses(file: Path, cell: str, url: str) -> None:
    found = read(file, f"url\n{cell}\n")
    assert found.problems == ()
    assert found.sites[0].url == url


def test_private_addresses_may_be_allowed(file: Path) -> None:
    found = read(file, "url\nhttp://[::1]:8080/\nhttp://192.168.0.7/\nlocalhost:81\n", allow_private=True)
    assert found.problems == ()
    assert [site.key for site in found.sites] == ["__1_8080", "192.168.0.7", "localhost_81"]


@pytest.mark.parametrize(
    ("heading", "cell", "key"),
    [
        ("网站标识码", "310000000044", "malformed-code"),
        ("网站标识码", "bm0700000", "malformed-code"),
        ("网站标识码", "４４０１0000甲", "malformed-code"),
        ("网站标识码", "4.401E+09", "code-scientific"),
        ("检查规则", "gov-2091", "unknown-profile"),
        ("网站类型", "论坛", "unknown-kind"),
        ("级别", "宇宙级", "unknown-level"),
        ("是否启用", "也许", "unknown-enabled"),
        ("网站范围", "zwfw.a.gov.cn not_a_host", "scope-entry"),
        ("主站域名", "user@a.gov.cn", "scope-entry"),
        ("联系邮箱", "web.a.gov.cn", "email"),
        ("网站名称", "甲\ufffd", "undecodable"),
        ("网站名称", "#N/A", "formula-error"),
    ],
)
def test_impossible_cells(file: Path, heading: str, cell: str, key: str) -> None:
    found = read(file, f"首页网址,{heading}\nhttp://a.gov.cn,{cell}\nhttp://b.gov.cn,\n")
    assert [(one.key, one.line, one.column) for one in found.problems] == [(f"site-list.{key}", 2, heading)]
    assert [site.url for site in found.sites] == ["http://b.gov.cn/"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("N000000672", "N000000672"),
        ("n000000672", "N000000672"),
        ("BM07000001", "bm07000001"),
        ("４４０１００００８７", "4401000087"),
        ("'4401000087", "4401000087"),
        ('="4401000087"', "4401000087"),
        ("\t4401000087", "4401000087"),
    ],
)
def test_possible_codes(file: Path, cell: str, code: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["url", "code"], ["a.gov.cn", cell]])
    found = read(file, text.getvalue())
    assert found.problems == ()
    assert found.sites[0].code == code


@pytest.mark.parametrize("word", ["是", "true", "TRUE", "1", "启用", "Yes", ""])
def test_words_for_enabled(file: Path, word: str) -> None:
    assert read(file, f"url,启用\na.gov.cn,{word}\n").sites[0].enabled


@pytest.mark.parametrize("word", ["否", "false", "0", "停用", "關停", "No"])
def test_words_for_disabled(file: Path, word: str) -> None:
    assert not read(file, f"url,启用\na.gov.cn,{word}\n").sites[0].enabled


def test_several_faults_of_a_row_are_all_named(file: Path) -> None:
    found = read(file, "code,url,kind\n12,ftp://a.gov.cn,forum\n")
    assert keys(found) == ["site-list.malformed-code", "site-list.url-scheme", "site-list.unknown-kind"]


def test_a_department_by_its_level(file: Path) -> None:
    found = read(file, "url,level,kind\na.gov.cn,部门,\nb.gov.cn,部门,服务\n")
    assert [site.kind for site in found.sites] == ["department", "service"]


def test_duplicates_name_the_first_line(file: Path) -> None:
    found = read(
        file,
        "code,url\n4401000001,http://a.gov.cn/\n4401000001,http://b.gov.cn/\n"
        "4401000002,https://www.a.gov.cn/index.html\n4401000003,http://a.gov.cn/bm/\n",
    )
    assert [(one.key, one.line, one.column, one.arguments["first"]) for one in found.problems] == [
        ("site-list.duplicate-code", 3, "code", 2),
        ("site-list.duplicate-url", 4, "url", 2),
    ]
    assert [site.code for site in found.sites] == ["4401000001", "4401000003"]


def test_two_sites_of_a_host_without_codes_cannot_be_told_apart(file: Path) -> None:
    found = read(file, "url\na.gov.cn/one/\na.gov.cn/two/\n")
    assert keys(found) == ["site-list.duplicate-host"]
    assert len({site.key for site in found.sites}) == len(found.sites) == 1


@pytest.mark.parametrize("row", ["a,http://a.gov.cn/", "a,http://a.gov.cn/,x,y"])
def test_rows_with_too_few_or_too_many_cells(file: Path, row: str) -> None:
    found = read(file, f"name,url,tags\n{row}\nb,http://b.gov.cn/,\nc,http://c.gov.cn/,x,,\n")
    assert [(one.key, one.line) for one in found.problems] == [("site-list.wrong-cell-count", 2)]
    assert found.problems[0].arguments == {"expected": 3, "found": row.count(",") + 1}
    assert [site.name for site in found.sites] == ["b", "c"]


def test_a_cell_without_heading(file: Path) -> None:
    found = read(file, "name,,url\na,surplus,a.gov.cn\nb,,b.gov.cn\n")
    assert [(one.key, one.line) for one in found.problems] == [("site-list.cell-without-heading", 2)]
    assert [site.name for site in found.sites] == ["b"]


def test_a_doubled_column_is_named_with_the_other(file: Path) -> None:
    found = read(file, "首页网址,url\na.gov.cn,b.gov.cn\n")
    assert [(one.key, one.column, one.arguments["other"]) for one in found.problems] == [
        ("site-list.doubled-column", "url", "首页网址")
    ]
    assert found.sites[0].url == "http://a.gov.cn/"


@pytest.mark.parametrize(
    "broken",
    ['"a,http://a.gov.cn/', '"a"x,http://a.gov.cn/', '"a\nb"x,http://a.gov.cn/'],
)
def test_a_broken_quote_costs_its_own_lines_only(file: Path, broken: str) -> None:
    found = read(file, f'name,url\n{broken}\nb,http://b.gov.cn/\n"c, d",http://c.gov.cn/\n')
    assert found.problems[0].key == "site-list.broken-row"
    assert found.problems[0].line == 2
    assert {"b", "c, d"} <= {site.name for site in found.sites}


def test_lines_are_counted_through_cells_with_line_breaks(file: Path) -> None:
    found = read(file, 'name,url\n"a\nb",http://a.gov.cn/\nc,ftp://c.gov.cn/\n')
    assert [(one.key, one.line) for one in found.problems] == [("site-list.url-scheme", 4)]
    assert found.sites[0].name == "a b"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(file: Path, ending: str) -> None:
    found = read(file, ending.join(["name,url", "a,a.gov.cn", "b,ftp://b.gov.cn"]))
    assert [one.line for one in found.problems] == [3]
    assert [site.name for site in found.sites] == ["a"]


def test_damaged_utf8_is_no_gb18030(file: Path) -> None:
    body = f"{CHINESE_HEADER}\n{CHINESE_ROW}\n".encode()
    found = read(file, body.replace("办公室".encode(), "办公室".encode()[:-1]) + b"\n")
    assert [(one.key, one.line, one.column) for one in found.problems] == [
        ("site-list.undecodable", 2, "主办单位")
    ]


def test_one_bad_byte_in_gb18030_costs_its_row(file: Path) -> None:
    text = "网站名称,首页网址\n某市甲局,http://a.gov.cn/\n某市乙局,http://b.gov.cn/\n"
    found = read(file, text.encode("gb18030").replace("乙".encode("gb18030"), b"\xff\xff"))
    assert [(one.key, one.line) for one in found.problems] == [("site-list.undecodable", 3)]
    assert [site.name for site in found.sites] == ["某市甲局"]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\n# nothing\n", "empty"),
        (b"code,url\n", "empty"),
        (b"code,url\n# 1,2\n\n", "empty"),
        ("网站标识码,网站名称\n1,2\n".encode(), "no-url-column"),
        (b"4401000001,http://a.gov.cn/\n", "no-url-column"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not-text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-excel"),
        (b"PK\x03\x04 and nothing more", "broken-xlsx"),
    ],
)
def test_files_that_are_no_list(file: Path, body: bytes, key: str) -> None:
    found = read(file, body)
    assert keys(found) == [f"site-list.{key}"]
    assert found.sites == ()


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert keys(read_site_list(tmp_path / "none.csv", known_profiles=())) == ["site-list.missing-file"]
    assert keys(read_site_list(tmp_path, known_profiles=())) == ["site-list.unreadable"]


def test_a_file_named_xlsx_that_is_none(tmp_path: Path) -> None:
    assert keys(read(tmp_path / "sites.xlsx", b"url\na.gov.cn\n")) == ["site-list.broken-xlsx"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "sites.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/bomb.xml", "w") as entry,
    ):
        for _ in range(500):
            entry.write(bytes(1_000_000))
    assert keys(read_site_list(path, known_profiles=())) == ["site-list.too-large"]


def test_a_workbook_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "sites.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["某市政府网站名录"])
    sheet.append([])
    sheet.append(["序号", "网站标识码", "网站名称", "首页网址", "启用", "标签"])
    sheet.append([1, 4401000001, "甲", "http://a.gov.cn/", True])
    sheet.append([2, "4401000002", "乙", "http://b.gov.cn/", "否", "x"])
    sheet.append([3, 100000003, "丙", "http://c.gov.cn/", None])
    sheet["B6"].number_format = "0000000000"
    sheet.append([4, 4401000004.0, "丁", "ftp://d.gov.cn/", None])
    sheet.append(["#", 4401000004.0, "comment", "ftp://d.gov.cn/", None])
    workbook.create_sheet("second").append(["not read"])
    workbook.save(path)
    found = read_site_list(path, known_profiles=PROFILES)
    assert [(one.key, one.line, one.column) for one in found.problems] == [
        ("site-list.url-scheme", 7, "首页网址")
    ]
    assert [(site.code, site.name, site.enabled, site.tags) for site in found.sites] == [
        ("4401000001", "甲", True, ()),
        ("4401000002", "乙", False, ("x",)),
        ("0100000003", "丙", True, ()),
    ]


def test_an_empty_workbook(tmp_path: Path) -> None:
    path = tmp_path / "sites.xlsx"
    openpyxl.Workbook().save(path)
    assert keys(read_site_list(path, known_profiles=())) == ["site-list.empty"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_an_empty_list_until_its_comments_are_taken_off(tmp_path: Path, language: str) -> None:
    path = tmp_path / "sites.csv"
    write_example(path, language)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert keys(read_site_list(path, known_profiles=PROFILES)) == ["site-list.empty"]
    text = path.read_text(encoding="utf-8-sig")
    found = read(path, text.replace("# 12345", "12345"))
    assert found.problems == ()
    assert [(site.level, site.kind, site.profile, site.enabled) for site in found.sites] == [
        ("city", "portal", "gov-2019", True),
        ("department", "department", "gov-2019", True),
    ]
    with pytest.raises(FileExistsError):
        write_example(path, language)


def test_every_text_exists_in_both_languages_with_the_same_placeholders() -> None:
    chinese, english = (catalogue("inspection", language) for language in LANGUAGES)
    own = {key for key in chinese.entries if key.startswith("site-list.")}
    assert own == {key for key in english.entries if key.startswith("site-list.")}
    assert len(own) > 30
    for key in own:
        assert chinese.placeholders(key) == english.placeholders(key), key


def assert_renders(found: SiteList) -> None:
    """Every problem has a text in both languages whose placeholders it fills."""
    for problem in found.problems:
        for language in LANGUAGES:
            assert catalogue("inspection", language).text(problem.key, **problem.arguments)
            unused = problem.arguments.keys() - catalogue("inspection", language).placeholders(problem.key)
            assert unused == set(), problem.key


CHINESE_TEXT = st.text(alphabet="某市县区人民政府教育民政局办公室网站一二三ABC (),\"'·“”", max_size=12).map(
    lambda text: " ".join(f"局{text}".split())
)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,6}(\.[a-z][a-z0-9]{0,6}){1,3}", fullmatch=True)


@st.composite
def site_lists(draw: st.DrawFn) -> tuple[Site, ...]:
    hosts = draw(st.lists(HOSTS, min_size=1, max_size=6, unique_by=lambda host: host.removeprefix("www.")))
    first = draw(st.integers(min_value=0, max_value=9_999_000_000))
    return tuple(
        Site(
            url=f"{draw(st.sampled_from(['http', 'https']))}://{host}/",
            code=draw(st.sampled_from([f"{first + number:010d}", ""])),
            name=draw(CHINESE_TEXT),
            sponsor=draw(CHINESE_TEXT),
            level=draw(st.sampled_from(["", "province", "city", "county", "township"])),
            kind=draw(st.sampled_from(["portal", "department", "service"])),
            profile=draw(st.sampled_from(["", *PROFILES])),
            scope=draw(st.lists(HOSTS, max_size=2).map(tuple)),
            tags=draw(st.lists(st.sampled_from(["甲", "乙", "x"]), max_size=2).map(tuple)),
            enabled=draw(st.booleans()),
        )
        for number, host in enumerate(hosts)
    )


def as_rows(sites: tuple[Site, ...]) -> list[list[str]]:
    header = [
        "网站标识码",
        "网站名称",
        "首页网址",
        "主办单位",
        "级别",
        "网站类型",
        "检查规则",
        "网站范围",
        "标签",
        "启用",
    ]
    return [
        header,
        *(
            [
                site.code,
                site.name,
                site.url,
                site.sponsor,
                site.level,
                site.kind,
                site.profile,
                " ".join(site.scope),
                "、".join(site.tags),
                "是" if site.enabled else "否",
            ]
            for site in sites
        ),
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sites=site_lists(), encoding=st.sampled_from(ENCODINGS), delimiter=st.sampled_from(",;\t"))
def test_csv_round_trip(file: Path, sites: tuple[Site, ...], encoding: str, delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(as_rows(sites))
    found = read(file, text.getvalue(), encoding=encoding)
    assert found.problems == ()
    assert found.sites == sites


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sites=site_lists(), numbers=st.booleans())
def test_xlsx_round_trip(tmp_path: Path, sites: tuple[Site, ...], numbers: bool) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in as_rows(sites):
        sheet.append(row)
        if numbers and row[0].isascii() and row[0]:
            cell = sheet.cell(sheet.max_row, 1)
            cell.value, cell.number_format = int(row[0]), "0000000000"
    workbook.save(tmp_path / "sites.xlsx")
    found = read_site_list(tmp_path / "sites.xlsx", known_profiles=PROFILES)
    assert found.problems == ()
    assert found.sites == sites


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400), start=st.sampled_from([b"", b"url,name\n", b"\xef\xbb\xbf", b"PK\x03\x04"])
)
def test_arbitrary_bytes_give_problems_only(file: Path, body: bytes, start: bytes) -> None:
    found = read(file, start + body)
    assert found.sites or found.errors
    assert_renders(found)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_workbooks_give_problems_only(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "sites.xlsx"
    if not path.exists():
        workbook = openpyxl.Workbook()
        assert workbook.active is not None
        workbook.active.append(["首页网址", "code"])
        workbook.active.append(["http://a.gov.cn/", 4401000001])
        workbook.save(path)
    entries = dict(_entries(path))
    name = data.draw(st.sampled_from(sorted(entries)))
    body = entries[name]
    at = data.draw(st.integers(min_value=0, max_value=max(0, len(body) - 1)))
    damage = data.draw(
        st.sampled_from([b"", b"<", b"\xff", b'"', b"9999999999", b"&bad;"]) | st.binary(max_size=4)
    )
    length = data.draw(st.integers(min_value=0, max_value=40))
    entries[name] = body[:at] + damage + body[at + length :]
    if data.draw(st.booleans()):
        del entries[data.draw(st.sampled_from(sorted(entries)))]
    damaged = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(damaged, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    found = read_site_list(damaged, known_profiles=PROFILES)
    assert found.sites or found.errors
    assert_renders(found)


def _entries(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]
