"""goodhart: what happens to an organisation when a measure becomes a target.

The simulator as a library: scenarios in, results out, in memory. Begin with ``run``, ``compare`` and ``explain``; the
documentation is in docs/python.md.
"""

from __future__ import annotations

from . import _core
from .comparison import Comparison, Explanation, compare, explain
from .errors import Diagnostic, MachineError, RunsFailed, RunsFailedWarning, ScenarioError, ScenarioWarning
from .results import Results, results, run
from .scenario import Scenario, check, resolve, scenarios, schema
from .simulation import Simulation
from .studies import Fit, Robustness, Search, Sensitivity, fit, robust, search, sensitivity, sweep

__version__: str = _core.program_name().split()[1]

__all__ = [
    "Comparison",
    "Diagnostic",
    "Explanation",
    "Fit",
    "MachineError",
    "Results",
    "Robustness",
    "RunsFailed",
    "RunsFailedWarning",
    "Scenario",
    "ScenarioError",
    "ScenarioWarning",
    "Search",
    "Sensitivity",
    "Simulation",
    "check",
    "compare",
    "explain",
    "fit",
    "resolve",
    "results",
    "robust",
    "run",
    "scenarios",
    "schema",
    "search",
    "sensitivity",
    "sweep",
]
