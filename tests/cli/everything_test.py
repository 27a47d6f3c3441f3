"""One scenario with everything in it: it checks out, runs in seconds, leaves the same bytes for any number of threads, and
its results are what docs/results-format.md says."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SOURCE, ProgramTest  # noqa: E402

EVERYTHING = SOURCE / "tests/scenarios/everything.yaml"


class Everything(ProgramTest):
    def test_it_is_sound(self):
        stdout, _ = self.run_program("check", EVERYTHING)
        self.assertIn("sound", stdout)
        self.assertNotIn("error", stdout)

    def test_bytes_and_format(self):
        stdout, _ = self.run_program("run", EVERYTHING, "-o", "one.h5", "--threads", 1)
        self.run_program("run", EVERYTHING, "-o", "two.h5", "--threads", 2)
        self.assertEqual((self.folder / "one.h5").read_bytes(), (self.folder / "two.h5").read_bytes())
        for policy in ("trust", "quota", "contest", "share", "reform"):
            self.assertRegex(stdout, rf"(?m)^{policy}: ")
        self.assertNotIn("failed", stdout)
        self.assertRegex(" ".join(stdout.split()), r"share: [^;]*; before the first step leadership chose team_bonus\.rate 0\.[23]\.")
        script = SOURCE / "tests/cli/check_results_file.py"
        done = subprocess.run([sys.executable, str(script), str(self.folder / "one.h5")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("as promised", done.stdout)


if __name__ == "__main__":
    unittest.main()
