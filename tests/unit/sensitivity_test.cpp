/// Sobol' indices on two lucks and elementary effects against known answers.
#include "goodhart/study/sensitivity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "goodhart/core/math.hpp"
#include "goodhart/study/designs.hpp"

using namespace goodhart;

namespace {

using Point = std::vector<double>;
using Function = std::function<double(const Point&, double luck)>;

/// The outcomes of a function on a Sobol' design, with two standard normal lucks a row.
SobolOutcomes outcomes_of(const Function& f, std::size_t inputs, std::size_t rows, std::size_t scrambles,
                          std::uint64_t seed) {
  SobolOutcomes outcomes{.inputs = inputs, .rows = rows, .scrambles = scrambles, .one = {}, .other = {}};
  const SobolSequence sequence(2 * inputs);
  std::vector<Scrambling> scramblings;
  for (std::size_t i = 0; i < 2 * inputs; ++i) scramblings.emplace_back(seed, std::to_string(i));
  const Draws lucks(seed, Purpose::noise, "luck");
  for (std::size_t k = 0; k < scrambles; ++k) {
    const std::vector<std::size_t> dealt = dealt_dimensions(seed, static_cast<std::uint32_t>(k), 2 * inputs);
    for (std::size_t r = 0; r < rows; ++r) {
      Point a, b;
      for (std::size_t i = 0; i < 2 * inputs; ++i) {
        (i < inputs ? a : b)
            .push_back(midpoint(scramblings[i](sequence.bits(r, dealt[i]), static_cast<std::uint32_t>(k))));
      }
      const auto row = static_cast<std::uint32_t>(k * rows + r);
      const double one = normal_quantile(lucks.uniform(row, 0, 0)), other = normal_quantile(lucks.uniform(row, 1, 0));
      const auto add = [&](const Point& x) {
        outcomes.one.push_back(f(x, one));
        outcomes.other.push_back(f(x, other));
      };
      add(a);
      add(b);
      for (std::size_t j = 0; j < inputs; ++j) {
        Point mixed = a;
        mixed[j] = b[j];
        add(mixed);
      }
    }
  }
  return outcomes;
}

/// Ishigami & Homma 1990, with a = 7 and b = 0.1.
double ishigami(const Point& u, double) {
  const auto x = [&u](std::size_t i) { return std::numbers::pi * (2 * u[i] - 1); };
  return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
}

/// Sobol's g function with a = 0, 1, 4.5, 9, 99, 99, 99, 99.
double g(const Point& u, double) {
  constexpr double kA[] = {0, 1, 4.5, 9, 99, 99, 99, 99};
  double product = 1;
  for (std::size_t i = 0; i < u.size(); ++i) product *= (std::fabs(4 * u[i] - 2) + kA[i]) / (1 + kA[i]);
  return product;
}
double noisy_g(const Point& u, double luck) {
  return g(u, luck) * (1 + 0.5 * luck);
}

const std::vector<double> kIshigamiFirst = {0.3139, 0.4424, 0}, kIshigamiTotal = {0.5576, 0.4424, 0.2437};
const std::vector<double> kG = {0.7165, 0.1791, 0.0237, 0.0072};
/// Its variance is the product of 1 + 1 / (3 (1 + a)^2), less 1.
double variance_of_g() {
  double product = 1;
  for (const double a : {0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0}) product *= 1 + 1 / (3 * (1 + a) * (1 + a));
  return product - 1;
}

/// Root mean square error of some estimates over seeds, and how often their intervals hold the truth.
struct Quality {
  double squares = 0, count = 0, held = 0;
  void add(const Estimate& estimate, double truth) {
    squares += (estimate.mean - truth) * (estimate.mean - truth);
    held += estimate.low <= truth && truth <= estimate.high ? 1 : 0;
    count += 1;
  }
  double rmse() const { return std::sqrt(squares / count); }
  double coverage() const { return held / count; }
};

}  // namespace

TEST_CASE("Sobol' indices of Ishigami's function in 20,480 runs: rmse at most 0.016, intervals hold in 92 to 98 %") {
  Quality quality;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    // Deterministic: both lucks are one run.
    const SobolShares shares = sobol_shares(outcomes_of(ishigami, 3, 128, 16, seed));
    REQUIRE(shares.fault.empty());
    for (std::size_t j = 0; j < 3; ++j) {
      quality.add(shares.first[j], kIshigamiFirst[j]);
      quality.add(shares.total[j], kIshigamiTotal[j]);
    }
    CHECK(shares.luck.mean == 0);
  }
  MESSAGE("rmse " << quality.rmse() << ", coverage " << quality.coverage());
  CHECK(quality.rmse() <= 0.016);
  CHECK(quality.coverage() >= 0.92);
  CHECK(quality.coverage() <= 0.98);
}

