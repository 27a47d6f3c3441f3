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
#include "goodhart/core/random.hpp"

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

TEST_CASE("a wider confidence has a wider interval") {
  // t(0.995; 2) = 9.924843200918 from tables.
  const Estimate sure = estimate(std::vector<double>{2, 4, 6}, 0.99);
  CHECK(sure.high == near(4 + 9.924843200918 * 2 / std::sqrt(3)));
}

TEST_CASE("pairing tells what common luck bought") {
  // var(a) = 5/3, var(b) = 5/3, d = 1, 1, 1, 1: luck cancels altogether.
  const Pairing whole = pairing(std::vector<double>{2, 3, 4, 5}, std::vector<double>{1, 2, 3, 4});
  CHECK(whole.correlation == near(1));
  CHECK(whole.variance_ratio == 0);
  CHECK(std::isinf(whole.runs_saved));
  // a = 1, 2, 3, b = 1, 3, 2: var 1 each, covariance 1/2, d = 0, -1, 1 of variance 1: ratio 1/2, so six runs do for
  // three.
  const Pairing half = pairing(std::vector<double>{1, 2, 3, kNaN}, std::vector<double>{1, 3, 2, 5});
  CHECK(half.correlation == near(0.5));
  CHECK(half.variance_ratio == near(0.5));
  CHECK(half.runs_saved == near(3));
  CHECK(std::isnan(pairing(std::vector<double>{1, 1}, std::vector<double>{1, 1}).variance_ratio));
  // Any two points lie on a line.
  CHECK(std::isnan(pairing(std::vector<double>{1, 2}, std::vector<double>{2, 7}).correlation));
}

TEST_CASE("what differs by rounding alone does not differ") {
  const double third = 0.1 + 0.2;  // 0.30000000000000004
  CHECK(differences(std::vector<double>{third, 1}, std::vector<double>{0.3, 1}) == std::vector<double>{0, 0});
  const Change none = compare(std::vector<double>{third, 0.3}, std::vector<double>{0.3, third});
  CHECK(none.difference.mean == 0);
  CHECK(none.difference.low == 0);
  CHECK(none.percent.high == 0);
  // Differences that differ from each other by rounding alone have no spread.
  const Change steady = compare(std::vector<double>{1 + third, 1.3}, std::vector<double>{1, 1});
  CHECK(steady.difference.mean == near(0.3));
  CHECK(steady.difference.half_width() == 0);
  CHECK(estimate(std::vector<double>{third, 0.3, third}).half_width() == 0);
  // A thousand pieces of 0.1 less 100 are nothing, though they are not 0; so nothing is a per cent of them.
  const std::vector<double> nothing{1.4e-12, -1.4e-12}, something{1, 2};
  CHECK(differences(nothing, std::vector<double>{0, 0}, 100) == std::vector<double>{0, 0});
  CHECK(std::isnan(compare(something, std::vector<double>{1e-16, 1e-16}).percent.mean));
  // What is small but true stays.
  CHECK(compare(std::vector<double>{1e-20, 3e-20}, std::vector<double>{0, 0}).difference.mean == near(2e-20));
  CHECK(differences(std::vector<double>{1 + 1e-9}, std::vector<double>{1})[0] > 0);
  CHECK(std::isnan(differences(std::vector<double>{kNaN}, std::vector<double>{1})[0]));
}

TEST_CASE("the bootstrap's interval follows the skewness of what it is given") {
  std::vector<double> even, skewed;
  for (int i = 0; i < 40; ++i) {
    even.push_back(i - 19.5);
    skewed.push_back(std::exp(i / 8.0));
  }
  const Interval fair = bootstrap_interval(even, 1);
  const Estimate student = estimate(even);
  CHECK(fair.low == Approx(student.low).epsilon(0.06));
  CHECK(fair.high == Approx(student.high).epsilon(0.06));
  const Interval askew = bootstrap_interval(skewed, 1);
  const double mean = estimate(skewed).mean;
  CHECK(askew.high - mean > 1.2 * (mean - askew.low));
  CHECK(bootstrap_interval(skewed, 1).low == askew.low);
  CHECK(bootstrap_interval(skewed, 2).low != askew.low);
  const Interval known = bootstrap_interval(std::vector<double>{3, 3, kNaN, 3}, 1);
  CHECK(known.low == 3);
  CHECK(known.high == 3);
  CHECK(std::isnan(bootstrap_interval(std::vector<double>{3}, 1).low));
}

