/// Elementary functions, and draws by the block.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

#include "goodhart/core/elementary.hpp"
#include "goodhart/core/lanes.hpp"
#include "goodhart/core/random.hpp"
#include "goodhart/model/noise.hpp"

using namespace goodhart;

TEST_CASE("logarithm, cosine and sine agree with the C library's to the last bits") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const double share = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
    const double x = i % 2 == 0 ? share : std::exp((share - 0.5) * 1400);
    const double exact = std::log(x);
    REQUIRE(std::fabs(log_of(x) - exact) <= 4.5e-16 * std::fabs(exact));
    const Turn turn = turn_of(share);
    const double angle = 2 * std::numbers::pi * share;
    REQUIRE(std::fabs(turn.cosine - std::cos(angle)) <= 9e-16);
    REQUIRE(std::fabs(turn.sine - std::sin(angle)) <= 9e-16);
  }
  CHECK(log_of(1) == 0);
  CHECK(turn_of(0).cosine == 1);
  CHECK(turn_of(0.5).cosine == -1);
  CHECK(turn_of(0.25).sine == 1);
  CHECK(turn_of(1).cosine == 1);
}

TEST_CASE("the exponential and the tail of the normal law agree with the C library's, and with many digits") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 200'000; ++i) {
    const double share = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
    const double x = i % 2 == 0 ? -share : -690 * share;
    REQUIRE(std::fabs(exp_of(x) - std::exp(x)) <= 4.5e-16 * std::exp(x));
    const double z = (i % 2 == 0 ? 3 : 25) * share;
    const double tail = 0.5 * std::erfc(z / std::numbers::sqrt2);
    // Both arguments are rounded by up to half a last place, which counts z^2 / 2 times and z^2 times.
    REQUIRE(std::fabs(normal_tail(z) * exp_of(-0.5 * z * z) - tail) <= (1.5e-15 + 4e-16 * z * z) * tail);
  }
  CHECK(exp_of(0) == 1);
  CHECK(exp_of(-701) == 0);
  CHECK(exp_of(-1e300) == 0);
  // erfc(z / sqrt 2) exp(z^2 / 2) / 2, by 40-digit arithmetic.
  const std::pair<double, double> kTails[] = {{0, 0.5},
                                              {0.5, 0.34961883472039806983},
                                              {1, 0.26157829186512337168},
                                              {3, 0.12151394835556216712},
                                              {5.3, 0.072837430376886479674},
                                              {9, 0.043798788870866791096},
                                              {15, 0.026479488999229888496},
                                              {25, 0.015932280495565141595},
                                              {38, 0.010491225699639976091}};
  for (const auto& tail : kTails) {
    CAPTURE(tail.first);
    CHECK(std::fabs(normal_tail(tail.first) - tail.second) <= 5e-16 * tail.second);
  }
}

TEST_CASE("draws by the block are those drawn one by one") {
  const Draws draws(5, Purpose::inertia);
  for (const std::size_t count : {1u, 31u, 32u, 33u, 256u, 300u, 1000u}) {
    std::vector<double> block(count);
    draws.uniforms(2, 77, -3, 4, block);
    for (std::size_t i = 0; i < count; ++i) {
      REQUIRE(block[i] == draws.uniform(2, 77 + static_cast<std::uint32_t>(i), -3, 4));
    }
  }
}

TEST_CASE("an employee's noise does not depend on where its block begins and ends") {
  const Draws draws(5, Purpose::noise, "m");
  for (const Noise& law : {Noise(GaussianNoise{}), Noise(StudentNoise{.dof = 5}), Noise(LaplaceNoise{})}) {
    std::vector<double> all(2048);
    standard_noise(law, draws, 1, 9, 0, all);
    for (const std::size_t first : {4u, 1024u, 1280u}) {
      for (const std::size_t count : {1u, 3u, 254u, 513u}) {
        std::vector<double> part(count);
        standard_noise(law, draws, 1, 9, first, part);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(part[i] == all[first + i]);
      }
    }
  }
}

TEST_CASE("sums have the same partial sums whatever the width, and leave nothing out") {
  for (const std::size_t count : {0u, 1u, 31u, 32u, 33u, 95u, 1024u}) {
    std::vector<double> column(count);
    double whole = 0;
    for (std::size_t i = 0; i < count; ++i) whole += column[i] = static_cast<double>(i) + 1;
    CHECK(sum_over(count, [&](std::size_t i) { return column[i]; }) == whole);
  }
}
