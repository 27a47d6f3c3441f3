/// The end of a run: nobody knows of it, unless the scenario says so.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/busy_world.hpp"
#include "support/run.hpp"

namespace {

using doctest::Approx;
using goodhart::Scenario;
using goodhart::Variable;
using goodhart::test::kBusyWorld;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::same;
using goodhart::test::scenario_file;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// The first variable of the shorter run that is not the beginning of the longer one's; empty where all are. What is
/// paid for open windows in the shorter run's last step, and utility and what is left after bonuses with it, may differ
/// there.
std::string first_difference(const Results& shorter, const Results& longer, std::size_t steps) {
  const auto& variables = shorter.layout().folders.front().variables;
  for (std::size_t r = 0; r < shorter.records().size(); ++r) {
    if (!shorter.records()[r].failure.empty()) return shorter.records()[r].failure;
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const std::vector<double>& one = shorter.records()[r].data.front()[v];
      const std::vector<double>& other = longer.records()[r].data.front()[v];
      const std::vector<std::string> of_pay{"reward", "bonus", "net_after_bonuses", "utility"};
      const bool pays = std::find(of_pay.begin(), of_pay.end(), variables[v].name) != of_pay.end();
      const std::size_t width = one.size() / steps, count = width * (pays ? steps - 1 : steps);
      if (!same(std::span(one).first(count), std::span(other).first(count))) return variables[v].name;
    }
  }
  return "";
}

/// Leadership revises in its fifth step, to windows of four steps.
const char* const kRevised = R"(
goodhart: 1
title: Revised
time: {steps: 11}
population: {size: 20, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities: {work: {value: skill}, fake: {gaming: true, aversion: 0.1, strain: 1}}
metrics: {m: {measures: {work: 1, fake: 1}, noise: 0.2}}
policies:
  turn:
    phases:
      - name: before
        from: 0
        incentives: [{linear: {metric: m, rate: 0.3, every: 2}}]
        leadership: [{revise: {when: [{metric: m, above: 0}], chance: 0.3, to: after}}]
      - {name: after, incentives: [{quota: {metric: m, target: 1.3, reward: 0.3, every: 4}}]}
)";

std::string without(std::string text, const std::string& part) {
  const std::size_t at = text.find(part);
  REQUIRE(at != text.npos);
  return text.erase(at, part.size());
}

}  // namespace

TEST_CASE("what is recorded of a run is the beginning of any longer one") {
  // The record of single employees stands at other steps.
  const std::string busy = without(kBusyWorld, "record: {teams: true, employees: {every: 2, sample: 50}}\n");
  for (const int steps : {7, 8}) {
    CAPTURE(steps);
    const Results shorter(scenario_text(busy, {{"time.steps", std::to_string(steps)}}));
    const Results longer(scenario_text(busy, {{"time.steps", "12"}}));
    CHECK(first_difference(shorter, longer, static_cast<std::size_t>(steps) + 3) == "");
    const Results revised(scenario_text(kRevised, {{"time.steps", std::to_string(steps)}}));
    const Results on(scenario_text(kRevised, {{"time.steps", "12"}}));
    CHECK(first_difference(revised, on, static_cast<std::size_t>(steps)) == "");
  }
  const Settings small{{"population.size", "60"}, {"replicates", "1"}, {"time.before", "0"}};
  const auto crm = [&](const std::string& steps, const std::string& end) {
    Settings settings = small;
    settings.insert(settings.end(), {{"time.steps", steps}, {"time.end", end}});
    return Results(scenario_file("scenarios/crm-mandate.yaml", settings));
  };
  CHECK(first_difference(crm("10", "unknown"), crm("12", "unknown"), 10) == "");
  // Those who know that nothing more is paid stop.
  const Results known = crm("10", "known"), on = crm("12", "known");
  CHECK(first_difference(known, on, 10) != "");
  CHECK(known.series("commission_held", "dashboard", {"fill"})[9] <
        on.series("commission_held", "dashboard", {"fill"})[9] - 0.05);
}

