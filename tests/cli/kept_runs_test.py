"""Long runs that are interrupted: what is done is kept, the same command goes on, and the bytes are the same."""

import hashlib
import json
import resource
import signal
import subprocess
import time
import unittest

from program import PROGRAM, ProgramTest

LONG = """\
goodhart: 1
title: Long enough to be interrupted
replicates: 60
time: {steps: 30, before: 2}
population: {size: 400, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}, cost: 0.1}
metrics: {tickets: {measures: {work: 10, tick: 40}, noise: 1}}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
"""
KEPT = "what is done is kept in results/long.parts; the same command goes on from there\n"


class KeptRuns(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("long.yaml", LONG)

    def digest(self, name):
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()

    def interrupt(self, *arguments, parts="results/long.parts", records=3, how=signal.SIGTERM):
        """Interrupts a command once it has kept some replicates, and returns what it said."""
        journal, end = self.folder / parts / "units-1-of-1.journal", time.monotonic() + 60
        size = before = journal.stat().st_size if journal.exists() else 0  # of one that was interrupted earlier
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        while process.poll() is None and time.monotonic() < end:
            size = journal.stat().st_size if journal.exists() else 0
            if size > 16 + records * 8 * 2 * 30 and size != before:  # more than one value of each step and policy
                process.send_signal(how)
                break
            time.sleep(0.001)
        said = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(), 130 if how == signal.SIGTERM else -how, said)
        return said

    def test_the_same_command_goes_on_with_the_same_bytes(self):
        self.run_program("run", "long.yaml", "--quiet", "-o", "whole.h5")
        command = ("run", "long.yaml", "--keep-after", 0)
        said = self.interrupt(*command)
        self.assertEqual(said, "interrupted; results/long.h5 was not written; " + KEPT)
        self.assertFalse((self.folder / "results/long.h5").exists())
        self.interrupt(*command, records=200, how=signal.SIGKILL)
        out, _ = self.run_program("status", "results/long.parts")
        self.assertRegex(out, r"^results/long\.parts: [1-5]?\d of 60 units done, \d+ missing; 0 with a failed run\n"
                              r"  units-1-of-1\.journal: \d+ units\n"
                              r"nobody is at work; the command that began it goes on with it\n$")
        _, err = self.run_program(*command, "--threads", 1)
        self.assertRegex(err, r"^note: results/long\.h5\.part: was left by a run that did not come to its end; removed\n"
                              r"results/long\.parts: going on with [1-5]?\d replicates done\n")
        self.assertEqual(self.digest("results/long.h5"), self.digest("whole.h5"))
        self.assertFalse((self.folder / "results/long.parts").exists())

    def test_more_replicates_go_on_from_fewer(self):
        self.interrupt("run", "long.yaml", "--keep-after", 0)
        self.run_program("run", "long.yaml", "--replicates", 70, "--quiet", "-o", "results/long.h5")
        self.assertFalse((self.folder / "results/long.parts").exists())
        self.run_program("run", "long.yaml", "--replicates", 70, "--quiet", "-o", "whole.h5")
        self.assertEqual(self.digest("results/long.h5"), self.digest("whole.h5"))

    def test_compare_goes_on_too(self):
        (self.folder / "results").mkdir()
        command = ("compare", "long.yaml", "--until", 0.001, "--quick", "--keep-after", 0)
        out, _ = self.run_program(*command, "--json", "--quiet", "-o", "whole.h5")
        said = self.interrupt(*command, "-o", "results/long.h5")
        self.assertIn(KEPT, said)
        again, _ = self.run_program(*command, "--json", "--quiet", "-o", "results/long.h5")
        self.assertEqual(self.digest("results/long.h5"), self.digest("whole.h5"))
        self.assertEqual(again.replace("results/long.h5", "whole.h5"), out)

    def test_failed_runs_are_run_again(self):
        # Some people need a time for work that nobody has.
        text = LONG.replace("work: {value: skill}", "work: {value: skill, time: 'if(skill > 2.5, -1, 1)'}")
        self.write("long.yaml", text.replace("size: 400", "size: 100"))
        self.run_program("run", "long.yaml", "--quiet", "-o", "whole.h5", status=3)
        self.interrupt("run", "long.yaml", "--keep-after", 0)
        _, err = self.run_program("run", "long.yaml", status=3)
        self.assertIn("results/long.parts: going on with ", err)
        self.assertIn("of 120 runs failed; in the results they are NaN:\n", err)
        self.assertEqual(self.digest("results/long.h5"), self.digest("whole.h5"))

    def test_short_runs_keep_nothing(self):
        process = subprocess.Popen([PROGRAM, "run", "long.yaml", "--replicates", "3000", "--threads", "1"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)  # before anything tells how long it will take
        process.terminate()
        said = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(), 130)
        self.assertNotIn("kept", said)
        self.assertFalse((self.folder / "results/long.parts").exists())

    def test_what_could_not_be_kept_is_run_again_when_the_number_of_replicates_is_known(self):
        text = LONG.replace("work: {value: skill}", "work: {value: skill, time: 'if(skill > 2.5, -1, 1)'}")
        self.write("long.yaml", text.replace("size: 400", "size: 100").replace(", noise: 1", "").replace("steps: 30", "steps: 100"))
        command = ("compare", "long.yaml", "--replicates", 20, "--until", 0.002, "--quick", "--json", "--quiet")
        out, _ = self.run_program(*command, "-o", "whole.h5", status=3)
        said = json.loads(out)
        self.assertEqual((said["replicates"], [policy["failed_runs"] for policy in said["policies"]]), (40, [3, 3]))
        self.assertFalse((self.folder / "whole.parts").exists())
        run, _ = self.run_program("run", "long.yaml", "--replicates", 40, "--quiet", "--json", status=3)
        self.assertIn(said["content_digest"], run)
        # Where nothing changes, results are small, and the journal is not.
        room = (self.folder / "whole.h5").stat().st_size + 4096

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        done = subprocess.run([PROGRAM, *map(str, command), "-o", "small.h5", "--force"], cwd=self.folder, text=True,
                              preexec_fn=limit, capture_output=True, timeout=100)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stdout.replace("small.h5", "whole.h5"), out)

    def test_another_scenario_is_refused(self):
        self.interrupt("run", "long.yaml", "--keep-after", 0)
        self.write("long.yaml", LONG.replace("target: 14", "target: 15"))
        _, err = self.run_program("run", "long.yaml", status=2)
        self.assertEqual(err, "error: results/long.parts was begun with policies.quota.incentives.0.quota.target 14, this is "
                              "policies.quota.incentives.0.quota.target 15; --fresh begins again\n")
        _, err = self.run_program("merge", "results/long.parts", status=2)
        self.assertEqual(err, "error: results/long.parts: is what an interrupted run has done, not a study; the command that "
                              "began it goes on with it\n")
        self.assertIn("what is done is kept in results/long.parts; the same command without --fresh goes on from there\n",
                      self.interrupt("run", "long.yaml", "--keep-after", 0, "--fresh", records=400))
        self.run_program("run", "long.yaml", "--fresh", "--quiet")
        self.assertFalse((self.folder / "results/long.parts").exists())

    def test_a_refusing_disk_ends_keeping_and_not_the_run(self):
        # Where nothing changes, results are small: the journal is as large as they are without compression.
        self.write("long.yaml", LONG.replace(", noise: 1", "").replace("steps: 30", "steps: 100"))
        self.run_program("run", "long.yaml", "--quiet", "-o", "whole.h5")
        room = (self.folder / "whole.h5").stat().st_size + 4096

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        done = subprocess.run([PROGRAM, "run", "long.yaml", "--keep-after", "0", "--force"], cwd=self.folder, text=True,
                              preexec_fn=limit, capture_output=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: results/long.parts/units-1-of-1.journal: cannot write: File too large; this goes on, and what is "
                      "done from here on is not kept\n", done.stderr)
        self.assertEqual(self.digest("results/long.h5"), self.digest("whole.h5"))
        self.assertFalse((self.folder / "results/long.parts").exists())


if __name__ == "__main__":
    unittest.main()
