/// What is taken together of a reward at a place is what is taken one by one.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "model/sigmoid.hpp"

namespace {

using goodhart::Curve;
using goodhart::detail::Sigmoid;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Steps and ramps, blurred, with both ends and with one, both ways.
std::vector<Curve> curves() {
  std::vector<Curve> all;
  for (const double noise : {0.05, 1.0, 7.0}) {
    for (const bool falling : {false, true}) {
      all.push_back(
          {.shape = Curve::Shape::step, .falling = falling, .weight = 0.7, .low = 2, .high = 2, .noise = noise});
    }
    for (const double weight : {0.3, -0.3}) {
      for (const double low : {-kInfinity, -1.5}) {
        for (const double high : {4.0, kInfinity}) {
          if (std::isinf(low) && std::isinf(high)) continue;
          all.push_back({.shape = Curve::Shape::ramp, .weight = weight, .low = low, .high = high, .noise = noise});
        }
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a spot of a reward has its value and its slope, and bounds its curvature alike") {
  for (const Curve& curve : curves()) {
    CAPTURE(static_cast<int>(curve.shape));
    CAPTURE(curve.weight);
    CAPTURE(curve.low);
    CAPTURE(curve.high);
    CAPTURE(curve.noise);
    const Sigmoid s(curve);
    for (double z = -45; z <= 45; z += 0.7) {
      const double v = (std::isfinite(s.low) ? s.low : s.high) + z * s.noise;
      CAPTURE(v);
      const Sigmoid::Spot spot = s.spot(v);
      CHECK(std::fabs(spot.value - s.value(v)) <= 1e-14 * (1 + std::fabs(s.value(v))) * (1 + s.noise));
      CHECK(std::fabs(spot.slope - s.slope_from(v, v)) <= 1e-14 * (1 + std::fabs(s.slope_from(v, v))));
      const double to = v + 1.3 * s.noise;
      CHECK(s.greatest_curvature(v, spot, to, s.spot(to)) ==
            doctest::Approx(s.greatest_curvature(v, to)).epsilon(1e-12).scale(1e-12));
    }
  }
}
