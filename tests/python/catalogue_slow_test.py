"""Datasets identical to those of the program's files over the whole catalogue at full length, for threads 1, 2 and 7."""

import pathlib
import sys
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import ProgramTest, catalogue  # noqa: E402

import goodhart  # noqa: E402
import xarray  # noqa: E402


class Catalogue(ProgramTest):
    def test_it_is_identical(self):
        for name, file in catalogue().items():
            self.run_program("run", file, "-o", "out.h5", "--quiet", "--replicates", 2)
            with xarray.open_dataset(self.folder / "out.h5") as expected:
                expected.load()
            for threads in (1, 2, 7):
                with self.subTest(name=name, threads=threads), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    xarray.testing.assert_identical(goodhart.run(file, replicates=2, threads=threads), expected)


if __name__ == "__main__":
    unittest.main()
