"""Scenarios: from files, texts, dicts and the catalogue, with changes, checked."""

from __future__ import annotations

import difflib
import json
import os
import sys
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from . import _core
from .errors import Diagnostic, MachineError, ScenarioError, ScenarioWarning, warn

__all__ = ["Scenario", "ScenarioLike", "check", "resolve", "scenarios", "schema"]

#: What stands for a scenario: a path, the text of a YAML file, a dict, a name of the catalogue, or a Scenario.
ScenarioLike = Union[str, "os.PathLike[str]", Mapping[str, Any], "Scenario"]


def _catalogue() -> Optional[Path]:
    """The folder of the scenarios that ship: ``scenarios`` here, else beside the package, else the system's."""
    for folder in (
        Path("scenarios"),
        Path(__file__).parent / "scenarios",
        Path(sys.prefix) / "share" / "goodhart" / "scenarios",
        Path("/usr/share/goodhart/scenarios"),
    ):
        if folder.is_dir():
            return folder
    return None


def scenarios() -> list[str]:
    """The names of the catalogue's scenarios, each of which may stand for a scenario. Empty without a catalogue."""
    folder = _catalogue()
    if folder is None:
        return []
    return sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.rglob("*.yaml"))


def _file_called(name: str) -> str:
    """The file that a name means: itself, or the catalogue's scenario of that name."""
    folder = _catalogue()
    if os.path.exists(name) or folder is None:
        return name
    listed = folder / f"{name}.yaml"
    if listed.is_file():
        return str(listed)
    if os.sep in name or "." in name:
        return name
    near = difflib.get_close_matches(name, scenarios(), 1)
    raise MachineError(
        f"{name}: there is no such file, and no such scenario in the catalogue"
        + (f"; did you mean '{near[0]}'?" if near else "; goodhart.scenarios() lists what there is")
    )


