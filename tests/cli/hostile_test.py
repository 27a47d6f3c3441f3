"""Files from strangers: nothing else is read because of them, nothing crashes or waits, and each ends in a sentence."""

import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import unittest
import zlib

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fuzzing import FuzzTest  # noqa: E402
from program import PATIENCE, PROGRAM, SANITIZED, SCENARIO  # noqa: E402

SECRET = "nobody may see this line of another file\n"
TEXT = h5py.string_dtype()
NOT_A_FILE = "and only regular files are read; save what it gives in a file"


def plain(file, name, values):
    """Puts numbers in place of a variable, in the way of the results themselves."""
    del file[name]
    file.create_dataset(name, data=values, track_times=False)


def put(file, name, text):
    del file["provenance/" + name]
    file["provenance"].create_dataset(name, data=text, dtype=TEXT)


def external(file, path, other, shape, kind):
    """Says that the data of a dataset are in another file."""
    del file[path]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    size = max(1, int(np.prod(shape))) * kind.get_size()
    properties.set_external(str(other).encode(), 0, size)
    space = h5py.h5s.create_simple(shape) if shape else h5py.h5s.create(h5py.h5s.SCALAR)
    h5py.h5d.create(file.id, path.encode(), kind, space, properties)


def bomb(file, gigabytes):
    """A variable whose one piece unpacks to gigabytes."""
    shape = file["value"].shape
    del file["value"]
    dataset = file.create_dataset("value", shape, chunks=shape, dtype="f8", compression="gzip")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    dataset.id.write_direct_chunk((0, 0, 0), b"\x78\x9c" + block * (64 * gigabytes) + packer.flush() + bytes(4), 0)


def claiming(file, replicates):
    """The scenario and all shapes claim many replicates; nothing is there."""
    text = file["provenance/scenario_resolved"][()].decode()
    put(file, "scenario_resolved", text.replace("replicates: 6\n", f"replicates: {replicates}\n"))
    for name, dataset in list(file.items()):
        if isinstance(dataset, h5py.Dataset) and dataset.ndim >= 2:
            shape, kind = (dataset.shape[0], replicates) + dataset.shape[2:], dataset.dtype
            del file[name]
            file.create_dataset(name, shape, dtype=kind, chunks=tuple(min(extent, 64) for extent in shape))


