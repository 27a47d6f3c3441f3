"""What commands write: looked at before anything runs, and gone again where a command ends early."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ENDLESS, ProgramTest  # noqa: E402


class Refused(ProgramTest):
    """Each with a scenario that takes for ever: were it begun, the test would not end."""

    def setUp(self):
        super().setUp()
        self.write("endless.yaml", ENDLESS)

    def refused(self, sentence, *arguments, status=2):
        before = self.files()
        for command in ("run", "compare"):
            if "--html" in arguments and command == "run":
                continue
            _, stderr = self.run_program(command, "endless.yaml", *arguments, status=status)
            self.assertIn(sentence, stderr)
        self.assertEqual(self.files(), before)

    def test_what_is_no_regular_file(self):
        (self.folder / "folder.h5").mkdir()
        os.mkfifo(self.folder / "fifo")
        self.refused("folder.h5: is a folder", "-o", "folder.h5")
        self.refused("new/: is the name of a folder", "-o", "new/")
        self.refused("fifo: is a FIFO", "-o", "fifo")
        self.refused("fifo: is a FIFO", "--html", "fifo")
        self.refused("no/x.h5: cannot be written: there is no folder no", "-o", "no/x.h5", status=1)
        self.refused("no/x.html: cannot be written: there is no folder no", "--html", "no/x.html", status=1)

    def test_a_write_protected_file(self):
        self.write("x.h5", "old").chmod(0o444)
        self.refused("x.h5: is write-protected, so it is not replaced; chmod u+w allows it", "-o", "x.h5", status=1)
        self.write("page.html", "old").chmod(0o444)
        self.refused("page.html: is write-protected", "--html", "page.html", status=1)

    def test_a_planted_part(self):
        self.write("victim", "precious")
        (self.folder / "x.part").symlink_to("victim")
        self.refused("x.part: is in the way: a symbolic link, which goodhart did not make", "-o", "x", status=1)
        self.refused("x.part: is in the way: a symbolic link, which goodhart did not make", "--html", "x", status=1)
        self.assertEqual((self.folder / "victim").read_text(), "precious")

    def test_what_is_read_is_not_overwritten(self):
        self.write("first", ENDLESS)
        _, stderr = self.run_program("run", "first", "-o", "first", status=2)
        self.assertIn("first: would overwrite the scenario first; name another file", stderr)
        _, stderr = self.run_program("compare", "first", "--html", "./first", status=2)
        self.assertIn("./first: would overwrite the scenario first; name another file", stderr)
        with open(self.folder / "first") as file:
            _, stderr = self.run_program("run", "-", "-o", "first", status=2, stdin=file)
        self.assertIn("first: would overwrite the scenario on standard input; name another file", stderr)
        self.write("edges.yaml", ENDLESS.replace("team_size: 5", "team_size: 5\n  network: {edges: {file: who}}"))
        self.write("who", "0 1\n")
        _, stderr = self.run_program("run", "edges.yaml", "-o", "who", status=2)
        self.assertIn("who: would overwrite the edges who; name another file", stderr)
        self.assertEqual((self.folder / "who").read_text(), "0 1\n")
        self.assertEqual((self.folder / "first").read_text(), ENDLESS)

    def test_results_that_are_read_are_not_overwritten(self):
        self.run_program("run", "small.yaml", "-o", "x.h5", "--quiet")
        (self.folder / "page.html").symlink_to("x.h5")
        before = (self.folder / "x.h5").read_bytes()
        for arguments in (["report", "x.h5", "-o", "page.html"], ["compare", "x.h5", "--html", "page.html"]):
            _, stderr = self.run_program(*arguments, status=2)
            self.assertIn("page.html: would overwrite the results x.h5; name another file", stderr)
        self.assertEqual((self.folder / "x.h5").read_bytes(), before)

    def test_two_outputs_of_one_name(self):
        self.refused("the page and the results of endless.yaml would both be same; give each a file of its own",
                     "--html", "same", "-o", "same")
        (self.folder / "results").mkdir()
        (self.folder / "results/endless.h5").symlink_to("small.h5")
        _, stderr = self.run_program("run", "small.yaml", "endless.yaml", status=2)
        self.assertIn("the results of small.yaml and the results of endless.yaml would both be results/small.h5", stderr)

    def test_where_standard_output_goes(self):
        with open(self.folder / "x.h5", "w") as file:
            _, stderr = self.run_program("run", "endless.yaml", "-o", "x.h5", status=2, stdout=file)
        self.assertIn("x.h5: is where standard output goes; name another file", stderr)


class Kept(ProgramTest):
    def test_links_are_followed_and_modes_kept(self):
        (self.folder / "disk").mkdir()
        self.write("disk/real.h5", "old").chmod(0o640)
        (self.folder / "x.h5").symlink_to("disk/real.h5")
        self.run_program("run", "small.yaml", "-o", "x.h5")
        self.assertTrue((self.folder / "x.h5").is_symlink())
        self.assertEqual((self.folder / "disk/real.h5").read_bytes()[:4], b"\x89HDF")
        self.assertEqual((self.folder / "disk/real.h5").stat().st_mode & 0o7777, 0o640)
        self.assertEqual(self.files(), {"small.yaml", "x.h5", "disk/real.h5"})

    def test_what_a_dead_run_left_is_removed_and_said(self):
        self.write("x.h5.part", "half")
        _, stderr = self.run_program("run", "small.yaml", "-o", "x.h5")
        self.assertIn("note: x.h5.part: was left by a run that did not come to its end; removed\n", stderr)
        self.assertEqual(self.files(), {"small.yaml", "x.h5"})


if __name__ == "__main__":
    unittest.main()
