"""What findings can say: measured on made data whose answers are known, and refused with a sentence where they say nothing."""
import math
import os
import pathlib
import sys
import tempfile
import unittest

import numpy
import xarray

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "scripts"))

import evidence  # noqa: E402
import findings  # noqa: E402
import mutants  # noqa: E402
import reproduce  # noqa: E402
import sensitivity  # noqa: E402

BASE = {"says": "it does", "of": "value", "policy": "quota", "band": [0, 1], "strength": "B"}


def made_results(file):
    """Two policies, four replicates, steps -4 to 11; two metrics; three employees in two records."""
    steps, luck = numpy.arange(-4, 12), numpy.array([0.0, 1.0, 2.0, 3.0])
    value = numpy.stack([numpy.tile(10 + luck[:, None], (1, 16)), 12 + 2 * luck[:, None] + 0 * steps[None, :]])
    count = numpy.stack([numpy.ones((4, 16)), numpy.where(steps % 4 == 3, 5.0, 1.0) + 0 * luck[:, None]])
    fading = numpy.stack([numpy.ones((4, 16)), numpy.where(steps < 2, 8.0, 8 * 0.5 ** ((steps - 1) / 3)) + 0 * luck[:, None]])
    coordinates = {"policy": ["trust", "quota"], "replicate": numpy.arange(4), "step": steps, "metric": ["count", "fading"]}
    data = xarray.Dataset({"value": (("policy", "replicate", "step"), value),
                           "dashboard": (("policy", "replicate", "step", "metric"), numpy.stack([count, fading], axis=-1))},
                          coordinates)
    data.to_netcdf(file)
    effort = numpy.zeros((2, 4, 2, 3, 1))
    effort[0, ..., 0] = [[1, 1, 1], [1, 1, 1]]
    effort[1, ..., 0] = [[1, 0, 4], [1, 0, 4]]
    panel = xarray.Dataset({"effort": (("policy", "replicate", "sample", "employee", "activity"), effort)},
                           {"policy": ["trust", "quota"], "replicate": numpy.arange(4), "sample": [0, 4], "employee": [5, 6, 7],
                            "activity": ["aided"]})
    panel.to_netcdf(file, group="employees", mode="a")


class Measuring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        file = pathlib.Path(cls.folder.name) / "made.h5"
        made_results(file)
        cls.results = findings.Results(file)

    @classmethod
    def tearDownClass(cls):
        cls.results.__exit__()
        cls.folder.cleanup()

    def judged(self, **changes):
        finding = {**BASE, "band": [-math.inf, math.inf], **changes}
        findings.check(finding)
        return findings.judge(self.results, finding)

    def value(self, **changes):
        return self.judged(**changes).value

    def test_levels_and_changes(self):
        self.assertAlmostEqual(self.value(), 15)
        self.assertAlmostEqual(self.value(against="trust", **{"in": "difference"}), 3.5)
        self.assertAlmostEqual(self.value(against="trust"), 100 * 3.5 / 11.5)
        self.assertAlmostEqual(self.value(against="trust", **{"in": "ratio"}), 15 / 11.5)
        self.assertAlmostEqual(self.value(of="dashboard count", over={"policy": "quota", "against": "trust"}, against="trust"), 1)

    def test_the_interval_of_a_ratio_is_the_linearised_one(self):
        verdict = self.judged(against="trust", **{"in": "ratio"})
        luck = numpy.arange(4)
        rest = (12 + 2 * luck - 15 / 11.5 * (10 + luck)) / 11.5
        half = 3.182446 * rest.std(ddof=1) / 2
        self.assertAlmostEqual(verdict.most - verdict.value, half, places=6)

    def test_times_and_parts(self):
        self.assertEqual(self.value(of="dashboard fading", when="halves after 2"), 2)  # 8 until 1, then half every 3
        self.assertEqual(self.value(of="dashboard count", when="reaches 5"), 3)
        self.assertEqual(self.value(of="dashboard count", when="reaches 6"), math.inf)
        self.assertAlmostEqual(self.value(of="dashboard count", part={"every": 4, "last": 1}), 5 / 8)
        self.assertAlmostEqual(self.value(of="dashboard fading", steps=[0, 1], since=[-4, -1]), 0)
        self.assertAlmostEqual(self.value(of="dashboard fading", steps=[0, 1], per="dashboard count"), 8)

    def test_across_employees(self):
        self.assertAlmostEqual(self.value(of="effort aided", across="never"), 1 / 3)
        self.assertAlmostEqual(self.value(of="effort aided", across="less", against="trust"), 1 / 3)
        self.assertAlmostEqual(self.value(of="effort aided", across="p90 / mean"), numpy.quantile([1, 4, 1, 4], 0.9) / 2.5)

    def test_shares_of_replicates(self):
        verdict = self.judged(share="below 15")
        self.assertEqual(verdict.value, 0.5)
        self.assertAlmostEqual(verdict.least, 0.15004, places=4)  # Wilson, 2 of 4
        self.assertAlmostEqual(verdict.most, 0.84996, places=4)

    def test_verdicts(self):
        self.assertEqual(self.judged(against="trust", band=[15, 45]).verdict, "pass")
        self.assertEqual(self.judged(against="trust", band=[50, 60]).verdict, "fail")
        self.assertEqual(self.judged(against="trust", band=[30.4, 40]).verdict, "cannot say")
        # Four replicates are too few for an interval of a median.
        self.assertEqual(self.judged(of="dashboard count", when="reaches 5", band=[2, 4]).verdict, "cannot say")

    def test_names_that_there_are_not(self):
        for changes, sentence in (({"of": "worth"}, "there is no variable worth; there are dashboard, value"),
                                  ({"of": "dashboard"}, "expected dashboard METRIC"),
                                  ({"of": "value count"}, "expected value, one name"),
                                  ({"of": "dashboard counts"}, "there is no metric counts; there are count, fading"),
                                  ({"policy": "quotas"}, "there is no policy quotas; there are trust, quota"),
                                  ({"steps": [0, 12]}, "expected steps from -4 to 11, got [0, 12]")):
            with self.assertRaises(findings.Mistake) as raised:
                self.judged(**changes)
            self.assertIn(sentence, str(raised.exception))


