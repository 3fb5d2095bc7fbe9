"""What can go wrong for a user, as data: a catalogue key with arguments, rendered by whoever shows it.

GovauditError                 anything that ends a command with a sentence for the user
├── InputError                usage, configuration or input is wrong: nothing was started (exit 2)
│   └── PrunedError           a body is asked for that was pruned after the run was judged
└── UncheckedError            what was asked for could not be checked (exit 3)
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``key`` names the sentence in the message catalogue ``errors``.

    ``where`` is the file, option or address; ``line`` counts from 1; ``column`` is a heading or a key.
    """

    key: str
    where: str
    line: int | None = None
    column: str | None = None
    arguments: dict[str, str | int] = field(default_factory=dict)


class GovauditError(Exception):
    """Base of all errors that are shown to the user as one clear line each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.key}" for problem in problems))
        self.problems = problems


class InputError(GovauditError):
    """A file, option or address that the user gave cannot be used."""


class UncheckedError(GovauditError):
    """Nothing of what was asked for could be checked."""


class PrunedError(InputError):
    """A body that was stored once was pruned after the run was judged: what rests on it cannot be measured again."""

    def __str__(self) -> str:
        return "; ".join(
            f"{one.where} (archive = {one.arguments.get('archive', '')})" for one in self.problems
        )
