"""An environment in which an agent leads: it sees dashboards and paid samples, and sets targets, stakes and audits.

Where Gymnasium is installed, ``Leadership`` is a ``gymnasium.Env`` and its spaces are Gymnasium's; else it has the same
interface without it. The employees are those of the scenario, and each of their decisions is solved exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Union

import numpy
from numpy.typing import NDArray

from .scenario import Scenario, ScenarioLike, opened
from .simulation import Simulation

if TYPE_CHECKING:

    class _Env:
        np_random: numpy.random.Generator
        metadata: dict[str, Any]

        def reset(self, *, seed: Optional[int] = None, options: Optional[dict[str, Any]] = None) -> Any: ...

    class Box:
        """Arrays between two bounds."""

        low: NDArray[numpy.float64]
        high: NDArray[numpy.float64]
        shape: tuple[int, ...]

        def __init__(self, low: Any, high: Any, shape: Any = None, dtype: Any = None, seed: Any = None) -> None: ...
        def contains(self, x: Any) -> bool: ...
        def sample(self) -> NDArray[numpy.float64]: ...

else:
    try:
        from gymnasium import Env as _Env
        from gymnasium.spaces import Box
    except ImportError:

        class _Env:
            """What Gymnasium's Env does at a reset: a generator that follows from the seed."""

            metadata: dict[str, Any] = {"render_modes": []}
            render_mode = None
            spec = None
            _generator: Optional[numpy.random.Generator] = None

            @property
            def np_random(self) -> numpy.random.Generator:
                if self._generator is None:
                    self._generator = numpy.random.default_rng()
                return self._generator

            @property
            def unwrapped(self) -> Any:
                return self

            def reset(self, *, seed: Optional[int] = None, options: Optional[dict[str, Any]] = None) -> None:
                if seed is not None:
                    self._generator = numpy.random.default_rng(seed)

            def render(self) -> None:
                return None

            def close(self) -> None:
                return None

        class Box:
            """Arrays between two bounds, as Gymnasium's."""

            def __init__(self, low: Any, high: Any, shape: Any = None, dtype: Any = numpy.float64, seed: Any = None) -> None:
                self.dtype = numpy.dtype(dtype)
                self.shape = tuple(shape) if shape is not None else numpy.shape(low)
                self.low = numpy.broadcast_to(numpy.asarray(low, self.dtype), self.shape)
                self.high = numpy.broadcast_to(numpy.asarray(high, self.dtype), self.shape)
                self._generator = numpy.random.default_rng(seed)

            def seed(self, seed: Optional[int] = None) -> None:
                self._generator = numpy.random.default_rng(seed)

            def contains(self, x: Any) -> bool:
                return (
                    isinstance(x, numpy.ndarray)
                    and x.shape == self.shape
                    and numpy.can_cast(x.dtype, self.dtype)
                    and bool(numpy.all(x >= self.low) and numpy.all(x <= self.high))
                )

            def sample(self) -> NDArray[numpy.float64]:
                if not (numpy.isfinite(self.low).all() and numpy.isfinite(self.high).all()):
                    return self._generator.normal(size=self.shape).astype(self.dtype)
                return self._generator.uniform(self.low, self.high).astype(self.dtype)


__all__ = ["Box", "Leadership"]

#: A variable of the means ("value", "net_value", ...), "dashboard METRIC", or a function of a step's means.
Reward = Union[str, Callable[[Mapping[str, Any]], float]]

_KINDS = ("target", "rate", "stakes")


