"""Bunching from the outside: what is printed, what it must not hold, and sentences where it cannot be told."""

import json
import random
import unittest

import xarray

from program import ProgramTest

QUOTA = """\
goodhart: 1
title: A quota of tickets
time: {steps: 8}
replicates: 3
population:
  size: 500
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}, pace: {lognormal: {median: 1, sigma: 0.4}}}
activities:
  work: {value: skill}
  tick: {gaming: true, time: 0.05, aversion: {lognormal: {median: 0.3, sigma: 1}}}
metrics:
  tickets: {measures: {work: 100 * pace, tick: 300}}
  output: {measures: value}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 100, reward: 0.1}}]
"""


def table(bunching, people=200, steps=10, seed=1):
    """Readings around 100 of people, of which a share is moved from just below to just above it."""
    draw = random.Random(seed)
    lines = ["name,week,prompts"]
    for person in range(people):
        own = draw.gauss(0, 10)
        for step in range(steps):
            value = 100 + own + draw.gauss(0, 17)
            if 90 < value < 100 and draw.random() < bunching:
                value = 100 + draw.random() * 2
            lines.append(f'"Person {person}, Esq.",{step},{value:.2f}')
    return "\n".join(lines) + "\n"


class Detect(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("bunched.csv", table(0.4))
        self.write("smooth.csv", table(0))
        self.asked = ("--target", "100", "--column", "prompts", "--whose", "name")

    def refused(self, sentence, *arguments, status=2):
        before = self.files()
        stdout, stderr = self.run_program("detect", *arguments, status=status)
        self.assertEqual(stdout, "")
        self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), before)
        return stderr

    def test_what_is_found_is_the_same_in_all_forms_and_names_nobody(self):
        stdout, stderr = self.run_program("detect", "bunched.csv", *self.asked, "--json", "--html", "page.html")
        self.assertEqual(stderr, "the page is in page.html\n")
        found = json.loads(stdout)
        self.assertTrue(found["bunches"])
        self.assertEqual((found["readings"], found["employees"]), (2000, 200))
        values = [float(line.rsplit(",", 1)[1]) for line in (self.folder / "bunched.csv").read_text().splitlines()[1:]]
        above = found["above"]
        self.assertEqual(above["observed"], sum(above["from"] <= value < above["to"] for value in values))
        self.assertAlmostEqual(above["share"], above["more"] / 2000)
        self.assertLess(above["low"], above["more"])
        for bin in found["bins"]:
            observed = sum(bin["from"] <= value < bin["to"] for value in values)
            self.assertEqual(bin["observed"], observed if observed >= 5 else None)
        text, _ = self.run_program("detect", "bunched.csv", *self.asked)
        page = (self.folder / "page.html").read_text().replace("\u00a0%", " %").replace("&#39;", "'")
        flat = " ".join(text.split())
        self.assertIn("Readings bunch at the target 100", text)
        self.assertIn("Bunching is no proof of gaming.", text)
        for sentence in [found["words"]["figures"], found["words"]["below"], *found["words"]["caution"]]:
            self.assertIn(sentence, flat.replace(" - ", " "))
            self.assertIn(sentence, page)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()))
        for form in (stdout, text, page):
            self.assertNotIn("Person", form)
        again, _ = self.run_program("detect", "bunched.csv", *self.asked, "--json")
        self.assertEqual(again, stdout)

    def test_no_bunching_is_no_proof_of_honesty(self):
        text, _ = self.run_program("detect", "smooth.csv", *self.asked)
        self.assertIn("Bunching at the target 100 cannot be told from luck.", text)
        self.assertIn("is no proof of honesty", text)
        self.assertNotIn("no proof of gaming", text)

    def test_a_scenario_stands_beside_it(self):
        self.write("quota.yaml", QUOTA)
        asked = ("--target", "100", "--width", "5", "--column", "tickets", "--scenario", "quota.yaml", "--policy", "quota")
        draw = random.Random(4)
        self.write("ours.csv", "tickets\n" + "\n".join(str(100 + 20 * draw.gauss(0, 1)) for _ in range(3000)) + "\n")
        found = json.loads(self.run_program("detect", "ours.csv", *asked, "--json", "--quiet")[0])
        model = found["model"]
        self.assertEqual((model["policy"], model["metric"]), ("quota", "tickets"))
        self.assertEqual(model["as_it_is"]["readings"], 500 * 8 * 3)
        self.assertEqual(model["as_it_is"]["employees"], 1500)
        self.assertEqual(model["as_it_is"]["width"], found["width"])
        self.assertGreater(model["as_it_is"]["above"]["share"], model["without_gaming"]["above"]["share_high"])
        # Readings are those of a run: with the same scenario in a file, of the same people.
        self.run_program("run", "quota.yaml", "--quiet", "--set", "record.employees={sample: 500}", "--policy", "quota")
        data = xarray.open_dataset(next((self.folder / "results").glob("quota*.h5")), group="employees")
        readings = data.reading.sel(metric="tickets", policy="quota").values.ravel()
        above = model["as_it_is"]["above"]
        self.assertEqual(above["observed"], ((readings >= above["from"]) & (readings < above["to"])).sum())
        one = self.run_program("detect", "ours.csv", *asked, "--threads", "1", "--quiet")[0]
        self.assertEqual(one, self.run_program("detect", "ours.csv", *asked, "--threads", "2", "--quiet")[0])
        self.assertIn("In the scenario “A quota of tickets” under quota it is", " ".join(one.split()))

    def test_what_cannot_be_is_said_first(self):
        self.write("quota.yaml", QUOTA)
        self.refused("--policy is for a scenario; --scenario FILE names one", "smooth.csv", *self.asked, "--policy", "quota")
        self.refused("--scenario needs --policy NAME", "smooth.csv", *self.asked, "--scenario", "quota.yaml")
        with_scenario = ("smooth.csv", *self.asked, "--scenario", "quota.yaml", "--policy")
        self.refused("--metric says which metric of the scenario the readings are: tickets or output", *with_scenario, "quota")
        self.refused("--metric calls: there is no such metric; there is tickets and output", *with_scenario, "quota", "--metric", "calls")
        self.refused("--policy bonus: there is no such policy; the scenario has trust and quota", *with_scenario, "bonus")
        self.refused("cannot read nothing.csv: No such file or directory", "nothing.csv", "--target", "1", status=1)
        self.refused("--target is required", "smooth.csv")
        self.refused("page.html", "smooth.csv", *self.asked, "--html", "nowhere/page.html", status=1)

    def test_data_that_cannot_be_read_are_told_by_place_and_not_repeated(self):
        def refused(sentence, text, *arguments):
            self.write("odd.csv", text)
            said = self.refused(sentence, "odd.csv", "--target", "100", *arguments)
            self.assertNotIn("Ann", said)

        refused("odd.csv: is empty; it needs a line of names, as in employee,step,value, and a line for each reading", "")
        refused("odd.csv: has no line but that of names", "employee,value\n")
        refused("odd.csv:1:1: error: the first line must hold the names of the columns, as in employee,step,value; it holds numbers", "Ann,1,20\n")
        refused("odd.csv:1:1: error: the cells of a line must be separated by commas, as in employee,step,value", "employee;step;value\nAnn;1;20\n")
        refused("odd.csv:1:1: error: there is no column 'value'; there are who and calls; --column names another", "who,calls\nAnn,20\n")
        refused("odd.csv:1:1: error: there is no column 'name'; there are employee and value; --whose names another",
                "employee,value\nAnn,20\n", "--whose", "name")
        refused("odd.csv:1:7: error: there are two columns 'value'", "value,value\n1,2\n")
        refused("odd.csv:3:5: error: there is no reading in the column 'value'; leave out lines without one", "employee,value\nAnn,20\nAnn,\n")
        for cell in ("NaN", "inf", "Ann Smith", "1e999", "0x10"):
            refused("odd.csv:2:3: error: the column 'value' must hold numbers, as 101.5, and here it holds something else", f"employee,value\n1,{cell}\n")
        refused("odd.csv:2:1: error: has 3 cells, and the first line has 2 names", "employee,value\nAnn,101,5\n")
        refused("odd.csv:2:1: error: the column 'employee' does not say whose reading this is", "employee,value\n,101\n")
        refused("odd.csv: all readings are the same, so nothing shows what would be expected at the target", "value\n" + "100\n" * 60)
        refused("odd.csv: there are 2 readings; at least 50 are needed, and some hundreds to see anything", "value\n1\n2\n")


if __name__ == "__main__":
    unittest.main()