class Hostile(FuzzTest):
    def setUp(self):
        super().setUp()
        self.run_program("run", "small.yaml", "-o", "good.h5", "--quiet")
        self.write("secret.txt", SECRET)

    def changed(self, name, change):
        shutil.copy(self.folder / "good.h5", self.folder / name)
        with h5py.File(self.folder / name, "r+") as file:
            change(file)

    def expect(self, words, *arguments, status=2):
        """The program ends in one sentence, and what it prints or writes holds no secret."""
        got, said = self.tolerate(*arguments)
        self.assertEqual(got, status, said)
        self.assertIn(words, said)
        self.assertEqual(len(said.strip().split("\n")), 1, said)
        self.assertNotIn(SECRET.strip(), said)
        self.assertFalse((self.folder / "page.html").exists())

    def expect_results(self, words, name, change):
        with self.subTest(file=name):
            self.changed(name, change)
            self.expect(words, "report", name, "--quick", "--quiet", "-o", "page.html")

    def test_nothing_but_the_file_is_read(self):
        text = h5py.h5t.C_S1.copy()
        text.set_size(len(SECRET))
        shape = (3, 6, 8)
        with h5py.File(self.folder / "other.h5", "w") as other:
            other.create_dataset("value", data=np.full(shape, 77.0))
            other.create_dataset("provenance/overrides", data=SECRET, dtype=TEXT)

        elsewhere = "says that the data of '{}' are somewhere else, which is not read"
        for path, name in [("provenance/overrides", "overrides"), ("provenance/program", "program"),
                           ("provenance/scenario_resolved", "scenario_resolved")]:
            self.expect_results(elsewhere.format(name), f"text-{name}.h5",
                                lambda file, path=path: external(file, path, self.folder / "secret.txt", (), text))
        self.expect_results(elsewhere.format("value"), "numbers.h5",
                            lambda file: external(file, "value", "/dev/zero", shape, h5py.h5t.IEEE_F64LE))
        self.expect_results(elsewhere.format("value"), "bytes.h5",
                            lambda file: external(file, "value", self.folder / "secret.txt", shape, h5py.h5t.STD_I8LE))

        def virtual(source):
            def change(file):
                del file["value"]
                parts = h5py.VirtualLayout(shape, dtype="f8")
                parts[...] = h5py.VirtualSource(source, "value", shape=shape)
                file.create_virtual_dataset("value", parts)
            return change

        self.expect_results(elsewhere.format("value"), "virtual.h5", virtual(str(self.folder / "other.h5")))
        self.expect_results(elsewhere.format("value"), "virtual-self.h5", virtual("."))

        def linked(path, link):
            def change(file):
                del file[path]
                file[path] = link
            return change

        for path, link in [("value", h5py.ExternalLink("other.h5", "/value")), ("value", h5py.ExternalLink("fifo", "/value")),
                           ("value", h5py.SoftLink("/cost")), ("value", h5py.SoftLink("/value")),
                           ("provenance", h5py.ExternalLink("other.h5", "/provenance")),
                           ("provenance/overrides", h5py.ExternalLink("other.h5", "/provenance/overrides"))]:
            self.expect_results(f"has a link to somewhere else in place of '{path.split('/')[-1]}', which is not followed",
                                "link.h5", linked(path, link))

        def packed(file):
            del file["value"]
            properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            properties.set_chunk(shape)
            properties.set_filter(32768 + 77, h5py.h5z.FLAG_OPTIONAL, (1, 2, 3))
            space = h5py.h5s.create_simple(shape)
            dataset = h5py.h5d.create(file.id, b"value", h5py.h5t.IEEE_F64LE, space, properties)
            dataset.write_direct_chunk((0, 0, 0), b"x" * 64, 0)

        self.expect_results("has packed 'value' in a way that goodhart does not know", "filter.h5", packed)

    def test_memory_is_taken_for_what_is_there(self):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.expect_results("is damaged: it claims 30000000 runs, which do not fit into its size", "claims.h5",
                            lambda file: claiming(file, 10_000_000))
        self.expect_results("is damaged: 'access' claims more than the file holds", "claims-less.h5",
                            lambda file: claiming(file, 1000))
        self.expect_results("is damaged", "bomb.h5", lambda file: bomb(file, 4))
        self.expect_results("has more values than fit into a file", "huge.h5",
                            lambda file: (file.__delitem__("value"),
                                          file.create_dataset("value", (3, 6, 2**60), chunks=(1, 1, 1024), dtype="f8")))
        self.expect_results("holds a text that is too long", "long.h5", lambda file: put(file, "overrides", b"A" * 9_000_000))
        self.expect_results("holds more objects than results do", "many.h5",
                            lambda file: [file.create_group(f"g{i}") for i in range(1000)])
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        if not SANITIZED:
            self.assertLess(max(most, before), 1_000_000)  # kB

    def test_only_what_results_hold_is_read(self):
        for words, name, change in [
                ("has a variable 'x', which this version does not know", "more.h5", lambda file: file.create_dataset("x", data=[1.0])),
                ("has no numbers that goodhart writes in 'value'", "other-numbers.h5",
                 lambda file: plain(file, "value", np.zeros((3, 6, 8), "f2"))),
                ("has no numbers that goodhart writes in 'value'", "lists.h5",
                 lambda file: (file.__delitem__("value"),
                               file.create_dataset("value", (3, 6, 8), dtype=h5py.vlen_dtype("f8")))),
                ("has other numbers in 'value' than goodhart writes", "whole.h5",
                 lambda file: plain(file, "value", np.zeros((3, 6, 8), "i8"))),
                ("holds something else where 'value' should be", "group.h5",
                 lambda file: (file.__delitem__("value"), file.create_group("value"))),
                ("has a run whose status is neither 0 nor 1", "odd.h5",
                 lambda file: (file["status"].write_direct(np.full((3, 6), 7, "i1")), file.attrs.__delitem__("content_digest"))),
                ("has an axis 'policy' that is not the one of its scenario", "names.h5",
                 lambda file: file["policy"].__setitem__(0, "mistrust")),
                ("has a content_digest that is none: 64 hexadecimal digits are wanted", "digits.h5",
                 lambda file: file.attrs.create("content_digest", 5)),
        ]:
            self.expect_results(words, name, change)

    def test_the_content_digest_must_fit(self):
        wrong = "has been changed or damaged since it was written: its content_digest does not fit its numbers"

        def doubled(file):
            for name in ("value", "net_value"):
                file[name][...] *= 2

        self.expect_results(wrong, "doubled.h5", doubled)
        self.expect("doubled.h5: " + wrong, "compare", "good.h5", "doubled.h5", "--quick")
        self.run_program("run", "small.yaml", "-o", "panels.h5", "--quiet", "--set", "record.employees={every: 1, sample: 5}")
        self.run_program("report", "panels.h5", "--quick", "--quiet", "-o", "panels.html")
        with h5py.File(self.folder / "panels.h5", "r+") as file:
            file["employees/reward"][0, 0, 0, 0] += 1
        self.expect("panels.h5: " + wrong, "report", "panels.h5", "--quick", "-o", "page.html")

        self.changed("none.h5", lambda file: file.attrs.__delitem__("content_digest"))
        _, said = self.run_program("compare", "none.h5", "--quick")
        self.assertEqual(said, "note: none.h5 has no content_digest, so nothing tells whether its numbers are as written\n")
        _, said = self.run_program("compare", "good.h5", "--quick", "--quiet")
        self.assertEqual(said, "")

    def test_what_is_no_regular_file_is_not_opened(self):
        os.mkfifo(self.folder / "fifo")
        os.mkfifo(self.folder / "fifo.h5")
        os.symlink("/dev/zero", self.folder / "zero.h5")
        os.symlink("/dev/zero", self.folder / "zero.yaml")
        os.mkdir(self.folder / "folder.h5")
        with socket.socket(socket.AF_UNIX) as listener:
            where = os.getcwd()
            os.chdir(self.folder)  # the name of a socket must be short
            listener.bind("socket.h5")
            os.chdir(where)
        for name, kind in [("fifo.h5", "a pipe, " + NOT_A_FILE), ("zero.h5", "a device, " + NOT_A_FILE), ("folder.h5", "a folder"),
                           ("socket.h5", "a socket, " + NOT_A_FILE)]:
            with self.subTest(results=name):
                self.expect(f"error: {name}: cannot be read: it is {kind}\n", "report", name, "-o", "page.html")
        for name, kind in [("fifo", "a pipe, " + NOT_A_FILE), ("zero.yaml", "a device, " + NOT_A_FILE), ("folder.h5", "a folder"),
                           ("socket.h5", "a socket, " + NOT_A_FILE)]:
            with self.subTest(scenario=name):
                self.expect(f"error: cannot read {name}: it is {kind}\n", "check", name)
            with self.subTest(edges=name):
                self.write("edges.yaml", SCENARIO.replace("  team_size: 5\n", f"  team_size: 5\n  network: {{edges: {{file: {name}}}}}\n"))
                _, said = self.tolerate("check", "edges.yaml")
                self.assertIn(f"population.network.edges: cannot read {name}: it is {kind}\n", said)

    def test_scenarios_without_end_are_not_read_to_their_end(self):
        with open("/dev/zero", "rb") as zero:
            for name in ("-", "/dev/stdin"):
                done = subprocess.run([PROGRAM, "check", name], stdin=zero, cwd=self.folder, capture_output=True, text=True,
                                      timeout=PATIENCE)
                self.assertEqual(done.returncode, 2)
                self.assertIn("is larger than 8 MB, which is more than a scenario can hold", done.stdout)
        self.write("large.yaml", SCENARIO + "#" * 8_000_000)
        self.expect("large.yaml: error: is larger than 8 MB, which is more than a scenario can hold", "check", "large.yaml")

    def test_memory_follows_the_run_and_not_what_is_written(self):
        later = SCENARIO.replace("  work: {value: skill}\n", "  work: {value: skill, later: {after: 1000000, time: 0.1}}\n")
        delay = SCENARIO.replace("noise: 1}", "noise: 1, delay: 1000000}")
        self.assertNotEqual(later, SCENARIO)
        self.assertNotEqual(delay, SCENARIO)
        for name, text in [("later.yaml", later), ("delay.yaml", delay),
                           ("long.yaml", delay.replace("steps: 6,", "steps: 1000000,"))]:
            with self.subTest(name=name):
                self.write(name, text)
                status, said = self.tolerate("check", name)
                self.assertEqual(status, 0, said)
        for name in ("later.yaml", "delay.yaml"):
            status, said = self.tolerate("run", name, "--quiet")
            self.assertEqual(status, 0, said)

    def test_changed_results(self):
        self.fuzz_results(25, "quick")

    def test_changed_numbers(self):
        self.fuzz_numbers(8, "quick")

    def test_changed_scenarios(self):
        self.fuzz_scenarios(12, "quick")

    def test_changed_options(self):
        self.fuzz_options(25, "quick")


if __name__ == "__main__":
    unittest.main()
