/// The scalar Kalman filter (Kalman 1960, doi 10.1115/1.3662552): what is known of a number that drifts, from signals
/// of it.
#pragma once

namespace goodhart {

/// What is known of a number x: Gaussian, with this mean and variance.
struct Belief {
  double mean = 0;
  double variance = 0;

  /// A step passes, in which x moves by a Gaussian step of mean 0 and this variance, at least 0.
  void drift(double by) { variance += by; }

  /// A signal z = base + slope x + Gaussian noise of this variance, above 0, is seen. Several signals of one step are
  /// taken in one after the other, in any order (up to rounding).
  void see(double z, double base, double slope, double noise) {
    const double innovation = z - base - slope * mean;
    const double gain = variance * slope / (slope * slope * variance + noise);
    mean += gain * innovation;
    variance *= noise / (slope * slope * variance + noise);
  }
};

/// The probability that x is above a level.
double probability_above(const Belief& belief, double level);

}  // namespace goodhart
