"""Sweeps and sensitivities from the outside: the same bytes whatever happens, axes as promised, sentences where not."""

import csv
import hashlib
import io
import json
import random
import re
import resource
import signal
import subprocess
import time
import unittest

import h5py
import numpy
import xarray

from program import PROGRAM, ProgramTest

STUDY = """\
goodhart: 1
title: A small study
time: {steps: 5, before: 1}
replicates: 10
population: {size: 20, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}, cost: 0.1}
metrics: {tickets: {measures: {work: 10, tick: 40}, noise: 1}}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  late:
    phases:
      - {name: first, from: 0}
      - {name: mandate, from: 2, incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]}
experiment:
  outcome: net_value - reward
  require: [gaming_share <= 0.4]
  vary:
    effort.intrinsic: {values: [0.2, 0.4], as: care}
    effort.strain: {from: 3, to: 6, scale: log}
  levers:
    policies.quota.quota.target: {from: 10, to: 16, step: 2, as: target, also: [policies.late.mandate.quota.target]}
    policies.quota.quota.reward: {values: [0.1, 0.2], as: reward}
  where: [target * reward <= 3]
  design: {sobol: {points: 2}}
"""


# Sobol's g function with a = 0, 1, 4.5, 9, 99, ... times 1 + luck / 2, as what one employee makes in one step.
NOISY_G = """\
goodhart: 1
title: A noisy g function
time: {steps: 1}
population:
  size: 1
  traits:
""" + "".join(f"    x{i}: 0.5\n" for i in range(1, 9)) + """\
    luck: {normal: {mean: 0, sd: 1}}
    g: """ + " * ".join(f"(abs(4 * x{i} - 2) + {a}) / (1 + {a})" for i, a in enumerate((0, 1, 4.5, 9, 99, 99, 99, 99), 1)) + """
activities: {work: {value: g * (1 + luck / 2)}}
metrics: {output: {measures: value}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {alone: []}
experiment:
  outcome: value
  vary:
""" + "".join(f"    population.traits.x{i}: {{from: 0, to: 1, as: x{i}}}\n" for i in range(1, 9))


class StudyTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("study.yaml", STUDY)

    def digest(self, name):
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()

    def refused(self, sentence, *arguments, text=None, status=2):
        if text is not None:
            self.write("wrong.yaml", text)
            arguments = ("sweep", "wrong.yaml", *arguments)
        out, err = self.run_program(*arguments, status=status)
        self.assertEqual(out, "")
        self.assertIn(sentence, err)


