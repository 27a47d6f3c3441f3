"""`goodhart run`: what it prints, what it writes, and how it ends."""

import json
import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np
import xarray as xr

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ENDLESS, PATIENCE, PROGRAM, SANITIZED, SCENARIO, ProgramTest  # noqa: E402


class Results(ProgramTest):
    def digest(self, name):
        with h5py.File(self.folder / name) as file:
            return file.attrs["content_digest"]

    def provenance(self, name, text):
        with h5py.File(self.folder / name) as file:
            return file["provenance"][text].asstr()[()]

    def test_results_go_to_the_folder_results(self):
        stdout, stderr = self.run_program("run", "small.yaml")
        self.assertEqual(self.files(), {"small.yaml", "results/small.h5"})
        self.assertIn("18 runs", stderr)
        self.assertIn("results are in results/small.h5", stderr)
        self.assertTrue(stdout.startswith("A small quota\n"))
        with xr.open_dataset(self.folder / "results/small.h5", engine="h5netcdf") as data:
            self.assertEqual(list(data.policy.values), ["trust", "quota", "pay"])
            self.assertEqual(data.sizes["replicate"], 6)

    def test_several_scenarios_get_a_file_each(self):
        self.write("sub/other.yaml", SCENARIO.replace("A small quota", "Another"))
        stdout, _ = self.run_program("run", "small.yaml", "sub/other.yaml", "--replicates", 2)
        self.assertEqual(self.files(), {"small.yaml", "sub/other.yaml", "results/small+replicates=2.h5",
                                        "results/other+replicates=2.h5"})
        self.assertLess(stdout.index("A small quota"), stdout.index("Another"))

        _, stderr = self.run_program("run", "small.yaml", "sub/other.yaml", "-o", "x.h5", status=2)
        self.assertIn("-o names one results file, but there are 2 scenarios", stderr)
        self.write("sub/small.yaml", SCENARIO)
        _, stderr = self.run_program("run", "small.yaml", "sub/small.yaml", status=2)
        self.assertIn("would both be results/small.h5", stderr)

    def test_changed_scenarios_have_results_of_their_own(self):
        self.run_program("run", "small.yaml", "--replicates", 2, "--quiet")
        as_it_is = self.digest("results/small+replicates=2.h5")
        for words in (["--seed", 7], ["--steps", 3, "--policy", "quota"], ["--set", "metrics.tickets.noise={normal: {scale: 2}}"],
                      ["--set", "metrics.tickets.noise={normal: {scale: 3}}"]):
            self.run_program("run", "small.yaml", "--replicates", 2, "--quiet", *words)
        names = sorted(name for name in self.files() if name.startswith("results/"))
        self.assertEqual(len(names), 5)
        self.assertIn("results/small+replicates=2+seed=7.h5", names)
        self.assertIn("results/small+replicates=2+steps=3+policy=quota.h5", names)
        # Names that files are seldom called by are told apart by a digest.
        odd = [name for name in names if "~" in name]
        self.assertEqual(len(odd), 2)
        for name in odd:
            self.assertRegex(name, r"^results/small\+metrics\.tickets\.noise=_normal___scale__\d__\+replicates=2~[0-9a-f]{8}\.h5$")
        self.assertEqual(self.digest("results/small+replicates=2.h5"), as_it_is)
        self.run_program("run", "small.yaml", "--quiet", "--set", "title=" + 200 * "x", "--replicates", 1)
        self.assertTrue(any(len(name) < 130 and "title=xxx" in name for name in self.files()))

    def test_details_are_hours_rewards_and_groups(self):
        groups = "  groups: {few: {share: 0.5, traits: {skill: 0.9}}, many: {share: 0.5, traits: {skill: 1.1}}}\n"
        self.write("groups.yaml", SCENARIO.replace("  traits: {skill", groups + "  traits: {skill"))
        plain, _ = self.run_program("run", "groups.yaml", "--quiet")
        detailed, _ = self.run_program("run", "groups.yaml", "--quiet", "--details", "-o", "x.h5")
        self.assertTrue(detailed.startswith(plain))
        more = detailed[len(plain):]
        for text in ("\nHours by activity, and rewards\n", "hours of", "work", "tick", "\nGroup few\n", "\nGroup many\n"):
            self.assertIn(text, more)
        told = json.loads(self.run_program("run", "groups.yaml", "--quiet", "--json", "-o", "x.h5")[0])["experiments"][0]
        with xr.open_dataset(self.folder / "x.h5", engine="h5netcdf", group="means") as means:
            for policy in told["policies"]:
                of = means.sel(policy=policy["policy"]).mean("replicate")
                self.assertAlmostEqual(policy["hours"]["mean"], float(of.hours), places=9)
                self.assertAlmostEqual(policy["effort"]["tick"]["mean"], float(of.effort.sel(activity="tick")), places=9)
                many = policy["groups"]["many"]
                self.assertAlmostEqual(many["value"]["mean"], float(of.group_value.sel(group="many")), places=9)
                self.assertAlmostEqual(many["effort"]["work"]["mean"],
                                       float(of.group_effort.sel(group="many", activity="work")), places=9)

    def test_lines_over_time_are_drawn_where_asked_for(self):
        plain, _ = self.run_program("run", "small.yaml", "--quiet")
        self.assertNotIn("Over 6 weeks", plain)  # this is no terminal
        self.assertEqual(plain, self.run_program("run", "small.yaml", "--quiet", "--pictures", "none")[0])
        drawn, _ = self.run_program("run", "small.yaml", "--quiet", "--pictures", "blocks")
        self.assertTrue(drawn.startswith(plain))
        self.assertIn("\nOver 6 weeks, from the first to the last; each quantity has one scale\n", drawn)
        self.assertRegex(drawn, r"\ntrust +[▁▂▃▄▅▆▇█]{6} [\d.]+ to [\d.]+  [▁▂▃▄▅▆▇█]{6} [\d.]+ to [\d.]+\n")
        ascii_only, _ = self.run_program("run", "small.yaml", "--quiet", "--pictures", "ascii")
        self.assertRegex(ascii_only[len(plain):], r"\ntrust +[_.~=+*#-]{6} [\d.]+ to ")
        with xr.open_dataset(self.folder / "results/small.h5", engine="h5netcdf") as data:
            last = float(data.value.sel(policy="quota", step=5).mean("replicate"))
        self.assertIn(f" to {last:.3g}", next(line for line in drawn[len(plain):].splitlines() if line.startswith("quota")))

    def test_rewards_far_beyond_pay_are_a_warning(self):
        self.write("cash.yaml", SCENARIO.replace("reward: 0.2", "reward: 0.2}}, {linear: {metric: tickets, rate: 1"))
        stdout, stderr = self.run_program("check", "cash.yaml")
        for text in (stdout, self.run_program("run", "cash.yaml")[1]):
            self.assertRegex(text, r"warning: policies\.quota: in a step, an employee is paid rewards of [\d.]+ times a step's pay on average, "
                             r"far more than anybody is known to have been paid so; give the incentives a cap or lower stakes, or do not trust "
                             r"what comes of it")
            self.assertIn("warning: policies.quota.linear.cap: is not given, and 'tick', which is gaming, raises 'tickets' without a max", text)
            self.assertEqual(text.count("rewards of"), 1)
        # A window that closes later is seen by the run alone.
        self.write("late.yaml", SCENARIO.replace("reward: 0.2}", "reward: 0.2}}, {linear: {metric: output, rate: 9, every: 3}"))
        self.assertNotIn("rewards of", self.run_program("check", "late.yaml")[0])
        self.assertIn("late.yaml: warning: policies.quota: in a step, an employee is paid rewards of",
                      self.run_program("run", "late.yaml")[1])
        self.assertEqual(self.run_program("run", "late.yaml", "--quiet")[1], "")

    def test_a_bonus_with_a_target_is_no_fine(self):
        self.write("bonus.yaml", SCENARIO.replace("target: 1, floor: -.inf", "target: 3"))
        self.write("fine.yaml", SCENARIO.replace("target: 1, floor: -.inf", "target: 3, floor: -.inf"))
        paid = {}
        for name in ("bonus", "fine"):
            told = json.loads(self.run_program("run", f"{name}.yaml", "--quiet", "--json")[0])["experiments"][0]
            paid[name] = {policy["policy"]: policy["reward"]["mean"] for policy in told["policies"]}["pay"]
        self.assertGreaterEqual(paid["bonus"], 0)
        self.assertLess(paid["fine"], -0.1)

    def test_nothing_runs_if_one_of_several_is_wrong(self):
        self.write("wrong.yaml", SCENARIO.replace("median: 1", "median: -1"))
        _, stderr = self.run_program("run", "small.yaml", "wrong.yaml", status=2)
        self.assertIn("wrong.yaml:", stderr)
        self.assertEqual(self.files(), {"small.yaml", "wrong.yaml"})

    def test_bytes_depend_on_neither_threads_nor_time_nor_place(self):
        self.run_program("run", "small.yaml", "-o", "first.h5", "--threads", 1)
        first = (self.folder / "first.h5").read_bytes()
        time.sleep(1.1)
        for threads in (2, 3, 8):
            self.run_program("run", "small.yaml", "-o", "again.h5", "--threads", threads)
            self.assertEqual((self.folder / "again.h5").read_bytes(), first, f"with {threads} threads")
        self.write("elsewhere/renamed.yaml", SCENARIO)
        self.run_program("run", "elsewhere/renamed.yaml", "-o", "again.h5", environment={"TZ": "Asia/Tokyo", "HOME": "/"})
        self.assertEqual((self.folder / "again.h5").read_bytes(), first)

    def test_changes_on_the_command_line_are_those_in_the_file(self):
        changes = ["--set", "population.size=30", "--set", "policies.quota.quota.target=12",
                   "--set", "activities.tick.aversion={lognormal: {median: 0.1, sigma: 1}}",
                   "--steps", 4, "--replicates", 3, "--seed", 7]
        self.run_program("run", "small.yaml", "-o", "set.h5", *changes)
        text = SCENARIO.replace("size: 40", "size: 30").replace("target: 14", "target: 12").replace("median: 0.5", "median: 0.1")
        text = text.replace("steps: 6", "steps: 4").replace("replicates: 6", "replicates: 3\nseed: 7")
        self.write("written.yaml", text)
        self.run_program("run", "written.yaml", "-o", "written.h5")
        self.assertEqual(self.digest("set.h5"), self.digest("written.h5"))
        self.assertEqual(self.provenance("set.h5", "scenario"), SCENARIO)
        self.assertEqual(self.provenance("set.h5", "scenario_resolved"), self.provenance("written.h5", "scenario_resolved"))
        self.assertEqual(self.provenance("set.h5", "overrides").splitlines(),
                         ["population.size=30", "policies.quota.quota.target=12",
                          "activities.tick.aversion={lognormal: {median: 0.1, sigma: 1}}",
                          "replicates=3", "time.steps=4", "seed=7"])
        self.assertEqual(self.provenance("written.h5", "overrides"), "")

        self.run_program("run", "small.yaml", "-o", "other_seed.h5", "--seed", 8)
        self.run_program("run", "small.yaml", "-o", "plain.h5")
        self.assertNotEqual(self.digest("other_seed.h5"), self.digest("plain.h5"))

    def test_a_change_leads_into_what_stands_in_short(self):
        self.run_program("run", "small.yaml", "-o", "short.h5", "--set", "metrics.tickets.noise=0.7")
        self.run_program("run", "small.yaml", "-o", "long.h5", "--set", "metrics.tickets.noise=0.1",
                         "--set", "metrics.tickets.noise.normal.scale=0.7")
        self.assertEqual(self.digest("short.h5"), self.digest("long.h5"))
        _, stderr = self.run_program("run", "small.yaml", "--set", "population.size.normal.scale=0.7", status=2)
        self.assertIn("population.size is a single value and has no 'normal' in it", stderr)

    def test_a_resolved_scenario_gives_the_same_results(self):
        changes = ["--set", "population.size=30", "--policy", "pay", "--policy", "trust"]
        self.run_program("run", "small.yaml", "-o", "direct.h5", *changes)
        resolved, stderr = self.run_program("resolve", "small.yaml", *changes)
        self.assertNotIn("error", stderr)
        self.run_program("run", "-", "-o", "resolved.h5", stdin=resolved)
        self.assertEqual(self.digest("direct.h5"), self.digest("resolved.h5"))
        self.assertEqual(self.provenance("direct.h5", "scenario_resolved"), resolved)
        self.assertEqual(self.run_program("resolve", "-", stdin=resolved)[0], resolved)

    def test_chosen_policies_keep_their_numbers(self):
        self.run_program("run", "small.yaml", "-o", "all.h5")
        self.run_program("run", "small.yaml", "-o", "two.h5", "--policy", "pay", "--policy", "quota")
        with h5py.File(self.folder / "all.h5") as both, h5py.File(self.folder / "two.h5") as two:
            self.assertEqual(list(two["policy"].asstr()), ["quota", "pay"])
            np.testing.assert_array_equal(two["value"][:], both["value"][1:])
        stdout, _ = self.run_program("run", "small.yaml", "-o", "two.h5", "--policy", "pay", "--policy", "quota")
        self.assertIn("change from quota", stdout)

    def test_provenance_says_what_made_the_file(self):
        self.run_program("run", "small.yaml", "-o", "x.h5")
        version, _ = self.run_program("--version")
        self.assertEqual(self.provenance("x.h5", "program"), version)
        self.assertIn("Philox4x32-10", self.provenance("x.h5", "generator"))
        self.assertEqual(self.provenance("x.h5", "failures"), "")
        with h5py.File(self.folder / "x.h5") as file:
            self.assertEqual(file.attrs["title"], b"A small quota")
            self.assertTrue(file.attrs["source"].startswith(b"goodhart "))
        self.assertNotIn(str(self.folder).encode(), (self.folder / "x.h5").read_bytes())


