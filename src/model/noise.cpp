/// The noise of readings, drawn in groups of four.
#include "goodhart/model/noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace goodhart {

namespace {

/// Uniform in (0, 1) from 32 bits.
double unit(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

/// Two draws from two uniforms.
void pair_of(const Noise& law, double u, double v, double out[2]) {
  if (const auto* laplace = std::get_if<LaplaceNoise>(&law); laplace) {
    const auto inverse = [](double p) { return p < 0.5 ? std::log(2 * p) : -std::log(2 * (1 - p)); };
    out[0] = inverse(u);
    out[1] = inverse(v);
    return;
  }
  const double angle = 2 * std::numbers::pi * v;
  if (const auto* student = std::get_if<StudentNoise>(&law); student) {
    // Bailey's pair is not independent, so only one of it is used for each uniform pair: the caller gives fresh ones.
    out[0] = std::sqrt(student->dof * std::expm1(-2 / student->dof * std::log(u))) * std::cos(angle);
    out[1] = 0;
    return;
  }
  const double radius = std::sqrt(-2 * std::log(u));
  out[0] = radius * std::cos(angle);
  out[1] = radius * std::sin(angle);
}

}  // namespace

void standard_noise(const Noise& law, const Draws& draws, std::uint32_t replicate, std::int32_t step, std::size_t first,
                    std::span<double> out) {
  const bool alone = std::holds_alternative<StudentNoise>(law);
  for (std::size_t i = 0; i < out.size(); i += kNoiseGroup) {
    const auto group = static_cast<std::uint32_t>((first + i) / kNoiseGroup);
    double four[kNoiseGroup];
    if (alone) {
      for (std::uint32_t half = 0; half < 2; ++half) {
        const auto word = draws.bits(replicate, group, step, half);
        double pair[2];
        pair_of(law, unit(word[0]), unit(word[1]), pair);
        four[2 * half] = pair[0];
        pair_of(law, unit(word[2]), unit(word[3]), pair);
        four[2 * half + 1] = pair[0];
      }
    } else {
      const auto word = draws.bits(replicate, group, step);
      pair_of(law, unit(word[0]), unit(word[1]), four);
      pair_of(law, unit(word[2]), unit(word[3]), four + 2);
    }
    std::copy_n(four, std::min(kNoiseGroup, out.size() - i), out.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace goodhart
