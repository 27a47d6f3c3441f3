"""Running scenarios: results as xarray Datasets, in memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Sequence, Union

from . import _core
from .errors import RunsFailed, RunsFailedWarning, warn
from .scenario import Scenario, ScenarioLike, opened

if TYPE_CHECKING:
    import xarray

__all__ = ["Failure", "Results", "results", "run"]

#: Called about twenty times a second with how many steps of all runs are done, and how many there are.
ProgressCall = Callable[[int, int], object]
Failure = tuple[str, int, str]


def _xarray() -> Any:
    try:
        import xarray
    except ImportError as error:
        raise ImportError(
            "Datasets need xarray, which is not here. Install it: python3-xarray on Debian, or pip install xarray."
        ) from error
    return xarray


class Results:
    """What an experiment left: all that a results file holds, in memory. It does not change any more.

    The arrays of its Datasets are read-only views of one block a variable; ``Dataset.copy(deep=True)`` gives one to write
    to.
    """

    __slots__ = ("_held", "_scenario", "_folders", "_digest")
    _held: _core.Results
    _scenario: Scenario
    _folders: dict[str, Any]
    _digest: Optional[str]

    def __init__(self, held: _core.Results, scenario: Scenario) -> None:
        self._held, self._scenario, self._folders, self._digest = held, scenario, {}, None

    def _folder(self, name: str) -> "xarray.Dataset":
        if name not in self._folders:
            self._folders[name] = _dataset(self._held, name, writeable=False, known=self._scenario._frames)
        copy: "xarray.Dataset" = self._folders[name].copy()
        return copy

    @property
    def scenario(self) -> Scenario:
        """What was run."""
        return self._scenario

    @property
    def dataset(self) -> "xarray.Dataset":
        """The series of all runs, as ``xarray.open_dataset`` reads them from a results file."""
        return self._folder("")

    @property
    def means(self) -> "xarray.Dataset":
        """Means of all series over all steps from 0 on: the group ``means`` of a results file."""
        return self._folder("means")

    @property
    def employees(self) -> "xarray.Dataset":
        """The panel of employees, where the scenario records one (``record.employees``); else KeyError."""
        return self._folder("employees")

    @property
    def teams(self) -> "xarray.Dataset":
        """The panel of teams, where the scenario records one (``record.teams``); else KeyError."""
        return self._folder("teams")

    @property
    def failures(self) -> list[Failure]:
        """(policy, replicate, why) of each run that could not be completed; in the Datasets it is NaN."""
        return list(self._held.failures)

    @property
    def digest(self) -> str:
        """The content digest that a results file would have: the same for the same numbers."""
        if self._digest is None:
            self._digest = self._held.digest()
        return self._digest

    def summary(self) -> str:
        """The table and the sentences that ``goodhart run`` prints."""
        return self._held.summary()

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the results file that ``goodhart run`` would have written. Raises MachineError."""
        self._held.save(os.fspath(path))

    def __repr__(self) -> str:
        scenario = self._scenario
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return (
            f"<goodhart.Results of {scenario.name}: {len(scenario.policies)} policies x {scenario.replicates} "
            f"replicates{failed}>"
        )

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self.summary())}</pre>"

    def __reduce__(self) -> tuple[Any, ...]:
        _, failures, blocks = self._held.packed()
        return _restored, (self._scenario, failures, blocks)


def _restored(scenario: Scenario, failures: list[Failure], blocks: list[bytes]) -> Results:
    """Results out of a pickle."""
    return Results(_core.unpacked(scenario._open, failures, blocks), scenario)


def _dataset(
    held: Union[_core.Results, _core.Study], folder: str, writeable: bool, known: Optional[dict[str, Any]] = None
) -> "xarray.Dataset":
    """A folder of results as xarray reads it from a file. ``known`` keeps, by folder, what all runs of a scenario share."""
    coordinates, variables, title = held.folder(folder, writeable)
    root = held.attributes() if folder == "" else {"title": title}
    frame = None if known is None else known.get(folder)
    if frame is None:
        frame = _frame(coordinates, variables)
        if known is not None:
            known[folder] = frame
    values = {name: array for name, _, array, _ in variables}
    dataset: "xarray.Dataset" = frame.copy(data={name: values[name] for name in frame.data_vars})
    for name in values.keys() & frame.coords.keys():
        dataset.variables[name].data = values[name]
    dataset.attrs = root
    return dataset


def _frame(coordinates: Sequence[Any], variables: Sequence[Any]) -> Any:
    """A Dataset without its values, which take no memory. Making one takes xarray four times as long as filling it."""
    import numpy

    library = _xarray()
    coords: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, values, attributes in coordinates:
        if isinstance(values, list):
            values = numpy.array(values, dtype=object)
        coords[name] = library.Variable((name,), values, attributes)
    beside = {name for _, _, _, attributes in variables for name in attributes.get("coordinates", "").split()}
    for name, axes, values, attributes in variables:
        # What xarray takes for the encoding of a file is none of the attributes of the variable.
        encoding = {key: attributes.pop(key) for key in ("_FillValue", "coordinates") if key in attributes}
        place = coords if name in beside else data
        nothing = numpy.broadcast_to(numpy.zeros((), values.dtype), values.shape)
        place[name] = library.Variable(axes, nothing, attributes, encoding)
    return library.Dataset(data, coords)


def _run(scenario: Scenario, threads: Optional[int], progress: Optional[ProgressCall], strict: bool) -> _core.Results:
    held = _core.run(scenario._open, threads, progress)
    failures = held.failures
    if failures:
        policy, replicate, why = failures[0]
        text = (
            f"{scenario.name}: {len(failures)} of {len(scenario.policies) * scenario.replicates} runs failed; "
            f"the first is policy {policy}, replicate {replicate}: {why}"
        )
        if strict:
            raise RunsFailed(text)
        warn(text + ". In the results they are NaN", RunsFailedWarning)
    return held


def run(
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
) -> "xarray.Dataset":
    """Runs a scenario and returns its series as a Dataset over policy, replicate, step and more.

    The Dataset is the one that ``xarray.open_dataset`` reads from the file that ``goodhart run`` writes: the same values,
    types, coordinates and attributes, for any number of ``threads`` (as many as this process may use, where it is None).
    There is no file on the way, and its arrays may be written to.

    ``scenario`` and what changes it: see Scenario. ``progress(done, total)`` is called about twenty times a second with
    steps over all runs; what it raises stops the run and comes through, as does Ctrl-C. The interpreter's lock is not
    held, and two runs may go on at once.

    Runs that fail are NaN, and a RunsFailedWarning says so; with ``strict``, RunsFailed is raised. Raises ScenarioError,
    MachineError and TypeError as Scenario, ValueError where ``threads`` is no number of threads, and ImportError where
    there is no xarray.
    """
    _xarray()
    what = opened(scenario, set, policies, replicates, steps, seed)
    return _dataset(_run(what, threads, progress, strict), "", writeable=True, known=what._frames)


def results(
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
) -> Results:
    """Runs a scenario and keeps all that a results file would hold: series, means, panels, digest. Otherwise as ``run``."""
    what = opened(scenario, set, policies, replicates, steps, seed)
    return Results(_run(what, threads, progress, strict), what)
