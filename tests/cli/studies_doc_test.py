"""The commands and programs of docs/studies.md, and the shards of docs/clusters.md, run as they stand."""

import contextlib
import hashlib
import io
import os
import re
import subprocess
import unittest

from program import PATIENCE, PROGRAM, SOURCE, ProgramTest


class Studies(ProgramTest):
    def setUp(self):
        super().setUp()
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "goodhart").symlink_to(PROGRAM)
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        self.studies = (SOURCE / "docs/studies.md").read_text()
        scenarios = re.findall(r"```yaml\n(.*?)```", self.studies, re.S)
        self.write("targets.yaml", scenarios[0])
        self.write("tickets.yaml", scenarios[1])
        self.write("fitted.yaml", scenarios[2])

    def shell(self, commands):
        done = subprocess.run(["bash", "-euc", commands], cwd=self.folder, env=self.environment, text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, f"{commands}\nsaid:\n{done.stdout}")
        return done.stdout

    def test_from_a_scenario_to_a_figure(self):
        blocks = re.findall(r"```(sh|python)\n(.*?)```", self.studies, re.S)
        self.assertEqual([kind for kind, _ in blocks],
                         ["sh", "sh", "python", "python", "sh", "python", "sh", "sh", "sh", "sh", "python", "sh", "python", *["sh"] * 7, "python", "sh", "sh", "python", *["sh"] * 4])
        os.chdir(self.folder)
        names, said = {}, ""
        for kind, text in blocks:
            with self.subTest(text):
                if kind == "sh":
                    said += self.shell(text)
                    continue
                if "matplotlib" in text:
                    try:
                        import matplotlib  # noqa: F401
                    except ImportError:
                        continue
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(text, "studies.md", "exec"), names)
                self.assertNotIn("nan", out.getvalue().lower())
        self.assertTrue((self.folder / "so-far.h5").exists())
        self.assertIn("Readings bunch at the target 100", (self.folder / "readings.html").read_text())
        self.assertIn(re.search(r"```text\n(fitted.yaml: fit: .*?)```", self.studies, re.S)[1], said)
        told = re.search(r"```text\n(readings.csv: .*?)```", self.studies, re.S)[1]
        self.assertIn(told, self.shell("goodhart detect readings.csv --target 100 --scenario tickets.yaml --policy quota"))
        self.assertTrue((self.folder / "results/targets-sweep-point-12.h5").exists())
        self.assertFalse((self.folder / "results/targets-sweep.parts").exists())

    def test_shards(self):
        clusters = (SOURCE / "docs/clusters.md").read_text()
        self.shell("goodhart sweep targets.yaml --quiet -o whole.h5")
        self.shell(re.search(r"```sh\n(.*?)```", clusters, re.S)[1])
        digests = {hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                   for name in ("whole.h5", "results/targets-sweep.h5")}
        self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    unittest.main()
