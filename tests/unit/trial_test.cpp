/// Behaviour `trial`, by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "support/run.hpp"

using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;

namespace {

/// One activity whose best is 0.6, in steps of a tenth, and a second that is never worth a step.
const std::string kText = R"(
goodhart: 1
title: trial
time: {steps: 12}
population: {size: 50}
effort: {strain: 0, intrinsic: 1, budget: 1}
activities:
  work: {value: 0.6, saturation: 1}
  idle: {aversion: 0.1}
metrics: {output: {measures: value}}
behaviour: {trial: {changes: [0.1, -0.1]}}
policies: {free: []}
)";

}  // namespace

TEST_CASE("trial: from no effort, a change at a time, to where none is better") {
  const Results results(scenario_text(kText));
  const std::vector<double> effort = results.series("free", "effort", {"work"});
  // One change of each kind is tried in a step: up by a tenth until 0.6, and then nothing is better.
  for (std::size_t t = 0; t < effort.size(); ++t) {
    CAPTURE(t);
    CHECK(effort[t] == doctest::Approx(std::min(0.6, 0.1 * static_cast<double>(t + 1))).epsilon(1e-12));
  }
  CHECK(results.average("free", "effort", {"idle"}) == 0);
}

TEST_CASE("trial: nothing beyond budget and max, nothing below 0, and no change without changes") {
  const Results tight(scenario_text(kText, {{"effort.budget", "0.35"}}));
  CHECK(tight.series("free", "effort", {"work"}).back() == doctest::Approx(0.3).epsilon(1e-12));
  const Results capped(scenario_text(kText, {{"activities.work.max", "0.25"}}));
  CHECK(capped.series("free", "effort", {"work"}).back() == doctest::Approx(0.25).epsilon(1e-12));
  const Results down(scenario_text(kText, {{"behaviour.trial.changes", "[-0.2]"}}));
  CHECK(down.average("free", "hours") == 0);
  const Results none(scenario_text(kText, {{"behaviour.trial.changes", "[]"}}));
  CHECK(none.average("free", "hours") == 0);
}

TEST_CASE("trial: the order is each one's own luck, and gets stuck where single changes do not help") {
  // Together the two are worth more than alone: who first goes up in one stays there.
  Run run(scenario_text(R"(
goodhart: 1
title: two hills
time: {steps: 10}
population: {size: 400}
effort: {strain: 0, intrinsic: 1, budget: 1}
activities: {left: {value: 1}, right: {value: 1.2}}
metrics: {output: {measures: value}}
behaviour: {trial: {changes: [1, -0.5]}}
policies: {free: []}
)"));
  run->step();
  double left = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK(run->units(0)[i] + run->units(1)[i] == 1);
    left += run->units(0)[i];
  }
  // Whichever +1 comes first fills the day; a later -0.5 only loses.
  CHECK(std::fabs(left / 400 - 0.5) < 4 * 0.5 / 20);
}
