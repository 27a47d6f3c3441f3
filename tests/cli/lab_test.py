"""goodhart lab: the page as it was built, with a scenario in it. The page itself is tested under the label lab."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, SCENARIO, ProgramTest  # noqa: E402

PAGE = '<!doctype html>\n<script type="application/json" id="start">{}</script>\n<p>é</p>\n'


class Lab(ProgramTest):
    def setUp(self):
        super().setUp()
        # The program as it is installed, with a page beside it or without one.
        self.installed = self.folder / "prefix/bin/goodhart"
        self.installed.parent.mkdir(parents=True)
        shutil.copy(PROGRAM, self.installed)

    def lab(self, *words, page=PAGE, status=0, stdin=""):
        if page is not None:
            target = self.folder / "prefix/share/goodhart/lab.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(page)
        done = subprocess.run([self.installed, "lab", *words], cwd=self.folder, input=stdin, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def start(self, name):
        text = (self.folder / name).read_text()
        found = re.search(r'id="start">([^<]*)</script>', text)
        self.assertEqual(text.replace(found[1], "{}"), PAGE)
        return json.loads(found[1])

    def test_the_page_alone(self):
        self.assertEqual(self.lab(), "the lab is in lab.html; open it in a browser\n")
        self.assertEqual((self.folder / "lab.html").read_text(), PAGE)

    def test_a_scenario_is_put_into_it_as_it_is_written(self):
        text = SCENARIO.replace("title: ", "title: </script><b>")
        self.write("odd.yaml", text)
        self.lab("odd.yaml", "-o", "odd.html", "--quiet")
        self.assertEqual(self.start("odd.html"), {"name": "odd", "text": text})
        self.lab("-", "-o", "piped.html", stdin=text)
        self.assertEqual(self.start("piped.html"), {"name": "standard input", "text": text})

    def test_changes_are_in_it(self):
        self.lab("small.yaml", "--set", "population.size=41", "--replicates", "3")
        self.write("changed.yaml", self.start("lab.html")["text"])
        resolved = subprocess.run([PROGRAM, "resolve", "changed.yaml"], cwd=self.folder, capture_output=True, text=True, check=True).stdout
        self.assertIn("size: 41\n", resolved)
        self.assertIn("replicates: 3\n", resolved)

    def test_what_is_wrong(self):
        self.assertEqual(self.lab(page=None, status=1),
                         "error: this build of goodhart has no lab; scripts/lab builds it from the sources, and says where the page is\n")
        self.write("wrong.yaml", SCENARIO.replace("size: 40", "size: 0"))
        self.assertIn("population.size: must be a whole number", self.lab("wrong.yaml", status=2))
        self.assertEqual(self.lab("--seed", "3", status=2),
                         "error: there is nothing to change; name a scenario, as in 'goodhart lab ai-usage-mandate'\n")
        self.assertIn("small.yaml", self.lab("small.yaml", "-o", "small.yaml", status=2))
        self.assertFalse(os.path.exists(self.folder / "lab.html"))


if __name__ == "__main__":
    unittest.main()
