/// The noise of readings, drawn in groups of four.
#include "goodhart/model/noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "goodhart/core/elementary.hpp"

namespace goodhart {

namespace {

constexpr std::size_t kGroups = 128;  // groups of four that are made at once

/// Uniform in (0, 1) from 32 bits.
GOODHART_INLINE double unit(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

/// Two standard normal draws from two words each, by Box & Muller.
GOODHART_WIDE void normal_pairs(const std::uint32_t* __restrict u, const std::uint32_t* __restrict v, std::size_t count,
                                double* __restrict first, double* __restrict second) {
  for (std::size_t i = 0; i < count; ++i) {
    const double radius = std::sqrt(-2 * log_of(unit(u[i])));
    const Turn turn = turn_of(unit(v[i]));
    first[i] = radius * turn.cosine;
    second[i] = radius * turn.sine;
  }
}

/// Two Laplace draws of scale 1 from two words, by inversion.
GOODHART_WIDE void laplace_pairs(const std::uint32_t* __restrict u, const std::uint32_t* __restrict v,
                                 std::size_t count, double* __restrict first, double* __restrict second) {
  const auto inverse = [](double p) __attribute__((always_inline)) {
    const double size = log_of(2 * (p < 0.5 ? p : 1 - p));
    return p < 0.5 ? size : -size;
  };
  for (std::size_t i = 0; i < count; ++i) {
    first[i] = inverse(unit(u[i]));
    second[i] = inverse(unit(v[i]));
  }
}

/// One draw of Student's t, of `dof` degrees of freedom, from two words, by Bailey. His two draws of a pair are not
/// independent, so only one is taken.
void student_draws(double dof, const std::uint32_t* u, const std::uint32_t* v, std::size_t count, double* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = std::sqrt(dof * std::expm1(-2 / dof * log_of(unit(u[i])))) * turn_of(unit(v[i])).cosine;
  }
}

/// Four columns, one after another of each.
GOODHART_WIDE void interleave(const double (*from)[kGroups], std::size_t groups, double* __restrict out) {
  for (std::size_t g = 0; g < groups; ++g) {
    out[4 * g] = from[0][g];
    out[4 * g + 1] = from[1][g];
    out[4 * g + 2] = from[2][g];
    out[4 * g + 3] = from[3][g];
  }
}

}  // namespace

void standard_noise(const Noise& law, const Draws& draws, std::uint32_t replicate, std::int32_t step, std::size_t first,
                    std::span<double> out) {
  static_assert(kNoiseGroup == 4);
  std::uint32_t word[4][kGroups];
  double draw[4][kGroups];
  for (std::size_t begin = 0; begin < out.size(); begin += kNoiseGroup * kGroups) {
    const std::size_t count = std::min(kNoiseGroup * kGroups, out.size() - begin);
    const std::size_t groups = (count + kNoiseGroup - 1) / kNoiseGroup;
    const auto group = static_cast<std::uint32_t>((first + begin) / kNoiseGroup);
    const auto make = [&](std::uint32_t index) {
      draws.bits(replicate, group, step, index,
                 {std::span(word[0], groups), std::span(word[1], groups), std::span(word[2], groups),
                  std::span(word[3], groups)});
    };
    if (const auto* student = std::get_if<StudentNoise>(&law); student) {
      for (std::uint32_t half = 0; half < 2; ++half) {
        make(half);
        student_draws(student->dof, word[0], word[1], groups, draw[2 * half]);
        student_draws(student->dof, word[2], word[3], groups, draw[2 * half + 1]);
      }
    } else {
      make(0);
      const auto pairs = std::holds_alternative<LaplaceNoise>(law) ? laplace_pairs : normal_pairs;
      pairs(word[0], word[1], groups, draw[0], draw[1]);
      pairs(word[2], word[3], groups, draw[2], draw[3]);
    }
    double* to = out.data() + begin;
    interleave(draw, count / kNoiseGroup, to);
    for (std::size_t i = count / kNoiseGroup * kNoiseGroup; i < count; ++i) to[i] = draw[i % 4][i / 4];
  }
}

}  // namespace goodhart
