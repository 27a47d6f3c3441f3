"""Many points of one scenario: sweeps, and which uncertain numbers drive an outcome."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from . import _core
from ._told import Told
from .errors import RunsFailed, RunsFailedWarning, warn
from .results import ProgressCall, _dataset, _xarray
from .scenario import Scenario, ScenarioLike, _holding, _restored, opened

if TYPE_CHECKING:
    import pandas  # type: ignore[import]
    import xarray

__all__ = ["Fit", "Robustness", "Search", "Sensitivity", "fit", "robust", "search", "sensitivity", "sweep"]

#: Columns of numbers by name, all equally long: a dict of lists, or a DataFrame.
Points = Union[Mapping[str, Sequence[float]], "pandas.DataFrame"]


def _columns(points: Any) -> dict[str, list[float]]:
    """The columns of points, checked."""
    if not (hasattr(points, "keys") and hasattr(points, "__getitem__")):
        raise TypeError(
            "points: are columns by name, as in {'population.size': [100, 200]} or a DataFrame, not of type " + type(points).__name__
        )
    columns: dict[str, list[float]] = {}
    for name in points.keys():
        if not isinstance(name, str):
            raise TypeError(f"points: names of columns are texts, and one is of type {type(name).__name__}")
        try:
            columns[name] = [float(value) for value in points[name]]
        except (TypeError, ValueError) as error:
            raise TypeError(f"points: column {name} is no list of numbers") from error
        if not all(map(math.isfinite, columns[name])):
            raise ValueError(f"points: column {name} holds a number that is not finite")
    sizes = sorted({len(column) for column in columns.values()})
    if len(sizes) != 1 or sizes == [0]:
        raise ValueError("points: needs columns of numbers, all equally long and not empty")
    return columns


def _at_points(scenario: Scenario, points: Any) -> Scenario:
    """The scenario with these points as its design; what has no column does not vary."""
    columns = _columns(points)
    said = scenario.resolve()
    experiment: dict[str, Any] = dict(said.get("experiment") or {})
    inputs = {
        name: (kind, path, span)
        for kind in ("vary", "levers")
        for path, span in (experiment.pop(kind, None) or {}).items()
        for name in (path, span.get("as", path))
    }
    experiment.pop("where", None)
    names: list[str] = []
    for column, values in columns.items():
        if column in inputs:
            kind, path, span = inputs[column]
        else:
            kind, path = "levers" if column.startswith("policies.") else "vary", column
            span = {"from": min(values), "to": max(values)} if min(values) < max(values) else {"values": values[:1]}
        name = span.get("as", path)
        if name in names:
            raise ValueError(f"points: two columns are the number {path}, one by its path and one by its name")
        experiment.setdefault(kind, {})[path] = span
        names.append(name)
    rows = [list(row) for row in zip(*columns.values())]
    experiment["design"] = {"file": {"name": "points", "inputs": names, "rows": rows}}
    said["experiment"] = experiment
    return _restored((_core.text_of(said), scenario.name, "", (), []))


def _demand_runs(held: Any, scenario: Scenario, strict: bool) -> None:
    """Warns of runs that failed, or raises RunsFailed."""
    if held.failed:
        text = f"{scenario.name}: {held.failed} of {held.runs} runs failed; the first is {held.failures[0]}"
        if strict:
            raise RunsFailed(text)
        warn(text + ". In the results they are NaN", RunsFailedWarning)


def _study(scenario: Scenario, verb: str, threads: Optional[int], progress: Optional[ProgressCall], strict: bool) -> _core.Study:
    held = _core.study(scenario._open, verb, threads, progress)
    _demand_runs(held, scenario, strict)
    return held


def sweep(
    scenario: ScenarioLike,
    points: Optional[Points] = None,
    *,
    keep: Optional[str] = None,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    replicates: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
    strict: bool = False,
) -> "xarray.Dataset":
    """Runs every point under every policy, as ``goodhart sweep`` does, and returns the Dataset of the file that it writes.

    The points are those of the scenario's ``experiment``. With ``points``, they are its rows: columns of numbers by path
    (``population.size``) or by the name that the experiment gives to a path (``as``). Then what has no column stays as the
    scenario has it, and ``where`` leaves nothing out. All points meet the same luck.

    The Dataset is over point, policy and replicate; each number that varies stands along point. It is the same for any
    number of ``threads``. While it is made, it takes twice its memory: for millions of runs, use the program, which also
    survives interruptions. ``outcome`` is the experiment's.

    Results are means over time. With ``keep="series"``, as with ``experiment: {keep: series}`` in the scenario, they are the
    values at each recorded step, with an axis ``step``; what is no result stands beside them as without it.

    A point that makes no sound scenario fails, as a run may: see ``run`` for that, and for the rest. Raises ScenarioError
    where the experiment says of nothing what values it takes.
    """
    _xarray()
    what = opened(scenario, set if keep is None else {**(set or {}), "experiment.keep": keep}, policies, replicates, steps, seed)
    if points is not None:
        what = _at_points(what, points)
    held = _study(what, "sweep", threads, progress, strict)
    means = _dataset(held, "", writeable=True)
    if not held.keeps_series:
        return means
    series = _dataset(held, "series", writeable=True)
    # A number that varies may be called as a result is, which then has another name, as in the file's root.
    series = series.rename({name: f"result_{name}" for name in series.data_vars if f"result_{name}" in means})
    return means.assign(series.data_vars)


class _Findings(Told):
    """What was found by running many points. It does not change any more."""

    __slots__ = ("_held", "_scenario", "_told")
    _held: Any
    _scenario: Scenario
    _told: Optional[tuple[str, str, str, str]]

    def __init__(self, held: Any, scenario: Scenario) -> None:
        self._held, self._scenario, self._told = held, scenario, None

    def _tell(self) -> tuple[str, str, str, str]:
        found: tuple[str, str, str, str] = self._held.told()
        return found

    def _words(self) -> tuple[str, str, str, str]:
        if self._told is None:
            self._told = self._tell()
        return self._told

    @property
    def scenario(self) -> Scenario:
        """What was run."""
        return self._scenario

    @property
    def text(self) -> str:
        """What the program prints."""
        return self._words()[0]

    def __repr__(self) -> str:
        return f"<goodhart.{type(self).__name__} of {self._scenario.name}: {self._held.runs} runs>"

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be pickled: keep what it found, or run it anew")


class _Study(_Findings):
    """Findings with the runs that they are made of."""

    __slots__ = ()
    _held: _core.Study

    @property
    def dataset(self) -> "xarray.Dataset":
        """All runs that it is made of, over point, policy and replicate, as ``xarray.open_dataset`` reads the program's file."""
        return _dataset(self._held, "", writeable=False)


