/// The decision is the global maximiser: known answers, brute force, and the two methods against each other.
#include "goodhart/model/decision.hpp"
#include "goodhart/model/rivals.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "goodhart/core/errors.hpp"
#include "goodhart/core/math.hpp"
#include "support/decisions.hpp"

namespace {

using goodhart::Curve;
using goodhart::Decision;
using goodhart::PerActivity;
using goodhart::Solved;
using goodhart::test::allowed;
using goodhart::test::BruteForce;
using goodhart::test::describe;
using goodhart::test::hours;
using goodhart::test::Problem;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Activities worth these amounts per unit, with a time of 1 each, no bounds and no strain.
Problem worth(const std::vector<double>& linear) {
  Problem problem;
  problem.decision.activities = static_cast<int>(linear.size());
  for (std::size_t k = 0; k < linear.size(); ++k) problem.decision.linear[k] = linear[k];
  problem.decision.time.fill(1);
  problem.decision.felt_time.fill(1);
  problem.decision.most.fill(kInfinity);
  problem.decision.budget = kInfinity;
  return problem;
}

void add_reading(Problem& problem, const std::vector<double>& loading) {
  auto& reading = problem.decision.reading[static_cast<std::size_t>(problem.decision.readings++)];
  for (std::size_t k = 0; k < loading.size(); ++k) reading.loading[k] = loading[k];
}

/// Solves by every method that applies, checks that they agree, and returns the answer of `decide`.
PerActivity solve(Problem& problem) {
  PerActivity x;
  PerActivity other;
  const Decision& decision = problem.get();
  REQUIRE(decide(decision, x) == Solved::exactly);
  REQUIRE(decide_by_branch_and_bound(decision, other) == Solved::exactly);
  CHECK(allowed(decision, x));
  CHECK(allowed(decision, other));
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    CHECK(other[k] == doctest::Approx(x[k]).epsilon(1e-7));
  }
  return x;
}

void check_efforts(const PerActivity& x, const std::vector<double>& expected, double tolerance = 1e-9) {
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CAPTURE(k);
    CHECK(std::fabs(x[k] - expected[k]) <= tolerance);
  }
}

/// The greatest distance between two plans in one activity.
double distance_between(const Decision& decision, const PerActivity& x, const PerActivity& y) {
  double distance = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    distance = std::max(distance, std::fabs(x[k] - y[k]));
  }
  return distance;
}

}  // namespace

TEST_CASE("a bent activity and a straight one share the day at one price of time") {
  Problem problem = worth({0.3, 0.3 * 1.4});
  problem.decision.curvature[1] = 0.3;
  problem.decision.strain = 4;
  problem.decision.slack = 1;
  problem.decision.budget = 1.25;
  const PerActivity x = solve(problem);
  check_efforts(x, {0.675, 0.4});
  CHECK(scan_applies(problem.get()));
}

TEST_CASE("multitask contract: each effort is its reward over its strain") {
  const double b = 0.331492;
  Problem problem = worth({0.3 * b, b, 1.5 * b});
  problem.decision.curvature = {1, 1, 2};
  check_efforts(solve(problem), {0.0994476, 0.331492, 0.248619});
}

TEST_CASE("time budget: a rate moves hours from value to the metric") {
  const auto efforts_at = [](double b) {
    Problem problem = worth({0.8 + 0.3 * b, 0.5 + b, 1.5 * b});
    problem.decision.curvature = {1, 1, 2};
    problem.decision.budget = 1;
    return solve(problem);
  };
  check_efforts(efforts_at(0), {0.65, 0.35, 0});
  check_efforts(efforts_at(0.5), {0.42, 0.47, 0.11});
  check_efforts(efforts_at(1), {0.16, 0.56, 0.28});
  check_efforts(efforts_at(2), {0, 0.5, 0.5});
}

TEST_CASE("notch: those just short of a target bunch on it, exactly") {
  const auto effort_of = [](double ability) {
    Problem problem = worth({1});
    problem.decision.curvature[0] = 1 / ability;
    add_reading(problem, {1});
    problem.curves = {{.weight = 0.1, .low = 1}};
    return solve(problem)[0];
  };
  CHECK(effort_of(0.6) == doctest::Approx(0.6).epsilon(1e-12));
  CHECK(effort_of(0.6417) == doctest::Approx(0.6417).epsilon(1e-12));
  CHECK(effort_of(0.6418) >= 1);
  CHECK(effort_of(0.6418) <= 1 + 1e-12);
  CHECK(effort_of(0.99) >= 1);
  CHECK(effort_of(0.99) <= 1 + 1e-12);
  CHECK(effort_of(1.2) == doctest::Approx(1.2).epsilon(1e-12));
}

TEST_CASE("a noisy quota: marginal cost is reward times density") {
  // A tournament between two equals: effort = prize * density(0) / (noise sqrt 2) at the symmetric equilibrium.
  Problem problem = worth({0});
  problem.decision.curvature[0] = 1;
  add_reading(problem, {1});
  const double equilibrium = 2 * goodhart::normal_density(0) / std::sqrt(2.0);
  problem.curves = {{.weight = 2, .low = equilibrium, .noise = std::sqrt(2.0)}};
  check_efforts(solve(problem), {equilibrium}, 1e-7);
  CHECK(equilibrium == doctest::Approx(0.564190).epsilon(1e-6));
}

