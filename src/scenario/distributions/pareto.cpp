/// Distribution `pareto`: its quantiles.
#include <cmath>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Pareto& self, double u) {
  return self.scale * std::exp(-std::log1p(-u) / self.shape);
}

template <>
double probability_up_to(const Pareto& self, double x) {
  return x <= self.scale ? 0.0 : -std::expm1(self.shape * std::log(self.scale / x));
}

template <>
double probability_below(const Pareto& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Pareto&) {
  return "";
}

}  // namespace goodhart
