"""Runs in Python: Datasets identical to those of the program's files, no copies, no leaks, errors that come through."""

import gc
import os
import pathlib
import pickle
import resource
import signal
import sys
import threading
import time
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import FAILING, LONG, SCENARIO, SOURCE, ProgramTest, catalogue, in_tests, python  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402
import xarray  # noqa: E402

PANELS = {"record.employees": {"every": 2, "sample": 7}, "record.teams": True}


def written(folder, name):
    """A group of a results file, as xarray reads it."""
    with xarray.open_dataset(folder / "out.h5", group=name or None) as data:
        return data.load()


class Identical(ProgramTest):
    def demand_identical(self, ours, file):
        xarray.testing.assert_identical(ours, file)
        for name in file.variables:
            self.assertEqual(ours[name].dtype, file[name].dtype, name)
            for key, value in file[name].attrs.items():
                self.assertEqual(numpy.asarray(ours[name].attrs[key]).dtype, numpy.asarray(value).dtype, (name, key))
            self.assertEqual(list(ours[name].attrs), list(file[name].attrs), name)
        self.assertEqual(type(ours.attrs.get("goodhart_format")), type(file.attrs.get("goodhart_format")))

    def test_with_panels_for_any_number_of_threads(self):
        edits = {**PANELS, "time.before": 1}
        for file in (in_tests("scenarios/everything.yaml"), self.folder / "small.yaml"):
            self.run_program("run", file, "-o", "out.h5", "--quiet", "--replicates", 2, "--steps", 5, "--set",
                             "time.before=1", "--set", "record.employees={every: 2, sample: 7}", "--set", "record.teams=true")
            for threads in (1, 2, 7):
                with self.subTest(file=file.name, threads=threads), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ours = goodhart.results(file, set=edits, steps=5, replicates=2, threads=threads)
                    self.demand_identical(ours.dataset, written(self.folder, ""))
                    self.demand_identical(ours.means, written(self.folder, "means"))
                    self.demand_identical(ours.employees, written(self.folder, "employees"))
                    self.demand_identical(ours.teams, written(self.folder, "teams"))

    def test_over_the_catalogue(self):
        short = ["--set", "population.size=100", "--steps", 3, "--set", "time.before=1", "--replicates", 1]
        edits = {"population.size": 100, "time.before": 1}
        for name, file in catalogue().items():
            with self.subTest(name=name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.run_program("run", file, "-o", "out.h5", "--quiet", *short)
                data = goodhart.run(file, set=edits, steps=3, replicates=1, threads=2)
                self.demand_identical(data, written(self.folder, ""))

    def test_a_saved_file_is_the_programs(self):
        os.chdir(self.folder)
        self.run_program("run", "small.yaml", "-o", "out.h5", "--quiet", "--set", "population.size=30", "--seed", 4)
        goodhart.results("small.yaml", set={"population.size": 30}, seed=4).save("ours.h5")
        self.assertEqual((self.folder / "ours.h5").read_bytes(), (self.folder / "out.h5").read_bytes())
        with self.assertRaises(goodhart.MachineError):
            goodhart.results("small.yaml", replicates=1).save("no/such/folder/file.h5")
        self.assertFalse((self.folder / "no").exists())

    def test_runs_that_fail(self):
        self.write("failing.yaml", FAILING)
        self.run_program("run", "failing.yaml", "-o", "out.h5", "--quiet", status=3)
        with self.assertWarnsRegex(goodhart.RunsFailedWarning, "of 18 runs failed"):
            ours = goodhart.results(self.folder / "failing.yaml")
        self.demand_identical(ours.dataset, written(self.folder, ""))
        self.assertTrue(ours.failures)
        with self.assertRaisesRegex(goodhart.RunsFailed, "runs failed; the first is policy"):
            goodhart.run(self.folder / "failing.yaml", strict=True)


class Objects(unittest.TestCase):
    def test_no_copy_is_made(self):
        data = goodhart.run(SCENARIO)
        self.assertTrue(data.value.values.flags.writeable)
        self.assertFalse(data.value.values.flags.owndata)
        data.value[:] = 0
        ours = goodhart.results(SCENARIO)
        first, second = ours.dataset, ours.dataset
        self.assertTrue(numpy.shares_memory(first.value.values, second.value.values))
        with self.assertRaises(ValueError):
            first.value[:] = 0
        values = first.value.values
        del ours, first, second
        gc.collect()
        self.assertTrue(numpy.isfinite(values).all())

    def test_runs_of_one_scenario_share_nothing_that_can_be_changed(self):
        scenario = goodhart.Scenario(SCENARIO, replicates=2)
        first = goodhart.run(scenario)
        first.value[:] = 0
        first.seed[:] = 0
        first.status[:] = 1
        first.value.attrs["units"] = first.attrs["title"] = "mine"
        xarray.testing.assert_identical(goodhart.run(scenario), goodhart.run(goodhart.Scenario(SCENARIO, replicates=2)))

    def test_what_is_not_recorded_is_a_sentence(self):
        with self.assertRaisesRegex(KeyError, "records no employees"):
            goodhart.results(SCENARIO, replicates=1).employees

    def test_pickling(self):
        ours = goodhart.results(SCENARIO, replicates=2, set=PANELS)
        again = pickle.loads(pickle.dumps(ours))
        self.assertEqual(ours.digest, again.digest)
        xarray.testing.assert_identical(ours.dataset, again.dataset)
        xarray.testing.assert_identical(ours.employees, again.employees)

    def test_words(self):
        ours = goodhart.results(SCENARIO, replicates=2)
        self.assertIn("A small quota", ours.summary())
        self.assertIn("<pre>", ours._repr_html_())
        self.assertIn("3 policies x 2 replicates", repr(ours))

    def test_threads_are_checked(self):
        for wrong in (0, -1, 2000, True, "2", 1.5):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(ValueError, "threads: must be a whole number"):
                goodhart.run(SCENARIO, threads=wrong)


class Waiting(unittest.TestCase):
    def test_ctrl_c_ends_a_run_within_half_a_second(self):
        for threads in (1, 2):
            began = []

            def press():
                began.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(0.5, press)
            timer.start()
            with self.assertRaises(KeyboardInterrupt):
                goodhart.run(LONG, threads=threads)
            self.assertLess(time.monotonic() - began[0], 0.5)
            timer.join()

    def test_progress_is_told_and_may_stop(self):
        told = []

        def stop(done, total):
            told.append((done, total))
            if len(told) == 3:
                raise LookupError("enough")

        with self.assertRaisesRegex(LookupError, "enough"):
            goodhart.run(LONG, progress=stop)
        self.assertEqual(len(told), 3)
        self.assertEqual(told[0][1], 6 * (2 + 3 * 1_000_000))
        self.assertLess(told[0][0], told[2][0])
        told.clear()
        goodhart.run(SCENARIO, progress=lambda done, total: told.append((done, total)))
        self.assertEqual(told[-1], (6 * (2 + 3 * 6), 6 * (2 + 3 * 6)))

    def test_two_runs_at_once_and_the_lock_is_free_meanwhile(self):
        alone = goodhart.results(SCENARIO).digest
        found = []
        threads = [threading.Thread(target=lambda: found.append(goodhart.results(SCENARIO).digest)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [alone] * 4)

        counted = []

        def count():
            while not counted or counted[-1] >= 0:
                counted.append(len(counted))
                time.sleep(0.001)

        counter = threading.Thread(target=count)
        counter.start()
        goodhart.run(SCENARIO, set={"population.size": 3000}, threads=1)
        counted.append(-1)
        counter.join()
        self.assertGreater(len(counted), 10)

    def test_no_thread_outlives_a_call_so_a_fork_is_safe(self):
        before = len(os.listdir("/proc/self/task"))  # other modules may have some
        digest = goodhart.results(SCENARIO, threads=3).digest
        self.assertEqual(len(os.listdir("/proc/self/task")), before)
        done = python(f"""
import os, goodhart
text = {SCENARIO!r}
goodhart.run(text, threads=2)
child = os.fork()
if child == 0:
    os._exit(0 if goodhart.results(text, threads=2).digest == {digest!r} else 1)
print(os.waitpid(child, 0)[1])
""")
        self.assertEqual(done.stdout.strip(), "0", done.stderr)

    def test_many_calls_take_constant_memory(self):
        tiny = goodhart.Scenario(SCENARIO, set={"population.size": 5}, steps=1, replicates=1, policies=["trust"])

        def use(times):
            for _ in range(times):
                goodhart.run(tiny, threads=1)
                try:
                    goodhart.Scenario("goodhart: 2\n")
                except goodhart.ScenarioError:
                    pass
            gc.collect()
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes

        before = use(100)
        self.assertLess(use(300) - before, 4000)


class WithoutXarray(unittest.TestCase):
    def test_a_sentence(self):
        done = python("import sys; sys.modules['xarray'] = None\nimport goodhart\ngoodhart.run('ai-usage-mandate')")
        self.assertIn("ImportError: Datasets need xarray, which is not here. Install it: python3-xarray on Debian, "
                      "or pip install xarray.", done.stderr)


if __name__ == "__main__":
    unittest.main()
