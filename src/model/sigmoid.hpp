/// One reward curve seen in the direction in which it rises: steps and ramps are convex below their turning point and
/// concave above it; a tabulated rise may turn often.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/math.hpp"
#include "goodhart/model/decision.hpp"

namespace goodhart::detail {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A curve as a non-decreasing function of v, where v = y if `sign` is 1 and v = -y if it is -1. Falling steps and
/// ramps with a negative weight are turned round, so that a single shape is left: convex up to `turn`, concave from
/// there on. A rise has no such turn; it varies between `low` and `high` only. Slopes and curvatures are with respect
/// to v. Without noise, `low` and `high` are kinks (ramp) or `low` a jump (step).
struct Sigmoid {
  bool step = true;
  double sign = 1;
  double weight = 0;  ///< at least 0
  double low = 0;     ///< in v; may be -infinity for a ramp
  double high = 0;    ///< in v; may be infinity for a ramp, equals low for a step
  double noise = 0;
  double turn = 0;
  const Rise* rise = nullptr;
  double offset = 0, scale = 1;  ///< of the rise, in v; scale above 0

  explicit Sigmoid(const Curve& curve) {
    if (curve.shape == Curve::Shape::rise) {
      rise = curve.rise;
      step = false;
      sign = curve.scale < 0 ? -1 : 1;
      weight = curve.weight;
      offset = curve.offset;
      scale = std::fabs(curve.scale);
      low = (rise->low() - offset) / scale;
      high = (rise->high() - offset) / scale;
      turn = 0.5 * (low + high);
      noise = (high - low) / 18;  // its width, for those who ask how blurred it is
      return;
    }
    step = curve.shape == Curve::Shape::step;
    weight = std::fabs(curve.weight);
    noise = curve.noise;
    const bool round = step ? curve.falling : curve.weight < 0;
    sign = round ? -1 : 1;
    if (step) {
      low = high = turn = sign * curve.low;
    } else {
      low = round ? -curve.high : curve.low;
      high = round ? -curve.low : curve.high;
      turn = 0.5 * (low + high);
    }
  }

  /// Is it worth no more than `weight`, whatever v is?
  bool bounded() const { return step || rise; }

  double value(double v) const {
    if (rise) return weight * rise->value(offset + scale * v);
    if (step) return noise > 0 ? weight * normal_distribution((v - low) / noise) : (v >= low ? weight : 0.0);
    if (noise == 0) return weight * std::clamp(v, low, high);
    if (low == -kInfinity) return weight * (high - noise * normal_excess((high - v) / noise));
    if (high == kInfinity) return weight * (low + noise * normal_excess((v - low) / noise));
    // The smaller of the two tails is subtracted, so that far outside the ramp the value is exactly flat.
    if (v < turn)
      return weight * (low + noise * (normal_excess((v - low) / noise) - normal_excess((v - high) / noise)));
    return weight * (high - noise * (normal_excess((high - v) / noise) - normal_excess((low - v) / noise)));
  }

  /// Value seen from inside an interval whose midpoint is `middle`: at a jump, the limit from that side.
  double value_from(double v, double middle) const {
    if (step && noise == 0) return middle >= low ? weight : 0.0;
    return value(v);
  }

  /// Slope at v; without noise, the slope throughout the piece between kinks that `middle` lies in.
  double slope_from(double v, double middle) const {
    if (rise) return weight * scale * rise->at(offset + scale * v).slope;
    if (noise == 0) return !step && middle > low && middle < high ? weight : 0.0;
    if (step) return weight / noise * normal_density((v - low) / noise);
    return weight * (v < turn ? normal_distribution((v - low) / noise) - normal_distribution((v - high) / noise)
                              : normal_distribution((high - v) / noise) - normal_distribution((low - v) / noise));
  }

  /// Second derivative away from kinks.
  double curvature(double v) const {
    if (rise) return weight * scale * scale * rise->at(offset + scale * v).curvature;
    if (noise == 0) return 0;
    if (step) {
      const double z = std::clamp((v - low) / noise, -40.0, 40.0);
      return -weight / (noise * noise) * z * normal_density(z);
    }
    return weight / noise * (normal_density((v - low) / noise) - normal_density((v - high) / noise));
  }

  double steepest() const {
    if (rise) return range(low, high).most_slope;
    if (!step) return weight;
    return noise > 0 ? weight / noise * normal_density(0) : kInfinity;
  }

  /// Bounds of slope and curvature of a rise on [a, b].
  Rise::Range range(double a, double b) const {
    Rise::Range range = rise->range(offset + scale * a, offset + scale * b);
    range.least_slope *= weight * scale;
    range.most_slope *= weight * scale;
    range.least_curvature *= weight * scale * scale;
    range.most_curvature *= weight * scale * scale;
    return range;
  }

  /// An upper bound of the second derivative on [a, b], exact for steps; infinity where a convex kink lies inside.
  double greatest_curvature(double a, double b) const {
    if (rise) return range(a, b).most_curvature;
    if (noise == 0) return low > a && low < b ? kInfinity : 0.0;
    if (step) {
      const double peak = low - noise;
      if (peak >= a && peak <= b) return weight / (noise * noise) * normal_density(1);
      return std::max(curvature(a), curvature(b));
    }
    const double most = normal_density((std::clamp(low, a, b) - low) / noise);
    const double least = std::min(normal_density((a - high) / noise), normal_density((b - high) / noise));
    return weight / noise * (most - least);
  }
};

}  // namespace goodhart::detail
