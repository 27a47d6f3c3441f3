/// A scenario in which nearly everything that the format knows happens at once, for laws that must hold of all of
/// it. Only what makes decisions slow is left out: rewards with bends in two readings at once.
#pragma once

#include <string>

namespace goodhart::test {

/// 100 employees, groups, three policies with windows, delays, audits that dismiss, phases and overrides.
inline const std::string kBusyWorld = R"(
goodhart: 1
title: A busy world
time: {before: 3, steps: 9}
seed: 11
replicates: 3
population:
  size: 100
  team_size: 7
  groups:
    junior: {share: 0.4, traits: {boost: {normal: {mean: 0.6, sd: 0.2, min: 0}}}}
    senior: {share: 0.6, traits: {boost: {normal: {mean: 0.1, sd: 0.2, min: 0}}}, behaviour: {best_response: {inertia: 0.3}}}
  traits:
    skill: {lognormal: {median: 1, sigma: 0.3}}
    climate: {uniform: {low: 0.9, high: 1.1, per: team}}
    scruple: {lognormal: {median: 0.4, sigma: 0.8}}
    drive: skill * climate + 0.1 * founder
  network: {random: {degree: 5}}
effort: {strain: 3, intrinsic: 0.4 * drive, discount: 0.97, crowding: 0.2, risk_aversion: 0.5}
activities:
  by_hand: {value: skill, strain: 0.3}
  with_ai: {value: skill * (1 + boost), perceived_value: skill * (1.2 + boost), saturation: skill, strain: 0.3, cost: 0.1,
            later: {after: 2, time: 0.05, value: -0.1, defects: 0.3, foreseen: 0.5}}
  busywork: {gaming: true, time: 0.3, max: 2, aversion: scruple, erosion: 0.7, cost: 0.4}
metrics:
  prompts: {measures: {with_ai: 100, busywork: 150}, noise: 5, common: 0.3}
  output: {measures: value, noise: {student_t: {scale: 0.2, dof: 6}}, delay: 1}
  defects: {measures: {by_hand: 0.1}, baseline: 0.2, noise: {laplace: {scale: 0.05}}, better: lower,
            dashboard: {share_above: 0.3}}
policies:
  trust: []
  quota:
    incentives:
      - quota: {metric: prompts, target: 60 * skill, reward: 0.2, penalty: 0.05, every: 2}
      - linear: {metric: output, rate: 0.2, floor: -.inf, target: 0.8, every: 3}
    audits: {rate: 0.2, penalty: 0.3, cost: 0.02, dismiss: 0.6}
  turn:
    phases:
      - name: mandate
        from: 0
        incentives: [{quota: {metric: prompts, target: 50, reward: 0.3}}]
      - name: outcome
        from: 5
        incentives: [{linear: {metric: defects, rate: 0.4}}, {quota: {metric: output, target: 0.9, reward: 0.2}}]
        override: {activities.with_ai.cost: 0.3, activities.busywork.aversion: {exponential: {mean: 0.5}}}
record: {teams: true, employees: {every: 2, sample: 50}}
)";

}  // namespace goodhart::test
