/// Means over replicates and differences between policies, each with its 95 % interval.
#pragma once

#include <limits>
#include <span>

namespace goodhart {

/// A mean over replicates and the interval that holds the true mean in 95 of 100 experiments.
struct Estimate {
  double mean = std::numeric_limits<double>::quiet_NaN();  ///< NaN where there is no value
  double low = std::numeric_limits<double>::quiet_NaN();   ///< NaN where there are fewer than two
  double high = std::numeric_limits<double>::quiet_NaN();  ///< as `low`
  int n = 0;                                               ///< values that count

  bool has_interval() const { return n >= 2; }
  /// How far the interval reaches to either side.
  double half_width() const { return (high - low) / 2; }
  /// Whether 0 cannot be ruled out; true where there is no interval.
  bool holds_zero() const { return !(low > 0 || high < 0); }
};

/// The mean of independent values with its Student t interval; NaN (a failed run, say) does not count.
///
///   mean ± t(0.975; n - 1) s / √n,    s² = Σ (x - mean)² / (n - 1)
///
/// Source: Law, "Simulation Modeling and Analysis", 5th ed. 2015, equation 4.12. Exact for Gaussian values, and
/// for others as n grows.
Estimate estimate(std::span<const double> values);

/// What a policy changes against the comparison policy.
struct Change {
  Estimate difference;  ///< policy - comparison, in the unit of the values
  Estimate percent;     ///< the same in per cent of the comparison's mean; NaN where that mean is 0
  double comparison = std::numeric_limits<double>::quiet_NaN();  ///< the comparison's mean over the pairs that count
};

/// The change from the comparison's values to the policy's, paired by replicate: the same replicate has the same luck
/// under every policy (common random numbers), so that luck cancels in the differences. A pair in which either value is
/// NaN does not count.
///
///   difference = mean of d_r = policy_r - comparison_r, with the t interval of the d_r
///   percent    = 100 difference / |mean of comparison_r|, and the ends of the interval likewise
///
/// So per cent is a ratio of means, not a mean of ratios, and its interval takes the comparison's mean as known; what
/// that leaves out is of the order of the comparison's own relative error times the change (Fieller 1954, "Some
/// problems in interval estimation", JRSS B 16:175-185, has the rest). Where the comparison's mean is negative, more is
/// still a positive per cent.
///
/// Source: Law 2015, section 10.2.1 (paired t) and 11.2 (common random numbers).
/// Throws Bug where the two are not of the same size.
Change compare(std::span<const double> policy, std::span<const double> comparison);

}  // namespace goodhart