class Scenario:
    """A scenario that was read, changed and checked, and can be run. It does not change any more.

    ``source`` is a path, the text of a YAML file (a str with a line's end), a dict, a name of the catalogue, or another
    Scenario. ``set`` puts values where paths point, as ``--set`` of the program does: ``{"population.size": 500}``; values
    are numbers, texts, True, False, lists and dicts. ``policies`` keeps the named policies only; ``replicates``, ``steps``
    and ``seed`` are short for paths of ``set``. What is odd is warned of (ScenarioWarning), unless ``quiet`` is true.

    Two scenarios are equal where they say the same with every default written out.

    Raises ScenarioError with all mistakes, MachineError where a file cannot be read, and TypeError where a value is of a
    type that scenarios do not have.
    """

    __slots__ = ("_open", "_origin", "_resolved", "_frames")
    _open: _core.Scenario
    _origin: tuple[Any, ...]
    _resolved: Optional[str]
    _frames: dict[str, Any]  # Datasets of its runs without values, by folder

    def __init__(
        self,
        source: ScenarioLike,
        *,
        set: Optional[Mapping[str, Any]] = None,
        policies: Optional[Sequence[str]] = None,
        replicates: Optional[int] = None,
        steps: Optional[int] = None,
        seed: Optional[int] = None,
        quiet: bool = False,
    ) -> None:
        changes: dict[str, Any] = {}
        kept: list[str] = []
        text: Union[str, bytes]
        if isinstance(source, Scenario):
            text, name, folder, before, kept = source._origin
            changes = dict(before)
        elif isinstance(source, Mapping):
            text, name, folder = _core.text_of(source), "scenario", ""
        elif isinstance(source, str) and "\n" in source:
            text, name, folder = source, "scenario", ""
        elif isinstance(source, (str, os.PathLike)):
            name = os.fspath(source)
            if not isinstance(name, str):
                raise TypeError("scenario: a path is a str, not bytes")
            if not name:
                raise ScenarioError("scenario: is empty; it is a path, a YAML text, a dict or a name of the catalogue")
            if isinstance(source, str):
                name = _file_called(name)
            text, folder = _core.read_text(name), os.path.dirname(name)
        else:
            raise TypeError(
                "scenario: is a path, a YAML text, a dict, a name of the catalogue or a Scenario, not of type "
                + type(source).__name__
            )
        if set is not None and not isinstance(set, Mapping):
            raise TypeError("set: is a dict from paths to values, as in {'population.size': 500}, not of type " + type(set).__name__)
        given = dict(set or {})
        for path, value in (("replicates", replicates), ("time.steps", steps), ("seed", seed)):
            if value is not None:
                if path in given:
                    raise ScenarioError(f"set {path}: is given twice")
                given[path] = value
        for path, value in given.items():
            if not isinstance(path, str):
                raise TypeError(f"set: a path is a text, as 'population.size', not of type {type(path).__name__}")
            changes.pop(path, None)
            changes[path] = value
        if isinstance(policies, str):
            raise TypeError("policies: is a list of names, not a text")
        kept = list(policies) if policies is not None else list(kept)
        self._origin = (text, name, folder, tuple(changes.items()), kept)
        self._open = _core.open(text, name, folder, list(changes.items()), kept)
        self._resolved, self._frames = None, {}
        if self._open.warnings_text and not quiet and not isinstance(source, Scenario):
            warn(self._open.warnings_text, ScenarioWarning)

    @property
    def title(self) -> str:
        """Its title; may be empty."""
        return self._open.title

    @property
    def name(self) -> str:
        """What messages call it: the path, or "scenario"."""
        return self._open.name

    @property
    def policies(self) -> list[str]:
        """The names of its policies, in order."""
        return self._open.policies

    @property
    def compare_with(self) -> str:
        """The policy that differences are taken against."""
        return self._open.compare_with

    @property
    def replicates(self) -> int:
        """How many times each policy is run."""
        return self._open.replicates

    @property
    def steps(self) -> int:
        """How many steps a run has after the burn-in."""
        return self._open.steps

    @property
    def employees(self) -> int:
        """How many people there are."""
        return self._open.employees

    @property
    def warnings(self) -> list[Diagnostic]:
        """What is odd about it."""
        return list(_core.diagnostics(self._open))

    def resolve(self) -> dict[str, Any]:
        """The scenario with every default and change written out, as plain values; it may stand for a scenario again."""
        resolved: dict[str, Any] = self._open.resolved()
        return resolved

    def to_yaml(self) -> str:
        """The same as the text of a YAML file."""
        if self._resolved is None:
            self._resolved = self._open.resolved_text()
        return self._resolved

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        return self.to_yaml() == other.to_yaml()

    def __hash__(self) -> int:
        return hash(self.to_yaml())

    def __repr__(self) -> str:
        return (
            f"<goodhart.Scenario {self.name}: {len(self.policies)} policies, {self.employees} employees, "
            f"{self.steps} steps, {self.replicates} replicates>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._origin,)


def _holding(held: _core.Scenario, origin: tuple[Any, ...]) -> Scenario:
    """A scenario around what is open already; ``origin`` is what a pickle keeps of it."""
    scenario = Scenario.__new__(Scenario)
    scenario._origin, scenario._open = origin, held
    scenario._resolved, scenario._frames = None, {}
    return scenario


def _restored(origin: tuple[Any, ...]) -> Scenario:
    """A scenario out of a pickle."""
    text, name, folder, changes, kept = origin
    return _holding(_core.open(text, name, folder, list(changes), kept), origin)


def opened(
    scenario: ScenarioLike,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    replicates: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
) -> Scenario:
    """A Scenario of whatever stands for one; a Scenario that nothing changes is returned as it is."""
    unchanged = not set and all(value is None for value in (policies, replicates, steps, seed))
    if isinstance(scenario, Scenario) and unchanged:
        return scenario
    return Scenario(scenario, set=set, policies=policies, replicates=replicates, steps=steps, seed=seed)


def check(scenario: ScenarioLike, *, set: Optional[Mapping[str, Any]] = None) -> list[Diagnostic]:
    """All that is wrong with a scenario or odd about it, in the order of the text; empty where it is sound.

    Raises MachineError where a file cannot be read, and TypeError as Scenario.
    """
    try:
        return Scenario(scenario, set=set, quiet=True).warnings
    except ScenarioError as error:
        if not error.diagnostics:
            raise
        return list(error.diagnostics)


def resolve(scenario: ScenarioLike, *, set: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
    """A scenario with every default and change written out. Raises as Scenario."""
    return opened(scenario, set).resolve()


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, with the meaning, unit and bounds of each field."""
    found: dict[str, Any] = json.loads(_core.schema_text())
    return found