class SweepTest(StudyTest):
    def test_axes_and_numbers(self):
        out, err = self.run_program("sweep", "study.yaml", "--json")
        self.assertIn("the results are in results/study-sweep.h5\n", err)
        self.assertEqual(self.files(), {"small.yaml", "study.yaml", "results/study-sweep.h5"})
        told = json.loads(out)
        # 2 samples x 2 grid values x (4 targets x 2 rewards, less one that costs too much: 16 x 0.2)
        self.assertEqual((told["points"], told["failed"], told["missing"]), (28, 0, 0))
        self.assertEqual(told["runs"], (2 * 28 + 4) * 10)
        with xarray.open_dataset(self.folder / "results/study-sweep.h5", engine="h5netcdf") as data:
            self.assertEqual(data.outcome.dims, ("point", "policy", "replicate"))
            self.assertEqual(data.dashboard.dims, ("point", "policy", "replicate", "metric"))
            self.assertEqual(list(data.policy.values), ["trust", "quota", "late"])
            self.assertEqual(data.result_target.dims, ("point", "policy", "replicate", "incentive"))
            self.assertEqual(list(data.target.values[:7]), [10, 10, 12, 12, 14, 14, 16])
            self.assertEqual(list(data.reward.values[:3]), [0.1, 0.2, 0.1])
            self.assertEqual(data["effort.strain"].attrs["long_name"], "effort.strain")
            numpy.testing.assert_array_equal(data.outcome, data.net_value - data.result_reward)
            self.assertTrue((data.status == 0).all())
            # Trust is reached by no lever: it is the same at all points of a world.
            numpy.testing.assert_array_equal(data.outcome[0, 0], data.outcome[6, 0])
            self.assertTrue((data.outcome[0, 1] != data.outcome[6, 1]).any())
            numpy.testing.assert_array_equal(data.luck[3], range(10))
            meets = data.gaming_share.mean("replicate") <= 0.4
            numpy.testing.assert_array_equal(data.meets, meets.astype(int))
            best = data.outcome.mean("replicate").where(meets).max("point")
            for policy in told["policies"]:
                self.assertAlmostEqual(policy["highest"]["outcome"]["mean"], float(best.sel(policy=policy["policy"])), 12)

    def test_series(self):
        """keep: series adds the values at each recorded step in a group of their own, and changes nothing else."""
        keep = ("sweep", "study.yaml", "--set", "experiment.keep=series")
        plain, _ = self.run_program("sweep", "study.yaml", "--json", "--quiet", "-o", "plain.h5")
        kept, _ = self.run_program(*keep, "--json", "--quiet", "--threads", 2)
        self.assertEqual(json.loads(plain)["policies"], json.loads(kept)["policies"])
        with xarray.open_dataset(self.folder / "plain.h5") as plain, \
                xarray.open_dataset(self.folder / "results/study-sweep.h5") as means, \
                xarray.open_dataset(self.folder / "results/study-sweep.h5", group="series") as series:
            xarray.testing.assert_identical(plain, means.assign_attrs(plain.attrs))
            self.assertEqual(series.dashboard.dims, ("point", "policy", "replicate", "step", "metric"))
            self.assertEqual(list(series.step.values), [-1, 0, 1, 2, 3, 4])
            numpy.testing.assert_allclose(series.value.sel(step=slice(0, None)).mean("step"), means.value, rtol=1e-12)
            # As the point run in full has it.
            self.run_program("run", "results/study-sweep.h5", "--point", 9, "-o", "point.h5", "--quiet")
            with xarray.open_dataset(self.folder / "point.h5") as run:
                numpy.testing.assert_array_equal(series.dashboard[9], run.dashboard)
                numpy.testing.assert_array_equal(series.target[9], run.target)
        # Whatever is interrupted, sharded, or taken over.
        self.run_program(*keep, "--quiet", "--shard", "2/3", "-o", "other.h5")
        self.run_program(*keep, "--quiet", "--budget", 40, "-o", "other.h5")
        self.run_program(*keep, "--quiet", "-o", "other.h5")
        self.assertEqual(self.digest("other.h5"), self.digest("results/study-sweep.h5"))
        _, err = self.run_program(*keep, "--from", "results/study-sweep.h5", "-o", "again.h5")
        self.assertIn("going on with 280 of 280 units done\n", err)
        self.assertEqual(self.digest("again.h5"), self.digest("other.h5"))
        with h5py.File(self.folder / "again.h5", "r+") as file:
            file["series/net_value"][3, 1, 2, 4] += 1e-9
        self.refused("again.h5: has been changed or damaged since it was written: its content_digest does not fit its numbers",
                     *keep, "--from", "again.h5", "-o", "third.h5")
        self.refused("was made with", "sweep", "study.yaml", "--from", "other.h5", "-o", "third.h5")
        # Fewer steps, as they are recorded.
        self.run_program(*keep, "--quiet", "--set", "record.every=2", "-o", "thin.h5")
        with xarray.open_dataset(self.folder / "thin.h5", group="series") as thin:
            self.assertEqual(list(thin.step.values), [0, 2, 4])

    def test_the_table(self):
        out, _ = self.run_program("sweep", "study.yaml", "--csv", "--quiet")
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(len(rows), 28 * 3)
        with xarray.open_dataset(self.folder / "results/study-sweep.h5", engine="h5netcdf") as data:
            row = rows[3 * 5 + 1]
            self.assertEqual((row["point"], row["policy"], row["target"]), ("5", "quota", "14"))
            gain = (data.outcome[5, 1] - data.outcome[5, 0]).mean()
            self.assertAlmostEqual(float(row["gain"]), float(gain), 12)
            self.assertEqual(rows[0]["gain"], "")

    def test_the_page(self):
        self.run_program("sweep", "study.yaml", "--html", "page.html", "--quiet")
        page = (self.folder / "page.html").read_text()
        self.assertIn("<h1>A small study</h1>", page)
        # A curve for each lever and policy that it reaches; a map of both levers.
        self.assertEqual(page.count("<svg"), 4)
        self.assertIn("The best policy by reward (down) and target (across)", page)
        self.assertNotIn("http", page.split("</style>")[1].replace("http://www.w3.org", ""))
        self.run_program("sensitivity", "study.yaml", "--html", "indices.html", "--quiet", "--set",
                         "experiment.sensitivity={sobol: {rows: 8, scrambles: 4}}")
        indices = (self.folder / "indices.html").read_text()
        self.assertIn("<h2>quota less trust</h2>", indices)
        # A telephone shows every picture whole.
        for text in (page, indices):
            for width in re.findall(r'<svg class="static"[^>]* width="(\d+)"', text):
                self.assertLessEqual(int(width), 440)
        self.refused("page.html", "sweep", "study.yaml", "--html", "page.html", "-o", "page.html")

    def test_bands_of_curves_are_paired_and_lie_within_the_picture(self):
        def bands(page):
            """The heights of the ends of each band, by picture."""
            pictures = re.findall(r"<svg.*?</svg>", page, re.S)
            return [[[float(y) for y in re.findall(r"[ML][\d.]+ ([-\d.]+)", path)]
                     for path in re.findall(r'<path d="([^"]+)Z" fill="#', picture)] for picture in pictures]

        self.run_program("sweep", "study.yaml", "--html", "page.html", "--quiet")
        for picture in bands((self.folder / "page.html").read_text()):
            self.assertEqual(len(picture), 2)
            for heights in picture:
                self.assertTrue(all(24 <= y <= 182 for y in heights), heights)
        # Nobody can reach the target: value is what it is under trust, in every replicate, so the band has no width.
        self.write("far.yaml", STUDY.replace("{from: 10, to: 16, step: 2, as: target", "{values: [1000, 2000], as: target")
                   .replace("target * reward <= 3", "target * reward <= 3000"))
        self.run_program("sweep", "far.yaml", "--html", "far.html", "--quiet")
        value = bands((self.folder / "far.html").read_text())[0][0]
        self.assertLess(max(value) - min(value), 0.5)

    def test_a_point_again_in_full(self):
        self.run_program("sweep", "study.yaml", "--quiet")
        self.run_program("run", "results/study-sweep.h5", "--point", 12, "--quiet")
        with xarray.open_dataset(self.folder / "results/study-sweep.h5", engine="h5netcdf") as study, \
                xarray.open_dataset(self.folder / "results/study-sweep-point-12.h5", engine="h5netcdf") as run:
            self.assertEqual(run.net_value.dims, ("policy", "replicate", "step"))
            means = run.net_value.sel(step=slice(0, None)).mean("step")
            numpy.testing.assert_allclose(study.net_value[12], means, rtol=1e-12)
        self.refused("--point 99: results/study-sweep.h5 has points 0 to 27", "run", "results/study-sweep.h5", "--point", 99)
        self.refused("small.yaml: is not an HDF5 file", "run", "small.yaml", "--point", 1)
        self.refused("results/study-sweep-point-12.h5: is no study's file; goodhart sweep SCENARIO makes one",
                     "run", "results/study-sweep-point-12.h5", "--point", 1)
        self.refused("--point runs a point as it was, so nothing of it can be changed",
                     "run", "results/study-sweep.h5", "--point", 1, "--seed", 3)
        self.refused("results/study-sweep.h5: holds a study; goodhart run results/study-sweep.h5 --point N runs a point of it",
                     "compare", "results/study-sweep.h5")

    def test_points_from_a_file(self):
        text = STUDY.replace("{sobol: {points: 2}}", "{file: points.csv}").replace("  where: [target * reward <= 3]\n", "")
        self.write("file.yaml", text)
        self.write("points.csv", "target, reward,care,effort.strain\n# two points\n10,0.1,0.2,4\n\n12,0.2,0.3,5\n")
        self.run_program("sweep", "file.yaml", "--quiet")
        with xarray.open_dataset(self.folder / "results/file-sweep.h5", engine="h5netcdf") as data:
            self.assertEqual(list(data.care.values), [0.2, 0.3])
            self.assertEqual(list(data.target.values), [10, 12])
        self.write("points.csv", "target,reward,care,effort.strain\n10,0.1,x,4\n")
        self.refused("points.csv:2:8: error: experiment.design.file.rows.0.2: must be a finite number, got 'x'",
                     "sweep", "file.yaml")
        self.write("points.csv", "target,reward,caring,effort.strain\n10,0.1,1\n")
        _, err = self.run_program("sweep", "file.yaml", status=2)
        self.assertIn("points.csv has a column 'caring', and nothing that varies is called so; there are care, effort.strain, "
                      "target and reward", err)
        self.assertIn("points.csv has no column 'care', which varies", err)
        self.assertIn("points.csv:2:1: error: experiment.design.file.rows.0: has 3 numbers, and there are 4 columns", err)
        (self.folder / "points.csv").unlink()
        self.refused("file.yaml:26:18: experiment.design.file: cannot read points.csv: No such file or directory", "sweep", "file.yaml", status=1)

    def test_dry_run(self):
        out, _ = self.run_program("sweep", "study.yaml", "--dry-run")
        self.assertIn("28 points, 3 policies, 10 replicates a point: 600 runs\n", out)
        self.assertIn("going by 4 of its units\n", out)
        self.assertEqual(self.files(), {"small.yaml", "study.yaml"})

    def test_failed_runs_are_told(self):
        text = STUDY.replace("effort.strain: {from: 3, to: 6, scale: log}",
                             "effort.budget: {values: [1.2, 1.3], as: budget}").replace("  design: {sobol: {points: 2}}\n", "")
        # Half of the people need a time for work that nobody has where care is 0.4.
        text = text.replace("work: {value: skill}", "work: {value: skill, time: 'if(skill > 1.5, -1, 1)'}")
        self.write("fails.yaml", text)
        out, err = self.run_program("sweep", "fails.yaml", "--set", "population.size=2", status=3)
        self.assertIn("runs failed; in the results they are NaN", out)
        with xarray.open_dataset(self.folder / "results/fails-sweep.h5", engine="h5netcdf") as data:
            failed = int((data.status == 1).sum())
            self.assertTrue(0 < failed < data.status.size)
            self.assertTrue(numpy.isnan(data.net_value.values[data.status.values == 1]).all())


