/// Distributions of Boost.Random and of the standard library, drawn from named draws.
#include "goodhart/core/draw_engine.hpp"

#include <doctest/doctest.h>

#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <random>

namespace goodhart {
namespace {

struct Moments {
  double mean = 0, variance = 0;
};

/// Of one draw from the distribution by each of so many employees.
template <class Distribution>
Moments moments_of(Distribution distribution, std::uint32_t people) {
  const Draws draws(7, Purpose::choice, "test");
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < people; ++i) {
    auto engine = engine_over(draws, 0, i, 3);
    distribution.reset();  // some keep half of a pair
    const auto x = static_cast<double>(distribution(engine));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / people;
  return {mean, squares / people - mean * mean};
}

/// Within four standard errors of the mean, and of the variance, whose own is taken from the kurtosis.
void check_moments(const Moments& found, double mean, double variance, double kurtosis, double n) {
  CHECK(std::fabs(found.mean - mean) < 4 * std::sqrt(variance / n));
  CHECK(std::fabs(found.variance - variance) < 4 * variance * std::sqrt((kurtosis - 1) / n));
}

}  // namespace

static_assert(std::uniform_random_bit_generator<decltype(engine_over(std::declval<const Draws&>(), 0, 0, 0))>);

// The streams are fixed, so these never fail by chance; were they free, each check would fail once in 15,000 times.
TEST_CASE("distributions of Boost.Random have their moments when drawn from named draws") {
  constexpr std::uint32_t kPeople = 40000;
  check_moments(moments_of(boost::random::normal_distribution<double>(2, 3), kPeople), 2, 9, 3, kPeople);
  check_moments(moments_of(boost::random::gamma_distribution<double>(2.5, 2), kPeople), 5, 10, 3 + 6 / 2.5, kPeople);
  check_moments(moments_of(boost::random::poisson_distribution<int>(4), kPeople), 4, 4, 3 + 1 / 4.0, kPeople);
  check_moments(moments_of(boost::random::uniform_int_distribution<int>(1, 6), kPeople), 3.5, 35.0 / 12, 1.7314,
                kPeople);
}

TEST_CASE("the standard library's distributions take the engine too") {
  check_moments(moments_of(std::exponential_distribution<double>(0.5), 20000), 2, 4, 9, 20000);
}

TEST_CASE("an engine's words are the upper bits of the draws, in order, and a copy goes on by itself") {
  const Draws draws(1, Purpose::choice, "words");
  auto engine = engine_over(draws, 2, 5, -1);
  for (std::uint32_t i = 0; i < 10; ++i) CHECK(engine() == draws.bits(2, 5, -1, i)[1]);
  auto copy = engine;
  CHECK(copy() == engine());
  engine.discard(3);
  CHECK(engine() == draws.bits(2, 5, -1, 14)[1]);
  CHECK(copy() == draws.bits(2, 5, -1, 11)[1]);
}

}  // namespace goodhart