TEST_CASE("intervals that hold all at once widen with what differs, not with what is the same") {
  std::vector<double> a, b, c;
  const Draws draws(1, Purpose::resampling, "test");
  const auto normal = [&](std::uint32_t who, std::uint32_t what) {
    double sum = -6;
    for (std::uint32_t i = 0; i < 12; ++i) sum += draws.uniform(0, who, 0, 100 * what + i);
    return sum;
  };
  for (std::uint32_t i = 0; i < 400; ++i) {
    a.push_back(normal(i, 0));
    b.push_back(normal(i, 1));
    c.push_back(normal(i, 2));
  }
  const auto half = [](const Interval& interval) { return (interval.high - interval.low) / 2; };
  const double alone = estimate(a).half_width();
  CHECK(half(simultaneous_intervals({a}, 1)[0]) == near(alone));
  CHECK(half(simultaneous_intervals({a, a, a}, 1)[1]) == Approx(alone).epsilon(0.03));
  // Three independent ones: (2 Phi(z) - 1)^3 = 0.95 at z = 2.3877, against 1.9600 alone.
  CHECK(half(simultaneous_intervals({a, b, c}, 1)[0]) == Approx(alone * 2.3877 / 1.9600).epsilon(0.03));
  // What does not vary is known; what is not there takes its whole row away.
  const std::vector<Interval> with_known = simultaneous_intervals({a, std::vector<double>(400, 2.0)}, 1);
  CHECK(with_known[1].low == 2);
  CHECK(half(with_known[0]) == near(alone));
  CHECK(std::isnan(simultaneous_intervals({{1, 2, kNaN}, {kNaN, 2, 3}}, 1)[0].low));
}

TEST_CASE("the chance of being the best is shared by those who are always equal") {
  const std::vector<double> low{1, 2, 3, 4}, high{2, 3, 4, 5};
  CHECK(chances_of_best({low, high}, 1) == std::vector<double>{0, 1});
  const std::vector<double> tied = chances_of_best({high, high, low}, 1);
  CHECK(tied[0] == near(0.5));
  CHECK(tied[2] == 0);
  // Of a difference with mean 1 and standard error 1 the chance is Phi(1) = 0.8413 for many replicates.
  std::vector<double> zero, difference;
  for (int i = 0; i < 1000; ++i) {
    zero.push_back(0);
    difference.push_back(1 + (i % 2 == 0 ? 1 : -1) * std::sqrt(999.0));
  }
  CHECK(chances_of_best({zero, difference}, 1)[1] == Approx(0.8413).epsilon(0.03));
  CHECK(std::isnan(chances_of_best({{kNaN}, {1}}, 1)[1]));
  // One replicate, or one that is left, tells nothing of luck.
  CHECK(std::isnan(chances_of_best({{2}, {1}}, 1)[0]));
  CHECK(std::isnan(chances_of_best({{2, 3}, {1, kNaN}}, 1)[0]));
  // Rounding is no lead.
  CHECK(chances_of_best({{0.1 + 0.2, 1}, {0.3, 1}}, 1)[0] == near(0.5));
}

TEST_CASE("statistics do not depend on the unit, however large or small") {
  const std::vector<double> a{1, 4, 2, 7, 3}, b{2, 3, 5, 11, 2}, c{9, 1, 4, 4, 6};
  const auto times = [](std::vector<double> values, double unit) {
    for (double& value : values) value *= unit;
    return values;
  };
  // Powers of two, so that the same bits are to come out: squares of the first overflow, those of the second vanish.
  for (const double unit : {std::ldexp(1.0, 1019), std::ldexp(1.0, -1000)}) {
    const std::vector<double> ua = times(a, unit), ub = times(b, unit), uc = times(c, unit);
    CHECK(estimate(ua).mean == unit * estimate(a).mean);
    CHECK(estimate(ua).low == unit * estimate(a).low);
    CHECK(compare(ua, ub).difference.high == unit * compare(a, b).difference.high);
    CHECK(compare(ua, ub).percent.mean == near(compare(a, b).percent.mean));
    CHECK(pairing(ua, ub).correlation == pairing(a, b).correlation);
    CHECK(pairing(ua, ub).variance_ratio == pairing(a, b).variance_ratio);
    CHECK(bootstrap_interval(ua, 1).low == unit * bootstrap_interval(a, 1).low);
    CHECK(bootstrap_interval(ua, 1).high == unit * bootstrap_interval(a, 1).high);
    const std::vector<Interval> all = simultaneous_intervals({a, b, c}, 1),
                                in_units = simultaneous_intervals({ua, ub, uc}, 1);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(in_units[i].low == unit * all[i].low);
      CHECK(in_units[i].high == unit * all[i].high);
    }
    CHECK(chances_of_best({ua, ub, uc}, 1) == chances_of_best({a, b, c}, 1));
  }
  // The largest number, and its opposite.
  const double most = std::numeric_limits<double>::max();
  CHECK(estimate(std::vector<double>{most, most, most}).mean == most);
  CHECK(estimate(std::vector<double>{most, most, most}).low == most);
  CHECK(estimate(std::vector<double>{-most, most}).mean == 0);
  CHECK(estimate(std::vector<double>{-most, most}).high == most);
  CHECK(compare(std::vector<double>{most, 1}, std::vector<double>{-most, 0}).difference.n == 1);
  CHECK(std::isnan(compare(std::vector<double>{most, most}, std::vector<double>{1e-300, 1e-300}).percent.mean));
}

