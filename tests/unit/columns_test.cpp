/// Employees who are decided for in columns, all at once, do what each would do by itself.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/engine/explanation.hpp"
#include "support/run.hpp"

using goodhart::Explanation;
using goodhart::test::Run;
using goodhart::test::scenario_text;

namespace {

const std::string kWorld = R"(
goodhart: 1
title: columns
time: {steps: 6}
population:
  size: 150
  team_size: 75
  traits: {skill: {lognormal: {median: 1, sigma: 0.3}}, scruple: {lognormal: {median: 0.3, sigma: 1}}}
effort: {strain: 2, intrinsic: 0.3}
activities:
  work: {value: skill, strain: 0.5}
  show: {gaming: true, aversion: scruple, strain: 0.3}
  rest: {value: 0.2}
metrics:
  output: {measures: {work: skill, show: 1.5}, noise: 0.3}
  errors: {baseline: 2, measures: {work: -0.8, show: -1}, noise: 0.2, better: lower}
policies: {all: []}
)";

}  // namespace

TEST_CASE("columns: whoever is decided for among many does what it would do alone") {
  const std::vector<std::pair<std::string, std::string>> policies{
      {"a bonus with a floor", "[linear: {metric: output, target: 1, rate: 0.6}]"},
      {"a bonus with a floor where less is better", "[linear: {metric: errors, target: 1.2, rate: 0.6}]"},
      {"a bonus with a cap", "[linear: {metric: output, target: 0.8, rate: 0.9, floor: -.inf, cap: 0.15}]"},
      {"a bonus with a cap where less is better",
       "[linear: {metric: errors, target: 1.4, rate: 0.9, floor: -.inf, cap: 0.15}]"},
      {"a bonus with both", "[linear: {metric: output, target: 0.8, rate: 0.9, cap: 0.4}]"},
      {"a bonus whose window is longer", "[linear: {metric: output, target: 1, rate: 0.6, every: 3}]"},
      {"a contest of all", "[tournament: {metric: output, top: 0.2, prize: 0.8, bottom: 0.1, penalty: 0.4}]"},
      {"a contest in each team",
       "[tournament: {metric: output, scope: team, top: 0.2, prize: 0.8, bottom: 0.1, penalty: 0.4}]"},
      {"a standing and a prize", "[status: {metric: output, prize: 0.6}, tournament: {metric: output, prize: 0.5}]"},
      {"a standing in each team", "[status: {metric: errors, scope: team, prize: 0.6}]"},
      {"a bonus and a contest on it",
       "[linear: {metric: output, target: 1, rate: 0.6}, tournament: {metric: output, prize: 0.5}]"},
  };
  for (const auto& policy : policies) {
    const std::string &name = policy.first, &incentives = policy.second;
    CAPTURE(name);
    for (const std::string size : {"75", "10"}) {
      CAPTURE(size);
      Run run(scenario_text(kWorld, {{"population.team_size", size}, {"policies.all", incentives}}));
      double moved = 0;
      for (int step = 0; step < 5; ++step) {
        CAPTURE(step);
        run->ready();
        std::vector<Explanation> told;
        for (std::size_t i = static_cast<std::size_t>(step); i < 150; i += 17) told.push_back(run->explain(i));
        run->step();
        for (const Explanation& one : told) {
          CAPTURE(one.employee);
          for (std::size_t k = 0; k < one.chosen.units.size(); ++k) {
            CHECK(std::fabs(one.chosen.units[k] - run->units(static_cast<int>(k))[one.employee]) < 1e-7);
            moved = std::max(moved, std::fabs(one.chosen.units[k] - one.options.front().units[k]));
          }
        }
      }
      CHECK(moved > 0.01);  // what is promised makes a difference
    }
  }
}
