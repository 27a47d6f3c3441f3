"""bench/compare on a small program of our own: it tells how fast each is, and who computes something else; bench/catalogue
on a catalogue of our own, against the same program."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from program import PROGRAM, SCENARIO, SOURCE, ProgramTest  # noqa: E402

# Says that a step takes a tenth of a second for each employee.
PEER = """\
import json, sys
employees, steps = int(sys.argv[1]), int(sys.argv[2])
means = [{metric}, 0.8796, 0.5446], [1.9603, 0.57426, 0.98059]
print(json.dumps({{"setup_s": 0.5, "run_s": 0.1 * employees * steps, "run_cpu_s": 0.2 * employees * steps,
                  "first": means[0], "tail": means[1], "peak_rss_kib": 2048}}))
"""


class Compare(ProgramTest):
    def compare(self, metric):
        self.write("peers/numpy/goodhart_numpy.py", PEER.format(metric=metric))
        command = [SOURCE / "bench" / "compare", "--goodhart", PROGRAM, "--peers", self.folder / "peers", "--raw", "raw.json"]
        command += ["--python", sys.executable, "--only", "tuned", "objects", "--rounds", "2", "--seconds", "0.01"]
        made = subprocess.run([*command, "--employees", "400"], cwd=self.folder, text=True, capture_output=True, timeout=100)
        self.assertEqual(made.returncode, 0, made.stderr)
        return made

    def test_speeds_and_what_is_left_out(self):
        made = self.compare(1.117)
        self.assertIn("left out: C++, objects: there is no ", made.stderr)
        self.assertIn("### 400 employees", made.stdout)
        self.assertRegex(made.stdout, r"\| NumPy, tuned \| 0\.0000100 \(0\.000010 - 0\.000010\) \|.*\| 0\.50 \| 2\.0 \|")
        self.assertNotIn("THEY ARE NOT", made.stdout)
        rows = json.loads((self.folder / "raw.json").read_text())
        ours, other = ([row for row in rows if row["program"] == name] for name in ("goodhart", "NumPy, tuned"))
        self.assertEqual([len(ours), len(other)], [2, 2])
        self.assertAlmostEqual(other[0]["step"], 0.1 * 400)

    def test_another_model_is_found_out(self):
        self.assertIn("THEY ARE NOT", self.compare(3).stdout)


class Catalogue(ProgramTest):
    def catalogue(self, *more):
        command = [SOURCE / "bench" / "catalogue", "--goodhart", PROGRAM, "--scenarios", self.folder, "--rounds", "2", *more]
        made = subprocess.run(command, cwd=self.folder, text=True, capture_output=True, timeout=100)
        self.assertEqual(made.returncode, 0, made.stderr)
        return made

    def test_seconds_and_steps(self):
        # (2 + 3 policies x 6 steps) x 40 employees x 6 replicates
        self.assertRegex(self.catalogue().stdout, r"\| small \| 4,800 \| [\d.]+ \([\d.]+ - [\d.]+\) \| [\d.,]+ \|\n\| \*\*all\*\* \|")

    def test_against_another_build(self):
        self.write("new.yaml", SCENARIO)
        self.write("theirs/small.yaml", SCENARIO.replace("skill: {", "skil: {"))  # refused
        made = self.catalogue("--against", PROGRAM, "--their-scenarios", self.folder / "theirs", "--replicates", "1")
        self.assertIn("new done; the other build: there is no ", made.stderr)
        self.assertRegex(made.stderr, r"small done; the other build: goodhart ended with 2: ")
        self.assertNotIn("all that both have", made.stdout)
        made = self.catalogue("--against", PROGRAM, "small")
        self.assertRegex(made.stdout, r"\| small \| 4,800 \|.*\| (0|1)\.\d+ \([\d.]+ - [\d.]+\) \|\n\| \*\*all that both have\*\* \|")
        self.assertNotIn("| new |", made.stdout)


if __name__ == "__main__":
    unittest.main()
