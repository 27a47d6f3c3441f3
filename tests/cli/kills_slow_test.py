"""The long form of StorageTest.test_kills_leave_no_trace: 200 kills at random moments, a quarter of them while the results are
written, over threads, shards and, where goodhart-mpi is built, ranks."""

import hashlib
import os
import random
import signal
import subprocess
import time
import unittest

from program import PROGRAM, ProgramTest
from ranks import MISSING, MPI, environment
from sweep_test import STUDY

KILLS = int(os.environ.get("GOODHART_KILLS", "200"))


class Kills(ProgramTest):
    def await_ranks(self, parts):
        """Until the ranks of an mpirun that was killed have noticed it."""
        end = time.monotonic() + 60
        while (parts / "plan.json").exists() and time.monotonic() < end:
            try:
                said = self.run_program("status", parts)[0]
            except AssertionError:
                if (parts / "plan.json").exists():
                    raise
                return  # they came to their end, and the folder went while it was read
            if ", at work" not in said:
                return
            time.sleep(0.1)

    def test_kills_leave_no_trace(self):
        self.write("study.yaml", STUDY)
        study = ("study.yaml", "--replicates", "120", "--quiet")
        start = time.monotonic()
        self.run_program("sweep", *study)
        alone = time.monotonic() - start
        whole = hashlib.sha256((self.folder / "results/study-sweep.h5").read_bytes()).hexdigest()
        chance = random.Random(20261130)
        kills = during_merge = rounds = 0
        seen = set()
        while kills < KILLS:
            rounds += 1
            shards, ranks = chance.choice([(1, 0), (3, 0), (8, 0)] + ([] if MISSING else [(1, 2), (1, 5)]))
            seen.add((shards, ranks))
            parts, target = self.folder / f"killed{rounds}.parts", self.folder / f"killed{rounds}.h5"

            def attempt(*arguments, merges):
                """Runs it and perhaps kills it; returns whether it came to its end."""
                nonlocal kills, during_merge
                program = ["mpirun", "-n", str(ranks), MPI] if ranks else [PROGRAM]
                process = subprocess.Popen([*program, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE, env=environment())
                if merges and chance.random() < 0.8:
                    # Until the part is there, then a moment.
                    end = time.monotonic() + 30
                    while process.poll() is None and not target.with_suffix(".h5.part").exists() and time.monotonic() < end:
                        time.sleep(0.0005)
                    time.sleep(0.01 * chance.random())
                    part = target.with_suffix(".h5.part").exists()
                elif kills < KILLS and chance.random() < 0.7:
                    time.sleep(0.3 * bool(ranks) + alone / shards * chance.random())  # mpirun takes long to start
                    part = False
                else:
                    self.assertEqual(process.wait(timeout=100), 0, process.stderr.read())
                    process.stderr.close()
                    return True
                process.send_signal(signal.SIGKILL if chance.random() < 0.8 else signal.SIGTERM)
                code = process.wait()
                process.stderr.close()
                if ranks:
                    self.await_ranks(parts)
                kills += code != 0
                during_merge += code != 0 and part
                return code == 0

            for shard in range(1, shards + 1):
                command = ["sweep", *study, "--threads", str(chance.choice([1, 2, 3, 8])), "-o", target.name]
                if shards > 1:
                    command += ["--shard", f"{shard}/{shards}"]
                while not attempt(*command, merges=shards == 1 and kills % 2 == 1):
                    pass
            while shards > 1 and not target.exists():
                attempt("merge", parts.name, "--quiet", merges=True)
            # A kill behind the renaming leaves the folder; what it holds gives the same file.
            self.assertEqual(hashlib.sha256(target.read_bytes()).hexdigest(), whole)
            target.unlink()
        print(f"{kills} kills in {rounds} studies, {during_merge} of them while results were written; (shards, ranks): {sorted(seen)}")
        self.assertGreaterEqual(during_merge, kills // 4 if KILLS >= 100 else 1)


if __name__ == "__main__":
    unittest.main()
