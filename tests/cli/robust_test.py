"""Robustness over worlds from the outside: scenarios, sweeps' files and tables; sentences where it cannot be."""

import csv
import io
import json
import unittest

import numpy
import xarray

from program import ProgramTest

STUDY = """\
goodhart: 1
title: A small study
time: {steps: 5}
replicates: 4
population: {size: 20, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.2, sigma: 0.5}}, cost: 0.1}
metrics: {tickets: {measures: {work: 10, tick: 40}, noise: 1}}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  saints: {role: reference, incentives: [{quota: {metric: tickets, target: 1, reward: 5}}]}
experiment:
  outcome: net_value - reward / 100
  require: [gaming_share <= 0.3]
  vary:
    effort.intrinsic: {from: 0.05, to: 0.6, as: care}
    activities.tick.aversion.lognormal.median: {from: 0.05, to: 4, scale: log, as: scruple}
  levers:
    policies.quota.quota.target: {from: 10, to: 16, step: 3, as: target}
  where: [target * care < 100, care > 0.1]
"""

# What a, b and c make in four worlds. By hand: b falls short by 3, 0, 6, 0; a by 0, 2, 0, 0.
TABLE = """\
# of somebody's model
policy,belief,profit,"what, else",meets
a,0.1,10,x,yes
b,0.1,7,x,yes
a,0.2,6,x,yes
b,0.2,8,x,no
a,0.3,6,x,yes
b,0.3,0,x,yes
a,0.4,9,x,yes
b,0.4,9,x,yes
"""


class RobustTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("study.yaml", STUDY)
        self.write("table.csv", TABLE)

    def refused(self, sentence, *arguments, status=2):
        before = self.files()
        stdout, stderr = self.run_program("robust", *arguments, status=status)
        self.assertEqual(stdout, "")
        self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), before)


class Scenarios(RobustTest):
    def test_regrets_are_those_of_the_file(self):
        stdout, stderr = self.run_program("robust", "study.yaml", "--json", "--html", "page.html")
        found = json.loads(stdout)
        data = xarray.open_dataset(self.folder / "results/study-robust.h5")
        # Levers stand as the scenario has them; conditions on them go, those on worlds stay.
        self.assertEqual([name for name in data if data[name].dims == ("point",)], ["care", "scruple"])
        self.assertGreater(data.care.min(), 0.1)
        means = data.outcome.sel(policy=["trust", "quota"]).mean("replicate")
        regret = means.max("policy") - means
        for option in found["options"]:
            here = regret.sel(policy=option["option"])
            self.assertAlmostEqual(option["regret"]["worst"], float(here.max()), places=12)
            self.assertAlmostEqual(option["regret"]["mean"], float(here.mean()), places=12)
            self.assertEqual(option["worst_world"]["number"], int(here.values.argmax()))
            self.assertEqual(option["meets_in"], int((data.meets.sel(policy=option["option"]) == 1).sum()))
            fails = (means.sel(policy=option["option"]) < means.sel(policy="trust")) | (data.meets.sel(policy=option["option"]) != 1)
            self.assertEqual(option["fails_in"], int(fails.sum()))
            for box in option["boxes"]:
                inside = numpy.ones(data.point.size, bool)
                for limit in box["limits"]:
                    values = data[limit["input"]].values
                    inside &= (values > limit["above"]) if limit["above"] is not None else True
                    inside &= (values < limit["below"]) if limit["below"] is not None else True
                if box is option["boxes"][0]:
                    self.assertEqual((box["worlds"], box["failures"]), (int(inside.sum()), int((inside & fails.values).sum())))
        self.assertEqual({option["option"] for option in found["options"]}, {"trust", "quota"})  # no reference
        quota = next(option for option in found["options"] if option["option"] == "quota")
        self.assertTrue(quota["boxes"])
        self.assertIn(quota["places"][0], (self.folder / "page.html").read_text().replace("\u00a0%", " %").replace("&#39;", "'"))
        # The same from its file, and nothing is left of what was under way.
        again, _ = self.run_program("robust", "results/study-robust.h5", "--json")
        self.assertEqual(json.loads(again), found)
        self.assertEqual(self.files() - {"small.yaml"}, {"study.yaml", "table.csv", "page.html", "results/study-robust.h5"})
        text, _ = self.run_program("robust", "results/study-robust.h5", "--regret", "0.01")
        self.assertIn("An option fails where another option is better by more than 0.01", text)
        # The scenario may say so itself; the command line goes before it.
        limited = ("study.yaml", "--set", "experiment.robust.regret=0.02", "--quiet", "-o", "limited.h5")
        text, _ = self.run_program("robust", *limited)
        self.assertIn("An option fails where another option is better by more than 0.0200", text)
        self.assertIn("more than 0.0200", self.run_program("robust", "limited.h5")[0])
        self.assertIn("more than 0.0300", self.run_program("robust", "limited.h5", "--regret", "0.03")[0])
        failing = lambda *words: [option["fails_in"] for option in json.loads(self.run_program("robust", *words, "--json")[0])["options"]]  # noqa: E731
        self.assertEqual(failing("limited.h5"), failing("results/study-robust.h5", "--regret", "0.02"))
        self.assertNotEqual(failing("limited.h5"), failing("results/study-robust.h5"))
        (self.folder / "limited.h5").unlink()
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()))

    def test_levers_of_a_sweep_make_options(self):
        self.run_program("sweep", "study.yaml", "--set", "experiment.design={sobol: {points: 8}}", "--set",
                         "experiment.where=[care > 0.1]", "--quiet")
        found = json.loads(self.run_program("robust", "results/study-sweep.h5", "--json")[0])
        self.assertEqual({option["option"] for option in found["options"]},
                         {"trust", "quota target=10", "quota target=13", "quota target=16"})
        data = xarray.open_dataset(self.folder / "results/study-sweep.h5")
        self.assertEqual(found["worlds"], len(numpy.unique(data.care)))
        table = list(csv.DictReader(io.StringIO(self.run_program("robust", "results/study-sweep.h5", "--csv")[0])))
        self.assertEqual([row["option"] for row in table], [option["option"] for option in found["options"]])
        only = json.loads(self.run_program("robust", "results/study-sweep.h5", "--policy", "quota", "--json")[0])
        self.assertEqual(len(only["options"]), 3)
        self.assertIsNone(only["comparison"])

    def test_what_cannot_be_run_is_said_before_anything_runs(self):
        self.write("sure.yaml", STUDY[:STUDY.index("experiment:")])
        self.refused("sure.yaml: experiment: says of no number that it is uncertain; robust needs experiment.vary\n", "sure.yaml")
        self.write("alone.yaml", STUDY.replace("quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]\n", "quota: {role: reference, incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}\n"))
        self.refused("there is only one option, so there is nothing that it could fall short of", "alone.yaml")
        self.refused("must be a power of two; 100 is between 64 and 128", "study.yaml", "--worlds", "100")
        self.refused("robust looks at the scenario before it runs it, so it cannot be on standard input; name a file", "-")
        self.refused("--lever is for tables (CSV); study.yaml is a scenario", "study.yaml", "--lever", "care")
        self.refused("cannot read nothing.yaml: No such file or directory", "nothing.yaml", status=1)
        self.refused("--json and --csv cannot both be printed; choose one", "study.yaml", "--json", "--csv")

    def test_a_budget_leaves_the_rest_for_later(self):
        out, err = self.run_program("robust", "study.yaml", "--budget", "40")
        self.assertEqual(out, "")
        self.assertIn("the budget is spent; the same command goes on from here", err)
        whole = self.run_program("robust", "study.yaml")[0]
        self.assertEqual(self.run_program("robust", "results/study-robust.h5")[0], whole)


