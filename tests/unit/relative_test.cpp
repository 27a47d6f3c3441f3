/// Relative rewards, the risk in rewards, and what crowds out one's own motivation.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::number_text;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Seven people in teams of 3, 3 and 1 who do one unit each; each reads its own skill, with noise.
const std::string kCompared = R"(
goodhart: 1
title: A test
time: {steps: 6}
population: {size: 7, team_size: 3, traits: {skill: {uniform: {low: 0, high: 1}}}}
effort: {intrinsic: 0, strain: 0}
activities: {work: {value: 1}}
metrics: {output: {measures: {work: skill}, noise: 0.2}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {none: []}
)";

Run compared(const std::string& incentives, Settings settings = {}) {
  settings.emplace_back("policies", "{p: [" + incentives + "]}");
  return Run(scenario_text(kCompared, settings));
}

}  // namespace

TEST_CASE("relative: rate times the distance from the mean of the others in scope") {
  for (const bool team : {false, true}) {
    for (const bool lower : {false, true}) {
      for (const int every : {1, 3}) {
        CAPTURE(team);
        CAPTURE(lower);
        CAPTURE(every);
        Run run = compared("{relative: {metric: output, rate: 0.5 + skill, scope: " +
                               std::string(team ? "team" : "organisation") + ", every: " + std::to_string(every) + "}}",
                           {{"metrics.output.better", lower ? "lower" : "higher"}, {"workforce", "{attrition: 0.2}"}});
        std::vector<double> sum(7, 0), steps(7, 0);
        for (int step = 0; step < 6; ++step) {
          run->step();
          for (std::size_t i = 0; i < 7; ++i) {
            if (run->roster().arrival[i] == step) sum[i] = steps[i] = 0;
            sum[i] += run->reading(0)[i];
            steps[i] += 1;
          }
          const bool closes = (step + 1) % every == 0;
          for (std::size_t i = 0; i < 7; ++i) {
            double others = 0, count = 0;
            for (std::size_t o = 0; o < 7; ++o) {
              if (o == i || (team && o / 3 != i / 3)) continue;
              others += sum[o] / steps[o];
              count += 1;
            }
            const double ahead = (lower ? -1 : 1) * (sum[i] / steps[i] - others / count);
            const double rate = 0.5 + run->population().traits[0][i];
            const double expected = closes && count > 0 ? steps[i] * rate * ahead : 0;
            CHECK(run->reward()[i] == doctest::Approx(expected).epsilon(1e-11));
          }
          if (closes) {
            std::fill(sum.begin(), sum.end(), 0.0);
            std::fill(steps.begin(), steps.end(), 0.0);
          }
        }
      }
    }
  }
}

TEST_CASE("relative: teams against teams, and all members are paid alike") {
  Run run = compared("{relative: {metric: output, rate: 2}}", {{"metrics.output.level", "team"}});
  run->step();
  const auto own = run->reading(0);
  const double mean[] = {(own[0] + own[1] + own[2]) / 3, (own[3] + own[4] + own[5]) / 3, own[6]};
  for (std::size_t i = 0; i < 7; ++i) {
    const std::size_t team = i / 3;
    const double others = (mean[0] + mean[1] + mean[2] - mean[team]) / 2;
    CHECK(run->reward()[i] == doctest::Approx(2 * (mean[team] - others)).epsilon(1e-12));
  }
}

