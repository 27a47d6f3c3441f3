"""The Snakemake rules of docs/clusters.md."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
from program import PROGRAM, SOURCE, ProgramTest  # noqa: E402

MISSING = None if shutil.which("snakemake") else "there is no snakemake (Debian: snakemake)"


class Snakemake(ProgramTest):
    def test_rules_of_the_page(self):
        studies, clusters = ((SOURCE / f"docs/{name}.md").read_text() for name in ("studies", "clusters"))
        self.write("targets.yaml", re.search(r"```yaml\n(.*?)```", studies, re.S)[1])
        self.write("Snakefile", next(text for text in re.findall(r"```python\n(.*?)```", clusters, re.S) if "rule merge" in text))
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "goodhart").symlink_to(PROGRAM)
        self.run_program("sweep", "targets.yaml", "--quiet", "-o", "whole.h5")
        done = subprocess.run(["snakemake", "--cores", "2"], cwd=self.folder, text=True, timeout=200, capture_output=True,
                              env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stderr)
        digests = {hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                   for name in ("whole.h5", "results/targets-sweep.h5")}
        self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: {MISSING}")
        sys.exit(77)
    unittest.main()
