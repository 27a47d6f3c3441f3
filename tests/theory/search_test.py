"""A search finds the contracts that theory says are best, where the levers have no grid."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "cli"))
from program import PATIENCE, PROGRAM, SOURCE  # noqa: E402


def best(name, *changes):
    with tempfile.TemporaryDirectory(prefix="goodhart theory ") as folder:
        words = [PROGRAM, "search", SOURCE / "tests/theory" / name, "--json", "--quiet", "-o", pathlib.Path(folder) / "found.h5"]
        for change in ("experiment.outcome=surplus", *changes):
            words += ["--set", change]
        done = subprocess.run([str(word) for word in words], text=True, timeout=PATIENCE, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["best"]


class TextbookOptima(unittest.TestCase):
    def test_the_rate_of_the_multitask_contract(self):
        """Holmström & Milgrom 1991, Baker 2002: 0.9 / 2.715, where the surplus is 0.9² / (2 · 2.715)."""
        found = best("multitask_contract.yaml", "population.size=10",
                     "experiment.levers={policies.paid.linear.rate: {from: 0, to: 4, as: rate}}")
        self.assertLess(abs(found["levers"]["rate"] / 0.331492 - 1), 0.005)
        self.assertLess(abs(found["fresh"]["outcome"]["mean"] - 0.149171), 1e-5)
        self.assertEqual(found["at_ends"], [])

    def test_the_rates_of_two_metrics(self):
        """Feltham & Xie 1994."""
        found = best("two_metrics.yaml", "experiment.levers={policies.paid.for_sales.rate: {from: 0.1, to: 1.5, as: sales}, "
                     "policies.paid.for_survey.rate: {from: 0.05, to: 1, scale: log, as: survey}}")
        self.assertLess(abs(found["levers"]["sales"] / 0.757564 - 1), 0.005)
        self.assertLess(abs(found["levers"]["survey"] / 0.341507 - 1), 0.005)
        self.assertLess(abs(found["fresh"]["outcome"]["mean"] - 0.579405), 1e-5)


if __name__ == "__main__":
    unittest.main()
