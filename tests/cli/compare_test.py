"""`goodhart compare` and `goodhart report`: what they print, how it agrees with the file, and how bad input is met."""

import csv
import io
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_results_file import content_digest  # noqa: E402
from program import ENDLESS, PATIENCE, PROGRAM, SCENARIO, SOURCE, ProgramTest  # noqa: E402

# A quota that employees meet at the end of its windows, so that a mean over some steps is not the mean over all.
WINDOWS = """\
goodhart: 1
title: Windows of four
time: {before: 3, steps: 23}
replicates: 3
population: {size: 30}
activities:
  work: {value: {lognormal: {median: 1, sigma: 0.3}}}
  game: {gaming: true, aversion: 0.2, cost: 10}
metrics:
  m: {measures: {work: 1, game: 3}, noise: 0.5}
policies:
  nothing: []
  q: [{quota: {metric: m, target: 1.5, reward: 0.2, every: 4}}]
organisation: {value_price: 10, pay: 5}
"""

# Where gaming pays its way so well that a quota is best for nobody but the dashboard.
THREE = SCENARIO + "organisation: {value_price: 100}\n"


# Two rewards, one of which harms by a metric that nobody rewards, and a reference that would win.
HARM = """\
goodhart: 1
title: Faster picking
replicates: 6
time: {steps: 3}
population: {size: 40, traits: {skill: {lognormal: {median: 1, sigma: 0.2}}}}
activities:
  careful: {value: skill}
  fast: {value: 1.5 * skill, aversion: 0.4}
metrics:
  rate: {measures: {careful: skill, fast: 2 * skill}}
  injuries: {kind: outcome, better: lower, baseline: 1, measures: {careful: 0, fast: 4}}
policies:
  none: []
  pay_by_rate: [{linear: {metric: rate, rate: 0.3}}]
  esteem_by_rate: [{linear: {metric: rate, rate: 0.3, paid: esteem}}]
  nobody_minds:
    role: reference
    override: {activities.fast.aversion: 0}
organisation: {value_price: 1, pay: 1, currency: EUR}
experiment: {vary: {activities.fast.aversion: {from: 0.1, to: 0.9}, effort.intrinsic: {from: 0.2, to: 0.5}}}
"""


