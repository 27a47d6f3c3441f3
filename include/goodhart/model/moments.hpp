/// Means, spreads and correlations that can be put together from parts, in a fixed order.
#pragma once

#include <cmath>
#include <limits>

namespace goodhart {

/// Sums of squares about the mean of two variables at once.
/// Source: Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance",
/// doi 10.1080/00031305.1983.10483115.
struct Moments {
  double count = 0;
  double mean_x = 0, mean_y = 0;
  double xx = 0, yy = 0, xy = 0;  ///< sums of products of deviations from the means

  void add(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count;
    const double dx = other.mean_x - mean_x, dy = other.mean_y - mean_y;
    const double weight = count * other.count / total;
    xx += other.xx + dx * dx * weight;
    yy += other.yy + dy * dy * weight;
    xy += other.xy + dx * dy * weight;
    mean_x += dx * other.count / total;
    mean_y += dy * other.count / total;
    count = total;
  }
  double sd_x() const { return std::sqrt(xx / count); }
  double sd_y() const { return std::sqrt(yy / count); }
  /// Pearson's correlation; NaN where either has no spread (sd at most 1e-12 (1 + |mean|)).
  double correlation() const {
    const bool spread = sd_x() > 1e-12 * (1 + std::fabs(mean_x)) && sd_y() > 1e-12 * (1 + std::fabs(mean_y));
    if (!spread) return std::numeric_limits<double>::quiet_NaN();
    const double product = xx * yy;  // which may be beyond the range of numbers
    return std::isfinite(product) ? xy / std::sqrt(product) : xy / std::sqrt(xx) / std::sqrt(yy);
  }
};

}  // namespace goodhart
