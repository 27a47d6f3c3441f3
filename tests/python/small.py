"""What the tests of the Python package share: small scenarios, and the program to hold it against."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
from program import PROGRAM, SCENARIO, SOURCE, ProgramTest  # noqa: E402, F401

# Takes far longer than any test waits.
LONG = SCENARIO.replace("steps: 6", "steps: 1000000").replace("size: 40", "size: 2000") + "record: {every: 100000}\n"

# About one employee in a hundred draws a skill of above 2, and then a time of 0, which cannot be: some runs fail.
FAILING = SCENARIO.replace("{value: skill}", '{value: skill, time: "if(skill > 2, 0, 1)"}')


def python(code, **options):
    """Runs a program of Python with the package in reach, and returns what became of it."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, **options)


def catalogue():
    """All scenarios that ship, with a name for each."""
    folder = SOURCE / "scenarios"
    return {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*.yaml"))}


def in_tests(name):
    return pathlib.Path(os.environ["GOODHART_SOURCE_DIR"]) / "tests" / name
