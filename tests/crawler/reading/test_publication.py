"""Which date of a page is the one of its publication: labelled, or alone in the line under the title."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.page import read_page

FOOT = '<div class="footer"><p>主办单位：云岚市人民政府办公室</p></div>'
HEAD = (
    '<div class="header">2026年11月22日 星期日</div>'
    '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/tzgg/">通知公告</a></div>'
)


def published(body: str, title: str = "关于组织职业技能竞赛的通知") -> str:
    head = f"<html><head><title>{title}-云岚市人民政府</title></head>"
    html = f"{head}<body>{HEAD}<h1>{title}</h1>{body}{FOOT}</body></html>"
    reading, _ = read_page(html.encode(), "https://www.yunlan.gov.cn/tzgg/1001.html")
    return reading.published.value if reading.published else ""


@pytest.mark.parametrize(
    "body",
    [
        "<p>竞赛时间：2026年12月1日</p>",
        "<p>参赛时间：2026-12-01至2026-12-05</p>",
        "<p>参赛材料报送期为2026年12月1日至2026年12月5日。</p>",
        "<p>从2026年12月1日起，窗口搬迁到新址办公。</p>",
        "<p>成绩公布时间：2026年12月20日</p>",
        "<p>名单公示日期：2026-12-20</p>",
        "<div><p>时间：2026-12-05 14:00</p><p>地点：市文化馆</p></div>",
        "<table><tr><td>生日</td><td>1975-03-05</td></tr><tr><td>籍贯</td><td>云岚</td></tr></table>",
        "<p>出生：1975-03-05</p>",
        "<p>各区县局：</p><p>现将有关事项通知如下。</p><p>市总工会</p><p>2026年10月29日</p>",
        "<p>停水日期：2026.12.03</p>",
        "<p>截至2026年11月1日，全市已有三千人报名。</p>",
        "<p>2026-12-01前完成</p>",
        "<p>2026年12月3日（星期四）</p>",
        '<aside><ul><li><a href="/9.html">关于做好防汛工作的通知</a> <time>2026-11-20</time></li></ul></aside>',
    ],
)
def test_a_date_of_something_else_is_no_date_of_publication(body: str) -> None:
    assert published(body) == ""


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("<p>（2026年11月18日）</p><p>近日，市总工会组织了竞赛。</p>", "2026-11-18"),
        ("<p>2026.11.18</p><p>近日，市总工会组织了竞赛。</p>", "2026-11-18"),
        ("<p>2026年11月18日 云岚日报</p><p>近日，市总工会组织了竞赛。</p>", "2026-11-18"),
        (
            '<div class="meta"><b>18</b><i>11月</i><em>2026</em></div><p>近日，市总工会组织了竞赛。</p>',
            "2026-11-18",
        ),
        ("<p>近日，市总工会组织了竞赛。</p><p>（2026年11月18日发布） 编辑：小云</p>", "2026-11-18"),
        ("<div>发布：市总工会 时间：二○二六年十一月十八日</div><p>近日举行。</p>", "2026-11-18"),
        ("<p>作者：办公室 加入时间：2026-11-18 9:05:33 点击：56次</p>", "2026-11-18 09:05"),
        ("<p><span>来源：市总工会</span><span>发布时间：2026-11-18</span></p>", "2026-11-18"),
        ("<p>来源：市总工会发布日期：2026-11-18</p>", "2026-11-18"),
        ("<p>文章发布时间：2026-11-18</p>", "2026-11-18"),
        (
            '<p>发表于：<time class="published">2026-11-18</time><time>最后修改于2026-11-20</time></p>',
            "2026-11-18",
        ),
        (
            '<p>由编辑部提交于 <time datetime="2026-11-18T08:15:00+08:00">周三, 11/18/2026 - 08:15</time></p>',
            "2026-11-18",
        ),
    ],
)
def test_a_labelled_date_or_one_alone_under_the_title_is(body: str, day: str) -> None:
    assert published(body) == day


def test_the_end_of_the_title_is_no_part_of_the_label() -> None:
    line = "<p>时间：2026-11-18 13:15 来源：云岚日报</p><p>近日，市政府召开会议。</p>"
    assert published(line, "市政府召开第45次常务会议") == "2026-11-18 13:15"


def test_the_day_of_a_speech_or_an_act_is_none() -> None:
    text = "<p>（2026年3月6日）</p><p>同志们，今天召开会议。</p>"
    assert published(text, "在全市安全生产工作会议上的讲话") == ""
    assert published(text, "云岚市养犬管理条例") == ""
    assert (
        published("<p>（2026年3月6日）</p><p>市长 王小云</p><p>同志们好。</p>", "把今年的工作抓紧抓实") == ""
    )


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Updated: November 18, 2026 10:35 Source: Yunlan Daily", "2026-11-18 10:35"),
        ("(Yunlan Daily) 18 Nov 2026", "2026-11-18"),
        ("Published on Sept. 3, 2026", "2026-09-03"),
    ],
)
def test_english_dates(line: str, day: str) -> None:
    body = f"<p class='meta'>{line}</p><p>The festival will open on April 13, 2027.</p>"
    assert published(body, "Yunlan prepares its lantern festival") == day


def test_what_an_inline_script_writes_is_seen_and_another_leaves_the_date_open() -> None:
    script = '<div><script>document.write("发布时间："+short("2026-11-18 10:00:00"))</script></div><p>近日举行。</p>'
    assert published(script) == "2026-11-18 10:00"
    html = f"<html><body>{HEAD}<h1>市总工会组织竞赛</h1><p id='pubtime'></p><p>近日举行。</p>{FOOT}</body></html>"
    reading, _ = read_page(html.encode(), "https://www.yunlan.gov.cn/tzgg/1001.html")
    assert reading.published is None
    assert reading.date_like


def test_of_a_documents_dates_the_one_of_its_publication_counts() -> None:
    rows = [
        ("索引号", "0001/2026-7"),
        ("发文字号", "云政发〔2026〕7号"),
        ("生成日期", "2026-11-05"),
        ("公开日期", "2026-11-09"),
    ]
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    assert published(f"<table>{table}</table><p>现印发给你们，请认真贯彻执行。</p>") == "2026-11-09"


def test_the_title_of_a_block_that_is_never_closed() -> None:
    html = (
        "<html><head><title>县医院通过复审</title></head><body>"
        "<div class=wz>您的位置：<a href=/>首页</a>→<a href=/xw/>新闻</a></div>"
        "<div class=t1>县医院通过复审<div class=t2>青府发〔2026〕3号</div>"
        "<div class=nr>近日，县医院通过复审。<br>2026年9月8日</div>"
        + "<p>专家组对县医院进行了评审，认为各项指标达到要求。</p>" * 6
        + FOOT
    )
    reading, _ = read_page(html.encode(), "https://www.yunlan.gov.cn/xw/0915.html")
    assert reading.heading == "县医院通过复审"
    assert reading.published is None
