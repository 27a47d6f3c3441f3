/// Distribution `exponential`: its quantiles.
#include <cmath>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Exponential& self, double u) {
  return -self.mean * std::log1p(-u);
}

template <>
double probability_up_to(const Exponential& self, double x) {
  return x <= 0 ? 0.0 : -std::expm1(-x / self.mean);
}

template <>
double probability_below(const Exponential& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Exponential&) {
  return "";
}

}  // namespace goodhart
