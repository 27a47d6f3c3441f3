"""The commands beside run: help, version, check, resolve, odd, schema, list and new."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import SCENARIO, SOURCE, ProgramTest  # noqa: E402

COMMANDS = ["run", "compare", "sweep", "sensitivity", "search", "robust", "fit", "detect", "merge", "status", "explain", "report", "plot", "lesson", "lab", "reproduce", "check", "resolve",
            "odd", "schema", "list", "new", "completion"]


class Help(ProgramTest):
    def test_help_has_examples_and_fits_the_screen(self):
        for arguments in [[], *([command] for command in COMMANDS)]:
            with self.subTest(arguments=arguments):
                stdout, stderr = self.run_program(*arguments, "--help")
                self.assertRegex(stdout, r"\nExamples?:\n  goodhart ")
                self.assertEqual([line for line in stdout.splitlines() if len(line) > 100], [])
                self.assertEqual(stderr, "")

    def test_version_names_revision_compiler_and_libraries(self):
        stdout, _ = self.run_program("--version")
        self.assertRegex(stdout, r"^goodhart \d+\.\d+\.\d+\n")
        for word in ("revision: ", "compiler: ", "flags: ", "HDF5 1.", "Boost 1.", "Eigen 3."):
            self.assertIn(word, stdout)

    def test_wrong_usage(self):
        for arguments, sentence in [
            ([], "say what to do: run, compare, sweep, sensitivity, search, robust, fit, detect, merge, status, explain, report, plot, lesson, lab, reproduce, check, resolve, odd, schema, list, new or completion"),
            (["rum", "small.yaml"], "there is no command 'rum'; did you mean 'run'?"),
            (["simulate"], "there is no command 'simulate'; there is run, compare, sweep, sensitivity, search, robust, fit, detect, merge, status, explain, report, plot, lesson, lab, reproduce, check, resolve, odd, schema, list, new and completion"),
            (["--verison"], "there is no option '--verison'; did you mean '--version'?"),
            (["schema", "--markdwn"], "there is no option '--markdwn'; did you mean '--markdown'?"),
            (["schema", "extra"], "goodhart schema: there is no argument 'extra'"),
            (["new", "frist"], "did you mean 'first'?"),
            (["list", "nowhere"], "nowhere: is no folder"),
            (["list"], "there is no folder scenarios here"),
            (["check"], "SCENARIO is required"),
        ]:
            with self.subTest(arguments=arguments):
                stdout, stderr = self.run_program(*arguments, status=2)
                self.assertEqual(stdout, "")
                self.assertIn(sentence, stderr)
                self.assertTrue(stderr.startswith("error: "))


class Check(ProgramTest):
    def test_a_sound_scenario(self):
        self.assertIn("small.yaml: sound\n", self.run_program("check", "small.yaml")[0])
        self.assertIn("standard input: sound\n", self.run_program("check", "-", stdin=SCENARIO)[0])
        self.assertEqual(self.files(), {"small.yaml"})

    def test_all_mistakes_of_all_files_are_told(self):
        self.write("one.yaml", SCENARIO.replace("size: 40", "size: 0").replace("sigma: 0.3", "sigma: -1"))
        self.write("two.yaml", SCENARIO + "  broken: [\n")
        stdout, _ = self.run_program("check", "one.yaml", "small.yaml", "two.yaml", status=2)
        self.assertRegex(stdout, r"one.yaml:6:9: error: population.size: must be a whole number")
        self.assertIn("population.traits.skill", stdout)
        self.assertRegex(stdout, r"two.yaml:\d+:\d+: error: ")
        self.assertIn("\n  size: 0\n", stdout.replace("    size", "  size"))
        self.assertIn("small.yaml: sound", stdout)
        self.assertNotIn("one.yaml: sound", stdout)

    def test_what_it_costs_is_estimated(self):
        stdout, _ = self.run_program("check", "--cost", "small.yaml")
        # (2 + 3 policies x 6 steps) x 40 employees x 6 replicates
        self.assertRegex(stdout, r"small.yaml: sound\nsmall.yaml: about [\d.e-]+ s of processor time: 6 replicates under 3 policies are "
                         r"0.0048 million employee-steps of [\d.e+]+ µs; those of (trust|quota|pay) take longest, [\d.e+]+ µs\n$")
        slow = SCENARIO.replace("replicates: 6", "replicates: 60000")
        first, second = (float(self.run_program("check", "--cost", "-", stdin=text)[0].split("about ")[1].split()[0])
                         for text in (SCENARIO, slow))
        self.assertGreater(second, 1000 * first)
        self.assertEqual(self.files(), {"small.yaml"})
        _, stderr = self.run_program("check", "--cost", "--json", "small.yaml", status=2)
        self.assertIn("error: --cost and --json do not go together", stderr)

    def test_json(self):
        self.write("one.yaml", SCENARIO.replace("size: 40", "size: 0"))
        stdout, _ = self.run_program("check", "one.yaml", "--json", status=2)
        errors = [entry for entry in json.loads(stdout) if entry["severity"] == "error"]
        self.assertEqual([(entry["file"], entry["line"], entry["path"]) for entry in errors], [("one.yaml", 6, "population.size")])

    def test_warnings_stop_nothing(self):
        self.write("odd.yaml", SCENARIO.replace("value: skill}", "value: skill}\n  idle: {}"))
        stdout, _ = self.run_program("check", "odd.yaml")
        self.assertIn("warning: activities.idle: ", stdout)
        self.assertIn("odd.yaml: sound", stdout)
        _, stderr = self.run_program("run", "odd.yaml", "--replicates", 1)
        self.assertIn("warning: activities.idle: ", stderr)

    def test_quiet_leaves_errors_alone_on_stderr_and_prints_the_same(self):
        self.write("odd.yaml", SCENARIO.replace("value: skill}", "value: skill}\n  idle: {}"))
        for words in (["run"], ["run", "--details"], ["compare", "--quick"]):
            said, stderr = self.run_program(*words, "odd.yaml", "--replicates", 2)
            self.assertIn("warning: activities.idle: ", stderr)
            self.assertIn("the results are in ", stderr)
            self.assertEqual(self.run_program(*words, "odd.yaml", "--replicates", 2, "--quiet"), (said, ""))
        again, stderr = self.run_program("run", "odd.yaml", "--quiet", "-o", "odd.h5", "--set", "population.size=no", status=2)
        self.assertEqual(again, "")
        self.assertIn("error: population.size: must be a whole number", stderr)
        self.assertNotIn("warning", stderr)

    def test_the_collection_of_bad_scenarios_is_bad(self):
        files = sorted((SOURCE / "tests/bad").glob("*.yaml"))
        self.assertGreater(len(files), 50)
        stdout, _ = self.run_program("check", *files, status=2)
        for file in files:
            self.assertIn(file.name, stdout)

    def test_what_only_drawn_employees_show(self):
        text = SCENARIO.replace("tick: {", "tick: {time: \"if(skill > 0, 0, 1)\", ")
        stdout, _ = self.run_program("check", "-", stdin=text, status=2)
        self.assertIn("activities.tick.time", stdout)


class New(ProgramTest):
    def test_both_are_sound(self):
        for kind in ("first", "full"):
            with self.subTest(kind=kind):
                text, _ = self.run_program("new", kind)
                self.assertIn("#", text)
                self.write(f"{kind}.yaml", text)
                stdout, _ = self.run_program("check", f"{kind}.yaml", "--json")
                told = [entry for entry in json.loads(stdout) if entry["severity"] == "error" or kind == "full"]
                self.assertEqual(told, [])
                self.run_program("run", f"{kind}.yaml", "--replicates", 1, "--steps", 40, "--set", "population.size=20")

    def test_the_full_one_shows_every_key(self):
        text, _ = self.run_program("new", "full")
        schema = json.loads(self.run_program("schema")[0])
        keys = set()

        def collect(node):
            if isinstance(node, dict):
                properties = node.get("properties")
                if isinstance(properties, dict):
                    keys.update(properties)
                for value in node.values():
                    collect(value)
            elif isinstance(node, list):
                for value in node:
                    collect(value)

        collect(schema)
        self.assertIn("population", keys)
        # Keys that the comments name as alternatives count: one scenario cannot hold them all.
        missing = {key for key in keys if f"{key}:" not in text and f"{{{key}" not in text and f" {key}" not in text}
        self.assertEqual(missing, set())


class Schema(ProgramTest):
    def test_it_is_json_schema(self):
        schema = json.loads(self.run_program("schema")[0])
        self.assertIn("$schema", schema)
        self.assertIn("policies", schema["properties"])

    def test_the_reference_is_markdown(self):
        stdout, _ = self.run_program("schema", "--markdown")
        self.assertIn("\n# The scenario format", stdout)
        self.assertIn("time", stdout)


class List(ProgramTest):
    def test_a_line_each(self):
        self.write("scenarios/longer.yaml", SCENARIO)
        self.write("scenarios/b.yaml", SCENARIO.replace("title: A small quota\n", "description: |\n  It shows\n  something.\n"))
        self.write("scenarios/c.yml", SCENARIO.replace("title: A small quota\n", ""))
        self.write("scenarios/notes.txt", "no scenario")
        expected = "{0}b.yaml       It shows\n{0}c.yml\n{0}longer.yaml  A small quota\n"
        self.assertEqual(self.run_program("list")[0], expected.format("scenarios/"))
        self.assertEqual(self.run_program("list", self.folder / "scenarios")[0], expected.format(f"{self.folder}/scenarios/"))

    def test_a_folder_without_scenarios(self):
        (self.folder / "empty").mkdir()
        self.assertIn("holds no scenarios", self.run_program("list", "empty", status=2)[1])


if __name__ == "__main__":
    unittest.main()