class Files(RobustTest):
    def test_a_file_that_is_none_of_a_sweep_is_refused(self):
        self.run_program("run", "study.yaml", "--quiet")
        self.refused("results/study.h5: is no study's file; goodhart sweep SCENARIO makes one", "results/study.h5")
        self.write("text.h5", "no HDF5")
        self.refused("text.h5: is not an HDF5 file", "text.h5")
        self.run_program("sensitivity", "study.yaml", "--quiet", "--set", "experiment.sensitivity={sobol: {rows: 2, scrambles: 3}}")
        self.refused("is a sensitivity, whose points have luck of their own; robust takes a sweep's file", "results/study-sensitivity.h5")
        self.refused("--seed is for scenarios, which are run; results/study.h5 is a study's results", "results/study.h5", "--seed", "3")

    def test_a_changed_byte_is_seen(self):
        self.run_program("robust", "study.yaml", "--worlds", "8", "--quiet")
        name = self.folder / "results/study-robust.h5"
        data = xarray.open_dataset(name)
        value = data.outcome.values[3, 1, 2].tobytes()
        data.close()
        whole = name.read_bytes()
        at = whole.index(value)
        name.write_bytes(whole[:at] + bytes([value[0] ^ 1]) + whole[at + 1:])
        self.refused("has been changed or damaged since it was written: its content_digest does not fit its numbers",
                     "results/study-robust.h5")

    def test_levers_that_were_sampled_with_the_worlds_make_no_options(self):
        self.write("sampled.yaml", STUDY.replace("{from: 10, to: 16, step: 3, as: target}", "{from: 10, to: 16, as: target}"))
        self.run_program("sweep", "sampled.yaml", "--set", "experiment.design={sobol: {points: 4}}", "--quiet")
        self.refused("the lever target was sampled together with the worlds, so no two of its values meet the same world",
                     "results/sampled-sweep.h5")


