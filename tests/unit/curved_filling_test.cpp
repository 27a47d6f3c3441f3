/// Curved rewards over columns give what deciding one by one gives, and nothing better is to be found.
#include "goodhart/model/curved_filling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/rivals.hpp"

using namespace goodhart;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

enum class Reward { noisy_step, sharp_step, floor, cap, contest };

/// Random decisions of one kind: with or without caps, straight activities, strain of hours, a budget; and a reward for
/// a reading somewhere within reach or just beyond: a step, with noise or without, a straight reward with a floor or a
/// cap, or a prize and a penalty in a contest.
struct Problems {
  int activities;
  std::size_t count;
  std::vector<std::vector<double>> linear, curvature, time, most, loading, efforts;
  std::vector<double> budget, strain, slack, weight, penalty, offset, scale, target, besides;
  Reward kind;
  bool sharp;
  RiseShelf shelf;
  std::vector<const Rise*> rises;  ///< of the prize and of the penalty; none for steps
  std::vector<Outline> outlines;
  std::vector<CurvedFillings::Part> parts;

  Problems(std::mt19937_64& random, int k, std::size_t n, Reward reward)
      : activities(k), count(n), kind(reward), sharp(reward == Reward::sharp_step) {
    const bool contest = reward == Reward::contest;
    const auto uniform = [&](double low, double high) {
      return std::uniform_real_distribution<double>(low, high)(random);
    };
    const bool unit = random() % 2 == 0, capped = random() % 2 == 0, strains = random() % 2 == 0;
    const bool straight = random() % 2 == 0, budgeted = random() % 4 != 0, mixed = random() % 2 == 0;
    const double sharpness = std::exp(uniform(0, 5));
    for (auto* table : {&linear, &curvature, &time, &most, &loading, &efforts}) {
      table->assign(static_cast<std::size_t>(k), std::vector<double>(n));
    }
    for (std::size_t i = 0; i < n; ++i) {
      budget.push_back(budgeted ? uniform(-0.02, 1.5) : kInfinity);
      strain.push_back(strains ? uniform(0.5, 5) : 0);
      slack.push_back(uniform(-0.2, 1.2));
      double reach = 0;
      for (std::size_t a = 0; a < static_cast<std::size_t>(k); ++a) {
        linear[a][i] = uniform(-1, 2);
        curvature[a][i] = straight && random() % 3 != 0 ? 0 : uniform(0.01, 3);
        time[a][i] = unit ? 1 : uniform(0.05, 2);
        most[a][i] = capped && random() % 2 == 0 ? (random() % 3 == 0 ? 0 : uniform(0, 1)) : kInfinity;
        loading[a][i] = random() % 4 == 0 ? 0 : (mixed ? uniform(-1, 3) : uniform(0, 3));
        reach = std::max(reach, loading[a][i] / time[a][i]);
      }
      const double level = uniform(0, 1.3) * std::max(0.1, reach) * std::min(1.2, std::max(0.0, budget[i]));
      weight.push_back(random() % 10 == 0 ? 0 : uniform(0, 2));
      penalty.push_back(random() % 10 == 0 ? 0 : uniform(0, 1));
      scale.push_back(contest ? uniform(0.5, 1.5) : sharpness * uniform(0.5, 2));
      offset.push_back(contest ? uniform(-1, 0.5) : -level * scale[i]);
      target.push_back(level);
      besides.push_back(ramp() ? weight[i] * scale[i] * level : 0);
    }
    if (!contest) {
      const Outline& outline = kind == Reward::floor ? outline_of_floor()
                               : kind == Reward::cap ? outline_of_cap()
                                                     : outline_of_normal_law();
      parts = {{nullptr, &outline, weight.data()}};
      return;
    }
    std::vector<double> means;
    for (int r = 0; r < 16; ++r) means.push_back(uniform(0, 2));
    std::sort(means.begin(), means.end());
    const Rivals rivals{.means = means, .variance = uniform(0.001, 0.05), .others = 20 + random() % 1000};
    for (const double share : {0.2, 0.9}) {
      Curve curve;
      add_contest(rivals, static_cast<std::size_t>(share * static_cast<double>(rivals.others)), uniform(0.02, 0.3), 1,
                  0, 1, 0, shelf, &curve);
      rises.push_back(curve.rise);
    }
    outlines.resize(2);
    outline(rises, outlines);
    parts = {{rises[0], &outlines[0], weight.data()}, {rises[1], &outlines[1], penalty.data()}};
  }

