/// Distribution `gamma`: its quantiles.
#include <boost/math/distributions/gamma.hpp>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Gamma& self, double u) {
  return boost::math::quantile(boost::math::gamma_distribution<>(self.shape, self.scale), u);
}

template <>
double probability_up_to(const Gamma& self, double x) {
  return x <= 0 ? 0.0 : boost::math::cdf(boost::math::gamma_distribution<>(self.shape, self.scale), x);
}

template <>
double probability_below(const Gamma& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const Gamma&) {
  return "";
}

}  // namespace goodhart
