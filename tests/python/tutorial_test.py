"""What docs/python.md shows runs as it stands, in one go."""

import contextlib
import importlib.util
import io
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SOURCE, ProgramTest  # noqa: E402


class Tutorial(ProgramTest):
    def test_it_runs(self):
        page = (SOURCE / "docs/python.md").read_text()
        blocks = re.findall(r"```python\n(.*?)```", page, re.S)
        self.assertEqual(len(blocks), 4)
        self.assertLessEqual(len([line for line in blocks[0].splitlines() if line.strip()]), 25)
        if importlib.util.find_spec("matplotlib") is None:
            self.skipTest("python3-matplotlib is not there")
        os.environ["MPLBACKEND"] = "agg"
        os.chdir(self.folder)
        names, said = {}, io.StringIO()
        with contextlib.redirect_stdout(said):
            for block in blocks:
                exec(compile(block, "python.md", "exec"), names)
        self.assertEqual((self.folder / "mandate.pdf").read_bytes()[:4], b"%PDF")
        self.assertIn(names["answer"].headline, said.getvalue())
        self.assertEqual(names["gain"].shape, (3, 4))
        self.assertTrue(names["run"].done)


if __name__ == "__main__":
    unittest.main()