TEST_CASE("ties: less gaming, then less time, then more of what is listed first") {
  Problem problem = worth({1, 1, 1});
  problem.decision.budget = 2;
  problem.decision.most.fill(1.5);
  problem.decision.gaming = 1;
  check_efforts(solve(problem), {0, 1.5, 0.5});
  // What nothing speaks for is left.
  problem = worth({0, 0});
  problem.decision.budget = 1;
  check_efforts(solve(problem), {0, 0});
  // Two notches of equal worth: the one of less time.
  problem = worth({0, -1});
  problem.decision.curvature = {1, 0};
  problem.decision.budget = 3;
  problem.decision.time = {1, 0.25};
  problem.decision.felt_time = problem.decision.time;
  add_reading(problem, {1, 0});
  add_reading(problem, {0, 1});
  problem.curves = {{.reading = 0, .weight = 0.6, .low = 1},
                    {.reading = 1, .weight = 1.1, .low = 1},
                    {.reading = 1, .weight = 0.9, .low = 2}};
  check_efforts(solve(problem), {1, 1});
}

TEST_CASE("nothing to choose from") {
  Problem problem = worth({1, 2});
  add_reading(problem, {1, 1});
  problem.curves = {{.weight = 1, .low = 1, .noise = 0.1}};
  problem.decision.budget = 0;
  check_efforts(solve(problem), {0, 0});
  problem.decision.budget = -1;
  check_efforts(solve(problem), {0, 0});
  problem.decision.budget = 1;
  problem.decision.most.fill(0);
  check_efforts(solve(problem), {0, 0});
  problem.decision.most[0] = 0.25;
  check_efforts(solve(problem), {0.25, 0});
}

TEST_CASE("bounded without bounds, and unbounded") {
  PerActivity x;
  Problem problem = worth({1, 1});
  CHECK(decide(problem.get(), x) == Solved::unbounded);
  CHECK(decide_by_branch_and_bound(problem.get(), x) == Solved::unbounded);
  problem.decision.strain = 4;
  problem.decision.slack = 1;
  check_efforts(solve(problem), {1.25, 0});
  problem.decision.strain = 0;
  problem.decision.curvature = {1, 1};
  check_efforts(solve(problem), {1, 1});

  // A noisy quota far away, with nothing but strain as a bound.
  problem = worth({0.1});
  problem.decision.curvature[0] = 0.01;
  add_reading(problem, {1});
  problem.curves = {{.weight = 100, .low = 50, .noise = 0.5}};
  const double effort = solve(problem)[0];
  CHECK(effort > 50);
  CHECK(effort < 53);

  // A reward without end outruns what bounds nothing, but not what grows faster.
  problem = worth({-1});
  add_reading(problem, {1});
  problem.curves = {{.shape = Curve::Shape::ramp, .weight = 2, .low = 0.5}};
  CHECK(decide(problem.get(), x) == Solved::unbounded);
  CHECK(decide_by_branch_and_bound(problem.get(), x) == Solved::unbounded);
  problem.decision.curvature[0] = 0.1;
  check_efforts(solve(problem), {10}, 1e-7);
  problem.decision.curvature[0] = -1;
  CHECK(decide(problem.get(), x) == Solved::unbounded);
}

TEST_CASE("utility is what the header says") {
  Problem problem = worth({1, 2});
  problem.decision.curvature = {0.5, 0.25};
  problem.decision.felt_time = {1.5, 2};
  problem.decision.strain = 3;
  problem.decision.slack = 1;
  problem.interaction = {0, 0.7, 0.7, 0};
  add_reading(problem, {1, -1});
  problem.decision.reading[0].bend[0] = 0.2;
  problem.curves = {{.weight = 2, .low = 0.5, .noise = 0.5},
                    {.falling = true, .weight = 3, .low = 1},
                    {.shape = Curve::Shape::ramp, .weight = -1, .low = 0, .high = 0.25, .noise = 0},
                    {.shape = Curve::Shape::ramp, .weight = 2, .low = -kInfinity, .high = 0.4, .noise = 0.3}};
  PerActivity x{};
  x[0] = 1;
  x[1] = 0.5;
  const double y = 1 - 0.1 - 0.5;  // 0.4
  const double expected = 1 + 1 - 0.25 - 0.03125 - 0.35 - 1.5 * (1.5 + 1 - 1) * (1.5 + 1 - 1) +
                          2 * goodhart::normal_distribution((y - 0.5) / 0.5) + 3 - 0.25 +
                          2 * (0.4 - 0.3 * goodhart::normal_density(0));
  CHECK(utility(problem.get(), x) == doctest::Approx(expected).epsilon(1e-13));
}

namespace {

/// What may occur in a random problem.
struct Kind {
  int readings = 1;
  int curves = 1;
  bool falling = false;
  bool bends = false;
  bool interactions = false;
  bool felt = false;
  bool negative = false;
  bool sharp = false;   ///< tiny noise and huge weights
  bool smooth = false;  ///< no curve without noise
  int contests = 0;
};

/// Draws of a random problem, of any kind.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}

  double uniform(double a, double b) { return a + (b - a) * static_cast<double>(engine_() >> 11) * 0x1p-53; }
  bool chance(double p) { return uniform(0, 1) < p; }
  int whole(int a, int b) { return std::min(b, a + static_cast<int>(uniform(0, 1) * (b - a + 1))); }

