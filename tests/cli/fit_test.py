"""A fit to an organisation's own data from the outside: what it finds, what it writes, and sentences where it cannot."""

import csv
import hashlib
import io
import json
import time
import unittest

import numpy
import xarray

from program import ProgramTest

MODEL = """\
goodhart: 1
title: A small office
time: {steps: 6, before: 1}
population: {size: 100, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.6, sigma: 1.2}}}
metrics: {tickets: {measures: {work: 10, tick: 40}, noise: 0.6}}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
experiment:
  vary:
    activities.tick.aversion.lognormal.median: {from: 0.1, to: 3, scale: log, as: scruple}
    effort.intrinsic: {from: 0.1, to: 0.6, as: care}
  levers:
    policies.quota.quota.target: {from: 13, to: 15, step: 1, as: target}
  where: [care < 0.55, target > 0]
  fit:
    policy: quota
    points: 128
    particles: 64
    data:
      dashboard: {mean: tickets, from: 2, file: ours.csv}
      at_target: {share: tickets, between: [14, 15], from: 2, file: ours.csv}
      survey: {outcome: gamers, from: 2, value: 0.7, sd: 0.05}
"""


class FitTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("model.yaml", MODEL)
        # Another seed stands in for an organisation; its aversion is 0.6 and its care 0.3.
        self.run_program("run", "model.yaml", "--quiet", "--seed", 9, "--replicates", 1, "--policy", "quota", "--set",
                         "record.employees={sample: 100}", "-o", "ours.h5")
        with xarray.open_dataset(self.folder / "ours.h5") as run:
            gamers = float(run.gamers.isel(replicate=0, policy=0).sel(step=slice(2, None)).mean())
        self.model = MODEL.replace("value: 0.7, sd", f"value: {gamers:.2f}, sd")
        self.write("model.yaml", self.model)
        with xarray.open_dataset(self.folder / "ours.h5", group="employees") as people:
            self.readings = people.reading.isel(replicate=0, policy=0, metric=0).load()
        with open(self.folder / "ours.csv", "w") as file:
            print("employee,step,value", file=file)
            for step in self.readings.sample.values:
                for employee, value in enumerate(self.readings.sel(sample=step).values):
                    print(f"{employee},{step},{value}", file=file)

    def fit(self, *arguments, **options):
        return self.run_program("fit", "model.yaml", *arguments, **options)

    def found(self, *arguments, **options):
        return json.loads(self.fit("--json", "--quiet", *arguments, **options)[0])

    def refused(self, sentence, *arguments):
        before = self.files()
        stdout, stderr = self.fit(*arguments, status=2)
        self.assertEqual(stdout, "")
        self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), before)