TEST_CASE("what is infinite is no value") {
  const double endless = std::numeric_limits<double>::infinity();
  const std::vector<double> with{1, endless, 2, -endless, 4}, without{1, kNaN, 2, kNaN, 4};
  CHECK(estimate(with).n == 3);
  CHECK(estimate(with).low == estimate(without).low);
  CHECK(compare(with, without).difference.n == 3);
  CHECK(pairing(with, std::vector<double>{2, 0, 2, 0, 3}).correlation ==
        pairing(without, std::vector<double>{2, 0, 2, 0, 3}).correlation);
  CHECK(bootstrap_interval(with, 1).low == bootstrap_interval(without, 1).low);
  CHECK(simultaneous_intervals({with, with}, 1)[1].low == simultaneous_intervals({without, without}, 1)[1].low);
  const std::vector<double> zeros(5, 0.0);
  CHECK(chances_of_best({with, zeros}, 1) == std::vector<double>{1, 0});
  CHECK(estimate(std::vector<double>{endless}).n == 0);
  CHECK(std::isnan(chances_of_best({{endless}, {1}}, 1)[1]));
}

TEST_CASE("a policy of which all runs failed takes nothing from the others") {
  const std::vector<double> a{1, 4, 2, 7}, b{2, 3, 5, 11}, failed(4, kNaN);
  const std::vector<Interval> all = simultaneous_intervals({a, b}, 1), with = simultaneous_intervals({a, failed, b}, 1);
  CHECK(with[0].low == all[0].low);
  CHECK(with[2].high == all[1].high);
  CHECK(std::isnan(with[1].low));
  const std::vector<double> chances = chances_of_best({a, b}, 1), beside = chances_of_best({failed, a, b}, 1);
  CHECK(beside[1] == chances[0]);
  CHECK(beside[2] == chances[1]);
  CHECK(std::isnan(beside[0]));
}

TEST_CASE("of nothing there are no statistics, and of what never varies no chance") {
  const std::vector<double> none;
  CHECK(std::isnan(estimate(none).mean));
  CHECK(std::isnan(compare(none, none).difference.mean));
  CHECK(std::isnan(pairing(none, none).variance_ratio));
  CHECK(std::isnan(bootstrap_interval(none, 1).low));
  CHECK(std::isnan(simultaneous_intervals({none, none}, 1)[0].low));
  CHECK(simultaneous_intervals({}, 1).empty());
  CHECK(std::isnan(chances_of_best({none, none}, 1)[0]));
  CHECK(chances_of_best({}, 1).empty());
  const std::vector<double> same(4, 1e200), zero(4, 0.0);
  CHECK(bootstrap_interval(same, 1).low == 1e200);
  CHECK(simultaneous_intervals({same, zero}, 1)[0].high == 1e200);
  CHECK(simultaneous_intervals({same, zero}, 1)[1].low == 0);
  // Differences that are rounding beside the values: nothing can be resampled, and nothing falls over.
  const double next = std::nextafter(1.0, 2.0);
  CHECK_NOTHROW(bootstrap_interval(std::vector<double>{1, next, 1, next}, 1));
}

TEST_CASE("looking again and again spends no more than there is") {
  double spent = 0;
  for (int look = 1; look <= 10000; ++look) spent += 1 - confidence_of_look(look);
  CHECK(spent < 0.05);
  CHECK(spent > 0.0499);
}
