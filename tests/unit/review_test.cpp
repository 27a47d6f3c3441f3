/// Review windows: when they close, what they pay, to whom, and what results show of them.
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

/// Ten employees who work as they are told: five of skill 2 who also game, and five of skill 1 who do not.
const std::string kTold = R"(
goodhart: 1
title: A test
time: {steps: 8}
population:
  size: 10
  groups:
    half: {share: 0.5, traits: {skill: 2}}
    rest: {share: 0.5, traits: {skill: 1}}
effort: {budget: 2}
activities: {work: {value: skill}, trick: {gaming: true, time: 0.5}}
metrics: {output: {measures: value}}
behaviour: {fixed: {efforts: {work: 1, trick: half}}}
organisation: {value_price: 10, pay: 100}
policies: {none: []}
)";

std::vector<double> rewards(const std::string& policy, const Settings& settings = {},
                            const std::string& group = "half") {
  Settings all = settings;
  all.emplace_back("policies", "{p: " + policy + "}");
  Run run(scenario_text(kTold, all), "p");
  std::vector<double> paid;
  for (int step = 0; step < 8; ++step) {
    run->step();
    for (std::size_t i = 0; i < 10; ++i) {
      if (run->roster().groups[static_cast<std::size_t>(run->roster().group_of(i))] != group) continue;
      paid.push_back(run->pay() * run->reward()[i]);
      break;
    }
  }
  return paid;
}

}  // namespace

TEST_CASE("at the close of a window W times the reward per step is paid, in money") {
  CHECK(rewards("[{linear: {metric: output, rate: 0.1}}]") == std::vector<double>(8, 0.1 * 2 * 100));
  CHECK(rewards("[{linear: {metric: output, rate: 0.5, floor: -.inf, target: 1, every: 2}}]") ==
        std::vector<double>{0, 100, 0, 100, 0, 100, 0, 100});
  // Open at the end: the third window of three pays for two, unless everybody knows that it never closes.
  CHECK(rewards("[{quota: {metric: output, target: 2, reward: 0.5, every: 3}}]") ==
        std::vector<double>{0, 0, 150, 0, 0, 150, 0, 100});
  CHECK(rewards("[{quota: {metric: output, target: 2, reward: 0.5, every: 3}}]", {{"time.end", "known"}}) ==
        std::vector<double>{0, 0, 150, 0, 0, 150, 0, 0});
  CHECK(rewards("[{quota: {metric: output, target: 2, reward: 0.5, penalty: 0.25, every: 4}}]", {}, "rest") ==
        std::vector<double>{0, 0, 0, -100, 0, 0, 0, -100});
}

TEST_CASE("windows run from the start of the phase, and one cut by its end is not paid") {
  CHECK(rewards("{phases: [{name: a, from: 0, incentives: [{linear: {metric: output, rate: 0.5, every: 2}}]}, "
                "{name: b, from: 3, incentives: [{linear: {metric: output, rate: 0.5, every: 3}}]}]}") ==
        std::vector<double>{0, 200, 0, 0, 0, 300, 0, 200});
}

TEST_CASE("a delayed reading is paid when it is read") {
  // Steps 0 and 1 read what was done before the start: nothing.
  CHECK(rewards("[{linear: {metric: output, rate: 0.5, every: 2}}]", {{"metrics.output.delay", "1"}}) ==
        std::vector<double>{0, 100, 0, 200, 0, 200, 0, 200});
  CHECK(rewards("[{linear: {metric: output, rate: 0.5}}]", {{"metrics.output.delay", "2"}}) ==
        std::vector<double>{0, 0, 100, 100, 100, 100, 100, 100});
  // After a burn-in there is something to read.
  CHECK(rewards("[{linear: {metric: output, rate: 0.5}}]", {{"metrics.output.delay", "2"}, {"time.before", "2"}}) ==
        std::vector<double>(8, 100));
}

TEST_CASE("lower is better turns a quota and a linear reward round") {
  const Settings lower{{"metrics.output.better", "lower"}};
  CHECK(rewards("[{quota: {metric: output, target: 1.5, reward: 0.5, penalty: 0.1}}]", lower) ==
        std::vector<double>(8, -10));
  CHECK(rewards("[{quota: {metric: output, target: 1.5, reward: 0.5, penalty: 0.1}}]", lower, "rest") ==
        std::vector<double>(8, 50));
  CHECK(rewards("[{linear: {metric: output, floor: -.inf, target: 3, rate: 0.5, cap: 0.75}}]", lower, "rest") ==
        std::vector<double>(8, 75));
  CHECK(rewards("[{linear: {metric: output, floor: -.inf, target: 3, rate: 0.5, cap: 0.75}}]", lower) ==
        std::vector<double>(8, 50));
  CHECK(rewards("[{linear: {metric: output, target: 1, rate: 0.5, floor: -0.25}}]", lower) ==
        std::vector<double>(8, -25));
}

