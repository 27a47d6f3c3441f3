"""`goodhart reproduce`: equal is equal for any threads, what was altered is found, and what cannot be run gets a sentence."""

import pathlib
import re
import sys
import unittest

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_results_file import content_digest  # noqa: E402
from program import SCENARIO, ProgramTest  # noqa: E402


class Reproduce(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_program("run", "small.yaml", "-o", "small.h5", "--quiet")

    def said(self, *arguments, status=0):
        """What is printed, as one line."""
        return " ".join(self.run_program("reproduce", *arguments, "--quiet", status=status)[0].split())

    def alter(self, act, name="small.h5"):
        """Lets `act` change the file, and makes the digest fit."""
        with h5py.File(self.folder / name, "r+") as file:
            act(file)
            file.attrs["content_digest"] = np.bytes_(content_digest(file))

    def test_equal_for_any_threads_and_nothing_is_left(self):
        with h5py.File(self.folder / "small.h5") as file:
            digest = file.attrs["content_digest"]
        digest = digest.decode() if isinstance(digest, bytes) else digest
        passing = self.folder / "passing"
        passing.mkdir()
        for threads in (1, 2, 5):
            stdout, stderr = self.run_program("reproduce", "small.h5", "--threads", threads, "--quiet",
                                              environment={"TMPDIR": str(passing)})
            self.assertEqual(stdout, f"small.h5: equal. Its scenario, run again, gives the same content digest,\n  {digest}.\n")
            self.assertEqual(stderr, "")
        self.assertEqual(list(passing.iterdir()), [])
        self.assertEqual(self.files(), {"small.yaml", "small.h5"})

    def test_panels_are_compared_by_the_digest(self):
        self.write("all.yaml", SCENARIO + "record: {every: 3, teams: true, employees: {every: 2, sample: 5}}\n")
        self.run_program("run", "all.yaml", "-o", "all.h5", "--quiet")
        self.assertIn("all.h5: equal. Its scenario", self.said("all.h5"))
        self.alter(lambda file: file["employees/effort"].__setitem__((0, 0, 1, 0, 0), 0.5), "all.h5")
        self.assertRegex(self.said("all.h5", status=3),
                         r"^all.h5: different. All [0-9]+ numbers that were compared one by one are equal, and the content digest "
                         r"is not: what differs is in the panel of employees or of teams, or in the axes of a group.$")

    def test_one_number_that_is_altered_is_found(self):
        with h5py.File(self.folder / "small.h5") as file:
            was = float(file["dashboard"][1, 4, 5, 0])
        self.alter(lambda file: file["dashboard"].__setitem__((1, 4, 5, 0), 15.25))
        said = self.said("small.h5", status=3)
        found = re.match(r"small.h5: different. 1 of [0-9]+ numbers differs; the first beyond 1e-9 of its size is dashboard of tickets "
                         r"under quota, replicate 4, step 3: 15.25 in the file, (\S+) run again.$", said)
        self.assertTrue(found, said)
        self.assertEqual(float(found[1]), was)

    def test_the_first_place_is_the_first_step_of_the_first_run_and_the_largest_is_said_too(self):
        def act(file):
            for place in ((2, 3, 7), (1, 3, 6), (1, 5, 0)):  # in the order of runs: replicate 3 under quota, then under pay
                file["value"][place] *= 1.01
            file["cost"][1, 3, 4] += 1  # an earlier step of a later variable
            file["hours"][2, 5, 2] *= 5

        self.alter(act)
        said = self.said("small.h5", status=3)
        self.assertRegex(said, r"5 of [0-9]+ numbers differ; the first .* is cost under quota, replicate 3, step 2: ")
        self.assertIn("The largest relative difference is 0.8: hours under pay, replicate 5, step 0; ", said)

    def test_last_bits(self):
        def act(file):
            file["value"][1, 2, 3] = np.nextafter(file["value"][1, 2, 3], np.inf)
            file["means/cost"][1, 2] *= 1 + 1e-12

        self.alter(act)
        said = self.said("small.h5")
        self.assertRegex(said, r"^small.h5: equal but for the last bits. 2 of [0-9]+ numbers differ, none by more than 1e-9 of its "
                               r"size. The largest relative difference is 1e-12: means/cost under quota, replicate 2; \S+ in the "
                               r"file, \S+ run again.$")

    def test_a_mean_that_is_altered(self):
        self.alter(lambda file: file["means/net_value"].__setitem__((0, 0), 7))
        self.assertIn("is means/net_value under trust, replicate 0: 7 in the file, ", self.said("small.h5", status=3))

    def test_no_number_where_there_should_be_one(self):
        self.alter(lambda file: file["value"].__setitem__((0, 1, 2), np.nan))
        self.assertIn("is value under trust, replicate 1, step 0: .nan in the file, ", self.said("small.h5", status=3))

    def test_runs_that_failed_fail_again(self):
        self.write("failing.yaml", SCENARIO.replace("{value: skill}", '{value: skill, time: "if(skill > 2, 0, 1)"}'))
        self.run_program("run", "failing.yaml", "-o", "failing.h5", "--quiet", status=3)
        said = self.said("failing.h5")
        self.assertRegex(said, r"failing.h5: equal. .* [0-9]+ of 18 runs failed, then as now.$")

    def test_what_was_run_until_it_was_precise(self):
        self.run_program("compare", "small.yaml", "--until", "0.05", "-o", "until.h5", "--quiet", "--quick")
        self.assertIn("until.h5: equal. Its scenario", self.said("until.h5"))

    def test_a_file_without_means_or_digest(self):
        self.alter(lambda file: file.__delitem__("means"))
        said = self.said("small.h5")
        self.assertRegex(said, r"^small.h5: equal in all [0-9]+ numbers that were compared. Its content digest is another one because "
                               r"the file is older and has no means over all steps.$")
        with h5py.File(self.folder / "small.h5", "r+") as file:
            del file.attrs["content_digest"]
        self.assertRegex(self.said("small.h5"), r"^small.h5: equal in all [0-9]+ numbers that were compared. The file has no content "
                                                r"digest, so nothing else of it could be compared.$")

    def test_another_build_is_named(self):
        def act(file):
            program = file["provenance/program"][()].decode().replace("revision: ", "revision: another ")
            file["provenance/program"][()] = program
            file["value"][0, 1, 2] *= 2

        self.alter(act)
        self.assertIn("The file was made by another version or build (its provenance/program says which), whose numbers may differ.",
                      self.said("small.h5", status=3))

    def test_what_cannot_be_run(self):
        def scenario(file):
            text = file["provenance/scenario_resolved"][()].decode()
            file["provenance/scenario_resolved"][()] = text.replace("title:", "motto: x\ntitle:")

        cases = [(lambda file: file.attrs.modify("goodhart_format", np.int32(2)),
                  "small.h5: is of format 2 of results; this version reads format 1"),
                 (scenario, "small.h5: holds a scenario that this version does not understand")]
        for act, sentence in cases:
            self.run_program("run", "small.yaml", "-o", "small.h5", "--quiet")
            with h5py.File(self.folder / "small.h5", "r+") as file:
                act(file)
            stdout, stderr = self.run_program("reproduce", "small.h5", status=2)
            self.assertEqual(stdout, "")
            self.assertIn(sentence, stderr)
        _, stderr = self.run_program("reproduce", "small.yaml", status=2)
        self.assertIn("small.yaml: is not an HDF5 file", stderr)
        self.run_program("reproduce", "nowhere.h5", status=1)

    def test_no_folder_for_temporary_files(self):
        _, stderr = self.run_program("reproduce", "small.h5", status=1, environment={"TMPDIR": str(self.folder / "none")})
        self.assertTrue(stderr.startswith("error: "), stderr)
        self.assertEqual(self.files(), {"small.yaml", "small.h5"})


if __name__ == "__main__":
    unittest.main()
