"""A scenario as a function of its numbers: the same numbers as the command line gives."""

import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SCENARIO, ProgramTest  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402
import xarray  # noqa: E402
from goodhart.hooks import ema_model, evaluator, problem  # noqa: E402

DOUBTFUL = SCENARIO + """\
experiment:
  vary:
    policies.quota.quota.reward: {from: 0.1, to: 0.3}
    metrics.output.noise.normal.scale: {from: 0.1, to: 0.5}
"""
NAMES = ["policies.quota.quota.reward", "metrics.output.noise.normal.scale"]
POINTS = numpy.array([[0.1, 0.2], [0.3, 0.5], [0.2, 0.3]])


class Hooks(ProgramTest):
    def test_a_problem_of_salib(self):
        self.assertEqual(problem(DOUBTFUL), {"num_vars": 2, "names": NAMES, "bounds": [[0.1, 0.3], [0.1, 0.5]]})
        with self.assertRaisesRegex(ValueError, "state ranges in experiment.vary"):
            problem(SCENARIO)

    def test_points_give_the_numbers_of_the_command_line(self):
        found = evaluator(DOUBTFUL, NAMES, policy="quota", against="trust", outcome="value")(POINTS)
        for (reward, noise), ours in zip(POINTS, found):
            self.run_program("run", "small.yaml", "-o", "out.h5", "--quiet", "--set", f"policies.quota.quota.reward={reward}",
                             "--set", f"metrics.output.noise={noise}")
            with xarray.open_dataset(self.folder / "out.h5", group="means") as means:
                by_run = means.value.sel(policy="quota").values - means.value.sel(policy="trust").values
            self.assertEqual(ours, float(by_run.mean()))
        self.assertNotEqual(found[0], found[1])

    def test_a_model_of_the_workbench(self):
        try:
            import ema_workbench  # noqa: F401
        except ImportError:  # what we take of it, as far as we need it
            fake = types.ModuleType("ema_workbench")

            class Model:
                def __init__(self, name, function):
                    self.name, self.function = name, function

            fake.Model, fake.ScalarOutcome = Model, lambda name: name
            fake.RealParameter = lambda name, low, high: (name, low, high)
            sys.modules["ema_workbench"] = fake
        model = ema_model(DOUBTFUL, policy="quota", outcomes=["value", "net_value"], replicates=2)
        names = [name.replace(".", "__") for name in NAMES]
        told = model.function(**dict(zip(names, POINTS[0])))
        plain = evaluator(DOUBTFUL, NAMES, policy="quota", outcome="value", replicates=2)
        self.assertEqual(told["value"], plain(POINTS)[0])
        self.assertEqual(set(told), {"value", "net_value"})

    def test_mistakes(self):
        evaluate = evaluator(DOUBTFUL, NAMES, policy="quota", replicates=1)
        for wrong in (POINTS[0], POINTS[:, :1], numpy.full((1, 2), numpy.nan)):
            with self.assertRaisesRegex(ValueError, "points: must be rows of 2 finite numbers"):
                evaluate(wrong)
        with self.assertRaises(goodhart.ScenarioError):
            evaluate(numpy.array([[0.1, -3.0]]))
        with self.assertRaisesRegex(ValueError, "outcome: 'happiness' is none; there is value, "):
            evaluator(DOUBTFUL, NAMES, policy="quota", outcome="happiness", replicates=1)(POINTS)
        with self.assertRaisesRegex(ValueError, "there is no policy 'quoto'"):
            evaluator(DOUBTFUL, NAMES, policy="quoto")


if __name__ == "__main__":
    unittest.main()
