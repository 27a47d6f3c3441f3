"""Leadership keeps to Gymnasium's interface, follows from its seed, and pays for truth; the examples learn what they say."""

import inspect
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from small import SCENARIO, SOURCE  # noqa: E402

import goodhart  # noqa: E402
import numpy  # noqa: E402
from goodhart.gym import Leadership  # noqa: E402

LEVERS = {"target quota": (5, 25), "stakes quota": (0, 2), "sample": (0, 10)}


def leader(**options):
    return Leadership(SCENARIO, "quota", **{"levers": LEVERS, **options})


def check_environment(test, env):
    """The rules that Gymnasium's checker goes through."""
    parameters = inspect.signature(env.reset).parameters
    test.assertEqual([parameters[name].kind for name in ("seed", "options")], [inspect.Parameter.KEYWORD_ONLY] * 2)
    for space in (env.action_space, env.observation_space):
        test.assertEqual((space.low.shape, space.high.shape), (space.shape, space.shape))
        test.assertTrue((space.low < space.high).all())
        test.assertTrue(space.contains(space.sample()))
    first = env.reset(seed=123)
    test.assertIsInstance(first, tuple)
    seen, info = first
    test.assertTrue(env.observation_space.contains(seen), seen)
    test.assertEqual(seen.dtype, numpy.float64)
    test.assertIsInstance(info, dict)
    numpy.testing.assert_array_equal(env.reset(seed=123)[0], seen)
    numpy.testing.assert_array_equal(env.reset(seed=123, options={})[0], seen)
    other, again = env.reset()[1], env.reset()[1]
    test.assertNotEqual(other["replicate"], again["replicate"])
    action = env.action_space.sample()
    kept = action.copy()
    found = env.step(action)
    test.assertEqual(len(found), 5)
    seen, reward, terminated, truncated, info = found
    numpy.testing.assert_array_equal(action, kept)
    test.assertTrue(env.observation_space.contains(seen), seen)
    test.assertIsInstance(reward, float)
    test.assertIsInstance(terminated, bool)
    test.assertIsInstance(truncated, bool)
    test.assertIs(env.unwrapped, env)
    test.assertIn("render_modes", env.metadata)
    env.close()


class Interface(unittest.TestCase):
    def test_our_checker(self):
        check_environment(self, leader())

    def test_gymnasium_s_checker(self):
        try:
            from gymnasium.utils.env_checker import check_env
        except ImportError:
            self.skipTest("Gymnasium is not there")
        check_env(leader())

    def test_an_episode_follows_from_seed_and_actions(self):
        episodes = []
        for seed in (5, 5, 6):
            env, seen = leader(), []
            env.reset(seed=seed)
            done = False
            while not done:
                now, reward, _, done, _ = env.step(numpy.array([14.0, 1.0, 4.0]))
                seen.append((reward, *now))
            episodes.append(seen)
        self.assertEqual(episodes[0], episodes[1])
        self.assertNotEqual(episodes[0], episodes[2])
        self.assertEqual(len(episodes[0]), 6)

    def test_every_counts_steps_and_the_episode_ends(self):
        env = leader(every=4)
        env.reset(seed=1)
        self.assertFalse(env.step(env.action_space.low)[3])
        self.assertTrue(env.step(env.action_space.low)[3])
        with self.assertRaisesRegex(RuntimeError, "the episode is over"):
            env.step(env.action_space.low)
        with self.assertRaisesRegex(RuntimeError, "was not begun"):
            leader().step(env.action_space.low)

    def test_samples_are_paid_for_and_tell(self):
        one, other = leader(sample_cost=8.0, reward="value"), leader(sample_cost=8.0, reward="value")
        one.reset(seed=2)
        other.reset(seed=2)
        blind = one.step(numpy.array([14.0, 1.0, 0.0]))
        told = other.step(numpy.array([14.0, 1.0, 10.0]))
        self.assertAlmostEqual(blind[1] - told[1], 8.0 * 10 / 40)
        self.assertEqual(list(blind[0][-2:]), [0.0, 0.0])
        self.assertTrue(0.5 < told[0][-2] < 1.5)
        self.assertEqual(told[0][-1], 0.25)
        self.assertEqual(blind[4]["means"]["value"], told[4]["means"]["value"])

    def test_actions_are_cut_to_the_bounds(self):
        one, other = leader(), leader()
        one.reset(seed=2)
        other.reset(seed=2)
        numpy.testing.assert_array_equal(one.step(numpy.array([99.0, -5.0, 3.2]))[0],
                                         other.step(numpy.array([25.0, 0.0, 3.2]))[0])

    def test_left_alone_it_is_the_run(self):
        env = leader(reward="dashboard tickets")
        _, info = env.reset(options={"replicate": 2})
        self.assertEqual(info["replicate"], 2)
        data = goodhart.run(SCENARIO).sel(policy="quota", replicate=2, metric="tickets")
        for step in range(6):
            reward = env.step(numpy.array([14.0, 1.0, 0.0]))[1]
            self.assertEqual(reward, float(data.dashboard.sel(step=step)))

    def test_mistakes(self):
        for options, expected in (
            ({"levers": {}}, "levers: there are none"),
            ({"levers": {"height quota": (0, 1)}}, "levers: 'height quota' is none"),
            ({"levers": {"target quota": (3, 3)}}, "the lowest must be below the highest"),
            ({"levers": {"target quoto": (3, 4)}}, "did you mean 'quota'"),
            ({"reward": "happiness"}, "reward: 'happiness' is none"),
            ({"reward": "dashboard nothing"}, "reward: 'dashboard nothing' is none"),
            ({"every": 0}, "every: must be"),
        ):
            with self.subTest(options=options), self.assertRaisesRegex(ValueError, expected):
                leader(**options)
        env = leader()
        env.reset(seed=1)
        for wrong in ([1.0], [1.0, float("nan"), 2.0]):
            with self.assertRaisesRegex(ValueError, "action: must be 3 finite numbers"):
                env.step(numpy.array(wrong))


class Examples(unittest.TestCase):
    def learned(self, name):
        said = subprocess.run([sys.executable, SOURCE / "python/examples" / name], capture_output=True, text=True, timeout=300,
                              env={**os.environ, "PYTHONPATH": os.environ["PYTHONPATH"]})
        self.assertEqual(said.returncode, 0, said.stderr)
        return float(said.stdout.split(":")[1].split()[0])

    def test_who_is_rewarded_by_the_dashboard_inflates_it_and_who_is_rewarded_by_value_stops_paying_for_it(self):
        self.assertGreater(self.learned("rewarded_by_dashboard.py"), 1.8)
        self.assertLess(self.learned("rewarded_by_value.py"), 0.4)


if __name__ == "__main__":
    unittest.main()
