"""Scenarios in Python: all ways in, changes, what is wrong said as on the terminal, equality, pickling."""

import os
import pathlib
import pickle
import sys
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SCENARIO, SOURCE, ProgramTest, catalogue  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402


class WaysIn(ProgramTest):
    def test_a_path_a_text_a_dict_and_a_scenario_are_the_same(self):
        text = goodhart.Scenario(SCENARIO)
        path = goodhart.Scenario(self.folder / "small.yaml")
        plain = goodhart.Scenario(str(self.folder / "small.yaml"))
        resolved = goodhart.Scenario(text.resolve())
        again = goodhart.Scenario(text)
        for other in (path, plain, resolved, again):
            self.assertEqual(text, other)
            self.assertEqual(hash(text), hash(other))
        self.assertNotEqual(text, goodhart.Scenario(SCENARIO, seed=7))
        self.assertNotEqual(text, "small")
        self.assertEqual(text.policies, ["trust", "quota", "pay"])
        self.assertEqual((text.title, text.compare_with), ("A small quota", "trust"))
        self.assertEqual((text.steps, text.replicates, text.employees), (6, 6, 40))
        self.assertIn("small.yaml", repr(path))

    def test_a_name_of_the_catalogue(self):
        self.assertIn("ai-usage-mandate", goodhart.scenarios())
        self.assertEqual(goodhart.Scenario("ai-usage-mandate", quiet=True),
                         goodhart.Scenario(SOURCE / "scenarios/ai-usage-mandate.yaml", quiet=True))
        with self.assertRaisesRegex(goodhart.MachineError, "did you mean 'ai-usage-mandate'"):
            goodhart.Scenario("ai-usage-mandat")
        with self.assertRaises(goodhart.MachineError):
            goodhart.Scenario("no/such/file.yaml")

    def test_what_is_resolved_is_what_the_program_resolves(self):
        self.assertEqual(goodhart.Scenario(self.folder / "small.yaml", replicates=2).to_yaml(),
                         self.run_program("resolve", "small.yaml", "--replicates", 2)[0])

    def test_the_schema_is_the_programs(self):
        import json
        self.assertEqual(goodhart.schema(), json.loads(self.run_program("schema")[0]))


class Changes(ProgramTest):
    def test_they_are_made_as_by_set(self):
        changes = {"population.size": numpy.int64(30), "policies.quota.quota.reward": 0.3, "metrics.output.noise": 0.5,
                   "activities.work.value": {"normal": {"mean": 1.5, "sd": numpy.float64(0.25)}}}
        changed = goodhart.Scenario(SCENARIO, set=changes, steps=4, seed=3, policies=["trust", "quota"])
        told = self.run_program(
            "resolve", "small.yaml", "--set", "population.size=30", "--set", "policies.quota.quota.reward=0.3", "--set",
            "metrics.output.noise=0.5", "--set", "activities.work.value={normal: {mean: 1.5, sd: 0.25}}", "--steps", 4,
            "--seed", 3, "--policy", "trust", "--policy", "quota")[0]
        self.assertEqual(changed.to_yaml(), told)

    def test_a_later_change_of_a_scenario_takes_the_place_of_an_earlier_one(self):
        changed = goodhart.Scenario(goodhart.Scenario(SCENARIO, seed=3, replicates=2), seed=4)
        self.assertEqual(changed, goodhart.Scenario(SCENARIO, seed=4, replicates=2))

    def test_resolve_gives_values_of_python(self):
        plain = goodhart.resolve(SCENARIO, set={"seed": 5})
        self.assertEqual(plain["seed"], 5)
        self.assertEqual(plain["activities"]["tick"]["gaming"], True)
        self.assertEqual(plain["activities"]["work"]["value"], "skill")


