"""Memory does not grow with the number of runs: peaks of whole processes, with few runs and with many."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ProgramTest  # noqa: E402

SCENARIO = """\
goodhart: 1
title: Two people and many runs
replicates: 20
population: {size: 2}
time: {steps: 4}
activities: {work: {value: 1}, pad: {gaming: true, aversion: 0.1}}
metrics: {tickets: {measures: {work: 1, pad: 3}, noise: 0.3}}
policies: {trust: [], quota: [{quota: {metric: tickets, target: 1, reward: 0.2}}], piece: [{linear: {metric: tickets, rate: 0.1}}]}
"""
POLICIES = 3
# Numbers that a run of it has without its steps, counted generously.
NUMBERS = 60


class Memory(ProgramTest):
    # With few there are already as many as wait to be written together.
    FEW, MANY = 1000, 3000

    def setUp(self):
        super().setUp()
        self.write("small.yaml", SCENARIO)

    def peak(self, *arguments):
        """The largest resident size of the program, or of a process that it started, in bytes."""
        with open(os.devnull, "w") as nowhere:
            process = subprocess.Popen([os.environ["GOODHART_PROGRAM"], *map(str, arguments)], cwd=self.folder, stdout=nowhere,
                                       stderr=subprocess.PIPE)
        said = process.stderr.read().decode()
        process.stderr.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, said)
        return 1024 * usage.ru_maxrss

    def few_and_many(self, *arguments, files=False):
        """Peaks of a command on few runs and on many; with files, on results that are there."""
        peaks = []
        for replicates in (self.FEW, self.MANY):
            if files:
                self.run_program("run", "small.yaml", "--replicates", replicates, "-o", f"{replicates}.h5", "--quiet")
                peaks.append(self.peak(*arguments, f"{replicates}.h5", "--quiet"))
            else:
                peaks.append(self.peak(*arguments, "small.yaml", "--replicates", replicates, "-o", f"{replicates}.h5", "--quiet",
                                       "--threads", 2))
        return peaks

    def test_run_keeps_nothing_of_a_run(self):
        few, many = self.few_and_many("run")
        self.assertLess(many, 1.12 * few)

    def test_a_sweep_keeps_a_few_bytes_of_a_unit(self):
        self.write("sweep.yaml", SCENARIO.replace("replicates: 20", "replicates: 8").replace("size: 2", "size: 1") + """\
experiment:
  vary: {effort.intrinsic: {from: 0.2, to: 0.5}, effort.strain: {from: 3, to: 5}}
  design: {sobol: {points: 128}}
""")
        few, many = (self.peak("sweep", "sweep.yaml", "--set", f"experiment.design.sobol.points={points}", "-o", f"{points}.h5",
                               "--quiet", "--threads", 2) for points in (128, 1024))
        self.assertLess(many, 1.12 * few)

    def test_compare_keeps_one_number_of_each_series(self):
        few, many = self.few_and_many("compare", "--quick")
        # Its averages, and as much again for what statistics copy for a moment.
        self.assertLess(many - few, 0.1 * few + 2 * self.MANY * POLICIES * NUMBERS * 8)

    def test_compare_until_keeps_runs_on_the_disk(self):
        few, many = self.few_and_many("compare", "--quick", "--until", 1e9)
        self.assertLess(many - few, 0.1 * few + 2 * self.MANY * POLICIES * NUMBERS * 8)

    def test_report_reads_series_in_slices(self):
        few, many = self.few_and_many("report", "--quick", "-o", "page.html", files=True)
        self.assertLess(many - few, 0.1 * few + 2 * self.MANY * POLICIES * NUMBERS * 8)

    def test_reproduce_holds_a_few_runs_of_each_file(self):
        few, many = self.few_and_many("reproduce", files=True)
        # 16 MiB of the two files wait for one another.
        self.assertLess(many - few, 0.1 * few + 2 * self.MANY * POLICIES * NUMBERS * 8 + (20 << 20))


if __name__ == "__main__":
    unittest.main()