  Problem problem(int activities, const Kind& kind) {
    Problem problem = worth(std::vector<double>(static_cast<std::size_t>(activities), 0.0));
    Decision& d = problem.decision;
    const auto n = static_cast<std::size_t>(activities);
    d.budget = chance(0.1) ? 0.3 : uniform(0.5, 2);
    d.strain = chance(0.4) ? 0 : uniform(0.1, 5);
    d.slack = uniform(-0.3, 1.2);
    d.gaming = static_cast<std::uint32_t>(whole(0, 15));
    for (std::size_t k = 0; k < n; ++k) {
      d.linear[k] = chance(0.15) ? 0 : uniform(-0.7, 1);
      d.curvature[k] = chance(0.35) ? 0 : uniform(0.02, 2);
      if (kind.negative && chance(0.4)) d.curvature[k] = -uniform(0, 1.5);
      d.time[k] = chance(0.4) ? 1 : uniform(0.3, 1.8);
      d.felt_time[k] = d.time[k] * (kind.felt && chance(0.6) ? uniform(1, 2) : 1.0);
      d.most[k] = chance(0.7) ? kInfinity : (chance(0.1) ? 0 : uniform(0.05, 1));
    }
    d.readings = kind.readings;
    for (std::size_t j = 0; j < static_cast<std::size_t>(kind.readings); ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        d.reading[j].loading[k] = chance(0.25) ? 0 : uniform(-0.4, 1.6);
        if (kind.bends && chance(0.5)) d.reading[j].bend[k] = uniform(0, 1.5);
      }
    }
    if (n > 1 && chance(0.1)) {  // two identical activities
      d.linear[1] = d.linear[0];
      d.curvature[1] = d.curvature[0];
      d.time[1] = d.time[0];
      d.felt_time[1] = d.felt_time[0];
      d.most[1] = d.most[0];
      for (auto& reading : d.reading) {
        reading.loading[1] = reading.loading[0];
        reading.bend[1] = reading.bend[0];
      }
    }
    for (int c = 0; c < kind.curves; ++c) problem.curves.push_back(curve(kind));
    for (int c = 0; c < kind.contests; ++c) add_contest_to(problem, kind);
    if (kind.interactions) {
      // A random positive semidefinite form: its diagonal goes to the curvature.
      problem.interaction.assign(n * n, 0);
      std::vector<double> factor(n * n);
      for (double& f : factor) f = uniform(-0.7, 0.7);
      const std::size_t rank = static_cast<std::size_t>(whole(1, activities));
      for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t l = 0; l < n; ++l) {
          double sum = 0;
          for (std::size_t r = 0; r < rank; ++r) sum += factor[k * n + r] * factor[l * n + r];
          if (k == l) {
            d.curvature[k] += sum;
          } else {
            problem.interaction[k * n + l] = sum;
          }
        }
      }
    }
    return problem;
  }

 private:
  Curve curve(const Kind& kind) {
    Curve c;
    c.reading = whole(0, kind.readings - 1);
    c.low = uniform(-0.3, 1.6);
    c.noise = chance(0.35) && !kind.smooth ? 0 : (kind.sharp ? std::pow(10.0, uniform(-6, -2)) : uniform(0.05, 1));
    c.weight = uniform(0.02, 1) * (kind.sharp && chance(0.3) ? 1e3 : 1);
    if (chance(0.65)) {
      c.falling = kind.falling && chance(0.4);
      return c;
    }
    c.shape = Curve::Shape::ramp;
    c.high = c.low + uniform(0.05, 1);
    if (kind.falling && chance(0.4)) c.weight = -c.weight;
    if (chance(0.3))
      c.high = kInfinity;
    else if (chance(0.3))
      c.low = -kInfinity;
    return c;
  }

  /// A contest with random rivals: few or many, alike or in clusters, with and without noise on either side.
  void add_contest_to(Problem& problem, const Kind& kind) {
    goodhart::Rivals rivals;
    rivals.others = chance(0.3) ? 1 : static_cast<std::size_t>(std::pow(10.0, uniform(0.2, 4)));
    std::vector<double> means(std::min<std::size_t>(16, rivals.others));
    const double spread = chance(0.3) ? 0 : uniform(0, 1), centre = uniform(0, 1);
    for (double& mean : means) mean = centre + spread * uniform(-0.5, 0.5);
    std::sort(means.begin(), means.end());
    rivals.means = means;
    rivals.variance = chance(0.2) ? 0 : std::pow(kind.sharp ? std::pow(10.0, uniform(-3, -1)) : uniform(0.05, 1), 2);
    const double noise = chance(0.2) && !kind.smooth ? 0
                         : kind.sharp                ? std::pow(10.0, uniform(-3, -1))
                                                     : uniform(0.05, 1);
    const auto places = static_cast<std::size_t>(whole(1, static_cast<int>(rivals.others)));
    const double offset = uniform(-0.2, 0.2), scale = (kind.falling && chance(0.4) ? -1 : 1) * uniform(0.3, 1.2);
    const int reading = whole(0, kind.readings - 1);
    std::array<Curve, 16> curves;
    const int count = chance(0.3) ? add_standing(rivals, noise, uniform(0.05, 1.5), offset, scale, reading,
                                                 *problem.shelf, curves.data())
                                  : add_contest(rivals, places, noise, uniform(0.05, 1.5), offset, scale, reading,
                                                *problem.shelf, curves.data());
    problem.curves.insert(problem.curves.end(), curves.begin(), curves.begin() + count);
  }

  std::mt19937_64 engine_;
};

/// No plan that brute force finds may be better than the solver's, by either method.
void challenge(Problem& problem) {
  const Decision& decision = problem.get();
  PerActivity x;
  PerActivity y;
  REQUIRE(decide_by_branch_and_bound(decision, x) == Solved::exactly);
  const double u = utility(decision, x);
  const double found = BruteForce(decision).search();
  if (!allowed(decision, x) || !(found <= u + 1e-9 * (1 + std::fabs(u)))) {
    INFO(describe(decision));
    CHECK(allowed(decision, x));
    CHECK(found - u <= 1e-9 * (1 + std::fabs(u)));
  }
  PerActivity z;
  if (decide_by_hulls(decision, z)) {
    const double w = utility(decision, z);
    if (!allowed(decision, z) || !(found <= w + 1e-9 * (1 + std::fabs(w)))) {
      INFO(describe(decision));
      CHECK(allowed(decision, z));
      CHECK(found - w <= 1e-9 * (1 + std::fabs(w)));
    }
  }
  if (!scan_applies(decision)) return;
  REQUIRE(decide_by_scan(decision, y) == Solved::exactly);
  const double v = utility(decision, y);
  if (!allowed(decision, y) || !(found <= v + 1e-9 * (1 + std::fabs(v)))) {
    INFO(describe(decision));
    CHECK(allowed(decision, y));
    CHECK(found - v <= 1e-9 * (1 + std::fabs(v)));
  }
}