class Accounts(ProgramTest):
    """Who is ranked, by whose account, at whose harm, and in how many worlds."""

    def setUp(self):
        super().setUp()
        self.write("harm.yaml", HARM)

    def told(self, *arguments):
        return json.loads(self.run_program("compare", "harm.yaml", "--quiet", "--json", *arguments)[0])

    @staticmethod
    def means(told):
        """By policy and outcome; of metrics, the last one's."""
        return {(policy["policy"], outcome["outcome"]): outcome["mean"] for policy in told["policies"] for outcome in policy["outcomes"]}

    def test_references_are_never_ranked(self):
        told = self.told("--quick")
        self.assertEqual(set(told["ranking"]), {"none", "pay_by_rate", "esteem_by_rate"})
        of = {policy["policy"]: policy for policy in told["policies"]}
        net = {name: self.means(told)[name, "net_value"] for name in of}
        self.assertEqual(max(net, key=net.get), "nobody_minds")  # it would have won
        self.assertEqual((of["nobody_minds"]["role"], of["nobody_minds"]["rank"], of["nobody_minds"]["best_by_luck"]),
                         ("reference", None, None))
        self.assertAlmostEqual(sum(of[name]["best_by_luck"] for name in told["ranking"]), 1, places=9)
        self.assertFalse(any("nobody_minds" in sentence for sentence in told["headline"]))
        text, _ = self.run_program("compare", "harm.yaml", "--quiet", "--quick")
        self.assertRegex(text, r"(?m)^ref\.  nobody_minds ")

    def test_what_worsens_stands_in_the_headline(self):
        told = self.told("--quick")
        self.assertEqual([harm["metric"] for harm in told["worsens"]], ["injuries"])
        self.assertEqual(told["worsens"][0]["better"], "lower")
        self.assertGreater(told["worsens"][0]["percent"]["mean"], 0)
        self.assertTrue(any("the dashboard of injuries rises by" in sentence for sentence in told["headline"]), told["headline"])
        text, _ = self.run_program("compare", "harm.yaml", "--quiet", "--quick")
        self.assertRegex(text, r"(?m)^dashboards: +rate +injuries$")
        self.assertRegex(text, r"(?m)^changes from it +more is better +less is better$")
        self.assertRegex(text, r"(?m)^pay_by_rate +\+96 % +\+344 %$")
        turned = HARM.replace("better: lower, baseline", "baseline")
        self.write("harm.yaml", turned)
        self.assertEqual(self.told("--quick")["worsens"], [])

    def test_bonuses_are_on_the_organisations_account_and_esteem_is_not(self):
        told = self.told("--quick", "--perspective", "after_bonuses")
        self.assertEqual((told["ranked_by"], told["currency"]), ("net_after_bonuses", "EUR"))
        mean = self.means(told)
        self.assertGreater(mean["pay_by_rate", "bonus"], 0)
        self.assertEqual(mean["esteem_by_rate", "bonus"], 0)
        self.assertAlmostEqual(mean["pay_by_rate", "reward"], mean["pay_by_rate", "bonus"], places=12)
        self.assertAlmostEqual(mean["pay_by_rate", "reward"], mean["esteem_by_rate", "reward"], places=12)
        for policy in ("none", "pay_by_rate", "esteem_by_rate"):
            self.assertAlmostEqual(mean[policy, "net_after_bonuses"], mean[policy, "net_value"] - mean[policy, "bonus"], places=12)
        self.assertLess(told["ranking"].index("esteem_by_rate"), told["ranking"].index("pay_by_rate"))

    def test_run_heads_net_value_with_the_currency(self):
        text, _ = self.run_program("run", "harm.yaml", "--quiet")
        self.assertRegex(text, r"(?m) EUR( |$)")
        self.assertNotRegex(text, r"(?m) money( |$)")

    def test_worlds_are_counted_and_the_same_for_any_threads(self):
        told = [self.told("--worlds", 8, "--threads", threads)["worlds"] for threads in (1, 2)]
        self.assertEqual(told[0], told[1])
        self.assertEqual((told[0]["tried"], told[0]["failed"]), (8, 0))
        self.assertEqual(sum(told[0]["best"].values()), 8)
        self.assertEqual(told[0]["value_falls"]["none"], 0)  # against itself
        self.assertEqual(told[0]["numbers"], ["activities.fast.aversion", "effort.intrinsic"])
        self.assertIsNone(self.told("--quick")["worlds"])
        _, error = self.run_program("compare", "harm.yaml", "--quick", "--worlds", 3, status=2)
        self.assertIn("--worlds samples worlds and --quick leaves them out; choose one", error)

    def test_what_a_policy_does_is_said_in_words(self):
        words = {policy["policy"]: policy["words"] for policy in self.told("--quick")["policies"]}
        self.assertEqual(words, {
            "none": "Nothing is rewarded.",
            "pay_by_rate": "Pays 30 % of pay for each unit of the measured level of rate.",
            "esteem_by_rate": "Gives esteem worth 30 % of pay for each unit of the measured level of rate.",
            "nobody_minds": "Sets the aversion of “fast” to 0."})


