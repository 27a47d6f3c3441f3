"""Fits of data that the program itself makes: how often the ranges hold the numbers that made them."""

import json
import os
import re
import unittest

import numpy
import xarray

from program import SOURCE, ProgramTest

DATA_SETS = int(os.environ.get("GOODHART_FITS", "50"))
PATHS = {"spread": "population.traits.pace.lognormal.sigma", "scruple": "activities.tick.aversion.lognormal.median",
         "care": "effort.intrinsic"}


class Coverage(ProgramTest):
    def test_ranges_hold_the_truth_in_about_95_of_100(self):
        scenario = re.findall(r"```yaml\n(.*?)```", (SOURCE / "docs/studies.md").read_text(), re.S)[2]
        scenario = scenario.replace("size: 200", "size: 100").replace("points: 512", "points: 256")
        self.write("fitted.yaml", scenario.replace("file: readings-200.csv", "value: 1"))
        draws = numpy.random.default_rng(5)
        held, ranks = {name: 0 for name in PATHS}, {name: [] for name in PATHS}
        for seed in range(1, DATA_SETS + 1):
            shares = dict(zip(PATHS, draws.random(3)))
            true = {"spread": 0.2 + 0.4 * shares["spread"], "scruple": 0.1 * 20 ** shares["scruple"], "care": 0.1 + 0.5 * shares["care"]}
            numbers = [word for name, path in PATHS.items() for word in ("--set", f"{path}={float(true[name])!r}")]
            self.run_program("run", "fitted.yaml", "--quiet", "--policy", "quota", "--replicates", 1, "--seed", seed, "-o", "data.h5",
                             "--set", "record.employees={sample: 100}", *numbers)
            with xarray.open_dataset(self.folder / "data.h5", group="employees") as people:
                readings = people.reading.isel(policy=0, replicate=0, metric=0).values
            with xarray.open_dataset(self.folder / "data.h5") as run:
                value = float(run.value.isel(policy=0, replicate=0).mean()) + 0.02 * draws.standard_normal()
            data = {"dashboard": readings.mean(), "at_target": ((readings >= 100) & (readings < 115)).mean(),
                    "above": ((readings >= 115) & (readings < 150)).mean(), "output": value}
            observed = [word for name, value in data.items() for word in ("--set", f"experiment.fit.data.{name}.value={float(value)!r}")]
            told = json.loads(self.run_program("fit", "fitted.yaml", "--quiet", "--json", "-o", "fit.h5", "--seed", 1000 + seed,
                                               *observed)[0])
            with xarray.open_dataset(self.folder / "fit.h5", group="fit") as fit:
                for number in told["numbers"]:
                    name = number["name"]
                    held[name] += number["low"] <= true[name] <= number["high"]
                    ranks[name].append(float((fit.share.sel(parameter=name) < shares[name]).mean()))
        print(held, ranks)
        for name in PATHS:
            # Of 50, 47.5 are expected; fewer than 43 come about once in a hundred times.
            self.assertGreaterEqual(held[name], 0.86 * DATA_SETS, name)
            # Ranks are uniform where the posterior is right: their mean is 1/2, with a standard error of 1/√(12 n).
            self.assertLess(abs(numpy.mean(ranks[name]) - 0.5), 3 / numpy.sqrt(12 * DATA_SETS), name)


if __name__ == "__main__":
    unittest.main()