void challenge_many(std::uint64_t seed, int problems, const Kind& kind) {
  Draws draws(seed);
  for (int i = 0; i < problems; ++i) {
    CAPTURE(i);
    Problem problem = draws.problem(draws.whole(1, 4), kind);
    challenge(problem);
  }
}

}  // namespace

TEST_CASE("brute force finds nothing better: one reading") {
  challenge_many(1, 900, {.readings = 1, .curves = 1});
  challenge_many(2, 600, {.readings = 1, .curves = 3});
  challenge_many(3, 600, {.readings = 1, .curves = 3, .falling = true});
  challenge_many(4, 600, {.readings = 1, .curves = 2, .bends = true});
  challenge_many(5, 600, {.readings = 1, .curves = 2, .sharp = true});
  challenge_many(6, 300, {.readings = 1, .curves = 0});
}

TEST_CASE("brute force finds nothing better: several readings") {
  challenge_many(11, 900, {.readings = 2, .curves = 2});
  challenge_many(12, 600, {.readings = 3, .curves = 4, .falling = true});
  challenge_many(13, 600, {.readings = 2, .curves = 3, .falling = true, .bends = true});
  challenge_many(14, 600, {.readings = 3, .curves = 3, .sharp = true});
}

TEST_CASE("brute force finds nothing better: interactions and felt time and convexity") {
  challenge_many(21, 450, {.readings = 1, .curves = 2, .interactions = true});
  challenge_many(22, 450, {.readings = 1, .curves = 1, .felt = true});
  challenge_many(23, 450, {.readings = 1, .curves = 1, .negative = true});
  challenge_many(24, 450, {.readings = 2, .curves = 3, .falling = true, .bends = true, .negative = true});
  challenge_many(25, 450,
                 {.readings = 3, .curves = 3, .falling = true, .bends = true, .interactions = true, .felt = true});
}

TEST_CASE("brute force finds nothing better: contests") {
  challenge_many(41, 300, {.readings = 1, .curves = 0, .contests = 1});
  challenge_many(42, 300, {.readings = 1, .curves = 2, .falling = true, .contests = 1});
  challenge_many(43, 200, {.readings = 1, .curves = 0, .bends = true, .sharp = true, .contests = 2});
  challenge_many(44, 200, {.readings = 2, .curves = 2, .falling = true, .contests = 2});
  challenge_many(45, 150, {.readings = 3, .curves = 2, .bends = true, .interactions = true, .contests = 2});
}

TEST_CASE("scan and branch and bound agree") {
  const auto compare = [](std::uint64_t seed, int problems, const Kind& kind) {
    Draws draws(seed);
    int compared = 0;
    int apart = 0;
    for (int i = 0; i < problems; ++i) {
      CAPTURE(i);
      Problem problem = draws.problem(draws.whole(1, 7), kind);
      const Decision& decision = problem.get();
      if (!scan_applies(decision)) continue;
      PerActivity x;
      PerActivity y;
      REQUIRE(decide_by_scan(decision, x) == Solved::exactly);
      REQUIRE(decide_by_branch_and_bound(decision, y) == Solved::exactly);
      const double u = utility(decision, x);
      const double v = utility(decision, y);
      const double distance = distance_between(decision, x, y);
      if (!(std::fabs(u - v) <= 1e-9 * (1 + std::fabs(u)))) {
        INFO(describe(decision));
        CHECK(std::fabs(u - v) <= 1e-9 * (1 + std::fabs(u)));
      }
      ++compared;
      if (!(distance <= 1e-6)) ++apart;
    }
    // Efforts differ only where utility is flat to within a tie along a line of plans, which is rare.
    CAPTURE(seed);
    CHECK(compared > problems / 4);
    CHECK(apart <= compared / 50);
  };
  compare(31, 1000, {.readings = 1, .curves = 1});
  compare(32, 500, {.readings = 1, .curves = 4, .falling = true});
  compare(33, 500, {.readings = 1, .curves = 3, .bends = true});
  compare(34, 500, {.readings = 1, .curves = 3, .sharp = true});
  compare(35, 500, {.readings = 1, .curves = 0});
  compare(36, 300, {.readings = 1, .curves = 0, .contests = 1});
  compare(37, 300, {.readings = 1, .curves = 2, .falling = true, .contests = 2});
}

