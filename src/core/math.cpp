/// The inverse of the normal law.
#include "goodhart/core/math.hpp"

#include <algorithm>

#include "goodhart/core/lanes.hpp"

namespace goodhart {

namespace {

/// A quotient of two polynomials of degree 7, coefficients from the constant up.
GOODHART_INLINE double ratio(const double (&over)[8], const double (&under)[8], double x) {
  double above = over[7], below = under[7];
  for (int i = 6; i >= 0; --i) {
    above = above * x + over[i];
    below = below * x + under[i];
  }
  return above / below;
}

// The middle, |p - 1/2| <= kMiddle, holds 85 % of all draws and needs no function of the C library.
constexpr double kMiddle = 0.425;  // its square is 0.180625
constexpr double kMiddleOver[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double kMiddleUnder[] = {1.0,
                                   4.2313330701600911252e1,
                                   6.8718700749205790830e2,
                                   5.3941960214247511077e3,
                                   2.1213794301586595867e4,
                                   3.9307895800092710610e4,
                                   2.8729085735721942674e4,
                                   5.2264952788528545610e3};

GOODHART_INLINE double middle(double q) {
  return q * ratio(kMiddleOver, kMiddleUnder, 0.180625 - q * q);
}

/// Of all as if they lay in the middle.
GOODHART_WIDE void middles(const double* __restrict p, std::size_t count, double* __restrict z) {
  for (std::size_t i = 0; i < count; ++i) z[i] = middle(p[i] - 0.5);
}

}  // namespace

double normal_quantile(double p) {
  // The tails, by r = sqrt(-log of the smaller of p and 1 - p), up to r = 5 and beyond.
  constexpr double kTailOver[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kTailUnder[] = {1.0,
                                   2.05319162663775882187e0,
                                   1.67638483018380384940e0,
                                   6.89767334985100004550e-1,
                                   1.48103976427480074590e-1,
                                   1.51986665636164571966e-2,
                                   5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
  constexpr double kFarOver[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double kFarUnder[] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= kMiddle) return middle(q);
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double z = r <= 5 ? ratio(kTailOver, kTailUnder, r - 1.6) : ratio(kFarOver, kFarUnder, r - 5);
  return q < 0 ? -z : z;
}

void normal_quantiles(double* p, std::size_t count) {
  constexpr std::size_t kAtOnce = 256;
  double z[kAtOnce];
  for (std::size_t begin = 0; begin < count; begin += kAtOnce) {
    const std::size_t here = std::min(kAtOnce, count - begin);
    middles(p + begin, here, z);
    for (std::size_t i = 0; i < here; ++i) {
      double& own = p[begin + i];
      own = std::fabs(own - 0.5) <= kMiddle ? z[i] : normal_quantile(own);
    }
  }
}

}  // namespace goodhart
