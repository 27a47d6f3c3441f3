"""The search for the best levers from the outside: what it finds, what it writes, and sentences where it cannot."""

import csv
import hashlib
import io
import json
import time
import unittest

import numpy
import xarray

from program import ProgramTest

STUDY = """\
goodhart: 1
title: A small search
time: {steps: 5, before: 2}
population: {size: 8, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.2, sigma: 0.5}}, cost: 0.1}
metrics: {tickets: {measures: {work: 10, tick: 40}, noise: 1}}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  later: {phases: [{name: wait, from: 0}, {name: ask, from: 2, incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}]}
  other: [{quota: {metric: tickets, target: 99, reward: 0.2}}]
  saints: {role: reference, incentives: [{quota: {metric: tickets, target: 1, reward: 5}}]}
experiment:
  outcome: net_value - reward / 10
  vary:
    effort.intrinsic: {from: 0.05, to: 0.6, as: care}
  levers:
    policies.quota.quota.target: {from: 9.5, to: 11.5, step: 0.5, as: target, also: [policies.later.phases.ask.incentives.quota.target]}
    policies.quota.quota.reward: {values: [0.05, 0.2], as: bonus}
  where: [target * bonus <= 2.2, care < 1]
  search: {replicates: 32}
"""


class SearchTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("study.yaml", STUDY)

    def search(self, *arguments, **options):
        return self.run_program("search", "study.yaml", *arguments, **options)

    def found(self, *arguments, **options):
        return json.loads(self.search("--json", "--quiet", *arguments, **options)[0])

    def refused(self, sentence, *arguments):
        before = self.files()
        stdout, stderr = self.search(*arguments, status=2)
        self.assertEqual(stdout, "")
        self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), before)


