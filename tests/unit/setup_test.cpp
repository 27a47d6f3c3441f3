/// Setups in a run: when they are paid, by whom, what they take, and what it shows.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// People who work as much as the norm, and a script that is worth 0.05 of pay in each step, for next to no time.
const std::string kScripts = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 3}
effort: {intrinsic: 0, strain: 4, horizon: 10}
activities:
  work: {value: 1}
  script: {gaming: true, time: 0.0001, max: 5, cost: 2, setup: {time: 0.1, aversion: 0.2, cost: 30}}
metrics: {calls: {measures: {script: 1}}}
policies:
  none: []
  paid: [{linear: {metric: calls, rate: 0.01}}]
)";

Results run(const Settings& settings = {}) {
  return Results(scenario_text(kScripts, settings));
}

/// The number in each of the six steps.
void check_series(const Results& results, const std::string& variable, const std::vector<std::string>& labels,
                  const std::vector<double>& expected) {
  const std::vector<double> series = results.series("paid", variable, labels);
  CAPTURE(variable);
  REQUIRE(series.size() == expected.size());
  for (std::size_t s = 0; s < series.size(); ++s) {
    CAPTURE(s);
    CHECK(series[s] == doctest::Approx(expected[s]).epsilon(1e-9));
  }
}

}  // namespace

TEST_CASE("a setup is paid once, in time, money and utility, and what it opens is then cheap") {
  const Results results = run();
  check_series(results, "set_up", {"script"}, {1, 1, 1, 1, 1, 1});
  // Five units take 0.0005; nothing else is worth an hour, and up to the norm hours cost nothing but their distance.
  check_series(results, "effort", {"script"}, {0.1005, 0.0005, 0.0005, 0.0005, 0.0005, 0.0005});
  check_series(results, "reading", {"calls"}, {5, 5, 5, 5, 5, 5});
  check_series(results, "cost", {}, {40, 10, 10, 10, 10, 10});
  check_series(results, "waste", {}, {40, 10, 10, 10, 10, 10});
  // At the norm nothing is felt but what the setup costs.
  check_series(results, "hours", {}, {1, 1, 1, 1, 1, 1});
  check_series(results, "gaming_share", {}, {0.1005, 0.0005, 0.0005, 0.0005, 0.0005, 0.0005});
  check_series(results, "utility", {}, {0.05 - 0.2, 0.05, 0.05, 0.05, 0.05, 0.05});
  const std::vector<double> none = results.series("none", "set_up", {"script"});
  CHECK(none == std::vector<double>(6, 0.0));
  CHECK(std::isnan(results.series("paid", "set_up", {"work"})[0]));
}

TEST_CASE("a setup is paid for where it brings more over the horizon, discounted") {
  const auto sets_up = [](const Settings& settings) {
    return run(settings).series("paid", "set_up", {"script"}).back();
  };
  // 0.05 a step for ten steps is 0.5.
  CHECK(sets_up({{"activities.script.setup.aversion", "0.499"}}) == 1);
  CHECK(sets_up({{"activities.script.setup.aversion", "0.501"}}) == 0);
  // At a discount of 0.9 ten steps count as (1 - 0.9^10) / 0.1 = 6.513.
  const double steps = (1 - std::pow(0.9, 10)) / 0.1;
  const auto discounted = [&](double factor) {
    return sets_up({{"effort.discount", "0.9"},
                    {"activities.script.setup.aversion", goodhart::number_text(factor * 0.05 * steps)}});
  };
  CHECK(discounted(0.999) == 1);
  CHECK(discounted(1.001) == 0);
  // One step is this one; a horizon may differ between people.
  CHECK(sets_up({{"effort.horizon", "1"}, {"activities.script.setup.aversion", "0.049"}}) == 1);
  CHECK(sets_up({{"effort.horizon", "1"}}) == 0);
  const double share =
      sets_up({{"population.size", "400"}, {"effort.horizon", "{discrete: {values: [1, 10], weights: [1, 1]}}"}});
  CHECK(share > 0.4);
  CHECK(share < 0.6);
  // Those who know that the run ends in six steps reckon with no more than that; those who do not, with ten.
  CHECK(sets_up({{"activities.script.setup.aversion", "0.31"}}) == 1);
  CHECK(sets_up({{"activities.script.setup.aversion", "0.31"}, {"time.end", "known"}}) == 0);
  CHECK(sets_up({{"activities.script.setup.aversion", "0.29"}, {"time.end", "known"}}) == 1);
}

TEST_CASE("a setup is lost with the person") {
  const Results results = run({{"workforce", "{attrition: 1}"}});
  check_series(results, "cost", {}, {40, 40, 40, 40, 40, 40});
}

