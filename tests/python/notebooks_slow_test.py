"""The notebooks run from the first cell to the last."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SOURCE  # noqa: E402


class Notebooks(unittest.TestCase):
    def test_they_run(self):
        try:
            import ipykernel  # noqa: F401
            import matplotlib  # noqa: F401
            import nbclient
            import nbformat
        except ImportError as error:
            self.skipTest(f"{error.name} is not there")
        files = sorted((SOURCE / "python/notebooks").glob("*.ipynb"))
        self.assertEqual([file.stem for file in files], ["leader", "lesson"])
        for file in files:
            with self.subTest(file=file.name), tempfile.TemporaryDirectory() as folder:
                book = nbformat.read(file, as_version=4)
                self.assertEqual([cell for cell in book.cells if cell.get("outputs")], [], "kept without outputs")
                nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": folder}}).execute()


if __name__ == "__main__":
    unittest.main()
