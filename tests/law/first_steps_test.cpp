/// What is believed before there is anything to go by, and whose targets move when people leave.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using doctest::Approx;
using goodhart::test::Run;
using goodhart::test::scenario_text;

}  // namespace

TEST_CASE("rivals are believed, until the first close, to do what they would without incentives and without gifts") {
  // All are alike and there is no noise, so an equal reading wins. What mates give in the first step itself is left out
  // of what is expected of rivals as of oneself: nobody has to do more than without the contest.
  const std::string text = R"(
goodhart: 1
title: Alike
time: {steps: 3}
population: {size: 8, team_size: 4, network: none}
activities: {work: {value: 1}, help: {team_value: {value: 1.8, saturation: 3}, strain: 0.2}}
metrics: {m: {measures: value}}
policies:
  none: []
  contest: [{tournament: {metric: m, top: 0.5, prize: 0.1, every: 3}}]
)";
  Run free(scenario_text(text), "none"), contest(scenario_text(text), "contest");
  for (int step = 0; step < 3; ++step) {
    free->step();
    contest->step();
    CHECK(free->units(1)[0] > 0.1);
    for (const int activity : {0, 1}) CHECK(contest->units(activity)[0] == Approx(free->units(activity)[0]));
  }
}

TEST_CASE("in a run's first step the others' part of a team's reading is their baselines") {
  Run run(scenario_text(R"(
goodhart: 1
title: Alone at first
time: {steps: 2}
population: {size: 2, team_size: 2, network: none}
effort: {budget: 2}
activities: {work: {value: 1}}
metrics: {m: {measures: {work: 1}, level: team, baseline: 0.2}}
policies: {quota: [{quota: {metric: m, target: 0.9, reward: 5}}], none: []}
)"),
          "quota");
  run->step();
  // (0.2 + x + 0.2) / 2 = 0.9
  CHECK(run->units(0)[0] == Approx(1.4));
  CHECK(run->units(0)[1] == Approx(1.4));
  run->step();
  // Now the other one is expected to do 1.4 again: nothing more is needed.
  CHECK(run->units(0)[0] < 1.2);
}

TEST_CASE("a team's ratchet leaves out those who leave, and moves the targets of their successors") {
  Run run(scenario_text(R"(
goodhart: 1
title: Ratchet and leavers
time: {steps: 5}
population: {size: 14, team_size: 7, traits: {u: {lognormal: {median: 1, sigma: 0.35}}}}
activities: {work: {value: u}}
metrics: {m: {measures: value}}
workforce: {attrition: 0.25}
policies:
  p:
    incentives: [{quota: {metric: m, target: u, reward: 0.1}}]
    leadership: [{ratchet: {incentive: quota, speed: 0.3, of: team}}]
)"));
  int left = 0;
  for (int step = 0; step < 4; ++step) {
    run->step();
    std::vector<double> target(14), reading(14);
    std::vector<bool> leaves(14);
    double mean_target = 0;
    for (std::size_t i = 0; i < 14; ++i) {
      target[i] = run->target(0, i);
      reading[i] = run->reading(0)[i];
      leaves[i] = run->leaves(i);
      mean_target += target[i] / 14;
    }
    run->ready();
    for (std::size_t team = 0; team < 2; ++team) {
      double sum = 0, count = 0;
      for (std::size_t i = 7 * team; i < 7 * team + 7; ++i) {
        if (leaves[i]) continue;
        sum += reading[i];
        count += 1;
      }
      REQUIRE(count > 0);
      for (std::size_t i = 7 * team; i < 7 * team + 7; ++i) {
        left += leaves[i];
        const double before = leaves[i] ? mean_target : target[i];
        CHECK(run->target(0, i) == Approx(before + 0.3 * (sum / count - before)));
      }
    }
  }
  CHECK(left > 3);
}
