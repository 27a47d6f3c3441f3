/// Means, spreads and ends of values that come one by one and are not kept.
#pragma once

#include <limits>

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {

/// What an estimate needs of the values so far: 48 bytes, however many they are. NaN and infinity do not count. The
/// order of the values decides the last bits, so it must not depend on threads.
///
/// The mean is the very one of `estimate`; the spread is gathered as the values come, so the ends of an interval may
/// differ from those of `estimate` in their last bits.
/// Source: Welford 1962, "Note on a method for calculating corrected sums of squares and products", Technometrics
/// 4:419-420, doi 10.1080/00401706.1962.10490022.
class Running {
 public:
  void add(double value);

  int n() const { return n_; }
  double mean() const;                     ///< NaN where there is no value
  double least() const { return least_; }  ///< NaN where there is no value
  double most() const { return most_; }    ///< likewise
  double magnitude() const;                ///< the largest size of any value; 0 where there is none

  /// As `estimate` of the values. They are taken to be all their mean where they are no further from one another than
  /// what sums of size `magnitude` lose by rounding.
  Estimate estimate(double confidence = 0.95, double magnitude = 0) const;

 private:
  int n_ = 0;
  double unit_ = 1;     ///< a power of two about as large as the largest value
  double sum_ = 0;      ///< of the values over the unit
  double squares_ = 0;  ///< of their distances from the mean, over the unit squared
  double least_ = std::numeric_limits<double>::quiet_NaN(), most_ = std::numeric_limits<double>::quiet_NaN();
};

/// The change from one policy's values to another's, as `compare` of all pairs: of differences that are only rounding,
/// all of them are taken for none, never some.
class RunningChange {
 public:
  /// Takes a pair, of the same replicate; it does not count where either is not finite.
  void add(double policy, double comparison);

  Change change() const;

 private:
  Running policy_, comparison_, difference_;
};

}  // namespace goodhart
