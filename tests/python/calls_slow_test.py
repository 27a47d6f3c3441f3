"""A hundred thousand calls of every kind take no more memory than a few hundred, and leave no thread and no file open."""

import gc
import os
import pathlib
import resource
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SCENARIO  # noqa: E402

import goodhart  # noqa: E402

CALLS = 100_000
TINY = goodhart.Scenario(SCENARIO, set={"population.size": 5}, steps=1, replicates=1, policies=["trust", "quota"])


def refused(call, *arguments):
    """Makes a call that must be refused."""
    try:
        call(*arguments)
    except (ValueError, TypeError):
        return
    raise AssertionError("it was not refused")


def call(number):
    """One call of those that there are, in turn."""
    kind = number % 10
    if kind == 0:
        goodhart.run(TINY, threads=2)
    elif kind == 1:
        refused(goodhart.Scenario, "goodhart: 2\n")
    elif kind == 2:
        goodhart.Scenario(SCENARIO)
    elif kind == 3:
        run = goodhart.Simulation(TINY, "quota")
        run.step()
        assert run.value.size == 5
    elif kind == 4:
        refused(lambda: goodhart.run(TINY, threads=0))
    elif kind == 5:
        refused(goodhart.explain, TINY, "nobody")
    elif kind == 6:
        goodhart.sweep(TINY, {"effort.strain": [3, 4]}, threads=1)
    elif kind == 7:
        goodhart.check({"goodhart": 1, "population": {"size": float("nan")}})
    elif kind == 8:
        refused(goodhart.Scenario, object())
    else:
        goodhart.results(TINY, threads=1).digest


def used():
    """Memory at its most, in kilobytes."""
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Calls(unittest.TestCase):
    def test_many_calls_of_every_kind_take_constant_memory(self):
        for number in range(2000):
            call(number)
        before, files, threads = used(), len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
        for number in range(CALLS):
            call(number)
        self.assertLess(used() - before, 4000)
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)
        self.assertEqual(len(os.listdir("/proc/self/task")), threads)


if __name__ == "__main__":
    unittest.main()
