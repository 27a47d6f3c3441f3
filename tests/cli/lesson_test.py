"""Lessons: asked on the terminal or answered by options, run, explained and scored."""

import json
import os
import pty
import re
import subprocess
import unittest

from program import PROGRAM, SOURCE, ProgramTest

ANSWERS = {1: ["0.75", "up", "down", "-28"], 2: ["bac", "abc", "down"], 3: ["0.5", "cab", "down"],
           4: ["1.0875", "cba", "cdab"], 5: ["same", "up", "down", "1.07"],
           6: ["up", "bacd", "down", "up"], 7: ["0.65", "0.45", "cbad", "same"], 8: ["up", "down", "-6.5", "dabc", "down"]}


class LessonTest(ProgramTest):
    def lesson(self, *words, **options):
        environment = {"XDG_STATE_HOME": str(self.folder / "state"), **options.pop("environment", {})}
        return self.run_program("lesson", *words, *options.pop("quiet", ["--quiet"]), environment=environment, **options)

    def setUp(self):
        super().setUp()
        (self.folder / "scenarios").symlink_to(SOURCE / "scenarios")

    def answers(self, number):
        return [word for answer in ANSWERS[number] for word in ("--answer", answer)]

    def test_every_lesson_is_what_its_explanations_say(self):
        for number, answers in ANSWERS.items():
            stdout, stderr = self.lesson(number, *self.answers(number), "--no-score")
            self.assertIn(f"\n{len(answers)} of {len(answers)} foretold.\n", stdout, f"lesson {number}")
            self.assertEqual(stdout.count(" Right.\n"), len(answers))
            self.assertEqual(stderr, "")
            self.assertFalse((self.folder / "state").exists())

    def test_numbers_that_decide_can_be_told_apart(self):
        stdout, _ = self.lesson(7, *self.answers(7), "--no-score")
        self.assertRegex(stdout, r"\n    unaudited  1\.135\n    audit_5    1\.140\n    audit_15   1\.148\n    audit_all  1\.066\n")
        stdout, _ = self.lesson(8, *self.answers(8), "--no-score")
        self.assertRegex(stdout, r"\n    places_by_lot    1\.22\d\n    board_of_output  1\.21\d\n")

    def test_the_next_command_runs(self):
        for number in ANSWERS:
            stdout, _ = self.lesson(number, *self.answers(number), "--no-score")
            (command,) = re.findall(r"^  goodhart (run scenarios/.*)$", stdout, re.M)
            self.run_program(*command.split(), "--replicates", 1, "--steps", 2, "--quiet")

    def test_wrong_answers_are_said_to_be_wrong(self):
        stdout, _ = self.lesson(5, "--answer", "up", "--answer", "down", "--answer", "up", "--answer", "2", "--no-score")
        self.assertIn("   You: up. Result: same. Not so.\n", stdout)
        self.assertIn("\n0 of 4 foretold.\n", stdout)

    def test_it_reads_answers_line_by_line_and_asks_again(self):
        stdout, _ = self.lesson(1, "--no-score", stdin="lots\n0.75\nup\ndown\n-28\n")
        self.assertIn("Please answer with a number, as in 12.5.\n", stdout)
        self.assertIn("\n4 of 4 foretold.\n", stdout)

    def test_where_input_has_ended_it_says_how_to_answer(self):
        for stdin in ("", "0.75\n"):
            _, stderr = self.lesson(1, stdin=stdin, status=2)
            self.assertEqual(stderr, "error: lesson 1 asks 4 questions, and standard input has ended; answer on the terminal, or as in: "
                             "goodhart lesson 1 --answer 10 --answer up --answer up --answer 10\n")

    def test_it_asks_on_a_terminal_and_draws_there(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PROGRAM, "lesson", "2", "--no-score"], cwd=self.folder, stdin=theirs, stdout=theirs,
                                   stderr=theirs, env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        os.close(theirs)
        os.write(ours, b"bac\nabc\ndown\n")
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=100), 0)
        text = said.decode().replace("\r\n", "\n")
        self.assertIn("   > ", text)
        self.assertIn("3 of 3 foretold", text)
        self.assertRegex(text, r"\n *13\.?0* to 1[34]\.?\d*  █+ ")

    def test_the_score_is_kept_and_listed(self):
        self.lesson(5, *self.answers(5))
        self.lesson(5, "--answer", "same", "--answer", "up", "--answer", "up", "--answer", "9")
        kept = json.loads((self.folder / "state/goodhart/lessons.json").read_text())
        self.assertEqual(kept, {"Lesson 5: the ratchet": {"times": 2, "best": 4, "questions": 4}})
        stdout, _ = self.lesson()
        self.assertEqual([line[0] for line in stdout.splitlines()[:8]], list("12345678"))
        self.assertRegex(stdout, r"5  Lesson 5: the ratchet +best 4 of 4\n")
        self.assertIn("\nBegin with: goodhart lesson 1\n", stdout)

    def test_a_score_that_cannot_be_kept_stops_nothing(self):
        (self.folder / "file").write_text("no folder")
        _, stderr = self.lesson(5, *self.answers(5), environment={"XDG_STATE_HOME": str(self.folder / "file")}, quiet=[])
        self.assertRegex(stderr, r"^note: the score is not kept: .+\n$")
        _, stderr = self.lesson(5, *self.answers(5), environment={"XDG_STATE_HOME": "", "HOME": ""}, quiet=[])
        self.assertEqual(stderr, "note: the score is not kept: neither XDG_STATE_HOME nor HOME names a folder\n")
        (self.folder / "state/goodhart").mkdir(parents=True)
        (self.folder / "state/goodhart/lessons.json").write_text("{ spoiled")
        self.lesson(5, *self.answers(5))
        self.assertIn('"times": 1', (self.folder / "state/goodhart/lessons.json").read_text())

    def test_mistakes_are_sentences(self):
        for words, sentence in (
                (["77"], "error: there is no lesson 77; there are 1, 2, 3, 4, 5, 6, 7 and 8\n"),
                (["small.yaml"], "error: small.yaml: has no lesson; 'goodhart lesson' lists those that there are\n"),
                ([1, "--answer", "up"], "error: --answer: the lesson asks 4 questions, and there is 1 answer\n"),
                ([5, "--answer", "same", "--answer", "sideways", "--answer", "up", "--answer", "1"],
                 "error: --answer sideways: to question 2 answer up, down or same\n"),
                (["--answer", "up"], "error: --answer: name the lesson that it answers, as in goodhart lesson 1\n")):
            self.assertEqual(self.lesson(*words, status=2)[1], sentence)

    def test_list_shows_lessons_in_their_order(self):
        stdout, _ = self.run_program("list")
        self.assertEqual(re.findall(r"Lesson (\d)", stdout), list("12345678"))


if __name__ == "__main__":
    unittest.main()
