/// Distribution `lognormal`: its quantiles.
#include <cmath>

#include "distribution.hpp"
#include "goodhart/core/math.hpp"

namespace goodhart {

template <>
double quantile_of(const Lognormal& self, double u) {
  return self.median * std::exp(self.sigma * normal_quantile(u));
}

template <>
void quantiles_of(const Lognormal& self, std::span<double> u) {
  normal_quantiles(u.data(), u.size());
  for (double& value : u) value = self.median * std::exp(self.sigma * value);
}

template <>
double probability_up_to(const Lognormal& self, double x) {
  return x <= 0 ? 0.0 : normal_distribution(std::log(x / self.median) / self.sigma);
}

template <>
double probability_below(const Lognormal& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Lognormal&) {
  return "";
}

}  // namespace goodhart
