"""What is said, word for word, where options and their values make no sense."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, ProgramTest  # noqa: E402


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
            "run": ["-o", "--output", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads"],
            "compare": ["-o", "--set", "--policy", "--replicates", "--steps", "--seed", "--threads", "--until", "--outcome", "--html"],
            "explain": ["--policy", "--employee", "--step", "--replicate", "--set", "--steps", "--seed"],
            "report": ["-o", "--policy"],
            "resolve": ["--set", "--policy", "--replicates", "--steps", "--seed"],
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
        for command, options in {"run": 7, "compare": 10, "explain": 7, "report": 2, "check": 0, "resolve": 5, "schema": 0,
                                 "list": 0, "new": 0}.items():
            stdout, _ = self.run_program(command, "--help")
            taking = [line for line in stdout.splitlines() if line.startswith("  -") and line.split()[1].isupper()]
            self.assertEqual(len(taking) - stdout.count("  --set PATH=VALUE") + ("  --set " in stdout), options, taking)

    def test_an_empty_argument(self):
        for command, argument in [("run", "SCENARIO"), ("compare", "SOURCE"), ("explain", "SCENARIO"), ("report", "FILE"),
                                  ("check", "SCENARIO"), ("resolve", "SCENARIO"), ("list", "FOLDER"), ("new", "KIND")]:
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
