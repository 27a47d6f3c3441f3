/// Readings of teams and of the organisation: what they are, what is expected of them, what they pay.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::Roster;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Seven people in teams of 3, 3 and 1 who do one unit each.
const std::string kGathered = R"(
goodhart: 1
title: A test
time: {steps: 8}
population: {size: 7, team_size: 3, traits: {skill: {uniform: {low: 0, high: 1}}}}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: 1}}
metrics: {output: {measures: {work: skill}, noise: 0.3, common: 0.4, level: team}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {none: []}
)";

std::size_t unit_of(std::size_t i, const std::string& level) {
  return level == "team" ? i / 3 : 0;
}

/// The means of the individual readings, by unit.
std::vector<double> gathered(const Run& run, const std::string& level) {
  std::vector<double> sum(3, 0), count(3, 0);
  for (std::size_t i = 0; i < 7; ++i) {
    sum[unit_of(i, level)] += (*run).reading(0)[i];
    count[unit_of(i, level)] += 1;
  }
  for (std::size_t u = 0; u < 3; ++u) sum[u] /= std::max(1.0, count[u]);
  return sum;
}

}  // namespace

TEST_CASE("levels: everybody is paid by the mean of the members, over windows and from its own first step") {
  for (const std::string level : {"team", "organisation"}) {
    for (const std::string& attrition : {std::string("0"), std::string("0.2")}) {
      CAPTURE(level);
      CAPTURE(attrition);
      Run run(scenario_text(
          kGathered,
          {{"metrics.output.level", level},
           {"metrics.output.delay", "1"},
           {"workforce", "{attrition: " + attrition + "}"},
           {"policies", "{p: [{linear: {metric: output, rate: 0.5, floor: -.inf, target: skill, every: 3}}]}"}}));
      std::vector<double> sum(7, 0), steps(7, 0);
      for (int step = 0; step < 8; ++step) {
        run->step();
        const auto mean = gathered(run, level);
        for (std::size_t i = 0; i < 7; ++i) {
          if (run->roster().arrival[i] == step) sum[i] = steps[i] = 0;
          sum[i] += mean[unit_of(i, level)];
          steps[i] += 1;
          const double target = run->population().traits[0][i];
          const bool closes = (step + 1) % 3 == 0;
          const bool pays = closes || step == 7;  // what the end cuts off is paid for the steps so far
          CHECK(run->reward()[i] == doctest::Approx(pays ? 0.5 * (sum[i] - steps[i] * target) : 0).epsilon(1e-11));
          if (closes) sum[i] = steps[i] = 0;
        }
      }
    }
  }
}

TEST_CASE("levels: common noise is the same for all in a step, the rest is everybody's own") {
  const auto noise = [](const std::string& common) {
    Run run(scenario_text(kGathered, {{"metrics.output", "{measures: {work: 0}, noise: 0.5, common: " + common + "}"},
                                      {"population.size", "4000"},
                                      {"time", "{steps: 1000}"}}));
    double between = 0, within = 0;  // of the steps' means, and about them
    for (int step = 0; step < 1000; ++step) {
      run->step();
      between += run->means().reading[0] * run->means().reading[0] / 1000;
      within += run->means().reading_sd[0] * run->means().reading_sd[0] / 1000;
    }
    return std::vector<double>{between, within};
  };
  const auto all = noise("1"), some = noise("0.36"), none = noise("0");
  // Variances of 0.25 and 0.09 from 1000 draws of what is shared: a relative error of sqrt(2 / 1000).
  CHECK(std::fabs(all[0] / 0.25 - 1) < 4 * std::sqrt(2e-3));
  CHECK(all[1] < 1e-20);
  CHECK(std::fabs(some[0] / 0.09 - 1) < 4 * std::sqrt(2e-3) + 0.002);
  CHECK(std::fabs(some[1] / 0.16 - 1) < 4 * std::sqrt(2 / 4e6) + 1e-3);
  CHECK(none[0] < 4 * 0.25 / 4000);
}