class Searches(SearchTest):
    def test_what_is_found_is_what_the_runs_say(self):
        found = self.found("--html", "page.html")
        # quota: five targets with two bonuses; later: five targets, with the bonus of quota as it stands. The highest target
        # with the high bonus is left out.
        names = {candidate["candidate"] for candidate in found["list"]}
        targets = (9.5, 10, 10.5, 11, 11.5)
        self.assertEqual(names, {f"quota target={target:g} bonus={bonus}" for target in targets for bonus in (0.05, 0.2)
                                 if target * bonus <= 2.2} | {f"later target={target:g}" for target in targets[:4]})
        self.assertEqual(found["candidates"], len(names))
        self.assertEqual(found["comparison"], "trust")
        with xarray.open_dataset(self.folder / "results/study-search.h5") as data, \
                xarray.open_dataset(self.folder / "results/study-search.h5", group="search") as table:
            self.assertEqual(data.attrs["goodhart_study"], "sweep")
            self.assertEqual(list(table.candidate.values), [c["candidate"] for c in sorted(
                found["list"], key=lambda c: list(table.candidate.values).index(c["candidate"]))])
            # The first look: the same runs by point and policy, and gains over trust on the same luck.
            first = data.outcome.values
            policies = list(data.policy.values)
            self.assertEqual(policies, ["trust", "quota", "later"])
            for candidate in found["list"]:
                row = list(table.candidate.values).index(candidate["candidate"])
                point = int(table.point[row])
                outcomes = first[point, policies.index(candidate["policy"])]
                self.assertAlmostEqual(float(table["mean"][row, 0]), outcomes.mean(), places=10)
                self.assertEqual(float(data.target[point]), candidate["levers"]["target"])
                if candidate["replicates"] == 8:
                    self.assertAlmostEqual(candidate["gain"]["mean"], float((outcomes - first[0, 0]).mean()), places=10)
            looks = list(table.look_replicates.values)
            self.assertEqual(looks, found["replicates"])
            # What was dropped was not looked at again.
            for row, state in enumerate(table.state.values):
                if state == 2:
                    self.assertEqual(numpy.isnan(table["mean"][row].values).sum(), len(looks) - looks.index(table.replicates[row]) - 1)
            self.assertEqual(int((table.state == 0).sum()), 1)
            fresh = dict(zip(table.statistic.values, table.fresh.values))
            self.assertEqual(fresh["gain"], found["best"]["fresh"]["gain"]["mean"])
            self.assertEqual(fresh["at_most"], found["at_most"])
        best = max((c for c in found["list"] if c["replicates"] == found["replicates"][-1]), key=lambda c: c["outcome"]["mean"])
        self.assertEqual(found["best"]["candidate"], best["candidate"])
        self.assertEqual(found["best"]["fresh"]["replicates"], found["replicates"][-1])
        page = (self.folder / "page.html").read_text()
        self.assertIn(found["finding"], page)
        self.assertIn(found["advice"], page.replace("&#39;", "'").replace("\u00a0%", " %"))
        self.assertIn("How the gain goes with each lever", page)

    def test_the_winner_is_run_on_luck_of_its_own(self):
        found = self.found()
        best = found["best"]
        # The same runs by themselves: the scenario with the levers at the best, on replicates from 2^22 on.
        self.assertEqual(best["fresh"]["first_replicate"], 4194304)
        self.assertNotEqual(best["fresh"]["gain"]["mean"], best["gain"]["mean"])
        self.assertLess(abs(best["fresh"]["gain"]["mean"] - best["gain"]["mean"]), 0.2)

    def test_neither_threads_nor_a_second_time_change_a_byte(self):
        digests, texts = set(), set()
        for threads in (1, 2, 3):
            stdout, _ = self.search("--threads", threads, "--json", "--quiet", "-o", "same.h5")
            texts.add(stdout)
            digests.add(hashlib.sha256((self.folder / "same.h5").read_bytes()).hexdigest())
        self.assertEqual(len(texts), 1)
        self.assertEqual(len(digests), 1)
        self.assertNotEqual(self.found("--seed", 2)["best"]["fresh"], json.loads(texts.pop())["best"]["fresh"])

    def test_table_and_csv_say_the_same(self):
        text, _ = self.search("--quiet")
        found = self.found()
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)
        self.assertIn("study.yaml: search: 2 levers, 13 candidates, all of them looked at; net_value - reward / 10, paired with trust on the same luck",
                      text.replace("\n", " "))
        self.assertIn(found["finding"], text.replace("\n", " "))
        self.assertRegex(text, r"policy +target +bonus +gain ± 95 % +told apart from the best\?")
        self.assertRegex(text, r"\n  1 .* best\n")
        self.assertIn("With 95 % confidence none of the 13 candidates is better", text.replace("\n", " "))
        rows = list(csv.DictReader(io.StringIO(self.search("--csv", "--quiet")[0])))
        self.assertEqual(len(rows), 13)
        for row, candidate in zip(rows, found["list"]):
            self.assertEqual((row["policy"], row["state"]), (candidate["policy"], candidate["state"]))
            self.assertEqual(float(row["gain"]), candidate["gain"]["mean"])
            self.assertEqual(row["bonus"] == "", candidate["policy"] == "later")

    def test_a_tolerance_ends_a_search(self):
        short = self.found("--tolerance", 1000)
        self.assertEqual(short["replicates"], [8])
        self.assertTrue(short["reached"])
        self.assertEqual(short["tolerance"], 1000)
        again = self.found("--set", "experiment.search.tolerance=1000")
        self.assertEqual(again["best"], short["best"])
        self.assertGreaterEqual(len(self.found("--tolerance", 0)["replicates"]), 2)

    def test_what_is_required_decides_what_may_be_best(self):
        strict = self.found("--set", "experiment.require=[gaming_share <= 0.02]")
        self.assertTrue(strict["best"]["meets"])
        refused = [c for c in strict["list"] if not c["meets"]]
        self.assertTrue(refused)
        self.assertNotIn("best", {c["state"] for c in refused})
        # Nothing acceptable: an answer of its own kind, and the results are there all the same.
        stdout, _ = self.search("--set", "experiment.require=[net_value > 1e9]", "-o", "none.h5", status=4)
        self.assertIn("Nothing that was looked at is acceptable.", stdout)
        self.assertIn("None of the 13 candidates meets net_value > 1e9 on the means of 16 replicates.", stdout)
        self.assertTrue((self.folder / "none.h5").exists())

    def test_a_policy_alone(self):
        found = self.found("--policy", "trust", "--policy", "later")
        self.assertEqual({c["policy"] for c in found["list"]}, {"later"})
        text, _ = self.search("--policy", "quota", "--quiet")  # compared with itself as it stands
        self.assertIn("quota as it stands", text)

    def test_a_lever_without_a_grid_is_sampled(self):
        words = ("--policy", "trust", "--policy", "quota", "--set", "experiment.where=[bonus < 0.1]", "--set",
                 "experiment.levers.policies.quota.quota.target={from: 8, to: 16, as: target}", "--replicates", "8")
        found = self.found(*words, "--threads", 1)
        self.assertEqual(found["candidates"] - found["polished"], 256)
        # A value in each of 256 parts of the range, and what was polished besides.
        self.assertEqual({int((c["levers"]["target"] - 8) / 8 * 256) for c in found["list"]}, set(range(256)))
        self.assertGreater(found["polished"], 0)
        # A look at all, then one on other luck at what was left and what was polished.
        self.assertEqual((found["replicates"], found["first_looks"]), ([8, 8], 1))
        self.assertEqual(self.found(*words, "--threads", 2), found)

    def test_a_best_at_the_end_is_said(self):
        text, _ = self.search("--set", "experiment.outcome=reward", "--set", "experiment.where=[bonus > 0]", "--policy", "trust", "--policy",
                              "quota", "--quiet")
        self.assertIn("and at the upper end of bonus (0.2): beyond what was looked at there may be something better.", text.replace("\n", " "))

    def test_one_point_of_the_file_can_be_run_again(self):
        self.search("--quiet")
        self.run_program("run", "results/study-search.h5", "--point", 3, "--quiet")
        with xarray.open_dataset(self.folder / "results/study-search.h5") as data, \
                xarray.open_dataset(self.folder / "results/study-search-point-3.h5", group="means") as point:
            quota = point.net_value.sel(policy="quota") - point.reward.sel(policy="quota") / 10
            numpy.testing.assert_allclose(data.outcome.sel(policy="quota")[3], quota, rtol=1e-12)

    def test_worlds(self):
        """Each replicate is in one of the worlds, with the numbers of a scenario that is set so."""
        cares = [0.1, 0.3, 0.5]
        self.write("worlds.csv", "care\n" + "".join(f"{care}\n" for care in cares))
        told = self.found("--worlds", "worlds.csv", "-o", "over.h5")
        self.assertEqual(told["worlds"], {"count": 3, "from": "3 worlds of worlds.csv"})
        self.assertEqual(told["replicates"][0], 32)
        with xarray.open_dataset(self.folder / "over.h5", group="search") as found:
            numpy.testing.assert_array_equal(found.world_value.values[:, 0], cares)
            world_of = found.world_of_replicate.values.astype(int)
        self.assertEqual(set(world_of), {0, 1, 2})
        compared = 0
        with xarray.open_dataset(self.folder / "over.h5") as over:
            for world, care in enumerate(cares):
                self.found("--set", f"effort.intrinsic={care}", "--set", "experiment.search.replicates=8", "-o", "alone.h5")
                with xarray.open_dataset(self.folder / "alone.h5") as alone:
                    here = [r for r in range(8) if world_of[r] == world]
                    ran = (alone.status[:, :, here] == 0).values
                    numpy.testing.assert_array_equal(over.outcome[:, :, here].values[ran], alone.outcome[:, :, here].values[ran])
                    compared += ran.sum()
        self.assertGreater(compared, 50)
        # The same bytes for any threads, and where the worlds are a fit's or a number.
        self.found("--worlds", "worlds.csv", "-o", "again.h5", "--threads", 3)
        self.assertEqual(*[hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in ("over.h5", "again.h5")])
        text, _ = self.search("--worlds", 16, "--quiet", "--html", "page.html")
        said = "on average over 16 worlds sampled from the ranges in doubt"
        self.assertIn(said, " ".join(text.split()))
        self.assertIn(said, (self.folder / "page.html").read_text())
        text, _ = self.search("--worlds", 16, "--front", "net_value", "--front=-cost", "--quiet")
        self.assertIn(said, " ".join(text.split()))
        for worlds, sentence in (("0", "--worlds 0: must be a whole number from 1 to 100000, or a file"),
                                 ("worlds.txt", "--worlds worlds.txt: must be a number, a fit's results (.h5) or a table of worlds (.csv)"),
                                 ("absent.csv", "absent.csv"),
                                 ("twice.csv", "--worlds twice.csv: has two columns 'care'"),
                                 ("other.csv", "--worlds other.csv: has no column 'care', which is in doubt (experiment.vary); there are other")):
            self.write("other.csv", "other\n1\n")
            self.write("twice.csv", "care,care\n0.1,0.2\n")
            _, stderr = self.search("--worlds", worlds, status=1 if worlds == "absent.csv" else 2)
            self.assertIn(sentence, stderr)
        self.refused("study.yaml: says of no number that it is in doubt; --worlds needs experiment.vary", "--worlds", 4,
                     "--set", "experiment.vary={}", "--set", "experiment.where=[]")
        self.refused("experiment.vary.population.size: takes whole numbers only, and a world has another; give it values, or a step",
                     "--worlds", 4, "--set", "experiment.where=[]", "--set", "experiment.vary={population.size: {from: 8, to: 12}}")
        self.refused("experiment.vary: has only numbers of policies that a search does not run, so worlds change nothing",
                     "--worlds", 4, "--set", "experiment.where=[]", "--set",
                     "experiment.vary={policies.other.quota.target: {from: 50, to: 99}}")

    def test_an_interrupted_search_goes_on(self):
        """Whatever it is killed in: the looks, the polishing, or the fresh luck; the same bytes, and the folder goes."""
        longer = ("--set", "population.size=300", "--set", "time.steps=30", "--set", "experiment.search.replicates=64")
        self.write("free.yaml", STUDY.replace("step: 0.5, ", "").replace("values: [0.05, 0.2]", "values: [0.05]"))
        for file, more in (("study.yaml", ()), ("study.yaml", ("--front", "net_value", "--front=-cost")),
                           ("study.yaml", ("--worlds", "3")), ("free.yaml", ())):
            said, _ = self.run_program("search", file, *longer, *more, "--quiet", "--csv", "-o", "whole.h5")
            again, err = self.killed_until_it_ends("killed.parts", 3, "search", file, *longer, *more, "--csv", "--keep-after", 0,
                                                   "-o", "killed.h5")
            self.assertRegex(err, r"killed\.parts: going on with [\d,]+ runs done\n")
            self.assertEqual(again, said)
            self.assertEqual(*[hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for name in ("whole.h5", "killed.h5")])
            self.assertFalse((self.folder / "killed.parts").exists())
        # Another search is not gone on with, unless it is told to begin again.
        process = self.start_program("search", "study.yaml", *longer, "--keep-after", 0, "-o", "killed.h5")
        while not (self.folder / "killed.parts/units-1-of-1.journal").exists():
            time.sleep(0.001)
        process.kill()
        process.wait()
        self.assertIn("killed.parts was begun with seed 1, this is seed 2; --fresh begins again",
                      self.search(*longer, "--seed", 2, "-o", "killed.h5", status=2)[1])
        self.assertIn("killed.parts: is what an interrupted search has done, not a study; the command that began it goes on with it",
                      self.run_program("merge", "killed.parts", status=2)[1])
        self.search(*longer, "--seed", 2, "-o", "killed.h5", "--fresh", "--quiet")
        self.assertFalse((self.folder / "killed.parts").exists())

    def test_series_are_not_kept(self):
        """keep: series is for sweeps; a search looks at means alone."""
        self.assertEqual(self.found("--set", "experiment.keep=series", "-o", "series.h5")["content_digest"],
                         self.found("-o", "means.h5")["content_digest"])

    def test_a_dry_run_leaves_nothing(self):
        before = self.files()
        text, _ = self.search("--dry-run")
        self.assertIn("13 candidates; 104 runs at the first look, at most 32 replicates of each candidate", text)
        self.assertEqual(self.files(), before)

    def test_candidates_without_an_outcome_are_left_out(self):
        found = self.found("--set", "experiment.outcome=1 / max(0, 0.1 - reward)", "--replicates", 8)
        # A high bonus pays more than 0.1, so its outcome is no number.
        self.assertEqual({c["candidate"] for c in found["list"] if c["state"] == "failed"},
                         {c["candidate"] for c in found["list"] if c["levers"].get("bonus", 0.2) == 0.2})
        text, _ = self.search("--set", "experiment.outcome=1 / max(0, 0.1 - reward)", "--quiet")
        self.assertIn("8 others without an outcome", text)
        self.assertIn("none of the 5 candidates", text)