TEST_CASE("concave hulls and branch and bound agree") {
  // How many problems hulls are to answer, in per cent, and how many may have efforts apart, where utility is flat to
  // within a tie along a line of plans.
  const auto compare = [](std::uint64_t seed, int problems, const Kind& kind, int answers) {
    Draws draws(seed);
    int answered = 0;
    int apart = 0;
    for (int i = 0; i < problems; ++i) {
      CAPTURE(i);
      Problem problem = draws.problem(draws.whole(1, 8), kind);
      const Decision& decision = problem.get();
      PerActivity x;
      PerActivity y;
      if (!decide_by_hulls(decision, x)) continue;
      REQUIRE(decide_by_branch_and_bound(decision, y) == Solved::exactly);
      const double u = utility(decision, x);
      const double v = utility(decision, y);
      const double distance = distance_between(decision, x, y);
      if (!allowed(decision, x) || !(std::fabs(u - v) <= 1e-9 * (1 + std::fabs(u)))) {
        INFO(describe(decision));
        CHECK(allowed(decision, x));
        CHECK(std::fabs(u - v) <= 1e-9 * (1 + std::fabs(u)));
      }
      ++answered;
      if (!(distance <= 1e-7)) ++apart;
    }
    CAPTURE(seed);
    CAPTURE(answered);
    CHECK(answered >= problems * answers / 100);
    CHECK(apart <= answered / 100);
  };
  compare(51, 1000, {.readings = 2, .curves = 2, .smooth = true}, 90);
  compare(52, 500, {.readings = 3, .curves = 3, .smooth = true}, 90);
  compare(53, 500, {.readings = 4, .curves = 4, .smooth = true}, 90);
  compare(54, 500, {.readings = 2, .curves = 3, .falling = true, .smooth = true}, 90);
  compare(55, 500, {.readings = 2, .curves = 2, .bends = true, .smooth = true}, 90);
  compare(56, 500, {.readings = 3, .curves = 3, .falling = true, .felt = true, .smooth = true}, 90);
  compare(57, 500, {.readings = 2, .curves = 3, .sharp = true, .smooth = true}, 90);
  compare(58, 500, {.readings = 2, .curves = 1, .smooth = true, .contests = 1}, 90);
  compare(59, 300, {.readings = 2, .curves = 0, .falling = true, .smooth = true, .contests = 2}, 90);
  compare(60, 500, {.readings = 2, .curves = 3}, 25);
  compare(61, 300, {.readings = 1, .curves = 0, .felt = true}, 90);
}

TEST_CASE("a step that only effort 0 attains is attained together with another reading's notch") {
  // Nobody else has complaints, so that one must have none to be level with them; and output must be 1.2.
  for (const double level : {0.0, 1e-17, 1e-13, 1e-9}) {
    Decision decision;
    decision.activities = 2;
    decision.linear = {0.3, 0.15};
    decision.time = decision.felt_time = {1, 1};
    decision.most = {std::numeric_limits<double>::infinity(), 0.5};
    decision.budget = 1.25;
    decision.strain = 4;
    decision.slack = 1;
    decision.readings = 2;
    decision.reading[0].loading = {1, 1.6};
    decision.reading[1].loading = {0, 0.9};
    std::vector<Curve> curves(2);
    curves[0].weight = 0.5;
    curves[0].low = 1.2;
    curves[1].weight = 1;
    curves[1].reading = 1;
    curves[1].falling = true;
    curves[1].low = level;
    decision.curves = curves;
    PerActivity plan{};
    REQUIRE(decide_by_branch_and_bound(decision, plan) == Solved::exactly);
    CHECK(utility(decision, plan) == doctest::Approx(1.78).epsilon(1e-8));
    CHECK(plan[0] == doctest::Approx(1.2).epsilon(1e-7));
  }
}

TEST_CASE("a notch within rounding of the corner that all caps make is met from inside") {
  for (const double off : {0.0, 1e-15, -1e-17, -1e-16, -1e-15, -1e-12, -1e-9}) {
    Decision decision;
    decision.activities = 2;
    decision.linear = {-0.2266, 0.2167};
    decision.curvature = {2.0536, 0.2065};
    decision.time = decision.felt_time = {1, 1};
    decision.most = {0.028, 0.811};
    decision.budget = 1.001;
    decision.strain = 3.41;
    decision.slack = 1.092;
    decision.readings = 1;
    decision.reading[0].loading = {1.121, 0.042};
    decision.reading[0].bend = {0, 0.351};
    std::vector<Curve> curves(1);
    curves[0].weight = 0.513;
    curves[0].falling = true;
    curves[0].low = 1.121 * 0.028 + 0.042 * 0.811 - 0.5 * 0.351 * 0.811 * 0.811 + off;
    decision.curves = curves;
    PerActivity plan{};
    REQUIRE(decide_by_branch_and_bound(decision, plan) == Solved::exactly);
    CHECK(plan[0] == doctest::Approx(0.028).epsilon(1e-7));
    CHECK(plan[1] == doctest::Approx(0.811).epsilon(1e-7));
    CHECK(utility(decision, plan) > 0.4);
  }
}

TEST_CASE("a ranking on value whose saturation bends it back, beside one on a noisy count, is decided") {
  // Three people, and the others make the most of value that can be made, as they would without rewards: one effort is
  // level with them, 0.01, where the reading is flat.
  Problem problem = worth({0.03, 0});
  problem.decision.curvature = {3};
  problem.decision.budget = 1.25;
  problem.decision.strain = 4;
  problem.decision.slack = 1;
  add_reading(problem, {0, 10});
  add_reading(problem, {0.1, 0});
  problem.decision.reading[1].bend[0] = 10;
  goodhart::Rivals rivals;
  const std::vector<double> means{9.9, 9.9};
  rivals.others = 2;
  rivals.means = means;
  rivals.variance = 1;
  for (const std::size_t places : {1, 2}) {
    CAPTURE(places);
    problem.curves.resize(1);
    REQUIRE(add_contest(rivals, places, 1, 1, 0, 1, 0, *problem.shelf, problem.curves.data()) == 1);
    problem.curves.push_back({.reading = 1, .weight = 1, .low = 0.0005});
    PerActivity plan{};
    REQUIRE(decide(problem.get(), plan) == Solved::exactly);
    CHECK(plan[0] == 0.01);
    CHECK(utility(problem.get(), plan) > 1.8);
  }
}

