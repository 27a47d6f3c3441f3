"""Scenarios whose network stands in a file of its own."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SCENARIO, ProgramTest  # noqa: E402

import h5py  # noqa: E402

# Peers matter, or a network could be anything.
PEERS = SCENARIO.replace("gaming: true", "gaming: true, erosion: 0.9")


def with_network(network):
    return PEERS.replace("  team_size: 5\n", f"  team_size: 5\n  network: {network}\n")


class Edges(ProgramTest):
    def digest(self, scenario, *options, **more):
        self.run_program("run", scenario, "-o", "out.h5", "--quiet", *options, **more)
        with h5py.File(self.folder / "out.h5") as file:
            digest = file.attrs["content_digest"]
        (self.folder / "out.h5").unlink()
        return digest

    def test_a_file_is_as_good_as_its_pairs(self):
        pairs = [(i, (i * 7 + d) % 40) for i in range(40) for d in range(1, 4) if (i * 7 + d) % 40 != i]
        self.write("there/who.txt", "# who sees whom\n\n" + "".join(f"{a} {b}\n" for a, b in pairs))
        self.write("there/who.csv", "\ufeff" + "".join(f" {a} , {b}\r\n" for a, b in pairs))
        self.write("there/file.yaml", with_network("{edges: who.txt}"))
        self.write("there/csv.yaml", with_network("{edges: {file: who.csv}}"))
        self.write("inline.yaml", with_network("{edges: {pairs: " + str([list(pair) for pair in pairs]) + "}}"))
        self.write("there/team.yaml", PEERS)
        digest = self.digest("inline.yaml")
        self.assertEqual(self.digest("there/file.yaml"), digest)
        self.assertEqual(self.digest("there/csv.yaml"), digest)
        # The option's file is looked for beside the scenario, too.
        self.assertEqual(self.digest("there/team.yaml", "--set", "population.network={edges: who.txt}"), digest)
        self.assertNotEqual(self.digest("there/team.yaml"), digest)
        # Mutual pairs are pairs both ways.
        self.write("there/one_way.txt", "0 1\n2 3\n9 5\n")
        self.write("there/both_ways.txt", "0 1\n1 0\n2 3\n3 2\n9 5\n5 9\n")
        mutual = self.digest("there/team.yaml", "--set", "population.network={edges: {file: one_way.txt, mutual: true}}")
        self.assertEqual(self.digest("there/team.yaml", "--set", "population.network={edges: both_ways.txt}"), mutual)
        self.assertNotEqual(self.digest("there/team.yaml", "--set", "population.network={edges: one_way.txt}"), mutual)
        # What is resolved needs the file no more.
        resolved, _ = self.run_program("resolve", "there/file.yaml")
        self.assertIn("pairs:", resolved)
        self.assertNotIn("who.txt", resolved)
        self.assertEqual(self.digest("-", stdin=resolved), digest)

    def test_an_empty_file_is_nobody(self):
        self.write("who.txt", "# nobody\n")
        self.write("file.yaml", with_network("{edges: who.txt}"))
        self.write("none.yaml", with_network("none"))
        self.assertEqual(self.digest("file.yaml"), self.digest("none.yaml"))
        resolved, _ = self.run_program("resolve", "file.yaml")
        self.assertEqual(self.digest("-", stdin=resolved), self.digest("none.yaml"))

    def test_overrides_leave_it_as_it_is(self):
        self.write("who.txt", "0 1\n1 0\n")
        text = with_network("{edges: who.txt}")
        self.write("file.yaml", text + "  later: {override: {activities.tick.cost: 20}}\n")
        self.run_program("check", "file.yaml")

    def test_mistakes_have_their_line(self):
        self.write("at/who.txt", "0 1\n\nfrom to\n0 40\n 3 3\n0,1\n5\n1, 2, 3\n4,\n0 -1\n1;2\n")
        self.write("at/file.yaml", with_network("{edges: who.txt}"))
        stdout, _ = self.run_program("check", "at/file.yaml", status=2)
        errors = [line for line in stdout.splitlines() if "error: " in line]
        path = "error: population.network.edges.pairs"
        whole = "must be a whole number of at least 0, got "
        self.assertEqual(errors, [
            f"at/who.txt:3:1: {path}.1.0: {whole}'from'",
            f"at/who.txt:3:6: {path}.1.1: {whole}'to'",
            f"at/who.txt:4:1: {path}.2: there is no employee 40; they are numbered from 0 to 39",
            f"at/who.txt:5:2: {path}.3: employee 3 cannot be its own peer; remove the pair",
            f"at/who.txt:6:1: {path}.4: employees 0 and 1 stand twice; remove one of the pairs",
            f"at/who.txt:7:1: {path}.5: must be two numbers of employees, of whom the first sees the second; got 1",
            f"at/who.txt:8:1: {path}.6: must be two numbers of employees, of whom the first sees the second; got 3",
            f"at/who.txt:9:3: {path}.7.1: {whole}''",
            f"at/who.txt:10:3: {path}.8.1: {whole}-1",
            f"at/who.txt:11:1: {path}.9.0: {whole}'1;2'",
        ])
        self.assertIn("\n  0 40\n  ^\n", stdout)

    def test_a_file_that_cannot_be_read(self):
        self.write("at/file.yaml", with_network("{edges: who.txt}"))
        _, stderr = self.run_program("check", "at/file.yaml", status=1)
        self.assertEqual(stderr, "error: at/file.yaml:8:20: population.network.edges: cannot read at/who.txt: No such "
                                 "file or directory\n")
        _, stderr = self.run_program("check", "small.yaml", status=0)
        _, stderr = self.run_program("resolve", "small.yaml", "--set", "population.network={edges: nowhere}", status=1)
        self.assertIn("population.network.edges: cannot read nowhere: No such file", stderr)
        self.write("at/who.txt", "0 1\n" * 2_000_001)
        stdout, _ = self.run_program("check", "at/file.yaml", status=2)
        self.assertEqual(stdout, "at/who.txt: error: population.network.edges: is larger than 8 MB, which is more than a "
                                 "scenario can hold\n")


if __name__ == "__main__":
    unittest.main()
