"""The package and its examples keep to their types, as mypy --strict sees them."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SOURCE  # noqa: E402


class Types(unittest.TestCase):
    def test_the_package_and_the_examples_keep_to_their_types(self):
        mypy = shutil.which("mypy")
        if mypy is None:
            self.skipTest("mypy is not there")
        examples = sorted((SOURCE / "python/examples").glob("*.py"))
        done = subprocess.run(
            [mypy, "--strict", "--cache-dir", os.devnull, "--python-executable", sys.executable, "-p", "goodhart"],
            cwd=SOURCE, capture_output=True, text=True, env={**os.environ, "MYPYPATH": str(SOURCE / "python")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run(
            [mypy, "--strict", "--cache-dir", os.devnull, "--python-executable", sys.executable, *map(str, examples)],
            cwd=SOURCE, capture_output=True, text=True, env={**os.environ, "MYPYPATH": f"{SOURCE}/python:{SOURCE}/python/examples"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
