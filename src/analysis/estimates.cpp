/// Student t intervals over replicates, single and paired.
#include "goodhart/analysis/estimates.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <vector>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

/// The mean of values without NaN, summed in order.
double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Estimate estimate_finite(const std::vector<double>& values) {
  Estimate result{.n = static_cast<int>(values.size())};
  if (values.empty()) return result;
  result.mean = mean_of(values);
  if (values.size() < 2) return result;

  const double n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  const double half = t * std::sqrt(squares / (n - 1) / n);
  result.low = result.mean - half;
  result.high = result.mean + half;
  return result;
}

}  // namespace

Estimate estimate(std::span<const double> values) {
  std::vector<double> present;
  for (const double value : values) {
    if (!std::isnan(value)) present.push_back(value);
  }
  return estimate_finite(present);
}

Change compare(std::span<const double> policy, std::span<const double> comparison) {
  if (policy.size() != comparison.size()) throw Bug("compare: the replicates of two policies are not paired");
  std::vector<double> differences, base;
  for (std::size_t r = 0; r < policy.size(); ++r) {
    if (std::isnan(policy[r]) || std::isnan(comparison[r])) continue;
    differences.push_back(policy[r] - comparison[r]);
    base.push_back(comparison[r]);
  }
  Change change{.difference = estimate_finite(differences), .percent = {.n = static_cast<int>(base.size())}};
  if (base.empty()) return change;
  change.comparison = mean_of(base);
  if (change.comparison != 0) {
    const double scale = 100 / std::fabs(change.comparison);
    change.percent.mean = change.difference.mean * scale;
    change.percent.low = change.difference.low * scale;
    change.percent.high = change.difference.high * scale;
  }
  return change;
}

}  // namespace goodhart
