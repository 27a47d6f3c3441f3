"""What docs/leaders.md shows of bunching is what its commands print; its other commands take minutes, and are checked dry."""

import os
import re
import subprocess
import unittest

from program import PROGRAM, SOURCE, ProgramTest


class Leaders(ProgramTest):
    def test_what_is_shown_is_what_is_printed(self):
        (self.folder / "goodhart").symlink_to(PROGRAM)
        for folder in ("docs", "scenarios"):
            (self.folder / folder).symlink_to(SOURCE / folder)
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}

        def shell(commands):
            done = subprocess.run(["bash", "-euc", commands], cwd=self.folder, env=environment, text=True, timeout=100,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 0, f"{commands}\nsaid:\n{done.stdout}{done.stderr}")
            return done.stdout

        page = (SOURCE / "docs/leaders.md").read_text()
        commands = re.findall(r"```sh\n(.*?)```", page, re.S)
        shown = re.findall(r"```text\n(.*?)```", page, re.S)
        self.assertEqual((len(commands), len(shown)), (5, 5))
        for block, text in zip(commands, shown):
            if "detect" in block:
                self.assertIn(text, shell(block))
        self.assertTrue((self.folder / "prompts.html").exists())
        self.assertIn("95 candidates", shell(commands[1].strip() + " --dry-run"))
        self.assertIn("64 points, 4 policies, 4 replicates a point", shell(commands[2].strip() + " --dry-run"))
        shell("goodhart check ai-usage-mandate && goodhart compare --help")


if __name__ == "__main__":
    unittest.main()
