"""Changed results, numbers in them, scenarios and options, as many as GOODHART_FUZZ says (of each; 200 if it says nothing).

GOODHART_FUZZ_SEED begins elsewhere, and GOODHART_FUZZ_KEEP names a folder for what made a test fail.
"""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fuzzing import FuzzTest  # noqa: E402

COUNT = int(os.environ.get("GOODHART_FUZZ", "200"))
SEED = os.environ.get("GOODHART_FUZZ_SEED", "slow")


class Fuzzing(FuzzTest):
    def test_results(self):
        self.fuzz_results(COUNT, SEED)

    def test_numbers(self):
        self.fuzz_numbers(COUNT, SEED)

    def test_scenarios(self):
        self.fuzz_scenarios(COUNT, SEED)

    def test_options(self):
        self.fuzz_options(COUNT, SEED)


if __name__ == "__main__":
    unittest.main()