class Fronts(SearchTest):
    FRONT = ("--front", "net_value", "--front", "-reward", "--set", "experiment.outcome=net_value")

    def test_what_is_left_is_what_the_runs_do_not_beat(self):
        found = self.found(*self.FRONT, "--html", "page.html")
        self.assertEqual((found["front"], found["candidates"]), (["net_value", "-reward"], 13))
        states = {state: {c["candidate"] for c in found["list"] if c["state"] == state} for state in ("front", "open", "beaten")}
        self.assertEqual(sum(map(len, states.values())), 13)
        self.assertEqual(found["left"], len(states["front"]) + len(states["open"]))
        self.assertTrue(states["front"] and states["beaten"])
        # The same by hand, from all replicates of all settings, in a sweep over the same luck.
        self.run_program("sweep", "study.yaml", "--quiet", "--replicates", 32, "--set", "experiment.vary={}", "--set", "experiment.where=[]")
        means = {}
        with xarray.open_dataset(self.folder / "results/study-sweep.h5") as data:
            for point in range(data.sizes["point"]):
                for policy, levers in (("quota", ("target", "bonus")), ("later", ("target",))):
                    row = data.isel(point=point).sel(policy=policy)
                    name = " ".join([policy, *(f"{lever}={float(row[lever]):g}" for lever in levers)])
                    if policy == "quota" or float(row.bonus) == 0.2:
                        means[name] = (float(row.net_value.mean()), -float(row.reward.mean()))
        means = {c["candidate"]: means[c["candidate"]] for c in found["list"]}
        front = {a for a, x in means.items()
                 if not any(y != x and all(high >= low for high, low in zip(y, x)) for y in means.values())}
        self.assertLessEqual(states["front"], front)
        self.assertLessEqual(front, states["front"] | states["open"])
        page = (self.folder / "page.html").read_text()
        self.assertIn(f"<h1>{found['finding']}</h1>", page)
        self.assertIn("What one outcome costs in another", page)

    def test_text_csv_and_file_say_the_same(self):
        text, _ = self.search("--quiet", *self.FRONT)
        found = self.found(*self.FRONT)
        self.assertTrue(all(len(line) <= 100 for line in text.splitlines()), text)
        said = text.replace("\n", " ")
        for sentence in ("finding", "advice", "against", "certain"):
            self.assertIn(found[sentence], said)
        self.assertIn("the lowest reward has ", found["advice"])
        self.assertRegex(text, r"policy +target +bonus +net_value +-reward +is it beaten\?")
        rows = list(csv.DictReader(io.StringIO(self.search("--csv", "--quiet", *self.FRONT)[0])))
        with xarray.open_dataset(self.folder / "results/study-search.h5", group="search") as data:
            for row, candidate in zip(rows, found["list"]):
                fresh = candidate["state"] in ("front", "open")
                self.assertEqual((row["policy"], row["state"], row["luck"]),
                                 (candidate["policy"], candidate["state"], "fresh" if fresh else "search"))
                gain = candidate["fresh_gains" if fresh else "gains"]["-reward"]["mean"]
                self.assertEqual(float(row["gain in -reward"]), gain)
                here = data.sel(candidate=candidate["candidate"], front="-reward")
                self.assertEqual(float(here.fresh_gain if fresh else here.gain), gain)
                self.assertEqual(numpy.isnan(float(here.fresh_gain)), not fresh)

    def test_bytes_do_not_depend_on_threads(self):
        files = set()
        for threads in (1, 2, 3):
            self.search("--quiet", "--threads", threads, "-o", f"{threads}.h5", *self.FRONT)
            files.add(hashlib.sha256((self.folder / f"{threads}.h5").read_bytes()).hexdigest())
        self.assertEqual(len(files), 1)

    def test_what_is_required_counts(self):
        found = self.found(*self.FRONT, "--set", "experiment.require=[gaming_share <= 0.02]")
        refused = [c for c in found["list"] if not c["meets"]]
        self.assertTrue(refused)
        self.assertFalse({"front", "open"} & {c["state"] for c in refused})
        text, _ = self.search("--quiet", *self.FRONT, "--set", "experiment.require=[net_value > 1e9]", status=4)
        self.assertIn("None of the 13 candidates meets net_value > 1e9 on the means of 16 replicates.", text)

    def test_sentences(self):
        self.refused("experiment.search.front: needs two outcomes or more, as in [net_value, -cost]; a single one is written as "
                     "experiment.outcome", "--front", "net_value")
        self.refused("'cost' stands there twice; each outcome counts once", "--set", "experiment.search.front=[cost, cost]")
        self.refused("cannot read the outcome 'benefit'", "--front", "net_value", "--front", "benefit")
        self.refused("--tolerance is for one outcome; along several (--front) leave it out", *self.FRONT, "--tolerance", 1)


class Refusals(SearchTest):
    def test_sentences(self):
        self.write("study.yaml", STUDY[:STUDY.index("  levers:")])
        self.refused("study.yaml:16:3: error: experiment: names no number that leadership can choose; a search needs experiment.levers")
        self.write("study.yaml", STUDY.replace("where: [target * bonus <= 2.2, care < 1]", "where: [target > 100, care < 1]"))
        self.refused("experiment.where: leaves none of 15 candidates")
        self.write("study.yaml", STUDY.replace("  quota: [{quota", "  quota: {role: reference, incentives: [{quota").replace(
            "0.2}}]\n  later: {", "0.2}}]}\n  later: {role: reference, "))
        self.refused("experiment.levers: stand in references alone, which are never recommended; a search needs an option")
        self.write("study.yaml", STUDY)
        self.refused("--json and --csv cannot both be printed; choose one", "--json", "--csv")
        self.refused("experiment.search.replicates: must be a whole number from 8 to 65536", "--set", "experiment.search.replicates=4")


if __name__ == "__main__":
    unittest.main()