TEST_CASE("a step that only the corner of all plans attains is attained there") {
  // All time in one activity, and a rival who does the same.
  Problem problem = worth({0.022, 0, 0, 0});
  problem.decision.curvature = {3.4064, 1.867, 0.5407, 0.1098};
  problem.decision.time = problem.decision.felt_time = {1.28, 1.86, 1.274, 1};
  problem.decision.most[1] = 0.133;
  problem.decision.budget = 1.25;
  problem.decision.strain = 4;
  problem.decision.slack = 0.748;
  add_reading(problem, {1.631, -0.037, 0.491, 1.288});
  add_reading(problem, {9.162, 0, 0, 8.265});
  problem.decision.reading[0].bend = {0, 0.606, 0.604};
  problem.decision.reading[1].bend = {9.658, 0, 0.119, 0.366};
  Curve ramp;
  ramp.shape = Curve::Shape::ramp;
  ramp.reading = 1;
  ramp.weight = 0.599;
  ramp.low = -2.7310260166638831;
  ramp.high = -1.86208;
  ramp.noise = 0.340118;
  problem.curves = {{.weight = 1.445, .low = 1.61}, {.weight = 0.363, .low = 1.61}, ramp};
  PerActivity plan{};
  REQUIRE(decide_by_branch_and_bound(problem.get(), plan) == Solved::exactly);
  check_efforts(plan, {0, 0, 0, 1.25});

  // The least of a reading that bends: its activity at the cap, and no other.
  Problem least = worth({0.54516, -0.205056});
  least.decision.curvature = {2.66316, 1.805};
  least.decision.time = least.decision.felt_time = {0.805, 1.806};
  least.decision.most[1] = 0.092;
  least.decision.budget = 1.686;
  add_reading(least, {1.69, -0.132});
  least.decision.reading[0].bend = {1.916, 0.544};
  least.curves = {{.falling = true, .weight = 0.171, .low = -0.055},
                  {.falling = true, .weight = 1.377, .low = -0.132 * 0.092 - 0.5 * 0.544 * 0.092 * 0.092}};
  REQUIRE(decide_by_branch_and_bound(least.get(), plan) == Solved::exactly);
  check_efforts(plan, {0, 0.092}, 1e-12);
}

TEST_CASE("a jump that a corner of all plans misses by rounding is attained beside the corner") {
  // All time goes into the last activity, and a lower second reading wins against rivals who do the same: their reading
  // is one's own but for the last bits, and not the same one for each of them.
  Problem problem = worth({0.499, -0.268, 1.132});
  problem.decision.curvature = {0, 0.47, 0.504};
  problem.decision.time = {1, 1, 1.709};
  problem.decision.felt_time = {1.104, 1, 1.709};
  problem.decision.budget = 0.782;
  problem.decision.strain = 3.876;
  problem.decision.slack = 0.89;
  add_reading(problem, {0.877, 1.456, 1.64});
  problem.decision.reading[0].bend = {0.925, 0.913};
  add_reading(problem, {1.646, 0.698, 0.916});
  problem.decision.reading[1].bend = {0, 0.729, 0.334};
  const Curve bonus{.reading = 0, .weight = 0.289, .low = 0.744, .noise = 0.058};
  const double corner = 0.782 / 1.709;
  double level = (0.916 - 0.5 * 0.334 * corner) * corner, next = level;
  for (int bits = 0; bits < 6; ++bits) {
    CAPTURE(bits);
    problem.curves = {bonus,
                      {.falling = true, .reading = 1, .weight = 0.569, .low = level},
                      {.falling = true, .reading = 1, .weight = 0.199, .low = next}};
    PerActivity plan{};
    REQUIRE(decide(problem.get(), plan) == Solved::exactly);
    check_efforts(plan, {0, 0, corner}, 1e-12);
    const double u = utility(problem.get(), plan);
    problem.curves.resize(1);
    CHECK(u - utility(problem.get(), plan) == doctest::Approx(0.569 + 0.199));
    level = std::exchange(next, std::nextafter(next, 0));
  }

  // A higher reading wins: a little of the first activity, in the same time, makes up for what is missing.
  problem.decision.reading[1].bend = {};
  problem.decision.linear[2] = 4;
  level = 0.916 * corner;
  for (int bits = 0; bits < 6; ++bits) {
    CAPTURE(bits);
    problem.curves = {bonus, {.reading = 1, .weight = 0.569, .low = level}};
    PerActivity plan{};
    REQUIRE(decide(problem.get(), plan) == Solved::exactly);
    check_efforts(plan, {0, 0, corner}, 1e-12);
    const double u = utility(problem.get(), plan);
    problem.curves.resize(1);
    CHECK(u - utility(problem.get(), plan) == doctest::Approx(0.569));
    level = std::nextafter(level, 1);
  }
}

TEST_CASE("rewards that fall in a reading that bends are decided along the line where all plans tie") {
  // Utility is a function of the reading alone, but for one reward: whatever keeps the reading is as good.
  Problem problem = worth({0.4203, 0.0102});
  problem.decision.curvature = {0, 2.9298};
  problem.decision.time = problem.decision.felt_time = {0.49, 1};
  problem.decision.most[0] = 0.588;
  problem.decision.budget = 1.25;
  add_reading(problem, {1.401, 0.034});
  problem.decision.reading[0].bend[1] = 9.766;
  Curve step;
  step.falling = true;
  step.weight = 1.484;
  step.low = 1.8964521566036074;
  step.noise = 1;
  Curve other = step;
  other.weight = 1.926;
  other.low = -0.3;
  other.noise = 2;
  problem.curves = {step, other};
  challenge(problem);
}

TEST_CASE("a price of next to nothing on a reading that bends leaves efforts where they are") {
  // The reward is all but certain, so that its price is some 1e-27, and so is what bends.
  Problem problem = worth({0.356202});
  problem.decision.time[0] = problem.decision.felt_time[0] = 1.677;
  problem.decision.most[0] = 0.554;
  problem.decision.budget = 1.25;
  problem.decision.strain = 0.923;
  problem.decision.slack = 0.216;
  add_reading(problem, {9.8});
  problem.decision.reading[0].bend[0] = 0.088;
  problem.curves = {{.weight = 0.772, .low = -0.137, .noise = 0.25}};
  const double hours = 0.216 + 0.356202 / 1.677 / 0.923;
  check_efforts(solve(problem), {hours / 1.677});
}

