/// Stocks: what activities fill and drain together, and who sees it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/run.hpp"

namespace {

using goodhart::test::Results;
using goodhart::test::Run;
using goodhart::test::scenario_text;
using goodhart::test::Settings;

/// Pages add to the clutter and work clears a little; clutter makes work worth less.
const std::string kCluttered = R"(
goodhart: 1
title: A test
time: {steps: 12}
population: {size: 30, team_size: 5, traits: {clutter: 2}}
effort: {intrinsic: 0, strain: 0}
activities:
  work: {value: 1 / (1 + clutter)}
  page: {value: 0}
metrics: {output: {measures: value}}
behaviour: {fixed: {efforts: {work: 0.6, page: 0.5}}}
stocks:
  - {trait: clutter, decay: 0.2, adds: {page: 0.4, work: -0.1}}
policies: {none: []}
)";

bool near(double one, double other) {
  return std::fabs(one - other) <= 1e-12 * std::max(1.0, std::fabs(other));
}

}  // namespace

TEST_CASE("stocks: the level decays, is added to by the mean, and is what all see") {
  const Results results(scenario_text(kCluttered));
  const auto level = results.series("none", "stock", {"clutter"}), value = results.series("none", "value");
  double expected = 2;
  for (std::size_t t = 0; t < level.size(); ++t) {
    CHECK(near(level[t], expected));
    CHECK(near(value[t], 0.6 / (1 + expected)));
    expected = 0.8 * expected + 0.4 * 0.5 - 0.1 * 0.6;
  }
  // In the long run what is added is what decays.
  const Results later(scenario_text(kCluttered, {{"time.steps", "300"}, {"record", "{every: 299}"}}));
  CHECK(std::fabs(later.series("none", "stock", {"clutter"}).back() - (0.2 - 0.06) / 0.2) < 1e-9);
}

TEST_CASE("stocks: an empty one stays empty, however much is drawn on it") {
  const Results results(scenario_text(kCluttered, {{"stocks.0.adds", "{page: 0.1, work: -1.5}"}}));
  const auto level = results.series("none", "stock", {"clutter"});
  double expected = 2;
  for (const double found : level) {
    CHECK(near(found, expected));
    expected = std::max(0.0, 0.8 * expected + 0.05 - 0.9);
  }
  CHECK(level.back() == 0);
}

TEST_CASE("stocks: each team has its own, newcomers find it as it is, a burn-in leaves it") {
  Run run(scenario_text(kCluttered, {{"stocks.0.of", "team"},
                                     {"population.size", "28"},  // five teams of five, and one of three
                                     {"behaviour.fixed.efforts.page", "{uniform: {low: 0, high: 0.6}}"},
                                     {"time", "{before: 2, steps: 6}"},
                                     {"workforce", "{attrition: 0.4}"}}));
  std::vector<double> level(6);
  for (std::size_t u = 0; u < 6; ++u) level[u] = (*run).population().traits[0][5 * u];
  CHECK(level[0] != 2);
  CHECK(level[0] != level[1]);
  double hired = 0;
  for (int step = 0; step < 6; ++step) {
    run->step();
    for (std::size_t u = 0; u < 6; ++u) {
      const std::size_t members = u == 5 ? 3 : 5;
      double pages = 0;
      for (std::size_t i = 5 * u; i < 5 * u + members; ++i) {
        CHECK(near((*run).population().traits[0][i], level[u]));
        CHECK(near(run->value()[i], 0.6 / (1 + level[u])));
        pages += run->units(1)[i];
      }
      level[u] = 0.8 * level[u] + 0.4 * pages / static_cast<double>(members) - 0.06;
    }
    hired += run->means().hires;
    double mean = 0;
    for (std::size_t i = 0; i < 28; ++i) mean += (*run).population().traits[0][i] / 28;
    CHECK(near(run->means().stock[0], mean));
  }
  CHECK(hired > 0);
}

TEST_CASE("stocks: phases carry the level on, and an override of the trait sets it anew") {
  const std::string phases =
      "{p: {phases: [{name: a, from: 0}, {name: b, from: 4, override: {stocks.0.decay: 0.5}}, "
      "{name: c, from: 8, override: {population.traits.clutter: 1}}]}}";
  const Results results(scenario_text(kCluttered, {{"policies", phases}}));
  const auto level = results.series("p", "stock", {"clutter"});
  double expected = 2;
  for (std::size_t t = 0; t < level.size(); ++t) {
    if (t == 8) expected = 1;
    CAPTURE(t);
    CHECK(near(level[t], expected));
    expected = (t >= 4 && t < 8 ? 0.5 : 0.8) * expected + 0.4 * 0.5 - 0.1 * 0.6;
  }
}

TEST_CASE("stocks: whoever decides takes the level as given, and follows it") {
  // One keeps hours of norm + intrinsic x value / strain, at the value that the clutter leaves.
  const Results results(scenario_text(kCluttered, {{"behaviour", "best_response"},
                                                   {"effort", "{intrinsic: 0.5, strain: 4, budget: 2}"},
                                                   {"stocks.0.adds", "{work: 0.3}"}}));
  const auto level = results.series("none", "stock", {"clutter"}), hours = results.series("none", "hours");
  double expected = 2;
  for (std::size_t t = 0; t < level.size(); ++t) {
    CHECK(near(level[t], expected));
    const double worked = 1 + 0.5 / (1 + expected) / 4;
    CHECK(std::fabs(hours[t] - worked) < 1e-9);
    expected = 0.8 * expected + 0.3 * worked;
  }
}
