/// Means over replicates and differences between policies, each with its 95 % interval.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

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

/// The mean of independent values with its Student t interval; NaN (a failed run) and infinity do not count.
///
///   mean ± t((1 + confidence) / 2; n - 1) s / √n,    s² = Σ (x - mean)² / (n - 1)
///
/// Source: Law, "Simulation Modeling and Analysis", 5th ed. 2015, equation 4.12. Exact for Gaussian values, and
/// for others as n grows.
Estimate estimate(std::span<const double> values, double confidence = 0.95);

/// The mean of the finite values, summed in order; NaN where there is none. NaN is that of a failed run, or of what is
/// not defined there.
double mean_of(std::span<const double> values);

/// The two ends of an interval; NaN where there is none.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The share of what is summed up below which a difference may be nothing but rounding.
inline constexpr double kRounding = 1e-12;

/// Can this be nothing but the rounding of sums of this size?
inline bool only_rounding(double difference, double magnitude) {
  return std::isfinite(magnitude) && std::fabs(difference) <= kRounding * magnitude;
}

/// The differences a - b, replicate by replicate, without what is only rounding: a difference that is none to within
/// `kRounding` of the largest value is 0, and differences that differ from one another by no more are all their mean.
/// `magnitude` is the size of what the values were summed up from, where that is larger than the values are themselves,
/// as for net value. NaN where there is no finite difference.
/// Throws Bug where the two are not of the same size.
std::vector<double> differences(std::span<const double> a, std::span<const double> b, double magnitude = 0);

/// What a policy changes against the comparison policy.
struct Change {
  Estimate difference;  ///< policy - comparison, in the unit of the values
  Estimate percent;     ///< the same in per cent of the comparison's mean; NaN where that is 0 or only rounding
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
/// Differences are without rounding, and so are the means that they are a per cent of (`differences`).
///
/// Source: Law 2015, section 10.2.1 (paired t) and 11.2 (common random numbers).
/// Throws Bug where the two are not of the same size.
Change compare(std::span<const double> policy, std::span<const double> comparison, double magnitude = 0);

/// What common random numbers bought for one difference.
struct Pairing {
  double correlation = std::numeric_limits<double>::quiet_NaN();  ///< of the two policies' values over replicates
  /// Variance of the paired difference over that of two independent runs, var(d) / (var(a) + var(b)); NaN where
  /// nothing varies.
  double variance_ratio = std::numeric_limits<double>::quiet_NaN();
  /// Replicates of each policy that independent luck would have taken for the same interval, less those there were;
  /// infinite where luck cancels altogether.
  double runs_saved = std::numeric_limits<double>::quiet_NaN();
};

/// Of values that are paired by replicate, as in `compare`; all NaN below three pairs, since any two lie on a line.
/// Source: Law 2015, section 11.2.
Pairing pairing(std::span<const double> policy, std::span<const double> comparison, double magnitude = 0);

/// How many resamples the bootstrap takes.
inline constexpr int kResamples = 4000;

/// How many times the largest |t| of several means is drawn: its quantile is then known to about 1 %.
inline constexpr int kDraws = 10000;

/// The bootstrap-t interval of a mean: values are drawn anew with replacement, and the quantiles of
/// (mean* - mean) / (s* / √n) take the place of Student's. It needs no Gaussian values, and follows their skewness.
/// NaN does not count; there is no interval below 2 values. Resamples without spread say nothing of s and are drawn
/// again, so very few values (below 5, say) give very wide intervals. The draws are a function of `seed`.
///
/// Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", section 12.5.
Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed, double confidence = 0.95);

/// Intervals of several means that hold all at once: mean ± c s / √n, where c is the quantile of the largest |t| among
/// them, found by drawing Gaussian values with the correlations of `columns`. One column's is its t interval; several
/// are never narrower than that, nor wider than Bonferroni's. Rows (replicates) in which any value is NaN do not count;
/// columns that do not vary count as known, and those without any value are left out.
///
/// Source: Hothorn, Bretz & Westfall 2008, "Simultaneous inference in general parametric models", Biometrical Journal
/// 50:346-363, doi 10.1002/bimj.200810425; the quantile here is of the distribution for n values, by simulation.
std::vector<Interval> simultaneous_intervals(const std::vector<std::vector<double>>& columns, std::uint64_t seed,
                                             double confidence = 0.95);

/// For each column the chance that its expectation is the highest of all: the share of resamples of the rows
/// (replicates) in which its mean is the highest, ties shared; what is only rounding apart is tied (`differences`). So
/// it knows of luck alone, not of doubt about the scenario. Rows with a NaN do not count. All NaN below two rows: one
/// alone tells nothing of luck.
std::vector<double> chances_of_best(const std::vector<std::vector<double>>& columns, std::uint64_t seed,
                                    double magnitude = 0);

/// The confidence that look number `look` (from 1) at growing data must have, so that all looks together keep
/// `confidence`: 1 - (1 - confidence) / (look (look + 1)). The errors that are spent add up to 1 - confidence, whenever
/// one stops looking.
/// Source: alpha spending (Lan & DeMets 1983, "Discrete sequential boundaries for clinical trials", Biometrika
/// 70:659-663), by the union bound.
double confidence_of_look(int look, double confidence = 0.95);

/// The value that a share of sorted values lies below, between two of them by interpolation. There must be one.
double quantile_of(const std::vector<double>& sorted, double share);

}  // namespace goodhart
