"""scripts/gallery.py makes a page of each scenario and an index that opens offline, or says what is wrong."""

import base64
import html.parser
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zlib

SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])


class Links(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.links, self.tags = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for key, value in attributes if key in ("href", "src")]


class Gallery(unittest.TestCase):
    def run_script(self, *arguments, status=0):
        done = subprocess.run([sys.executable, SOURCE / "scripts/gallery.py", "--program", os.environ["GOODHART_PROGRAM"], *arguments],
                              capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_the_index_leads_to_every_page_and_nowhere_else(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_script("--quick", "--folder", folder, "lesson-quota-cliff", "lesson-free-riding")
            self.assertIn("Made 2 pages", done.stdout)
            index = (pathlib.Path(folder) / "index.html").read_text()
            found = Links(index)
            self.assertEqual(sorted(found.links), ["lesson-free-riding.html", "lesson-quota-cliff.html"])
            self.assertNotIn("script", found.tags)
            for link in found.links:
                page = (pathlib.Path(folder) / link).read_text()
                finding = page.split("<h1>")[1].split("</h1>")[0].replace("\N{NO-BREAK SPACE}", " ")
                self.assertIn(f"<p>{finding}</p>", index)
            self.assertEqual(index.count("<svg"), 2)  # a picture for each

    def test_with_the_lab_each_scenario_leads_to_it(self):
        with tempfile.TemporaryDirectory() as folder:
            lab = pathlib.Path(folder) / "ours.html"
            lab.write_text("the lab")
            self.run_script("--quick", "--folder", folder, "--lab", str(lab), "lesson-quota-cliff")
            self.assertEqual((pathlib.Path(folder) / "lab.html").read_text(), "the lab")
            _, link = sorted(Links((pathlib.Path(folder) / "index.html").read_text()).links, key=len)
            packed = link.removeprefix("lab.html#v1=")
            state = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15)
            self.assertEqual(json.loads(state), {"scenario": "lesson-quota-cliff"})
            done = self.run_script("--lab", f"{folder}/nowhere.html", "lesson-quota-cliff", status=2)
            self.assertIn("scripts/lab builds the lab", done.stderr)

    def test_a_scenario_that_is_not_there_is_named(self):
        done = self.run_script("nowhere", status=2)
        self.assertTrue(done.stderr.startswith("error: there is no scenario nowhere; there are ai-usage-mandate, "))


if __name__ == "__main__":
    unittest.main()