TEST_CASE("a target met but for rounding is met") {
  // 0.1 + 0.2 is not 0.3 in binary.
  const auto attained = [](const std::string& target) {
    Results results(scenario_text(kTold, {{"policies", "{p: [{quota: {metric: output, target: " + target + "}}]}"},
                                          {"policies.p.quota.reward", "1"},
                                          {"activities.work.value", "0.1 + 0.2 * (skill > 0)"}}));
    return results.average("p", "attained", {"p/quota"});
  };
  CHECK(attained("0.3") == 1);
  CHECK(attained("0.3000000005") == 1);
  CHECK(attained("0.30000001") == 0);
}

TEST_CASE("what results show of those rewarded is of their last closed window") {
  const Results results(scenario_text(kTold, {{"policies", R"(
    {p: [{quota: {metric: output, target: 1.5, reward: 0.5, penalty: 0.2, every: 3}}], q: [{linear: {metric: output, rate: 0}}]})"}}));
  const auto shown = [&](const char* variable) { return results.series("p", variable, {"p/quota"}); };
  for (const char* variable : {"attained", "rewarded_contribution", "rewarded_reading", "rewarded_gaming_share"}) {
    CAPTURE(variable);
    const auto series = shown(variable);
    for (std::size_t t = 0; t < 8; ++t) CHECK(std::isnan(series[t]) == (t < 2));
  }
  for (std::size_t t = 2; t < 8; ++t) {
    CHECK(shown("attained")[t] == 0.5);
    CHECK(shown("rewarded_contribution")[t] == 2);
    CHECK(shown("rewarded_reading")[t] == 2);
    CHECK(shown("rewarded_gaming_share")[t] == doctest::Approx(0.5 / 1.5).epsilon(1e-15));
  }
  // 5 x 3 x 0.5 - 5 x 3 x 0.2 in pay of 100, over ten people; for two steps in the window that the end cuts off.
  const auto reward = results.series("p", "reward");
  for (std::size_t t = 0; t < 8; ++t) {
    CHECK(reward[t] == doctest::Approx(t == 2 || t == 5 ? 45 : t == 7 ? 30 : 0).epsilon(1e-14));
  }
  CHECK(shown("target")[0] == 1.5);
  CHECK(shown("stakes")[0] == 1);
  CHECK(std::isnan(shown("rate")[0]));
  CHECK(results.series("q", "rate", {"q/linear"})[0] == 0);
  // Nobody was rewarded: their mean is not a number, the share is.
  CHECK(results.series("q", "attained", {"q/linear"})[7] == 0);
  CHECK(std::isnan(results.series("q", "rewarded_reading", {"q/linear"})[7]));
  // One policy's incentive has no values under another.
  CHECK(std::isnan(results.series("q", "target", {"p/quota"})[0]));
}

TEST_CASE("alignment: NaN without spread, and with a delay until there is something to read") {
  const auto alignment = [](const Settings& settings) {
    return Results(scenario_text(kTold, settings)).series("none", "alignment", {"output"});
  };
  for (const double one : alignment({})) CHECK(one == doctest::Approx(1).epsilon(1e-14));
  const auto late = alignment({{"metrics.output.delay", "2"}});
  for (std::size_t t = 0; t < 8; ++t) CHECK(std::isnan(late[t]) == (t < 2));
  CHECK(late[2] == doctest::Approx(1).epsilon(1e-14));
  for (const double one : alignment({{"metrics.output.measures", "{work: -1}"}, {"activities.work.value", "1"}}))
    CHECK(std::isnan(one));
  for (const double one : alignment({{"metrics.output.measures", "{work: 1}"}, {"metrics.output.baseline", "-skill"}}))
    CHECK(one == doctest::Approx(-1).epsilon(1e-14));
}

TEST_CASE("dashboards and spreads") {
  const Results results(scenario_text(kTold, {{"metrics.output.dashboard", "{share_above: 2}"}}));
  CHECK(results.series("none", "dashboard", {"output"})[0] == 0.5);
  CHECK(results.series("none", "reading", {"output"})[0] == 1.5);
  CHECK(results.series("none", "reading_sd", {"output"})[0] == 0.5);  // divided by N
}

TEST_CASE("audits charge, punish and cost") {
  const Settings audited{{"policies", "{p: {audits: {rate: 1, penalty: 0.3, cost: 7}}, none: []}"},
                         {"effort", "{budget: 2, strain: 0, intrinsic: 0}"}};
  const Results results(scenario_text(kTold, audited));
  // All are audited; half of them do one unit of the trick.
  CHECK(results.series("p", "utility")[0] == doctest::Approx(-0.15).epsilon(1e-14));
  CHECK(results.series("none", "utility")[0] == 0);
  CHECK(results.series("p", "net_value")[0] == doctest::Approx(15 - 7).epsilon(1e-14));
  CHECK(results.series("p", "surplus")[0] == doctest::Approx(15 - 7).epsilon(1e-14));  // penalties are transfers
  CHECK(results.series("p", "gamers")[0] == 0.5);
  // At a rate of 0.25, as often as that: 8 x 10 x 50 audits within 4 standard errors.
  Settings often = audited;
  often.emplace_back("policies.p.audits.rate", "0.25");
  often.emplace_back("population.size", "500");
  const Results some(scenario_text(kTold, often));
  const double per_step = (15 - some.average("p", "net_value")) / 7;
  CHECK(std::fabs(per_step - 0.25) < 4 * std::sqrt(0.25 * 0.75 / 4000));
  // Who is caught is dismissed with its probability; the honest half never is.
  Settings dismissing = often;
  dismissing.emplace_back("policies.p.audits.dismiss", "0.4");
  const Results leaving(scenario_text(kTold, dismissing));
  const double exits = leaving.average("p", "exits") * 8, expected = 8 * 250 * 0.25 * 0.4;
  CHECK(std::fabs(exits - expected) < 4 * std::sqrt(expected));
}

TEST_CASE("measurement is charged where an incentive reads, once for each metric") {
  const Results results(scenario_text(kTold, {{"metrics.output.cost", "2"}, {"policies", R"(
    {none: [], one: [{linear: {metric: output, rate: 0}}],
     two: [{linear: {metric: output, rate: 0}}, {quota: {metric: output, target: 0}}]})"}}));
  CHECK(results.series("none", "net_value")[0] == 15);
  CHECK(results.series("one", "net_value")[0] == 13);
  CHECK(results.series("two", "net_value")[0] == 13);
}

TEST_CASE("a newcomer's window counts from its first step") {
  // Everybody does one unit of the trick and is audited from step 1 on; who is caught leaves at once.
  const std::string text = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 400, traits: {fresh: 1 - founder}}
activities: {work: {value: 1 + fresh}, trick: {gaming: true}}
metrics: {output: {measures: value}}
behaviour: {fixed: {efforts: {work: 0.5, trick: 0.5}}}
policies:
  p:
    incentives: [{linear: {metric: output, rate: 1, every: 3}}]
    audits: {rate: 0.2, dismiss: 1}
)";
  Run run(scenario_text(text), "p");
  int young = 0, old = 0;
  for (int step = 0; step < 6; ++step) {
    run->step();
    if (step != 2) continue;
    for (std::size_t i = 0; i < 400; ++i) {
      const int arrival = run->roster().arrival[i];
      // W M: the newcomer's steps alone, at its own value of one a step; a founder's three at a half.
      const double window = arrival < 0 ? 3 : 3 - arrival;
      CHECK(run->pay() * run->reward()[i] == doctest::Approx(window * (arrival < 0 ? 0.5 : 1)).epsilon(1e-14));
      (arrival < 0 ? old : young) += 1;
    }
  }
  CHECK(young > 50);
  CHECK(old > 50);
}

TEST_CASE("what falls due takes time and brings value, and nothing of it before the start") {
  const std::string text = R"(
goodhart: 1
title: A test
time: {steps: 4, before: 1}
population: {size: 3}
effort: {budget: 1}
activities: {work: {value: 1, later: {after: 2, time: 0.5, value: -0.25, defects: 3}}}
metrics: {output: {measures: value, delay: 1}, defects: {measures: {work: 0}, delay: 1}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {none: []}
)";
  const Results results(scenario_text(text));
  // Units done: 1, 1, then what the time that fell due leaves, 1 - 0.5 x (units two steps before).
  const std::vector<double> units{1, 1, 0.5, 0.5, 0.75};
  const std::vector<double> due{0, 0, 1, 1, 0.5};
  const auto effort = results.series("none", "effort", {"work"}), hours = results.series("none", "hours"),
             value = results.series("none", "value"), output = results.series("none", "reading", {"output"}),
             defects = results.series("none", "reading", {"defects"});
  for (std::size_t s = 0; s < 5; ++s) {
    CAPTURE(s);
    CHECK(effort[s] == doctest::Approx(units[s]).epsilon(1e-14));
    CHECK(hours[s] == doctest::Approx(units[s] + 0.5 * due[s]).epsilon(1e-14));
    CHECK(value[s] == doctest::Approx(units[s] - 0.25 * due[s]).epsilon(1e-14));
    // Amounts are not delayed, value is.
    CHECK(defects[s] == doctest::Approx(3 * due[s]).epsilon(1e-14));
    CHECK(output[s] == doctest::Approx(s == 0 ? 0 : value[s - 1]).epsilon(1e-14));
  }
}