TEST_CASE("relative: a unit ahead is worth its rate, whoever the others are") {
  // Work strains x^2 / 2 and reads 3 a unit: effort is the slope.
  const Settings free{{"behaviour", "best_response"},
                      {"activities.work.strain", "1"},
                      {"effort.budget", ".inf"},
                      {"metrics.output.measures", "{work: 3}"}};
  const auto check = [&](const std::string& incentive, const Settings& more, const std::vector<double>& expected) {
    Settings settings = free;
    settings.insert(settings.end(), more.begin(), more.end());
    Run run = compared(incentive, settings);
    for (int step = 0; step < 4; ++step) {
      run->step();
      for (std::size_t i = 0; i < 7; ++i) CHECK(run->units(0)[i] == doctest::Approx(expected[i]).epsilon(1e-9));
    }
  };
  check("{relative: {metric: output, rate: 0.5}}", {}, std::vector<double>(7, 1.5));
  check("{relative: {metric: output, rate: 0.5, every: 2}}", {}, std::vector<double>(7, 1.5));
  check("{relative: {metric: output, rate: 0.5}}, {linear: {metric: output, rate: 1, floor: -.inf, target: 4}}", {},
        std::vector<double>(7, 4.5));
  check("{relative: {metric: output, rate: 0.5}}", {{"metrics.output.better", "lower"}}, std::vector<double>(7, 0));
  // Alone in its team nobody is ahead of anybody.
  check("{relative: {metric: output, rate: 0.5, scope: team}}", {}, {1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0});
  // A team's mean moves by a third of what one does, and counts (1 + 0.5 x 2) times with solidarity.
  check("{relative: {metric: output, rate: 0.5}}", {{"metrics.output.level", "team"}}, {.5, .5, .5, .5, .5, .5, 1.5});
  check("{relative: {metric: output, rate: 0.5}}", {{"metrics.output.level", "team"}, {"effort.solidarity", "0.5"}},
        {1, 1, 1, 1, 1, 1, 1.5});
  // A reward a step later, which is when the reading comes, at a discount of 0.8.
  check("{relative: {metric: output, rate: 0.5, every: 1}}",
        {{"metrics.output.delay", "1"}, {"effort.discount", "0.8"}, {"time", "{steps: 6}"}},
        std::vector<double>(7, 1.2));
}

