"""Sweeps and sensitivities in Python: Datasets identical to those of the program's files, and the same numbers by every way."""

import html
import json
import os
import pathlib
import pickle
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import FAILING, SCENARIO, ProgramTest  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402
import xarray  # noqa: E402
from goodhart.hooks import evaluator  # noqa: E402

REWARD, NOISE = "policies.quota.quota.reward", "metrics.output.noise.normal.scale"
STUDY = SCENARIO + f"""\
experiment:
  outcome: net_value - reward
  require: [gaming_share <= 0.02]
  vary:
    {NOISE}: {{from: 0.1, to: 0.5, as: noise}}
    effort.strain: {{from: 3, to: 5}}
  levers:
    policies.quota.quota.target: {{from: 12, to: 16, step: 2, as: target}}
  where: ['max(target > 12, noise < 0.3)']
  design: {{sobol: {{points: 4}}}}
  sensitivity: {{sobol: {{rows: 16, scrambles: 4}}}}
"""
PLACES = ("results", "scenario", "digest")  # where a file is, which is none here


class Studies(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("study.yaml", STUDY)
        os.chdir(self.folder)

    def demand_identical(self, ours, group=None):
        with xarray.open_dataset(self.folder / "out.h5", group=group) as file:
            xarray.testing.assert_identical(ours, file.load())
            for name in file.variables:
                self.assertEqual(ours[name].dtype, file[name].dtype, name)
                self.assertEqual(list(ours[name].attrs), list(file[name].attrs), name)
            self.assertEqual(list(ours.attrs), list(file.attrs))

    def test_a_sweep_is_the_program_s_for_any_number_of_threads(self):
        self.run_program("sweep", "study.yaml", "-o", "out.h5", "--quiet", "--replicates", 3)
        for threads in (1, 2, 7):
            found = goodhart.sweep("study.yaml", replicates=3, threads=threads)
            self.demand_identical(found)
        self.assertEqual(set(numpy.unique(found.meets)), {0, 1})
        self.assertTrue(found.value.values.flags.writeable)
        self.assertFalse(found.value.values.flags.owndata)

    def test_series_are_the_program_s(self):
        self.run_program("sweep", "study.yaml", "-o", "out.h5", "--quiet", "--set", "experiment.keep=series")
        ours = goodhart.sweep("study.yaml", keep="series", threads=2)
        with xarray.open_dataset("out.h5", group="series") as file:
            self.assertEqual(set(file.data_vars) - {"target"} - set(ours.data_vars), set())
            for name in file.data_vars:  # the lever is called as a result is
                xarray.testing.assert_identical(ours["result_target" if name == "target" else name].rename(name), file[name].load())
        with xarray.open_dataset("out.h5") as file:
            self.assertEqual(ours.attrs["content_digest"], file.attrs["content_digest"])
            for name in ("target", "noise", "luck", "status", "outcome", "meets"):
                xarray.testing.assert_identical(ours[name].drop_vars(set(ours[name].coords) - set(file[name].coords)), file[name].load())
        xarray.testing.assert_identical(goodhart.sweep("study.yaml", set={"experiment.keep": "series"}), ours)
        self.assertNotIn("step", goodhart.sweep("study.yaml", set={"experiment.keep": "series"}, keep="means").dims)
        with self.assertRaisesRegex(goodhart.ScenarioError, "experiment.keep"):
            goodhart.sweep("study.yaml", keep="all")

    def test_a_sensitivity_is_the_program_s(self):
        for options, edits in (([], {}), (["--set", "experiment.sensitivity={morris: {trajectories: 4}}"],
                                          {"experiment.sensitivity": {"morris": {"trajectories": 4}}})):
            told = json.loads(self.run_program("sensitivity", "study.yaml", "-o", "out.h5", "--quiet", "--json", *options)[0])
            ours = goodhart.sensitivity("study.yaml", set=edits, threads=2)
            self.demand_identical(ours.dataset)
            self.demand_identical(ours.indices, "sensitivity")
            self.assertEqual({key: value for key, value in ours.json.items() if key not in PLACES},
                             {key: value for key, value in told.items() if key not in PLACES})
        self.assertIn("noise", ours.text)
        self.assertIn(html.escape("<!doctype html>")[:10].lower(), ours._repr_html_().lower())
        ours.html("page.html")
        self.assertIn("<svg", pathlib.Path("page.html").read_text())
        with self.assertRaisesRegex(TypeError, "cannot be pickled"):
            pickle.dumps(ours)

    def test_robust_is_the_program_s(self):
        for options, ours in (
            ([], {}),
            (["--worlds", "8", "--regret", "0.01"], {"worlds": 8, "regret": 0.01}),
            (["--set", "experiment.require=[]"], {"set": {"experiment.require": []}}),
        ):
            told = json.loads(self.run_program("robust", "study.yaml", "-o", "out.h5", "--quiet", "--json", *options)[0])
            found = goodhart.robust("study.yaml", threads=2, **ours)
            self.demand_identical(found.dataset)
            places = (*PLACES, "source")
            self.assertEqual({key: value for key, value in found.json.items() if key not in places},
                             {key: value for key, value in told.items() if key not in places})
            self.assertEqual(found.dataset.attrs["content_digest"], told["content_digest"])
        self.assertEqual(list(found.frame.columns)[0], "option")
        self.assertIn("worlds", found.text)
        found.html("page.html")
        self.assertIn("<svg", pathlib.Path("page.html").read_text())

    def test_robust_refuses_what_cannot_be(self):
        with self.assertRaisesRegex(goodhart.ScenarioError, "of no number that it is uncertain"):
            goodhart.robust(SCENARIO)
        with self.assertRaisesRegex(goodhart.ScenarioError, "only one option"):
            goodhart.robust("study.yaml", policies=["quota"])
        with self.assertRaisesRegex(goodhart.ScenarioError, "power of two"):
            goodhart.robust("study.yaml", worlds=6)
        for wrong in ({"worlds": 0}, {"worlds": 2.5}, {"regret": -1}, {"regret": float("nan")}):
            with self.assertRaises(ValueError):
                goodhart.robust("study.yaml", **wrong)

    def test_search_is_the_program_s(self):
        for edits, options, status in (
            ({"seed": 4}, ["--seed", "4"], 4),  # nothing meets what is required
            ({"set": {"experiment.require": []}}, ["--set", "experiment.require=[]"], 0),
        ):
            told = json.loads(self.run_program("search", "study.yaml", "-o", "out.h5", "--quiet", "--json", "--replicates", "16",
                                               "--tolerance", "0.01", *options, status=status)[0])
            found = goodhart.search("study.yaml", tolerance=0.01, replicates=16, threads=2, **edits)
            places = (*PLACES, "results", "content_digest")
            self.assertEqual({key: value for key, value in found.json.items() if key not in places},
                             {key: value for key, value in told.items() if key not in places})
            self.assertEqual(found.best is None, status == 4)
        columns = {"noise": [0.1, 0.2, 0.45], "effort.strain": [3, 4, 5]}
        self.write("worlds.csv", "effort.strain,noise\n3,0.1\n4,0.2\n5,0.45\n")
        for ours, theirs in ((columns, "worlds.csv"), (8, "8")):
            told = json.loads(self.run_program("search", "study.yaml", "--worlds", theirs, "-o", "out.h5", "--quiet", "--json",
                                               "--set", "experiment.require=[]")[0])
            over = goodhart.search("study.yaml", worlds=ours, set={"experiment.require": []})
            self.assertEqual(over.json["list"], told["list"])
            self.assertEqual(over.json["worlds"]["count"], told["worlds"]["count"])
        for wrong, why in ((0, "at least 1"), (True, "at least 1"), ({"noise": [0.1]}, "one column for effort.strain"),
                           ({**columns, "other": [1, 2, 3]}, "other is no number in doubt")):
            with self.assertRaisesRegex(ValueError, why):
                goodhart.search("study.yaml", worlds=wrong)
        self.assertIn("candidates", found.text)
        self.assertEqual(len(found.frame), 2)  # where leaves out the third
        policy, levers = found.best
        self.assertEqual((policy, list(levers)), ("quota", ["target"]))
        with self.assertRaisesRegex(goodhart.ScenarioError, "experiment"):
            goodhart.search(SCENARIO)

    def test_a_front_is_the_program_s(self):
        self.write("open.yaml", STUDY.replace("  require:", "  # require:"))
        told = json.loads(self.run_program("search", "open.yaml", "-o", "out.h5", "--quiet", "--json", "--replicates", "16",
                                           "--front", "net_value", "--front=-reward")[0])
        found = goodhart.search("open.yaml", replicates=16, front=["net_value", "-reward"])
        places = (*PLACES, "results", "content_digest")
        self.assertEqual({key: value for key, value in found.json.items() if key not in places},
                         {key: value for key, value in told.items() if key not in places})
        self.assertIsNone(found.best)
        self.assertEqual(found.front, [(c["policy"], c["levers"]) for c in sorted(told["list"], key=lambda c: c["levers"]["target"])
                                       if c["state"] in ("front", "open")])
        self.assertIn("worth considering", found.text)
        for wrong in ({"front": "net_value"}, {"front": ["cost", "net_value"], "tolerance": 1}):
            with self.assertRaises(ValueError):
                goodhart.search("open.yaml", **wrong)

    def test_a_fit_is_the_program_s(self):
        self.write("fitted.yaml", STUDY + f"""\
  fit:
    policy: quota
    points: 64
    particles: 64
    data: {{output: {{outcome: value, value: 1.07, sd: 0.02}}}}
""")
        told = json.loads(self.run_program("fit", "fitted.yaml", "-o", "out.h5", "--quiet", "--json")[0])
        found = goodhart.fit("fitted.yaml", threads=2)
        places = (*PLACES, "results", "content_digest", "next")
        self.assertEqual({key: value for key, value in found.json.items() if key not in places},
                         {key: value for key, value in told.items() if key not in places})
        self.assertTrue(found.possible)
        self.assertEqual(len(found.frame), 64)
        with xarray.open_dataset(self.folder / "out.h5", group="fit") as file:
            numpy.testing.assert_array_equal(found.frame.values, file.value.values)
        over = goodhart.robust("fitted.yaml", worlds=found.frame, replicates=2)
        self.assertLessEqual(over.json["worlds"], 64)
        self.assertFalse(goodhart.fit("fitted.yaml", set={"experiment.fit.data.output.value": 99}).possible)
        with self.assertRaisesRegex(goodhart.ScenarioError, "experiment.fit"):
            goodhart.fit("study.yaml")

    def test_256_points_give_the_same_numbers_by_evaluator_sweep_and_command_line(self):
        draws = numpy.random.default_rng(4)
        points = numpy.column_stack([draws.uniform(0.05, 0.3, 256), draws.uniform(0.1, 0.5, 256)])
        small = goodhart.Scenario(SCENARIO, set={"population.size": 10}, steps=2, replicates=2)
        by_function = evaluator(small, [REWARD, NOISE], policy="quota", against="trust", threads=1)(points)
        swept = goodhart.sweep(small, {REWARD: points[:, 0], NOISE: points[:, 1]})
        gain = swept.net_value.sel(policy="quota") - swept.net_value.sel(policy="trust")
        numpy.testing.assert_array_equal(gain.values.mean(axis=1), by_function)
        self.assertEqual(len(numpy.unique(by_function)), 256)

        rows = "\n".join(",".join(map(repr, map(float, row))) for row in points)
        self.write("points.csv", f"{REWARD},{NOISE}\n{rows}\n")
        self.write("small.yaml", small.to_yaml() + f"""\
experiment:
  levers: {{{REWARD}: {{from: 0.05, to: 0.3}}}}
  vary: {{{NOISE}: {{from: 0.1, to: 0.5}}}}
  design: {{file: points.csv}}
""")
        self.run_program("sweep", "small.yaml", "-o", "out.h5", "--quiet")
        with xarray.open_dataset(self.folder / "out.h5") as file:
            numpy.testing.assert_array_equal(file.net_value.values, swept.net_value.values)

    def test_points_in_place_of_those_of_the_scenario(self):
        points = {"noise": [0.2, 0.4, 0.2], REWARD: [0.1, 0.1, 0.3]}
        found = goodhart.sweep("study.yaml", points, replicates=2)
        self.assertEqual(list(found.noise.values), [0.2, 0.4, 0.2])
        self.assertEqual(list(found[REWARD].values), [0.1, 0.1, 0.3])
        self.assertNotIn("effort.strain", found)
        run = goodhart.results("study.yaml", replicates=2, set={NOISE: 0.4, REWARD: 0.1}).means
        numpy.testing.assert_array_equal(found.value.sel(point=1).values, run.value.values)
        by_path = goodhart.sweep("study.yaml", {NOISE: [0.2, 0.4, 0.2], REWARD: [0.1, 0.1, 0.3]}, replicates=2)
        xarray.testing.assert_identical(found, by_path)
        whole = goodhart.sweep("study.yaml", {"population.size": [20, 40]}, replicates=1)
        self.assertEqual(list(whole["population.size"].values), [20, 40])
        try:
            import pandas
        except ImportError:
            self.skipTest("python3-pandas is not there")
        xarray.testing.assert_identical(found, goodhart.sweep("study.yaml", pandas.DataFrame(points), replicates=2))

    def test_runs_that_fail(self):
        points = {"effort.strain": [3, 4]}
        with self.assertWarnsRegex(goodhart.RunsFailedWarning, r"of 36 runs failed; the first is point 0, replicate \d: trust: "):
            found = goodhart.sweep(FAILING, points)
        failed = found.status == 1
        self.assertTrue(failed.any() and not failed.all())
        self.assertTrue((numpy.isnan(found.value) == failed).all())
        with self.assertRaisesRegex(goodhart.RunsFailed, "of 36 runs failed"):
            goodhart.sweep(FAILING, points, strict=True)

    def test_ends_that_make_no_sound_scenario_are_refused(self):
        with self.assertRaisesRegex(goodhart.ScenarioError, "effort.strain.from: the scenario cannot be run with -1 there"):
            goodhart.sweep(SCENARIO, {"effort.strain": [4, -1]})

    def test_mistakes(self):
        for points, kind, expected in (
            ([1, 2], TypeError, "points: are columns by name"),
            ({3: [1]}, TypeError, "names of columns are texts"),
            ({NOISE: "high"}, TypeError, f"column {NOISE} is no list of numbers"),
            ({NOISE: [0.1, float("nan")]}, ValueError, "holds a number that is not finite"),
            ({NOISE: [0.1], REWARD: [1, 2]}, ValueError, "all equally long and not empty"),
            ({}, ValueError, "all equally long and not empty"),
            ({NOISE: [0.1, 0.2], "noise": [0.1, 0.2]}, ValueError, "one by its path and one by its name"),
            ({"metrics.outputs.noise": [1, 2]}, goodhart.ScenarioError, "metrics.outputs"),
        ):
            with self.subTest(expected=expected), self.assertRaisesRegex(kind, expected):
                goodhart.sweep("study.yaml", points)
        with self.assertRaisesRegex(goodhart.ScenarioError, "a sweep needs experiment.vary or experiment.levers"):
            goodhart.sweep(SCENARIO)
        with self.assertRaisesRegex(goodhart.ScenarioError, "a sensitivity needs experiment.vary"):
            goodhart.sensitivity(SCENARIO)
        for what in (goodhart.check, goodhart.sweep):
            wrong = STUDY.replace("net_value - reward", "net_valu - reward")
            if what is goodhart.check:
                self.assertIn("did you mean 'net_value'", what(wrong)[0].message)
            else:
                with self.assertRaisesRegex(goodhart.ScenarioError, "did you mean 'net_value'"):
                    what(wrong)

    def test_progress_may_stop_it(self):
        def stop(done, total):
            raise LookupError(f"{done} of {total}")

        with self.assertRaises(LookupError):
            goodhart.sweep(STUDY, set={"population.size": 5000, "time.steps": 5000}, progress=stop)

    def test_replicates_until_a_difference_is_known(self):
        told = json.loads(self.run_program("compare", "small.yaml", "--json", "--quick", "--quiet", "-o", "out.h5", "--until",
                                           "0.01", "--outcome", "value")[0])
        ours = goodhart.compare("small.yaml", worlds=0, causes=False, levers=False, until=0.01, outcome="value").json
        places = ("results", "source", "scenario", "content_digest", "digest", "source_name")
        self.assertEqual({key: value for key, value in ours.items() if key not in places},
                         {key: value for key, value in told.items() if key not in places})
        self.assertIn("Replicates were doubled", json.dumps(told))
        for options, expected in (
            ({"until": 0}, "until: must be a share"),
            ({"until": 0.1, "outcome": "happiness"}, "outcome happiness: there is no such outcome"),
            ({"until": 0.1, "policies": ["quota"]}, "until: needs at least two policies"),
        ):
            with self.assertRaisesRegex(ValueError, expected):
                goodhart.compare("small.yaml", **options)
        with self.assertRaisesRegex(ValueError, "until is for scenarios"):
            goodhart.compare("out.h5", until=0.1)


if __name__ == "__main__":
    unittest.main()
