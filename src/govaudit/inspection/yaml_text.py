"""YAML in which every scalar stays text (site codes and times must not turn into numbers), with line numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """``data``: mappings, lists and text. ``lines``: path of keys and indexes → line, counted from 1."""

    where: str
    data: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int | None:
        """Line of the nearest enclosing key that the file holds."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def load_yaml(file: Traversable) -> YamlDocument:
    """Read a YAML file. Raises ``InputError`` that names file and line when it is missing or no YAML,
    or when a mapping says the same key twice."""
    where = str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(Problem("file.missing", where)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem("file.unreadable", where, arguments={"why": str(error)})) from error
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InputError(
            Problem(
                "yaml.broken",
                where,
                line=mark.line + 1 if mark else None,
                arguments={"why": error.problem or ""},
            )
        ) from error
    finally:
        loader.dispose()
    lines: dict[Path, int] = {}
    return YamlDocument(where, _plain(node, (), lines, where), lines)


def _plain(node: yaml.Node | None, path: Path, lines: dict[Path, int], where: str) -> Any:
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in mapping:
                raise InputError(
                    Problem("yaml.doubled-key", where, line=key.start_mark.line + 1, arguments={"name": name})
                )
            lines[(*path, name)] = key.start_mark.line + 1
            mapping[name] = _plain(value, (*path, name), lines, where)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines, where) for index, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null" and node.value in {"", "~"}:
        return None
    return str(node.value)
