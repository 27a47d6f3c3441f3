/// Sobol' points against the textbook's recurrence, and that scrambling leaves a net a net.
#include "goodhart/study/designs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "goodhart/analysis/latin_hypercube.hpp"
#include "goodhart/scenario/experiment.hpp"

using namespace goodhart;

namespace {

/// Dimensions 2 to 20 of Joe and Kuo's file new-joe-kuo-6.21201: the degree and coefficients of a primitive polynomial,
/// and the first direction integers.
struct Line {
  unsigned degree, coefficients;
  std::vector<unsigned> first;
};
const std::vector<Line> kJoeKuo = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
};

/// Direction numbers of a dimension (from 0) by Joe and Kuo's recurrence, to 32 bits.
std::array<std::uint32_t, 32> directions(std::size_t dimension) {
  std::array<std::uint32_t, 32> v{};
  if (dimension == 0) {
    for (unsigned i = 0; i < 32; ++i) v[i] = 1U << (31 - i);
    return v;
  }
  const Line& line = kJoeKuo[dimension - 1];
  for (unsigned i = 0; i < 32; ++i) {
    if (i < line.degree) {
      v[i] = line.first[i] << (31 - i);
      continue;
    }
    v[i] = v[i - line.degree] ^ (v[i - line.degree] >> line.degree);
    for (unsigned k = 1; k < line.degree; ++k) {
      if ((line.coefficients >> (line.degree - 1 - k)) & 1U) v[i] ^= v[i - k];
    }
  }
  return v;
}

}  // namespace

TEST_CASE("the first 4096 Sobol' points in 20 dimensions are those of Joe and Kuo, the origin first") {
  const SobolSequence sequence(20);
  for (std::size_t d = 0; d < 20; ++d) {
    const auto v = directions(d);
    std::uint32_t x = 0;
    for (std::size_t n = 0; n < 4096; ++n) {
      if (n > 0) x ^= v[static_cast<std::size_t>(std::countr_one(n - 1))];
      REQUIRE(sequence.bits(n, d) == static_cast<std::uint64_t>(x) << 32U);
    }
  }
}

TEST_CASE("scrambled Sobol' points have one in each stratum, and differ from scramble to scramble") {
  const SobolSequence sequence(6);
  std::set<double> firsts;
  for (std::uint32_t scramble = 0; scramble < 5; ++scramble) {
    std::array<std::vector<double>, 6> columns;
    for (std::size_t d = 0; d < 6; ++d) {
      const Scrambling scrambling(7, "number " + std::to_string(d));
      std::set<int> strata;
      for (std::size_t n = 0; n < 256; ++n) {
        const double u = midpoint(scrambling(sequence.bits(n, d), scramble));
        REQUIRE(u > 0);
        REQUIRE(u < 1);
        columns[d].push_back(u);
        strata.insert(static_cast<int>(u * 256));
      }
      CHECK(strata.size() == 256);
      firsts.insert(columns[d][0]);
    }
    // The first two dimensions are a (0, 8, 2)-net: each box of area 1/256 holds one point.
    for (int across = 0; across <= 8; ++across) {
      const int width = 1 << across, height = 256 / width;
      std::set<int> boxes;
      for (std::size_t n = 0; n < 256; ++n) {
        boxes.insert(static_cast<int>(columns[0][n] * width) * height + static_cast<int>(columns[1][n] * height));
      }
      CHECK(boxes.size() == 256);
    }
  }
  CHECK(firsts.size() == 30);
}

TEST_CASE("a scrambled coordinate is uniform over scrambles, whatever the point") {
  const Scrambling scrambling(3, "x");
  double sum = 0, squares = 0;
  constexpr int kScrambles = 20000;
  for (std::uint32_t scramble = 0; scramble < kScrambles; ++scramble) {
    const double u = midpoint(scrambling(0, scramble));  // the origin, which stands still without scrambling
    sum += u;
    squares += u * u;
  }
  CHECK(std::fabs(sum / kScrambles - 0.5) < 4 * std::sqrt(1.0 / 12 / kScrambles));
  CHECK(std::fabs(squares / kScrambles - 1.0 / 3) < 4 * std::sqrt(4.0 / 45 / kScrambles));
}

TEST_CASE("the middles of intervals never reach the ends") {
  CHECK(midpoint(0) == 0x1p-53);
  CHECK(midpoint(~std::uint64_t{0}) == 1 - 0x1p-53);
}

TEST_CASE("a Latin hypercube meets each part of a range once") {
  for (const char* path : {"a", "b"}) {
    std::set<int> parts;
    for (const double share : latin_hypercube(1, path, 50)) parts.insert(static_cast<int>(share * 50));
    CHECK(parts.size() == 50);
  }
  CHECK(latin_hypercube(1, "a", 50) != latin_hypercube(1, "b", 50));
}

TEST_CASE("ranges: grids as they would be written, scales, distributions, values") {
  Range steps;
  steps.from = 0.05;
  steps.to = 0.2;
  steps.step = 0.05;
  CHECK(steps.grid() == std::vector<double>{0.05, 0.1, 0.15, 0.2});
  steps.to = 0.19;
  CHECK(steps.grid() == std::vector<double>{0.05, 0.1, 0.15});

  Range ratios;
  ratios.from = 1;
  ratios.to = 100;
  ratios.scale = "log";
  CHECK(ratios.at(0.5) == doctest::Approx(10).epsilon(1e-12));
  ratios.points = 3;
  CHECK(ratios.grid() == std::vector<double>{1, 10, 100});

  Range law;
  law.distribution = Distribution(Uniform{});
  std::get<Uniform>(*law.distribution).low = 2;
  std::get<Uniform>(*law.distribution).high = 4;
  CHECK(law.at(0.25) == 2.5);
  CHECK(law.low() == doctest::Approx(2.05));
  CHECK(law.high() == doctest::Approx(3.95));

  Range list;
  list.values = std::vector<double>{3, 1, 2};
  CHECK(list.low() == 1);
  CHECK(list.high() == 3);
  CHECK(list.grid() == std::vector<double>{3, 1, 2});
  CHECK(list.at(0.01) == 3);
  CHECK(list.at(0.99) == 2);
}