class Output(ProgramTest):
    def test_stdout_holds_only_the_summary(self):
        loud, told = self.run_program("run", "small.yaml")
        self.assertIn("small.yaml", told)
        quiet, silence = self.run_program("run", "small.yaml", "--quiet")
        self.assertEqual(loud, quiet)
        self.assertEqual(silence, self.run_program("check", "small.yaml")[0].replace("small.yaml: sound\n", ""))
        self.assertNotIn("results/", loud)
        self.assertNotIn("\x1b", loud + told)
        for policy in ("trust", "quota", "pay"):
            self.assertRegex(loud, f"(?m)^{policy}: .*(\n  .*)*\\.$")

    def test_progress_is_drawn_on_a_terminal_only(self):
        # Long enough for the time that is left to be told, which takes a second.
        self.write("longer.yaml", SCENARIO.replace("steps: 6", "steps: 100000") + "record: {every: 1000}\n")
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, "run", "longer.yaml"], cwd=self.folder, stdout=subprocess.PIPE, stderr=theirs,
                                   text=True, env={**os.environ, "TERM": "xterm"})
        os.close(theirs)
        drawn = b""
        try:
            while part := os.read(ours, 4096):
                drawn += part
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        printed, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(drawn.decode(), r"\rlonger.yaml \[.*\] +\d+ %, \d+ of 18 runs, .* left")
        self.assertTrue(printed.startswith("A small quota\n"))
        self.assertNotIn("\x1b", printed)

    def test_json_has_the_figures_of_the_file(self):
        stdout, _ = self.run_program("run", "small.yaml", "--json", "-o", "x.h5")
        (experiment,) = json.loads(stdout)["experiments"]
        self.assertEqual(experiment["results"], "x.h5")
        self.assertEqual(experiment["metrics"], ["tickets"])
        with h5py.File(self.folder / "x.h5") as file:
            self.assertEqual(experiment["content_digest"], file.attrs["content_digest"].decode())
            run = file["step"][:] >= 0  # the burn-in does not count
            for p, policy in enumerate(experiment["policies"]):
                for name in ("value", "cost", "net_value"):
                    means = file[name][p][:, run].mean(axis=1)
                    self.assertAlmostEqual(policy[name]["mean"], means.mean(), places=9)
                    change = means - file[name][0][:, run].mean(axis=1)
                    self.assertAlmostEqual(policy[name]["difference"]["mean"], change.mean(), places=9)
                tickets = file["dashboard"][p, :, :, 0][:, run].mean(axis=1)
                self.assertAlmostEqual(policy["dashboard"]["tickets"]["mean"], tickets.mean(), places=9)
                half = 2.570581836 * tickets.std(ddof=1) / np.sqrt(6)  # t(0.975; 5)
                self.assertAlmostEqual(policy["dashboard"]["tickets"]["high"], tickets.mean() + half, places=7)

    def test_one_replicate_has_no_interval(self):
        stdout, _ = self.run_program("run", "small.yaml", "--replicates", 1, "--json")
        value = json.loads(stdout)["experiments"][0]["policies"][1]["value"]
        self.assertIsNotNone(value["mean"])
        self.assertIsNone(value["low"])
        self.assertIsNone(value["difference"]["high"])
        self.assertIn("at least 2", self.run_program("run", "small.yaml", "--replicates", 1)[0])


