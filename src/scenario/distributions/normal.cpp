/// Distribution `normal`: its quantiles.
#include <boost/math/distributions/normal.hpp>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const Normal& self, double u) {
  return boost::math::quantile(boost::math::normal(self.mean, self.sd), u);
}

template <>
double probability_up_to(const Normal& self, double x) {
  return boost::math::cdf(boost::math::normal(self.mean, self.sd), x);
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
