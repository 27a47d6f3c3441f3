"""Input that nobody wrote on purpose: results, scenarios and options changed at random, and what must hold of them."""

import os
import random
import re
import resource
import signal
import subprocess
import time

import h5py
import numpy as np

from check_results_file import content_digest
from program import PATIENCE, PROGRAM, SANITIZED, SOURCE, ProgramTest

MOST_MEMORY = 3 << 30  # bytes of address space
SECONDS = 30 * (20 if SANITIZED else 1)  # that any of it may take, on a machine that does other things as well
WORDS = ["0", "-1", "1", "1e308", "-1e308", "1e-308", "1e6", "1e9", "2147483648", "9223372036854775808", ".inf", "-.inf",
         ".nan", "''", "~", "[]", "{}", "[1, 2]", "{a: 1}", "true", "skill", "1/0", "\u202e", "-", "*a", "&a 1", "!!int 3",
         "{normal: {mean: 0, sd: 1e300}}", "{lognormal: {median: 1, sigma: 100}}"]


def changed_bytes(good, chance):
    """A results file with some bytes of its structure flipped, overwritten, moved, or cut off."""
    places = [match.start() for match in re.finditer(
        rb"OHDR|FRHP|FHDB|FHIB|BTHD|BTLF|BTIN|GCOL|TREE|SNOD|HEAP|OCHK|FSHD|FSSE|EAHD|FAHD|EAIB|FADB", good)] + [0]
    data = bytearray(good)
    kind = chance.random()
    if kind < 0.1:
        return bytes(data[:chance.randrange(len(data))])
    if kind < 0.7:
        for _ in range(chance.choice([1, 1, 2, 4, 8])):
            at = min(len(data) - 1, chance.choice(places) + int(chance.expovariate(1 / 120)))
            how = chance.random()
            if how < 0.4:
                data[at] = chance.choice([0, 1, 2, 0x7f, 0x80, 0xff, data[at] ^ (1 << chance.randrange(8))])
            elif how < 0.7:
                size = chance.choice([2, 4, 8])
                data[at:at + size] = bytes(chance.randrange(256) for _ in range(size))
            else:
                data[at:at + 8] = chance.choice([b"\xff" * 8, b"\0" * 8, (len(good) - 4).to_bytes(8, "little"),
                                                 (1 << 40).to_bytes(8, "little"), chance.choice(places).to_bytes(8, "little")])
    elif kind < 0.85:
        for _ in range(chance.choice([1, 10, 200])):
            data[chance.randrange(len(data))] = chance.randrange(256)
    else:
        to, source, size = chance.randrange(len(data)), chance.randrange(len(data)), chance.randrange(1, 300)
        data[to:to + size] = data[source:source + size]
    return bytes(data)


def change_numbers(path, chance):
    """Puts numbers into a results file that no run leaves there, with a content digest that fits them."""
    odd = [np.nan, np.inf, -np.inf, 1e308, -1e308, 1e200, 1e-308, 5e-324, 0.0, -1.0, 1e15]
    with h5py.File(path, "r+") as file:
        names = [name for name, data in file.items() if isinstance(data, h5py.Dataset) and data.dtype == "f8"]
        for name in chance.sample(names, chance.choice([1, 2, len(names)])):
            values = file[name][...]
            share = chance.choice([0.01, 0.3, 1])
            numbers = np.random.default_rng(chance.randrange(1 << 30))
            where = numbers.random(values.shape) < share
            values[where] = numbers.choice(odd if chance.random() < 0.7 else [chance.choice(odd)], where.sum())
            values[np.isnan(values)] = np.nan
            file[name][...] = values
        if chance.random() < 0.2:
            file["status"][chance.randrange(file["status"].shape[0])] = 1
        digest = content_digest(file)
        file.attrs.modify("content_digest", np.bytes_(digest.encode()))


def changed_scenario(text, chance):
    """A scenario with some numbers, words or lines changed."""
    for _ in range(chance.choice([1, 1, 2, 3])):
        kind = chance.random()
        lines = text.split("\n")
        at = chance.randrange(len(lines))
        if kind < 0.6:
            found = list(re.finditer(r"(?<=[ :{\[])-?\d[\d.e-]*(?=[ ,}\]\n])|(?<=: )[a-z_]+(?=\n)", text))
            if found:
                one = chance.choice(found)
                text = text[:one.start()] + chance.choice(WORDS) + text[one.end():]
            continue
        if kind < 0.7:
            del lines[at]
        elif kind < 0.8:
            lines.insert(chance.randrange(len(lines)), lines[at])
        elif kind < 0.9:
            lines[at] = " " * chance.randrange(3) + lines[at]
        else:
            line = lines[at]
            cut = chance.randrange(len(line) + 1)
            lines[at] = line[:cut] + chance.choice(":,{}[]'\"#&*!|>%@`\t\0x\u00e9") + line[cut:]
        text = "\n".join(lines)
    return text