class Leadership(_Env):
    """One run, led by an agent.

    ``levers`` says what the agent sets, each with the lowest and the highest value: "target INCENTIVE", "rate INCENTIVE",
    "stakes INCENTIVE", "audit_rate", and "sample": how many employees are looked at after a step. An action holds a number
    for each, in this order; what lies outside is cut to the bounds. It holds for ``every`` steps.

    ``reward`` is what the agent is rewarded by: a variable of the step's means, "dashboard METRIC", or a function of the
    means; over ``every`` steps, their mean. Less ``sample_cost`` (in units of the reward) for each employee looked at, over
    the number of employees: truth is paid for.

    The agent sees, in this order: the share of steps that have passed; each metric's dashboard, over what it was before
    step 0 (without a burn-in: in the first step); each lever in force, from 0 (lowest) to 1 (highest); and, with the lever
    "sample", the mean contribution of those looked at over the mean before step 0 (0 where nobody was) and the share of
    employees looked at. It never sees value otherwise.

    Each episode is one replicate, drawn at ``reset`` from the seed (or ``options={"replicate": 7}``): the same seed and
    actions give the same episode, on any machine of one build. It ends, as truncated, after the scenario's steps.
    ``info["means"]`` holds the step's means, for whoever looks on.

    Raises ScenarioError as Simulation, and ValueError where levers or the reward make no sense.
    """

    metadata: dict[str, Any] = {"render_modes": []}

    def __init__(
        self,
        scenario: ScenarioLike,
        policy: Optional[str] = None,
        *,
        levers: Mapping[str, tuple[float, float]],
        reward: Reward = "net_value",
        sample_cost: float = 0.0,
        every: int = 1,
        set: Optional[Mapping[str, Any]] = None,
        steps: Optional[int] = None,
        seed: Optional[int] = None,
    ) -> None:
        self.scenario: Scenario = opened(scenario, set, None, None, steps, seed)
        self.policy = policy
        self.levers = dict(levers)
        self.every = int(every)
        self.sample_cost = float(sample_cost)
        self._reward = reward
        self._run: Optional[Simulation] = None
        if self.every < 1:
            raise ValueError(f"every: must be a whole number of at least 1, got {every!r}")
        if not self.levers:
            raise ValueError("levers: there are none, so there is nothing to lead by")
        for name, (low, high) in self.levers.items():
            kind = name.split(" ", 1)[0]
            if name not in ("audit_rate", "sample") and (kind not in _KINDS or " " not in name):
                raise ValueError(
                    f"levers: {name!r} is none; there is 'target INCENTIVE', 'rate INCENTIVE', 'stakes INCENTIVE', "
                    "'audit_rate' and 'sample'"
                )
            if not (numpy.isfinite(low) and numpy.isfinite(high) and low < high):
                raise ValueError(f"levers: {name}: the lowest must be below the highest, and both finite")
        # What does not fit the scenario is said here, and not in the middle of an episode.
        trial = Simulation(self.scenario, policy)
        self._metrics = list(trial.means["dashboard"]) or list(trial.step()["dashboard"])
        for name, (low, high) in self.levers.items():
            self._pull(trial, name, low)
            self._pull(trial, name, high)
        self._paid(trial.step())
        bounds = numpy.array(list(self.levers.values()), dtype=numpy.float64)
        self.action_space = Box(bounds[:, 0], bounds[:, 1], dtype=numpy.float64)
        seen = 1 + len(self._metrics) + len(self.levers) + (2 if "sample" in self.levers else 0)
        self.observation_space = Box(-numpy.inf, numpy.inf, (seen,), dtype=numpy.float64)

    def reset(
        self, *, seed: Optional[int] = None, options: Optional[dict[str, Any]] = None
    ) -> tuple[NDArray[numpy.float64], dict[str, Any]]:
        """Begins an episode; returns what is seen before step 0, and the means."""
        super().reset(seed=seed)
        replicate = (options or {}).get("replicate")
        if replicate is None:
            replicate = int(self.np_random.integers(0, 10_000_000))
        self._run = Simulation(self.scenario, self.policy, replicate)
        means = self._run.means
        self._before = {metric: means["dashboard"].get(metric, 0.0) for metric in self._metrics}
        self._contribution = float(means["contribution"])
        self._in_force = numpy.zeros(len(self.levers))
        return self._see(means, 0.0, 0), {"means": means, "replicate": replicate}

    def step(
        self, action: NDArray[numpy.float64]
    ) -> tuple[NDArray[numpy.float64], float, bool, bool, dict[str, Any]]:
        """Sets the levers and carries out ``every`` steps: what is seen, reward, terminated, truncated, info."""
        run = self._run
        if run is None or run.done:
            raise RuntimeError("the episode is over, or was not begun: call reset first")
        wanted = numpy.asarray(action, dtype=numpy.float64)
        if wanted.shape != (len(self.levers),) or not numpy.isfinite(wanted).all():
            raise ValueError(f"action: must be {len(self.levers)} finite numbers, got {action!r}")
        set_to = numpy.clip(wanted, self.action_space.low, self.action_space.high)
        sampled = 0
        for name, value in zip(self.levers, set_to):
            if name == "sample":
                sampled = min(int(round(float(value))), self.scenario.employees)
            self._pull(run, name, float(value))
        paid, steps = 0.0, 0
        means = run.means
        while steps < self.every and not run.done:
            means = run.step()
            paid += self._paid(means)
            steps += 1
        reward = paid / steps - self.sample_cost * sampled / self.scenario.employees
        low, high = self.action_space.low, self.action_space.high
        self._in_force = (set_to - low) / (high - low)
        for metric, level in self._before.items():
            if level == 0:
                self._before[metric] = float(means["dashboard"][metric])
        if self._contribution == 0:
            self._contribution = float(means["contribution"])
        found = 0.0
        if sampled > 0:
            who = self.np_random.choice(self.scenario.employees, sampled, replace=False)
            found = float(run.contribution[who].mean())
        return self._see(means, found, sampled), reward, False, run.done, {"means": means}

    def _pull(self, run: Simulation, name: str, value: float) -> None:
        """Sets one lever."""
        if name == "sample":
            return
        if name == "audit_rate":
            run.set_audit_rate(value)
            return
        kind, incentive = name.split(" ", 1)
        {"target": run.set_target, "rate": run.set_rate, "stakes": run.set_stakes}[kind](incentive, value)

    def _paid(self, means: Mapping[str, Any]) -> float:
        """What the agent is rewarded by, in a step."""
        if callable(self._reward):
            return float(self._reward(means))
        name, _, metric = self._reward.partition(" ")
        value = means.get(name)
        if metric and isinstance(value, dict):
            value = value.get(metric)
        if not isinstance(value, float):
            scalars = sorted(key for key, found in means.items() if isinstance(found, float))
            raise ValueError(f"reward: {self._reward!r} is none; there is 'dashboard METRIC' and {', '.join(scalars)}")
        return value

    def _see(self, means: Mapping[str, Any], found: float, sampled: int) -> NDArray[numpy.float64]:
        run = self._run
        assert run is not None
        seen = [run.next_step / self.scenario.steps]
        for metric, before in self._before.items():
            now = float(means["dashboard"].get(metric, 0.0))
            seen.append(now / before if before != 0 else now)
        seen.extend(self._in_force)
        if "sample" in self.levers:
            before = self._contribution
            seen += [found / before if before != 0 else found, sampled / self.scenario.employees]
        return numpy.nan_to_num(numpy.array(seen, dtype=numpy.float64))
