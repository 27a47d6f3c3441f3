"""What is said, word for word, where options and their values make no sense."""

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ENDLESS, PROGRAM, ProgramTest  # noqa: E402


class OptionTest(ProgramTest):
    def check_sentences(self, command, cases):
        """Each case: the words behind the program's name, and the whole sentence that is expected on stderr."""
        for words, sentence in cases:
            with self.subTest(words=words):
                stdout, stderr = self.run_program(*words, status=2)
                self.assertEqual(stdout, "")
                where = f"goodhart {command}".strip()
                self.assertEqual(stderr, f"error: {where}: {sentence}\nSee '{where} --help'.\n")
        self.assertEqual(self.files(), {"small.yaml"})


class Values(OptionTest):
    def test_an_empty_value_is_an_error_everywhere(self):
        taking_values = {
            "run": ["-o", "--output", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--keep-after",
                    "--point"],
            "sweep": ["-o", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--shard", "--budget", "--html", "--from"],
            "sensitivity": ["-o", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--shard", "--budget",
                            "--html"],
            "robust": ["-o", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--shard", "--budget", "--html",
                       "--regret", "--worlds", "--outcome", "--lever", "--ignore", "--comparison"],
            "search": ["--tolerance", "--replicates", "--front", "--worlds", "-o", "--set", "--policy", "--steps", "--seed", "--threads", "--keep-after",
                       "--html"],
            "fit": ["-o", "--set", "--steps", "--seed", "--threads", "--keep-after", "--html"],
            "detect": ["--target", "--column", "--whose", "--width", "--bins", "--scenario", "--policy", "--metric", "--set",
                       "--threads", "--html"],
            "merge": ["-o", "--html"],
            "compare": ["-o", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--keep-after", "--until",
                        "--outcome", "--html"],
            "explain": ["--policy", "--employee", "--step", "--replicate", "--set", "--steps", "--seed"],
            "report": ["-o", "--policy"],
            "plot": ["-o", "--metric", "--policy"],
            "lesson": ["--answer", "--threads"],
            "reproduce": ["--threads"],
            "resolve": ["--set", "--policy", "--replicates", "--steps", "--seed"],
            "odd": ["-o", "--delta"],
        }
        for command, options in taking_values.items():
            cases = []
            for option in options:
                name = "-o" if option == "--output" else option
                cases += [([command, "small.yaml", option, ""], f"{name} needs a value"),
                          ([command, "small.yaml", option], f"{name} needs a value")]
                if option.startswith("--"):  # also where a word follows that could be taken for the value
                    cases += [([command, f"{option}=", "small.yaml"], f"{option} needs a value")]
            self.check_sentences(command, cases)

    def test_every_option_that_takes_a_value_is_in_the_test_above(self):
        for command, options in {"run": 9, "sweep": 11, "sensitivity": 10, "search": 12, "robust": 16, "fit": 7, "detect": 11, "merge": 2, "status": 0, "compare": 13, "explain": 7, "report": 2, "plot": 3, "lesson": 2, "reproduce": 1, "check": 0, "resolve": 5,
                                 "odd": 2, "schema": 0, "list": 0, "new": 0}.items():
            stdout, _ = self.run_program(command, "--help")
            taking = [line for line in stdout.splitlines() if line.startswith("  -") and line.split()[1].isupper()]
            self.assertEqual(len(taking) - stdout.count("  --set PATH=VALUE") + ("  --set " in stdout), options, taking)

    def test_an_empty_argument(self):
        for command, argument in [("run", "SCENARIO"), ("sweep", "SCENARIO"), ("sensitivity", "SCENARIO"), ("search", "SCENARIO"), ("robust", "SOURCE"), ("fit", "SCENARIO"), ("detect", "DATA"), ("merge", "FOLDER"),
                                  ("status", "FOLDER"), ("compare", "SOURCE"), ("explain", "SCENARIO"), ("report", "FILE"),
                                  ("reproduce", "FILE"), ("check", "SCENARIO"), ("resolve", "SCENARIO"), ("odd", "SCENARIO"), ("list", "FOLDER"), ("new", "KIND")]:
            self.check_sentences(command, [([command, ""], f"{argument} needs a value")])

    def test_an_option_is_no_value(self):
        self.check_sentences("run", [(["run", "small.yaml", "-o", "--json"], "-o needs a value, but --json is an option"),
                                     (["run", "small.yaml", "--seed", "--steps=3"], "--seed needs a value, but --steps=3 is an option")])

    def test_a_flag_takes_no_value(self):
        self.check_sentences("run", [(["run", "small.yaml", "--quiet=no"], "--quiet takes no value")])
        self.check_sentences("check", [(["check", "small.yaml", "--json=false"], "--json takes no value")])

    def test_a_short_option_with_equals(self):
        self.check_sentences("run", [(["run", "small.yaml", "-o=a.h5"], "-o=a.h5: -o and its value stand apart: -o a.h5")])

    def test_numbers(self):
        whole = "must be a whole number of at most 18 digits, got"
        self.check_sentences("explain", [
            (["explain", "small.yaml", "--employee", "1e1"], f"--employee: {whole} '1e1'"),
            (["explain", "small.yaml", "--step", "2.0"], f"--step: {whole} '2.0'"),
            (["explain", "small.yaml", "--step", "9999999999999999999"], f"--step: {whole} '9999999999999999999'"),
        ])
        threads = "--threads: must be a whole number from 1 to 1024, got"
        self.check_sentences("run", [(["run", "small.yaml", "--threads", word], f"{threads} '{word}'")
                                     for word in ("0", "-1", "1025", "two", "1e1", "nan", " 1", "1 ")])
        self.check_sentences("compare", [(["compare", "small.yaml", "--until", word], f"--until: must be a number from 1e-09 to 1e+09, got '{word}'")
                                         for word in ("nan", "-nan", "inf", "-0.01", "0", "1e999", "0,01", "1 %", "0x1p-4")])


class Names(OptionTest):
    def test_an_option_that_stands_twice(self):
        self.check_sentences("run", [
            (["run", "small.yaml", "--steps", "3", "--steps", "4"], "--steps stands twice"),
            (["run", "small.yaml", "-o", "a.h5", "--output=b.h5"], "-o stands twice"),
            (["run", "small.yaml", "--threads", "1", "--threads", "1"], "--threads stands twice"),
            (["run", "small.yaml", "--quiet", "--quiet"], "--quiet stands twice"),
        ])
        self.check_sentences("explain", [(["explain", "small.yaml", "--policy", "pay", "--policy", "quota"], "--policy stands twice")])

    def test_an_option_in_front_of_the_command(self):
        self.check_sentences("", [
            (["--quiet", "run", "small.yaml"], "--quiet goes behind the command: goodhart run --quiet"),
            (["--seed", "3", "run", "small.yaml"], "--seed goes behind the command: goodhart run --seed"),
            (["--seed=3", "run", "small.yaml"], "--seed goes behind the command: goodhart run --seed"),
            (["-o", "a.h5", "run", "small.yaml"], "-o goes behind the command: goodhart run -o"),
            (["--employee", "3"], "--employee goes behind a command, as in goodhart explain --employee"),
            (["--markdown", "run", "small.yaml"], "there is no option '--markdown'; there is --help, -h and --version"),
        ])
        self.check_sentences("run", [(["run", "small.yaml", "--version"], "--version stands alone: goodhart --version")])

    def test_the_nearest_names(self):
        self.check_sentences("run", [
            (["run", "small.yaml", "--rep", "3"], "there is no option '--rep'; did you mean '--replicates'?"),
            (["run", "small.yaml", "--s", "3"], "there is no option '--s'; did you mean '--set', '--steps' or '--seed'?"),
            (["run", "small.yaml", "-seed", "3"], "there is no option '-seed'; did you mean '--seed'?"),
            (["run", "small.yaml", "--polices=pay"], "there is no option '--polices'; did you mean '--policy'?"),
        ])
        self.check_sentences("explain", [(["explain", "small.yaml", "--replicates", "3"], "there is no option '--replicates'; did you mean '--replicate'?")])
        self.check_sentences("new", [(["new", "frist"], "KIND: there is no 'frist'; did you mean 'first'?"),
                                     (["new", "most"], "KIND: there is no 'most'; there is first and full")])

    def test_brackets_and_commas_are_letters_of_names(self):
        """The library that takes the command line apart would make lists of them."""
        self.write("[a,b].yaml", (self.folder / "small.yaml").read_text())
        self.write("[c]", (self.folder / "small.yaml").read_text())
        stdout, _ = self.run_program("check", "[a,b].yaml", "[c]")
        self.assertEqual(stdout, "[a,b].yaml: sound\n[c]: sound\n")


class Idle(ProgramTest):
    """What was asked for and would change nothing is said."""

    def refused(self, sentence, *words):
        with self.subTest(words=words):
            self.assertEqual(self.run_program(*words, status=2), ("", sentence + "\n"))

    def test_words_that_stand_twice(self):
        def twice(command, what):
            return f"error: goodhart {command}: {what} stands twice\nSee 'goodhart {command} --help'."

        self.refused(twice("run", "--policy pay"), "run", "small.yaml", "--policy", "pay", "--policy", "pay")
        self.refused(twice("run", "small.yaml"), "run", "small.yaml", "small.yaml")
        self.refused(twice("check", "-"), "check", "-", "-")
        self.refused(twice("compare", "a.h5"), "compare", "a.h5", "b.h5", "a.h5")

    def test_changes_that_others_undo(self):
        self.refused("error: --set seed=3: changes nothing, as --set seed=4 comes after it",
                     "run", "small.yaml", "--set", "seed=3", "--set", "seed=4")
        self.refused("error: --set seed=3: changes nothing, as --seed 4 comes after it", "run", "small.yaml", "--set", "seed=3", "--seed", "4")
        self.refused("error: --set time.steps=3: changes nothing, as --set time={steps: 4} comes after it",
                     "resolve", "small.yaml", "--set", "time.steps=3", "--set", "time={steps: 4}")
        stdout, _ = self.run_program("resolve", "small.yaml", "--set", "time={steps: 4}", "--set", "time.before=3")
        self.assertIn("steps: 4", stdout)
        self.assertIn("before: 3", stdout)

    def test_changes_to_nothing(self):
        for value in ("", " ", "~", "null", "# 3"):
            self.refused(f"error: --set seed={value}: needs a value", "run", "small.yaml", "--set", f"seed={value}")
        self.refused("error: --steps null: needs a value", "run", "small.yaml", "--steps", "null")

    def test_changes_of_policies_that_are_left_out(self):
        change = "policies.quota.quota.target=3"
        self.refused(f"--set {change}: error: changes nothing, as quota is not among the policies that --policy keeps",
                     "run", "small.yaml", "--set", change, "--policy", "pay")
        self.refused(f"error: --set {change}: changes nothing, as pay is explained; add --policy quota",
                     "explain", "small.yaml", "--set", change, "--policy", "pay")
        self.refused("error: --set replicates=3: changes nothing, as one decision in one run is explained",
                     "explain", "small.yaml", "--set", "replicates=3")

    def test_policies_that_are_all(self):
        every = ["--policy", "pay", "--policy", "trust", "--policy", "quota"]
        _, stderr = self.run_program("run", "small.yaml", "-o", "a.h5", *every)
        self.assertIn("--policy: warning: names all policies of the scenario, so it changes nothing\n", stderr)
        _, stderr = self.run_program("compare", "a.h5", "--quick", *every)
        self.assertEqual(stderr, "note: --policy names all policies of the results, so it changes nothing\n")

    def test_options_of_compare_that_need_others(self):
        self.refused("error: --outcome is what --until looks at; without --until it changes nothing",
                     "compare", "small.yaml", "--outcome", "value")
        self.run_program("run", "small.yaml", "--quiet", "-o", "a.h5")
        for words in (["--replicates", "5"], ["--set", "seed=3"], ["--seed", "3"], ["--steps", "3"], ["--until", "0.1"],
                      ["--outcome", "value"], ["-o", "b.h5"]):
            self.refused(f"error: {words[0]} is for scenarios; results are as they were run", "compare", "a.h5", *words)


class OneBadFileAmongMany(ProgramTest):
    def test_check_says_what_is_wrong_with_the_others(self):
        self.write("bad.yaml", (self.folder / "small.yaml").read_text().replace("size: 40", "size: 0"))
        stdout, stderr = self.run_program("check", "none.yaml", "bad.yaml", "small.yaml", status=1)
        self.assertEqual(stderr, "")
        self.assertIn("none.yaml: error: cannot read none.yaml: No such file or directory\n", stdout)
        self.assertIn("bad.yaml:6:9: error: population.size: must be", stdout)
        self.assertIn("small.yaml: sound\n", stdout)
        entries = json.loads(self.run_program("check", "--json", "bad.yaml", "none.yaml", status=1)[0])
        self.assertEqual(entries[1], {"severity": "error", "file": "none.yaml",
                                      "message": "cannot read none.yaml: No such file or directory"})
        self.assertEqual(entries[0]["path"], "population.size")

    def test_nothing_runs_and_all_is_said(self):
        self.write("bad.yaml", (self.folder / "small.yaml").read_text().replace("size: 40", "size: 0"))
        stdout, stderr = self.run_program("run", "none.yaml", "bad.yaml", "small.yaml", status=1)
        self.assertEqual(stdout, "")
        self.assertIn("cannot read none.yaml", stderr)
        self.assertIn("population.size: must be", stderr)
        self.assertFalse((self.folder / "results").exists())

    def test_list_goes_on(self):
        self.write("s/a.yaml", "broken: [")
        self.write("s/b.yaml", (self.folder / "small.yaml").read_text())
        self.write("s/c.yaml", "").chmod(0)
        unreadable = not os.access(self.folder / "s/c.yaml", os.R_OK)
        stdout, _ = self.run_program("list", "s", status=1 if unreadable else 2)
        lines = stdout.splitlines()
        self.assertEqual(lines[:2], ["s/a.yaml  (is no YAML; goodhart check says why)", "s/b.yaml  A small quota"])
        self.assertEqual(len(lines), 3)


class Terminal(ProgramTest):
    def test_no_name_and_no_title_steers_the_terminal(self):
        name = "a\x1b[31m\u202e.yaml"
        text = (self.folder / "small.yaml").read_text().replace("A small quota", '"b \u202eb\u200f\u061c"')
        self.write(f"s/{name}", text)
        shown = "a\\x1b[31m\\x202e"
        stdout, _ = self.run_program("list", "s")
        self.assertEqual(stdout, f"s/{shown}.yaml  b \\x202eb\\x200f\\x61c\n")
        self.assertEqual(self.run_program("check", f"s/{name}")[0], f"s/{shown}.yaml: sound\n")
        _, stderr = self.run_program("run", f"s/{name}", "--replicates", 1)
        self.assertRegex(stderr, rf"^s/{re.escape(shown)}.yaml: 3 runs in .*; the results are in results/{re.escape(shown)}\+replicates=1.h5\n$")
        _, stderr = self.run_program("run", "none\x1b\u202e.yaml", status=1)
        self.assertNotIn("\x1b", stderr)
        self.assertNotIn("\u202e", stderr)

    def drawn(self, columns, name="small.yaml", replicates=400):
        """What a run draws on a terminal of that width, line by line as it was at any time."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([PROGRAM, "run", name, "--replicates", str(replicates), "--threads", "1"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(theirs)
        drawn = b""
        try:
            while piece := os.read(ours, 4096):
                drawn += piece
        except OSError:  # how the end of a terminal is told
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", drawn.decode())
        lines = [line for line in re.split(r"[\r\n]+", text) if "%" in line]
        self.assertTrue(lines, text)
        return lines

    def test_progress_fits_the_terminal(self):
        self.write("slow.yaml", (self.folder / "small.yaml").read_text().replace("steps: 6", "steps: 200"))
        for columns, expected in [(120, r"slow.yaml \[[#.]{30}\] +\d+ %, \d+ of \d+ runs.*"), (44, r"((slow\.yaml|[slow.yam]*\.\.\.): )? *\d+ %, \d+ of \d+ runs.*"),
                                  (12, r" +\d+ %.*\.\.\.")]:
            with self.subTest(columns=columns):
                lines = self.drawn(columns, "slow.yaml", 60)
                for line in lines:
                    self.assertLess(len(line), columns)
                    self.assertRegex(line, f"^{expected}$")

    def test_nothing_is_foretold_before_something_is_done(self):
        self.write("slow.yaml", (self.folder / "small.yaml").read_text().replace("steps: 6", "steps: 200"))
        for line in self.drawn(120, "slow.yaml", 60):
            if " 0 of " in line:
                self.assertNotIn("left", line)


class Processors(ProgramTest):
    def threads_of(self, *words, environment=None, processors=None):
        """How many threads a run has once it is under way."""
        self.write("endless.yaml", ENDLESS)
        process = subprocess.Popen([PROGRAM, "run", "endless.yaml", "--quiet", *words], cwd=self.folder, stderr=subprocess.DEVNULL,
                                   env={**os.environ, **(environment or {})},
                                   preexec_fn=lambda: processors and os.sched_setaffinity(0, processors))
        try:
            most = 0
            for _ in range(20):
                time.sleep(0.05)
                most = max(most, len(os.listdir(f"/proc/{process.pid}/task")))
            return most
        finally:
            process.kill()
            process.wait()

    def test_as_many_as_the_process_may_use(self):
        here = os.sched_getaffinity(0)
        self.assertEqual(self.threads_of(processors={min(here)}), 1)
        self.assertEqual(self.threads_of(environment={"SLURM_CPUS_PER_TASK": "1"}), 1)
        self.assertEqual(self.threads_of("--threads", "3", processors={min(here)}), 3)


class Large(ProgramTest):
    def test_large_numbers_are_written_short(self):
        change = ["--set", "organisation.value_price=1e100"]
        stdout, _ = self.run_program("run", "small.yaml", "--quiet", "-o", "a.h5", *change)
        self.assertLess(max(map(len, stdout.splitlines())), 120)
        self.assertRegex(stdout, r" \d\.\d\de(99|100)\b")
        stdout, _ = self.run_program("compare", "a.h5", "--quiet", "--quick", "--html", "a.html")
        self.assertLessEqual(max(map(len, stdout.splitlines())), 100)
        self.assertNotRegex((self.folder / "a.html").read_text().split("<script")[0], r"\d{20}")


class Full(ProgramTest):
    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "there is no full device")
    def test_help_and_version_on_a_full_disk(self):
        for words in (["--version"], ["--help"], ["run", "--help"]):
            with self.subTest(words=words), open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(done.stderr, "error: cannot write standard output: No space left on device\n")


if __name__ == "__main__":
    unittest.main()