class Compare(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("three.yaml", THREE)

    def json_of(self, *arguments):
        return json.loads(self.run_program("compare", *arguments, "--json", "--quiet")[0])

    def test_the_table_has_the_best_first_and_fits(self):
        stdout, _ = self.run_program("compare", "three.yaml", "--quiet")
        self.assertLessEqual(max(len(line) for line in stdout.splitlines()), 100)
        rows = re.findall(r"^(\d)  (\w+) +([\d.]+) ", stdout, re.M)
        self.assertEqual([rank for rank, _, _ in rows], ["1", "2", "3"])
        self.assertEqual(sorted(rows, key=lambda row: -float(row[2])), rows)
        self.assertIn("results/three.h5", self.files())
        self.assertNotIn("nan", stdout)

    def test_a_terminal_gets_the_answer_first(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, "compare", "three.yaml"], cwd=self.folder, stdout=theirs, stderr=subprocess.DEVNULL)
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:  # the other end is closed
            pass
        self.assertEqual(process.wait(timeout=PATIENCE), 0)
        os.close(ours)
        first, rest = said.decode().replace("\r\n", "\n").split("This is the answer so far.")
        self.assertIn("by luck", first)  # nothing was sampled or switched off by then
        self.assertNotIn("change by cause", first)
        self.assertIn("change by cause", rest)
        # Elsewhere all is said once.
        told, _ = self.run_program("compare", "results/three.h5", "--quiet")
        self.assertNotIn("so far", told)
        self.assertTrue(rest.endswith(told))

    def test_long_names_are_shortened_to_fit(self):
        name = "a_policy_with_a_name_that_no_table_could_ever_hold_in_full_" + "x" * 5
        self.write("long.yaml", THREE.replace("  quota: [", f"  {name}: [").replace("tickets", "t" * 64))
        stdout, _ = self.run_program("compare", "long.yaml", "--quick", "--quiet")
        table = stdout.split("\n\n")[1]
        self.assertLessEqual(max(len(line) for line in table.splitlines()), 100)
        self.assertIn("…", table)

    def test_numbers_are_those_of_the_file(self):
        told = self.json_of("three.yaml")
        with h5py.File(self.folder / "results/three.h5") as file:
            names = list(file["policy"].asstr()[:])
            steps = file["step"][:] >= 0
            net = file["net_value"][:, :, :][:, :, steps].mean(axis=2)
            shown = file["dashboard"][:, :, :, 0][:, :, steps].mean(axis=2)
            value = file["value"][:, :, :][:, :, steps].mean(axis=2)
        means = net.mean(axis=1)
        self.assertEqual(told["ranking"], [names[i] for i in np.argsort(-means)])
        for p, policy in enumerate(told["policies"]):
            outcomes = {(one["outcome"], one["metric"]): one for one in policy["outcomes"]}
            here = outcomes[("net_value", None)]
            self.assertAlmostEqual(here["mean"], means[p], places=9)
            self.assertAlmostEqual(here["difference"]["mean"], (net[p] - net[0]).mean(), places=9)
            if p == 0:
                continue
            spread = (net[p] - net[0]).std(ddof=1) / np.sqrt(6) * 2.5705818366147  # t(0.975; 5)
            self.assertAlmostEqual((here["difference"]["high"] - here["difference"]["low"]) / 2, spread, places=9)
            self.assertLess(here["simultaneous"]["low"], here["difference"]["low"])
            correlation = np.corrcoef(net[p], net[0])[0, 1]
            self.assertAlmostEqual(here["pairing"]["correlation"], correlation, places=9)
            gap = 100 * (shown[p] - shown[0]).mean() / shown[0].mean() - 100 * (value[p] - value[0]).mean() / value[0].mean()
            divergence = policy["divergences"][0]
            self.assertAlmostEqual(divergence["gap"]["mean"], gap, places=9)
            parts = ("left", "regressional", "extremal", "causal", "adversarial")
            splits = {(split["outcome"], split["metric"]): split for split in policy["causes"]}
            metric = told["metrics"][0]
            totals = {("gap", metric): gap, ("net_value", None): here["difference"]["mean"],
                      ("value", None): outcomes[("value", None)]["percent"]["mean"],
                      ("cost", None): outcomes[("cost", None)]["difference"]["mean"],
                      ("dashboard", metric): outcomes[("dashboard", metric)]["percent"]["mean"]}
            self.assertEqual(set(splits), set(totals))
            for key, total in totals.items():
                self.assertAlmostEqual(splits[key]["total"]["mean"], total, places=9)
                self.assertAlmostEqual(sum(splits[key][part]["mean"] for part in parts), total, places=9)
        self.assertAlmostEqual(sum(policy["best_by_luck"] for policy in told["policies"]), 1, places=9)

        def intervals(part, path=""):
            """Every interval there is: its low end is not above its high one."""
            if isinstance(part, dict):
                if part.get("low") is not None and "high" in part and "path" not in part:
                    self.assertLessEqual(part["low"], part["high"], path)
                    self.seen += 1
                for key, below in part.items():
                    intervals(below, f"{path}.{key}")
            elif isinstance(part, list):
                for i, below in enumerate(part):
                    intervals(below, f"{path}.{i}")

        self.seen = 0
        intervals(told)
        self.assertGreater(self.seen, 200)

    def test_which_setting_would_be_best_is_said_where_there_are_levers(self):
        self.write("levers.yaml", (self.folder / "small.yaml").read_text() + """\
experiment:
  levers: {policies.quota.quota.target: {values: [12, 14, 16], as: target}}
""")
        told = self.json_of("levers.yaml", "--html", "page.html")
        sentence = told["best_setting"]["sentence"]
        self.assertEqual(told["best_setting"]["candidates"], 3)
        self.assertTrue(sentence.startswith("Of 3 settings that leadership could choose, by net_value: "), sentence)
        self.assertIn(sentence, told["headline"])
        # The same as a search with as many replicates says.
        found = json.loads(self.run_program("search", "levers.yaml", "--replicates", 32, "--json", "--quiet")[0])
        self.assertIn(found["finding"], sentence)
        page = (self.folder / "page.html").read_text()
        self.assertIn("Which setting would be best", page)
        self.assertIn("Gain over", page)
        self.assertIsNone(self.json_of("levers.yaml", "--quick")["best_setting"])
        self.assertIsNone(self.json_of("small.yaml")["best_setting"])

    def test_csv_is_tidy_and_says_the_same(self):
        told = self.json_of("three.yaml", "--quick")
        text, _ = self.run_program("compare", "results/three.h5", "--csv", "--quick", "--quiet")
        rows = list(csv.DictReader(io.StringIO(text)))
        keys = [(row["policy"], row["outcome"], row["of"], row["statistic"]) for row in rows]
        self.assertEqual(len(keys), len(set(keys)))
        found = {key: row["value"] for key, row in zip(keys, rows)}
        for policy in told["policies"]:
            for outcome in policy["outcomes"]:
                key = (policy["policy"], outcome["outcome"], outcome["metric"] or "")
                self.assertEqual(float(found[(*key, "mean")]), outcome["mean"])
                low = found[(*key, "simultaneous_low")]
                self.assertEqual(float(low) if low else None, outcome["simultaneous"]["low"])

    def test_a_file_says_what_its_scenario_says(self):
        self.assertEqual(self.run_program("compare", "three.yaml", "--quiet")[0],
                         self.run_program("compare", "results/three.h5", "--quiet")[0])
        one = self.run_program("compare", "results/three.h5", "--threads", 1, "--json", "--quiet")[0]
        self.assertEqual(one, self.run_program("compare", "results/three.h5", "--threads", 2, "--json", "--quiet")[0])

    def test_results_are_joined_where_only_policies_differ(self):
        whole = self.json_of("three.yaml", "--quick")
        self.run_program("run", "three.yaml", "--policy", "trust", "--policy", "quota", "-o", "a.h5", "--quiet")
        self.run_program("run", "three.yaml", "--policy", "trust", "--policy", "pay", "-o", "b.h5", "--quiet")
        told = self.json_of("a.h5", "b.h5", "--quick")
        for part in ("ranking", "policies"):
            self.assertEqual(told[part], whole[part])
        kept = self.json_of("a.h5", "b.h5", "--quick", "--policy", "quota", "--policy", "pay")
        self.assertEqual([policy["policy"] for policy in kept["policies"]], ["quota", "pay"])
        self.assertEqual(kept["compare_with"], "quota")

        self.run_program("run", "three.yaml", "--policy", "pay", "--seed", 2, "-o", "c.h5", "--quiet")
        _, stderr = self.run_program("compare", "a.h5", "c.h5", status=2)
        self.assertIn("a.h5 and c.h5 are of unlike scenarios, which cannot be compared: seed is 1 in one and 2 in the other",
                      stderr)
        self.run_program("run", "three.yaml", "--policy", "quota", "--set", "policies.quota.quota.target=15", "-o", "d.h5",
                         "--quiet")
        _, stderr = self.run_program("compare", "a.h5", "d.h5", status=2)
        self.assertIn("each have a policy quota, and they are not the same", stderr)

    def test_ties_are_said_in_words(self):
        self.write("tie.yaml", THREE.replace("policies:", "policies:\n  same: []"))
        stdout, _ = self.run_program("compare", "tie.yaml", "--quick", "--quiet")
        self.assertIn("“same” and “trust” have the same net value", " ".join(stdout.split()))

    def test_one_replicate_has_no_intervals(self):
        stdout, _ = self.run_program("compare", "three.yaml", "--replicates", 1, "--quick", "--quiet")
        self.assertIn("they need at least 2", " ".join(stdout.split()))
        told = self.json_of("three.yaml", "--replicates", 1, "--quick")
        self.assertIsNone(told["policies"][1]["outcomes"][0]["difference"]["low"])
        self.assertEqual([policy["best_by_luck"] for policy in told["policies"]], [None] * 3)
        csv, _ = self.run_program("compare", "three.yaml", "--replicates", 1, "--quick", "--quiet", "--csv")
        self.assertIn("quota,net_value,,best_by_luck,\n", csv)

    def test_policies_that_come_to_the_same_are_tied(self):
        """A target that everybody meets anyway moves nobody."""
        self.write("even.yaml", """
goodhart: 1
title: Even
time: {steps: 3}
replicates: 3
population: {size: 7, traits: {skill: {normal: {mean: 1, sd: 0.1}}}}
activities: {work: {value: 3, saturation: skill, cost: 0.3}}
metrics: {hours: {measures: {work: 1}, noise: 0.1}}
policies: {trust: [], cap: [{quota: {metric: hours, target: -1000, reward: 0.1}}]}
""")
        told = self.json_of("even.yaml", "--quick")
        self.assertEqual([policy["rank"] for policy in told["policies"]], [1, 1])
        self.assertEqual([policy["best_by_luck"] for policy in told["policies"]], [0.5, 0.5])
        self.assertEqual(told["policies"][0]["lead_over_next"]["mean"], 0)
        self.assertIn("have the same net value", told["headline"][0])

    def test_numbers_that_cannot_be_changed_are_named_and_not_counted(self):
        scenario = """
goodhart: 1
title: Two kinds of people
time: {steps: 2}
replicates: 2
population: {size: 20, groups: {junior: {share: 0.4}, senior: {share: 0.6}}}
effort: {discount: 0.95}
activities: {plain: {value: 1}, dear: {value: {normal: {mean: 1.5, sd: 0.1, min: 1.3, max: 1.6}}, cost: 0.45, saturation: 0.2}}
metrics: {output: {measures: value}, dear: {measures: {dear: 1}}}
policies: {trust: [], push: {incentives: [{linear: {metric: dear, rate: 1}}], override: {effort.discount: 0.9}}}
"""
        self.write("kinds.yaml", scenario)
        told = self.json_of("kinds.yaml")
        levers = {lever["path"]: lever for lever in told["levers"]}
        for lever in told["levers"]:
            self.assertEqual((lever["lead_at_low"]["n"], lever["lead_at_high"]["n"]), (2, 2), lever["path"])
        self.assertEqual(levers["effort.discount"]["high"], 1)
        self.assertEqual(levers["policies.push.override.effort.discount"]["high"], 1)
        junior, senior = (levers[f"population.groups.{name}.share"] for name in ("junior", "senior"))
        self.assertAlmostEqual(junior["high"], 0.48)
        self.assertAlmostEqual(senior["low"], 0.52)
        # 20 % more than the least is more than the most.
        self.assertEqual([one["path"] for one in told["not_tried"]], ["activities.dear.value.normal.max"])
        self.assertIn("at 1.28: ", told["not_tried"][0]["why"])
        stdout, _ = self.run_program("compare", "kinds.yaml", "--quiet")
        text = " ".join(stdout.split())
        self.assertIn("1 more number could not be tried at both ends of its range: the highest value of “dear” (activities.dear.value.normal.max = 1.6", text)
        self.assertRegex(text, rf"of the {len(levers)} numbers that were tried")

    def test_what_varies_in_policies_that_are_left_out_is_left_out(self):
        self.write("one.yaml", THREE + "experiment: {vary: {policies.quota.quota.target: {from: 5, to: 20}}}\n")
        told = self.json_of("one.yaml", "--policy", "trust", "--policy", "pay")
        self.assertNotIn("policies.quota.quota.target", [lever["path"] for lever in told["levers"]])

    def test_the_ends_of_stated_ranges_are_checked_first(self):
        self.write("wide.yaml", SCENARIO + "experiment: {vary: {effort.discount: {from: 0.5, to: 1.2}}}\n")
        _, stderr = self.run_program("compare", "wide.yaml", "--quiet", status=2)
        self.assertIn("experiment.vary.effort.discount.to: the scenario cannot be run with 1.2 there: must be a number above "
                      "0 and at most 1, got 1.2", stderr)

    def test_one_policy_has_nothing_to_be_compared_with(self):
        stdout, _ = self.run_program("compare", "three.yaml", "--policy", "quota", "--quiet", "--html", "one.html")
        self.assertIn("there is nothing to compare it with", " ".join(stdout.split()))
        self.assertIn("One policy alone", stdout)

    def test_until_adds_replicates(self):
        wide = self.json_of("three.yaml", "--quick")
        told = self.json_of("three.yaml", "--quick", "--until", 0.004)
        self.assertGreater(told["replicates"], 6)
        self.assertEqual(told["replicates"] % 6, 0)
        self.assertIn("after", told["stopping"])
        base = told["policies"][0]["outcomes"][0]["mean"]
        for policy in told["policies"][1:]:
            ends = policy["outcomes"][0]["simultaneous"]
            self.assertLessEqual((ends["high"] - ends["low"]) / 2 / base, 0.0041)  # by its own draws
        self.assertEqual(wide["stopping"], "")
        with h5py.File(self.folder / "results/three+until=0.004+outcome=net_value.h5") as file:
            self.assertEqual(len(file["replicate"]), told["replicates"])
            self.assertIn(f"replicates={told['replicates']}", file["provenance/overrides"].asstr()[()])
        # What was added is what more replicates from the start would have been.
        self.run_program("run", "three.yaml", "--replicates", told["replicates"], "-o", "all.h5", "--quiet")
        with h5py.File(self.folder / "results/three+until=0.004+outcome=net_value.h5") as one, h5py.File(self.folder / "all.h5") as other:
            self.assertEqual(one.attrs["content_digest"], other.attrs["content_digest"])

        _, stderr = self.run_program("compare", "three.yaml", "--until", 0.01, "--outcome", "net_valu", status=2)
        self.assertIn("did you mean 'net_value'?", stderr)
        _, stderr = self.run_program("compare", "three.yaml", "--until", 0.01, "--policy", "pay", status=2)
        self.assertIn("--until needs at least two policies", stderr)
        _, stderr = self.run_program("compare", "three.yaml", "--until", 0.01, "--outcome", "waste", status=2)
        self.assertIn("whose mean is 0", stderr)

    def test_what_turns_the_ranking_is_found(self):
        # Paying 0.3 a unit of cost against value at 1: the price of value decides between the two.
        scenario = """\
goodhart: 1
title: Dear or cheap
time: {steps: 2}
replicates: 3
population: {size: 20, traits: {skill: {normal: {mean: 1, sd: 0.1}}}}
activities: {plain: {value: skill}, dear: {value: 1.5 * skill, cost: 0.45, saturation: 0.2}}
metrics: {output: {measures: value}, dear: {measures: {dear: 1}}}
policies: {trust: [], push: [{linear: {metric: dear, rate: 1}}]}
"""
        self.write("dear.yaml", scenario)
        levers = {lever["path"]: lever for lever in self.json_of("dear.yaml")["levers"]}
        self.assertFalse(levers["organisation.value_price"]["stated"])
        self.write("stated.yaml", scenario + "experiment: {vary: {organisation.value_price: {from: 0.1, to: 10}}}\n")
        told = self.json_of("stated.yaml")
        lever = next(one for one in told["levers"] if one["path"] == "organisation.value_price")
        self.assertTrue(lever["stated"])
        self.assertEqual((lever["low"], lever["high"]), (0.1, 10))
        self.assertTrue(lever["flips"])
        self.assertLess(lever["lead_at_low"]["mean"] * lever["lead_at_high"]["mean"], 0)
        self.assertEqual(told["levers"][0]["flips"], True)

    def test_what_is_assumed_is_said(self):
        planted = SCENARIO.replace("tick: {gaming: true,", "tick: {gaming: true, max: 0,")
        self.write("planted.yaml", planted)
        origins = {one["headline"]: one for one in self.json_of("planted.yaml", "--quick")["origins"]}
        self.assertTrue(origins["how much is gamed"]["assumed"])
        self.assertFalse({one["headline"]: one for one in self.json_of("small.yaml", "--quick")["origins"]}
                         ["how much is gamed"]["assumed"])
        alike = SCENARIO.replace("{lognormal: {median: 1, sigma: 0.3}}", "1").replace(
            "{lognormal: {median: 0.5, sigma: 1}}", "0.5")
        self.write("alike.yaml", alike)
        origins = {one["headline"]: one for one in self.json_of("alike.yaml", "--quick")["origins"]}
        self.assertTrue(origins["who games and who is rewarded"]["assumed"])
        self.assertIn("whatever depends on skill", origins)

    def test_bad_results_each_get_a_sentence(self):
        self.run_program("run", "three.yaml", "-o", "good.h5", "--quiet")
        whole = (self.folder / "good.h5").read_bytes()
        (self.folder / "cut.h5").write_bytes(whole[:len(whole) // 2])
        (self.folder / "text.h5").write_text("no results")
        (self.folder / "empty.h5").write_bytes(b"")
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["x"] = [1]

        def changed(name, change):
            shutil.copy(self.folder / "good.h5", self.folder / name)
            with h5py.File(self.folder / name, "r+") as file:
                change(file)

        changed("newer.h5", lambda file: file.attrs.modify("goodhart_format", np.int32(2)))
        changed("words.h5", lambda file: file.attrs.create("goodhart_format", "one"))
        changed("lacks.h5", lambda file: file.__delitem__("net_value"))

        def reshape(file):
            del file["value"]
            file["value"] = np.zeros(3)

        changed("shape.h5", reshape)

        def bend(file):
            del file["provenance/scenario_resolved"]
            file["provenance/scenario_resolved"] = "goodhart: 1\ntitle: Bent\nactivities: 3\n"

        changed("bent.h5", bend)

        def number(file):
            del file["provenance/scenario_resolved"]
            file["provenance/scenario_resolved"] = 3.0

        changed("number.h5", number)
        for name, words in {
                "cut.h5": "cut.h5: is damaged or cut off",
                "text.h5": "text.h5: is not an HDF5 file, so it holds no results",
                "empty.h5": "empty.h5: is not an HDF5 file",
                "foreign.h5": "foreign.h5: is an HDF5 file, but not one of goodhart's results",
                "newer.h5": "newer.h5: is of format 2 of results; this version reads format 1",
                "words.h5": "words.h5: has a goodhart_format that is not one whole number",
                "lacks.h5": "lacks.h5: has no variable 'net_value'",
                "shape.h5": "shape.h5: has a variable 'value' of another shape",
                "bent.h5": "bent.h5: holds a scenario that this version does not understand",
                "number.h5": "number.h5: holds something else where a text should be",
        }.items():
            for command in ("compare", "report"):
                with self.subTest(file=name, command=command):
                    stdout, stderr = self.run_program(command, name, status=2)
                    self.assertIn(words, stderr)
                    self.assertEqual(stdout, "")
        _, stderr = self.run_program("compare", "good.h5", "--policy", "qouta", status=2)
        self.assertIn("did you mean 'quota'?", stderr)
        _, stderr = self.run_program("compare", "none.h5", status=1)
        self.assertIn("none.h5: cannot be read: No such file", stderr)
        _, stderr = self.run_program("compare", "good.h5", "--set", "seed=2", status=2)
        self.assertIn("--set is for scenarios", stderr)
        _, stderr = self.run_program("compare", "good.h5", "three.yaml", status=2)
        self.assertIn("one scenario, or results", stderr)
        _, stderr = self.run_program("compare", "three.yaml", "small.yaml", status=2)
        self.assertIn("compare takes one scenario", stderr)
        _, stderr = self.run_program("compare", "three.yaml", "--json", "--csv", status=2)
        self.assertIn("choose one", stderr)
        _, stderr = self.run_program("compare", "three.yaml", "--html", "three.yaml", status=2)
        self.assertIn("would be overwritten", stderr)
        _, stderr = self.run_program("report", "three.yaml", status=2)
        self.assertIn("is not a results file", stderr)

    def test_pages_are_whole_or_not_there(self):
        self.run_program("run", "three.yaml", "-o", "good.h5", "--quiet")
        before = self.files()
        _, stderr = self.run_program("report", "good.h5", "-o", "no/such/folder.html", "--quick", status=1)
        self.assertIn("no/such/folder.html: cannot be written: there is no folder no/such", stderr)
        done = subprocess.run(
            [PROGRAM, "report", "good.h5", "-o", "page.html", "--quick"], cwd=self.folder, capture_output=True, text=True,
            preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("page.html.part: cannot write: File too large", done.stderr)
        self.assertEqual(self.files(), before)
        self.run_program("report", "good.h5", "--quick", "--quiet")
        self.assertEqual(self.files(), before | {"good.html"})

    def test_an_interrupt_leaves_nothing(self):
        self.write("endless.yaml", ENDLESS)
        process = self.start_program("compare", "endless.yaml", "--html", "page.html")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertNotIn("page.html", self.files())
        self.assertNotIn("results/endless.h5", self.files())

    def test_means_do_not_depend_on_what_is_recorded(self):
        self.write("windows.yaml", WINDOWS)
        told = {}
        for every in (1, 4, 100):
            told[every] = self.json_of("windows.yaml", "--set", f"record.every={every}", "-o", f"every{every}.h5", "--quick")
            self.assertEqual(told[every], self.json_of(f"every{every}.h5", "--quick") | {"results": told[every]["results"]})
            self.assertEqual((told[every]["steps_averaged"], told[every]["steps"]), (23, 23))
        run = json.loads(self.run_program("run", "windows.yaml", "--json", "--quiet")[0])
        for every in (4, 100):
            for one, other in zip(told[1]["policies"], told[every]["policies"]):
                for a, b in zip(one["outcomes"], other["outcomes"]):
                    self.assertEqual(a, b)  # to the bit
                self.assertEqual(one["effort"], other["effort"])
                self.assertEqual(one["rewarded"], other["rewarded"])
            self.assertEqual(told[1]["ranking"], told[every]["ranking"])
        self.assertIn(f"{told[1]['policies'][1]['outcomes'][0]['mean']:.10g}"[:9], json.dumps(run))
        # Causes are found by running again, and by the same means.
        causes = [[policy["causes"] for policy in self.json_of(f"every{every}.h5")["policies"]] for every in (1, 100)]
        self.assertEqual(*causes)
        self.assertTrue(all(causes[0][1:]))
        with h5py.File(self.folder / "every100.h5") as file:
            steps = file["step"][:]
            self.assertEqual(list(steps), [0, 22])
            self.assertEqual(set(file["means"]) | {"step"}, set(file) - {"means", "provenance"})
            self.assertEqual(file["means/dashboard"].shape, (2, 3, 1))

    def test_a_file_without_means_says_what_it_averages(self):
        self.write("windows.yaml", WINDOWS)
        for every in (1, 100):
            self.run_program("run", "windows.yaml", "--set", f"record.every={every}", "-o", f"every{every}.h5", "--quiet")
            with h5py.File(self.folder / f"every{every}.h5", "r+") as file:
                del file["means"]
                file.attrs["content_digest"] = np.bytes_(content_digest(file))
        says = "All means are averages over 2 of 23 steps"
        stdout, _ = self.run_program("compare", "every100.h5", "--quick")
        self.assertIn(says, " ".join(stdout.split()))
        told = self.json_of("every100.h5", "--quick")
        self.assertEqual((told["steps_averaged"], told["steps"]), (2, 23))
        self.assertIn(says, " ".join(told["limits"]))
        self.run_program("report", "every100.h5", "-o", "page.html")
        self.assertIn(says, (self.folder / "page.html").read_text())
        # All steps are all steps, whoever averages them.
        self.assertNotIn("averages over", self.run_program("compare", "every1.h5", "--quick")[0])

    def test_what_leaves_the_range_of_numbers_fails_and_is_not_ranked(self):
        # Each cost is a number, and so is their mean; squares of them are none, and were a crash.
        self.write("large.yaml", WINDOWS.replace("cost: 10}", "cost: 10}\n  dear: {value: 2, cost: {lognormal: {median: 1e200, sigma: 1}}}"))
        stdout, _ = self.run_program("compare", "large.yaml", "--quick", "--quiet")
        self.assertNotRegex(stdout, r"\b(inf|nan)\b")
        told = self.json_of("results/large.h5", "--quick")
        self.assertLess(told["policies"][0]["outcomes"][0]["mean"], -1e199)
        self.assertLess(told["policies"][0]["outcomes"][0]["low"], told["policies"][0]["outcomes"][0]["mean"])
        # Costs whose sum is none are found by `check`.
        self.write("endless.yaml", WINDOWS.replace("cost: 10", "cost: 1e308, value: 1"))
        _, stderr = self.run_program("compare", "endless.yaml", status=2)
        self.assertIn("the cost of activities came out infinite", " ".join(stderr.split()))
        # Stakes that have no bound are found when they get there: that run fails, and the other is done.
        self.write("stakes.yaml", WINDOWS.replace(
            "q: [{quota: {metric: m, target: 1.5, reward: 0.2, every: 4}}]",
            "q: {incentives: [{quota: {metric: m, target: 1.5, reward: 0.2}}], "
            "leadership: [{escalate: {incentive: quota, goal: 1e9, factor: 1e200}}]}"))
        stdout, stderr = self.run_program("run", "stakes.yaml", "--quiet", status=3)
        self.assertIn("the stakes of the incentive quota came out infinite", " ".join((stdout + stderr).split()))
        with h5py.File(self.folder / "results/stakes.h5") as file:
            self.assertEqual(file["status"][:].tolist(), [[0, 0, 0], [1, 1, 1]])
            self.assertIn("give escalate a cap", file["provenance/failures"].asstr()[()])

    def test_names_do_not_steer_the_terminal(self):
        self.write("escape.yaml", THREE.replace("title: A small quota", 'title: "red \\u202e"').replace("steps: 6,", 'steps: 6, unit: "we\\u202eek",'))
        for command in ("run", "compare", "explain"):
            arguments = ["--quick", "--quiet", "--html", "page.html"] if command == "compare" else []
            stdout, stderr = self.run_program(command, "escape.yaml", *arguments)
            for steering in ("\x1b", "\x07", "\x9b", "\u202e"):
                self.assertNotIn(steering, stdout + stderr)
            if command != "explain":
                self.assertIn("red \\x202e", stdout)
        page = (self.folder / "page.html").read_text()
        body = page[page.index("<body>"):].partition("<script")[0]  # not the charting library
        self.assertIn("red ", body)
        for steering in ("\x1b", "\x07", "\x9b", "\u202e"):
            self.assertNotIn(steering, body)
        # What is wrong with a stranger's file may quote it.
        with h5py.File(self.folder / "results/escape.h5", "r+") as file:
            text = file["provenance/scenario_resolved"].asstr()[()]
            del file["provenance/scenario_resolved"]
            file["provenance/scenario_resolved"] = text + '\n"\\e[31mx": 3\n'
        _, stderr = self.run_program("compare", "results/escape.h5", status=2)
        self.assertNotIn("\x1b", stderr)
        self.assertIn("\\x1b[31mx", stderr)


if __name__ == "__main__":
    unittest.main()