class Sensitivity(_Study):
    """Which uncertain numbers drive each policy's outcome, and how much of it is luck."""

    __slots__ = ()

    @property
    def indices(self) -> "xarray.Dataset":
        """Shares of the variance (or Morris's effects) over input and target, with 95 % intervals: the group ``sensitivity``
        of the file that ``goodhart sensitivity`` writes."""
        return _dataset(self._held, "sensitivity", writeable=False)


class Robustness(_Study):
    """How options do over many worlds: by how much each falls short of the best there is in a world, and where it fails.

    ``json`` has the regrets of each option, the worlds in which it is the best, and boxes of worlds in which it fails.
    """

    __slots__ = ("_regret",)
    _regret: Optional[float]

    def __init__(self, held: _core.Study, scenario: Scenario, regret: Optional[float]) -> None:
        super().__init__(held, scenario)
        self._regret = regret
        self._words()  # so that what cannot be told is an error here

    def _tell(self) -> tuple[str, str, str, str]:
        return self._held.told_of_worlds(self._regret)


def sensitivity(
    scenario: ScenarioLike,
    *,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    replicates: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
    strict: bool = False,
) -> Sensitivity:
    """Finds which uncertain numbers drive an outcome, as ``goodhart sensitivity`` does and with the same numbers.

    The numbers are those of ``experiment.vary``; ``experiment.sensitivity`` says by which design. Otherwise as ``sweep``.
    """
    what = opened(scenario, set, policies, replicates, steps, seed)
    return Sensitivity(_study(what, "sensitivity", threads, progress, strict), what)


def robust(
    scenario: ScenarioLike,
    *,
    worlds: Optional[Union[int, Points]] = None,
    regret: Optional[float] = None,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    replicates: Optional[int] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
    strict: bool = False,
) -> Robustness:
    """How options do over many worlds, as ``goodhart robust`` says of a scenario and with the same numbers.

    A world is a choice of the numbers in ``experiment.vary``: ``worlds`` of them, a power of two, by Sobol' points, or those
    that it has as columns by name (``fit(...).frame``); without it, those that ``experiment.design`` says, or 64. Levers stay as they stand. An option fails in a world where another is
    better by more than ``regret``, in units of the outcome (else ``experiment.robust.regret``); without either, where it is
    worse than the comparison policy. Otherwise as ``sweep``. Raises ScenarioError where nothing is uncertain or there are fewer than two options.
    """
    if regret is not None and not (math.isfinite(regret) and regret >= 0):
        raise ValueError(f"regret: is a number of at least 0, not {regret}")
    what = opened(scenario, set, policies, replicates, steps, seed)
    if worlds is not None and not isinstance(worlds, int) and hasattr(worlds, "keys"):
        over = _at_points(what, worlds)
        return Robustness(_study(over, "sweep", threads, progress, strict), over, regret)
    held = _core.over_worlds(what._open, None if worlds is None else _count(worlds))
    over = _holding(held, (held.text, held.name, "", (), []))
    return Robustness(_study(over, "sweep", threads, progress, strict), over, regret)


