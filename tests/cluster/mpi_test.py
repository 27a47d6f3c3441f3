"""goodhart-mpi: the same bytes for any number of ranks, kills and what was there before; and what it says."""

import hashlib
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
from program import PROGRAM, SOURCE, ProgramTest  # noqa: E402
from ranks import MISSING, MPI, environment  # noqa: E402
from sweep_test import STUDY  # noqa: E402


class Ranks(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("study.yaml", STUDY)
        tools = self.folder / "tools"
        tools.mkdir()
        for program in (MPI, pathlib.Path(PROGRAM)):
            (tools / program.name).symlink_to(program)
        self.environment = environment()
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"

    def digest(self, name):
        return hashlib.sha256((self.folder / name).read_bytes()).hexdigest()

    def start(self, ranks, *arguments):
        return subprocess.Popen(["mpirun", "-n", str(ranks), "goodhart-mpi", *map(str, arguments)], cwd=self.folder, text=True,
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_ranks(self, ranks, *arguments, status=0):
        process = self.start(ranks, *arguments)
        out, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, status, f"{arguments} said:\n{out}\n{err}")
        return out, err

    def test_the_same_bytes_for_any_ranks(self):
        self.run_program("sweep", "study.yaml", "--quiet", "-o", "whole.h5")
        for ranks in (1, 2, 5):
            out, err = self.run_ranks(ranks, "sweep", "study.yaml", "-o", f"r{ranks}.h5")
            self.assertIn(f"the results are in r{ranks}.h5\n", err)
            self.assertIn("quota", out)
            self.assertEqual(self.digest(f"r{ranks}.h5"), self.digest("whole.h5"))
            self.assertFalse((self.folder / f"r{ranks}.parts").exists())
        small = ("--set", "experiment.sensitivity={sobol: {rows: 8, scrambles: 4}}", "--quiet")
        self.run_program("sensitivity", "study.yaml", *small, "-o", "whole.h5")
        self.run_ranks(3, "sensitivity", "study.yaml", *small, "-o", "ranks.h5")
        self.assertEqual(self.digest("ranks.h5"), self.digest("whole.h5"))

    def test_every_rank_works(self):
        _, err = self.run_ranks(3, "sweep", "study.yaml", "--replicates", 160, "--budget", 5000)
        self.assertIn("results/study-sweep.parts: the budget is spent; the same command goes on from here\n", err)
        out, _ = self.run_program("status", "results/study-sweep.parts")
        self.assertEqual(re.findall(r"  (rank-\d-of-3)\.journal: [1-9]\d* units\n", out),
                         ["rank-1-of-3", "rank-2-of-3", "rank-3-of-3"])

    def test_ranks_go_on_from_shards_and_kills(self):
        more = ("study.yaml", "--replicates", 800, "--quiet")
        self.run_program("sweep", *more, "-o", "whole.h5")
        self.run_program("sweep", *more, "--shard", "2/3", "-o", "killed.h5")
        chance, kills = random.Random(3), 0
        for _ in range(4):
            process = self.start(chance.choice([2, 3, 5]), "sweep", *more, "-o", "killed.h5")
            self.await_ranks(process)
            time.sleep(0.05 * chance.random())
            process.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM]))
            process.communicate(timeout=100)
            kills += process.returncode != 0
            if (self.folder / "killed.h5").exists():
                break
        self.assertGreater(kills, 0)
        # Ranks whose mpirun was killed notice that in a moment.
        end = time.monotonic() + 30
        while "at work" in self.status() and time.monotonic() < end:
            time.sleep(0.1)
        self.run_ranks(2, "sweep", *more, "-o", "killed.h5")
        self.assertEqual(self.digest("killed.h5"), self.digest("whole.h5"))

    def await_ranks(self, process):
        """Until a rank has kept something more, or all have ended."""
        def kept():
            return sum(file.stat().st_size for file in (self.folder / "killed.parts").glob("rank-*.journal"))
        before, end = kept(), time.monotonic() + 30
        while process.poll() is None and kept() <= before + 16 and time.monotonic() < end:
            time.sleep(0.002)

    def status(self):
        if not (self.folder / "killed.parts/plan.json").exists():
            return ""
        return self.run_program("status", "killed.parts")[0].split("nobody is at work")[0]

    def test_what_is_wrong_is_said_once(self):
        _, err = self.run_ranks(3, "sweep", "nothing.yaml", status=1)
        self.assertEqual(err.count("cannot read nothing.yaml"), 1, err)
        _, err = self.run_ranks(3, "sweep", "study.yaml", "--points", status=2)
        self.assertEqual(err.count("error: "), 1, err)
        self.run_ranks(2, "sweep", "study.yaml", "--budget", 1, "--quiet")
        _, err = self.run_ranks(2, "sweep", "study.yaml", "--seed", 2, status=2)
        self.assertIn("results/study-sweep.parts was begun with seed 1, this is seed 2; --fresh begins again\n", err)
        out, _ = self.run_ranks(2, "--version")
        self.assertEqual(out.count("goodhart "), 1, out)

    def test_the_command_of_the_page(self):
        studies, clusters = ((SOURCE / f"docs/{name}.md").read_text() for name in ("studies", "clusters"))
        self.write("targets.yaml", re.search(r"```yaml\n(.*?)```", studies, re.S)[1])
        command = next(text for text in re.findall(r"```sh\n(.*?)```", clusters, re.S) if text.startswith("mpirun"))
        done = subprocess.run(["bash", "-euc", command], cwd=self.folder, env=self.environment, text=True, timeout=100,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.run_program("sweep", "targets.yaml", "--quiet", "-o", "whole.h5")
        self.assertEqual(self.digest("results/targets-sweep.h5"), self.digest("whole.h5"))


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: {MISSING}")
        sys.exit(77)
    unittest.main()