class Failures(ProgramTest):
    def test_wrong_usage_is_told_in_a_sentence(self):
        for arguments, sentence in [
            (["run", "small.yaml", "--polcy", "x"], "there is no option '--polcy'; did you mean '--policy'?"),
            (["run", "small.yaml", "--policy", "quotas"], "--policy quotas: there is no such policy; did you mean 'quota'?"),
            (["run", "small.yaml", "--policy", "none"], "the scenario has trust, quota and pay"),
            (["run", "small.yaml", "--set", "population.size"], "must be PATH=VALUE"),
            (["run", "small.yaml", "--set", "=3"], "must be PATH=VALUE"),
            (["run", "small.yaml", "--set", "population={size:"], "error: "),
            (["run", "small.yaml", "--set", "population.sise=3"],
             "--set population.sise=3: error: population.sise: is not a field here; did you mean 'size'?"),
            (["run", "small.yaml", "--set", "policies.quota.qota.target=3"],
             "--set policies.quota.qota.target=3: error: policies.quota.qota.target: "),
            (["run", "small.yaml", "--replicates", "0"], "--replicates 0: error: replicates: must be a whole number"),
            (["run", "small.yaml", "--steps", "1.5"], "--steps 1.5: error: time.steps: must be a whole number"),
            (["run", "small.yaml", "--seed", "-1"], "--seed -1: error: seed: must be a whole number of at least 0"),
            (["run", "small.yaml", "--seed"], "--seed needs a value"),
            (["run", "small.yaml", "--threads", "0"], "must be a whole number from 1 to 1024, got '0'"),
            (["run", "small.yaml", "--threads", "two"], "must be a whole number from 1 to 1024, got 'two'"),
            (["run", "small.yaml", "-o", "small.yaml"], "would be overwritten with results"),
            (["run"], "SCENARIO is required"),
        ]:
            with self.subTest(arguments=arguments):
                stdout, stderr = self.run_program(*arguments, status=2)
                self.assertEqual(stdout, "")
                self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), {"small.yaml"})

    def test_what_the_machine_refuses(self):
        _, stderr = self.run_program("run", "nope.yaml", status=1)
        self.assertIn("nope.yaml", stderr)
        _, stderr = self.run_program("run", "small.yaml", "-o", "no/such/folder/x.h5", status=1)
        self.assertIn("no/such/folder/x.h5", stderr)
        (self.folder / "results").write_text("a file where the folder should be")
        _, stderr = self.run_program("run", "small.yaml", status=1)
        self.assertIn("results", stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_that_cannot_be_written(self):
        (self.folder / "results").mkdir(mode=0o555)
        self.assertIn("Permission denied", self.run_program("run", "small.yaml", status=1)[1])

    def test_a_full_disk_under_the_results(self):
        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails as it does on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        self.run_program("run", "small.yaml", "-o", "x.h5")
        before = (self.folder / "x.h5").read_bytes()
        self.assertGreater(len(before), 20_000)
        for output in ("x.h5", "new.h5"):
            _, stderr = self.run_program("run", "small.yaml", "-o", output, "--quiet", status=1, preexec_fn=no_room)
            self.assertIn(output, stderr)
            self.assertIn("File too large", stderr)
        self.assertEqual(self.files(), {"small.yaml", "x.h5"})
        self.assertEqual((self.folder / "x.h5").read_bytes(), before)

    def test_a_full_disk_under_stdout(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "new", "full"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def test_runs_that_fail_are_told_once_and_the_others_are_kept(self):
        # About one employee in a hundred draws a skill of above 2, and then a time of 0, which cannot be.
        text = SCENARIO.replace("{value: skill}", '{value: skill, time: "if(skill > 2, 0, 1)"}')
        self.write("failing.yaml", text)
        stdout, stderr = self.run_program("run", "failing.yaml", status=3)
        self.assertRegex(stderr, r"failing.yaml: \d+ of 18 runs failed")
        self.assertIn("policy trust, replicate", stderr)
        with h5py.File(self.folder / "results/failing.h5") as file:
            status = file["status"][:]
            failed = status != 0
            self.assertTrue(failed.any() and not failed.all())
            self.assertTrue(np.isnan(file["value"][:][failed]).all())
            self.assertFalse(np.isnan(file["value"][:][~failed]).any())
            lines = file["provenance/failures"].asstr()[()].splitlines()
        self.assertEqual(len(lines), failed.sum())
        self.assertRegex(lines[0], r"^policy \w+, replicate \d+: scenario:10:\d+: activities.work.time: must be a number above 0")
        self.assertIn("runs failed", stdout)

    def test_noise_that_rounding_swallows_is_said_where_it_stands(self):
        text = SCENARIO.replace("{measures: value, noise: 0.3}", "{measures: value, baseline: 1e15, noise: 0.3}")
        self.write("lost.yaml", text.replace("{linear: {metric: output, rate: 0.2, target: 1, floor: -.inf}}",
                                             "{tournament: {metric: output, top: 0.2, prize: 0.1}}"))
        _, stderr = self.run_program("run", "lost.yaml", status=2)
        self.assertIn("lost.yaml:18:8: error: policies.pay: readings of 1e+15 are too large beside their noise of 0.3", stderr)
        self.assertEqual(self.files(), {"small.yaml", "lost.yaml"})

    def test_a_value_out_of_bounds_is_said_where_it_stands(self):
        self.write("bounds.yaml", SCENARIO.replace("work: {value: skill}", "work: {value: 1 / (skill - skill)}"))
        stdout, _ = self.run_program("check", "bounds.yaml", status=2)
        self.assertIn("bounds.yaml:10:17: error: activities.work.value: for employee 0 the expression has no value: it divides by 0, "
                      "or takes the log of what is not above 0, or a root or power that does not exist; keep its parts within bounds "
                      "with min(...), max(...) or if(...)\n", stdout)
        self.assertEqual(stdout.count("error:"), 1)

    def test_a_search_that_proves_nothing_ends(self):
        self.write("huge.yaml", SCENARIO.replace("tick: 40", "tick: 1e300"))
        _, stderr = self.run_program("run", "huge.yaml", status=2)
        self.assertIn("huge.yaml:17:10: error: policies.quota: at step 0, employee 0: what is best for an employee could not be proved in 1000000 parts",
                      stderr)

    def test_a_bug_is_told_as_ours(self):
        if SANITIZED:
            self.skipTest("sanitizers want to be the first library")
        build = pathlib.Path(os.environ["GOODHART_BUILD_DIR"], "CMakeCache.txt").read_text()
        compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", build, re.MULTILINE).group(1)
        # HDF5 fails in a way that nobody foresaw.
        self.write("bug.cpp", '#include <stdexcept>\nextern "C" long H5Fcreate() { throw std::logic_error("a wall fell"); }\n')
        folder = tempfile.TemporaryDirectory(prefix="goodhart-")  # LD_PRELOAD knows no spaces
        self.addCleanup(folder.cleanup)
        bug = f"{folder.name}/bug.so"
        subprocess.run([compiler, "-shared", "-fPIC", "bug.cpp", "-o", bug], cwd=self.folder, check=True)
        _, stderr = self.run_program("run", "small.yaml", "-o", "x.h5", status=70, environment={"LD_PRELOAD": bug})
        self.assertIn("this is a bug of goodhart, not of yours: a wall fell\nPlease report it", stderr)
        self.assertFalse((self.folder / "x.h5").exists())


class Signals(ProgramTest):
    def start_endless(self):
        self.write("endless.yaml", ENDLESS)
        process = self.start_program("run", "endless.yaml", "-o", "x.h5")
        for _ in range(500):
            if (self.folder / "x.h5.part").exists():
                time.sleep(0.1)
                return process
            self.assertIsNone(process.poll(), process.stderr.read() if process.poll() is not None else "")
            time.sleep(0.02)
        self.fail("the run never started to write")

    def test_an_interrupted_run_leaves_nothing(self):
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=signal_number):
                process = self.start_endless()
                process.send_signal(signal_number)
                stdout, stderr = process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, 130, stderr)
                self.assertEqual(stdout, "")
                self.assertIn("interrupted", stderr)
                self.assertEqual(self.files(), {"small.yaml", "endless.yaml"})

    def test_a_killed_run_leaves_no_file_of_that_name(self):
        process = self.start_endless()
        process.kill()
        process.communicate(timeout=PATIENCE)
        self.assertFalse((self.folder / "x.h5").exists())
        # What it left behind is in nobody's way.
        self.run_program("run", "small.yaml", "-o", "x.h5")
        self.assertNotIn("x.h5.part", self.files())

    def test_a_run_killed_at_any_moment_leaves_no_file_or_a_whole_one(self):
        start = time.monotonic()
        self.run_program("run", "small.yaml", "-o", "whole.h5")
        lasts = time.monotonic() - start
        whole = (self.folder / "whole.h5").read_bytes()
        for i in range(12):
            process = self.start_program("run", "small.yaml", "-o", "x.h5")
            time.sleep(1.2 * lasts * i / 12)
            process.kill()
            process.communicate(timeout=PATIENCE)
            if (self.folder / "x.h5").exists():
                self.assertEqual((self.folder / "x.h5").read_bytes(), whole)
                (self.folder / "x.h5").unlink()
            self.assertLessEqual(self.files(), {"small.yaml", "whole.h5", "x.h5.part"})

    def test_an_old_result_outlives_an_interrupted_run(self):
        self.run_program("run", "small.yaml", "-o", "x.h5")
        before = (self.folder / "x.h5").read_bytes()
        process = self.start_endless()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertEqual((self.folder / "x.h5").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