  bool ramp() const { return kind == Reward::floor || kind == Reward::cap; }

  CurvedFillings columns() {
    using Law = CurvedFillings::Law;
    CurvedFillings all;
    all.law = kind == Reward::contest ? Law::table
              : kind == Reward::floor ? Law::floor
              : kind == Reward::cap   ? Law::cap
                                      : Law::step;
    all.besides = besides.data();
    all.plain.activities = activities;
    all.plain.count = count;
    all.plain.budget = budget.data();
    all.plain.strain = strain.data();
    all.plain.slack = slack.data();
    for (std::size_t a = 0; a < static_cast<std::size_t>(activities); ++a) {
      all.plain.linear[a] = linear[a].data();
      all.plain.curvature[a] = curvature[a].data();
      all.plain.time[a] = time[a].data();
      all.plain.most[a] = most[a].data();
      all.plain.efforts[a] = efforts[a].data();
      all.loading[a] = loading[a].data();
    }
    all.parts = parts;
    all.offset = offset.data();
    all.scale = scale.data();
    if (sharp) all.target = target.data();
    return all;
  }
  /// `curves` is where its rewards are put.
  Decision one(std::size_t i, std::array<Curve, 2>& curves) const {
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
      decision.reading[0].loading[a] = loading[a][i];
    }
    decision.readings = 1;
    if (rises.empty()) {
      curves[0] = Curve{.weight = weight[i], .low = -offset[i] / scale[i], .noise = 1 / scale[i]};
      if (sharp) curves[0] = Curve{.weight = weight[i], .low = target[i]};
      if (ramp()) {
        curves[0].shape = Curve::Shape::ramp;
        curves[0].weight = weight[i] * scale[i];
        if (kind == Reward::cap) curves[0].high = std::exchange(curves[0].low, -kInfinity);
      }
    } else {
      for (std::size_t c = 0; c < 2; ++c) {
        curves[c] = Curve{};
        curves[c].shape = Curve::Shape::rise;
        curves[c].weight = c == 0 ? weight[i] : penalty[i];
        curves[c].rise = rises[c];
        curves[c].offset = offset[i];
        curves[c].scale = scale[i];
      }
    }
    decision.curves = std::span(curves).first(rises.empty() ? 1 : 2);
    return decision;
  }
  PerActivity plan(std::size_t i) const {
    PerActivity got{};
    for (std::size_t a = 0; a < static_cast<std::size_t>(activities); ++a) got[a] = efforts[a][i];
    return got;
  }
};

/// The best utility on a grid of plans of up to three activities.
double best_on_grid(const Decision& decision, int points) {
  double best = -kInfinity;
  PerActivity x{};
  const auto walk = [&](const auto& self, int k, double left) -> void {
    if (k == decision.activities) {
      best = std::max(best, utility(decision, x));
      return;
    }
    const auto a = static_cast<std::size_t>(k);
    const double cap = std::min({decision.most[a], left / decision.time[a], 4.0});
    for (int p = 0; p < points; ++p) {
      x[a] = cap * p / (points - 1);
      self(self, k + 1, left - decision.time[a] * x[a]);
    }
    x[a] = 0;
  };
  walk(walk, 0, std::max(0.0, decision.budget));
  return best;
}

}  // namespace

