/// Elementary functions of the normal law, in one place so that every layer gets the same bits.
#pragma once

#include <cmath>
#include <cstddef>

namespace goodhart {

/// 1 / sqrt(2 pi), the density of the standard normal law at zero.
inline constexpr double kInverseRootTwoPi = 0.39894228040143267794;

/// Density of the standard normal law, exp(-z^2 / 2) / sqrt(2 pi).
inline double normal_density(double z) {
  return kInverseRootTwoPi * std::exp(-0.5 * z * z);
}

/// Distribution function of the standard normal law, P(Z <= z); accurate in relative terms in the lower tail.
inline double normal_distribution(double z) {
  constexpr double kInverseRootTwo = 0.70710678118654752440;
  return 0.5 * std::erfc(-z * kInverseRootTwo);
}

/// E[max(0, Z + z)] for a standard normal Z: the primitive of `normal_distribution` that vanishes at minus infinity.
inline double normal_excess(double z) {
  return normal_density(z) + z * normal_distribution(z);
}

/// The z with P(Z <= z) = p for a standard normal Z, 0 < p < 1; within 1e-15 of it in relative terms (but for rounding
/// of p itself near 1).
///
/// Source: algorithm PPND16 of Wichura 1988, "Algorithm AS 241: the percentage points of the normal distribution",
/// Applied Statistics 37, 477-484, doi 10.2307/2347330.
double normal_quantile(double p);
/// The same of many, each in its place.
void normal_quantiles(double* p, std::size_t count);

}  // namespace goodhart
