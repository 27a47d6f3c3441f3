/// Behaviours in a run: what they close, what inertia keeps, what crowding out counts as at stake.
#include "goodhart/model/behaviour.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Results;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// One activity worth doing, one trick that a quota pays for.
const std::string kTempted = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 40}
activities: {work: {value: 1}, trick: {gaming: true}}
metrics: {ticks: {measures: {trick: 10}}}
policies:
  tempted: [{quota: {metric: ticks, target: 1, reward: 0.5}}]
)";

}  // namespace

TEST_CASE("the honest never game, not even out of inertia") {
  const Settings converted = {{"policies", R"({converted: {phases: [
          {name: before, from: 0, incentives: [{quota: {metric: ticks, target: 1, reward: 0.5}}]},
          {name: after, from: 3, incentives: [{quota: {metric: ticks, target: 1, reward: 0.5}}],
           override: {behaviour: {honest: {inertia: 0.9}}}}]}})"}};
  const Results results(scenario_text(kTempted, converted));
  const std::vector<double> gamers = results.series("converted", "gamers");
  CHECK(gamers == std::vector<double>{1, 1, 1, 0, 0, 0});
  // What they kept of their time they still work: the trick is closed, the rest goes on.
  CHECK(results.series("converted", "effort", {"work"}).back() > 0.8);
}

TEST_CASE("efforts that do not fit are cut at their bound and then scaled down together") {
  const Settings told = {{"behaviour", "{fixed: {efforts: {work: 2, trick: 1}}}"},
                         {"activities.trick.max", "0.5"},
                         {"effort.budget", "1"}};
  const Results results(scenario_text(kTempted, told));
  CHECK(results.average("tempted", "effort", {"work"}) == doctest::Approx(0.8).epsilon(1e-12));
  CHECK(results.average("tempted", "effort", {"trick"}) == doctest::Approx(0.2).epsilon(1e-12));
}

TEST_CASE("nothing is at stake, and nothing crowded out, where a quota is met whatever one does") {
  const Settings crowded = {{"effort.crowding", "10"}, {"effort.intrinsic", "0.4"}, {"activities.trick.max", "0"}};
  // 1 + .4 / 4 hours where motivation is whole; the reading cannot reach the target, or is above it from the start.
  Settings out_of_reach = crowded, met = crowded, open = crowded;
  out_of_reach.emplace_back("policies.tempted.quota.target", "100");
  met.emplace_back("metrics.ticks.baseline", "5");
  open.emplace_back("metrics.ticks.measures", "{work: 10}");
  open.emplace_back("policies.tempted.quota.target", "12");
  CHECK(Results(scenario_text(kTempted, out_of_reach)).average("tempted", "hours") == doctest::Approx(1.1));
  CHECK(Results(scenario_text(kTempted, met)).average("tempted", "hours") == doctest::Approx(1.1));
  // The target is within reach but not worth the strain: motivation is down to 0.4 / (1 + 10 x 0.01).
  open.emplace_back("policies.tempted.quota.reward", "0.01");
  CHECK(Results(scenario_text(kTempted, open)).average("tempted", "hours") ==
        doctest::Approx(1 + 0.4 / 1.1 / 4).epsilon(1e-9));
}

TEST_CASE("an override of the first step mends what cannot be drawn without it") {
  const Settings broken = {{"population.traits", "{pace: {uniform: {low: -1, high: 1}}}"},
                           {"activities.work.time", "pace"},
                           {"policies", "{mended: {override: {activities.work.time: 1}}}"}};
  CHECK(Results(scenario_text(kTempted, broken)).average("mended", "hours") == doctest::Approx(1.075));
}
