"""Runs step by step in Python: the same bits as in run, views without a copy, leadership by hand, errors."""

import pathlib
import pickle
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SCENARIO, python  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402

AUDITED = SCENARIO.replace("  quota: [{quota: {metric: tickets, target: 14, reward: 0.2}}]", """  quota:
    incentives: [{quota: {metric: tickets, target: 14, reward: 0.2}}]
    audits: {rate: 0.1, penalty: 0.2, cost: 1}""")


class Steps(unittest.TestCase):
    def test_left_alone_it_is_the_run(self):
        panel = goodhart.results(SCENARIO, set={"record.employees": {"every": 1, "sample": 40}})
        data, people = panel.dataset.sel(policy="quota", replicate=3), panel.employees.sel(policy="quota", replicate=3)
        run = goodhart.Simulation(SCENARIO, "quota", 3)
        while not run.done:
            step = run.next_step
            means = run.step()
            for name in ("value", "net_value", "cost", "gaming_share", "hours"):
                self.assertEqual(means[name], float(data[name].sel(step=step)), name)
            for metric, dashboard in means["dashboard"].items():
                self.assertEqual(dashboard, float(data.dashboard.sel(step=step, metric=metric)))
            now = people.sel(sample=step)
            numpy.testing.assert_array_equal(run.value, now.value.values)
            numpy.testing.assert_array_equal(run.reading("tickets"), now.reading.sel(metric="tickets").values)
            numpy.testing.assert_array_equal(run.trait("skill"), now.trait.sel(trait_name="skill").values)
        self.assertEqual(run.next_step, 6)

    def test_columns_are_views(self):
        run = goodhart.Simulation(SCENARIO, "quota", set={"population.size": 5000})
        run.step()
        columns = {"value": run.value, "units": run.units("work"), "hours": run.hours, "reading": run.reading("output"),
                   "reward": run.reward, "utility": run.utility, "gaming_time": run.gaming_time,
                   "contribution": run.contribution}
        before = {name: column.copy() for name, column in columns.items()}
        for name, column in columns.items():
            self.assertEqual(column.shape, (5000,), name)
            self.assertFalse(column.flags.writeable or column.flags.owndata, name)
            with self.assertRaises(ValueError):
                column[0] = 3
        run.set_stakes("quota", 0)
        run.step()
        self.assertTrue((columns["reading"] != before["reading"]).any())
        self.assertTrue(numpy.shares_memory(columns["value"], run.value))
        del run
        self.assertTrue(all(numpy.isfinite(column).all() for column in columns.values()))

    def test_explaining_changes_nothing(self):
        one, other = goodhart.Simulation(SCENARIO, "quota"), goodhart.Simulation(SCENARIO, "quota")
        told = one.explain(7)
        self.assertEqual(told.text, goodhart.explain(SCENARIO, "quota", 7, 0).text)
        self.assertEqual(repr(one.step()), repr(other.step()))


class Leading(unittest.TestCase):
    def test_what_is_set_is_as_if_written_so(self):
        run = goodhart.Simulation(AUDITED, "quota", 2)
        run.set_target("quota", 11)
        run.set_audit_rate(0.4)
        written = goodhart.Simulation(AUDITED, "quota", 2,
                                      set={"policies.quota.quota.target": 11, "policies.quota.audits.rate": 0.4})
        while not run.done:
            self.assertEqual(repr(run.step()), repr(written.step()))  # NaN is not equal to NaN
        self.assertEqual(run.means["target"], {"quota": 11.0})
        pay = goodhart.Simulation(SCENARIO, "pay")
        pay.set_rate("linear", 0.5)
        self.assertGreater(pay.step()["reward"], goodhart.Simulation(SCENARIO, "pay").step()["reward"])

    def test_phases(self):
        text = SCENARIO + "  two:\n    phases:\n      - {name: a, from: 0, incentives: []}\n      - {name: b, incentives: []}\n"
        run = goodhart.Simulation(text, "two")
        run.step()
        self.assertEqual((run.phase, run.incentives), ("a", []))
        run.begin_phase("b")
        run.step()
        self.assertEqual(run.phase, "b")


class Mistakes(unittest.TestCase):
    def test_sentences(self):
        run = goodhart.Simulation(SCENARIO, "quota")
        for wrong, kind, expected in (
            (lambda: goodhart.Simulation(SCENARIO, "quoto"), goodhart.ScenarioError, "did you mean 'quota'"),
            (lambda: goodhart.Simulation(SCENARIO, replicate=-1), ValueError, "replicate: must be a whole number"),
            (lambda: run.units("wrok"), KeyError, "there is no activity wrok; there is work and tick"),
            (lambda: run.reading("x"), KeyError, "there is no metric x"),
            (lambda: run.trait("x"), KeyError, "there is no trait x"),
            (lambda: run.explain(40), goodhart.ScenarioError, "employee 40: must be from 0 to 39"),
            (lambda: run.explain(-1), ValueError, "employee: must be"),
            (lambda: run.set_target("quota", float("nan")), goodhart.ScenarioError, "must be a number that is finite"),
            (lambda: run.set_target("quota", "high"), TypeError, ""),
            (lambda: run.set_rate("quota", 1), goodhart.ScenarioError, "has no rate"),
            (lambda: run.set_audit_rate(0.5), goodhart.ScenarioError, "has no audits"),
            (lambda: pickle.dumps(run), TypeError, "cannot be pickled"),
        ):
            with self.subTest(expected=expected), self.assertRaisesRegex(kind, expected):
                wrong()
        run.step()

    def test_after_an_error_it_says_so(self):
        run = goodhart.Simulation(SCENARIO, "pay", set={"metrics.output.noise": 0.3, "policies.pay.linear.rate": 0.2})
        run.step()
        run.set_stakes("linear", 1e308)
        with self.assertRaises(goodhart.RunsFailed):
            for _ in range(3):
                run.step()
        for use in (run.step, lambda: run.value, lambda: run.explain(3), lambda: run.next_step):
            with self.assertRaisesRegex(goodhart.RunsFailed, "this run has ended with an error"):
                use()

    def test_two_threads_cannot_use_it_at_once(self):
        run = goodhart.Simulation(SCENARIO, "quota", set={"population.size": 20000})
        said = []

        def use():
            try:
                for _ in range(5):
                    run.step()
            except RuntimeError as error:
                said.append(str(error))

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(said), {"this simulation is being used by another thread"})

    def test_it_goes_on_in_a_fork(self):
        done = python(f"""
import os, goodhart
run = goodhart.Simulation({SCENARIO!r}, "quota")
run.step()
child = os.fork()
means = run.step()
if child == 0:
    again = goodhart.Simulation({SCENARIO!r}, "quota")
    again.step()
    os._exit(0 if repr(means) == repr(again.step()) else 1)
print(os.waitpid(child, 0)[1])
""")
        self.assertEqual(done.stdout.strip(), "0", done.stderr)


if __name__ == "__main__":
    unittest.main()