class Vocabulary(unittest.TestCase):
    def test_what_says_nothing_is_refused(self):
        for changes, sentence in (({"agianst": "trust"}, "there is no key agianst; there are says"),
                                  ({"in": "percent"}, "in is about a change; it needs against:"),
                                  ({"against": "trust", "in": "per cent"}, "in: expected percent, difference or ratio"),
                                  ({"band": [1, 0]}, "band: expected [LOW, HIGH]"),
                                  ({"band": [0, math.nan]}, "band: expected [LOW, HIGH]"),
                                  ({"strength": "D"}, "strength: expected A, B or C"),
                                  ({"steps": [0]}, "steps: expected [FIRST, LAST]"),
                                  ({"when": "reaches"}, "when: expected reaches LEVEL or halves after STEP"),
                                  ({"share": "under 0"}, "share: expected below LEVEL or above LEVEL"),
                                  ({"part": {"every": 4, "last": 4}}, "part: expected {every: STEPS, last: FEWER}"),
                                  ({"across": "median"}, "across: expected p90 / mean, never, less"),
                                  ({"across": "less"}, "across: less compares with another policy"),
                                  ({"when": "reaches 1", "since": [0, 1]}, "when and since exclude each other"),
                                  ({"headline": False}, "headline: expected true"),
                                  ({"says": " "}, "says: expected a text")):
            with self.assertRaises(findings.Mistake, msg=changes) as raised:
                findings.check({**BASE, **changes})
            self.assertIn(sentence, str(raised.exception))
        with self.assertRaises(findings.Mistake) as raised:
            findings.check({key: value for key, value in BASE.items() if key != "band"})
        self.assertIn("band is missing", str(raised.exception))

    def test_a_key_that_is_written_twice(self):
        with tempfile.TemporaryDirectory(dir=SOURCE / "tests/scenarios") as folder:
            file = pathlib.Path(folder) / "twice.yaml"
            file.write_text("- {says: a, of: value, says: b}\n")
            with self.assertRaises(findings.Mistake) as raised:
                findings.read_findings(file)
            self.assertIn("says is written twice", str(raised.exception))

    def test_what_is_committed_can_be_read(self):
        facts = evidence.read_facts()
        self.assertEqual(list(facts), [f"SF{number}" for number in range(1, 26)])
        scenarios = {file.stem for file in findings.SCENARIOS.glob("*.yaml")}
        self.assertEqual(set(findings.names()), scenarios)  # each has findings, with one headline
        for name in scenarios:
            for finding in findings.read_findings(findings.FINDINGS / f"{name}.yaml"):
                row = {"scenario": name, "fact": finding.get("fact", "")}
                evidence.facts_with_rows([row])  # refuses facts and bands that there are not


