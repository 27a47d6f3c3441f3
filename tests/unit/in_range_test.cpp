/// Runs whose numbers leave the range of numbers end with a sentence, and leave nothing that is none.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "engine/in_range.hpp"
#include "goodhart/model/moments.hpp"
#include "support/run.hpp"

using namespace goodhart;
using namespace goodhart::test;

namespace {

const std::string kWorld = R"(
goodhart: 1
title: Numbers without end
time: {steps: 8}
population: {size: 5, traits: {skill: 1}}
activities:
  work: {value: 1, saturation: 1}
  game: {gaming: true, aversion: 0.1}
metrics:
  m: {measures: {work: 1, game: 3}, noise: 0.2}
policies:
  base: []
  moved: [{quota: {metric: m, target: 1, reward: 0.1}}]
)";

/// How the run of a policy failed; empty where it did not.
std::string failure_of(const Settings& settings, const std::string& policy = "moved") {
  const Scenario scenario = scenario_text(kWorld, settings);
  const goodhart::test::Results results(scenario);
  return results.records().at(static_cast<std::size_t>(scenario.policies.index(policy))).failure;
}

}  // namespace

TEST_CASE("stakes that grow beyond all numbers end the run, and no other") {
  const Settings settings{{"policies.moved",
                           "{incentives: [{quota: {metric: m, target: 1, reward: 0.1}}], leadership: [{escalate: "
                           "{incentive: quota, goal: 100, factor: 1e200}}]}"}};
  CHECK(failure_of(settings) ==
        "at step 2 the stakes of the incentive quota came out infinite, beyond the largest number that can be computed "
        "with, "
        "1.8e+308; bound them: give escalate a cap");
  CHECK(failure_of(settings, "base").empty());
  // Held by a cap, they go on.
  CHECK(failure_of({{"policies.moved",
                     "{incentives: [{quota: {metric: m, target: 1, reward: 0.1}}], leadership: [{escalate: "
                     "{incentive: quota, goal: 100, factor: 1e200, cap: 1e6}}]}"}})
            .empty());
}

TEST_CASE("sums that leave the range end the run, by their names") {
  CHECK(failure_of({{"activities.work.cost", "1e308"}, {"activities.work.value", "5"}}, "base")
            .starts_with(
                "at step 0 the cost of activities came out infinite, beyond the largest number that can be computed "
                "with, 1.8e+308; bound cost of the activities"));
  CHECK(failure_of({{"activities.work.value", "{lognormal: {median: 1e200, sigma: 1}}"},
                    {"effort.strain", "1e200"},
                    {"activities.work.saturation", "1e200"}},
                   "base")
            .find("the spread of value, whose square must be a number too, came out") != std::string::npos);
  CHECK(failure_of(
            {{"policies.moved", "[{quota: {metric: m, target: -100, reward: 1e300}}]"}, {"organisation.pay", "1e10"}})
            .find("the mean reward in money came out infinite") != std::string::npos);
  CHECK(failure_of({{"organisation.value_price", "1e308"}, {"activities.work.value", "10"}}, "base")
            .find("net value came out infinite") != std::string::npos);
}

TEST_CASE("a trait that learns beyond all numbers ends the run") {
  CHECK(failure_of({{"population.traits.skill", "{uniform: {low: 1, high: 2}}"},
                    {"learning", "[{trait: skill, by: work, rate: 1e300, ceiling: 1e300}]"}},
                   "base")
            .find("the trait skill of employee 0 has grown beyond the largest number") != std::string::npos);
}

TEST_CASE("efforts out of bounds end the run") {
  Setting setting = scenario_text(kWorld).setting;
  StepMeans means;
  means.effort = {0.5, 0.25};
  CHECK_NOTHROW(require_in_range(means, setting, {}, 3, 1.25));
  CHECK_NOTHROW(require_in_range(means, setting, {}, 3, 0.75));
  CHECK_THROWS_WITH_AS(
      require_in_range(means, setting, {}, 3, 0.7),
      "at step 3 the mean time of all activities came out as 0.75, above effort.budget, 0.7: rewards or "
      "values are too large for what is best to be computed; bound them",
      RunError);
  means.effort[1] = -1e-3;
  CHECK_THROWS_WITH_AS(
      require_in_range(means, setting, {}, 3, 1.25),
      "at step 3 the mean time in activities.game came out as -0.001, below 0: rewards or values are too "
      "large for what is best to be computed; bound them",
      RunError);
  // What cannot be is no failure; what must be and is not there is one.
  means.effort[1] = 0.25;
  means.alignment = {std::nan("")};
  means.gaming_share = std::nan("");
  CHECK_NOTHROW(require_in_range(means, setting, {}, 3, 1.25));
  means.reading = {std::nan("")};
  CHECK_THROWS_WITH_AS(
      require_in_range(means, setting, {}, 3, 1.25),
      "at step 3 the mean reading of metrics.m came out as no number: something in it is beyond the "
      "largest number that can be computed with, 1.8e+308; bound what the metric measures, its noise and baseline",
      RunError);
}

TEST_CASE("a correlation is one where squares leave the range of numbers") {
  Moments small{.count = 4, .mean_x = 1, .mean_y = 1, .xx = 4, .yy = 9, .xy = 3};
  Moments large{.count = 4, .mean_x = 1, .mean_y = 1, .xx = 4e200, .yy = 9e200, .xy = 3e200};
  CHECK(small.correlation() == doctest::Approx(0.5));
  CHECK(large.correlation() == doctest::Approx(0.5));
}

TEST_CASE("a window longer than steps can be counted never closes") {
  // Begun at step 2, it would end beyond the largest step.
  const auto with = [](const std::string& every) {
    return scenario_text(kWorld,
                         {{"time.end", "known"},  // else people plan for a window that goes on, and its length tells
                          {"policies.moved",
                           "{phases: [{name: one, from: 0}, {name: two, from: 2, incentives: [{quota: {metric: m, "
                           "target: 1, reward: 5, every: " +
                               every + "}}]}]}"}});
  };
  const goodhart::test::Results endless(with("2147483647")), long_one(with("1000000"));
  CHECK(same(endless.record("moved"), long_one.record("moved")));
}
