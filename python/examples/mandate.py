"""An agent that leads a small company which counts prompts: what it learns, and what comes of it."""

from __future__ import annotations

from goodhart.gym import Leadership
from policy_gradient import learn

# Small, so that an episode takes milliseconds.
SMALL = {"population.size": 100, "time.before": 4, "time.steps": 8}


def lead(reward: str) -> None:
    """Lets an agent that is rewarded by ``reward`` learn the stakes of the quota; prints them, and what they do against none."""
    leader = Leadership(
        "ai-usage-mandate",
        "usage_quota",
        levers={"stakes quota": (0, 2)},
        reward=reward,
        set=SMALL,
    )
    plan = learn(leader)
    print(f"stakes of the quota: {2 * plan[0]:.2f} (from 0 to 2; the scenario's own are 1)")
    for stakes in (0.0, 2 * plan[0]):
        leader.reset(seed=1)
        done, dashboard, value = False, 0.0, 0.0
        while not done:
            _, _, _, done, info = leader.step(leader.action_space.low + stakes)
            dashboard += info["means"]["dashboard"]["prompts"] / leader.scenario.steps
            value += info["means"]["value"] / leader.scenario.steps
        print(f"with stakes {stakes:.2f}: {dashboard:.1f} prompts on the dashboard, value {value:.4f}")