def _count(worlds: Any) -> int:
    if isinstance(worlds, bool) or not isinstance(worlds, int) or worlds < 1:
        raise ValueError(f"worlds: is a whole number of at least 1, or columns of numbers, not {worlds!r}")
    return worlds


def _worlds_by_number(scenario: Scenario, worlds: Any) -> list[list[float]]:
    """The values of each number in doubt, in the scenario's order."""
    columns = _columns(worlds)
    values: list[list[float]] = []
    for path, span in ((scenario.resolve().get("experiment") or {}).get("vary") or {}).items():
        names = [name for name in {span.get("as", path): None, path: None} if name in columns]
        if len(names) != 1:
            raise ValueError(f"worlds: must have one column for {span.get('as', path)}, which is in doubt")
        values.append(columns.pop(names[0]))
    if columns:
        raise ValueError(f"worlds: the column {next(iter(columns))} is no number in doubt (experiment.vary)")
    return values


class Search(_Findings):
    """The best setting of the levers, what cannot be told from it, and what is certainly worse.

    ``frame`` has a row for each candidate; ``json`` has the gain on luck that the search had not seen, too.
    """

    __slots__ = ()
    _held: _core.Search

    @property
    def best(self) -> Optional[tuple[str, dict[str, float]]]:
        """The policy that is best, and the value of each lever that reaches it; None where nothing meets what is required, and
        along several outcomes."""
        return self._held.best

    @property
    def front(self) -> list[tuple[str, dict[str, float]]]:
        """Along several outcomes, the settings that no other is known to beat in all of them; empty for one outcome."""
        return self._held.front


def search(
    scenario: ScenarioLike,
    *,
    tolerance: Optional[float] = None,
    replicates: Optional[int] = None,
    front: Optional[Sequence[str]] = None,
    worlds: Optional[Union[int, Points]] = None,
    set: Optional[Mapping[str, Any]] = None,
    policies: Optional[Sequence[str]] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
    strict: bool = False,
) -> Search:
    """Looks for the best setting of ``experiment.levers``, as ``goodhart search`` does and with the same numbers.

    ``tolerance`` is what is not worth telling apart, in units of the outcome, and ``replicates`` how many a candidate gets at
    most; without them, as ``experiment.search`` says. ``front`` names several outcomes, of each of which more is better: then
    what is looked for are the settings that no other beats in all of them (``Search.front``). ``worlds`` is how many worlds to
    sample from the ranges in ``experiment.vary``, or columns with their values by name (``fit(...).frame``): then outcomes are
    means over worlds, each replicate being in one of them. Otherwise as ``sweep``. Raises ScenarioError where there is nothing
    to choose, and ValueError where the columns are not the numbers in doubt.
    """
    edits: dict[str, Any] = dict(set or {})
    if tolerance is not None:
        edits["experiment.search.tolerance"] = tolerance
    if replicates is not None:
        edits["experiment.search.replicates"] = replicates
    if front is not None:
        if isinstance(front, str) or tolerance is not None:
            raise ValueError("front: is a list of outcomes, as ['net_value', '-cost'], and a tolerance is for one outcome alone")
        edits["experiment.search.front"] = list(front)
    what = opened(scenario, edits, policies, None, steps, seed)
    over: Union[None, int, list[list[float]]] = None
    if worlds is not None and not isinstance(worlds, int) and hasattr(worlds, "keys"):
        over = _worlds_by_number(what, worlds)
    elif worlds is not None:
        over = _count(worlds)
    if over is not None and not (what.resolve().get("experiment") or {}).get("vary"):
        raise ValueError("worlds: the scenario says of no number that it is in doubt (experiment.vary)")
    held = _core.search(what._open, over, threads, progress)
    _demand_runs(held, what, strict)
    return Search(held, what)


class Fit(_Findings):
    """Which values of the numbers in doubt an organisation's data allow: ranges, and what the data leave open.

    ``frame`` has a row for each particle, all of the same weight: worlds, as ``robust(worlds=...)`` takes them.
    """

    __slots__ = ()
    _held: _core.Fit

    @property
    def possible(self) -> bool:
        """Is there a posterior? Where not, nothing that was looked at produces the data, or too few points come near them to
        tell: there are no particles, and ``text`` says which."""
        return self._held.possible


def fit(
    scenario: ScenarioLike,
    *,
    set: Optional[Mapping[str, Any]] = None,
    steps: Optional[int] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    progress: Optional[ProgressCall] = None,
) -> Fit:
    """Fits the numbers of ``experiment.vary`` to the data of ``experiment.fit``, as ``goodhart fit`` does and with the same
    numbers.

    Tables that the data name are looked for from the scenario's folder. A run that fails makes its point impossible. Raises
    ScenarioError where there are no data or nothing is in doubt.
    """
    what = opened(scenario, set, None, None, steps, seed)
    return Fit(_core.fit(what._open, threads, progress), what)