class StorageTest(StudyTest):
    def test_the_same_bytes_for_threads_and_shards(self):
        self.run_program("sweep", "study.yaml", "--quiet", "--threads", 1)
        whole = self.digest("results/study-sweep.h5")
        for threads in (2, 3, 8):
            self.run_program("sweep", "study.yaml", "--quiet", "--threads", threads, "-o", f"t{threads}.h5")
            self.assertEqual(self.digest(f"t{threads}.h5"), whole)
        for shards in (3, 8):
            for shard in range(1, shards + 1):
                _, err = self.run_program("sweep", "study.yaml", "--shard", f"{shard}/{shards}", "-o", f"s{shards}.h5")
                self.assertIn(f"s{shards}.parts: shard {shard}/{shards} is done", err)
                self.assertFalse((self.folder / f"s{shards}.h5").exists())
            self.run_program("merge", f"s{shards}.parts")
            self.assertEqual(self.digest(f"s{shards}.h5"), whole)
            self.assertFalse((self.folder / f"s{shards}.parts").exists())

    def test_kills_leave_no_trace(self):
        """The short form of kills_slow_test.py."""
        self.run_program("sweep", "study.yaml", "--quiet", "--replicates", 40)
        whole = self.digest("results/study-sweep.h5")
        chance = random.Random(1)
        kills = 0
        for _ in range(40):
            process = subprocess.Popen([PROGRAM, "sweep", "study.yaml", "--replicates", "40", "-o", "killed.h5", "--quiet"],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.02 + 0.1 * chance.random())
            process.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM]))
            kills += process.wait() != 0
            if (self.folder / "killed.h5").exists():
                break
        self.assertGreater(kills, 1)
        self.run_program("sweep", "study.yaml", "--replicates", 40, "-o", "killed.h5", "--quiet")
        self.assertEqual(self.digest("killed.h5"), whole)

    def test_a_refusing_disk_and_a_flipped_byte_lose_nothing_silently(self):
        more = ("sweep", "study.yaml", "--replicates", "24")
        self.run_program(*more, "--quiet", "-o", "whole.h5")
        journal = self.folder / "results/study-sweep.parts/units-1-of-1.journal"

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

        done = subprocess.run([PROGRAM, *more, "--force"], cwd=self.folder, text=True, capture_output=True, preexec_fn=limit,
                              timeout=100)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "error: results/study-sweep.parts/units-1-of-1.journal: cannot write: File too large\n"
                                      "what is done is kept in results/study-sweep.parts; the same command goes on from there\n")
        self.assertEqual(journal.stat().st_size, 200_000)
        with open(journal, "r+b") as file:
            file.seek(50_000)
            byte = file.read(1)
            file.seek(50_000)
            file.write(bytes([byte[0] ^ 4]))
        _, err = self.run_program(*more, status=1)
        self.assertRegex(err, r"^error: results/study-sweep\.parts/units-1-of-1\.journal: record \d+ of \d+ is not as it was written: its "
                              r"checksum is wrong\. Remove this file to run its \d+ units again, or begin the whole study again with "
                              r"--fresh\n$")
        with open(journal, "r+b") as file:
            file.seek(50_000)
            file.write(byte)
        _, err = self.run_program(*more)
        self.assertIn("results/study-sweep.parts: going on with ", err)
        self.assertEqual(self.digest("results/study-sweep.h5"), self.digest("whole.h5"))

    def test_who_interrupts_is_told_how_to_go_on(self):
        process = self.start_program("sweep", "study.yaml", "--replicates", 4000, "--threads", 1)
        end = time.monotonic() + 60
        while not (self.folder / "results/study-sweep.parts/units-1-of-1.journal").exists() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(err, "interrupted; what is done is kept in results/study-sweep.parts; the same command goes on from there\n")

    def test_going_on_growing_and_budgets(self):
        _, err = self.run_program("sweep", "study.yaml", "--budget", 100)
        self.assertIn("results/study-sweep.parts: the budget is spent; the same command goes on from here\n", err)
        out, _ = self.run_program("status", "results/study-sweep.parts")
        self.assertRegex(out, r"^results/study-sweep\.parts: \d+ of 280 units done, \d+ missing; 0 with a failed run\n"
                              r"  units-1-of-1\.journal: \d+ units\n"
                              r"nobody is at work; the command that began it goes on with it\n$")
        self.refused("units are missing; run what is left", "merge", "results/study-sweep.parts")
        out, _ = self.run_program("merge", "results/study-sweep.parts", "--partial", "-o", "partial.h5")
        self.assertIn("NOT COMPLETE: ", out)
        with xarray.open_dataset(self.folder / "partial.h5", engine="h5netcdf") as data:
            self.assertTrue(((data.status == 2) == numpy.isnan(data.net_value)).all())
        # It grows to more replicates and more points, with the bytes of one that was begun with them.
        larger = ("--replicates", 12, "--set", "experiment.design.sobol.points=4")
        _, err = self.run_program("sweep", "study.yaml", *larger)
        self.assertRegex(err, r"results/study-sweep\.parts: going on with \d+ of 672 units done\n")
        self.run_program("sweep", "study.yaml", *larger, "-o", "larger.h5", "--quiet")
        self.assertEqual(self.digest("results/study-sweep.h5"), self.digest("larger.h5"))

    def test_a_file_grows(self):
        """A study that is done goes on from its file, with the bytes of one that was begun with more."""
        self.run_program("sweep", "study.yaml", "--quiet", "-o", "small.h5")
        larger = ("study.yaml", "--replicates", 12, "--set", "experiment.design.sobol.points=4")
        self.run_program("sweep", *larger, "--quiet", "-o", "whole.h5")
        _, err = self.run_program("sweep", *larger, "--from", "small.h5", "-o", "large.h5")
        self.assertIn("large.parts: 280 units taken over from small.h5\nlarge.parts: going on with 280 of 672 units done\n", err)
        self.assertEqual(self.digest("large.h5"), self.digest("whole.h5"))
        # The other way round, nothing is left to do.
        _, err = self.run_program("sweep", "study.yaml", "--from", "large.h5", "-o", "again.h5")
        self.assertIn("again.parts: going on with 280 of 280 units done\n", err)
        self.assertEqual(self.digest("again.h5"), self.digest("small.h5"))
        # It grows in place, too.
        self.run_program("sweep", *larger, "--quiet", "--from", "again.h5", "-o", "again.h5")
        self.assertEqual(self.digest("again.h5"), self.digest("whole.h5"))

    def test_a_file_that_is_of_something_else(self):
        self.run_program("sweep", "study.yaml", "--quiet", "-o", "small.h5")
        larger = ("study.yaml", "--replicates", 12)

        def refused(sentence, *command, file="small.h5"):
            self.refused(sentence, "sweep", *command, "--from", file, "-o", "other.h5")
            self.assertFalse((self.folder / "other.parts").exists())

        refused("small.h5: was made with seed 1, this is seed 2, so nothing of it can be taken over\n", *larger, "--seed", 2)
        refused("small.h5: was made with population.size 20, this is population.size 21, so nothing of it can be taken over\n",
                *larger, "--set", "population.size=21")
        self.run_program("sensitivity", "study.yaml", "--quiet", "--set", "experiment.sensitivity={sobol: {rows: 2, scrambles: 3}}",
                         "-o", "indices.h5")
        refused("indices.h5: is of a sensitivity; --from takes the file of a sweep\n", *larger, file="indices.h5")
        with h5py.File(self.folder / "small.h5", "r+") as file:
            file["net_value"][3, 1, 2] += 1e-9
        refused("small.h5: has been changed or damaged since it was written: its content_digest does not fit its numbers", *larger)
        with h5py.File(self.folder / "small.h5", "r+") as file:
            program = file["provenance/program"][()].decode()
            del file["provenance/program"]
            file["provenance/program"] = program.replace("goodhart ", "badheart ")
        refused("small.h5: was made with another program ('badheart ", *larger)

    def test_what_the_disk_has_no_room_for_is_refused_beforehand(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))

        def sweep(*options):
            return subprocess.run([PROGRAM, "sweep", "study.yaml", *options], cwd=self.folder, text=True, preexec_fn=limit,
                                  capture_output=True, timeout=100)

        done = sweep("--replicates", "100", "--set", "experiment.design.sobol.points=4096")
        self.assertRegex(done.stderr, r"^error: study\.yaml: 5\.73e\+04 points with 100 replicates would take up to [\d.]+ GB while they are "
                                      r"run and put together, and results may hold 2 MB more; take fewer of them, name another disk with "
                                      r"-o, or run it all the same with --force\n$")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(list(self.folder.glob("**/*.parts")), [])
        self.assertEqual(sweep("--replicates", "100", "--budget", "10", "--force").returncode, 0)

    def test_another_study_is_refused(self):
        self.run_program("sweep", "study.yaml", "--budget", 1)
        self.refused("results/study-sweep.parts was begun with seed 1, this is seed 2; --fresh begins again",
                     "sweep", "study.yaml", "--seed", 2)
        self.run_program("sweep", "study.yaml", "--seed", 2, "--fresh", "--budget", 1)
        self.refused("small.yaml: is no study's folder: it has no plan.json; name one, as results/NAME-sweep.parts",
                     "status", "small.yaml")

    def test_shards(self):
        for text, sentence in (("3", "--shard 3: must be I/N, as in --shard 3/8, or slurm"),
                               ("0/8", "--shard 0/8: there are shards 1 to 8 of 8"),
                               ("9/8", "--shard 9/8: there are shards 1 to 8 of 8"),
                               ("slurm", "--shard slurm: this is no task of an array job")):
            self.refused(sentence, "sweep", "study.yaml", "--shard", text)
        slurm = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "3"}
        _, err = self.run_program("sweep", "study.yaml", "--shard", "slurm", environment=slurm)
        self.assertIn("shard 3/3 is done", err)