class Tables(RobustTest):
    def test_regret_by_hand(self):
        found = json.loads(self.run_program("robust", "table.csv", "--outcome", "profit", "--ignore", "what, else", "--json")[0])
        self.assertEqual([option["option"] for option in found["options"]], ["a", "b"])
        a, b = found["options"]
        self.assertEqual((a["regret"]["worst"], a["regret"]["mean"], a["best_in"]), (2, 0.5, 3))
        self.assertEqual((b["regret"]["worst"], b["regret"]["mean"], b["best_in"]), (6, 2.25, 2))
        self.assertEqual((a["meets_in"], b["meets_in"]), (4, 3))
        self.assertEqual(found["comparison"], "a")
        self.assertEqual((a["fails_in"], b["fails_in"]), (0, 3))  # worse than a in two worlds, and once not acceptable
        self.assertEqual(b["worst_world"], {"number": 2, "inputs": {"belief": 0.3}})
        text, _ = self.run_program("robust", "table.csv", "--outcome", "profit", "--ignore", "what, else", "--regret", "5")
        self.assertIn("A loses least, in the worst of the 4 worlds and on average, and is best most often.", text)

    def test_the_table_of_a_sweep_says_what_its_file_says(self):
        table, _ = self.run_program("sweep", "study.yaml", "--set", "experiment.levers={}", "--set", "experiment.where=[care > 0.1]",
                                    "--set", "experiment.design={sobol: {points: 16}}", "--csv", "--quiet")
        self.write("points.csv", "".join(line for line in table.splitlines(True) if ",saints," not in line))
        ours = json.loads(self.run_program("robust", "results/study-sweep.h5", "--json")[0])
        theirs = json.loads(self.run_program("robust", "points.csv", "--json")[0])
        for one, other in zip(ours["options"], theirs["options"]):
            self.assertEqual(one["option"], other["option"])
            self.assertAlmostEqual(one["regret"]["worst"], other["regret"]["worst"], places=9)
            self.assertEqual((one["fails_in"], one["meets_in"]), (other["fails_in"], other["meets_in"]))

    def test_levers_and_replicates_of_a_table(self):
        self.write("levers.csv", "policy,target,care,outcome\nquota,1,0,3\nquota,1,0,5\nquota,2,0,9\ntrust,,0,1\nquota,2,1,0\nquota,1,1,2\ntrust,,1,4\n")
        found = json.loads(self.run_program("robust", "levers.csv", "--lever", "target", "--json", "--comparison", "trust")[0])
        worst = {option["option"]: option["regret"]["worst"] for option in found["options"]}
        self.assertEqual(worst, {"quota target=1": 6, "quota target=2": 4, "trust": 8})  # on the first line of each alone

    def test_what_is_wrong_with_a_table_is_said(self):
        whole = ("--outcome", "profit", "--ignore", "what, else")
        for sentence, text, arguments in [
            ("bad.csv: is empty; it needs a line of names, and a line for each policy in each world\n", "\n# nothing\n", ()),
            ("bad.csv:1:1: error: there is no column 'policy', which says under which policy a line is; there are a and b\n", "a,b\n1,2\n", ()),
            ("bad.csv:2:1: error: there is no column 'outcome', whose numbers are compared; --outcome COLUMN names another; there are policy, belief, profit, what, else and meets\n", TABLE, ()),
            ("bad.csv:2:10: error: there are two columns 'x'\n", "\npolicy,x,x,outcome\n", ()),
            ("bad.csv:1:1: error: no column says in which world a line is", "policy,outcome\na,1\n", ()),
            ("bad.csv:3:10: error: the column 'what, else' must hold numbers, not 'x'; --ignore what, else leaves it out\n", TABLE, whole[:2]),
            ("bad.csv:3:3: error: the column 'x' must hold numbers, not '1e999'", "policy,x,outcome\na,1,2\nb,1e999,3\n", ()),
            ("bad.csv:2:1: error: has 2 cells, and the first line has 3 names\n", "policy,x,outcome\na,1\n", ()),
            ("bad.csv:2:1: error: names no policy\n", "policy,x,outcome\n,1,2\n", ()),
            ("bad.csv:3:12: error: the column 'meets' must hold yes or no, not 'perhaps'\n", TABLE.replace("x,yes", "x,perhaps", 1), whole),
            ("bad.csv:2:1: error: the quote that begins here does not end on its line\n", 'policy,x,outcome\n"a,1,2\n', ()),
            ("bad.csv:2:4: error: after a quote there must be a comma or the end of the line\n", 'policy,x,outcome\n"a"b,1,2\n', ()),
            ("bad.csv: has no line but that of names\n", "policy,x,outcome\n", ()),
            ("bad.csv: there is no policy 'c'; there are a and b\n", TABLE, (*whole, "--policy", "c")),
            ("bad.csv: there is no policy 'c'; there are a and b\n", TABLE, (*whole, "--comparison", "c")),
            ("there is only one option, so there is nothing that it could fall short of\n", TABLE, (*whole, "--policy", "a")),
            ("there is no column 'way', which --lever names", TABLE, (*whole, "--lever", "way")),
            ("--set is for scenarios, which are run; bad.csv is a table of results", TABLE, ("--set", "seed=3")),
        ]:
            with self.subTest(sentence=sentence):
                self.write("bad.csv", text)
                self.refused(sentence, "bad.csv", *arguments)
        self.refused("nothing.csv: ", "nothing.csv", status=1)


if __name__ == "__main__":
    unittest.main()