TEST_CASE("Sobol' indices of the g function in 40,960 runs: rmse at most 0.013") {
  Quality quality;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SobolShares shares = sobol_shares(outcomes_of(g, 8, 128, 16, seed));
    for (std::size_t j = 0; j < 4; ++j) quality.add(shares.first[j], kG[j]);
  }
  MESSAGE("rmse " << quality.rmse());
  CHECK(quality.rmse() <= 0.013);
}

TEST_CASE(
    "Sobol' indices of the noisy g function in 40,960 runs: luck is split off, and does not pass for interaction") {
  const double variance = variance_of_g(), luck = 0.25 * (variance + 1) / (variance + 0.25 * (variance + 1));
  Quality first;
  double mean = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SobolShares shares = sobol_shares(outcomes_of(noisy_g, 8, 128, 16, seed));
    for (std::size_t j = 0; j < 4; ++j) first.add(shares.first[j], kG[j]);
    mean += shares.luck.mean / 40;
  }
  MESSAGE("rmse " << first.rmse() << ", luck " << mean << " for " << luck);
  CHECK(first.rmse() <= 0.022);
  CHECK(std::fabs(mean - luck) <= 0.005);
}

TEST_CASE("Sobol' indices of 13 numbers: no pair of them stands in a bad pair of dimensions in every scramble") {
  // Without dealing, number 9 of A and number 12 of B have a correlation of 0.75 among the 64 points of each scramble,
  // of one sign or the other, and the root mean square error is 0.05.
  const auto product = [](const Point& u, double) { return (1 + 3 * (u[12] - 0.5)) * (1 + (u[9] - 0.5)); };
  constexpr double kLarge = 9.0 / 12, kSmall = 1.0 / 12, kAll = kLarge + kSmall + kLarge * kSmall;
  Quality small, large;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SobolShares shares = sobol_shares(outcomes_of(product, 13, 64, 16, seed));
    small.add(shares.first[9], kSmall / kAll);
    large.add(shares.first[12], kLarge / kAll);
  }
  MESSAGE("rmse " << small.rmse() << " and " << large.rmse() << ", coverage " << small.coverage());
  CHECK(small.rmse() <= 0.02);
  CHECK(large.rmse() <= 0.03);
  CHECK(small.coverage() >= 0.85);
}

TEST_CASE("no indices where there is nothing to explain, or too many runs failed") {
  const auto same = [](const Point&, double) { return 5.0; };
  CHECK(sobol_shares(outcomes_of(same, 2, 16, 8, 1)).fault ==
        "no variance to explain: the outcome is the same at all points");
  const auto noise = [](const Point&, double luck) { return luck; };
  const SobolShares luck = sobol_shares(outcomes_of(noise, 2, 16, 8, 1));
  CHECK(luck.fault == "no variance to explain that could be told from luck");
  CHECK(luck.luck.mean == doctest::Approx(1).epsilon(0.2));

  SobolOutcomes some = outcomes_of(ishigami, 3, 64, 16, 1);
  some.one[17] = std::nan("");
  const SobolShares left = sobol_shares(some);
  CHECK(left.fault.empty());
  CHECK(left.left_out == 1);
  for (std::size_t row = 0; row < 11; ++row) some.other[row * 5] = std::nan("");
  CHECK(sobol_shares(some).fault ==
        "no indices: 11 of 1024 rows have a failed run, and above 1 % what is left is another question");
}

TEST_CASE("elementary effects of a linear function are its slopes, and do not vary") {
  const std::vector<double> slopes = {3, -2, 0.5};
  std::vector<std::vector<double>> outcomes;
  std::vector<std::vector<Point>> shares;
  for (int t = 0; t < 8; ++t) {
    Point at = {0.125 + 0.25 * (t % 4), 0.125 + 0.25 * (t / 2 % 4), 0.375};
    shares.emplace_back();
    outcomes.emplace_back();
    for (std::size_t k = 0; k <= 3; ++k) {
      if (k > 0)
        at[(k + static_cast<std::size_t>(t)) % 3] += at[(k + static_cast<std::size_t>(t)) % 3] < 0.5 ? 0.5 : -0.5;
      shares.back().push_back(at);
      outcomes.back().push_back(slopes[0] * at[0] + slopes[1] * at[1] + slopes[2] * at[2] + 7);
    }
  }
  const MorrisEffects effects = morris_effects(outcomes, shares);
  REQUIRE(effects.fault.empty());
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::fabs(effects.absolute[i].mean - std::fabs(slopes[i])) < 1e-12);
    CHECK(std::fabs(effects.mean[i].mean - slopes[i]) < 1e-12);
    CHECK(effects.deviation[i] < 1e-12);
  }
}