class SensitivityTest(StudyTest):
    def test_indices(self):
        small = ("--set", "experiment.sensitivity={sobol: {rows: 16, scrambles: 4}}")
        out, _ = self.run_program("sensitivity", "study.yaml", *small, "--json", "--quiet")
        told = json.loads(out)
        self.assertEqual((told["points"], told["replicates"], told["runs"]), (16 * 4 * 4, 2, 16 * 4 * 4 * 2 * 3))
        self.assertEqual([target["of"] for target in told["targets"]],
                         ["trust", "quota", "late", "quota - trust", "late - trust"])
        with xarray.open_dataset(self.folder / "results/study-sensitivity.h5", group="sensitivity", engine="h5netcdf") as found:
            self.assertEqual(found.first.dims, ("input", "target"))
            self.assertEqual(list(found.input.values), ["care", "effort.strain"])
            self.assertAlmostEqual(float(found.total[1, 0]), told["targets"][0]["inputs"][1]["total"]["mean"], 12)
        whole = self.digest("results/study-sensitivity.h5")
        for shard in (1, 2):
            self.run_program("sensitivity", "study.yaml", *small, "--shard", f"{shard}/2", "--quiet", "-o", "s.h5")
        self.run_program("merge", "s.parts", "--quiet")
        self.assertEqual(self.digest("s.h5"), whole)

    def test_a_known_answer(self):
        """The estimators are held to their numbers in sensitivity_test.cpp; here that scenarios come to them."""
        self.write("g.yaml", NOISY_G)
        out, _ = self.run_program("sensitivity", "g.yaml", "--json", "--quiet", "--set",
                                  "experiment.sensitivity={sobol: {rows: 32, scrambles: 8}}")
        target = json.loads(out)["targets"][0]
        first = [one["first"]["mean"] for one in target["inputs"]]
        for known, found in zip((0.7165, 0.1791, 0.0237, 0.0072, 0, 0, 0, 0), first):
            self.assertLess(abs(found - known), 0.12)
        self.assertLess(abs(target["luck"]["mean"] - 0.4404), 0.08)

    def test_effects(self):
        out, _ = self.run_program("sensitivity", "study.yaml", "--set", "experiment.sensitivity={morris: {trajectories: 4}}")
        self.assertIn("mean |effect|", out)
        out, _ = self.run_program("sensitivity", "study.yaml", "--set", "experiment.sensitivity={morris: {trajectories: 4}}",
                                  "--csv", "--quiet")
        self.assertEqual(out.splitlines()[0], "policy,difference,input,statistic,value,low,high,n")
        self.assertEqual(len(out.splitlines()), 1 + 5 * 2 * 3)

    def test_nothing_to_explain(self):
        out, _ = self.run_program("sensitivity", "study.yaml", "--set", "experiment.outcome=headcount", "--set",
                                  "experiment.sensitivity={sobol: {rows: 4, scrambles: 3}}")
        self.assertIn("quota - trust\n  no variance to explain: the outcome is the same at all points\n", out)