TEST_CASE("numbers of too different sizes end in an error, not in an endless search") {
  Problem problem = worth({0.3, 0.15});
  problem.decision.most = {1e300, 1e300};
  problem.decision.budget = 1e300;
  problem.decision.strain = 4;
  problem.decision.slack = 1;
  add_reading(problem, {1, 1.6});
  add_reading(problem, {0.5, 0.9});
  Curve ramp;
  ramp.shape = Curve::Shape::ramp;
  ramp.weight = 0.5;
  ramp.low = 1.2;
  ramp.high = 1e299;
  Curve step;
  step.reading = 1;
  step.weight = 1;
  step.falling = true;
  step.low = 1;
  problem.curves = {ramp, step};
  PerActivity plan{};
  CHECK_THROWS_WITH_AS(
      decide_by_branch_and_bound(problem.get(), plan),
      "what is best for an employee could not be proved in 50000 parts of what it can do: numbers that "
      "differ by many orders of magnitude, as 1e300 beside 1, are beyond what can be computed",
      goodhart::RunError);
}

namespace {

Curve jump(int reading, double low, double weight, bool falling = false) {
  Curve curve;
  curve.reading = reading;
  curve.low = low;
  curve.weight = weight;
  curve.falling = falling;
  return curve;
}

}  // namespace

TEST_CASE("a jump at the most of a saturating metric is attained where nothing else is curved") {
  // Complaints grow with the square of effort; nobody else has any. No price of complaints is high enough for none.
  Problem problem = worth({0});
  problem.decision.curvature[0] = 0.083;
  problem.decision.budget = 1.25;
  problem.decision.strain = 4;
  problem.decision.slack = 0.253;
  add_reading(problem, {0});
  problem.decision.reading[0].bend[0] = 1.481;
  problem.curves = {jump(0, -0.013, 1.1), jump(0, 0, 0.13)};
  check_efforts(solve(problem), {0}, 0);
}

TEST_CASE("a jump that all time in one activity attains is attained, whatever the order of the products") {
  Problem problem = worth({0.1415});
  problem.decision.curvature[0] = 0.5226;
  problem.decision.time[0] = problem.decision.felt_time[0] = 0.933;
  problem.decision.budget = 0.644;
  problem.decision.strain = 5.577;
  problem.decision.slack = 0.609;
  add_reading(problem, {1.286});
  const double all = 0.644 / 0.933;
  problem.curves = {jump(0, 1.286 * all, 1.23)};
  REQUIRE(1.286 / 0.933 * 0.644 != 1.286 * all);  // what makes it a test
  check_efforts(solve(problem), {all}, 0);
}

TEST_CASE("a jump that all time in one activity attains is attained beside other curved rewards") {
  Problem problem = worth({-0.3488, -0.415376});
  problem.decision.curvature[1] = 0.525;
  problem.decision.time[1] = problem.decision.felt_time[1] = 1.052;
  problem.decision.felt_time[0] = 1.364095;
  problem.decision.most[0] = 0.393;
  problem.decision.budget = 1.25;
  problem.decision.strain = 4;
  problem.decision.slack = 0.885;
  add_reading(problem, {0, 1.126});
  add_reading(problem, {0.024, 0.226});
  problem.decision.reading[1].bend[0] = 0.706;
  Curve ramp;
  ramp.shape = Curve::Shape::ramp;
  ramp.weight = 1.119;
  ramp.low = -kInfinity;
  ramp.high = 0.537858;
  ramp.noise = 0.5;
  const double all = 1.25 / 1.052;
  problem.curves = {ramp, jump(1, 0.226 * all, 1.758)};
  check_efforts(solve(problem), {0, all}, 0);
}

TEST_CASE("a jump that the relaxation just reaches is not lost by climbing from there") {
  Problem problem = worth({0.095284, 0.012865});
  problem.decision.curvature = {0.185, 0.185};
  problem.decision.most[0] = 0.086;
  problem.decision.budget = 1.25;
  problem.decision.strain = 0.997;
  problem.decision.slack = 0.789;
  add_reading(problem, {1.148, 0.155});
  add_reading(problem, {0.12, 6.062});
  problem.decision.reading[1].bend[1] = 0.683;
  problem.curves = {jump(0, 0.0242, 0.5), jump(0, 0.0327, 0.7), jump(1, 0.010319999999999996, 0.986, true)};
  PerActivity x{};
  REQUIRE(decide(problem.get(), x) == Solved::exactly);
  CHECK(allowed(problem.decision, x));
  check_efforts(x, {0.086, 0}, 1e-7);
  CHECK(utility(problem.decision, x) > 1.8);  // with all jumps
}

