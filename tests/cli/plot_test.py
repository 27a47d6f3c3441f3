"""`goodhart plot`: results as a picture, and a sentence for what cannot be drawn."""

import os
import shutil
import unittest
import xml.etree.ElementTree as xml

from program import ProgramTest


class PlotTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_program("run", "small.yaml", "-o", "small.h5", "--quiet")

    def texts(self, name):
        """All texts of a picture; that it is well-formed is part of the test."""
        root = xml.parse(self.folder / name).getroot()
        return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]

    def test_it_draws_a_panel_for_each_policy(self):
        _, stderr = self.run_program("plot", "small.h5")
        self.assertEqual(stderr, "the picture is in small.svg\n")
        texts = self.texts("small.svg")
        for text in ("A small quota", "trust", "quota", "pay", "dashboard of tickets", "value", "index: 100 is the mean under trust"):
            self.assertIn(text, texts)

    def test_it_draws_what_is_chosen(self):
        self.run_program("plot", "small.h5", "-o", "chosen.svg", "--metric", "output", "--policy", "pay", "--quiet")
        texts = self.texts("chosen.svg")
        self.assertIn("dashboard of output", texts)
        self.assertNotIn("dashboard of tickets", texts)
        self.assertNotIn("quota", texts)

    def test_the_same_results_make_the_same_picture(self):
        for name in ("one.svg", "other.svg"):
            self.run_program("plot", "small.h5", "-o", name, "--quiet")
        self.assertEqual((self.folder / "one.svg").read_bytes(), (self.folder / "other.svg").read_bytes())

    @unittest.skipUnless(shutil.which("rsvg-convert"), "rsvg-convert is not there")
    def test_it_makes_a_png(self):
        self.run_program("plot", "small.h5", "-o", "small.png", "--quiet")
        self.assertEqual((self.folder / "small.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")

    def test_without_its_program_a_png_is_a_sentence(self):
        _, stderr = self.run_program("plot", "small.h5", "-o", "small.png", status=1, environment={"PATH": "/nowhere"})
        self.assertEqual(stderr, "error: a PNG is made by the program rsvg-convert, which is not here: install it (Debian: librsvg2-bin), "
                         "or write an SVG, as in -o picture.svg\n")
        self.assertNotIn("small.png", self.files())

    def test_a_program_that_fails_leaves_nothing(self):
        fake = self.write("bin/rsvg-convert", "#!/bin/sh\nexit 3\n")
        fake.chmod(0o755)
        _, stderr = self.run_program("plot", "small.h5", "-o", "small.png", status=1,
                                     environment={"PATH": f"{fake.parent}:{os.environ['PATH']}"})
        self.assertEqual(stderr, "error: rsvg-convert failed; nothing is written\n")
        self.assertNotIn("small.png", self.files())

    def test_mistakes_are_sentences(self):
        self.run_program("run", "small.yaml", "-o", "short.h5", "--steps", 1, "--quiet")
        self.write("nothing.yaml", (self.folder / "small.yaml").read_text().replace("value: skill", "value: 0 * skill"))
        self.run_program("run", "nothing.yaml", "-o", "nothing.h5", "--quiet")
        for words, sentence in (
                (["small.yaml"], "small.yaml: is not a results file (.h5); goodhart run SCENARIO makes one, results/SCENARIO.h5"),
                (["small.h5", "-o", "picture.gif"], "-o picture.gif: a picture is called .svg or .png"),
                (["small.h5", "--metric", "ticket"], "--metric ticket: the results have no such thing; did you mean 'tickets'?"),
                (["small.h5", "--policy", "x"], "--policy x: the results have no such thing; there are trust, quota and pay"),
                (["short.h5"], "short.h5: holds one step from 0 on, and a line over time needs two"),
                (["nothing.h5"], "the mean value under trust is 0, so nothing can be an index of it; choose another metric with "
                 "--metric, or another compare_with in the scenario")):
            _, stderr = self.run_program("plot", *words, status=2)
            self.assertEqual(stderr, f"error: {sentence}\n")
        self.assertFalse([name for name in self.files() if name.endswith(".svg")])


if __name__ == "__main__":
    unittest.main()
