"""What shells offer: commands, options, scenarios, policies and paths, all from the parser's own list."""

import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import PROGRAM, ProgramTest  # noqa: E402


class Completion(ProgramTest):
    def offered(self, *words):
        return self.run_program("completion", "words", stdin="".join(word + "\n" for word in words))[0].split()

    def test_commands(self):
        self.assertEqual(self.offered("r"), ["report", "reproduce", "resolve", "robust", "run"])
        self.assertEqual(self.offered("--v"), ["--version"])
        self.assertIn("completion", self.offered(""))
        self.assertEqual(self.offered("no-such-command", ""), [])

    def test_every_command_and_option_of_the_help_is_offered(self):
        told = self.run_program("--help")[0]
        commands = [line.split()[0] for line in told.split("Subcommands:\n")[1].split("\n\n")[0].splitlines()]
        self.assertEqual(self.offered(""), sorted(["--help", "--version", *commands]))
        for command in commands:
            told = self.run_program(command, "--help")[0]
            for option in self.offered(command, "-"):
                self.assertIn(option, told, (command, option))

    def test_values(self):
        self.assertEqual(self.offered("run", "small.yaml", "--policy", ""), ["pay", "quota", "trust"])
        self.assertEqual(self.offered("run", "--quiet", "small.yaml", "--seed", "3", "--policy", "q"), ["quota"])
        self.assertEqual(self.offered("completion", ""), ["bash", "fish", "words", "zsh"])
        self.assertEqual(self.offered("compare", "small.yaml", "--perspective", "e"), ["employees", "everybody"])
        self.assertEqual(self.offered("run", "small.yaml", "-o", ""), [])

    def test_paths_are_those_that_set_takes(self):
        paths = self.offered("run", "small.yaml", "--set", "")
        self.assertGreater(len(paths), 40)
        for path in ("population.size=", "policies.quota.quota.reward=", "activities.tick.cost="):
            self.assertIn(path, paths)
        self.assertEqual(self.offered("run", "small.yaml", "--set", "population.si"), ["population.size="])
        resolved = self.run_program("resolve", "small.yaml")[0]
        self.write("resolved.yaml", resolved)
        for path in ("policies.pay.linear.rate=", "metrics.tickets.measures.tick=", "effort.strain="):
            self.assertIn(path, paths)
            self.run_program("check", "small.yaml")
            self.run_program("resolve", "small.yaml", "--set", path + "0.5")

    def test_scenarios_of_the_catalogue(self):
        self.write("scenarios/one.yaml", "goodhart: 1\n")
        self.assertEqual(self.offered("run", ""), ["one"])
        self.assertEqual(self.offered("run", "broken.yaml", "--policy", ""), [])

    def test_bash_asks(self):
        bash = shutil.which("bash")
        if bash is None:
            self.skipTest("there is no bash")
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "goodhart").symlink_to(PROGRAM)
        script = """
            PATH="$PWD/tools:$PATH"
            source <(goodhart completion bash)
            COMP_WORDS=(goodhart run small.yaml --policy q) COMP_CWORD=4
            _goodhart
            printf '%s\\n' "${COMPREPLY[@]}"
            COMP_WORDS=(goodhart co) COMP_CWORD=1
            _goodhart
            printf '%s\\n' "${COMPREPLY[@]}"
            complete -p goodhart
        """
        done = subprocess.run([bash, "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.splitlines(), ["quota", "compare", "completion", "complete -o default -F _goodhart goodhart"],
                         done.stderr)

    def test_the_scripts_are_sound(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.run_program("completion", shell)[0]
            self.assertIn("goodhart", script)
            if shutil.which(shell):
                done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
