"""How many private numbers are found in pages, and how many other numbers are taken for one.

    python benchmarks/privacy_accuracy.py [--seed 1] [--numbers 5000]

Other numbers are made as pages show them: telephones of offices, masked numbers, numbers of documents, orders, units
and projects, sums, moments, file names. Planted ones are identity numbers, cards and mobiles of persons, in six
layouts.
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import TYPE_CHECKING

from govaudit.crawler.reading.page import read_and_withhold
from govaudit.inspection.private_numbers import is_card_number, is_identity_number, masked

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://www.yunlan.gov.cn/a.html"
PAGE = "<html><head><meta charset='utf-8'><title>公示</title></head><body><h1>公示</h1>{}</body></html>"


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _identity(draw: random.Random) -> str:
    while True:
        day = f"{draw.randint(1930, 2020)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
        province = draw.choice(["11", "33", "36", "44", "51"])
        head = f"{province}{draw.randint(1, 30):02}{_digits(draw, 2)}{day}{_digits(draw, 3)}"
        for last in "0123456789X":
            if is_identity_number(head + last):
                return head + last


def _card(draw: random.Random) -> str:
    while True:
        number = "62" + _digits(draw, 17)
        if is_card_number(number):
            return number


def _mobile(draw: random.Random) -> str:
    return draw.choice(["138", "139", "150", "177", "189"]) + _digits(draw, 8)


OTHERS: dict[str, Callable[[random.Random], str]] = {
    "office": lambda draw: f"<p>联系电话：057{draw.randint(1, 9)}-8{_digits(draw, 7)}</p>",
    "contact": lambda draw: f"<p>联系人：李科长，联系电话：{_mobile(draw)}</p>",
    "masked identity": lambda draw: f"<p>身份证号：{masked(_identity(draw), 'identity')}</p>",
    "masked mobile": lambda draw: f"<p>张某 {masked(_mobile(draw), 'mobile')}</p>",
    "credit code": lambda draw: (
        f"<p>统一社会信用代码：{draw.choice(['11', '12', '91'])}{_digits(draw, 16)}</p>"
    ),
    "order": lambda draw: f"<p>订单编号：{_card(draw)}</p>",
    "identity-like order": lambda draw: f"<p>流水号：{_identity(draw)}</p>",
    "project": lambda draw: (
        f"<p>项目代码：{draw.randint(2015, 2026)}-{_digits(draw, 6)}-{_digits(draw, 2)}-04-{_digits(draw, 6)}</p>"
    ),
    "document": lambda draw: f"<p>云政〔{draw.randint(2000, 2026)}〕{draw.randint(1, 300)}号</p>",
    "sum": lambda draw: f"<p>总投资{_mobile(draw)}元</p>",
    "moment": lambda draw: f"<p>{draw.randint(2000, 2026)}11{draw.randint(10, 28)}{_digits(draw, 6)}</p>",
    "file": lambda draw: f"<a href='/a/{_mobile(draw)}.pdf?c={_card(draw)}'>附件</a>",
    "script": lambda draw: f"<script>var t={_mobile(draw)}, id='{_card(draw)}';</script>",
    "wrong check digit": lambda draw: f"<p>{_wrong(_identity(draw))}</p>",
    "account of a unit": lambda draw: f"<p>账号：{draw.randint(1, 2)}{_digits(draw, 17)}</p>",
    "police record": lambda draw: f"<p>浙公网安备{_digits(draw, 14)}号</p>",
    "library": lambda draw: f"<p>ISBN 978{_digits(draw, 10)}</p>",
}


def _wrong(number: str) -> str:
    return number[:-1] + next(last for last in "0123456789X" if not is_identity_number(number[:-1] + last))


PLANTED: dict[str, Callable[[random.Random], tuple[str, str]]] = {
    "identity": lambda draw: _in("<p>张某，身份证号{}，住云澜市。</p>", _identity(draw)),
    "identity in a table": lambda draw: _in(
        "<table><tr><th>姓名</th><th>证件</th></tr><tr><td>张某</td><td>{}</td></tr></table>", _identity(draw)
    ),
    "identity in data": lambda draw: _in("<script>var list=[{{'sfz':'{}'}}]</script>", _identity(draw)),
    "card": lambda draw: _in("<p>开户行：农商行，卡号：{}</p>", _card(draw)),
    "mobile": lambda draw: _in("<p>户主张某，{}</p>", _mobile(draw)),
    "mobile in a table": lambda draw: _in(
        "<table><tr><th>姓名</th><th>身份证号</th><th>电话</th></tr><tr><td>张某</td><td>略</td><td>{}</td></tr></table>",
        _mobile(draw),
    ),
}


def _in(layout: str, number: str) -> tuple[str, str]:
    return layout.format(number), number


def main() -> int:
    """Measure and print; the exit code is 1 where a number is missed or taken for another."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--numbers", type=int, default=5000)
    options = parser.parse_args()
    draw = random.Random(options.seed)  # noqa: S311 - made up numbers
    wrong = 0
    for number in range(options.numbers):
        name = list(OTHERS)[number % len(OTHERS)]
        html = OTHERS[name](draw)
        reading, _, _ = read_and_withhold(PAGE.format(html).encode(), URL)
        if any(one.kind != "contact" for one in reading.private):
            wrong += 1
            sys.stdout.write(f"taken for private ({name}): {html}\n")
    missed = planted = 0
    for number in range(options.numbers // 5):
        name = list(PLANTED)[number % len(PLANTED)]
        html, written = PLANTED[name](draw)
        reading, _, kept = read_and_withhold(PAGE.format(html).encode(), URL)
        planted += 1
        found = any(one.kind == name.split()[0] for one in reading.private)
        if not found or written.encode() in kept or written in repr(reading):
            missed += 1
            sys.stdout.write(f"missed ({name}): {html}\n")
    sys.stdout.write(f"false alarms: {wrong} of {options.numbers}; missed: {missed} of {planted}\n")
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
