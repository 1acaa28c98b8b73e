"""What a user has to mend before anything is asked for."""

from __future__ import annotations


class Refusal(Exception):
    """The command cannot be carried out; a problem each, without any setting's value."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)