TEST_CASE("windows that are open at the end pay for the steps so far") {
  const std::string text = R"(
goodhart: 1
title: Accounts
time: {steps: 6}
population: {size: 5, network: none}
activities: {work: {value: 1}}
metrics: {m: {measures: {work: 1}}}
policies:
  linear: [{linear: {metric: m, rate: 0.5, floor: -.inf, target: 0.3, every: 4}}]
  quota: [{quota: {metric: m, target: 1.2, reward: 0.4, every: 4}}]
  calendar:
    phases:
      - {name: first, from: 0, incentives: [{linear: {metric: m, rate: 0.5, every: 4}}]}
      - {name: second, from: 7}
organisation: {pay: 10}
)";
  const Results results(scenario_text(text));
  const auto sum = [](const std::vector<double>& series) {
    double total = 0;
    for (const double one : series) total += one;
    return total;
  };
  // A linear reward pays for every step what it would pay for it in windows of one step.
  double earned = 0;
  for (const double reading : results.series("linear", "reading", {"m"})) earned += 10 * 0.5 * (reading - 0.3);
  CHECK(sum(results.series("linear", "reward")) == Approx(earned));
  CHECK(results.series("linear", "reward")[5] == Approx(earned / 3));
  CHECK(results.series("quota", "reading", {"m"})[5] == Approx(1.2));
  CHECK(results.series("quota", "reward")[3] == Approx(10 * 4 * 0.4));
  CHECK(results.series("quota", "reward")[5] == Approx(10 * 2 * 0.4));
  // It is no close: there is nothing to say of those rewarded.
  CHECK(!std::isnan(results.series("quota", "attained", {"quota/quota"})[3]));
  CHECK(std::isnan(results.series("quota", "attained", {"quota/quota"})[5]) ==
        std::isnan(results.series("quota", "attained", {"quota/quota"})[4]));
  // The window from step 4 would close in step 7, after the phase: everybody knows, and nobody is paid.
  CHECK(results.series("calendar", "reward")[5] == 0);
  CHECK(results.series("calendar", "reading", {"m"})[5] < results.series("calendar", "reading", {"m"})[3] - 0.01);
  const Results known(scenario_text(text, {{"time.end", "known"}}));
  for (const char* policy : {"linear", "quota"}) {
    CHECK(known.series(policy, "reward")[5] == 0);
    CHECK(known.series(policy, "reading", {"m"})[5] < known.series(policy, "reading", {"m"})[3] - 0.01);
  }
}

TEST_CASE("a contest that is open at the end pays by rank so far, and dismisses nobody") {
  const std::string text = R"(
goodhart: 1
title: Half a contest
time: {steps: 5}
population: {size: 40, team_size: 40, traits: {skill: {lognormal: {median: 1, sigma: 0.3}}}}
activities: {work: {value: skill}}
metrics: {m: {measures: {work: skill}, noise: 0.3}}
policies: {cut: [{tournament: {metric: m, top: 0.25, prize: 0.1, bottom: 0.25, penalty: 0.2, dismiss: true, every: 3}}]}
)";
  Run run(scenario_text(text), "cut");
  for (int step = 0; step < 5; ++step) {
    run->step();
    int paid = 0, fined = 0, leaving = 0;
    for (std::size_t i = 0; i < 40; ++i) {
      paid += run->reward()[i] > 0;
      fined += run->reward()[i] < 0;
      leaving += run->leaves(i);
    }
    CAPTURE(step);
    CHECK(paid == (step == 2 || step == 4 ? 10 : 0));
    CHECK(fined == (step == 2 || step == 4 ? 10 : 0));
    CHECK(leaving == (step == 2 ? 10 : 0));
    if (step == 4) {
      for (std::size_t i = 0; i < 40; ++i) {
        const double pay = run->reward()[i];
        CHECK((pay == 0 || pay == Approx(2 * 0.1) || pay == Approx(-2 * 0.2)));
      }
    }
  }
}