TEST_CASE("levels: own efforts move the mean by their share, more under solidarity") {
  const auto units = [](const Settings& more) {
    Settings settings{{"behaviour", "best_response"},
                      {"activities.work.strain", "1"},
                      {"effort.budget", ".inf"},
                      {"metrics.output.measures", "{work: 6}"},
                      {"policies", "{p: [{linear: {metric: output, rate: 0.5}}]}"}};
    settings.insert(settings.end(), more.begin(), more.end());
    Run run(scenario_text(kGathered, settings));
    run->step();
    return std::vector<double>{run->units(0)[0], run->units(0)[6]};
  };
  const auto check = [](const std::vector<double>& found, double first, double last) {
    CHECK(found[0] == doctest::Approx(first).epsilon(1e-9));
    CHECK(found[1] == doctest::Approx(last).epsilon(1e-9));
  };
  check(units({}), 1, 3);
  check(units({{"effort.solidarity", "1"}}), 3, 3);
  check(units({{"effort.solidarity", "0.25"}}), 1.5, 3);
  check(units({{"metrics.output.level", "organisation"}}), 3.0 / 7, 3.0 / 7);
  check(units({{"metrics.output.level", "organisation"}, {"effort.solidarity", "0.5"}}), 3.0 / 7 * 4, 3.0 / 7 * 4);
}

namespace {

/// Pairs who are paid 3 while their mean reaches 1, where a unit strains x^2 / 2 and reads 1, without noise.
const std::string kPairs = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 6, team_size: 2}
effort: {intrinsic: 0, strain: 0, budget: .inf}
activities: {work: {value: 1, strain: 1}}
metrics: {output: {measures: {work: 1}, level: team}}
policies: {p: [{quota: {metric: output, target: 1, reward: 3}}]}
)";

std::vector<double> first_units(const Settings& settings) {
  Run run(scenario_text(kPairs, settings));
  std::vector<double> units;
  for (int step = 0; step < 6; ++step) {
    run->step();
    units.push_back(run->units(0)[0]);
    CHECK(run->units(0)[1] == doctest::Approx(units.back()).epsilon(1e-9));
  }
  return units;
}

void check_units(const Settings& settings, const std::vector<double>& expected) {
  const auto found = first_units(settings);
  for (std::size_t t = 0; t < 6; ++t) {
    CAPTURE(t);
    CHECK(found[t] == doctest::Approx(expected[t]).epsilon(1e-7));
  }
}

}  // namespace

TEST_CASE("levels: the others are expected to do as they did in the last step") {
  // Nothing was done before the start, so each fills the gap alone; then each relies on the other, and so on.
  check_units({}, {2, 0, 2, 0, 2, 0});
  // Three of four from the baseline: half a unit each to go on average, one unit for one who does it alone.
  check_units({{"metrics.output.baseline", "0.75"}}, {0.5, 0, 0.5, 0, 0.5, 0});
  // In a window of two each at first plans two units in both steps, alone; but then both have done so, and the mean is
  // there.
  check_units({{"policies.p.quota.every", "2"}}, {2, 0, 2, 0, 2, 0});
  // With a delay the reading of the next step is what counts: the last step earns nothing.
  check_units({{"metrics.output.delay", "1"}}, {2, 0, 2, 0, 2, 0});
  // Out of reach: 4 alone would strain by 8 for a reward of 3.
  check_units({{"policies.p.quota.target", "2"}}, {0, 0, 0, 0, 0, 0});
}

TEST_CASE("levels: what mates give shows in the team's reading once") {
  // Each pair has one who always helps, by 0.25 units at 2, and one who does what is missing of a mean of 0.8: at first
  // all of it, (2 x) / 2; then what 0.5 from the other leaves, (0.5 + 2 x) / 2. What the other had from oneself is not
  // counted on.
  Run run(scenario_text(kPairs, {{"population.groups",
                                  "{told: {share: 0.5, behaviour: {fixed: {efforts: {help: 0.25}}}}, free: "
                                  "{share: 0.5}}"},
                                 {"population.size", "12"},
                                 {"activities.help", "{team_value: 2, strain: 4, max: 1}"},
                                 {"metrics.output.measures", "value"},
                                 {"activities.work.max", "0"},
                                 {"policies.p.quota.target", "0.8"}}));
  int pairs = 0;
  for (int step = 0; step < 4; ++step) {
    run->step();
    for (std::size_t i = 0; i < 12; ++i) {
      const std::size_t mate = i ^ 1u;
      if (run->roster().group_of(i) == 0 || run->roster().group_of(mate) == 1) continue;
      CHECK(run->units(1)[i] == doctest::Approx(step == 0 ? 0.8 : 0.55).epsilon(1e-7));
      ++pairs;
    }
  }
  CHECK(pairs >= 4);
}

