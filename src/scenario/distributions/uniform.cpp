/// Distribution `uniform`: its quantiles.
#include <algorithm>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Uniform& self, double u) {
  return self.low + u * (self.high - self.low);
}

template <>
double probability_up_to(const Uniform& self, double x) {
  return std::clamp((x - self.low) / (self.high - self.low), 0.0, 1.0);
}

template <>
double probability_below(const Uniform& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Uniform& self) {
  return self.low < self.high ? "" : "low must be below high";
}

}  // namespace goodhart
