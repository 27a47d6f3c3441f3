/// Distribution `beta`: its quantiles.
#include <boost/math/distributions/beta.hpp>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Beta& self, double u) {
  return boost::math::quantile(boost::math::beta_distribution<>(self.a, self.b), u);
}

template <>
double probability_up_to(const Beta& self, double x) {
  return x <= 0 ? 0.0 : x >= 1 ? 1.0 : boost::math::cdf(boost::math::beta_distribution<>(self.a, self.b), x);
}

template <>
double probability_below(const Beta& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Beta&) {
  return "";
}

}  // namespace goodhart