TEST_CASE("levels: a newcomer relies on what the mates were expected to do, and they on its predecessor's part") {
  // One of a pair always does 0.6, so that the other does 1.4; at first all of it. Either of the two is new in every
  // step.
  for (const char* attrition : {"told", "free"}) {
    CAPTURE(attrition);
    Run run(scenario_text(kPairs, {{"population.groups",
                                    "{told: {share: 0.5, behaviour: {fixed: {efforts: {work: 0.6}}}}, free: "
                                    "{share: 0.5}}"},
                                   {"population.size", "12"},
                                   {"workforce", std::string("{attrition: ") + attrition + "}"}}));
    int pairs = 0;
    for (int step = 0; step < 4; ++step) {
      run->step();
      for (std::size_t i = 0; i < 12; ++i) {
        if (run->roster().group_of(i) == 0 || run->roster().group_of(i ^ 1u) == 1) continue;
        CHECK(run->units(0)[i] == doctest::Approx(step == 0 ? 2 : 1.4).epsilon(1e-7));
        ++pairs;
      }
    }
    CHECK(pairs >= 4);
  }
}

TEST_CASE("levels: what a leaver had under way is not expected any more") {
  // One of each pair leaves after every step. In a window of two, read a step late and with noise, the other weighs
  // what its own effort adds to the chance; the belief about the rest is worked out here.
  const double noise = 1.2, reward = 4;
  Run run(scenario_text(kPairs, {{"population.groups", "{stays: {share: 0.5}, goes: {share: 0.5}}"},
                                 {"population.size", "2"},
                                 {"workforce", "{attrition: goes}"},
                                 {"metrics.output.noise", "1.2"},
                                 {"metrics.output.delay", "1"},
                                 {"policies.p.quota", "{metric: output, target: 1, reward: 4, every: 2}"}}));
  std::vector<double> last(2, 0);
  for (int step = 0; step < 5; ++step) {
    run->step();
    for (std::size_t i = 0; i < 2; ++i) {
      if (run->roster().group_of(i) != 0 || step % 2 == 1 || step == 0) continue;
      // The reading of the next step is the window's last. This step's is under way: half of what oneself did, and
      // nothing of the leaver's; the other is expected to do again what was done beside one in the last step.
      const double settled = last[i] / 2 + last[1 - i] / 2, x = run->units(0)[i];
      // M = (settled + x / 2) / 2, with the noise of one reading of the pair's mean, 1.2 / sqrt(2), halved.
      const double deviation = noise / std::sqrt(2.0) / 2, z = ((settled + x / 2) / 2 - 1) / deviation;
      const double slope = 2 * reward * std::exp(-0.5 * z * z) / std::sqrt(2 * std::acos(-1.0)) / deviation / 4;
      CHECK(x == doctest::Approx(slope).epsilon(1e-6));
      CHECK(x > 0.01);
    }
    for (std::size_t i = 0; i < 2; ++i) last[i] = run->units(0)[i];
  }
}

TEST_CASE("levels: an organisation's quota is met by those who expect the others to go on") {
  // After a burn-in in which all do a unit for its own sake, each need only go on.
  Run run(scenario_text(
      kPairs,
      {{"metrics.output.level", "organisation"}, {"effort.intrinsic", "0.9"}, {"time", "{before: 2, steps: 4}"}}));
  run->step();
  // 0.9 each so far: alone one would have to do 0.6 more, which strains by 0.18 and pays 3.
  for (std::size_t i = 0; i < 6; ++i) CHECK(run->units(0)[i] == doctest::Approx(1.5).epsilon(1e-7));
  run->step();
  for (std::size_t i = 0; i < 6; ++i) CHECK(run->units(0)[i] == doctest::Approx(0.9).epsilon(1e-7));
}