TEST_CASE("curved rewards over columns give what deciding one by one gives") {
  std::mt19937_64 random(7);
  for (const Reward reward : {Reward::noisy_step, Reward::sharp_step, Reward::floor, Reward::cap, Reward::contest}) {
    CAPTURE(reward);
    std::size_t compared = 0, odd_ones = 0;
    double worst = 0, loss = 0, gain = 0;
    for (int round = 0; round < (reward == Reward::contest ? 120 : 480); ++round) {
      Problems problems(random, 1 + round % kMostFilled, 1 + random() % 200, reward);
      std::vector<char> odd(problems.count);
      const std::size_t marked = fill_curved(problems.columns(), odd);
      std::size_t found = 0;
      for (std::size_t i = 0; i < problems.count; ++i) {
        if (odd[i]) {
          ++found;
          continue;
        }
        std::array<Curve, 2> curves;
        const Decision decision = problems.one(i, curves);
        const PerActivity got = problems.plan(i);
        PerActivity expected{};
        REQUIRE(decide(decision, expected) == Solved::exactly);
        double hours = 0;
        for (std::size_t a = 0; a < static_cast<std::size_t>(problems.activities); ++a) {
          worst = std::max(worst, std::fabs(got[a] - expected[a]));
          hours += decision.time[a] * got[a];
          CHECK(got[a] >= 0);
          CHECK(got[a] <= decision.most[a]);
        }
        CHECK(hours <= std::max(0.0, decision.budget) * (1 + 1e-12));
        const double best = utility(decision, expected), here = utility(decision, got);
        loss = std::max(loss, (best - here) / (1 + std::fabs(best)));
        gain = std::max(gain, (here - best) / (1 + std::fabs(best)));
        ++compared;
      }
      CHECK(found == marked);
      odd_ones += marked;
    }
    // Both keep what decisions promise; that of the columns is the better one where they differ at all.
    CHECK(worst < 5e-6);
    CHECK(loss < 1e-10);
    CHECK(gain < 1e-9);
    // Most are taken; the problems are harder than those of employees.
    CHECK(compared > 3 * odd_ones);
  }
}

TEST_CASE("no plan on a grid beats those of curved rewards over columns") {
  std::mt19937_64 random(11);
  std::size_t compared = 0;
  for (int round = 0; round < 60; ++round) {
    const Reward reward =
        std::array{Reward::noisy_step, Reward::sharp_step, Reward::floor, Reward::cap, Reward::contest}[random() % 5];
    Problems problems(random, 1 + round % 3, 20, reward);
    std::vector<char> odd(problems.count);
    fill_curved(problems.columns(), odd);
    for (std::size_t i = 0; i < problems.count; ++i) {
      if (odd[i]) continue;
      std::array<Curve, 2> curves;
      const Decision decision = problems.one(i, curves);
      const double here = utility(decision, problems.plan(i));
      CHECK(best_on_grid(decision, problems.activities == 3 ? 31 : 301) <= here + 1e-9 * (1 + std::fabs(here)));
      ++compared;
    }
  }
  CHECK(compared > 800);
}

TEST_CASE("two distant plans that are worth the same are left to be looked at one by one") {
  std::mt19937_64 random(1);
  Problems problems(random, 1, 1, Reward::noisy_step);
  problems.budget = {kInfinity};
  problems.strain = {0};
  problems.linear = {{0}};
  problems.curvature = {{1}};
  problems.time = {{1}};
  problems.most = {{kInfinity}};
  problems.loading = {{1}};
  problems.scale = {10};
  problems.offset = {-10};  // a target of 1
  std::vector<char> odd(1);
  const auto effort_at = [&](double weight) {
    problems.weight = {weight};
    problems.parts[0].weight = problems.weight.data();
    fill_curved(problems.columns(), odd);
    return problems.efforts[0][0];
  };
  CHECK(effort_at(0.4) < 0.5);
  CHECK(odd[0] == 0);
  CHECK(effort_at(0.8) > 1);
  CHECK(odd[0] == 0);
  double low = 0.4, high = 0.8;
  for (int halving = 0; halving < 60 && odd[0] == 0; ++halving) {
    const double middle = 0.5 * (low + high);
    (effort_at(middle) < 0.5 ? low : high) = middle;
  }
  CHECK(odd[0] == 1);
  CHECK(high - low < 1e-7);
}

TEST_CASE("a reward of nothing leaves the plan as it is") {
  std::mt19937_64 random(3);
  Problems problems(random, 3, 100, Reward::noisy_step);
  problems.weight.assign(problems.count, 0);
  problems.parts[0].weight = problems.weight.data();
  const CurvedFillings columns = problems.columns();
  std::vector<char> odd(problems.count), plain_odd(problems.count);
  fill_many(columns.plain, plain_odd);
  const auto plain = problems.efforts;
  fill_curved(columns, odd);
  for (std::size_t i = 0; i < problems.count; ++i) {
    if (odd[i]) continue;
    for (std::size_t a = 0; a < 3; ++a) CHECK(std::fabs(problems.efforts[a][i] - plain[a][i]) < 1e-12);
  }
}
