"""Comparisons and explanations in Python are those of the command line."""

import html
import json
import os
import pathlib
import pickle
import sys
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import LONG, SCENARIO, ProgramTest  # noqa: E402

import goodhart  # noqa: E402

LEVERS = """\
experiment:
  vary:
    effort.strain: {from: 3, to: 5, as: strain}
  levers:
    policies.quota.quota.target: {values: [12, 14, 16], as: target}
"""
PLACES = ("results", "source", "scenario", "content_digest", "digest", "source_name")  # where a file is, which is none here


def numbers(told):
    """A comparison without what only a file has."""
    return {key: value for key, value in told.items() if key not in PLACES}


class Comparing(ProgramTest):
    def test_a_scenario_results_and_files_give_the_program_s_numbers(self):
        os.chdir(self.folder)
        told = json.loads(self.run_program("compare", "small.yaml", "--json", "--quiet", "-o", "out.h5")[0])
        scenario = goodhart.compare("small.yaml")
        self.assertEqual(numbers(scenario.json), numbers(told))
        self.assertEqual(numbers(goodhart.compare(goodhart.results("small.yaml")).json), numbers(told))
        self.assertEqual(goodhart.compare("out.h5").json, told)
        self.assertEqual(scenario.ranking, told["ranking"])
        self.assertTrue(scenario.headline)
        self.assertEqual(goodhart.compare("out.h5").text, self.run_program("compare", "out.h5", "--quiet")[0])
        self.assertEqual(goodhart.compare(["out.h5"], worlds=0, causes=False, levers=False).text,
                         self.run_program("compare", "out.h5", "--quick", "--quiet")[0])
        page = self.run_program("compare", "out.h5", "--quiet", "--html", "page.html")
        goodhart.compare("out.h5").html(self.folder / "ours.html")
        self.assertTrue(page)
        self.assertEqual((self.folder / "ours.html").read_text(), (self.folder / "page.html").read_text())

    def test_settings_and_given_worlds_are_the_program_s(self):
        os.chdir(self.folder)
        self.write("levers.yaml", (self.folder / "small.yaml").read_text() + LEVERS)
        self.write("worlds.csv", "strain\n3\n4\n5\n")
        told = json.loads(self.run_program("compare", "levers.yaml", "--json", "--quiet", "--worlds", "worlds.csv", "-o", "out.h5")[0])
        ours = goodhart.compare("levers.yaml", worlds={"strain": [3, 4, 5]})
        self.assertIn("target", told["best_setting"]["sentence"])
        self.assertEqual(numbers(ours.json)["best_setting"], numbers(told)["best_setting"])
        self.assertEqual(ours.json["ranking"], told["ranking"])
        found = goodhart.compare(goodhart.results("levers.yaml"), worlds={"strain": list(range(3, 103))}, causes=False, levers=False)
        self.assertIsNone(found.json["best_setting"])
        self.assertEqual(found.json["worlds"]["tried"], 64)
        for wrong, why in (({"other": [1]}, "one column for strain"), ({"strain": [1], "other": [1]}, "other is no number in doubt")):
            with self.assertRaisesRegex(ValueError, why):
                goodhart.compare("levers.yaml", worlds=wrong)
        with self.assertRaisesRegex(ValueError, "of files, say how many"):
            goodhart.compare("out.h5", worlds={"strain": [3]})

    def test_it_shows_in_a_notebook_and_can_be_kept(self):
        quick = goodhart.compare(SCENARIO, worlds=0, causes=False, levers=False)
        self.assertIn(html.escape("<!doctype html>")[:10].lower(), quick._repr_html_().lower())
        self.assertEqual(pickle.loads(pickle.dumps(quick)), quick)
        with self.assertRaises(AttributeError):
            quick.text = ""
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("python3-pandas is not there")
        rows = quick.frame
        net = rows[(rows.outcome == "net_value") & (rows.statistic == "mean")]
        self.assertEqual(set(net.policy), {"trust", "quota", "pay"})

    def test_mistakes(self):
        for options, expected in (
            ({"perspective": "mine"}, "perspective: must be organisation, after_bonuses, employees or everybody"),
            ({"worlds": -1}, "worlds: must be a whole number"),
            ({"threads": 0}, "threads: must be"),
        ):
            with self.subTest(options=options), self.assertRaisesRegex(ValueError, expected):
                goodhart.compare(SCENARIO, **options)
        with self.assertRaisesRegex(ValueError, "seed is for scenarios; results are as they were run"):
            goodhart.compare(goodhart.results(SCENARIO, replicates=2), seed=3)
        self.write("none.h5", "not results")
        with self.assertRaisesRegex(goodhart.ScenarioError, "none.h5"):
            goodhart.compare(self.folder / "none.h5")
        with self.assertRaises(goodhart.MachineError):
            goodhart.compare(self.folder / "nowhere.h5")

    def test_progress_may_stop_any_part(self):
        for parts in ({"worlds": 0, "causes": False, "levers": False}, {}):
            def stop(done, total):
                raise LookupError(f"{done} of {total}")

            with self.assertRaises(LookupError):
                goodhart.compare(LONG, progress=stop, **parts)


class Explaining(ProgramTest):
    def test_it_is_the_program_s(self):
        os.chdir(self.folder)
        for arguments, options in (
            ({}, []),
            ({"policy": "pay", "employee": 3, "step": 2, "replicate": 4},
             ["--policy", "pay", "--employee", 3, "--step", 2, "--replicate", 4]),
        ):
            ours = goodhart.explain("small.yaml", **arguments)
            self.assertEqual(ours.text, self.run_program("explain", "small.yaml", *options)[0])
            self.assertEqual(ours.json, json.loads(self.run_program("explain", "small.yaml", "--json", *options)[0]))
        self.assertIn("<pre>", ours._repr_html_())

    def test_mistakes(self):
        with self.assertRaisesRegex(goodhart.ScenarioError, "no such policy; did you mean 'quota'"):
            goodhart.explain(SCENARIO, "quoto")
        with self.assertRaisesRegex(goodhart.ScenarioError, "employee 40: must be from 0 to 39"):
            goodhart.explain(SCENARIO, employee=40)
        for wrong in (-1, True, "3", 2.5):
            with self.assertRaisesRegex(ValueError, "employee: must be a whole number"):
                goodhart.explain(SCENARIO, employee=wrong)


if __name__ == "__main__":
    with warnings.catch_warnings():
        unittest.main()
