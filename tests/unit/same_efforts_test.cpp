/// Where targets move to when a metric bends otherwise.
#include "goodhart/model/same_efforts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using doctest::Approx;
using goodhart::ReadingPart;
using goodhart::same_efforts;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("one activity: what its effort reads with the other bend, and no more than the peak") {
  const std::vector<ReadingPart> parts{{.loading = 100, .bend = 0, .other_bend = 80, .time = 1, .most = kInfinity}};
  CHECK(same_efforts(parts, kInfinity, 50).reading == Approx(50 - 40 * 0.25));
  CHECK(same_efforts(parts, kInfinity, 125).reading == Approx(62.5));  // at the peak
  CHECK(same_efforts(parts, kInfinity, 500).reading == Approx(62.5));  // beyond it
  CHECK(same_efforts(parts, kInfinity, 500).attained);
  CHECK(same_efforts(parts, kInfinity, 0).reading == 0);
  CHECK(same_efforts(parts, 0.5, 60).reading == Approx(40 + 10));  // half a unit in the time there is, 10 missing
  CHECK(!same_efforts(parts, 0.5, 60).attained);
}

TEST_CASE("a reading that efforts lower is turned round") {
  const std::vector<ReadingPart> parts{{.loading = -10, .bend = 0, .other_bend = -4, .time = 2, .most = 3}};
  CHECK(same_efforts(parts, kInfinity, -20).reading == Approx(-20 + 2 * 4));
  // Nothing here raises it.
  CHECK(same_efforts(parts, kInfinity, 5).reading == 5);
  CHECK(!same_efforts(parts, kInfinity, 5).attained);
}

TEST_CASE("of several activities those come first that make most of the reading in the time") {
  const std::vector<ReadingPart> parts{{.loading = 4, .bend = 0, .other_bend = 2, .time = 2, .most = 10},
                                       {.loading = 3, .bend = 0, .other_bend = 1, .time = 1, .most = 1}};
  // 3 by the second, the rest by the first.
  CHECK(same_efforts(parts, kInfinity, 3).reading == Approx(3 - 0.5));
  CHECK(same_efforts(parts, kInfinity, 5).reading == Approx(5 - 0.5 - 0.25));
}

TEST_CASE("the efforts are those of the least time, also where readings bend") {
  const std::vector<ReadingPart> parts{{.loading = 3, .bend = 1, .other_bend = 1.5, .time = 1, .most = 2.5},
                                       {.loading = 4, .bend = 0.8, .other_bend = 0.2, .time = 2, .most = 4},
                                       {.loading = 2, .bend = 0, .other_bend = 0.1, .time = 1.5, .most = 1}};
  const auto reads = [&](double a, double b, double c, bool other) {
    double sum = 0;
    const double x[] = {a, b, c};
    for (std::size_t k = 0; k < 3; ++k) {
      const double bend = other ? parts[k].other_bend : parts[k].bend;
      sum += parts[k].loading * x[k] - bend * x[k] * x[k] / 2;
    }
    return sum;
  };
  for (const double goal : {1.0, 3.5, 6.0, 9.0, 12.0}) {
    CAPTURE(goal);
    // By brute force over the second and the third; the first makes the rest.
    double least = kInfinity, best = 0, highest = 0;
    for (double b = 0; b <= 4; b += 0.002) {
      for (double c = 0; c <= 1; c += 0.02) {
        const double rest = goal - reads(0, b, c, false);
        const double root = 9 - 2 * rest;
        if (root < 0) continue;
        const double a = std::max(0.0, 3 - std::sqrt(root));
        if (a > 2.5 || (rest < 0 && a == 0 && rest < -0.02)) continue;
        const double time = a + 2 * b + 1.5 * c;
        if (time < least) least = time, best = reads(a, b, c, true);
      }
    }
    highest = same_efforts(parts, kInfinity, goal).reading;
    CHECK(same_efforts(parts, kInfinity, goal).attained);
    CHECK(highest >= best - 0.02);
    CHECK(highest <= best + 0.3);  // where more effort reads less, less of it is enough
    // In just that time it can be made; in less it cannot.
    CHECK(same_efforts(parts, least + 0.01, goal).attained);
    CHECK(!same_efforts(parts, least - 0.01, goal).attained);
  }
}

TEST_CASE("with bends as they are it is the goal, and it never falls as the goal rises") {
  std::vector<ReadingPart> parts{{.loading = 3, .bend = 1, .other_bend = 1, .time = 1, .most = 2.5},
                                 {.loading = 4, .bend = -0.3, .other_bend = -0.3, .time = 2, .most = 4}};
  for (const double goal : {0.5, 2.0, 7.0, 15.0, 19.0}) {
    CHECK(same_efforts(parts, kInfinity, goal).reading == Approx(goal));
    CHECK(same_efforts(parts, 3, goal).reading == Approx(goal));
  }
  parts[0].other_bend = 3;
  parts[1].other_bend = 1.4;
  double last = 0;
  for (double goal = 0.1; goal < 25; goal += 0.1) {
    const double now = same_efforts(parts, 7, goal).reading;
    CHECK(now >= last);
    last = now;
  }
}
