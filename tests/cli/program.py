"""Runs the program under test in an empty folder of its own."""

import os
import time
import re
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["GOODHART_PROGRAM"]
SOURCE = pathlib.Path(os.environ["GOODHART_SOURCE_DIR"])
SANITIZED = "-fsanitize" in pathlib.Path(os.environ["GOODHART_BUILD_DIR"], "CMakeCache.txt").read_text()
PATIENCE = 3000 if SANITIZED else 100  # seconds; sanitizers take tenfold and more

# Small enough to run in a moment, large enough that the work is shared out.
SCENARIO = """\
goodhart: 1
title: A small quota
time: {steps: 6, before: 2}
replicates: 6
population:
  size: 40
  team_size: 5
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}
activities:
  work: {value: skill}
  tick: {gaming: true, aversion: {lognormal: {median: 0.5, sigma: 1}}, cost: 10}
metrics:
  tickets: {measures: {work: 10, tick: 40}, noise: 1}
  output: {measures: value, noise: 0.3}
policies:
  trust: []
  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
  pay: [{linear: {metric: output, rate: 0.2, target: 1, floor: -.inf}}]
"""

# Takes far longer than any test waits.
ENDLESS = SCENARIO.replace("steps: 6", "steps: 1000000").replace("size: 40", "size: 2000") + "record: {every: 1000}\n"


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="goodhart cli ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("small.yaml", SCENARIO)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_program(self, *arguments, status=0, stdin="", **options):
        """Runs it, demands an exit status, and returns what was printed on stdout and stderr."""
        environment = {**os.environ, **options.pop("environment", {})}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        streams["input" if isinstance(stdin, str) else "stdin"] = stdin  # a text, or an open file
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True, env=environment, timeout=PATIENCE,
                              **streams)
        self.assertEqual(done.returncode, status, f"goodhart {arguments} said:\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def start_program(self, *arguments):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)

        def end():
            process.kill()
            process.communicate()

        self.addCleanup(end)
        return process

    def killed_until_it_ends(self, parts, kills, *arguments):
        """Kills a command so many times, each time when the journal in its folder has grown, and lets it end. Returns what it
        printed at last."""
        journal = self.folder / parts / "units-1-of-1.journal"
        for _ in range(kills):
            before = journal.stat().st_size if journal.exists() else 0
            process = self.start_program(*arguments)
            while process.poll() is None and not (journal.exists() and journal.stat().st_size > max(before, 16)):
                time.sleep(0.001)
            self.assertIsNone(process.poll(), "it ended before it could be killed: make it longer")
            process.kill()
            process.wait()
        said = self.run_program("status", parts)[0]
        self.assertRegex(said, r"^" + re.escape(parts) + r": [\d,]+ (runs|evaluations) done\nnobody is at work")
        return self.run_program(*arguments)

    def files(self):
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