class Mistakes(ProgramTest):
    def test_the_text_is_the_terminals(self):
        broken = SCENARIO.replace("gaming: true", "gamin: true").replace("noise: 1", "noise: -1")
        self.write("broken.yaml", broken)
        told = self.run_program("check", "broken.yaml", status=2)[0]
        os.chdir(self.folder)
        with self.assertRaises(goodhart.ScenarioError) as caught:
            goodhart.run("broken.yaml")
        self.assertEqual(str(caught.exception) + "\n", told)
        self.assertIsInstance(caught.exception, ValueError)
        found = caught.exception.diagnostics
        self.assertEqual(found, tuple(goodhart.check("broken.yaml")))
        first = found[0]
        self.assertEqual((first.severity, first.source, first.line), ("error", "broken.yaml", 11))
        self.assertIn("did you mean 'gaming'?", first.message)
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((str(again), again.diagnostics), (str(caught.exception), found))

    def test_changes_that_cannot_be_made(self):
        for changes, expected in (
            ({"population.siz": 5}, "set population.siz: error: population.siz: is not a field here; did you mean 'size'?"),
            ({"population.size": float("nan")}, "set population.size: error: population.size: "),
            ({"population.size": "many"}, "set population.size: error: population.size: "),
            ({"population.size": None}, "set population.size: needs a value, and there is None"),
            ({"": 5}, "set: a path is empty"),
            ({"population.size": -3}, "set population.size: error: population.size: "),
        ):
            with self.subTest(changes=changes), self.assertRaises(goodhart.ScenarioError) as caught:
                goodhart.Scenario(SCENARIO, set=changes)
            self.assertIn(expected, str(caught.exception))
        with self.assertRaisesRegex(goodhart.ScenarioError, "no such policy; did you mean 'quota'"):
            goodhart.Scenario(SCENARIO, policies=["quoto"])
        with self.assertRaisesRegex(goodhart.ScenarioError, "set seed: is given twice"):
            goodhart.Scenario(SCENARIO, set={"seed": 1}, seed=2)

    def test_wrong_types(self):
        circle = {}
        circle["circle"] = circle
        for wrong, expected in (
            (3, "scenario: is a path"), (b"x", "scenario: is a path"), (None, "scenario: is a path"),
            ({"goodhart": object()}, "scenario.goodhart: is of type object"), ({3: 4}, "scenario: keys are texts"),
        ):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(TypeError, expected):
                goodhart.Scenario(wrong)
        with open(self.folder / "small.yaml") as file:
            for _ in range(2):  # open, and closed
                with self.assertRaisesRegex(TypeError, "scenario: is a path.* not of type TextIOWrapper"):
                    goodhart.Scenario(file)
                file.close()
        with self.assertRaisesRegex(ValueError, "nested too deeply, or holds itself"):
            goodhart.Scenario(circle)
        with self.assertRaisesRegex(TypeError, "set: is a dict"):
            goodhart.Scenario(SCENARIO, set=["population.size=3"])
        with self.assertRaisesRegex(TypeError, "policies: is a list of names"):
            goodhart.Scenario(SCENARIO, policies="trust")
        with self.assertRaises(goodhart.ScenarioError):
            goodhart.Scenario("")
        with self.assertRaises(goodhart.ScenarioError):
            goodhart.Scenario({})
        with self.assertRaises(goodhart.ScenarioError):
            goodhart.Scenario("goodhart: 1\n\x00\n")

    def test_what_is_odd_is_warned_of(self):
        odd = SCENARIO.replace("policies:", "policies:\n  twice: []")
        texts = [found.message for found in goodhart.check(odd)]
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            goodhart.Scenario(odd)
        self.assertEqual(len(told), 1 if texts else 0)

    def test_all_broken_files_of_the_tests_are_refused_in_the_same_words(self):
        folder = SOURCE / "tests/bad"
        os.chdir(folder)
        files = sorted(folder.glob("*.yaml"))
        self.assertGreater(len(files), 200)
        for file in files:
            expected = file.with_suffix(".txt").read_text(errors="surrogateescape")
            with self.subTest(file=file.name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    said = goodhart.Scenario(file.name)._open.warnings_text
                except goodhart.ScenarioError as error:
                    said = str(error)
                self.assertEqual(said.strip(), expected.strip())


class Keeping(unittest.TestCase):
    def test_pickling(self):
        scenario = goodhart.Scenario(SCENARIO, set={"seed": 9}, policies=["trust", "pay"])
        again = pickle.loads(pickle.dumps(scenario))
        self.assertEqual(scenario, again)
        self.assertEqual(again.policies, ["trust", "pay"])

    def test_it_cannot_be_changed(self):
        scenario = goodhart.Scenario(SCENARIO)
        for name in ("title", "policies", "steps"):
            with self.assertRaises(AttributeError):
                setattr(scenario, name, 3)

    def test_the_catalogue_is_sound(self):
        for name, file in catalogue().items():
            with self.subTest(name=name):
                self.assertEqual([found for found in goodhart.check(file) if found.severity == "error"], [])


if __name__ == "__main__":
    unittest.main()
