/// Every kind at its limits: nobody to compare with, everybody alike, no noise, shares of 0 and 1, one employee,
/// windows of one step and of the whole run.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Run;
using goodhart::test::same;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Everybody makes and reads 2 in each of 4 steps.
const char* const kAlike = R"(
goodhart: 1
title: everybody alike
time: {steps: 4}
population: {size: 5, team_size: 2}
activities: {work: {value: 2}}
metrics: {score: {measures: value}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {p: []}
)";

/// Three people with an honest way and a trick to move a noisy score.
const char* const kSmall = R"(
goodhart: 1
title: a small shop
time: {steps: 5}
population: {size: 3}
activities:
  work: {value: 1, saturation: 0.5}
  trick: {gaming: true, time: 0.3, aversion: 0.1}
metrics: {score: {measures: {value: 1, trick: 1}, noise: 0.3}}
policies: {p: [linear: {metric: score, rate: 0.5}]}
)";

Settings with(Settings settings, const Settings& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

/// Are hours and utility numbers, and hours within the budget, in all steps?
bool sound(const Settings& settings, const char* text = kSmall) {
  Run run(scenario_text(text, settings), "p");
  const int steps = run->scenario().time.steps;
  for (int step = 0; step < steps; ++step) {
    run->step();
    for (std::size_t i = 0; i < run->roster().size; ++i) {
      const double hours = run->hours()[i];
      if (!(hours >= 0 && hours <= 1.25 + 1e-12) || !std::isfinite(run->utility()[i])) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("limits: everybody alike, without noise, under windows of one step and of the whole run") {
  struct Case {
    std::string scheme;
    double reward;                ///< per step, of those who have somebody to be compared with
    bool compares_mates = false;  ///< the last of five is alone in a team of two
  };
  for (const Case& one :
       {Case{"linear: {metric: score, rate: 0.3, floor: -.inf, target: 1", 0.3},
        Case{"linear: {metric: score, rate: 0.3, cap: 0.2", 0.2},
        Case{"linear: {metric: score, rate: 0.3, target: 4, floor: -0.1", -0.1},
        Case{"quota: {metric: score, target: 2, reward: 0.4, penalty: 0.1", 0.4},
        Case{"quota: {metric: score, target: 2.001, reward: 0.4, penalty: 0.1", -0.1},
        Case{"tournament: {metric: score, top: 1, prize: 0.5", 0.5},
        Case{"tournament: {metric: score, top: 0, bottom: 1, penalty: 0.2", -0.2},
        Case{"tournament: {metric: score, top: 0, bottom: 0", 0},
        Case{"tournament: {metric: score, scope: team, top: 1, prize: 0.5", 0.5, true},
        Case{"relative: {metric: score, rate: 3", 0}, Case{"relative: {metric: score, scope: team, rate: 3", 0, true},
        Case{"status: {metric: score, prize: 0.6", 0.3},
        Case{"status: {metric: score, scope: team, prize: 0.6", 0.3, true}}) {
    for (const int window : {1, 4}) {
      CAPTURE(one.scheme);
      CAPTURE(window);
      Run run(scenario_text(kAlike, {{"policies.p", "[" + one.scheme + ", every: " + std::to_string(window) + "}]"}}),
              "p");
      for (int step = 0; step < 4; ++step) {
        run->step();
        for (std::size_t i = 0; i < 5; ++i) {
          const bool paid = (step + 1) % window == 0 && !(one.compares_mates && i == 4);
          CHECK(run->reward()[i] == doctest::Approx(paid ? window * one.reward : 0).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("limits: a prize for all or for nobody changes nothing that is done") {
  const auto efforts = [](const std::string& incentives) {
    Run run(scenario_text(kSmall, {{"policies.p", incentives}}), "p");
    for (int step = 0; step < 4; ++step) run->step();
    return std::vector<double>(run->units(0).begin(), run->units(0).end());
  };
  const auto none = efforts("[]");
  CHECK(same(efforts("[tournament: {metric: score, top: 1, prize: 5}]"), none));
  CHECK(same(efforts("[tournament: {metric: score, top: 0, bottom: 1, penalty: 5}]"), none));
  CHECK(same(efforts("[tournament: {metric: score, top: 0, prize: 5}]"), none));
  CHECK_FALSE(same(efforts("[tournament: {metric: score, top: 0.5, prize: 5}]"), none));
}

TEST_CASE("limits: shared luck alone leaves a contest without noise, and all who share it equal") {
  Run run(scenario_text(kSmall, {{"metrics.score.common", "1"},
                                 {"policies.p",
                                  "[status: {metric: score, prize: 0.1}, relative: {metric: score, rate: "
                                  "0.1}, tournament: {metric: score, top: 0.5, prize: 0.1}]"}}),
          "p");
  for (int step = 0; step < 5; ++step) {
    run->step();
    for (std::size_t i = 1; i < 3; ++i) {
      CHECK(run->units(0)[i] == run->units(0)[0]);
      CHECK(run->reading(0)[i] == run->reading(0)[0]);
    }
  }
}

TEST_CASE("limits: every behaviour and every network with one employee, and with two") {
  for (const char* behaviour :
       {"best_response", "honest", "{fixed: {efforts: {work: 1}}}", "{quantal: {rationality: 0}}",
        "{quantal: {rationality: 1000}}", "{learning: {rate: 1, forgetting: 1, exploration: 0}}",
        "{learning: {rate: 1, forgetting: 0, exploration: 1}}", "{imitation: {rate: 1, mutation: 0}}",
        "{imitation: {rate: 1000, mutation: 1}}", "{trial: {changes: []}}", "{trial: {changes: [1, -1]}}"}) {
    CAPTURE(behaviour);
    for (const char* size : {"1", "2"}) {
      for (const char* network : {"none", "team", "complete"}) {
        CHECK(sound(
            {{"population", "{size: " + std::string(size) + ", network: " + network + "}"}, {"behaviour", behaviour}}));
      }
    }
    CHECK(sound({{"population", "{size: 2, network: {random: {degree: 1}}}"}, {"behaviour", behaviour}}));
    CHECK(
        sound({{"population", "{size: 3, network: {small_world: {degree: 2, rewire: 1}}}"}, {"behaviour", behaviour}}));
    CHECK(sound({{"population", "{size: 3, network: {scale_free: {degree: 2}}}"}, {"behaviour", behaviour}}));
    CHECK(sound({{"population", "{size: 3, network: {edges: {pairs: []}}}"}, {"behaviour", behaviour}}));
    CHECK(sound({{"workforce", "{attrition: 1}"}, {"behaviour", behaviour}}));
  }
}

TEST_CASE("limits: one employee is a team and an organisation, and bears all of what they are paid") {
  std::vector<double> efforts;
  for (const char* level : {"individual", "team", "organisation"}) {
    Run run(scenario_text(kSmall, {{"population.size", "1"},
                                   {"effort.solidarity", "1"},
                                   {"metrics.score.level", level},
                                   {"activities.work.team_value", "3"},
                                   {"activities.work.team_load", "1"}}),
            "p");
    run->step();
    run->step();
    efforts.push_back(run->units(0)[0]);
    CHECK(run->hours()[0] == doctest::Approx(run->units(0)[0] + 0.3 * run->units(1)[0]).epsilon(1e-12));
  }
  CHECK(efforts[0] == efforts[1]);
  CHECK(efforts[0] == efforts[2]);
}

TEST_CASE("limits: nobody or all leave, keep their efforts, have access") {
  for (const char* rate : {"0", "1"}) {
    const bool all = rate[0] == '1';
    CAPTURE(rate);
    Run leaving(scenario_text(kSmall, {{"workforce.attrition", rate}}), "p");
    Run kept(scenario_text(kSmall, {{"behaviour", "{best_response: {inertia: " + std::string(rate) + "}}"},
                                    {"policies.p",
                                     "{phases: [{name: one, from: 0, incentives: []}, {name: two, from: "
                                     "2, incentives: [linear: {metric: score, rate: 0.5}]}]}"}}),
             "p");
    Run open(scenario_text(kSmall,
                           {{"activities.work.spread", "{initial: " + std::string(rate) + "}"}, {"policies.p", "[]"}}),
             "p");
    Run audited(
        scenario_text(kSmall, {{"policies.p", "{incentives: [linear: {metric: score, rate: 0.5}], audits: {rate: " +
                                                  std::string(rate) + ", penalty: 0.01, dismiss: 1}}"}}),
        "p");
    double before = 0;
    for (int step = 0; step < 4; ++step) {
      leaving->step();
      CHECK(leaving->means().exits == (all ? 3 : 0));
      CHECK(leaving->means().hires == (all ? 3 : 0));
      kept->step();
      if (step == 2) CHECK((kept->units(0)[0] == before) == all);
      before = kept->units(0)[0];
      open->step();
      CHECK((open->units(0)[0] > 0) == all);
      CHECK(open->means().access[0] == (all ? 1 : 0));
      audited->step();
      CHECK(audited->units(1)[0] > 0);
      CHECK(audited->means().exits == (all ? 3 : 0));
    }
  }
}

TEST_CASE("limits: leadership that may act always or never, on all or on nothing") {
  const auto phases = [](const std::string& revise) {
    return Settings{{"policies.p",
                     "{phases: [{name: one, from: 0, incentives: [linear: {metric: score, rate: 0.5}], "
                     "leadership: [revise: {" +
                         revise + ", to: two}]}, {name: two, incentives: []}]}"}};
  };
  const auto second = [](const Settings& settings) {
    Run run(scenario_text(kSmall, settings), "p");
    run->step();
    run->step();
    return run->phase() == 1;
  };
  CHECK(second(phases("when: [{metric: score, above: -100}], chance: 1")));
  CHECK_FALSE(second(phases("when: [{metric: score, above: -100}], chance: 0")));
  CHECK_FALSE(second(phases("when: [{metric: score, above: -100}, {gaming_above: 1}], chance: 1")));

  // A ratchet of speed 1 sets the target to what was read, and one of speed 0 leaves it.
  for (const char* speed : {"0", "1"}) {
    Run run(scenario_text(kSmall,
                          {{"policies.p",
                            "{incentives: [linear: {metric: score, rate: 0.5, floor: -.inf, target: 7}], leadership: "
                            "[ratchet: {incentive: linear, speed: " +
                                std::string(speed) + "}]}"}}),
            "p");
    run->step();
    const double read = run->reading(0)[1];
    run->settle();
    CHECK(run->target(0, 1) == doctest::Approx(speed[0] == '1' ? read : 7).epsilon(1e-14));
  }

  // A sample of all: the rate is that of all.
  Run run(scenario_text(kAlike, with({{"population.size", "3"},
                                      {"population.traits.skill", "{uniform: {low: 1, high: 2}}"},
                                      {"activities.work.value", "skill"},
                                      {"metrics.score.measures", "{value: 2}"}},
                                     {{"policies.p",
                                       "{incentives: [linear: {metric: score, rate: 0.1}], leadership: "
                                       "[retrain: {every: 1, sample: 3}]}"}})),
          "p");
  run->step();
  run->step();
  CHECK(run->means().rate[0] == doctest::Approx(0.5).epsilon(1e-10));
}
