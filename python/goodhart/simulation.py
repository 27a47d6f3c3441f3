"""One run, step by step, with leadership played by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from . import _core
from .comparison import Explanation
from .scenario import Scenario, ScenarioLike, opened

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Column = NDArray[numpy.float64]

__all__ = ["Simulation"]


class Simulation:
    """A run of one policy on one replicate, which stands before step 0 when it is made: the burn-in is over.

    Left alone it goes the same way as in ``run``, to the bit. Between two steps, whoever plays leadership may set the
    targets, rates and stakes of incentives, the rate of audits, and the phase in force; what the policy's own leadership
    moves has then been moved already. What is set holds until it is set again, or another phase begins.

    Columns of employees (``value``, ``units(activity)``, ...) are views of the engine's own memory, read-only and
    without a copy. They show the last step, whichever that is: keep a ``copy()`` of what must not change.

    It works in the calling thread, without the interpreter's lock, and starts no thread. It cannot be pickled.

    Raises ScenarioError where there is no such policy, incentive, phase or employee, KeyError where there is no such
    activity, metric or trait, RunsFailed where the run cannot go on (and ever after), and RuntimeError where two threads
    use it at once.
    """

    __slots__ = ("_run", "_scenario")
    _run: _core.Simulation
    _scenario: Scenario

    def __init__(
        self,
        scenario: ScenarioLike,
        policy: Optional[str] = None,
        replicate: int = 0,
        *,
        set: Optional[Mapping[str, Any]] = None,
        steps: Optional[int] = None,
        seed: Optional[int] = None,
    ) -> None:
        if isinstance(replicate, bool) or not isinstance(replicate, int) or not 0 <= replicate < 10_000_000:
            raise ValueError(f"replicate: must be a whole number from 0 to 9999999, got {replicate!r}")
        self._scenario = opened(scenario, set, None, None, steps, seed)
        self._run = _core.Simulation(self._scenario._open, policy or "", replicate)

    @property
    def scenario(self) -> Scenario:
        """What is run."""
        return self._scenario

    @property
    def policy(self) -> str:
        """The policy that is run."""
        return self._run.policy

    @property
    def next_step(self) -> int:
        """The step that ``step`` carries out next, from 0."""
        return self._run.next_step

    @property
    def done(self) -> bool:
        """Have all of the scenario's steps been carried out? ``step`` may go on all the same."""
        return self._run.done

    @property
    def phase(self) -> str:
        """The phase in force; empty where the policy has none."""
        return self._run.phase

    @property
    def incentives(self) -> list[str]:
        """The names of the incentives in force."""
        return self._run.incentives

    def step(self) -> dict[str, Any]:
        """Carries out one step and returns its means."""
        self._run.step()
        return self._run.means()

    def run_to(self, step: int) -> None:
        """Carries out steps until the given one is next. Ctrl-C ends it between two steps."""
        while self._run.next_step < step:
            self._run.step()

    @property
    def means(self) -> dict[str, Any]:
        """Means over employees of the last step (before the first step: of the burn-in's last, or 0), by the names of the
        results' variables; what goes by activity, metric or incentive is a dict by names."""
        return self._run.means()

    def units(self, activity: str) -> "Column":
        """Effort put into an activity, in its units (employees)."""
        return self._run.units(activity)

    def reading(self, metric: str) -> "Column":
        """Individual reading of a metric, with noise (employees)."""
        return self._run.reading(metric)

    def trait(self, name: str) -> "Column":
        """A copy of a trait (employees)."""
        return self._run.trait(name)

    @property
    def value(self) -> "Column":
        """Value that shows at the employee's desk (employees)."""
        return self._run.column("value")

    @property
    def contribution(self) -> "Column":
        """What the organisation gets because of the employee (employees)."""
        return self._run.column("contribution")

    @property
    def hours(self) -> "Column":
        """Hours worked, as a share of a full step (employees)."""
        return self._run.column("hours")

    @property
    def gaming_time(self) -> "Column":
        """Time in gaming activities, as a share of a full step (employees)."""
        return self._run.column("gaming_time")

    @property
    def reward(self) -> "Column":
        """Reward less penalty, in pay (employees)."""
        return self._run.column("reward")

    @property
    def utility(self) -> "Column":
        """Utility realised (employees)."""
        return self._run.column("utility")

    def explain(self, employee: int) -> Explanation:
        """What an employee is about to decide in the next step, and why. Changes nothing of what the run will do."""
        if isinstance(employee, bool) or not isinstance(employee, int) or employee < 0:
            raise ValueError(f"employee: must be a whole number from 0 on, got {employee!r}")
        text, json_text = self._run.explain(employee)
        return Explanation(text=text, json_text=json_text)

    def set_target(self, incentive: str, target: float) -> None:
        """From the next step on, everybody's target of an incentive in force (units of its metric)."""
        self._run.set_target(incentive, target)

    def set_rate(self, incentive: str, rate: float) -> None:
        """From the next step on, the rate of a linear incentive in force (pay per unit of its metric), at least 0."""
        self._run.set_rate(incentive, rate)

    def set_stakes(self, incentive: str, stakes: float) -> None:
        """From the next step on, what the reward of an incentive in force is multiplied by, at least 0."""
        self._run.set_stakes(incentive, stakes)

    def set_audit_rate(self, rate: float) -> None:
        """From the next step on, everybody's probability of being audited, where the phase in force has audits."""
        self._run.set_audit_rate(rate)

    def begin_phase(self, phase: str) -> None:
        """Another phase of the policy begins with the next step, unless one begins then by the calendar.

        It must come before anything is set or explained for that step.
        """
        self._run.begin_phase(phase)

    def __repr__(self) -> str:
        return f"<goodhart.Simulation of {self._scenario.name}, policy {self.policy}, before step {self.next_step}>"

    def __reduce__(self) -> Any:
        raise TypeError("a Simulation cannot be pickled: make it anew from its scenario, policy and replicate")
