"""What can go wrong, and whose doing it is."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from typing import Optional

__all__ = ["Diagnostic", "MachineError", "RunsFailed", "RunsFailedWarning", "ScenarioError", "ScenarioWarning"]


@dataclass(frozen=True)
class Diagnostic:
    """One thing that is wrong with a scenario, or odd about it.

    ``severity`` is "error" or "warning". ``source`` is the file as it was named, "scenario" for a text or a dict, or
    "set PATH" for a change; it may be empty. ``line`` and ``column`` count from 1, and are None where there is no place.
    ``path`` names the field, as in ``set``; it may be empty.
    """

    severity: str
    source: str
    line: Optional[int]
    column: Optional[int]
    path: str
    message: str


class ScenarioError(ValueError):
    """A scenario cannot be run as it is. The text is what the terminal shows, with excerpts and carets.

    ``diagnostics`` holds each mistake (and each warning) by itself.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(text, diagnostics)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return str(self.args[0])


class MachineError(OSError):
    """The machine refused: a file cannot be read or written, the disk is full, there is too little memory."""


class RunsFailed(RuntimeError):
    """Runs could not be completed on the draws that they got; raised where ``strict`` asks for it."""


class ScenarioWarning(UserWarning):
    """Something about a scenario is odd: the text of the terminal."""


class RunsFailedWarning(RuntimeWarning):
    """Some runs could not be completed; in the results they are NaN."""


def warn(text: str, category: type[Warning]) -> None:
    """Warns, and points at whoever called the package."""
    level, frame = 2, sys._getframe(1)
    folder = os.path.dirname(__file__)
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == folder:
        level, frame = level + 1, frame.f_back
    warnings.warn(text, category, stacklevel=level)