def small_scenario():
    """What `goodhart resolve` prints, as far as mutants read it."""
    return {"activities": {"work": {"gaming": False, "max": math.inf, "perceived_value": 2, "later": {"after": 1}},
                           "fake": {"gaming": True, "max": 3, "spread": {"initial": 0.1}}},
            "metrics": {"count": {"measures": {"work": 1, "fake": "2 * skill"}, "noise": {"student_t": {"scale": 3}}}},
            "population": {"network": "team"}, "learning": [{"trait": "skill"}],
            "workforce": {"attrition": 0.1, "hiring": {"copy": {}}},
            "policies": {"none": {"incentives": []},
                         "quota": {"phases": [{"incentives": [{"quota": {"metric": "count", "target": 5, "reward": 1, "penalty": 2}},
                                                              {"tournament": {"metric": "count", "prize": 1, "dismiss": True}}],
                                               "audits": {"rate": 0.5, "dismiss": 1},
                                               "override": {"activities.fake.max": 9, "activities.fake.spread.initial": 1}}]}}}


class Mutants(unittest.TestCase):
    def changed(self, name):
        before = small_scenario()
        after = mutants.mutated(before, name)
        self.assertEqual(before, small_scenario(), "the scenario itself stays as it is")
        return after

    def phase(self, name):
        return self.changed(name)["policies"]["quota"]["phases"][0]

    def test_each_takes_out_one_mechanism(self):
        closed = self.changed("no_gaming")
        self.assertEqual([closed["activities"][name]["max"] for name in ("work", "fake")], [math.inf, 0])
        self.assertEqual(self.phase("no_gaming")["override"]["activities.fake.max"], 0)
        quota, tournament = (next(iter(incentive.values())) for incentive in self.phase("no_stake")["incentives"])
        self.assertEqual((quota["target"], quota["reward"], quota["penalty"], tournament["prize"]), (5, 0, 0, 0))
        self.assertEqual(self.changed("no_noise")["metrics"]["count"]["noise"], {"normal": {"scale": 0}})
        self.assertEqual(self.changed("turned")["metrics"]["count"]["measures"], {"work": 1, "fake": "-(2 * skill)"})
        self.assertNotIn("perceived_value", self.changed("true_belief")["activities"]["work"])
        self.assertNotIn("later", self.changed("no_later")["activities"]["work"])
        self.assertEqual(self.changed("no_peers")["population"]["network"], "none")
        self.assertNotIn("spread", self.changed("no_spread")["activities"]["fake"])
        self.assertNotIn("activities.fake.spread.initial", self.phase("no_spread")["override"])
        self.assertEqual(self.changed("no_learning")["learning"], [])
        self.assertNotIn("audits", self.phase("no_audits"))
        alone = self.phase("no_selection")
        self.assertEqual((alone["audits"]["dismiss"], alone["incentives"][1]["tournament"]["dismiss"]), (0, False))

    def test_one_that_changes_nothing_is_none(self):
        scenario = small_scenario()
        scenario["learning"] = []
        self.assertIsNone(mutants.mutated(scenario, "no_learning"))

    def test_what_is_no_mutant_is_refused(self):
        for mutant in ("no_luck", {}, {1: 2}, 3):
            with self.assertRaises(findings.Mistake):
                mutants.check(mutant)
        with self.assertRaises(findings.Mistake) as raised:
            findings.check({**BASE, "broken_by": "no_gaming"})
        self.assertIn("expected a list of mutants", str(raised.exception))

    def test_numbers_and_words_are_read_as_goodhart_writes_them(self):
        read = mutants.yaml.load("{a: 1e-05, b: .inf, c: yes, d: true, e: 07:30, f: -2}", mutants.ResolvedLoader)
        self.assertEqual(read, {"a": 1e-5, "b": math.inf, "c": "yes", "d": True, "e": "07:30", "f": -2})

    def test_only_sharp_findings_count_for_a_fact(self):
        row = {"strength": "B", "verdict": "pass", "broken_by": "no_gaming", "not_broken_by": ""}
        self.assertEqual(evidence.verdict_on([row]), "pass")
        self.assertEqual(evidence.verdict_on([{**row, "broken_by": ""}]), "not shown")
        self.assertEqual(evidence.verdict_on([{**row, "not_broken_by": "no_stake"}]), "not shown")
        self.assertEqual(evidence.verdict_on([{**row, "verdict": "fail"}, {**row, "broken_by": ""}]), "fail")

    def test_breaking_is_to_come_out_otherwise(self):
        verdicts = [findings.Verdict(BASE, 0, 0, 0, word, note) for word, note in
                    (("fail", ""), ("cannot say", "no value"), ("cannot say", ""), ("pass", ""))]
        self.assertEqual([findings.breaks(verdict) for verdict in verdicts], [True, True, False, False])


