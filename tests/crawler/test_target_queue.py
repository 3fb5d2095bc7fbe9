"""Targets leave a queue in the order in which they came, however often it was tidied."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler import target_queue
from govaudit.crawler.target_queue import TargetQueue
from govaudit.inspection.fact_tables import Target
from govaudit.inspection.facts import Lane


def target(number: int) -> Target:
    return Target(number, f"http://x.cn/{number}", Lane.PAGE, 1)


@given(some.lists(some.one_of(some.integers(0, 999), some.just(None))))
def test_first_in_first_out(steps: list[int | None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target_queue, "_TIDIED", 3)
        queue, plain = TargetQueue(target), deque[int]()
        for step in steps:
            if step is not None:
                queue.append(target(step))
                plain.append(step)
            elif plain:
                assert queue.popleft() == target(plain.popleft())
            assert len(queue) == len(plain)
        assert list(queue.take_all()) == list(plain)
        assert not queue
        queue.extend([7, 8])
        assert (queue.popleft(), len(queue)) == (target(7), 1)
