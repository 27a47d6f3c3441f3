/// `goodhart new`: prints a scenario to start from.
#include <fmt/core.h>

#include <memory>
#include <string_view>

#include "command_line.hpp"
#include "goodhart_first_file.hpp"

namespace goodhart {
namespace {

constexpr std::string_view kFull =
    R"yaml(# Every part of the scenario format, each with a word on what it does. `goodhart schema --markdown` has the details.
# Only goodhart, title, activities, metrics and policies are needed; everything else has a default.
goodhart: 1                     # version of the format
title: A usage quota, with everything in it
description: >
  What the scenario shows.
author: A researcher            # who answers for it; shown on pages
date: 2026-11-30                # only a label
sources:                        # what parameters rest on
  - {claim: an assistant saves a tenth of the time, source: "a made-up study, 2026"}

time:
  steps: 52                     # length of the run
  before: 13                    # steps before step 0, without incentives, the same for all policies
  unit: week                    # what a step is called
seed: 1                         # where all chance comes from
replicates: 4                   # how often the whole is repeated with other luck; 2 or more give intervals
compare_with: trust             # what differences are taken against; by default the first policy

population:
  size: 200
  team_size: 10                 # by default one team
  groups:                       # kinds of employees; the shares sum to 1
    junior: {share: 0.4, traits: {boost: {normal: {mean: 0.6, sd: 0.2}}}}
    senior:
      share: 0.6
      traits: {boost: {normal: {mean: 0.2, sd: 0.2, min: -0.5, max: 1}}}      # cut off at min and max
      behaviour: {best_response: {inertia: 0.9}}     # a group may choose in its own way
  # Numbers that each employee has. A quantity, here and wherever a number may differ between employees, is a number, a
  # distribution, or an expression over the traits before it.
  traits:
    skill: {lognormal: {median: 1, sigma: 0.3}}
    honest: {bernoulli: {p: 0.4}}                    # 1 or 0
    scruple: {gamma: {shape: 2, scale: 0.3}}
    habit: {beta: {a: 2, b: 5}}
    clutter: 0                  # the level of a stock at first; see stocks
    patience: {exponential: {mean: 1}}
    reach: {pareto: {scale: 1, shape: 3, max: 20}}
    mood: {student_t: {location: 0, scale: 0.1, dof: 5}}
    site: {discrete: {values: [0, 1], weights: [3, 1]}}
    tools: {uniform: {low: 0.8, high: 1.2, per: team}}       # one draw for the team instead of one for each
    output_per_hour: "skill * max(0.1, tools + mood)"        # quoted because of the comma
  # Who sees whom: team, none, complete, small_world, random {degree}, scale_free {degree}, {edges: FILE} or
  # {edges: {pairs: [[0, 1], [0, 2]], mutual: true}}
  network: {small_world: {degree: 4, rewire: 0.1}}

effort:
  budget: 1.25                  # most time in a step
  norm: 1                       # hours kept when nothing speaks for more or less
  strain: 4                     # how hard hours are to move from the norm
  intrinsic: 0.3                # how much a unit of contribution is worth by itself
  risk_aversion: 0.1            # dislike of uncertain pay
  solidarity: 0.2               # how much of the team's reward counts as one's own: 0 selfish, 1 all of it
  discount: 0.99                # what a reward a step later is worth now
  crowding: 0.1                 # how far rewards crowd out intrinsic motivation
  # horizon: 26                 # for how many steps people reckon with what they set up, where a setup is paid once
  interactions:                 # activities that get into each other's way; negative strain: that help each other
    - {between: [by_hand, with_ai], strain: 0.05}

activities:
  by_hand:
    value: output_per_hour      # value of the first unit
    strain: 0.1                 # how it tires
    max: 2                      # most units in a step
    team_value: {value: 0.1, saturation: 0.05}               # what a unit gives team mates, or just its value
    team_load: 0.02             # time that a unit takes from them in the next step
  with_ai:
    value: output_per_hour * (1 + boost)
    perceived_value: output_per_hour * (1.1 + boost)         # what the employee believes
    saturation: output_per_hour                              # each further unit is worth less
    time: 0.9                   # time for a unit
    strain: 0.1
    aversion: 0.2 * (1 - habit) # what a unit costs the person besides time
    cost: 65 * min(reach, 5)    # money for a unit
    later:                      # what a unit brings some steps later
      after: 3
      time: 0.05 * (1 + site)   # rework
      value: -0.02              # bugs
      foreseen: 0.5             # share of it that employees act on
      tickets: 0.1              # a metric by its name: what it then adds to the reading
    spread:                     # not open to all: access spreads among peers
      initial: 0.3              # share with access at first
      innovation: 0.02          # probability per step of finding it by oneself
      imitation: 0.1            # ... of taking it over where all peers are seen doing it
      abandon: 0.01             # ... of losing it where one does not use it
      trying: {by: learn, rate: 0.5, patience: 0.95}         # ... of gaining it by effort, weighed against what comes of it
  learn: {strain: 2}            # hours with the manual
  busywork:
    gaming: true                # counts as gaming, is audited, is closed to the honest
    aversion: scruple * patience
    erosion: 0.4                # how far aversion falls when all peers are seen doing it
    visible: 0.005              # effort from which on others see it
    max: 1 - honest
    time: 0.2
    cost: 195
    setup: {time: 0.05, aversion: 0.01, cost: 20, paid: each_step}  # what it takes to do it at all; or paid: once

metrics:
  prompts:
    measures: {with_ai: {loading: 100, saturation: 10}, busywork: 300}      # units of the metric for a unit
    kind: volume                # how reports group it: volume or outcome
    noise: 5                    # standard deviation of one reading
    baseline: 2                 # reading without any effort
    dashboard: {share_above: 50}        # what leadership sees; by default the mean
  output:
    measures: value             # or contribution
    noise: {student_t: {scale: 0.2, dof: 5}}                 # or {normal: {scale}}, {laplace: {scale}}
    common: 0.2                 # share of the noise that all employees share in a step
    delay: 2                    # read that many steps later
    level: individual           # whose reading counts: one's own
    cost: 10                    # money for measuring one employee in a step, while an incentive reads it
  tickets:
    measures: {by_hand: 0.05}
    better: lower               # which way is up
    noise: {laplace: {scale: 0.01}}
  team_output:
    measures: {value: 1, by_hand: 0.1}      # value or contribution with a weight, beside activities
    level: team                 # everybody in the team is read at its mean; or organisation
    noise: {normal: {scale: 0.3}}

# Or honest; {fixed: {efforts: {by_hand: 1}}}; {quantal: {rationality: 20}}, where better plans are likelier;
# {learning: {rate: 1, forgetting: 0.05, exploration: 0.05}}, by what has paid; {imitation: {rate: 5, mutation: 0.01}}, of
# peers who fare better; {trial: {changes: [0.1, -0.1]}}, by small changes that are kept if better. Each also with inertia.
behaviour:
  best_response:
    inertia: 0.2                # probability of keeping the last step's efforts
    farsighted: {discount: 0.9} # foresees that a ratchet makes tomorrow's target of today's result

workforce:
  attrition: 0.005              # probability per step that one leaves
  outside:                      # and leaves for what it would have elsewhere, by comparing once a quarter
    utility: 0.1 + 0.2 * (skill - 1)                         # what that is, beside pay
    scale: 0.2                  # how bluntly it compares; 0: to the digit
    chance: 0.1                 # probability that one who is far worse off here leaves
    every: 13
  hiring: {applicants: 3, signal: skill, validity: 0.4}      # the best of them by a signal that tells this much of a trait
  # hiring: {copy: {top: 0.2, mutate: 0.1}}                  # or copies of the best by a tournament that dismisses
  cost: 3000                    # money for a hire

learning:                       # traits that change with use
  - {trait: habit, by: with_ai, rate: 0.02, ceiling: 1}      # grows towards the ceiling
  - {trait: scruple, by: busywork, rate: -0.1, floor: 0}     # wears down to the floor

stocks:                         # what all fill and drain together, and see as a trait
  - {trait: clutter, of: organisation, decay: 0.02, adds: {busywork: 0.1, by_hand: -0.01}}      # of all, or of each team

policies:
  trust: []                     # no incentives
  usage_quota:                  # a list of incentives
    - quota: {metric: prompts, target: 60, reward: 0.1, penalty: 0.05, every: 4, name: weekly_use}
  stack_ranking:                # the best ranks win a prize; the worst pay and are dismissed
    - tournament: {metric: output, scope: organisation, top: 0.2, prize: 0.3, bottom: 0.05, penalty: 0.2, dismiss: true,
                   every: 13, paid: money}   # or esteem, which costs the organisation nothing, or base_pay
  leaderboard:                  # what counts is how many of the others one is ahead of
    - status: {metric: output, scope: team, prize: 0.1}
  team_against_team:            # paid for being ahead of the others, and for what the team achieves
    - relative: {metric: team_output, scope: organisation, rate: 0.1}
    - linear: {metric: team_output, rate: 0.1, target: 1}
  audited_quota:                # the same with audits and changed coefficients
    label: Quota with audits    # what reports call it; metrics and activities have one, too
    description: Half a day of looking each week.
    role: option                # or reference: shown beside the options and never ranked
    incentives:
      - quota: {metric: prompts, target: 60, reward: 0.1}
    audits: {rate: 0.1, penalty: 2, cost: 50, dismiss: 0}    # dismiss: probability for one who is caught
    # Or: audits: {rate: 0.02, fine: 0.5, cost: 50,          # a fine whatever the units, and more audits of what stands out:
    #              suspicion: {metric: prompts, against: others, above: 2, rate: 0.5}}    # or top: 0.05, or against: past, memory: 8
    override: {activities.with_ai.aversion: 0, learning.0.rate: 0.04}      # any coefficient outside policies, by its path
  moving_targets:               # leadership reacts
    incentives:
      - quota: {metric: prompts, target: 20, reward: 0.05}
      - linear: {metric: output, target: 1, rate: 0.1, floor: -0.5, cap: 0.5}
    leadership:
      - ratchet: {incentive: quota, speed: 0.2, of: team, up_only: true}          # the target follows what was achieved
      - escalate: {incentive: quota, goal: 0.8, factor: 1.5, every: 4, cap: 3}    # stakes rise while the dashboard misses it
      - retrain: {every: 13, sample: 20, budget: 0.02}       # rates of linear incentives are fitted to audited employees
  best_of_all:                  # leadership rehearses contracts before the first step, takes the best, and keeps it
    incentives: [{linear: {metric: output, target: 1, rate: 0.1, floor: -0.5, cap: 0.5}}]
    leadership:
      - commit: {levers: {policies.best_of_all.linear.rate: {from: 0, to: 0.5, points: 6}}, best_by: net_after_bonuses, rehearsals: 8}
  quota_then_output:            # phases, each from a step on, or, without from, when leadership revises the policy
    phases:
      - name: mandate
        from: 0
        incentives: [{quota: {metric: prompts, target: 60, reward: 0.1}}]
        leadership:
          - revise:             # once all of these hold, the other phase begins with some chance per step
              when:
                - {metric: prompts, above: 0.5}              # on the dashboard; or below
                - {metric: prompts, alignment_below: 0.4, sample: 20}      # its correlation with contribution, by audits
              chance: 0.5
              to: outcome
          - revise: {when: [{gaming_above: 0.05}], to: outcome}            # a tip-off
          - infer:              # a Kalman filter of the share of prompts that is made up; acts once it is sure
              metric: prompts
              first: 0.1
              first_sd: 0.1
              drift: 0.02
              signals:          # each is none + (all - none) x share, and noise: or see: dashboard, tips
                - {see: bill, none: 50, all: 200, sd: 40}
                - {see: audits, sample: 20, sd: 0.1}
              above: 0.3
              sure: 0.95
              to: outcome
      - name: outcome
        incentives:
          - linear: {metric: output, target: 1, rate: 0.2, floor: -0.5, cap: 0.5}
          - linear: {metric: tickets, rate: 0.5, target: 0.05, floor: -0.5, cap: 0.5, name: few_tickets}

organisation:
  value_price: 4500             # money for a unit of value
  pay: 3000                     # one step's pay: what a unit of utility is worth in money
  currency: USD                 # what money is counted in

record:                         # what the results file holds besides the means over all
  every: 1                      # step interval
  groups: true                  # means of each group
  teams: false                  # means of each team
  employees: {every: 13, sample: 50}    # single employees

experiment:                     # what is uncertain and what can be chosen: see docs/studies.md
  outcome: net_value - bonus    # what studies look at: a result by step, or a formula of such results
  require: [gaming_share <= 0.5]
  vary:                         # worlds; goodhart compare tries both ends of each range
    organisation.value_price: {from: 3000, to: 6000, scale: log, as: price}    # scale: linear or log
    effort.intrinsic: {uniform: {low: 0.2, high: 0.4}, as: care}               # or any distribution
  levers:                       # numbers of policies; step, points or values make a grid of which sweeps take every value
    policies.usage_quota.weekly_use.reward: {from: 0.05, to: 0.15, step: 0.05, as: reward, also: [policies.audited_quota.quota.reward]}
  where: [reward * price < 1000]                      # other points are left out
  design: {sobol: {points: 8}}  # or grid, {latin_hypercube: {points: 8}}, {file: {name: points.csv}} with inputs: and rows:
  keep: means                   # of each run of a sweep; or series: the values at each recorded step, too
  sensitivity: {sobol: {rows: 64, scrambles: 16}}     # or {morris: {trajectories: 32}}
  search: {tolerance: 5, replicates: 256, front: [net_value, -cost]}  # a tolerance is for one outcome, front for several
  robust: {regret: 50}                                # an option fails where another is better by more than this
  fit:                                                # what an organisation knows of itself
    policy: usage_quota
    points: 1024
    particles: 512
    data:
      dashboard: {mean: prompts, value: 61, allow: 0.5}
      at_target: {share: prompts, between: [60, 62], from: 4, to: 7, file: ours.csv, column: prompts}
      survey: {outcome: gamers, value: 0.5, sd: 0.05}

lesson:                         # questions that goodhart lesson asks before the run; the answers are computed
  number: 1                     # its place among the lessons of a folder
  story: Some are paid for sixty prompts a week.
  questions:
    - ask: What happens to the prompts?
      kind: direction           # up, down or same; or order, or number
      of: dashboard             # a variable of the results
      metric: prompts
      policies: [usage_quota]
      than: trust               # by default compare_with
      picture: course           # bars, course (over time), or histogram (of the readings of single employees)
      because: What is paid for is done more.
    - {ask: "Who games most?", kind: order, of: gaming_share, policies: [usage_quota], groups: [junior, senior], within: 0.01,
       because: Whoever is furthest below the target.}
    - {ask: "How much of the week do seniors spend on busywork in the end?", kind: number, of: effort, activity: busywork,
       group: senior, policies: [usage_quota], as: level, when: end, because: "As much as they need, and no more."}
  next: {set: {policies.usage_quota.weekly_use.target: 90}, look: "Raise the target. Does anybody give up?"}
)yaml";

}  // namespace

Command new_command() {
  const auto kind = std::make_shared<std::string>();
  return {.name = "new",
          .purpose = "Print a scenario to start from",
          .options = {{"KIND", "first|full", "first: the shortest; full: every part of the format, with comments",
                       Word{kind.get(), {"first", "full"}}, "", true}},
          .notes =
              "Examples:\n"
              "  goodhart new first > first.yaml\n"
              "  goodhart new full | less",
          .act = [kind] {
            fmt::print("{}", *kind == "first" ? kFirstFile : kFull);
            return Exit::done;
          }};
}

}  // namespace goodhart