class Fits(FitTest):
    def test_the_numbers_of_the_data_come_back(self):
        found = self.found("--html", "page.html")
        self.assertTrue(found["possible"])
        numbers = {number["name"]: number for number in found["numbers"]}
        for name, true in (("scruple", 0.6), ("care", 0.3)):
            self.assertLess(numbers[name]["low"], true)
            self.assertGreater(numbers[name]["high"], true)
        self.assertLess(numbers["scruple"]["spread_left"], 0.7)
        # What was observed is computed from the table, in the steps that count.
        late = self.readings.sel(sample=slice(2, None)).values
        data = {each["name"]: each for each in found["data"]}
        self.assertAlmostEqual(data["dashboard"]["observed"], late.mean(), places=9)
        self.assertAlmostEqual(data["at_target"]["observed"], ((late >= 14) & (late < 15)).mean(), places=12)
        self.assertEqual(data["dashboard"]["readings"], late.size)
        self.assertEqual(data["survey"]["readings"], None)
        page = (self.folder / "page.html").read_text()
        self.assertIn(f"<h1>{found['finding']}</h1>", page)
        self.assertIn("What must not be concluded", page)
        # No reading leaves the program.
        for name in ("page.html", "results/model-fit.h5"):
            self.assertNotIn(f"{late[0][0]}".encode(), (self.folder / name).read_bytes())

    def test_file_table_and_text_say_the_same(self):
        text, _ = self.fit("--quiet")
        found = self.found()
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)
        said = text.replace("\n", " ")
        for sentence in ("finding", "figures", "open", "misfit", "next"):
            self.assertIn(found[sentence], said)
        self.assertIn("next", found)
        self.assertIn("goodhart robust model.yaml --worlds results/model-fit.h5", found["next"])
        rows = list(csv.DictReader(io.StringIO(self.fit("--csv", "--quiet")[0])))
        self.assertEqual(len(rows), 64)
        with xarray.open_dataset(self.folder / "results/model-fit.h5", group="fit") as fit, \
                xarray.open_dataset(self.folder / "results/model-fit.h5") as points:
            self.assertEqual(list(fit.parameter.values), ["scruple", "care"])
            for name in ("scruple", "care"):
                values = fit.value.sel(parameter=name).values
                self.assertEqual([float(row[name]) for row in rows], list(values))
                self.assertEqual(list(points[name].values), list(values))
            self.assertTrue((fit.value.sel(parameter="care") < 0.55).all())
            median = numpy.quantile(fit.value.sel(parameter="care").values, 0.5)
            self.assertAlmostEqual(median, [n for n in found["numbers"] if n["name"] == "care"][0]["median"], places=3)
            self.assertTrue((points.status == 2).all())

    def test_bytes_do_not_depend_on_threads(self):
        files = set()
        for threads in (1, 2, 3):
            self.fit("--quiet", "--threads", threads, "-o", f"{threads}.h5")
            files.add(hashlib.sha256((self.folder / f"{threads}.h5").read_bytes()).hexdigest())
        self.assertEqual(len(files), 1)
        self.fit("--quiet", "--seed", 3, "-o", "seed.h5")
        self.assertNotIn(hashlib.sha256((self.folder / "seed.h5").read_bytes()).hexdigest(), files)

    def test_an_interrupted_fit_goes_on(self):
        said, _ = self.fit("--csv", "--quiet", "-o", "whole.h5")
        again, err = self.killed_until_it_ends("killed.parts", 3, "fit", "model.yaml", "--csv", "--keep-after", 0, "-o", "killed.h5")
        self.assertRegex(err, r"killed\.parts: going on with [\d,]+ evaluations done\n")
        self.assertEqual(again, said)
        self.assertEqual(*[hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in ("whole.h5", "killed.h5")])
        self.assertFalse((self.folder / "killed.parts").exists())
        # Other data are another fit.
        process = self.start_program("fit", "model.yaml", "--keep-after", 0, "-o", "killed.h5")
        while not (self.folder / "killed.parts/units-1-of-1.journal").exists():
            time.sleep(0.001)
        process.kill()
        process.wait()
        with open(self.folder / "ours.csv", "a") as file:
            print("3,5,99", file=file)
        self.assertRegex(self.fit("-o", "killed.h5", status=2)[1],
                         r"killed\.parts was begun with experiment\.fit\.data\.dashboard\.value .*; --fresh begins again")

    def test_what_the_model_cannot_produce_is_said(self):
        before = self.files()
        text, _ = self.fit("--quiet", "--set", "experiment.fit.data.survey={outcome: value, value: 9, sd: 0.1}", status=4)
        self.assertIn("Nothing that was looked at produces these data.", text)
        self.assertRegex(text.replace("\n", " "), r"survey is \d+ standard deviations too low")
        self.assertEqual(self.files(), before)

    def test_particles_are_worlds(self):
        self.fit("--quiet")
        table, _ = self.fit("--quiet", "--csv", "-o", "again.h5")
        self.write("worlds.csv", table)
        ours = json.loads(self.run_program("robust", "model.yaml", "--worlds", "results/model-fit.h5", "--json", "--quiet")[0])
        theirs = json.loads(self.run_program("robust", "model.yaml", "--worlds", "worlds.csv", "--json", "--quiet", "-o", "r.h5")[0])
        self.assertEqual(ours["options"], theirs["options"])
        self.assertLessEqual(ours["worlds"], 64)
        text, _ = self.run_program("robust", "results/model-robust.h5", "--quiet")
        self.assertIn("worlds that were looked at, as they were given:", text.replace("\n", " "))
        self.run_program("run", "results/model-fit.h5", "--point", 5, "--quiet", "-o", "point.h5")

    def test_compare_takes_them_too(self):
        self.fit("--quiet")
        told = json.loads(self.run_program("compare", "model.yaml", "--worlds", "results/model-fit.h5", "--replicates", 4, "--json", "--quiet", "-o", "c.h5")[0])
        self.assertGreater(told["worlds"]["tried"], 40)
        self.assertIn("sampled worlds of model-fit.h5", told["answer"]["worlds"])
        again = json.loads(self.run_program("compare", "c.h5", "--worlds", "results/model-fit.h5", "--json", "--quiet")[0])
        self.assertEqual(again["worlds"], told["worlds"])
        for worlds, sentence in (("200000", "--worlds 200000: must be a whole number from 0 to 100000, or a file"),
                                 ("some", "--worlds some: must be a number, a fit's results (.h5) or a table of worlds (.csv)")):
            _, said = self.run_program("compare", "model.yaml", "--worlds", worlds, status=2)
            self.assertIn(sentence, said)

    def test_worlds_that_make_no_sense(self):
        for text, sentence in (
                ("scruple\n0.3\n", "--worlds worlds.csv: has no column 'care', which is in doubt (experiment.vary); there are scruple"),
                ("scruple,care,extra\n0.3,0.3,1\n", "has a column 'extra', which is not in doubt (experiment.vary)"),
                ("scruple,care\n0.3,much\n", "worlds.csv:2:5: must be a number, not 'much'"),
                ("scruple,care\n0.3\n", "worlds.csv:2: has 1 cells, and there are 2 columns"),
                ("scruple,care\n", "--worlds worlds.csv: has no line but that of names")):
            self.write("worlds.csv", text)
            _, said = self.run_program("robust", "model.yaml", "--worlds", "worlds.csv", status=2)
            self.assertIn(sentence, said)
        for worlds, sentence in (("0", "must be a whole number from 1 to 16777216, or a file"), ("some", "must be a number, a fit's results (.h5)")):
            _, said = self.run_program("robust", "model.yaml", "--worlds", worlds, status=2)
            self.assertIn(sentence, said)