def some_options(chance):
    """A command line, mostly a wrong one."""
    values = WORDS + ["quota", "value", "x.yaml", "small.yaml", "small.h5", "/dev/null/x", ".", "3", "0.01", "seed=1", "a=b"]
    options = ["--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--until", "--outcome", "--html", "--quick",
               "--json", "--csv", "--quiet", "--employee", "--step", "-o", "--nonsense"]
    line = [chance.choice(["run", "compare", "explain", "report", "reproduce", "check", "resolve", "odd", "list",
                           "new", "schema", "nothing"])]
    line += chance.choice([["small.yaml"], ["small.h5"], [], ["none.yaml"], ["small.yaml", "small.h5"]])
    for _ in range(chance.randrange(4)):
        option = chance.choice(options)
        line.append(option)
        if chance.random() < 0.8:
            word = chance.choice(values)
            if option == "--set":
                word = chance.choice(["population.size", "time.steps", "seed", "activities.work.value", "x"]) + "=" + word
            line.append(word)
    return [word.replace("\0", "") for word in line]


class FuzzTest(ProgramTest):
    def tolerate(self, *arguments):
        """Runs the program, and demands that it ends in time, in bounds, and in a sentence."""
        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))

        start = time.monotonic()
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit, start_new_session=True)
        try:
            printed, said = process.communicate(timeout=min(SECONDS, PATIENCE))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            self.fail(f"goodhart {arguments} takes more than {time.monotonic() - start:.0f} s")
        if arguments[0] == "check":
            said += printed  # what it finds is what it is for
        said = said.decode(errors="replace")
        self.assertIn(process.returncode, (0, 1, 2, 3), f"goodhart {arguments} said:\n{said}")
        if process.returncode != 0:
            self.assertNotEqual((said + printed.decode(errors="replace")).strip(), "",
                                f"goodhart {arguments} ended with {process.returncode}, and said nothing")
        return process.returncode, said

    def keep(self, name, data):
        """Keeps what made a test fail, where the environment says so."""
        folder = os.environ.get("GOODHART_FUZZ_KEEP")
        if folder:
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)

    def fuzz_results(self, count, seed):
        self.run_program("run", "small.yaml", "--quiet", "-o", "good.h5")
        good = (self.folder / "good.h5").read_bytes()
        for i in range(count):
            chance = random.Random(f"results {seed} {i}")
            data = changed_bytes(good, chance)
            (self.folder / "changed.h5").write_bytes(data)
            with self.subTest(seed=seed, number=i):
                try:
                    if chance.random() < 0.5:
                        self.tolerate("report", "changed.h5", "-o", "page.html", "--quick", "--quiet")
                    else:
                        self.tolerate("compare", "good.h5", "changed.h5", "--quick", "--json", "--quiet")
                except AssertionError:
                    self.keep(f"{seed}-{i}.h5", data)
                    raise

    def fuzz_numbers(self, count, seed):
        self.run_program("run", "small.yaml", "--quiet", "-o", "good.h5")
        for i in range(count):
            chance = random.Random(f"numbers {seed} {i}")
            path = self.folder / "changed.h5"
            path.write_bytes((self.folder / "good.h5").read_bytes())
            change_numbers(path, chance)
            with self.subTest(seed=seed, number=i):
                try:
                    how = ["compare", "changed.h5", *chance.choice([["--json"], ["--csv"], []])]
                    if chance.random() < 0.3:
                        how = ["report", "changed.h5", "-o", "page.html"]
                    status, said = self.tolerate(*how, "--quiet", *([] if chance.random() < 0.2 else ["--quick"]))
                    self.assertIn(status, (0, 3), said)
                except AssertionError:
                    self.keep(f"numbers-{seed}-{i}.h5", path.read_bytes())
                    raise

    def fuzz_scenarios(self, count, seed):
        files = sorted((SOURCE / "scenarios").glob("*.yaml"))
        for i in range(count):
            chance = random.Random(f"scenarios {seed} {i}")
            text = changed_scenario(chance.choice(files).read_text(), chance)
            self.write("changed.yaml", text)
            with self.subTest(seed=seed, number=i):
                try:
                    status, _ = self.tolerate("check", "changed.yaml")
                    if status == 0:
                        self.tolerate("run", "changed.yaml", "--replicates", 2, "--steps", 3, "--set", "population.size=20",
                                      "--set", "time.before=0", "--quiet", "-o", "changed.h5")
                except AssertionError:
                    self.keep(f"{seed}-{i}.yaml", text.encode())
                    raise

    def fuzz_options(self, count, seed):
        self.run_program("run", "small.yaml", "--quiet", "-o", "small.h5")
        for i in range(count):
            with self.subTest(seed=seed, number=i):
                self.tolerate(*some_options(random.Random(f"options {seed} {i}")))
