"""What sensitivity analyses and exploratory modelling plug into: a scenario as a function of its numbers in doubt."""

from __future__ import annotations

from typing import Any, Callable, Optional, Sequence

import numpy
from numpy.typing import NDArray

from . import _core
from .scenario import Scenario, ScenarioLike, opened

__all__ = ["ema_model", "evaluator", "problem"]

Array = NDArray[numpy.float64]


def problem(scenario: ScenarioLike) -> dict[str, Any]:
    """The numbers in doubt (``experiment.vary``) as a problem of SALib: num_vars, names, bounds.

    Raises ScenarioError as Scenario, and ValueError where the scenario states no ranges, or one that is not two ends of a
    number alone: values, a distribution, a logarithmic scale, or further paths (``also``).
    """
    vary = opened(scenario).resolve().get("experiment", {}).get("vary", {})
    if not vary:
        raise ValueError("the scenario says of no number how far it is in doubt; state ranges in experiment.vary")
    for path, span in vary.items():
        if "from" not in span or "to" not in span or span.get("scale") == "log" or "also" in span:
            raise ValueError(f"experiment.vary.{path}: a problem of SALib knows two ends of one number and no more; give it from "
                             "and to, or use goodhart sensitivity")
    return {
        "num_vars": len(vary),
        "names": list(vary),
        "bounds": [[float(span["from"]), float(span["to"])] for span in vary.values()],
    }


def _mean(scenario: Scenario, numbers: Sequence[tuple[str, float]], outcome: str, policy: str, against: Optional[str],
          threads: Optional[int]) -> float:
    """The mean of an outcome over replicates, less that under another policy on the same luck."""
    held = _core.run(_core.varied(scenario._open, numbers), threads, None)
    coordinates, variables, _ = held.folder("means", False)
    policies = list(next(values for name, values, _ in coordinates if name == "policy"))
    found = [(axes, values) for name, axes, values, _ in variables if name == outcome]
    if not found or len(found[0][0]) != 2:
        names = ", ".join(name for name, axes, _, _ in variables if len(axes) == 2 and name not in ("seed", "status"))
        raise ValueError(f"outcome: {outcome!r} is none; there is {names}")
    by_run = found[0][1][policies.index(policy)]
    if against is not None:
        by_run = by_run - found[0][1][policies.index(against)]
    return float(by_run.mean())


def evaluator(
    scenario: ScenarioLike,
    names: Sequence[str],
    *,
    policy: str,
    outcome: str = "net_value",
    against: Optional[str] = None,
    replicates: Optional[int] = None,
    threads: Optional[int] = None,
) -> Callable[[Array], Array]:
    """A function from points (rows) over the numbers at the paths ``names`` to the mean of an outcome (one a row).

    The mean is over replicates and steps from 0 on, under ``policy``, less that ``against`` another policy on the same luck.
    All points meet the same luck. The share of a group is set together with those of the others, so that all sum to 1. A
    point whose runs fail gives NaN.

    The function raises ScenarioError where a point makes no sound scenario, and ValueError where points are not rows of as
    many finite numbers as there are names.
    """
    wanted = [policy] if against is None else [policy, against]
    for name in wanted:
        if name not in opened(scenario).policies:
            raise ValueError(f"there is no policy {name!r}; there is {', '.join(opened(scenario).policies)}")
    small = opened(scenario, None, wanted if len(wanted) < len(opened(scenario).policies) else None, replicates)
    paths = list(names)

    def evaluate(points: Array) -> Array:
        rows = numpy.asarray(points, dtype=numpy.float64)
        if rows.ndim != 2 or rows.shape[1] != len(paths) or not numpy.isfinite(rows).all():
            raise ValueError(f"points: must be rows of {len(paths)} finite numbers, got an array of shape {rows.shape}")
        return numpy.array(
            [_mean(small, list(zip(paths, map(float, row))), outcome, policy, against, threads) for row in rows]
        )

    return evaluate


def ema_model(
    scenario: ScenarioLike,
    *,
    outcomes: Sequence[str] = ("net_value",),
    policy: str,
    against: Optional[str] = None,
    replicates: Optional[int] = None,
    threads: Optional[int] = None,
) -> Any:
    """A model of the EMA workbench, which must be installed: the numbers in doubt are its uncertainties.

    Its outcomes are means as of ``evaluator``. Raises as ``problem`` and ``evaluator``.
    """
    from ema_workbench import Model, RealParameter, ScalarOutcome  # type: ignore[import]

    said = problem(scenario)
    names: list[str] = said["names"]
    functions = {
        outcome: evaluator(scenario, names, policy=policy, outcome=outcome, against=against, replicates=replicates,
                           threads=threads)
        for outcome in outcomes
    }
    # Python's names have no dots.
    plain = {name: name.replace(".", "__") for name in names}

    def run(**numbers: float) -> dict[str, float]:
        point = numpy.array([[numbers[plain[name]] for name in names]])
        return {outcome: float(function(point)[0]) for outcome, function in functions.items()}

    model = Model("goodhart", function=run)
    model.uncertainties = [RealParameter(plain[name], *bounds) for name, bounds in zip(names, said["bounds"])]
    model.outcomes = [ScalarOutcome(outcome) for outcome in outcomes]
    return model