class Refusals(FitTest):
    def test_sentences(self):
        self.refused("ours.csv:1:1: error: there is no column 'prompts'; there are employee, step and value; column names another",
                     "--set", "experiment.fit.data.dashboard.column=prompts")
        self.write("ours.csv", "employee,value\n1,14\n")
        self.refused("ours.csv:1:1: error: there is no column 'step', which says in which step a reading was made")
        self.write("ours.csv", "employee,step,value\n1,0,14\n")
        self.refused("ours.csv: has no reading in the steps from 2 to 5, which experiment.fit.data.dashboard asks for")
        self.write("ours.csv", "employee,step,value\n1,3,much\n")
        self.refused("ours.csv:2:5: error: the column 'value' must hold numbers")
        self.write("ours.csv", "employee,step,value\n1,3,14\n")
        self.refused("model.yaml:25:18: error: experiment.fit.data.at_target: of 400 readings only 0 would lie elsewhere; a share of so "
                     "few is not Gaussian. Take a wider stretch, or more steps")
        self.refused("cannot read the outcome 'gamerz'", "--set", "experiment.fit.data.survey.outcome=gamerz")
        # Whoever does not fit may run fewer steps.
        self.run_program("run", "model.yaml", "--steps", 2, "--quiet", "-o", "short.h5")
        before = self.files()
        _, said = self.fit("--steps", 2, status=2)
        self.assertIn("experiment.fit.data.dashboard.from: is beyond the last step of the run, which is 1", said)
        self.assertEqual(self.files(), before)
        self.write("model.yaml", self.model[:self.model.index("  fit:")])
        self.refused("model.yaml:13:3: error: experiment: has no data; a fit needs experiment.fit")
        self.write("model.yaml", self.model.replace("  vary:\n", "  vary: {}\n").replace("    activities.tick.aversion", "  # x").replace(
            "    effort.intrinsic", "  # x").replace("care < 0.55, ", ""))
        self.refused("says of no number that it is uncertain; a fit needs experiment.vary")


if __name__ == "__main__":
    unittest.main()
