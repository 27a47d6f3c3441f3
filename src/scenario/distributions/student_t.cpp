/// Distribution `student_t`: its quantiles.
#include <boost/math/distributions/students_t.hpp>

#include "distribution.hpp"

namespace goodhart {

template <>
double quantile_of(const StudentT& self, double u) {
  return self.location + self.scale * boost::math::quantile(boost::math::students_t(self.dof), u);
}

template <>
double probability_up_to(const StudentT& self, double x) {
  return boost::math::cdf(boost::math::students_t(self.dof), (x - self.location) / self.scale);
}

template <>
double probability_below(const StudentT& self, double x) {
  return probability_up_to(self, x);
}

template <>
std::string fault_of(const StudentT&) {
  return "";
}

}  // namespace goodhart
