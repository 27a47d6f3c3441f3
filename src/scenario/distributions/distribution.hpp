/// What every distribution must be able to say of itself: one specialisation each beside its description.
#pragma once

#include <span>
#include <string>

#include "goodhart/scenario/distributions.hpp"

namespace goodhart {

/// The smallest value x with P(X <= x) >= u, truncation aside; u in (0, 1).
template <class Kind>
double quantile_of(const Kind& self, double u);

/// The same of many, each in its place; by columns where that is faster.
template <class Kind>
void quantiles_of(const Kind& self, std::span<double> u) {
  for (double& value : u) value = quantile_of(self, value);
}
template <>
void quantiles_of(const Normal& self, std::span<double> u);
template <>
void quantiles_of(const Lognormal& self, std::span<double> u);

/// P(X <= x), truncation aside.
template <class Kind>
double probability_up_to(const Kind& self, double x);

/// P(X < x), truncation aside.
template <class Kind>
double probability_below(const Kind& self, double x);

/// What the bounds of single parameters cannot say; empty where all is well.
template <class Kind>
std::string fault_of(const Kind& self);

}  // namespace goodhart
