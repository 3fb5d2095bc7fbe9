"""How right messages of citizens are read: what stands in each layout against what the reader takes from it.

Run: PYTHONPATH=src python benchmarks/message_accuracy.py [--messages N]

The layouts are those of the tests (``tests/checks/interaction/layouts.yaml``), filled with seeded messages, answered
and not. For each part the figures are precision (of what was read, how much is right) and recall (of what the page
shows, how much was read), with their denominators; ``state``: how often a message was rightly called answered or not.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import Any

from govaudit.checks.interaction.records import Answered, read_messages
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.yaml_text import load_yaml

LAYOUTS = Path(__file__).resolve().parents[1] / "tests" / "checks" / "interaction" / "layouts.yaml"
PARTS = ("title", "asked", "question", "unit", "answered", "answer")
SYLLABLES = "路灯公交学校水电医保补贴咨询办理窗口小区居民道路施工噪声"
UNITS = ("市教育局", "县住房和城乡建设局", "临浦街道办事处", "市医疗保障局", "区人民政府办公室")
FRAME = """<!DOCTYPE html><html><head><title>留言选登_云澜市人民政府</title></head><body>
<div class="header"><h1>云澜市人民政府</h1></div><div class="main"><div class="position">当前位置：<a href="/">首页</a>
&gt; <a href="/hdjl/">互动交流</a> &gt; 留言选登</div>{}</div><div class="footer"><p>主办单位：云澜市人民政府办公室</p>
<p>网站标识码：5301990001</p></div></body></html>"""


def message(chance: random.Random, *, answered: bool) -> dict[str, str]:
    """What a page is filled with; without an answer its parts stay empty."""

    def words(count: int) -> str:
        return "".join(chance.choices(SYLLABLES, k=count))

    day = f"2026-0{chance.randint(1, 8)}-{chance.randint(10, 28)}"
    reply = {
        "unit": chance.choice(UNITS),
        "answered": "2026-09-12 10:20",
        "answer": f"网友您好，{words(30)}。",
    }
    return {
        "title": f"关于{words(8)}的问题",
        "asked": day,
        "question": f"您好，{words(25)}？",
        **(reply if answered else dict.fromkeys(reply, "")),
    }


def measure(layout: dict[str, Any], count: int, seen: Counter[str]) -> None:
    """Read ``count`` messages laid out so, every third of them unanswered."""
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    for number in range(count):
        filled = message(chance, answered=number % 3 > 0)
        html = FRAME.format(layout["html"].format(**filled))
        reading, _ = read_page(
            html.encode(), "http://www.yunlan.gov.cn/hdjl/1.html", "text/html; charset=utf-8"
        )
        records = read_messages(reading.text)
        seen["messages"] += 1
        seen["records"] += len(records)
        if len(records) != 1:
            continue
        seen["state right"] += (records[0].state is Answered.YES) is bool(filled["answer"])
        for part in PARTS:
            shown = filled[part] if part not in layout.get("leaves_out", ()) else ""
            found = records[0].text(part)
            seen[f"{part} shown"] += bool(shown)
            seen[f"{part} found"] += bool(found)
            seen[f"{part} right"] += bool(shown) and found == shown


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--messages", type=int, default=60, help="messages for each layout")
    options = parser.parse_args()
    seen: Counter[str] = Counter()
    layouts = load_yaml(LAYOUTS).data
    for layout in layouts.values():
        measure(layout, options.messages, seen)
    print(f"{len(layouts)} layouts, {seen['messages']} messages, {seen['records']} read")
    for part in PARTS:
        right, found, shown = (seen[f"{part} {word}"] for word in ("right", "found", "shown"))
        print(f"{part:10} precision {right}/{found}  recall {right}/{shown}")
    print(f"{'state':10} {seen['state right']}/{seen['messages']}")


if __name__ == "__main__":
    main()
