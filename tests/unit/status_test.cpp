/// Scheme `status`, by hand.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "goodhart/model/scheme.hpp"
#include "support/run.hpp"

using goodhart::Scheme;
using goodhart::Status;
using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_file;
using goodhart::test::scenario_text;

TEST_CASE("status: the share of the others that is behind, ties half") {
  const Scheme scheme = Status{};
  const std::array<double, 5> means{9, 7, 7, 3, 1};
  std::array<double, 5> merits{};
  goodhart::compare(scheme, means, false, merits);
  CHECK(merits[0] == 1);
  CHECK(merits[1] == 2.5 / 4);
  CHECK(merits[2] == 2.5 / 4);
  CHECK(merits[3] == 1.0 / 4);
  CHECK(merits[4] == 0);
  CHECK_FALSE(goodhart::dismisses(scheme, 0));
}

TEST_CASE("status: paid by rank, within the team or among all, and the other way round where lower is better") {
  const std::string text = R"(
goodhart: 1
title: status
time: {steps: 1}
population:
  size: 5
  team_size: 3
  traits: {level: {discrete: {values: [1, 2, 3, 4, 5, 6, 7, 8, 9], weights: [1, 1, 1, 1, 1, 1, 1, 1, 1]}}}
activities: {work: {value: level}}
metrics: {score: {measures: value}}
behaviour: {fixed: {efforts: {work: 1}}}
policies: {board: [status: {metric: score, prize: 0.8}]}
)";
  for (const bool team : {false, true}) {
    for (const bool lower : {false, true}) {
      Run run(scenario_text(text, {{"policies.board.status.scope", team ? "team" : "organisation"},
                                   {"metrics.score.better", lower ? "lower" : "higher"}}));
      run->step();
      for (std::size_t i = 0; i < 5; ++i) {
        double behind = 0, others = 0;
        for (std::size_t o = 0; o < 5; ++o) {
          if (o == i || (team && o / 3 != i / 3)) continue;
          const double lead = (lower ? -1 : 1) * (run->reading(0)[i] - run->reading(0)[o]);
          behind += lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
          others += 1;
        }
        CHECK(run->reward()[i] == doctest::Approx(0.8 * behind / others).epsilon(1e-14));
      }
    }
  }
}

TEST_CASE("status: a large board of equals (known answer 11), and one of two") {
  const double expected = 1 / (2 * std::sqrt(std::acos(-1.0)));
  CHECK(std::fabs(expected - 0.282095) < 1e-6);
  for (const char* size : {"2000", "2"}) {
    CAPTURE(size);
    const Results results(scenario_file("tests/theory/status.yaml", {{"population.size", size}}));
    CHECK(std::fabs(results.series("leaderboard", "effort", {"work"}).back() - expected) < 1e-6);
  }
}
