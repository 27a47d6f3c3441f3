"""The Python of docs/reading-results.md runs as it stands, and its figures are those of compare."""

import contextlib
import io
import json
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, SOURCE, ProgramTest  # noqa: E402


class Reading(ProgramTest):
    def test_the_examples_run(self):
        (self.folder / "results").mkdir()
        self.run_program("run", SOURCE / "scenarios/ai-usage-mandate.yaml", "-o", "results/ai-usage-mandate.h5", "--replicates", 3, "--quiet", "--set",
                         "record.employees={every: 13, sample: 50}", "--set", "population.size=200")
        told = json.loads(self.run_program("compare", "results/ai-usage-mandate.h5", "--quick", "--json")[0])
        page = (SOURCE / "docs/reading-results.md").read_text()
        blocks = re.findall(r"```python\n(.*?)```", page, re.S)
        self.assertGreaterEqual(len(blocks), 8)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "goodhart").symlink_to(PROGRAM)
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        os.chdir(self.folder)
        names, said = {}, []
        for block in blocks:
            with self.subTest(block=block):
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(block, "reading-results.md", "exec"), names)
                said.append(out.getvalue())
                self.assertNotIn("nan", said[-1].lower())
        policies = {policy["policy"]: policy for policy in told["policies"]}
        for name, policy in policies.items():
            net = policy["outcomes"][0]
            self.assertAlmostEqual(float(names["means"].net_value.mean("replicate").sel(policy=name)), net["mean"], places=6)
            if name != "voluntary":
                half = (net["difference"]["high"] - net["difference"]["low"]) / 2
                self.assertAlmostEqual(float(names["error"].sel(policy=name)) * 4.302652729911275, half, places=6)


if __name__ == "__main__":
    unittest.main()
