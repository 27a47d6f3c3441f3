"""`goodhart explain`: what it says is what the results hold, and bad questions get a sentence."""

import json
import pathlib
import sys
import unittest

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SCENARIO, SOURCE, ProgramTest  # noqa: E402


class Explain(ProgramTest):
    def test_it_matches_the_stored_state(self):
        for name, policy in (("scenarios/first-file.yaml", "usage_quota"), ("scenarios/ai-usage-mandate.yaml", "usage_quota"),
                             ("tests/scenarios/everything.yaml", "reform")):
            with self.subTest(scenario=name):
                self.run_program("run", SOURCE / name, "-o", "panel.h5", "--quiet", "--replicates", 2, "--steps", 8,
                                 "--policy", policy, "--set", "record.employees={every: 1, sample: 5}")
                with h5py.File(self.folder / "panel.h5") as file:
                    panel = file["employees"]
                    activities = panel["activity"].asstr()[:]
                    step = 5
                    at = list(panel["sample"][:]).index(step)
                    for place, employee in enumerate(panel["employee"][:]):
                        told = json.loads(self.run_program("explain", SOURCE / name, "--steps", 8, "--policy", policy,
                                                           "--employee", employee, "--step", step, "--replicate", 1,
                                                           "--json")[0])
                        for k, activity in enumerate(activities):
                            # One decision by itself and all over columns differ by no more than decisions promise.
                            self.assertAlmostEqual(told["chosen"]["time"][activity],
                                                   panel["effort"][0, 1, at, place, k], delta=1e-7)

    def test_it_reads_well(self):
        stdout, _ = self.run_program("explain", SOURCE / "scenarios/first-file.yaml")
        self.assertLessEqual(max(len(line) for line in stdout.splitlines()), 100)
        for words in ("under usage_quota", "What is rewarded", "quota on prompts, target 100", "What it considers",
                      "conscience and hassle", "What it chooses", "What would change its mind", "gaming stops at"):
            self.assertIn(words, stdout)
        stdout, _ = self.run_program("explain", SOURCE / "tests/scenarios/everything.yaml", "--policy", "reform")
        self.assertLessEqual(max(len(line) for line in stdout.splitlines()), 100)
        self.assertNotIn("nan", stdout)

    def test_it_speaks_of_somebody_who_games(self):
        told = json.loads(self.run_program("explain", "small.yaml", "--json")[0])
        self.assertEqual(told["policy"], "quota")
        self.assertEqual(told["step"], 5)
        self.assertTrue(told["chosen"]["games"])
        trust = json.loads(self.run_program("explain", "small.yaml", "--policy", "trust", "--json")[0])
        self.assertEqual(trust["employee"], 0)
        self.assertFalse(trust["chosen"]["games"])

    def test_bad_questions_get_a_sentence(self):
        for arguments, words in (
            (["--policy", "qouta"], "--policy qouta: there is no such policy; did you mean 'quota'?"),
            (["--employee", 40], "--employee 40: must be from 0 to 39"),
            (["--employee", -1], "--employee -1: must be from 0 to 39"),
            (["--step", 6], "--step 6: must be from 0 to 5"),
            (["--replicate", -1], "--replicate -1: must be from 0 to"),
            (["--set", "population.size=-1"], "population.size"),
        ):
            with self.subTest(arguments=arguments):
                stdout, stderr = self.run_program("explain", "small.yaml", *arguments, status=2)
                self.assertIn(words, stderr)
                self.assertEqual(stdout, "")


if __name__ == "__main__":
    unittest.main()
