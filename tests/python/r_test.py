"""The R of the documentation runs as it stands, on results files and on those of studies."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SOURCE, ProgramTest  # noqa: E402


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (SOURCE / "docs" / page).read_text(), re.S)


class InR(ProgramTest):
    def run_r(self, code, package):
        """Runs code with a package of R that must be there, and returns what it prints."""
        if shutil.which("Rscript") is None:
            self.skipTest("R is not there (Debian: r-base-core)")
        there = subprocess.run(["Rscript", "-e", f"quit(status = !requireNamespace('{package}', quietly = TRUE))"])
        if there.returncode != 0:
            self.skipTest(f"the package {package} of R is not there (Debian: r-cran-{package})")
        done = subprocess.run(["Rscript", "-"], input=code, cwd=self.folder, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_reading_results(self):
        (self.folder / "results").mkdir()
        self.run_program("run", SOURCE / "scenarios/ai-usage-mandate.yaml", "-o", "results/ai-usage-mandate.h5", "--replicates", 3,
                         "--quiet", "--set", "population.size=200")
        told = json.loads(self.run_program("compare", "results/ai-usage-mandate.h5", "--quick", "--json")[0])
        (code,) = blocks("reading-results.md", "r")
        said = self.run_r(code + 'cat("mean:", format(mean(means[, "usage_quota"]), digits = 12), "\\n")', "ncdf4")
        self.assertIn("One Sample t-test", said)
        policy = next(policy for policy in told["policies"] if policy["policy"] == "usage_quota")
        value = next(outcome for outcome in policy["outcomes"] if outcome["outcome"] == "value")
        self.assertAlmostEqual(float(re.search("mean: (.*)", said)[1]), value["mean"], places=9)

    def test_reading_a_sweep(self):
        scenario = next(block for block in blocks("studies.md", "yaml") if block.startswith("goodhart: 1"))
        self.write("targets.yaml", scenario)
        self.run_program("sweep", "targets.yaml", "--quiet", "--replicates", 2, "--steps", 4)
        (code,) = blocks("studies.md", "r")
        said = self.run_r(code, "ncdf4")
        self.assertEqual([float(target) for target in said.splitlines()[0].split()], [8, 10, 12, 14, 16])


if __name__ == "__main__":
    unittest.main()
