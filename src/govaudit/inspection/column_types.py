"""What columns are for: the types of the vocabulary, of profiles and of reports."""

from __future__ import annotations

from typing import Literal

ColumnType = Literal[
    "news",
    "notices",
    "policy",
    "interpretation",
    "personnel",
    "plans",
    "statistics",
    "leaders",
    "organisation",
    "overview",
    "finance",
    "service",
    "interaction",
    "disclosure",
    "topic",
    "other",
]
