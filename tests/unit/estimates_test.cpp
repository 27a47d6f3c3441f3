/// Estimates over replicates against numbers worked out by hand.
#include "goodhart/analysis/estimates.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "goodhart/analysis/averages.hpp"
#include "goodhart/core/errors.hpp"

namespace {

using namespace goodhart;
using doctest::Approx;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Approx near(double value) {
  return Approx(value).epsilon(1e-9);
}

RunRecord run(int policy, int replicate, std::vector<std::vector<double>> averages, const std::string& failure = "") {
  RunRecord record;
  record.policy = policy;
  record.replicate = replicate;
  record.failure = failure;
  record.averages = std::move(averages);
  return record;
}

}  // namespace

TEST_CASE("a mean has its t interval") {
  // Mean 4, squares 4 + 0 + 4, s = 2, t(0.975; 2) = 4.302652729911275 from tables: 4 ± 4.302652729911275 * 2 / √3.
  const Estimate three = estimate(std::vector<double>{2, 4, 6});
  CHECK(three.mean == near(4));
  CHECK(three.low == near(4 - 4.968275423));
  CHECK(three.high == near(4 + 4.968275423));
  CHECK(three.half_width() == near(4.968275423));
  CHECK(three.n == 3);

  // With two values t(0.975; 1) = 12.70620473617471 and s / √2 is half their distance.
  const Estimate two = estimate(std::vector<double>{1, 3});
  CHECK(two.low == near(2 - 12.70620473617471));
  CHECK(two.high == near(2 + 12.70620473617471));
}

TEST_CASE("one value has no interval, none has no mean") {
  const Estimate one = estimate(std::vector<double>{7});
  CHECK(one.mean == 7);
  CHECK(std::isnan(one.low));
  CHECK(std::isnan(one.high));
  CHECK(!one.has_interval());
  CHECK(one.holds_zero());

  const Estimate none = estimate(std::vector<double>{kNaN});
  CHECK(std::isnan(none.mean));
  CHECK(none.n == 0);
}

TEST_CASE("values that are not there do not count") {
  const Estimate with = estimate(std::vector<double>{2, kNaN, 4, 6, kNaN});
  const Estimate without = estimate(std::vector<double>{2, 4, 6});
  CHECK(with.n == 3);
  CHECK(with.mean == without.mean);
  CHECK(with.low == without.low);
}

TEST_CASE("differences are paired, so that common luck cancels") {
  // Each replicate's own luck is large, the difference is always 1 but for the last: 1, 1, 1, 3.
  const std::vector<double> base{10, 50, 20, 0}, policy{11, 51, 21, 3};
  const Change change = compare(policy, base);
  CHECK(change.comparison == near(20));
  CHECK(change.difference.mean == near(1.5));
  // s = 1, t(0.975; 3) = 3.182446305284263: half width 3.182446305284263 / 2.
  CHECK(change.difference.low == near(1.5 - 1.5912231526421));
  CHECK(change.difference.high == near(1.5 + 1.5912231526421));
  CHECK(change.difference.holds_zero());
  CHECK(change.percent.mean == near(7.5));
  CHECK(change.percent.low == near(5 * (1.5 - 1.5912231526421)));
  CHECK(change.percent.high == near(5 * (1.5 + 1.5912231526421)));

  const Change sure = compare(std::vector<double>{2, 3, 4}, std::vector<double>{1, 2, 3});
  CHECK(sure.difference.low == 1);
  CHECK(sure.difference.high == 1);
  CHECK(!sure.difference.holds_zero());
  CHECK(sure.percent.mean == near(50));
}

TEST_CASE("a pair of which one run failed does not count") {
  const Change change = compare(std::vector<double>{2, kNaN, 100, 4}, std::vector<double>{1, 50, kNaN, 3});
  CHECK(change.difference.n == 2);
  CHECK(change.difference.mean == 1);
  CHECK(change.comparison == 2);
  CHECK(change.percent.mean == 50);
  CHECK_THROWS_AS(compare(std::vector<double>{1}, std::vector<double>{}), Bug);
}

TEST_CASE("per cent keep their sign where the comparison is negative, and are not there where it is zero") {
  const Change loss = compare(std::vector<double>{-1, -1}, std::vector<double>{-2, -2});
  CHECK(loss.percent.mean == 50);
  const Change from_nothing = compare(std::vector<double>{3, 5}, std::vector<double>{0, 0});
  CHECK(from_nothing.difference.mean == 4);
  CHECK(std::isnan(from_nothing.percent.mean));
}

TEST_CASE("averages are found by the names in the layout") {
  const std::vector<std::string> policies{"trust", "quota"}, metrics{"prompts", "output"};
  const Layout layout{
      .folders = {{.name = "",
                   .title = "",
                   .coordinates = {{"policy", "", policies},
                                   {"replicate", "", std::vector<std::int64_t>{0, 1}},
                                   {"step", "", std::vector<std::int64_t>{0, 1, 2}},
                                   {"metric", "", metrics}},
                   .variables = {{.name = "value", .long_name = "", .units = "", .axes = {"step"}},
                                 {.name = "dashboard", .long_name = "", .units = "", .axes = {"step", "metric"}}}}}};
  Averages averages(layout);
  averages.add(run(1, 0, {{5}, {6, 7}}));
  averages.add(run(1, 1, {{8}, {9, 10}}));
  averages.add(run(0, 1, {}, "no"));
  CHECK(averages.names("metric") == metrics);
  CHECK(averages.replicates() == 2);
  CHECK(averages.over_replicates("value", 1) == std::vector<double>{5, 8});
  CHECK(averages.over_replicates("dashboard", 1, 1) == std::vector<double>{7, 10});
  CHECK(std::isnan(averages.over_replicates("dashboard", 0, 0)[1]));

  CHECK_THROWS_AS(averages.over_replicates("valeu", 0), Bug);
  CHECK_THROWS_AS(averages.over_replicates("dashboard", 0, 2), Bug);
  CHECK_THROWS_AS(averages.names("step"), Bug);
  CHECK_THROWS_AS(averages.add(run(2, 0, {{5}, {6, 7}})), Bug);
  CHECK_THROWS_AS(averages.add(run(0, 0, {{5}})), Bug);
  CHECK_THROWS_AS(averages.add(run(0, 0, {{5}, {6}})), Bug);
}
