/// What is gathered value by value, held against the same from all values at once.
#include "goodhart/analysis/running.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/analysis/means.hpp"
#include "goodhart/core/errors.hpp"

namespace {

using namespace goodhart;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// The same but for last bits, as a share of `size`.
bool near(double a, double b, double size) {
  return same(a, b) || std::fabs(a - b) <= 1e-13 * size;
}

void check_same(const Estimate& gathered, const Estimate& at_once) {
  CHECK(gathered.n == at_once.n);
  CHECK(same(gathered.mean, at_once.mean));
  const double size = std::isnan(at_once.low) ? 1 : std::fabs(at_once.low) / 2 + std::fabs(at_once.high) / 2;
  CHECK(near(gathered.low, at_once.low, size));
  CHECK(near(gathered.high, at_once.high, size));
}

/// Values of many kinds: of any size, near one another, with gaps.
std::vector<std::vector<double>> samples() {
  std::vector<std::vector<double>> all{{},
                                       {7},
                                       {2, 4, 6},
                                       {0, 0, 0},
                                       {0, 1e-300, 2e-300},
                                       {1e308, 1.1e308, -1.7e308},
                                       {1e-3, 1e305, 1},
                                       {kNaN, 3, kInfinity, 5, -kInfinity},
                                       {kNaN, kNaN},
                                       {0.1 + 0.2, 0.3, 0.3},
                                       {1e9 + 1e-3, 1e9 + 2e-3, 1e9 + 4e-3}};
  std::mt19937_64 engine(7);
  for (const double spread : {1e-9, 1.0, 1e6}) {
    std::vector<double>& values = all.emplace_back();
    std::normal_distribution<> normal(1, spread);
    for (int i = 0; i < 500; ++i) values.push_back(normal(engine));
  }
  return all;
}

}  // namespace

TEST_CASE("an estimate of values that come one by one is that of all at once") {
  for (const std::vector<double>& values : samples()) {
    Running running;
    for (const double value : values) running.add(value);
    check_same(running.estimate(), estimate(values));
    CHECK(same(running.mean(), mean_of(values)));
  }
  Running ends;
  for (const double value : {kNaN, 3.0, -5.0, kInfinity, 4.0}) ends.add(value);
  CHECK(ends.least() == -5);
  CHECK(ends.most() == 4);
  CHECK(ends.magnitude() == 5);
  CHECK(std::isnan(Running().least()));
}

TEST_CASE("a change of pairs that come one by one is that of all at once") {
  const std::vector<std::vector<double>> all = samples();
  for (const std::vector<double>& values : all) {
    std::vector<std::pair<std::vector<double>, std::vector<double>>> pairs;
    std::vector<double> shifted, scaled, alike;
    for (const double value : values) {
      shifted.push_back(value + 3);
      scaled.push_back(0.9 * value);
      alike.push_back(value * (1 + 1e-15));  // nothing but rounding
    }
    for (const auto& other : {shifted, scaled, alike, values}) {
      RunningChange running;
      for (std::size_t r = 0; r < values.size(); ++r) running.add(other[r], values[r]);
      const Change gathered = running.change(), at_once = compare(other, values);
      check_same(gathered.difference, at_once.difference);
      check_same(gathered.percent, at_once.percent);
      CHECK(same(gathered.comparison, at_once.comparison));
    }
  }
}

TEST_CASE("means of an experiment pair the runs of a replicate") {
  const Layout layout{.folders = {{.name = "",
                                   .title = "",
                                   .coordinates = {{"policy", "", std::vector<std::string>{"trust", "quota"}},
                                                   {"replicate", "", std::vector<std::int64_t>{0, 1, 2}},
                                                   {"step", "", std::vector<std::int64_t>{0}}},
                                   .variables = {{.name = "value", .long_name = "", .units = "", .axes = {"step"}}}}}};
  Means means(layout, 0);
  const auto add = [&](int policy, int replicate, double value, const std::string& failure = "") {
    RunRecord record;
    record.policy = policy;
    record.replicate = replicate;
    record.failure = failure;
    if (failure.empty()) record.averages = {{value}};
    means.add(record);
  };
  add(0, 0, 1), add(1, 0, 5);
  add(0, 1, 2), add(1, 1, 0, "no luck");
  add(0, 2, 4), add(1, 2, 9);
  CHECK(means.replicates() == 3);
  CHECK(means.level("value", 0).mean == doctest::Approx(7.0 / 3));
  CHECK(means.level("value", 1).n == 2);
  CHECK(means.change("value", 1).difference.mean == 4.5);
  CHECK(means.change("value", 1).comparison == 2.5);  // of the pairs alone
  CHECK(means.change("value", 0).difference.mean == 0);
  CHECK_THROWS_AS(means.level("valeu", 0), Bug);
  CHECK_THROWS_AS(add(2, 0, 1), Bug);
}
