/// The normal law: its quantiles against an implementation in extended precision.
#include <cmath>

#include <doctest/doctest.h>
#include <boost/math/distributions/normal.hpp>

#include "goodhart/core/math.hpp"
#include "goodhart/core/random.hpp"

namespace goodhart {

namespace {

/// How far a quantile is from the true one, in relative terms.
double error_at(double p) {
  const long double exact = boost::math::quantile(boost::math::normal_distribution<long double>(), p);
  return static_cast<double>(std::fabs((normal_quantile(p) - exact) / exact));
}

}  // namespace

TEST_CASE("normal quantile: within 1e-15 of the true one, in the middle and far out") {
  const Draws draws(7, Purpose::quantity, "normal quantile");
  double worst = 0;
  for (std::uint32_t i = 0; i < 200'000; ++i) worst = std::fmax(worst, error_at(draws.uniform(0, i, 0)));
  // Down to the smallest normal number, and up to the last one below 1.
  for (int e = -1022; e < -1; ++e) worst = std::fmax(worst, error_at(std::ldexp(1.25, e)));
  for (int e = -52; e < -1; ++e) worst = std::fmax(worst, error_at(1 - std::ldexp(1.0, e)));
  CHECK(worst < 1e-15);
}

TEST_CASE("normal quantile: the middle, the tails' mirror image, the seams") {
  CHECK(normal_quantile(0.5) == 0);
  for (const double p : {0.7, 0.93, 1 - 1e-9, 1 - 0x1p-53}) CHECK(normal_quantile(p) == -normal_quantile(1 - p));
  // Where one formula ends and the next begins, z goes on rising.
  const double far_out = std::exp(-25.0);
  for (const double seam : {0.075, 0.925, far_out}) {
    double last = normal_quantile(seam * (1 - 1e-13));
    for (const double step : {-5e-14, 0.0, 5e-14, 1e-13}) {
      const double next = normal_quantile(seam * (1 + step));
      CHECK(next > last);
      last = next;
    }
  }
}

}  // namespace goodhart