class WrongTest(StudyTest):
    def test_sentences(self):
        for change, sentence in (
                (("points: 2", "points: 1000"),
                 "experiment.design.sobol.points: must be a power of two; 1000 is between 512 and 1024"),
                (("care}", "luck}"), "'luck' has a meaning of its own in the results of studies; choose another name"),
                (("as: reward", "as: target"), "'target' stands twice; give each number its own name"),
                (("outcome: net_value - reward", "outcome: net_worth"),
                 "experiment.outcome: cannot read the outcome 'net_worth': there is no result 'net_worth' that has one value "
                 "for a step; there are value, contribution, net_value, "),
                (("gaming_share <= 0.4", "gaming_shares <= 0.4"), "did you mean 'gaming_share'?"),
                (("target * reward <= 3", "target * bonus <= 3"), "no number that varies is called 'bonus'; names here: care, target and reward"),
                (("<= 3]", "<= 0.3]"), "experiment.where: leaves none of 32 points"),
                (("  design: {sobol: {points: 2}}\n", ""),
                 "experiment.vary.effort.strain: says between which ends it lies, and a grid needs points; give it a step, "
                 "points or values, or the experiment a design, as in design: {sobol: {points: 64}}"),
                (("effort.strain: {from: 3, to: 6, scale: log}", "effort.strain: {values: [3, 4]}"),
                 "experiment.design: has nothing to sample: each number that varies has a grid; leave it out"),
                (("from: 3, to: 6, scale: log", "from: 0, to: 6, scale: log"), "a logarithmic scale needs a from above 0"),
                (("step: 2", "step: 2, points: 3"), "has a step and points; one of them says how many values there are"),
                (("effort.strain: {from: 3, to: 6", "population.size: {from: 20, to: 30"),
                 "takes whole numbers only; give it values, or a step, so that studies take those alone"),
                (("    policies.quota.quota.reward:", "    effort.norm:"), "is no lever: what leadership chooses stands in a policy"),
                (("also: [policies.late.mandate.quota.target]", "also: [policies.quota.quota.target]"),
                 "leads to the same number as policies.quota.quota.target; give it one range"),
                (("values: [0.1, 0.2]", "values: [0.1, 0.1]"), "has a value twice"),
                (("values: [0.1, 0.2]", "normal: {mean: 0.1, sd: 0.01}"),
                 "is chosen, so it has no distribution; give it values, or from and to"),
        ):
            with self.subTest(sentence):
                self.assertIn(change[0], STUDY)
                self.refused(sentence, text=STUDY.replace(*change))

    def test_nothing_to_vary(self):
        self.refused("experiment: a sweep needs experiment.vary or experiment.levers: what takes other values", "sweep", "small.yaml")
        self.refused("says of no number that it is uncertain; a sensitivity needs experiment.vary", "sensitivity", "small.yaml")
        self.refused("--json and --csv cannot both be printed; choose one", "sweep", "study.yaml", "--json", "--csv")


if __name__ == "__main__":
    unittest.main()
