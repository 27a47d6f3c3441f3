/// Elementary functions that give the same bits on every processor, in every version of a kernel and at every place in
/// a column: additions, multiplications, divisions and square roots of doubles in a fixed order.
#pragma once

#include <bit>
#include <cstdint>
#include <numbers>

#include "goodhart/core/lanes.hpp"

namespace goodhart {

/// log 2 in two parts, the first short enough for a whole number times it to be exact.
inline constexpr double kLogTwoHigh = 0x1.62e42fefa3800p-1, kLogTwoLow = 0x1.ef35793c76730p-45;
/// Adding it to a number that is small against it and taking it off again rounds to a whole number.
inline constexpr double kShift = 0x1.8p52;

/// The natural logarithm of a positive normal number, within 2 units in the last place.
///
/// x = 2^e m with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.172: 2 s and s^3
/// times the polynomial of degree 6 in s^2 that its Chebyshev series begins with; what is cut off is below 5e-18.
GOODHART_INLINE double log_of(double x) {
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCDu;  // sqrt(1/2)
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t above = (bits - kRootHalf) & 0xFFF0000000000000u;  // e, where the exponent stands
  const double m = std::bit_cast<double>(bits - above);
  // e as a double: the exponent's bits, signed, below those of 2^52 + 2^51.
  const std::uint64_t shifted = ((above >> 52) ^ 0x800u) + 0x4330000000000000u;
  const double e = std::bit_cast<double>(shifted) - (0x1p52 + 2048.0);
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  double series = 0.14617093237558204;
  series = series * z + 0.15331664799306263;
  series = series * z + 0.1818289100504977;
  series = series * z + 0.2222221110612709;
  series = series * z + 0.28571428626173057;
  series = series * z + 0.39999999999899005;
  series = series * z + 0.666666666666667;
  // f = 2 s + s f, and 2 s + s z series is the rest.
  const double half_square = 0.5 * f * f;
  return e * kLogTwoHigh - ((half_square - (s * (half_square + z * series) + e * kLogTwoLow)) - f);
}

struct Turn {
  double cosine, sine;
};

/// Cosine and sine of `share` turns, 0 <= share <= 1: of 2 pi share.
///
/// The nearest quarter is taken off exactly. Of the rest, at most an eighth of a turn, sine and cosine are polynomials
/// that their Chebyshev series in t^2 begin with; what is cut off is below 2e-17.
GOODHART_INLINE Turn turn_of(double share) {
  const double shifted = 4 * share + kShift;
  const auto quarter = std::bit_cast<std::uint64_t>(shifted);
  const double t = 2 * std::numbers::pi * (share - 0.25 * (shifted - kShift));
  const double z = t * t;
  double sine = 1.5918135932869774e-10;
  sine = sine * z - 2.5051131947374594e-08;
  sine = sine * z + 2.7557316103105014e-06;
  sine = sine * z - 0.0001984126983675979;
  sine = sine * z + 0.00833333333333095;
  sine = sine * z - 0.16666666666666666;
  sine = t + t * z * sine;
  double cosine = -1.136800234145195e-11;
  cosine = cosine * z + 2.087588680628709e-09;
  cosine = cosine * z - 2.755731556681547e-07;
  cosine = cosine * z + 2.4801587293694974e-05;
  cosine = cosine * z - 0.0013888888888880777;
  cosine = cosine * z + 0.04166666666666664;
  cosine = cosine * z - 0.5;
  cosine = 1 + z * cosine;
  // Each quarter: (c, s), (-s, c), (-c, -s), (s, -c).
  const bool odd = (quarter & 1u) != 0;
  const double c = odd ? sine : cosine, s = odd ? cosine : sine;
  const std::uint64_t turn_c = (quarter + 1) & 2u, turn_s = quarter & 2u;
  return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(c) ^ (turn_c << 62)),
          std::bit_cast<double>(std::bit_cast<std::uint64_t>(s) ^ (turn_s << 62))};
}

/// exp(x) of x <= 0, within 2 units in the last place; 0 where x is below -700.
///
/// x = n log 2 + r with |r| <= log(2) / 2; the series of exp(r) ends below the last bit.
GOODHART_INLINE double exp_of(double x) {
  const double within = greatest(x, -700.0);
  const double shifted = within * std::numbers::log2e + kShift;
  const double n = shifted - kShift;
  const double r = (within - n * kLogTwoHigh) - n * kLogTwoLow;
  double series = 1.0 / 6227020800.0;
  series = series * r + 1.0 / 479001600.0;
  series = series * r + 1.0 / 39916800.0;
  series = series * r + 1.0 / 3628800.0;
  series = series * r + 1.0 / 362880.0;
  series = series * r + 1.0 / 40320.0;
  series = series * r + 1.0 / 5040.0;
  series = series * r + 1.0 / 720.0;
  series = series * r + 1.0 / 120.0;
  series = series * r + 1.0 / 24.0;
  series = series * r + 1.0 / 6.0;
  series = series * r + 0.5;
  series = 1 + (r + r * r * series);
  // n + 1023 where the exponent stands.
  const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023u) << 52);
  return x < -700.0 ? 0.0 : series * power;
}

/// The upper tail of the normal law by its bell: P(Z > z) = normal_tail(z) exp(-z^2 / 2) for 0 <= z <= 40, within 5e-16
/// in relative terms.
///
/// normal_tail(z) (1 + 1.4 z) is a smooth function of u = (z - 5.3) / (z + 5.3), here the polynomial of degree 23 that
/// its Chebyshev series begins with; the form is that of Shepherd & Laframboise 1981,
/// doi 10.1090/S0025-5718-1981-0595058-X.
GOODHART_INLINE double normal_tail(double z) {
  const double over = z + 5.3, under = 1 + 1.4 * z;
  const double inverse = 1 / (over * under);
  const double u = (z - 5.3) * (under * inverse);
  double series = 1.4471255627786758e-10;
  series = series * u - 1.3033365220195716e-09;
  series = series * u - 1.746475180224584e-09;
  series = series * u + 1.5870526134303438e-08;
  series = series * u + 1.075980193396328e-08;
  series = series * u - 1.2306611435790953e-07;
  series = series * u - 2.3694664982138564e-08;
  series = series * u + 8.591366592722718e-07;
  series = series * u - 5.074291367183856e-07;
  series = series * u - 5.61051704702085e-06;
  series = series * u + 1.1167688290325012e-05;
  series = series * u + 2.504641427025604e-05;
  series = series * u - 0.0001430180785032826;
  series = series * u + 0.00014752232896188375;
  series = series * u + 0.0008564502532224088;
  series = series * u - 0.004787211212359721;
  series = series * u + 0.01395525800471525;
  series = series * u - 0.02889020383911052;
  series = series * u + 0.04540047169206467;
  series = series * u - 0.05337296398756664;
  series = series * u + 0.03997115149392894;
  series = series * u + 0.002851102682735986;
  series = series * u - 0.07079136280695307;
  series = series * u + 0.6132911637733841;
  return series * (over * inverse);
}

}  // namespace goodhart