TEST_CASE("of jumps a hair apart the best one is attained, however small the step to it") {
  struct Case {
    const char* what;
    double budget, strain, slack;
    PerActivity linear, curvature, time;
    double cap;  ///< of activity 0
    goodhart::Reading noisy, exact;
    Curve blurred;
    std::vector<Curve> jumps;
    double utility;  ///< that a search from the best plan that is known finds
  };
  const auto step = [](bool falling, double weight, double low) {
    return Curve{.falling = falling, .reading = 1, .weight = weight, .low = low};
  };
  const auto blurred = [](double weight, double low, double noise) {
    return Curve{.weight = weight, .low = low, .noise = noise};
  };
  const std::vector<Case> cases{
      {"efforts too small for a reading that is flat there to notice",
       0x1.86daf25685d1ap-1,
       0x1.cd14c264a9f5p+0,
       0x1.77c5b3a5af28bp-1,
       {0x1.4515fc9d45dcdp+0, 0x1.2d54b38834fdp+0, 0x1.dd8b29b7a286ep-1},
       {0x1.7bd45246dce99p-1, 0x1.2c7737b75b30dp-1, 0x1.a15eb84295ba3p-2},
       {0x1.bcb33798f84f9p-1, 0x1.314d307ce94fp+0, 1},
       kInfinity,
       {{}, {0x1.215bfa40bf09ap-1, 0, 0x1.e7d2a0af508e9p-1}},
       {{}, {0x1.215bfa40bf09ap-1, 0, 0x1.e7d2a0af508e9p-1}},
       blurred(0x1.2fb5a1d21fe5fp-2, 0x1.507888d6f4aaap-4, 0x1.d471fe2eab618p-4),
       {step(false, 0x1.817fba9df426p-2, 0x1.1cf602bb82d41p-53),
        step(false, 0x1.aecdb5f7904aep-2, -0x1.0d6c6a39ff243p-47),
        step(false, 0x1.cfe8a8633c771p-4, -0x1.2d3df9530ca0fp-51),
        step(false, 0x1.79277f27644ecp-2, 0x1.f0b2490cf00bap-47)},
       1.2364989974922123},
      {"a lower jump that only all time in one activity attains",
       0x1.38b66c2039b2cp+0,
       0,
       0x1.4a986b5665decp-2,
       {0x1.32d54e4e200b7p+0, 0x1.2ada3560ca8p-6, 0x1.65e3078fe1e62p+0},
       {0, 0, 0x1.290bda135d446p-1},
       {1, 0x1.4b9264905db39p-1, 0x1.507591cf3843bp-1},
       kInfinity,
       {{}, {0x1.d64c092139469p-3, 0x1.c956947558c3p-3, 0x1.382a9f62a08f6p-1}},
       {{}, {0x1.d64c092139469p-3, 0x1.c956947558c3p-3, 0x1.382a9f62a08f6p-1}},
       blurred(0x1.d8085f19f0102p-4, 0x1.05ffce478753ep-1, 0x1.1dd3484ece216p-3),
       {step(true, 0x1.4d03eaf9226cep-3, -0x1.0da83f8d963a4p+0),
        step(true, 0x1.051c01bfe6dc2p-2, -0x1.0da83f8d82568p+0),
        step(true, 0x1.4313de86f8ef7p-3, -0x1.0da83f8d94b3bp+0)},
       2.009069262066709},
      {"the last bit of what a cap and all time make",
       0x1.15cdeacc859c6p+0,
       0x1.d616cd8e5e73ep-1,
       0x1.e2c892d5bc34p-2,
       {-0x1.f2766e880626cp-2, 0x1.1f3fe771d1942p+0, 0x1.1ab04fe6f0accp+0},
       {0x1.4a834b9962343p-4, 0, 0},
       {1, 0x1.f2f7f94385e72p-1, 1},
       0x1.7584a6ba784p-4,
       {{0x1.f57854463a8fp-5, 0, 0x1.7ae68910968c6p-1}, {}},
       {{0x1.88880f0cf9d56p+0, 0, 0x1.c1b2aa0e622b4p-3}, {}},
       blurred(0x1.1bf33c1bad5ccp-6, 0x1.992ba093e627ep-1, 0x1.fda99651642bcp-4),
       {step(false, 0x1.3d66073d6e448p-2, 0x1.6ead5b7cac48ep-2),
        step(false, 0x1.a32511a7b0564p-2, 0x1.6ead5b7cdc9d3p-2),
        step(false, 0x1.59e5fcfc6781ap-3, 0x1.6ead5b7cdca02p-2)},
       1.7737128785173923},
      {"the last bit of what a saturating metric falls back to in all the time",
       0x1.253ccadc36732p+0,
       0,
       0x1.bef3fad13d2e7p-4,
       {0x1.ff29b5af37882p-2, 0x1.0fe723eecd57p-4, 0x1.62e0f67a661f6p+0},
       {0x1.d7b9c00a77fd7p-2, 0, 0x1.34034f962035fp-1},
       {0x1.b1de25603f35ap-1, 0x1.176aa835468b8p-1, 1},
       kInfinity,
       {{0x1.fd710ac337963p-2, 0, -0x1.18f946afa434ep-4}, {0x1.57171ead24c44p-1, 0, 0x1.ea5631e60988fp-2}},
       {{0x1.7905807e60127p+0, 0x1.76137b26af06bp-2, 0x1.7f77de99bb4bp+0},
        {0, 0x1.28708285cb82ep-2, 0x1.03241f7048ae5p-3}},
       blurred(0x1.1bfe10d424c8fp-2, 0x1.807d858bf71fcp-1, 0x1.0529375b65aadp-4),
       {step(true, 0x1.69b0fe4c638d1p-3, 0x1.085ac55fbb7c9p-3), step(true, 0x1.65148e53267b4p-2, 0x1.085ac55fbb7c9p-3),
        step(true, 0x1.de18181db3ed6p-2, 0x1.085ac55fbb7cap-3), step(true, 0x1.67b40583b3508p-2, 0x1.085ac56297c72p-3)},
       1.4828118690118424}};
  for (const Case& known : cases) {
    INFO(known.what);
    Problem problem;
    Decision& d = problem.decision;
    d.activities = 3;
    d.linear = known.linear;
    d.curvature = known.curvature;
    d.time = d.felt_time = known.time;
    d.most = {known.cap, kInfinity, kInfinity};
    d.budget = known.budget;
    d.strain = known.strain;
    d.slack = known.slack;
    d.readings = 2;
    d.reading[0] = known.noisy;
    d.reading[1] = known.exact;
    problem.curves = known.jumps;
    problem.curves.push_back(known.blurred);
    PerActivity plan{};
    REQUIRE(decide_by_branch_and_bound(problem.get(), plan) == Solved::exactly);
    CHECK(utility(d, plan) >= known.utility - 1e-9 * (1 + known.utility));
    CHECK(allowed(d, plan));
  }
}
