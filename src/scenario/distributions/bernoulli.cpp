/// Distribution `bernoulli`: its quantiles.

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Bernoulli& self, double u) {
  return u <= 1 - self.p ? 0.0 : 1.0;
}

template <>
double probability_below(const Bernoulli& self, double x) {
  return x <= 0 ? 0.0 : x <= 1 ? 1 - self.p : 1.0;
}

template <>
double probability_up_to(const Bernoulli& self, double x) {
  return x < 0 ? 0.0 : x < 1 ? 1 - self.p : 1.0;
}

template <>
std::string fault_of(const Bernoulli&) {
  return "";
}

}  // namespace goodhart
