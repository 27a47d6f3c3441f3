/// What is said about slow steps, and that the engine's count of parts is a function of the run.
#include "goodhart/report/slow_steps.hpp"

#include <doctest/doctest.h>

#include "support/run.hpp"

namespace {

using goodhart::HardestDecision;
using goodhart::kHardDecision;
using goodhart::SlowSteps;
using goodhart::StepDone;

/// Two rankings of work that only some do: decisions that take branch and bound.
const char* const kTwoRankings = R"(
goodhart: 1
title: two rankings
seed: 3
time: {steps: 3}
population: {size: 40, team_size: 4, traits: {skill: {normal: {mean: 1, sd: 0.2, min: 0.5, max: 1.5}}}}
effort: {budget: 1.25, strain: 4, intrinsic: 0.3}
activities:
  work: {value: skill, saturation: 0.5}
  show: {value: 0, strain: 0.4}
metrics:
  output: {measures: {value: 1}, noise: 0}
  visible: {measures: {show: 1, work: 0.3}, noise: 0.1}
policies:
  alone: []
  both:
    - tournament: {metric: output, scope: team, top: 0.25, prize: 0.6}
    - status: {metric: visible, prize: 0.8}
)";

StepDone begin(int policy, int replicate, int step) {
  return {.policy = policy, .replicate = replicate, .starts = true, .step = step, .hardest = {}};
}

StepDone end(int policy, int replicate, int step, HardestDecision hardest = {}) {
  return {.policy = policy, .replicate = replicate, .starts = false, .step = step, .hardest = hardest};
}

}  // namespace

TEST_CASE("a hard decision is told once for each run") {
  SlowSteps slow(goodhart::test::scenario_text(kTwoRankings));
  CHECK(slow.note(begin(1, 0, 0), 0) == "");
  CHECK(slow.note(end(1, 0, 0, {kHardDecision - 1, 7}), 1) == "");
  CHECK(slow.note(end(1, 0, 1, {kHardDecision, 7}), 2) ==
        "policy both, replicate 0, step 1: employee 7 was hard to decide for: 5000 parts of what it can do had to be "
        "looked at. The results are exact all the same; see \"What makes a scenario slow\" in docs/performance.md");
  CHECK(slow.note(end(1, 0, 2, {kHardDecision, 7}), 3) == "");
  CHECK(slow.note(end(1, 3, 0, {kHardDecision, 2}), 3) != "");
}

TEST_CASE("a long step is told, and of many runs the first ten") {
  SlowSteps slow(goodhart::test::scenario_text(kTwoRankings));
  CHECK(slow.note(begin(-1, 0, -2), 0) == "");
  CHECK(slow.note(end(-1, 0, -2), 12.4) ==
        "before the policies, replicate 0, step -2: the step took 12 s. The results are exact all the same; see \"What "
        "makes a scenario slow\" in docs/performance.md");
  CHECK(slow.note(begin(0, 0, 0), 100) == "");  // the time between is not the run's
  CHECK(slow.note(end(0, 0, 0), 109) == "");
  for (int replicate = 1; replicate < 9; ++replicate) {
    CHECK(slow.note(begin(0, replicate, 0), 0) == "");
    CHECK(slow.note(end(0, replicate, 0), 10) != "");
  }
  CHECK(slow.note(begin(1, 9, 0), 0) == "");
  CHECK(slow.note(end(1, 9, 0, {6000, 1}), 30) ==
        "policy both, replicate 9, step 0: employee 1 was hard to decide for: 6000 parts of what it can do had to be "
        "looked at; the step took 30 s. The results are exact all the same; see \"What makes a scenario slow\" in "
        "docs/performance.md. Further slow runs are not named");
  CHECK(slow.note(begin(1, 10, 0), 0) == "");
  CHECK(slow.note(end(1, 10, 0), 30) == "");
}

TEST_CASE("the hardest decision of each step is the same for any number of threads") {
  const goodhart::Scenario scenario = goodhart::test::scenario_text(kTwoRankings);
  std::vector<std::vector<std::uint64_t>> seen;
  for (const int threads : {1, 3}) {
    goodhart::TaskPool pool(threads);
    const goodhart::Simulation common(scenario, goodhart::Luck{scenario.seed, 0}, pool);
    CHECK(common.hardest_decision().parts == 0);
    goodhart::Simulation run(common, scenario.policies.entries[1].value);
    std::vector<std::uint64_t>& list = seen.emplace_back();
    for (int step = 0; step < 3; ++step) {
      run.step();
      list.push_back(run.hardest_decision().parts);
      list.push_back(run.hardest_decision().employee);
      CHECK(run.hardest_decision().parts > 1);
    }
  }
  CHECK(seen[0] == seen[1]);
}
