/// Distribution `normal`: its quantiles.
#include "distribution.hpp"
#include "goodhart/core/math.hpp"

namespace goodhart {

template <>
double quantile_of(const Normal& self, double u) {
  return self.mean + self.sd * normal_quantile(u);
}

template <>
void quantiles_of(const Normal& self, std::span<double> u) {
  normal_quantiles(u.data(), u.size());
  for (double& value : u) value = self.mean + self.sd * value;
}

template <>
double probability_up_to(const Normal& self, double x) {
  return normal_distribution((x - self.mean) / self.sd);
}

template <>
double probability_below(const Normal& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Normal&) {
  return "";
}

}  // namespace goodhart
