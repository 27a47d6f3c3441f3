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

  /// So many standard deviations off, the normal law's density and tail are 0 in doubles.
  static constexpr double kFar = 39;

  /// What there is to know at a place, taken together: normal laws are dear.
  struct Spot {
    double value, slope;
    double low_density, high_density;  ///< of the normal law around `low` and `high`; 0 of a rise, and without noise
  };
  /// The same as `value` and `slope_from`; without noise the slope is left at 0.
  Spot spot(double v) const {
    if (rise) {
      const Rise::Point point = rise->at(offset + scale * v);
      return {weight * point.value, weight * scale * point.slope, 0, 0};
    }
    if (noise == 0) return {value(v), 0, 0, 0};
    if (step) {
      const double z = (v - low) / noise;
      if (z > kFar) return {weight, 0, 0, 0};
      if (z < -kFar) return {0, 0, 0, 0};
      const double density = normal_density(z);
      return {weight * normal_distribution(z), weight / noise * density, density, density};
    }
    // From the end that is nearer, as above; the farther one may be infinite.
    const bool below = v < turn;
    const double near = below ? (v - low) / noise : (high - v) / noise;
    const double far = below ? (v - high) / noise : (low - v) / noise;
    const double near_density = normal_density(near), near_below = normal_distribution(near);
    double far_density = 0, far_below = 0, far_excess = 0;
    if (far > -kInfinity) {
      far_density = normal_density(far);
      far_below = normal_distribution(far);
      far_excess = far_density + far * far_below;
    }
    const double blurred = noise * ((near_density + near * near_below) - far_excess);
    return {weight * (below ? low + blurred : high - blurred), weight * (near_below - far_below),
            below ? near_density : far_density, below ? far_density : near_density};
  }

  /// `greatest_curvature` on [a, b] where spots at both ends are known.
  double greatest_curvature(double a, const Spot& at_a, double b, const Spot& at_b) const {
    if (rise || noise == 0) return greatest_curvature(a, b);
    if (step) {
      const double peak = low - noise;
      if (peak >= a && peak <= b) return weight / (noise * noise) * normal_density(1);
      const auto bend = [&](double v, const Spot& at) {
        return -weight / (noise * noise) * std::clamp((v - low) / noise, -40.0, 40.0) * at.low_density;
      };
      return std::max(bend(a, at_a), bend(b, at_b));
    }
    const double most = low < a ? at_a.low_density : (low > b ? at_b.low_density : normal_density(0));
    return weight / noise * (most - std::min(at_a.high_density, at_b.high_density));
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
