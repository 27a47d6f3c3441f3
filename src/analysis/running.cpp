/// Sums that are kept in a unit of their own, so that they neither overflow nor vanish.
#include "goodhart/analysis/running.hpp"

#include <algorithm>
#include <cmath>

#include "student.hpp"

namespace goodhart {

void Running::add(double value) {
  if (!std::isfinite(value)) return;
  const double unit = unit_for(std::fmax(magnitude(), std::fabs(value)));
  const double ratio = unit_ / unit;  // another power of two, so nothing is rounded
  sum_ *= ratio;
  squares_ = squares_ * ratio * ratio;
  unit_ = unit;
  const double x = value / unit;
  const double before = n_ == 0 ? x : sum_ / n_;
  ++n_;
  sum_ += x;
  squares_ += (x - before) * (x - sum_ / n_);
  least_ = std::fmin(least_, value);  // which take no notice of NaN
  most_ = std::fmax(most_, value);
}

double Running::mean() const {
  return n_ == 0 ? std::numeric_limits<double>::quiet_NaN() : sum_ / n_ * unit_;
}

double Running::magnitude() const {
  return n_ == 0 ? 0 : std::fmax(std::fabs(least_), std::fabs(most_));
}

Estimate Running::estimate(double confidence, double magnitude) const {
  if (n_ == 0) return {};
  const double farthest = std::fmax(most_ - mean(), mean() - least_);
  const bool same = only_rounding(farthest, std::fmax(this->magnitude(), magnitude));
  return student({.n = n_, .mean = sum_ / n_, .variance = same ? 0 : squares_ / (n_ - 1), .unit = unit_}, confidence);
}

void RunningChange::add(double policy, double comparison) {
  if (!std::isfinite(policy - comparison)) return;
  policy_.add(policy);
  comparison_.add(comparison);
  difference_.add(policy - comparison);
}

Change RunningChange::change() const {
  const double size = std::fmax(policy_.magnitude(), comparison_.magnitude());
  const bool none = only_rounding(difference_.magnitude(), size);
  const Estimate difference = none ? student({.n = difference_.n()}, 0.95) : difference_.estimate(0.95, size);
  return change_of(difference, comparison_.mean(), size);
}

}  // namespace goodhart
