/// What estimates are made of, whether their values are kept or not.
#pragma once

#include "goodhart/analysis/estimates.hpp"

namespace goodhart {

/// Values that were put into one unit, a power of two, so that their squares neither overflow nor vanish.
struct Sample {
  int n = 0;
  double mean = 0;      ///< over the unit
  double variance = 0;  ///< of at least two values, over the unit squared; 0 where they differ by rounding alone
  double unit = 1;
};

/// The power of two that a number is about as large as; 1 for 0.
double unit_for(double size);

/// An end of an interval in the unit of the values; no further than numbers reach.
double end_of(double end, double unit);

/// The sample's mean with its Student t interval.
Estimate student(const Sample& sample, double confidence);

/// A difference with what it is in per cent of the comparison's mean, which is taken for 0 where it is only rounding
/// beside values of this size.
Change change_of(const Estimate& difference, double comparison, double size);

}  // namespace goodhart
