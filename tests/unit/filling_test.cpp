/// Water filling over columns gives what deciding one by one gives.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/filling.hpp"

using namespace goodhart;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Random decisions of one kind: with or without caps, straight activities, strain of hours, a budget.
struct Problems {
  int activities;
  std::size_t count;
  std::vector<std::vector<double>> linear, curvature, time, most, efforts;
  std::vector<double> budget, strain, slack;

  Problems(std::mt19937_64& random, int k, std::size_t n) : activities(k), count(n) {
    const auto uniform = [&](double low, double high) {
      return std::uniform_real_distribution<double>(low, high)(random);
    };
    const bool unit = random() % 2 == 0, capped = random() % 2 == 0, strains = random() % 2 == 0;
    const bool straight = random() % 2 == 0, budgeted = random() % 4 != 0;
    for (auto* table : {&linear, &curvature, &time, &most, &efforts}) {
      table->assign(static_cast<std::size_t>(k), std::vector<double>(n));
    }
    for (std::size_t i = 0; i < n; ++i) {
      budget.push_back(budgeted ? uniform(-0.1, 1.5) : kInfinity);
      strain.push_back(strains ? uniform(0.5, 5) : 0);
      slack.push_back(uniform(-0.2, 1.2));
      for (std::size_t a = 0; a < static_cast<std::size_t>(k); ++a) {
        linear[a][i] = uniform(-1, 3);
        curvature[a][i] = straight && random() % 3 == 0 ? 0 : uniform(0.01, 3);
        time[a][i] = unit ? 1 : uniform(0.05, 2);
        most[a][i] = capped && random() % 2 == 0 ? (random() % 3 == 0 ? 0 : uniform(0, 1)) : kInfinity;
      }
    }
  }

  Fillings columns(bool plain) {
    Fillings all;
    all.activities = activities;
    all.count = count;
    all.plain = plain;
    all.budget = budget.data();
    all.strain = strain.data();
    all.slack = slack.data();
    for (std::size_t a = 0; a < static_cast<std::size_t>(activities); ++a) {
      all.linear[a] = linear[a].data();
      all.curvature[a] = curvature[a].data();
      all.time[a] = time[a].data();
      all.most[a] = most[a].data();
      all.efforts[a] = efforts[a].data();
    }
    return all;
  }
  bool plain() const {
    for (std::size_t a = 0; a < static_cast<std::size_t>(activities); ++a) {
      for (std::size_t i = 0; i < count; ++i) {
        if (time[a][i] != 1 || most[a][i] != kInfinity) return false;
      }
    }
    return true;
  }
  Decision one(std::size_t i) const {
    Decision decision;
    decision.activities = activities;
    decision.budget = budget[i];
    decision.strain = strain[i];
    decision.slack = slack[i];
    for (std::size_t a = 0; a < static_cast<std::size_t>(activities); ++a) {
      decision.linear[a] = linear[a][i];
      decision.curvature[a] = curvature[a][i];
      decision.time[a] = decision.felt_time[a] = time[a][i];
      decision.most[a] = most[a][i];
    }
    return decision;
  }
};

}  // namespace

TEST_CASE("water filling over columns gives what deciding one by one gives") {
  std::mt19937_64 random(7);
  std::size_t compared = 0, odd_ones = 0;
  double worst = 0, loss = 0;
  for (int round = 0; round < 400; ++round) {
    Problems problems(random, 1 + round % kMostFilled, 1 + random() % 200);
    std::vector<char> odd(problems.count);
    const std::size_t marked = fill_many(problems.columns(problems.plain()), odd);
    std::size_t found = 0;
    for (std::size_t i = 0; i < problems.count; ++i) {
      if (odd[i]) {
        ++found;
        continue;
      }
      const Decision decision = problems.one(i);
      PerActivity expected{}, got{};
      REQUIRE(decide(decision, expected) == Solved::exactly);
      for (std::size_t a = 0; a < static_cast<std::size_t>(problems.activities); ++a) {
        got[a] = problems.efforts[a][i];
        worst = std::max(worst, std::fabs(got[a] - expected[a]));
      }
      loss = std::max(loss, std::fabs(utility(decision, expected) - utility(decision, got)));
      ++compared;
    }
    CHECK(found == marked);
    odd_ones += marked;
  }
  CHECK(worst < 1e-9);
  CHECK(loss < 1e-11);
  // Most are taken; what nothing bounds, and little else, is left.
  CHECK(compared > 25'000);
  CHECK(odd_ones < compared / 3);
}

TEST_CASE("odd decisions are left to be looked at one by one") {
  std::mt19937_64 random(1);
  Problems problems(random, 2, 1);
  problems.budget = {1};
  problems.strain = {0};
  problems.linear = {{1}, {1}};
  problems.time = {{1}, {1}};
  problems.most = {{kInfinity}, {kInfinity}};
  std::vector<char> odd(1);
  problems.curvature = {{0}, {0}};  // a tie
  CHECK(fill_many(problems.columns(true), odd) == 1);
  problems.curvature = {{1}, {-1}};  // not concave
  CHECK(fill_many(problems.columns(true), odd) == 1);
  problems.curvature = {{1}, {0}};
  CHECK(fill_many(problems.columns(true), odd) == 0);
  CHECK(problems.efforts[0][0] == 0);
  CHECK(problems.efforts[1][0] == 1);
  problems.budget = {kInfinity};  // without end
  CHECK(fill_many(problems.columns(true), odd) == 1);
}
