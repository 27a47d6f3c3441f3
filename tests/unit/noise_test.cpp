/// The noise of readings follows its laws, and nobody's noise depends on who else is drawn.
#include "goodhart/model/noise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace goodhart;

constexpr std::size_t kCount = 1'000'000;
const double kRoot = std::sqrt(static_cast<double>(kCount));

std::vector<double> drawn(const Noise& law, std::int32_t step = 0, std::uint32_t replicate = 0) {
  const Draws draws(3, Purpose::noise, "m");
  std::vector<double> all(kCount);
  standard_noise(law, draws, replicate, step, 0, all);
  return all;
}

template <class Function>
double mean(const std::vector<double>& values, Function function) {
  double sum = 0;
  for (const double value : values) sum += function(value);
  return sum / static_cast<double>(values.size());
}

/// Is the share of values for which something holds what it should be, within 4 standard errors?
template <class Function>
bool share_is(const std::vector<double>& values, double share, Function holds) {
  return std::fabs(mean(values, [&](double x) { return holds(x) ? 1.0 : 0.0; }) - share) <
         4 * std::sqrt(share * (1 - share)) / kRoot;
}

}  // namespace

// Moments and shares of 1e6 draws, each within 4 standard errors: a sound program exceeds one of them under 1 seed in
// about 16,000.

TEST_CASE("Gaussian noise: four moments and the tails") {
  const auto all = drawn(GaussianNoise{});
  CHECK(std::fabs(mean(all, [](double x) { return x; })) < 4 / kRoot);
  CHECK(std::fabs(mean(all, [](double x) { return x * x; }) - 1) < 4 * std::sqrt(2.0) / kRoot);
  CHECK(std::fabs(mean(all, [](double x) { return x * x * x; })) < 4 * std::sqrt(15.0) / kRoot);
  CHECK(std::fabs(mean(all, [](double x) { return x * x * x * x; }) - 3) < 4 * std::sqrt(96.0) / kRoot);
  CHECK(share_is(all, 0.0013498980, [](double x) { return x > 3; }));
  CHECK(share_is(all, 0.0013498980, [](double x) { return x < -3; }));
  CHECK(share_is(all, 0.3829249225, [](double x) { return std::fabs(x) < 0.5; }));
}

TEST_CASE("Student's noise: standard deviation and quantiles") {
  const double dof = 9;
  const auto all = drawn(StudentNoise{.dof = dof});
  const double variance = dof / (dof - 2), fourth = 3 * dof * dof / ((dof - 2) * (dof - 4));
  CHECK(std::fabs(mean(all, [](double x) { return x; })) < 4 * std::sqrt(variance) / kRoot);
  CHECK(std::fabs(mean(all, [](double x) { return x * x; }) - variance) <
        4 * std::sqrt(fourth - variance * variance) / kRoot);
  // Quantiles of the t distribution with 5 and 1 degrees of freedom, from tables.
  const auto five = drawn(StudentNoise{.dof = 5});
  CHECK(share_is(five, 0.025, [](double x) { return x > 2.5705818; }));
  CHECK(share_is(five, 0.25, [](double x) { return x < -0.7266868; }));
  CHECK(share_is(five, 0.001, [](double x) { return x > 5.8934295; }));
  const auto one = drawn(StudentNoise{.dof = 1});
  CHECK(share_is(one, 0.25, [](double x) { return x > 1; }));
  CHECK(share_is(one, 0.05, [](double x) { return x < -6.3137515; }));
}

TEST_CASE("Laplace noise: mean distance, standard deviation and quantiles") {
  const auto all = drawn(LaplaceNoise{});
  CHECK(std::fabs(mean(all, [](double x) { return x; })) < 4 * std::sqrt(2.0) / kRoot);
  CHECK(std::fabs(mean(all, [](double x) { return std::fabs(x); }) - 1) < 4 / kRoot);
  // E x^4 = 24.
  CHECK(std::fabs(mean(all, [](double x) { return x * x; }) - 2) < 4 * std::sqrt(24.0 - 4) / kRoot);
  CHECK(share_is(all, 0.25, [](double x) { return x > std::log(2.0); }));
  CHECK(share_is(all, 0.005, [](double x) { return x < -std::log(100.0); }));
}

TEST_CASE("neighbours, steps and replicates are unrelated") {
  for (const Noise& law : {Noise(GaussianNoise{}), Noise(LaplaceNoise{}), Noise(StudentNoise{.dof = 9})}) {
    const auto all = drawn(law), later = drawn(law, 1), other = drawn(law, 0, 1);
    const double variance = mean(all, [](double x) { return x * x; });
    for (std::size_t lag = 1; lag <= 4; ++lag) {
      double sum = 0, squares = 0;
      for (std::size_t i = lag; i < kCount; ++i) {
        sum += all[i] * all[i - lag];
        squares += (all[i] * all[i] - variance) * (all[i - lag] * all[i - lag] - variance);
      }
      CHECK(std::fabs(sum / kCount / variance) < 4 / kRoot);
      // Squares too: a pair made of one radius would show here.
      const double fourth = mean(all, [](double x) { return x * x * x * x; });
      CHECK(std::fabs(squares / kCount / (fourth - variance * variance)) < 4 / kRoot);
    }
    for (const auto& unrelated : {later, other}) {
      double sum = 0;
      for (std::size_t i = 0; i < kCount; ++i) sum += all[i] * unrelated[i];
      CHECK(std::fabs(sum / kCount / variance) < 4 / kRoot);
    }
  }
}

TEST_CASE("an employee's noise does not depend on the block it is drawn in") {
  const Draws draws(3, Purpose::noise, "m");
  for (const Noise& law : {Noise(GaussianNoise{}), Noise(LaplaceNoise{}), Noise(StudentNoise{.dof = 9})}) {
    const auto all = drawn(law, 5, 2);
    for (const std::size_t first : {0u, 4u, 1024u, 4096u}) {
      for (const std::size_t count : {1u, 3u, 4u, 7u, 1024u}) {
        std::vector<double> some(count);
        standard_noise(law, draws, 2, 5, first, some);
        CHECK(std::equal(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(first)));
      }
    }
  }
}
