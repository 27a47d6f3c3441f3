"""A small policy gradient (REINFORCE with a baseline) in NumPy: actions are Gaussian around a plan for the whole episode."""

from __future__ import annotations

import numpy
from goodhart.gym import Leadership
from numpy.typing import NDArray

Array = NDArray[numpy.float64]


def episode(leader: Leadership, plan: Array, width: float, seed: int, draws: numpy.random.Generator) -> tuple[Array, float]:
    """Leads one episode: returns how far each action was from the plan (in widths), and the mean reward."""
    low, high = leader.action_space.low, leader.action_space.high
    leader.reset(seed=seed)
    tried = plan + width * draws.normal(size=plan.shape)
    rewards = []
    truncated = False
    while not truncated:
        _, reward, _, truncated, _ = leader.step(low + numpy.clip(tried, 0, 1) * (high - low))
        rewards.append(reward)
    return (tried - plan) / width, float(numpy.mean(rewards))


def learn(leader: Leadership, rounds: int = 30, episodes: int = 8, width: float = 0.15, rate: float = 0.08) -> Array:
    """The plan that the agent has learned, from 0 (lowest) to 1 (highest) for each lever; it begins in the middle.

    Each round leads a few episodes, all on the same luck, and moves the plan towards what did better than the round's
    mean, by natural gradient: the mean of (deviation x advantage), with advantages divided by their standard deviation.
    """
    draws = numpy.random.default_rng(7)
    plan = numpy.full(leader.action_space.shape, 0.5)
    for number in range(rounds):
        led = [episode(leader, plan, width, number, draws) for _ in range(episodes)]
        rewards = numpy.array([reward for _, reward in led])
        advantage = (rewards - rewards.mean()) / (rewards.std() + 1e-12)
        step = numpy.mean([deviation * better for (deviation, _), better in zip(led, advantage)], axis=0)
        plan = numpy.clip(plan + rate * step, 0, 1)
    return plan
