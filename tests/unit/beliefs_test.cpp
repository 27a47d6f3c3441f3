/// Whom employees believe they are up against: quantiles of the others, of all where there are many.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "goodhart/engine/explanation.hpp"
#include "support/run.hpp"

using namespace goodhart;

namespace {

/// A leaderboard of output without noise, among people of unequal skill.
const std::string kBoard = R"(
goodhart: 1
title: A leaderboard
time: {steps: 4}
population: {traits: {skill: {uniform: {low: 0.5, high: 1.5}}}}
activities:
  work: {value: skill}
metrics:
  output: {measures: value}
policies:
  board: [status: {metric: output, prize: 0.001}]
)";

/// model.md, section 5, written again: of the values of m rivals, the ceil(m (r - 1/2) / R)-th smallest for r = 1 ...
/// R.
std::vector<double> quantiles(std::vector<double> values, std::size_t components) {
  std::sort(values.begin(), values.end());
  std::vector<double> picked;
  const auto m = static_cast<double>(values.size()), parts = static_cast<double>(components);
  for (std::size_t r = 1; r <= components; ++r) {
    const double place = std::ceil(m * (static_cast<double>(r) - 0.5) / parts - 1e-9);
    picked.push_back(values[static_cast<std::size_t>(place) - 1]);
  }
  return picked;
}

}  // namespace

TEST_CASE("rivals are believed to be at the quantiles of the others, or of all where they are more than 64") {
  for (const int people : {2, 3, 10, 17, 18, 30, 33, 64, 65, 80, 200}) {
    CAPTURE(people);
    test::Run run(test::scenario_text(kBoard, {{"population.size", std::to_string(people)}}));
    const auto n = static_cast<std::size_t>(people);
    // Before the first window has closed: what each would read if nothing were rewarded.
    std::vector<double> alone(n);
    std::vector<Explanation> told;
    for (std::size_t i = 0; i < n; ++i) {
      run->ready();
      told.push_back(run->explain(i));
      REQUIRE(told[i].options.front().name == "nothing rewarded");
      alone[i] = told[i].options.front().reading.front();
    }
    const std::size_t components = std::min<std::size_t>(16, n - 1);
    for (std::size_t i = 0; i < n; ++i) {
      CAPTURE(i);
      std::vector<double> rivals = alone;
      if (n <= 64) rivals.erase(rivals.begin() + static_cast<std::ptrdiff_t>(i));
      const std::vector<double> believed = quantiles(rivals, components);
      // Of the believed rivals, so many are behind; oneself may be among them where all count, and being level wins.
      double behind = 0, level = 0;
      for (const double one : believed) {
        behind += one < alone[i] - 1e-12;
        level += std::fabs(one - alone[i]) <= 1e-12;
      }
      const double share = told[i].options.front().rewards.front() / 0.001 * static_cast<double>(components);
      CHECK(share > behind - 1e-6);
      CHECK(share < behind + level + 1e-6);
    }
  }
}