TEST_CASE("risk premium: half the aversion times the variance of linear and relative rewards") {
  // Nothing else burdens anybody, so surplus is value, 1 each, less the premium.
  const auto premium = [](const std::string& incentives, const Settings& more = {}) {
    Settings settings{
        {"effort.risk_aversion", "3"}, {"metrics.output.noise", "0.4"}, {"metrics.output.common", "0.25"}};
    settings.insert(settings.end(), more.begin(), more.end());
    Run run = compared(incentives, settings);
    run->step();
    return 1 - run->means().surplus;
  };
  const auto about = [](double value) { return doctest::Approx(value).epsilon(1e-10); };
  const double variance = 0.16, half = 1.5;
  CHECK(premium("") == about(0));
  CHECK(premium("{linear: {metric: output, rate: 0.5}}") == about(half * 0.25 * variance));
  CHECK(premium("{linear: {metric: output, rate: 0.5, cap: 0.1}}") == about(half * 0.25 * variance));
  CHECK(premium("{linear: {metric: output, rate: 0.5}}, {linear: {metric: output, rate: -0.2}}") ==
        about(half * 0.09 * variance));
  CHECK(premium("{linear: {metric: output, rate: 0.5, every: 3}}") == about(half * 0.25 * variance));
  CHECK(premium("{quota: {metric: output, target: 1, reward: 2}}") == about(0));
  CHECK(premium("{tournament: {metric: output, top: 0.5, prize: 2}}") == about(0));
  // Relative: what is common cancels, and the others' mean is noisy too: n / (n - 1).
  CHECK(premium("{relative: {metric: output, rate: 0.5}}") == about(half * 0.25 * 0.75 * variance * 7 / 6));
  CHECK(premium("{relative: {metric: output, rate: 0.5}}, {linear: {metric: output, rate: 0.3}}") ==
        about(half * variance * (0.25 * 0.75 * 7 / 6 + 0.09)));
  // Within teams of 3 and 3; the one alone bears no risk.
  CHECK(premium("{relative: {metric: output, rate: 0.5, scope: team}}") ==
        about(6.0 / 7 * half * 0.25 * 0.75 * variance * 1.5));
  // A team's reading: own noise is averaged, common noise is not. Teams of 3, 3 and 1.
  const double threes = 0.25 * variance + 0.75 * variance / 3, one = variance;
  CHECK(premium("{linear: {metric: output, rate: 0.5}}", {{"metrics.output.level", "team"}}) ==
        about(half * 0.25 * (6 * threes + one) / 7));
  CHECK(premium("{relative: {metric: output, rate: 0.5}}", {{"metrics.output.level", "team"}}) ==
        about(half * 0.25 * 0.75 * variance * 1.5 * (6.0 / 3 + 1) / 7));
  CHECK(premium("{linear: {metric: output, rate: 0.5}}", {{"metrics.output.level", "organisation"}}) ==
        about(half * 0.25 * variance * (0.25 + 0.75 / 7)));
  // Other laws of noise, by their standard deviation.
  CHECK(premium("{linear: {metric: output, rate: 0.5}}",
                {{"metrics.output.noise", "{student_t: {scale: 0.4, dof: 6}}"}}) ==
        about(half * 0.25 * variance * 1.5));
  CHECK(premium("{relative: {metric: output, rate: 0.5}}", {{"metrics.output.noise", "{laplace: {scale: 0.4}}"}}) ==
        about(half * 0.25 * 0.75 * variance * 2 * 7 / 6));
  // Two metrics are apart; a multiplier of the stakes counts, squared.
  CHECK(premium("{linear: {metric: output, rate: 0.5}}, {linear: {metric: other, rate: 0.5}}",
                {{"metrics.other", "{measures: {work: 1}, noise: 0.4}"}}) == about(2 * half * 0.25 * variance));
  Run run(scenario_text(kCompared, {{"effort.risk_aversion", "3"},
                                    {"policies", R"({p: {incentives: [{relative: {metric: output, rate: 0.5}}],
       leadership: [{escalate: {incentive: relative, goal: 99, factor: 2}}]}})"}}));
  run->step();
  const double once = 1 - run->means().surplus;
  run->step();
  CHECK(1 - run->means().surplus == about(4 * once));
}

TEST_CASE("crowding: what is at stake on individual readings wears motivation down") {
  // Hours are 1 + (w / (1 + crowding S) + slope) / 4 where work is worth 1, w 0.4 and the strain of hours 4.
  const auto hours = [](const std::string& policy, const Settings& more = {}, int steps = 1) {
    Settings settings{{"behaviour", "best_response"},
                      {"effort", "{intrinsic: 0.4, strain: 4, crowding: 2}"},
                      {"metrics.output.measures", "{work: 0}"},
                      {"policies", "{p: " + policy + "}"}};
    settings.insert(settings.end(), more.begin(), more.end());
    Run run(scenario_text(kCompared, settings));
    for (int step = 0; step < steps; ++step) run->step();
    return run->hours()[0];
  };
  const auto about = [](double stake, double slope = 0) {
    return doctest::Approx(1 + (0.4 / (1 + 2 * stake) + slope) / 4).epsilon(1e-9);
  };
  // Efforts do not move this metric, so that nobody strives; but a prize is at stake all the same.
  CHECK(hours("[{tournament: {metric: output, top: 0.5, prize: 0.3, penalty: 9}}]") == about(0.3));
  CHECK(hours("[{tournament: {metric: output, top: 0.5, prize: 0.3, bottom: 0.5, penalty: 0.2}}]") == about(0.5));
  CHECK(hours("[{tournament: {metric: output, bottom: 0.5, penalty: 0.2}}]") == about(0.2));
  CHECK(hours("[{tournament: {metric: output, top: 0.5, prize: 0.3}}, {tournament: {metric: output, top: 0.1, prize: "
              "0.4}}]") == about(0.7));
  CHECK(hours("[{tournament: {metric: output, top: 0.5, prize: 0.3}}]", {{"metrics.output.level", "team"}}) ==
        about(0));
  CHECK(hours("[{linear: {metric: output, rate: 9}}]") == about(0));
  const std::string escalated =
      "{incentives: [{tournament: {metric: output, top: 0.5, prize: 0.3}}], leadership: "
      "[{escalate: {incentive: tournament, goal: 99, factor: 2}}]}";
  CHECK(hours(escalated) == about(0.3));
  CHECK(hours(escalated, {}, 3) == about(1.2));
  // Relative: the rate times what one's readings can differ by, 2 x 1.25; it pays 0.1 x 2 a unit besides.
  CHECK(hours("[{relative: {metric: output, rate: 0.1}}]", {{"metrics.output.measures", "{work: 2}"}}) ==
        about(0.25, 0.2));
  CHECK(hours("[{linear: {metric: output, rate: 0.1}}]", {{"metrics.output.measures", "{work: 2}"}}) ==
        about(0.25, 0.2));
  CHECK(hours("[{linear: {metric: output, rate: 0.1}}]",
              {{"metrics.output.measures", "{work: 2}"}, {"metrics.output.level", "organisation"}}) ==
        about(0, 0.2 / 7));
}