class Statistics(unittest.TestCase):
    def test_quantiles_of_student(self):
        for n, quantile in ((2, 12.7062), (5, 2.776445), (32, 2.039513), (400, 1.965927)):
            self.assertAlmostEqual(findings.student(n), quantile, places=4)

    def test_medians(self):
        # Order statistics 10 and 23 of 32 hold the median with 98 %, 11 and 22 with 95.0 %.
        self.assertEqual(findings.median_with_interval(numpy.arange(1.0, 33)), (16.5, 10, 23))
        self.assertEqual(findings.median_with_interval(numpy.arange(1.0, 6)), (3, -math.inf, math.inf))
        self.assertEqual(findings.median_with_interval(numpy.array([1.0, 2, math.inf] * 3))[0], 2)

    def test_worlds_are_counted_and_what_they_turn_on_is_found(self):
        values = numpy.array([-1.0, 0.5, 0.7, math.nan, 3.0, 0.6])
        inputs = [numpy.array([1.0, 5, 2, 9, 3, 4]), -numpy.array([1.0, 2, 4, 0, 5, 3]), numpy.array([2.0, 3, 1, 0, 2.5, 1.5])]
        row = sensitivity.row_of("lesson-audits", {"says": "so", "band": [0.5, 1]}, inputs, values)
        self.assertEqual([row[key] for key in ("worlds", "failed", "holds", "below", "above")], [6, 1, 3, 1, 1])
        self.assertEqual([row[key] for key in ("least", "median", "most")], [-1, 0.6, 3])
        self.assertEqual(row["turns_on"], sensitivity.ranges_of("lesson-audits")[1])
        self.assertAlmostEqual(row["rank_correlation"], -1)
        none = sensitivity.row_of("lesson-audits", {"says": "so", "band": [0.5, 1]}, inputs, numpy.full(6, math.nan))
        self.assertEqual((none["failed"], none["turns_on"]), (6, ""))

    def test_ranks(self):
        self.assertEqual(list(sensitivity.ranks(numpy.array([3.0, 1, 3, 0]))), [2.5, 1, 2.5, 0])


class Differences(unittest.TestCase):
    def said(self, **changes):
        row = {"policy": "quota", "outcome": "value", "mean": "2", "half": "0.1", "difference": "-0.5", "half_of_difference": "0.001"}
        old, new = (reproduce.csv_text(reproduce.MEANS, [some]) for some in (row, {**row, **changes}))
        return reproduce.differences(reproduce.MEANS, new, old)

    def test_what_machines_may_round_differently_is_none(self):
        self.assertEqual(self.said(mean="2.0009", difference="-0.50004", half="0.1009"), [])

    def test_anything_more_is_said_with_its_place(self):
        self.assertEqual(self.said(mean="2.002"), ["line 2, quota value, mean: 2.002 where 2 is committed"])
        self.assertEqual(len(self.said(difference="-0.5002")), 1)
        self.assertEqual(len(self.said(half="0.102")), 1)
        self.assertEqual(len(self.said(half="nan")), 1)
        self.assertEqual(len(self.said(policy="trust")), 1)

    def test_another_number_of_rows(self):
        text = reproduce.csv_text(reproduce.MEANS, [])
        self.assertEqual(reproduce.differences(reproduce.MEANS, text, text), [])
        self.assertEqual(len(reproduce.differences(reproduce.MEANS, text, text + "quota,value,1,0,0,0\n")), 1)


if __name__ == "__main__":
    unittest.main()
