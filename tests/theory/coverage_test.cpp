/// Do 95 % intervals hold what they claim? A thousand experiments on a world whose answer is known.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "goodhart/analysis/estimates.hpp"
#include "support/run.hpp"

namespace {

using namespace goodhart;

/// Work is worth p a unit and tires quadratically, so that under a bonus r on a unit of value (besides an intrinsic w)
/// one does (w + r) p / s and makes (w + r) p^2 / s. With p normal, E[p^2] = mean^2 + sd^2: what the bonus adds is
/// r (mean^2 + sd^2) / s = 2 r here (s = 0.52, mean 1, sd 0.2).
constexpr double kPerRate = 2;

Scenario world() {
  return test::scenario_text(R"(
goodhart: 1
title: Work that is its own measure
time: {steps: 1}
replicates: 20
population: {size: 4, traits: {skill: {normal: {mean: 1, sd: 0.2}}}, network: none}
effort: {budget: .inf, strain: 0, intrinsic: 0.2}
activities: {work: {value: skill, strain: 0.52}}
metrics: {output: {measures: value, noise: 0.5}}
policies:
  trust: []
  small: [{linear: {metric: output, rate: 0.1}}]
  large: [{linear: {metric: output, rate: 0.3}}]
)");
}

bool holds(const Interval& interval, double truth) {
  return interval.low <= truth && truth <= interval.high;
}

}  // namespace

TEST_CASE("95 % intervals hold the truth in 93 to 97 of 100 experiments") {
  constexpr int kExperiments = 1000;
  Scenario scenario = world();
  int level = 0, paired = 0, bootstrap = 0, together = 0;
  for (int e = 0; e < kExperiments; ++e) {
    scenario.seed = 1000 + static_cast<std::uint64_t>(e);
    const test::Results results(scenario);
    std::vector<double> trust, small, large;
    for (int r = 0; r < scenario.replicates; ++r) {
      trust.push_back(results.average("trust", "value", {}, r));
      small.push_back(results.average("small", "value", {}, r) - trust.back());
      large.push_back(results.average("large", "value", {}, r) - trust.back());
    }
    const Estimate mean = estimate(trust), difference = estimate(large);
    level += holds({mean.low, mean.high}, 0.2 * kPerRate);
    paired += holds({difference.low, difference.high}, 0.3 * kPerRate);
    bootstrap += holds(bootstrap_interval(large, scenario.seed), 0.3 * kPerRate);
    // The two differences are nearly one, so what holds both at once is hardly wider; others are in the unit tests.
    const std::vector<Interval> both = simultaneous_intervals({small, large}, scenario.seed);
    together += holds(both[0], 0.1 * kPerRate) && holds(both[1], 0.3 * kPerRate);
  }
  MESSAGE("coverage in 1000: mean ", level, ", paired ", paired, ", bootstrap ", bootstrap, ", simultaneous ",
          together);
  for (const int held : {level, paired, bootstrap, together}) {
    CHECK(held >= 930);
    CHECK(held <= 970);
  }
}

TEST_CASE("intervals that decide when to stop keep their promise, whenever that is") {
  // Gaussian differences of mean 0.4 and standard deviation 1; stopping when half of the interval is at most 0.35.
  constexpr int kExperiments = 1000;
  int held = 0, naive = 0;
  for (int e = 0; e < kExperiments; ++e) {
    const Draws draws(static_cast<std::uint64_t>(e), Purpose::resampling, "coverage");
    std::vector<double> values;
    for (int look = 1;; ++look) {
      const std::size_t wanted = std::size_t{4} << look;
      while (values.size() < wanted) {
        const auto who = static_cast<std::uint32_t>(values.size());
        const double u = draws.uniform(0, who, 0), v = draws.uniform(0, who, 1);
        values.push_back(0.4 + std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979323846 * v));
      }
      const Estimate now = estimate(values, confidence_of_look(look));
      if (now.half_width() > 0.35) continue;
      held += holds({now.low, now.high}, 0.4);
      const Estimate plain = estimate(values);
      naive += holds({plain.low, plain.high}, 0.4);
      break;
    }
  }
  MESSAGE("held in 1000: ", held, "; plain 95 % intervals at the same stop: ", naive);
  CHECK(held >= 950);
  CHECK(naive < held);
}
