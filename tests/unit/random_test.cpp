/// Named draws: the generator is the published one, and uniforms are what they say.
#include "goodhart/core/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <set>

using namespace goodhart;

TEST_CASE("Philox4x32-10 gives the known answers of its authors") {
  // Source: kat_vectors of the Random123 distribution (Salmon et al. 2011), lines "philox4x32 10".
  using Counter = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("uniforms lie in (0, 1) and are uniform") {
  // 1e6 draws of one key: mean, variance and 20 equal classes, each within 4 standard errors (about 1 seed in 700).
  const Draws draws(7, Purpose::quantity, "a");
  constexpr std::uint32_t kCount = 1'000'000;
  double sum = 0, squares = 0;
  std::array<double, 20> classes{};
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const double u = draws.uniform(0, i, 0);
    REQUIRE(u > 0);
    REQUIRE(u < 1);
    sum += u;
    squares += (u - 0.5) * (u - 0.5);
    classes[static_cast<std::size_t>(u * 20)] += 1;
  }
  CHECK(std::fabs(sum / kCount - 0.5) < 4 * std::sqrt(1.0 / 12 / kCount));
  CHECK(std::fabs(squares / kCount - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / kCount));
  for (const double count : classes) CHECK(std::fabs(count / kCount - 0.05) < 4 * std::sqrt(0.05 * 0.95 / kCount));
}

TEST_CASE("each coordinate of a draw matters, and so do seed, purpose and name") {
  std::set<double> seen;
  const Draws draws(1, Purpose::noise, "m");
  seen.insert(draws.uniform(0, 0, 0, 0));
  seen.insert(draws.uniform(1, 0, 0, 0));
  seen.insert(draws.uniform(0, 1, 0, 0));
  seen.insert(draws.uniform(0, 0, 1, 0));
  seen.insert(draws.uniform(0, 0, -1, 0));
  seen.insert(draws.uniform(0, 0, 0, 1));
  seen.insert(Draws(2, Purpose::noise, "m").uniform(0, 0, 0, 0));
  seen.insert(Draws(1, Purpose::common_noise, "m").uniform(0, 0, 0, 0));
  seen.insert(Draws(1, Purpose::noise, "n").uniform(0, 0, 0, 0));
  seen.insert(Draws(1, Purpose::noise).uniform(0, 0, 0, 0));
  CHECK(seen.size() == 10);
  CHECK(Draws(1, Purpose::noise, "m").uniform(3, 5, 7, 9) == draws.uniform(3, 5, 7, 9));
}