TEST_CASE("a setup that is paid in each step is weighed in each step") {
  const auto paid = [](const std::string& aversion) {
    return run({{"activities.script.setup", "{aversion: " + aversion + ", cost: 30, time: 0.1, paid: each_step}"},
                {"effort", "{intrinsic: 0, strain: 4}"}});
  };
  check_series(paid("0.049"), "cost", {}, {40, 40, 40, 40, 40, 40});
  check_series(paid("0.049"), "set_up", {"script"}, {1, 1, 1, 1, 1, 1});
  check_series(paid("0.051"), "cost", {}, {0, 0, 0, 0, 0, 0});
  check_series(paid("0.051"), "set_up", {"script"}, {0, 0, 0, 0, 0, 0});
  // Who keeps its efforts out of inertia pays too.
  const Results inert = run({{"activities.script.setup", "{aversion: 0.01, cost: 30, time: 0.1, paid: each_step}"},
                             {"effort", "{intrinsic: 0, strain: 4}"},
                             {"behaviour", "{best_response: {inertia: 1}}"}});
  check_series(inert, "cost", {}, {40, 40, 40, 40, 40, 40});
  check_series(inert, "hours", {}, {1, 1, 1, 1, 1, 1});
}

TEST_CASE("those whose efforts are given set up what they do, and the honest no tricks") {
  const Results fixed = run({{"behaviour", "{fixed: {efforts: {work: 0.5, script: 1}}}"}});
  check_series(fixed, "hours", {}, {0.6001, 0.5001, 0.5001, 0.5001, 0.5001, 0.5001});
  check_series(fixed, "cost", {}, {32, 2, 2, 2, 2, 2});
  // Where time does not suffice, all is scaled down after what the setup takes; where it never does, nothing is done.
  const Results tight = run({{"behaviour", "{fixed: {efforts: {work: 2, script: 0}}}"}, {"effort.budget", "1"}});
  check_series(tight, "hours", {}, {1, 1, 1, 1, 1, 1});
  const Results late =
      run({{"behaviour", "{fixed: {efforts: {work: 0, script: 1}}}"}, {"effort.budget", "0.05"}, {"effort.norm", "0"}});
  check_series(late, "hours", {}, {0, 0, 0, 0, 0, 0});
  check_series(run({{"behaviour", "honest"}}), "set_up", {"script"}, {0, 0, 0, 0, 0, 0});
}

TEST_CASE("what takes the whole of a step is set up in one and used in the next") {
  const Results results = run({{"activities.script.setup.time", "1.25"}, {"effort.strain", "0"}});
  check_series(results, "reading", {"calls"}, {0, 5, 5, 5, 5, 5});
  check_series(results, "effort", {"script"}, {1.25, 0.0005, 0.0005, 0.0005, 0.0005, 0.0005});
}

TEST_CASE("of several setups those are paid that pay together") {
  // Two scripts, of which each alone fills the same quota: the cheaper one is set up. A third one pays by itself.
  const std::string text = R"(
goodhart: 1
title: A test
time: {steps: 3}
population: {size: 1}
effort: {intrinsic: 0, strain: 4, horizon: 10}
activities:
  work: {value: 1}
  dear: {gaming: true, time: 0.001, max: 5, setup: {aversion: 0.30}}
  cheap: {gaming: true, time: 0.001, max: 5, setup: {aversion: 0.25}}
  other: {gaming: true, time: 0.001, max: 5, setup: {aversion: 0.15}}
metrics: {calls: {measures: {dear: 1, cheap: 1}}, pages: {measures: {other: 1}}}
policies:
  paid: [{quota: {metric: calls, target: 5, reward: 0.05}}, {linear: {metric: pages, rate: 0.004}}]
)";
  const Results results{scenario_text(text)};
  CHECK(results.series("paid", "set_up", {"dear"}).back() == 0);
  CHECK(results.series("paid", "set_up", {"cheap"}).back() == 1);
  CHECK(results.series("paid", "set_up", {"other"}).back() == 1);
  // A quota of ten needs both: 0.55 for 0.5 over ten steps is too much, for 0.56 it is not.
  for (const double reward : {0.054, 0.056}) {
    CAPTURE(reward);
    const Results both{scenario_text(
        text, {{"policies.paid.quota.target", "10"}, {"policies.paid.quota.reward", goodhart::number_text(reward)}})};
    for (const char* one : {"dear", "cheap"}) {
      CHECK(both.series("paid", "set_up", {one}).back() == (reward > 0.055 ? 1 : 0));
    }
  }
}

TEST_CASE("an explanation of a setup adds up") {
  goodhart::Scenario scenario = scenario_text(kScripts);
  Run run(scenario, "paid");
  for (int step = 0; step < 2; ++step) {
    run->ready();
    const goodhart::Explanation told = run->explain(0);
    CAPTURE(step);
    std::vector<goodhart::Option> options = told.options;
    options.push_back(told.chosen);
    for (const goodhart::Option& one : options) {
      double sum = one.care + one.hours + one.tiredness + one.aversion + one.audits + one.setups + one.later;
      for (const double reward : one.rewards) sum += reward;
      CHECK(sum == doctest::Approx(one.utility).epsilon(1e-12));
      CHECK(one.utility <= told.chosen.utility + 1e-9);
    }
    CHECK(told.chosen.setups == doctest::Approx(step == 0 ? -0.2 : 0));
    CHECK(told.chosen.later == doctest::Approx(step == 0 ? 9 * 0.05 : 0));
    run->step();
  }
}
