"""Which policy, how much better, how sure, at whose expense, and why; and one employee's decision laid open."""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence, Union

from . import _core
from ._told import Told
from .errors import warn
from .results import ProgressCall, Results
from .scenario import Scenario, ScenarioLike, opened
from .studies import Points, _worlds_by_number

__all__ = ["Comparison", "Explanation", "compare", "explain"]

_Path = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True)
class Comparison(Told):
    """What ``goodhart compare`` says. ``text`` is what it prints, ``csv`` its rows, ``page`` the page for a browser; ``frame``
    has a row for each policy, outcome, what it is of, and statistic."""

    text: str
    csv: str = field(repr=False)
    page: str = field(repr=False)
    json_text: str = field(repr=False)

    def _words(self) -> tuple[str, str, str, str]:
        return self.text, self.json_text, self.csv, self.page

    @property
    def _title(self) -> str:
        return "Comparison of policies"

    @property
    def headline(self) -> str:
        """The answer, in two sentences or so."""
        told = self.json["headline"]
        return told if isinstance(told, str) else " ".join(told)

    @property
    def ranking(self) -> list[str]:
        """The names of the policies that can be chosen, best first."""
        return list(self.json["ranking"])


@dataclass(frozen=True)
class Explanation:
    """One employee's decision laid open: what it faced, weighed and chose, and what would change its mind."""

    text: str
    json_text: str = field(repr=False)

    @property
    def json(self) -> dict[str, Any]:
        """All of it, as plain values; what is not known is None."""
        found: dict[str, Any] = json.loads(self.json_text)
        return found

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


_MOST_GIVEN = 64  # worlds, as `goodhart compare --worlds FILE`


def _files_of_results(what: Any) -> list[str]:
    """The paths, where results files are meant."""
    if isinstance(what, (list, tuple)):
        return [os.fspath(file) for file in what]
    is_file = isinstance(what, (str, os.PathLike)) and str(what).endswith((".h5", ".nc", ".hdf5"))
    return [os.fspath(what)] if is_file else []


def _worlds(scenario: Optional[Scenario], worlds: Any) -> Union[int, list[list[float]]]:
    """How many worlds, or the values of each number in doubt in at most 64 of them, evenly from the first to the last."""
    if hasattr(worlds, "keys"):
        if scenario is None:
            raise ValueError("worlds: columns are for scenarios and Results; of files, say how many")
        values = _worlds_by_number(scenario, worlds)
        count = len(values[0])
        taken = [w * count // min(count, _MOST_GIVEN) for w in range(min(count, _MOST_GIVEN))]
        return [[of_number[w] for w in taken] for of_number in values]
    if isinstance(worlds, bool) or not isinstance(worlds, int) or not 0 <= worlds <= 100_000:
        raise ValueError(f"worlds: must be a whole number from 0 to 100000, got {worlds!r}")
    return worlds


def _share(until: Optional[float]) -> Optional[float]:
    if until is None:
        return None
    if isinstance(until, bool) or not isinstance(until, (int, float)) or not 1e-9 <= until <= 1e9:
        raise ValueError(f"until: must be a share of the comparison policy's mean from 1e-09 to 1e+09, got {until!r}")
    return float(until)


def compare(
    what: Union[ScenarioLike, Results, Sequence[_Path]],
    *,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    replicates: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    worlds: Union[int, Points] = 16,
    causes: bool = True,
    levers: bool = True,
    perspective: str = "organisation",
    until: Optional[float] = None,
    outcome: str = "net_value",
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
) -> Comparison:
    """Compares policies, as ``goodhart compare`` does and with the same numbers.

    ``what`` is a scenario, which is run; Results; or the path of a results file, or a list of them. ``worlds`` sampled
    worlds say how sure the answer is in the face of numbers that are in doubt; of a scenario or of Results, they can also be
    columns with their values by name (``fit(...).frame``), of which at most 64 are taken. ``causes`` says why, and ``levers`` which numbers
    would reverse it, and which setting of ``experiment.levers`` would be best, where there are up to 200. Without them (0, False,
    False) it is as ``--quick``. ``perspective`` says by whose account options are ranked: organisation,
    after_bonuses, employees or everybody. With ``until``, as 0.01, replicates are doubled until half of the interval of each
    difference in ``outcome`` is at most this share of the comparison policy's mean. ``progress(done, total)`` counts anew in each of up to five parts.

    Files of another build are compared without worlds, causes and levers, and a warning says so. Otherwise as ``run``.
    """
    files = _files_of_results(what)
    changes = {"set": set, "replicates": replicates, "steps": steps, "seed": seed, "until": until}
    if files or isinstance(what, Results):
        for name, value in changes.items():
            if value is not None:
                raise ValueError(f"{name} is for scenarios; results are as they were run")

    def depth(scenario: Optional[Scenario]) -> _core.Depth:
        return _core.Depth(_worlds(scenario, worlds), bool(causes), bool(levers))

    asked = (perspective, threads, progress)
    if files:
        told, ours = _core.compare_files(files, list(policies or []), depth(None), *asked)
        if not ours and (worlds or causes or levers):
            warn(
                "these results were made by another version or build, so why (worlds, causes, levers) is left out: run "
                "the scenario again for that",
                UserWarning,
            )
    elif isinstance(what, Results):
        if policies is not None:
            raise ValueError("policies is for scenarios and files; results are as they were run")
        told = _core.compare_results(what._held, depth(what.scenario), *asked)
    else:
        scenario = opened(what, set, policies, replicates, steps, seed)  # type: ignore[arg-type]
        told = _core.compare_scenario(scenario._open, depth(scenario), *asked, _share(until), outcome)
    text, json_text, csv, page = told
    return Comparison(text=text, csv=csv, page=page, json_text=json_text)


def explain(
    scenario: ScenarioLike,
    policy: Optional[str] = None,
    employee: Optional[int] = None,
    step: Optional[int] = None,
    replicate: int = 0,
    *,
    set: Optional[Mapping[str, Any]] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
) -> Explanation:
    """Says why one employee does what it does in one step, as ``goodhart explain``.

    ``policy`` is the first that is not compared with, ``employee`` somebody typical among those who game, and ``step``
    the last, where they are None. Raises ScenarioError where there is no such policy, employee or step.
    """
    for name, value in (("employee", employee), ("step", step), ("replicate", replicate)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10_000_000):
            raise ValueError(f"{name}: must be a whole number from 0 on, got {value!r}")
    what = opened(scenario, set, None, None, steps, seed)
    text, json_text = _core.explain(what._open, policy or "", employee, step, replicate)
    return Explanation(text=text, json_text=json_text)
